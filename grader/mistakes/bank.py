"""A course's known mistakes, seen as any hand-in is seen, and kept on disk by all that decides what is seen.

    bank = Bank(rubric, sandbox)
    library = bank.library("small")

Each mistake is the reference with a small change. They are seen once, on public inputs; combinations of them are seen
when somebody asks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.checks import GONE
from grader.diagnosis.library import Library, Member, Names
from grader.diagnosis.match import Match, match
from grader.diagnosis.signature import Cell, Cells, Layout, Place, apart, cells_of, layout_of
from grader.driver import read_driver
from grader.errors import GraderError
from grader.grading import PUBLIC_SEED, brief, observe_one
from grader.mistakes import Mistake, apply_all, load_mistakes
from grader.model import Observation, Observations
from grader.paths import MISTAKES, cache_folder
from grader.rubric import Rubric, load_rubric, reference_files
from grader.session import Limits, Session
from grader.writing import new_file

if TYPE_CHECKING:
    from grader.sandbox import Sandbox

__all__ = ["Bank", "Progress"]

Progress = Callable[[int, int], None]
"""Told how many mistakes have been seen, of how many."""

SAME = 1e-9  # relative: what differs less than this is the reference's own value
LIMITS = Limits(request=5.0, total=60.0)
_DECIDING = (
    "checks/*.py",
    "compare/*.py",
    "diagnosis/signature.py",
    "grading.py",
    "probes.py",
    "worker/*.py",
)


class Bank:
    """The known mistakes of one rubric, seen by all of its criteria even where a hand-in was looked at by some."""

    def __init__(
        self, rubric: Rubric, sandbox: Sandbox, progress: Progress | None = None, folder: Path | None = None
    ) -> None:
        self.rubric, self.sandbox, self.progress = load_rubric(rubric.path), sandbox, progress
        self.mistakes: Mapping[str, Mistake] = {
            each.id: each for each in load_mistakes(rubric.folder, _ids(self.rubric))
        }
        self._files = reference_files(rubric.reference)
        self.folder = (folder or cache_folder()) / "mistakes" / _digest(self.rubric, self._files)
        self._libraries: dict[str, Library] = {}
        self._composed: dict[tuple[str, Names, str], Member | None] = {}
        self._seen: dict[tuple[str, int, Names, frozenset[str] | None], Mapping[str, Observation]] = {}
        self._lock = threading.RLock()
        self._session: Session | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs; it has its own worker, and no terminal."""
        left_out: dict[str, Any] = {
            "_lock": None,
            "_session": None,
            "progress": None,
            "_libraries": {},
            "_composed": {},
            "_seen": {},
        }
        return {**vars(self), **left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.RLock())

    def files(self) -> dict[str, bytes]:
        """What is kept of it, by name."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.npz"))}

    def moved(self, rubric: Rubric, folder: Path, sandbox: Sandbox) -> Bank:
        """This bank on another machine, where the rubric and what is kept lie elsewhere."""
        self.rubric, self.folder, self.sandbox = rubric, folder, sandbox
        return self

    def library(self, size: str) -> Library:
        """All known mistakes as seen at one of the rubric's sizes; takes a while the first time."""
        with self._lock:
            if size not in self._libraries:
                self._libraries[size] = self._load(size) or self._make(size)
            return self._libraries[size]

    def recognise(
        self, seen: Observations, seed: int, lost: Collection[str] | None = None, unjudged: Collection[str] = ()
    ) -> Match:
        """The known mistakes that explain what was seen of a hand-in, which was graded with this seed.

        Anybody may know the public inputs and answer on them as a small mistake would. So what was recognised there has
        to be seen on the inputs of the seed as well, in each criterion that lost points (or else in all). Criteria that
        were not judged, since they build on one that failed, neither need to be explained nor contradict anything.
        """
        if not seen.signature:
            return Match()
        library = self.library(seen.size)
        cells = self._public(seen, library)
        public = {n: cell for n, cell in cells.items() if library.layout[n].criterion not in unjudged}
        found = match(public, library)
        places = frozenset(public) if found.exact else found.deviating - found.left
        if lost is not None:
            places = frozenset(n for n in places if library.layout[n].criterion in lost)
        if seed == PUBLIC_SEED or not found.names or self._again(found, places, seen, seed):
            return found
        return Match(deviating=found.deviating, left=found.deviating)

    def _public(self, seen: Observations, library: Library) -> Cells:
        """The cells on public inputs; what was like the reference on the inputs of the seed was not asked again."""
        right = {id_ for id_ in seen.criteria if id_ not in seen.signature}
        as_reference = {n: library.reference[n] for n, place in enumerate(library.layout) if place.criterion in right}
        return {**as_reference, **cells_of(self.rubric, seen.signature, library.layout)}

    def _again(self, found: Match, places: Collection[int], seen: Observations, seed: int) -> bool:
        """Whether the recognised mistakes do on the inputs of a seed what the hand-in does there."""
        library = self.library(seen.size)
        criteria = frozenset(library.layout[n].criterion for n in places)
        theirs = cells_of(self.rubric, self.seen(seen.size, found.names, seed, criteria), library.layout)
        mine = cells_of(self.rubric, seen.criteria, library.layout)
        # Widely, for other inputs may show more of a guard inside a logarithm.
        return all(n in mine and n in theirs and library.alike(mine[n], theirs[n], n, wide=True) for n in places)

    def seen(self, size: str, names: Names, seed: int, criteria: frozenset[str]) -> Mapping[str, Observation]:
        """What a brief look at some criteria sees of the reference with these mistakes; empty where they clash."""
        asked = None if self._remember(names) else criteria
        with self._lock:
            key = (size, seed, names, asked)
            if key not in self._seen:
                files = apply_all([self.mistakes[name] for name in names], self._files)
                self._seen[key] = {} if files is None else self._look(self._at_hand(files), size, seed, asked)
            return self._seen[key]

    def _remember(self, names: Names) -> bool:
        """Whether what is seen of these mistakes may depend on all that was asked before."""
        return any(self.mistakes[name].family == "state" for name in names)

    def look(self, files: Mapping[str, bytes], size: str) -> Mapping[str, Observation]:
        """What a brief look on public inputs sees of another hand-in that the grader made itself."""
        with self._lock:
            return self._look(self._at_hand(files), size)

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    # seeing

    def _look(
        self, session: Session, size: str, seed: int = PUBLIC_SEED, criteria: Collection[str] | None = None
    ) -> Mapping[str, Observation]:
        setting = brief(self.rubric, seed, size)
        asked = (each for each in self.rubric.criteria if each.check.TELLS_MISTAKES)
        wanted = [each for each in asked if criteria is None or each.id in criteria]
        return {each.id: observe_one(each, session, setting.named(each.id)) for each in wanted}

    def _at_hand(self, files: Mapping[str, bytes]) -> Session:
        """A session with these files; it stays open, for another combination may be asked next."""
        if self._session is None:
            self._session = self._open(files)
        else:
            self._session.change(files)
        return self._session

    def _open(self, files: Mapping[str, bytes]) -> Session:
        return Session(files, read_driver(self.rubric.driver), self.sandbox, LIMITS)

    def _make(self, size: str) -> Library:
        with self._open(self._files) as session:
            reference = self._look(session, size)
        for id_, seen in reference.items():
            if seen.failure:
                raise GraderError(
                    f"{self.rubric.path}: the reference fails its own check {id_!r}: {seen.failure.message}"
                )
        layout = layout_of(self.rubric, reference)
        cells = cells_of(self.rubric, reference, layout)
        members = self._members(size, layout, cells)
        if all(map(_is_settled, members)):
            _write(self._path(size), _packed(layout, cells, members))
        return self._as_library(size, layout, cells, members)

    def _members(self, size: str, layout: Layout, reference: Cells) -> list[Member]:
        names, threads = list(self.mistakes), os.cpu_count() or 1
        found: dict[str, Member] = {}
        stopped = threading.Event()

        def some(mine: Sequence[str]) -> None:
            with self._open(self._files) as session:
                for name in takewhile(lambda _: not stopped.is_set(), mine):
                    session.change(apply_all([self.mistakes[name]], self._files) or self._files)
                    found[name] = self._member((name,), self._look(session, size), layout, reference)
                    if self.progress:
                        self.progress(len(found), len(names))

        with ThreadPoolExecutor(threads) as pool:
            try:
                list(pool.map(some, [names[first::threads] for first in range(threads)]))
            finally:
                stopped.set()  # whoever interrupts waits for the mistake that is being seen, not for hundreds
        return [found[name] for name in names]

    def _member(self, names: Names, seen: Mapping[str, Observation], layout: Layout, reference: Cells) -> Member:
        cells = cells_of(self.rubric, seen, layout)
        changed = {n: cell for n, cell in cells.items() if apart(cell, reference[n], reference[n].norm) > SAME}
        return Member(names, changed, frozenset(range(len(layout))) - frozenset(cells))

    def _compose(self, size: str, names: Names, criterion: str) -> Member | None:
        """The member that has several mistakes at once, or None where they change the same text."""
        with self._lock:
            for key in ((size, names, ""), (size, names, criterion)):
                if key in self._composed:
                    return self._composed[key]
            self._composed[key] = self._load_composed(*key) or self._make_composed(*key)
            return self._composed[key]

    def _make_composed(self, size: str, names: Names, criterion: str) -> Member | None:
        files = apply_all([self.mistakes[name] for name in names], self._files)
        if files is None:
            return None
        library = self._libraries[size]
        if criterion and self._remember(names):
            return self._compose(size, names, "")
        seen = self._look(self._at_hand(files), size, criteria=[criterion] if criterion else None)
        member = self._member(names, seen, library.layout, library.reference)
        if _is_settled(member):
            _write(self._path(size, names, criterion), _packed((), {}, [member]))
        return member

    # keeping

    def _as_library(self, size: str, layout: Layout, reference: Cells, members: Sequence[Member]) -> Library:
        charged = {name: frozenset(mistake.criteria) for name, mistake in self.mistakes.items()}
        alone = frozenset(c.id for c in self.rubric.criteria if c.check.TELLS_MISTAKES and not c.check.models())
        varies = {name: frozenset(mistake.varies) for name, mistake in self.mistakes.items() if mistake.varies}
        return Library(layout, reference, members, charged, alone, partial(self._compose, size), varies)

    def _path(self, size: str, names: Names = (), criterion: str = "") -> Path:
        name = hashlib.sha256(json.dumps([names, criterion]).encode()).hexdigest()[:24] if names else "singles"
        return self.folder / f"{size}-{name}.npz"

    def _load(self, size: str) -> Library | None:
        read = _read(self._path(size))
        if read is None or [member.names for member in read[2]] != [(name,) for name in self.mistakes]:
            return None
        return self._as_library(size, *read)

    def _load_composed(self, size: str, names: Names, criterion: str) -> Member | None:
        read = _read(self._path(size, names, criterion))
        return read[2][0] if read and [member.names for member in read[2]] == [names] else None


