"""Are known mistakes named right, and nothing else? The confusion matrix over the bank of a course.

    python benchmarks/diagnosis.py [--full]

Every mistake by itself, random pairs and triples, the same in single precision, each with itself taken out of the
bank, and whole hand-ins that are right or wrong. A sample takes two minutes on two cores; all of it, with --full, takes
some fifteen, goes on where it was stopped, and is kept in benchmarks/results/diagnosis.json.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from grader.audit.course import load_course
from grader.data import load
from grader.diagnosis.library import Compose, Library, Member
from grader.diagnosis.match import Match, match
from grader.diagnosis.signature import Cell, Cells, apart, cells_of
from grader.grading import PUBLIC_SEED, Key, look, observe, prepare
from grader.intake import take
from grader.mistakes import apply, apply_all
from grader.mistakes.bank import Bank
from grader.mistakes.feedback import explain
from grader.model import Result, Submission
from grader.rubric import Rubric, find_rubric, load_rubric, reference_files
from grader.sandbox import choose

ROOT = Path(__file__).resolve().parent.parent
COURSE = "gatech-cs7643-a1"
RESULTS = ROOT / "benchmarks" / "results" / "diagnosis.json"
ROUNDING = 1e-10  # two right programs differ by less than this, relative to the largest number
IN_SINGLE = """

import functools

import numpy


def _in_single(forward):
    @functools.wraps(forward)
    def wrapped(self, X, y, mode="train"):
        narrow = X.astype(numpy.float32)
        self.weights.update({name: numpy.asarray(W, numpy.float32) for name, W in self.weights.items()})
        told = forward(self, narrow, y, mode)
        self.gradients.update({name: numpy.asarray(g, numpy.float32) for name, g in self.gradients.items()})
        X[...] = narrow
        return told

    return wrapped


for _kind in (SoftmaxRegression, TwoLayerNet):
    _kind.forward = _in_single(_kind.forward)
