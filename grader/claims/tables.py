"""Stated results: tables in Markdown and in notebooks, lists in YAML, and lines such as “Final Accuracy” in outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.answers.places import Note, notes
from grader.strict_yaml import parse

__all__ = ["SETTINGS", "Claim", "Stated", "read"]

Splits = Mapping[str, "Stated"]
MOST_CLAIMS = 500
MOST_YAML = 64 << 10  # bytes
MOST_FILES = 20  # of YAML
MOST_ROWS = 5000  # of the tables of one text
MOST_CELLS = 40  # in a row
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "learning_rate": ("lr", "learning rate", "step size", "eta", "η"),
    "reg": ("reg", "regularization", "regularisation", "lambda", "λ", "weight decay", "l2"),
    "batch_size": ("batch", "batch size"),
    "epochs": ("epochs", "epoch"),
    "hidden_size": ("hidden", "hidden size", "hidden units"),
    "momentum": ("momentum",),
}
_SPLITS = {
    "train": ("train", "training", "insample"),
    "valid": ("valid", "validation", "val", "dev"),
    "test": ("test", "testing"),
}
_OTHER_MEASURES = frozenset({"loss", "error", "cost", "time", "seconds", "epoch", "norm"})
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


def read(files: Mapping[str, bytes], settings: Mapping[str, Sequence[str]] = SETTINGS) -> tuple[Claim, ...]:
    """Every stated result of a hand-in, in the order of its files."""
    return tuple(claim for claim, _ in zip(_all(files, settings), range(MOST_CLAIMS), strict=False))


def _all(files: Mapping[str, bytes], settings: Mapping[str, Sequence[str]]) -> Iterator[Claim]:
    words = {_plain(spelling): name for name, spellings in settings.items() for spelling in (name, *spellings)}
    for note in notes(files):
        place = f"{note.file}, cell {note.number}" if note.file.endswith(".ipynb") else note.file
        if not note.code:
            for table in _tables(note.text):
                yield from _from_table(table, words, place)
        yield from _from_outputs(note, place)
    for name in sorted(name for name in files if name.endswith((".yaml", ".yml")))[:MOST_FILES]:
        if len(files[name]) <= MOST_YAML:
            yield from _from_yaml(parse(files[name]).value, words, name)


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
    for row in table[1:]:
        settings = _settings(row, names, words)
        told = {
            split: stated
            for n, split in splits.items()
            if n < len(row) and (stated := _stated(row[n], percent=percent[n]))
        }
        if told:
            yield Claim(settings, told, place)


def _settings(row: Sequence[str], names: Mapping[int, str], words: Mapping[str, str]) -> dict[str, float]:
    """What a row says of its configuration: numbers below a setting's name, and cells such as lr=0.1."""
    settings: dict[str, float] = {}
    for n, cell in enumerate(row):
        if n in names:
            found = _NUMBER.search(cell)
            if found:
                settings[names[n]] = _number(found[0])
            continue
        for name, value in re.findall(r"([^\W\d][\w ]{0,30}?|λ|η)\s*[=:]\s*([-−.,\deE]{1,24})", cell):
            if _plain(name) in words and _NUMBER.fullmatch(value.rstrip(".,")):
                settings[words[_plain(name)]] = _number(value.rstrip(".,"))
    return settings


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
    """The number in a cell as a fraction; of 0.942 ± 0.003, the first."""
    found = _NUMBER.search(cell)
    if not found:
        return None
    digits = re.split("[eE]", found[0].replace(",", "."))[0].partition(".")[2]
    exponent = re.search(r"[eE]([-−]?\d+)", found[0])
    step = 10.0 ** (-len(digits) + int(exponent[1].replace("−", "-") if exponent else 0))
    scale = 0.01 if percent or cell[found.end() :].lstrip(" \\").startswith("%") else 1.0
    return Stated(_number(found[0]) * scale, step * scale)


def _number(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-").replace("–", "-"))


def _from_outputs(note: Note, place: str) -> Iterator[Claim]:
    """Lines of a notebook's outputs that end in an accuracy: “Final Accuracy on Test Data: 0.9485”."""
    for line in [line for output in note.outputs for line in output.splitlines()[-2000:]]:
        found = _OUTPUT.search(line[:300])
        split = _split(line[: found.start(1)]) if found else ""
        if found and split and (stated := _stated(found[1], percent=False)):
            yield Claim({}, {split: stated}, f"{place}, output")


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
        yield Claim(settings, told, place)
    for each in value.values():
        yield from _from_yaml(each, words, place)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold().replace("\\", ""))