def _is_settled(member: Member) -> bool:
    """Whether nothing in it may be another day's matter: a call that was late, or a fault of ours."""
    return not any(cell.code.removeprefix("!") in GONE for cell in member.cells.values())


def _ids(rubric: Rubric) -> list[str]:
    return [criterion.id for criterion in rubric.criteria]


def _digest(rubric: Rubric, files: Mapping[str, bytes]) -> str:
    """One name for all that decides what is seen."""
    package = Path(__file__).resolve().parents[1]
    code = sorted(path for pattern in _DECIDING for path in package.glob(pattern))
    contents = [*(files[name] for name in sorted(files)), *(path.read_bytes() for path in code)]
    contents += [path.read_bytes() for path in (rubric.path, rubric.folder / MISTAKES)]
    contents.append(read_driver(rubric.driver).digest.encode())
    versions = json.dumps([sorted(files), sys.version, np.__version__])
    return hashlib.sha256(
        b"".join(hashlib.sha256(each).digest() for each in (versions.encode(), *contents))
    ).hexdigest()


_Kept = tuple[Layout, Cells, list[Member]]


def _packed(layout: Layout, reference: Cells, members: Iterable[Member]) -> dict[str, Any]:
    """A layout, the reference's cells and members, as arrays that a file can hold without pickling."""
    codes: dict[str, int] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    values: list[Any] = []
    listed = list(members)
    for number, cells in enumerate([reference, *(member.cells for member in listed)]):
        for place, cell in cells.items():
            code = codes.setdefault(cell.code, len(codes))
            rows.append((number, place, code, len(cell.values), int(cell.single)))
            values.append(cell.values)
    told = {
        "layout": [[list(place.path), place.scalar, place.meets] for place in layout],
        "members": [[list(member.names), sorted(member.unknown)] for member in listed],
        "codes": list(codes),
    }
    return {
        "told": np.frombuffer(json.dumps(told).encode(), np.uint8),
        "rows": np.array(rows, np.int64).reshape(-1, 5),
        "values": np.concatenate([np.zeros(0), *values]),
    }