"""
SEED = 7  # on whose inputs whole hand-ins are judged
Names = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """One experiment: the mistakes that are in a hand-in, and how it is made."""

    truth: Names
    single: bool = False  # in single precision
    without: bool = False  # with the mistake taken out of the bank


@dataclass(frozen=True)
class Answer:
    """What the diagnosis said, and how far that is right."""

    case: Case
    named: Names
    kind: str  # "right", "the same", "part", "nothing", "wrong"
    wrong: Names  # names that are neither in the hand-in nor another way to say the same
    costly: bool  # whether a wrong name is one that may cost points
    exact: bool
    seconds: float


def main() -> None:
    """Run everything, print a table, and write the results."""
    asked = _arguments()
    bank = _bank()
    bank.progress = partial(_say, "known mistakes, seen once")
    started = time.monotonic()
    library = bank.library(_size(bank.rubric))
    made = time.monotonic() - started
    visible = [member.names[0] for member in library.members if _deviates(member, library)]
    groups = {title: cases for title, cases in _groups(asked, visible).items() if title.startswith(asked.only)}
    some = slice(None) if asked.full else slice(None, None, 3)
    with ProcessPoolExecutor(asked.jobs, get_context("spawn")) as pool:
        answers = _examined(pool, groups, _Kept(_place(bank)) if asked.full else None)
        right = dict(_told_as_done("right hand-ins", pool.map(_examine_right, _right_ones()[some])))
        wrong = dict(_told_as_done("wrong hand-ins", pool.map(_examine_wrong, _folders("wrong")[some])))
    rows = [_row(title, listed) for title, listed in answers.items()]
    families = _families(answers)
    _print_experiments(rows)
    _print_families(families)
    _print_exceptions(answers)
    _print_whole(right, wrong)
    hidden = len(library.members) - len(visible)
    print(f"\n{hidden} of {len(library.members)} mistakes leave no trace in what the rubric looks at.")
    print(f"The bank was there after {made:.1f} s; all of this took {time.monotonic() - started:.0f} s.")
    if asked.full and not asked.only:
        told = {"mistakes": len(library.members), "visible": len(visible), "rows": rows, "families": families}
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps({**told, "right": right, "wrong": wrong}, indent=1) + "\n", "utf-8")


def _groups(asked: argparse.Namespace, visible: Sequence[str]) -> dict[str, list[Case]]:
    """All experiments, by what is in the hand-ins."""
    rng = random.Random(asked.seed)
    third, sixth = (visible, visible) if asked.full else (visible[::3], visible[::6])
    return {
        "singles": [Case((name,)) for name in visible],
        "pairs": list(_draw(rng, visible, 2, asked.pairs)),
        "triples": list(_draw(rng, visible, 3, asked.triples)),
        "singles, float32": [Case((name,), single=True) for name in third],
        "pairs, float32": [replace(case, single=True) for case in _draw(rng, visible, 2, asked.float_pairs)],
        "left out": [Case((name,), without=True) for name in sixth],
    }


def _examined(pool: Executor, groups: Mapping[str, Sequence[Case]], kept: _Kept | None) -> dict[str, list[Answer]]:
    """The answers of each group; those that an earlier run kept are not worked out again."""
    answers: dict[str, list[Answer]] = {}
    for title, cases in groups.items():
        known = {answer.case: answer for answer in kept.answers} if kept else {}
        missing = list(dict.fromkeys(case for case in cases if case not in known))
        for answer in _told_as_done(title, pool.map(_examine, missing), len(missing)):
            known[answer.case] = answer
            if kept:
                kept.add(answer)
        answers[title] = [known[case] for case in cases]
    return answers


class _Kept:
    """Answers on disk, a line for each, so that a run that was stopped goes on where it was."""

    def __init__(self, path: Path) -> None:
        self.path, self.answers = path, list[Answer]()
        if path.is_file():
            for line in path.read_text("utf-8").splitlines():
                with suppress(ValueError):  # the last one may be cut short
                    self.answers.append(_answer(line))
            print(f"{len(self.answers)} answers were there already, in {path}", file=sys.stderr)

    def add(self, answer: Answer) -> None:
        """Keep one more."""
        self.answers.append(answer)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps(asdict(answer))}")  # after whatever was cut short


def _answer(line: str) -> Answer:
    told = json.loads(line)
    case = {**told["case"], "truth": tuple(told["case"]["truth"])}
    return Answer(**{**told, "case": Case(**case), "named": tuple(told["named"]), "wrong": tuple(told["wrong"])})


def _place(bank: Bank) -> Path:
    """Where answers are kept: another place for another bank, another way to diagnose, or another experiment."""
    code = [Path(__file__), *sorted((ROOT / "grader" / "diagnosis").glob("*.py"))]
    digest = sha256(b"".join(sha256(path.read_bytes()).digest() for path in code)).hexdigest()[:12]
    return bank.folder.parent / f"benchmark-{bank.folder.name[:12]}-{digest}.jsonl"


def _told_as_done(title: str, done: Iterable[T], count: int = 0) -> Iterator[T]:
    """The same, told about while it comes."""
    for number, each in enumerate(done, 1):
        yield each
        _say(title, number, count)
    print("\r\033[K" if sys.stderr.isatty() else "", end="", file=sys.stderr)


def _say(title: str, number: int, count: int) -> None:
    """How far something is: over and over on a terminal, and now and then in a log."""
    told = f"{title}: {number}" + (f" of {count}" if count else "")
    if sys.stderr.isatty():
        print(f"\r{told}\033[K", end="", flush=True, file=sys.stderr)
    elif number % 50 == 0 or number == count:
        print(told, flush=True, file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, help="80, or 1,500 with --full")
    parser.add_argument("--triples", type=int, help="30, or 400 with --full")
    parser.add_argument("--full", action="store_true", help="every mistake in every experiment, and keep the numbers")
    parser.add_argument("--only", default="", help="these groups only, such as triples")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    asked.pairs = asked.pairs or (1500 if asked.full else 80)
    asked.triples = asked.triples or (400 if asked.full else 30)
    asked.float_pairs = asked.pairs if asked.full else asked.pairs // 2
    return asked


@cache
def _bank() -> Bank:
    return Bank(load_rubric(find_rubric(COURSE)), choose("auto"))


def _size(rubric: Rubric) -> str:
    return next(iter(rubric.sizes))


def _draw(rng: random.Random, names: Sequence[str], count: int, wanted: int) -> Iterator[Case]:
    """Random groups of mistakes that do not change the same text."""
    bank = _bank()
    files = reference_files(bank.rubric.reference)
    order = {name: number for number, name in enumerate(bank.mistakes)}
    while wanted:
        group = tuple(sorted(rng.sample(names, count), key=order.__getitem__))
        if apply_all([bank.mistakes[name] for name in group], files) is not None:
            wanted -= 1
            yield Case(group)


def _examine(case: Case) -> Answer:
    """Make the hand-in, look at it, and let it be diagnosed."""
    bank = _bank()
    library = bank.library(_size(bank.rubric))
    seen = _with_rounding(_seen(case))
    if case.without:
        rest = [member for member in library.members if member.names != case.truth]
        library = replace(library, members=rest, compose=_without(case.truth[0], library.compose))
    started = time.monotonic()
    found = match(seen, library)
    seconds = time.monotonic() - started
    wrong = _wrong(case, found, seen, library)
    costly = any(not bank.mistakes[name].harmless for name in wrong)
    return Answer(case, found.names, _kind(case, found, wrong), wrong, costly, found.exact, seconds)


def _seen(case: Case) -> Cells:
    bank = _bank()
    library = bank.library(_size(bank.rubric))
    if len(case.truth) == 1 and not case.single:  # the bank has looked at just this hand-in
        member = next(each for each in library.members if each.names == case.truth)
        cells = {**library.reference, **member.cells}
        return {number: cell for number, cell in cells.items() if number not in member.unknown}
    mistakes = [bank.mistakes[name] for name in case.truth]
    files = dict(apply_all(mistakes, reference_files(bank.rubric.reference)) or {})
    if case.single:
        files["models/__init__.py"] += IN_SINGLE.encode()
    return cells_of(bank.rubric, bank.look(files, _size(bank.rubric)), library.layout)


def _with_rounding(cells: Cells) -> Cells:
    """The cells as another program would give them, that adds up in another order."""
    rng = np.random.default_rng(0)

    def rounded(cell: Cell) -> Cell:
        return replace(cell, values=cell.values + ROUNDING * cell.norm * rng.normal(size=cell.values.shape))

    return {number: rounded(cell) for number, cell in cells.items()}


def _without(name: str, compose: Compose) -> Compose:
    return lambda names, criterion: None if name in names else compose(names, criterion)


def _wrong(case: Case, found: Match, seen: Cells, library: Library) -> Names:
    """Names that are not in the hand-in, unless the named ones together leave just what was seen of it."""
    strange = tuple(name for name in found.names if name not in case.truth)
    if not strange or _same(found.names, seen, library, 1e-4 if case.single else 1e-6):
        return ()
    return strange


def _same(names: Names, seen: Cells, library: Library, tolerance: float) -> bool:
    single = {member.names: member for member in library.members}
    member = single.get(names) or library.compose(names, "")
    if member is None:
        return False
    theirs = (member.cells.get(number, cell) for number, cell in library.reference.items())
    return all(
        apart(seen[number], other, library.reference[number].norm) <= tolerance
        for number, other in enumerate(theirs)
        if number in seen and number not in member.unknown
    )


def _kind(case: Case, found: Match, wrong: Names) -> str:
    if wrong:
        return "wrong"
    if not found.names:
        return "nothing"
    if set(found.names) == set(case.truth):
        return "right"
    return "the same" if found.exact else "part"


def _deviates(member: Member, library: Library) -> bool:
    return any(apart(c, library.reference[n], library.reference[n].norm) > 1e-6 for n, c in member.cells.items())


def _folders(kind: str) -> list[Path]:
    folder = ROOT / "tests" / "variants" / COURSE / kind
    return sorted(path for path in folder.iterdir() if path.is_dir())


def _right_ones() -> list[tuple[str, dict[str, bytes]]]:
    """Right hand-ins, whole ones and the reference written in another way."""
    course = load_course(_bank().rubric)
    whole = [(path.name, dict(take(path).files)) for path in _folders("right")]
    return whole + [(variant.id, apply(variant, course.files)) for variant in course.variants]


def _examine_right(named: tuple[str, dict[str, bytes]]) -> tuple[str, dict[str, Any]]:
    """The points of a right hand-in, and the mistakes that are named in it although it is right."""
    name, files = named
    submission = Submission(name, Path(name), name, tuple(sorted(files)))
    result, seen = look(submission, files, _key(), _bank().sandbox)
    result = explain(result, seen, _bank(), SEED)
    found, _ = _told(submission, files)
    names = sorted({*_named(result), *(name for name in found if not _bank().mistakes[name].harmless)})
    return name, {"lost": result.score.maximum - (result.score.given or 0.0), "named": names}


def _examine_wrong(path: Path) -> tuple[str, list[str]]:
    """The mistakes that are recognised in a wrong hand-in, and where something is left unexplained."""
    intake = take(path)
    names, left = _told(intake.submission, intake.files)
    return path.name, [*names, *(f"? {id_}" for id_ in left)]


@cache
def _key() -> Key:
    return prepare(_bank().rubric, SEED, {"digits": load("digits")}, _bank().sandbox)


def _told(submission: Submission, files: Mapping[str, bytes]) -> tuple[Names, list[str]]:
    """What is recognised on public inputs, whether or not points were lost, and the criteria that it leaves open."""
    bank = _bank()
    quick = [replace(s, criteria=tuple(c for c in s.criteria if not c.check.datasets())) for s in bank.rubric.sections]
    seen = observe(submission, files, replace(bank.rubric, sections=tuple(quick)), PUBLIC_SEED, {}, bank.sandbox)
    library = bank.library(seen.size)
    found = match(cells_of(bank.rubric, seen.signature, library.layout), library)
    return found.names, sorted({library.layout[number].criterion for number in found.left})


def _named(result: Result) -> set[str]:
    codes = (f.code for section in result.sections for c in section.criteria for f in c.findings)
    return {code.removeprefix("mistake:") for code in codes if code.startswith("mistake:")}


def _row(title: str, answers: Sequence[Answer]) -> dict[str, Any]:
    count = max(len(answers), 1)
    kinds = Counter(answer.kind for answer in answers)
    names = max(sum(len(answer.named) for answer in answers), 1)
    hits = [len(set(answer.named) & set(answer.case.truth)) for answer in answers]
    row: dict[str, Any] = {
        "title": title,
        "cases": len(answers),
        **{kind: kinds[kind] / count for kind in KINDS},
        "wrong of all names": sum(len(answer.wrong) for answer in answers) / names,
        "costly": sum(answer.costly for answer in answers),
        "two names right": sum(
            hit >= 2 or a.kind in {"right", "the same"} for hit, a in zip(hits, answers, strict=True)
        )
        / count,
        "median ms": 1000 * float(np.median([answer.seconds for answer in answers] or [0.0])),
        "slowest s": max((answer.seconds for answer in answers), default=0.0),
    }
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


TARGETS = {
    "singles": "named 100 %",
    "pairs": "named 98 %, wrong names 0.2 %",
    "triples": "two of three 90 %",
    "singles, float32": "named 98 %",
    "pairs, float32": "named 96 %, wrong 1.5 %, none costly",
    "left out": "no wrong name",
}
KINDS = {"right": "right", "the same": "equal", "part": "in part", "nothing": "unnamed", "wrong": "wrong"}


def _families(answers: Mapping[str, Sequence[Answer]]) -> dict[str, dict[str, int]]:
    """What became of each mistake that was in a hand-in, by its family: the confusion matrix, summed up."""
    counts: dict[str, Counter[str]] = {}
    for title, listed in answers.items():
        for answer in listed if title != "left out" else ():
            for name in answer.case.truth:
                counts.setdefault(_bank().mistakes[name].family, Counter())[_fate(name, answer)] += 1
    return {
        family: {kind: counts[family][kind] for kind in KINDS if kind != "part"} | {"all": counts[family].total()}
        for family in sorted(counts)
    }


def _fate(name: str, answer: Answer) -> str:
    if name in answer.named:
        return "right"
    return {"part": "nothing", "right": "nothing"}.get(answer.kind, answer.kind)


def _print_experiments(rows: Iterable[Mapping[str, Any]]) -> None:
    """Each kind of hand-in in a line: how its mistakes were told."""
    heads = "".join(f"{shown:>9}" for shown in KINDS.values())
    print(f"{'hand-ins with':<18}{'cases':>6}{heads}{'ms':>7}{'most s':>8}   target")
    for row in rows:
        shares = "".join(f"{row[kind]:>9.1%}" for kind in KINDS)
        times = f"{row['median ms']:>7.1f}{row['slowest s']:>8.2f}"
        print(f"{row['title']:<18}{row['cases']:>6}{shares}{times}   {TARGETS[row['title']]}")
    print("right: just these names · equal: other names that leave just the same · in part: some of the names")


def _print_families(families: Mapping[str, Mapping[str, int]]) -> None:
    """The confusion matrix by family, over all hand-ins above but those with a mistake that is not in the bank."""
    print(f"\n{'mistakes of':<18}{'all':>6}{'right':>9}{'equal':>9}{'unnamed':>9}{'wrong':>9}")
    for family, counts in families.items():
        shown = "".join(f"{counts[kind]:>9}" for kind in ("right", "the same", "nothing", "wrong"))
        print(f"{family:<18}{counts['all']:>6}{shown}")


def _print_exceptions(answers: Mapping[str, Sequence[Answer]]) -> None:
    """Every hand-in whose mistakes were not all told."""
    print("\nnot named, or named wrong")
    for title, listed in answers.items():
        for answer in listed:
            if answer.kind not in {"right", "the same"} and (title != "left out" or answer.wrong):
                named = " + ".join(answer.named) or "nothing"
                print(f"   {title}, {KINDS[answer.kind]}: {' + '.join(answer.case.truth)} → {named}")


def _print_whole(right: Mapping[str, Mapping[str, Any]], wrong: Mapping[str, Sequence[str]]) -> None:
    """Whole hand-ins: what right ones lost, and what was named in wrong ones."""
    full = sum(not told["lost"] for told in right.values())
    clean = sum(not told["named"] for told in right.values())
    print(f"\n{len(right)} right hand-ins: {full} have full marks, {clean} have no mistake named (target: all)")
    for name, told in right.items():
        if told["lost"] or told["named"]:
            print(f"   {name}: {told['lost']:g} points lost, named {', '.join(told['named']) or 'nothing'}")
    known = sum(any(not name.startswith("?") for name in names) for names in wrong.values())
    print(f"\n{len(wrong)} wrong hand-ins, written without a look at the bank: {known} named")
    for name, names in wrong.items():
        print(f"   {name}: {', '.join(names)}")


if __name__ == "__main__":
    main()
