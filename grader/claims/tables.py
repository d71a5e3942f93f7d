"""Stated results: tables in Markdown and in notebooks, lists in YAML, and lines such as “Final Accuracy” in outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.answers.places import Note, notes
from grader.strict_yaml import parse

__all__ = ["SETTINGS", "Claim", "Stated", "has_tables", "read", "read_answer"]

Splits = Mapping[str, "Stated"]
MOST_CLAIMS = 500
MOST_YAML = 64 << 10  # bytes
MOST_FILES = 20  # of YAML
MOST_ROWS = 5000  # of the tables of one text
MOST_CELLS = 40  # in a row
LONGEST_SETTING = 60  # characters
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "learning_rate": ("lr", "learning rate", "step size", "eta", "η"),
    "reg": ("reg", "regularization", "regularisation", "lambda", "λ", "weight decay", "l2"),
    "batch_size": ("batch", "batch size"),
    "epochs": ("epochs", "number of epochs"),  # of one “epoch” a table tells how far it got, which is no setting
    "hidden": ("hidden size", "hidden units", "hidden layer size"),
    "momentum": ("momentum",),
}
_SPLITS = {
    "train": ("train", "training", "insample"),
    "valid": ("valid", "validation", "val", "dev"),
    "test": ("test", "testing"),
}
_OTHER_MEASURES = frozenset({"loss", "error", "cost", "time", "seconds", "epoch", "norm"})
_REMARKS = frozenset({"note", "notes", "comment", "comments", "remark", "remarks", "observation", "observations"})
_TOLD_IN_WORDS = frozenset(
    ("model", "network", "net", "architecture", "optimizer", "optimiser", "activation", "data", "dataset")
    + ("initialization", "initialisation", "init", "scheduler", "schedule", "method", "epoch")
)
_NUMBER = re.compile(r"(?<![\w.])[-−–]?(?:\d{1,12}(?:[.,]\d{1,18})?|[.,]\d{1,18})(?:[eE][-−]?\d{1,2})?(?![\w])")


@dataclass(frozen=True, slots=True)
class Stated:
    """One number as a fraction, and the unit of the last digit that was written."""

    value: float
    step: float


@dataclass(frozen=True, slots=True)
class Claim:
    """The accuracies that are stated for one configuration; settings that are not told are those of the course."""

    settings: Mapping[str, float]
    splits: Splits
    where: str
    unread: tuple[str, ...] = ()  # what the row tells of its configuration, in words that are not understood
    final: bool = False  # a printed line which says that it is the final result, or the best


def read(files: Mapping[str, bytes], settings: Mapping[str, Sequence[str]] = SETTINGS) -> tuple[Claim, ...]:
    """Every stated result of a hand-in, in the order of its files."""
    return tuple(claim for claim, _ in zip(_all(files, settings), range(MOST_CLAIMS), strict=False))


def read_answer(value: Any, where: str, settings: Mapping[str, Sequence[str]] = SETTINGS) -> tuple[Claim, ...]:
    """Every stated result of one answer: a text with tables, or what was read from YAML."""
    words = _spelled(settings)
    found = _from_text(value, words, where) if isinstance(value, str) else _from_yaml(value, words, where)
    return tuple(claim for claim, _ in zip(found, range(MOST_CLAIMS), strict=False))


def has_tables(files: Mapping[str, bytes]) -> bool:
    """Whether there is a table of any kind."""
    return any(True for note in notes(files) if not note.code for _ in _tables(note.text))


def _spelled(settings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {_plain(spelling): name for name, spellings in settings.items() for spelling in (name, *spellings)}


def _all(files: Mapping[str, bytes], settings: Mapping[str, Sequence[str]]) -> Iterator[Claim]:
    words = _spelled(settings)
    for note in notes(files):
        place = f"{note.file}, cell {note.number}" if note.file.endswith(".ipynb") else note.file
        if not note.code:
            yield from _from_text(note.text, words, place)
        yield from _from_outputs(note, place)
    for name in sorted(name for name in files if name.endswith((".yaml", ".yml")))[:MOST_FILES]:
        if len(files[name]) <= MOST_YAML:
            yield from _from_yaml(parse(files[name]).value, words, name)


def _from_text(text: str, words: Mapping[str, str], place: str) -> Iterator[Claim]:
    for table in _tables(text):
        yield from _from_table(table, words, place)


def _tables(text: str) -> Iterator[list[list[str]]]:
    """The tables of a Markdown text, as rows of cells, without the line below the heading."""
    rows: list[list[str]] = []
    for line in [*text.splitlines()[:MOST_ROWS], ""]:
        if line.count("|") > 1 or (rows and "|" in line):
            rows.append([cell.strip(" *_`$") for cell in line.strip().strip("|").split("|")][:MOST_CELLS])
        else:
            if len(rows) > 2 and all(re.fullmatch(r":?-+:?", cell.strip()) for cell in rows[1]):
                yield [rows[0], *rows[2:]]
            rows = []


def _from_table(table: Sequence[Sequence[str]], words: Mapping[str, str], place: str) -> Iterator[Claim]:
    """The claims of a table whose rows are configurations, or of one whose columns are."""
    head = table[0]
    if any(_split(cell) for cell in head):
        yield from _by_rows(table, words, place)
    elif any(_split(row[0]) for row in table[1:]):
        width = max(map(len, table))
        turned = [[row[n] if n < len(row) else "" for row in table] for n in range(width)]
        yield from _by_rows(turned, words, place)


def _by_rows(table: Sequence[Sequence[str]], words: Mapping[str, str], place: str) -> Iterator[Claim]:
    head = table[0]
    splits = {n: split for n, cell in enumerate(head) if (split := _split(cell))}
    names = {n: words[_plain(cell)] for n, cell in enumerate(head) if n not in splits and _plain(cell) in words}
    percent = {n: _is_percent(head[n], [row[n] for row in table[1:] if n < len(row)]) for n in splits}
    other = {n: cell for n, cell in enumerate(head) if n not in splits and n not in names and _may_tell(cell)}
    for row in table[1:]:
        settings, unread = _settings(row, names, words)
        unread += [head for n, head in other.items() if n < len(row) and _tells(head, row[n], words)]
        told = {
            split: stated
            for n, split in splits.items()
            if n < len(row) and (stated := _stated(row[n], percent=percent[n]))
        }
        if told:
            yield Claim(settings, told, place, tuple(dict.fromkeys(unread)))


def _may_tell(head: str) -> bool:
    """Whether a column may tell more of the configuration: one of losses, or of numbers of rows, does not."""
    words = re.findall(r"[^\W_]+", head.casefold())
    return words == ["epoch"] or not (
        set(words) & (_OTHER_MEASURES | _REMARKS) or words in ([], ["no"], ["run"], ["row"])
    )


def _tells(head: str, cell: str, words: Mapping[str, str]) -> bool:
    """Whether a cell below a heading that is no known setting tells something that may change the result."""
    if any(_plain(name) in words for name, _ in _PAIR.findall(cell)):
        return False
    in_words = set(re.findall(r"[a-z]+", head.casefold())) & _TOLD_IN_WORDS
    return bool(_plain(cell)) and (bool(in_words) or bool(re.search(r"\d", cell)))


def _settings(
    row: Sequence[str], names: Mapping[int, str], words: Mapping[str, str]
) -> tuple[dict[str, float], list[str]]:
    """What a row says of its settings, below their names or as lr=0.1, and the names of those that are unclear."""
    told: list[tuple[str, str]] = []
    for n, cell in enumerate(row):
        if n in names:
            told.append((names[n], cell))
        else:
            told += [(words[_plain(name)], value) for name, value in _PAIR.findall(cell) if _plain(name) in words]
    settings: dict[str, float] = {}
    unread: list[str] = []
    for name, text in told:
        value = _setting(text)
        if value is not None and settings.setdefault(name, value) == value:
            continue
        if _plain(text):
            unread.append(name.replace("_", " "))
    return settings, unread


_PAIR = re.compile(r"([^\W\d][\w ]{0,30}?|λ|η)\s*[=:]\s*(\d{0,9},\d{1,9}|[^\s,;=:|]{1,24})(?=[\s,;|]|$)")


def _setting(cell: str) -> float | None:
    """The number that a cell is: 0.1, 1e-1, 10^{-1}, 5 · 10⁻², 1/64; None where it is anything else."""
    if len(cell) > LONGEST_SETTING:
        return None
    text = re.sub(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", _raised, cell.replace("**", "^"))
    text = re.sub(r"\(\D*\)|\\(?:mathrm|text|,|;)|[\s${}*_`]", "", text)
    text = text.replace("−", "-").replace("–", "-").rstrip(".,;")
    if found := re.fullmatch(r"(?:(.+?)(?:\\cdot|\\times|×|·|x))?10\^([-+]?\d{1,2})", text):
        factor = _setting(found[1]) if found[1] else 1.0
        return None if factor is None else float(f"{factor:.15g}e{found[2]}")
    if found := re.fullmatch(r"(\d{1,9})/(\d{1,9})", text):
        return int(found[1]) / int(found[2]) if int(found[2]) else None
    return _number(text) if _NUMBER.fullmatch(text) else None


def _raised(digits: re.Match[str]) -> str:
    return "^" + digits[0].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))


def _split(cell: str) -> str:
    """The split whose accuracy a heading stands for; nothing where it is a loss or something else."""
    words = set(re.findall(r"[a-z]+", cell.casefold().replace("in-sample", "insample")))
    if words & _OTHER_MEASURES or len(words) > 6:
        return ""
    return next((name for name, spellings in _SPLITS.items() if words & set(spellings)), "")


def _is_percent(head: str, cells: Sequence[str]) -> bool:
    """Whether a column's numbers are percent: it says so, or all of them are above one."""
    if "%" in head or "percent" in head.casefold():
        return True
    numbers = [_number(found[0]) for cell in cells if (found := _NUMBER.search(cell))]
    return len(numbers) > 0 and all(1 < number <= 100 for number in numbers)