def _unpacked(told: Mapping[str, Any], rows: Any, values: Any) -> _Kept:
    layout = tuple(Place(tuple(path), scalar, meets) for path, scalar, meets in told["layout"])
    codes = [str(code) for code in told["codes"]]
    ends = np.cumsum(rows[:, 3]).tolist()
    norms = _norms(values, rows[:, 3])
    found: list[dict[int, Cell]] = [{} for _ in range(len(told["members"]) + 1)]
    for (number, place, code, count, single), end, norm in zip(rows.tolist(), ends, norms, strict=True):
        found[number][place] = Cell(codes[code], values[end - count : end], norm, bool(single))
    members = [
        Member(tuple(names), cells, frozenset(unknown))
        for (names, unknown), cells in zip(told["members"], found[1:], strict=True)
    ]
    return layout, found[0], members


def _norms(values: Any, counts: Any) -> list[float]:
    """The largest absolute number of each run of values; 0 for an empty one."""
    norms = np.zeros(len(counts))
    filled = counts > 0
    starts = (np.cumsum(counts) - counts)[filled]
    if len(starts):
        norms[filled] = np.maximum.reduceat(np.abs(values), starts)
    listed: list[float] = norms.tolist()
    return listed


def _read(path: Path) -> _Kept | None:
    """What an earlier run left, or None where there is nothing, or nothing usable."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            told = json.loads(kept["told"].tobytes())
            return _unpacked(told, kept["rows"], kept["values"])
    except Exception:  # missing, cut short, or of another make: it can be made again
        return None


def _write(path: Path, arrays: Mapping[str, Any]) -> None:
    """Keep arrays as a file, whole or not at all; without a place to keep them they are made again next time."""
    with contextlib.suppress(OSError, GraderError), new_file(path, private=True) as file:
        np.savez(file, **arrays)
