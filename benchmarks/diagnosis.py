"""Are known mistakes named right, and nothing else? The confusion matrix over the bank of a course.

    python benchmarks/diagnosis.py [--pairs 300] [--triples 100] [--full]

Every mistake by itself, random pairs and triples, the same in single precision, each with itself taken out of the
bank, and whole hand-ins that are right or wrong. Writes benchmarks/results/diagnosis.json.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from grader.bank import Bank
from grader.diagnosis.library import Compose, Library, Member
from grader.diagnosis.match import Match, match
from grader.diagnosis.signature import Cell, Cells, apart, cells_of
from grader.grading import PUBLIC_SEED, observe
from grader.intake import take
from grader.mistakes import apply_all
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
Names = tuple[str, ...]


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
    started = time.monotonic()
    library = bank.library(_size(bank.rubric))
    made = time.monotonic() - started
    visible = [member.names[0] for member in library.members if _deviates(member, library)]
    rng = random.Random(asked.seed)
    groups = {
        "singles": [Case((name,)) for name in visible],
        "pairs": list(_draw(rng, visible, 2, asked.pairs)),
        "triples": list(_draw(rng, visible, 3, asked.triples)),
        "singles, float32": [Case((name,), single=True) for name in visible],
        "pairs, float32": [replace(case, single=True) for case in _draw(rng, visible, 2, asked.pairs)],
        "left out": [Case((name,), without=True) for name in visible],
    }
    groups = {title: cases for title, cases in groups.items() if title.startswith(asked.only)}
    with ProcessPoolExecutor(asked.jobs, get_context("spawn")) as pool:
        answers = {title: list(pool.map(_examine, cases, chunksize=5)) for title, cases in groups.items()}
        right = dict(pool.map(_examine_folder, _folders("right")))
        wrong = dict(pool.map(_examine_folder, _folders("wrong")))
    table = _table(answers, right)
    _print(table, answers, right, wrong, hidden=len(library.members) - len(visible), made=made)
    told = {"rows": table, "right": right, "wrong": wrong, "mistakes": len(library.members), "visible": len(visible)}
    if not asked.only:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--triples", type=int, default=100)
    parser.add_argument("--full", action="store_true", help="1,500 pairs and 400 triples")
    parser.add_argument("--only", default="", help="these groups only, such as triples")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    if asked.full:
        asked.pairs, asked.triples = 1500, 400
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


def _examine_folder(path: Path) -> tuple[str, list[str]]:
    """The names for a whole hand-in."""
    bank = _bank()
    quick = [replace(s, criteria=tuple(c for c in s.criteria if not c.check.datasets())) for s in bank.rubric.sections]
    rubric = replace(bank.rubric, sections=tuple(quick))
    intake = take(path)
    seen = observe(intake.submission, intake.files, rubric, PUBLIC_SEED, {}, bank.sandbox)
    library = bank.library(seen.size)
    found = match(cells_of(bank.rubric, seen.signature, library.layout), library)
    rest = sorted({library.layout[number].criterion for number in found.left})
    return path.name, [*found.names, *(f"? {id_}" for id_ in rest)]


def _table(answers: Mapping[str, Sequence[Answer]], right: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    rows = [_row(title, listed) for title, listed in answers.items()]
    clean = sum(not any(not name.startswith("?") for name in names) for names in right.values())
    return [*rows, {"title": "right hand-ins", "cases": len(right), "without a name": clean / max(len(right), 1)}]


def _row(title: str, answers: Sequence[Answer]) -> dict[str, Any]:
    count = max(len(answers), 1)
    kinds = Counter(answer.kind for answer in answers)
    names = max(sum(len(answer.named) for answer in answers), 1)
    hits = [len(set(answer.named) & set(answer.case.truth)) for answer in answers]
    row: dict[str, Any] = {
        "title": title,
        "cases": len(answers),
        "right class": (kinds["right"] + kinds["the same"]) / count,
        "part": kinds["part"] / count,
        "nothing": kinds["nothing"] / count,
        "with a wrong name": kinds["wrong"] / count,
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
    "singles": "right class 100 %",
    "pairs": "right class ≥ 98 %, wrong names ≤ 0.2 %",
    "triples": "two of three names ≥ 90 %",
    "singles, float32": "right class ≥ 98 %",
    "pairs, float32": "right class ≥ 96 %, wrong names ≤ 1.5 %, none that costs points",
    "left out": "wrong names 0",
    "right hand-ins": "no name",
}


def _print(
    table: Iterable[Mapping[str, Any]],
    answers: Mapping[str, Sequence[Answer]],
    right: Mapping[str, Sequence[str]],
    wrong: Mapping[str, Sequence[str]],
    *,
    hidden: int,
    made: float,
) -> None:
    print(
        f"The bank was there after {made:.2f} s. {hidden} of its mistakes leave no trace in what the rubric looks at."
    )
    for row in table:
        shown = [f"{name} {_shown(name, value)}" for name, value in row.items() if name not in {"title", "cases"}]
        print(f"\n{row['title']} ({row['cases']})   target: {TARGETS[row['title']]}\n   {', '.join(shown)}")
        for answer in answers.get(row["title"], ()):
            if answer.kind not in {"right", "the same"} and (row["title"] != "left out" or answer.wrong):
                print(f"   {answer.kind}: {' + '.join(answer.case.truth)} → {' + '.join(answer.named) or '-'}")
    for title, told in (("right", right), ("wrong", wrong)):
        print(f"\n{title} hand-ins")
        for name, names in told.items():
            if names or title == "wrong":
                print(f"   {name}: {', '.join(names) or 'nothing'}")


def _shown(name: str, value: Any) -> str:
    if name in {"costly"}:
        return str(value)
    return f"{value:.2f}" if name in {"median ms", "slowest s"} else f"{value:.1%}"


if __name__ == "__main__":
    main()