def _stated(cell: str, *, percent: bool) -> Stated | None:
    """The number that a cell begins with, as a fraction; of 0.942 ± 0.003, the first. None where it may be another."""
    cell = cell.lstrip(" ~≈≃$").removeprefix("\\approx").lstrip()
    if rows := re.fullmatch(r"(\d{1,9})\s*/\s*(\d{1,9})", cell.strip()):
        right, count = int(rows[1]), int(rows[2])
        return Stated(right / count, 1e-9) if 0 < count >= right else None
    found = _NUMBER.match(cell)
    if not found or not _AFTER.match(cell, found.end()):
        return None
    digits = re.split("[eE]", found[0].replace(",", "."))[0].partition(".")[2]
    exponent = re.search(r"[eE]([-−]?\d+)", found[0])
    step = 10.0 ** (-len(digits) + int(exponent[1].replace("−", "-") if exponent else 0))
    scale = 0.01 if percent or cell[found.end() :].lstrip(" \\").startswith("%") else 1.0
    return Stated(_number(found[0]) * scale, step * scale)


_AFTER = re.compile(r"[\s$\\*]*(?:$|%|±|\+/?-|pm\b|\(|\[|percent)", re.IGNORECASE)


def _number(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-").replace("–", "-"))


def _from_outputs(note: Note, place: str) -> Iterator[Claim]:
    """Lines of a notebook's outputs that end in an accuracy: “Final Accuracy on Test Data: 0.9485”."""
    for line in [line for output in note.outputs for line in output.splitlines()[-2000:]]:
        found = _OUTPUT.search(line[:300])
        split = _split(line[: found.start(1)]) if found else ""
        if found and split and (stated := _stated(found[1], percent=False)):
            final = bool(re.search(r"\b(?:final|best)\b", line[: found.start(1)], re.IGNORECASE))
            yield Claim({}, {split: stated}, f"{place}, output", final=final)


_OUTPUT = re.compile(r"accuracy\b[^\d]{0,40}?([-−]?\d*[.,]?\d+\s?%?)\s*\.?\s*$", re.IGNORECASE)


def _from_yaml(value: Any, words: Mapping[str, str], place: str) -> Iterator[Claim]:
    """Mappings that tell settings beside accuracies, wherever they lie: {lr: 0.1, train: 0.92, test: 0.93}."""
    if isinstance(value, list):
        for each in value:
            yield from _from_yaml(each, words, place)
    if not isinstance(value, Mapping):
        return
    numbers = {key: each for key, each in value.items() if isinstance(each, int | float) and not isinstance(each, bool)}
    texts = {key: each for key, each in value.items() if isinstance(each, str) and _NUMBER.match(each.strip())}
    told = {
        split: stated
        for key, each in {**numbers, **texts}.items()
        if (split := _split(str(key)))
        and (stated := _stated(str(each), percent=isinstance(each, float | int) and 1 < each <= 100))
    }
    if told:
        settings = {words[_plain(str(key))]: float(each) for key, each in numbers.items() if _plain(str(key)) in words}
        others = [str(key)[:60] for key in numbers if _plain(str(key)) not in words and not _split(str(key))]
        yield Claim(settings, told, place, tuple(key for key in others if _may_tell(key)))
    for each in value.values():
        yield from _from_yaml(each, words, place)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold().replace("\\", ""))
