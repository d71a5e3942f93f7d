"""What was seen of a hand-in as a row of cells, so that two hand-ins can be compared entry by entry.

Every place in the reference's observations that holds a number, an array or a word is a cell. The same places are
looked up in what was seen of another hand-in; a crash fills all the cells of the call that crashed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from grader.checks import GONE, failure_of
from grader.compare import is_single, numbers
from grader.compare.explanations import DOUBLE, Array
from grader.model import Failure, Observation
from grader.rubric import Criterion, Rubric

LARGEST = 256  # entries that a cell keeps; longer arrays are folded
ABSENT = "absent"
_BUCKETS = 64
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place: a code that has to be the same, and numbers that have to be close."""

    code: str  # a shape, with where the numbers are not finite; or a word, or how a call failed
    values: Array
    norm: float  # the largest absolute number
    single: bool = False  # computed in less than double precision

    @property
    def missing(self) -> bool:
        """Whether a call crashed here, or gave nothing back."""
        return self.code.startswith("!") or self.code in (ABSENT, "NoneType")


Cells = Mapping[int, Cell]
"""By the number of the place. A place that nothing is known of is not there."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the reference's observations, such as two-layer-gradient/0/gradients/W1."""

    path: Path
    scalar: bool  # an array of one number is understood as the number
    meets: bool  # several parts of a hand-in have their share in what is seen here

    @property
    def criterion(self) -> str:
        """The id of the criterion that looks here."""
        return self.path[0]

    def __str__(self) -> str:
        return "/".join(self.path)


Layout = tuple[Place, ...]


def layout_of(rubric: Rubric, reference: Mapping[str, Observation]) -> Layout:
    """Every place in what was seen of the reference, in order."""
    return tuple(
        place
        for criterion in rubric.criteria
        if criterion.check.TELLS_MISTAKES and criterion.id in reference
        for place in _places(criterion, _told(criterion, reference[criterion.id]), (criterion.id,))
    )


def cells_of(rubric: Rubric, seen: Mapping[str, Observation], layout: Layout) -> Cells:
    """What stands in each place of the layout, where something is known of it."""
    wanted = {place.criterion for place in layout}
    told = {c.id: _told(c, seen[c.id]) for c in rubric.criteria if c.id in wanted and c.id in seen}
    found = ((number, _look(told, place)) for number, place in enumerate(layout))
    return {number: cell for number, cell in found if cell is not None}


def apart(one: Cell, other: Cell, scale: float = 0.0) -> float:
    """How far two cells are apart, relative to the largest number in either or to the scale; 0 where both are zero."""
    if one.code != other.code:
        return float("inf")
    largest = max(one.norm, other.norm, scale)
    if not largest or not one.values.size:
        return 0.0
    return float(np.abs(one.values - other.values).max()) / largest


def alike(criterion: Criterion, seen: Observation, reference: Observation) -> bool:
    """Whether nothing was seen by one criterion but what was seen of the reference on the same inputs."""
    mine, theirs = {criterion.id: _told(criterion, seen)}, {criterion.id: _told(criterion, reference)}
    for place in _places(criterion, theirs[criterion.id], (criterion.id,)):
        cell, expected = _look(mine, place), _look(theirs, place)
        if cell is None or expected is None or apart(cell, expected) > DOUBLE:
            return False
    return True


def cell_of(value: Any, scalar: bool = False) -> Cell:
    """The cell of a plain value."""
    array = numbers(value)
    if array is None:
        return _word(_as_word(value))
    if scalar and array.size == 1:
        array = array.reshape(())
    finite = np.isfinite(array)
    code = str(array.shape)
    if not finite.all():
        code += f" {zlib.crc32(_signs(array).tobytes()):08x}"
        array = np.where(finite, array, 0.0)
    folded = _folded(array.reshape(-1))
    return Cell(code, folded, float(np.abs(folded).max(initial=0.0)), is_single(value))


def _told(criterion: Criterion, seen: Observation) -> Any:
    """What a check tells of what it saw, or the failure that kept it from seeing; None where nothing is known."""
    if seen.failure:
        return seen.failure if seen.failure.fault == "student" else None
    try:
        return criterion.check.signature(seen.values)
    except Exception:  # claims of a worker in a form that nobody thought of; judging them is another's business
        return None


def _places(criterion: Criterion, value: Any, path: Path, meets: bool = False) -> Iterator[Place]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _places(criterion, inner, (*path, str(key)), meets or key in criterion.check.MEETS)
    elif isinstance(value, list) and numbers(value) is None:
        for index, inner in enumerate(value):
            yield from _places(criterion, inner, (*path, str(index)), meets)
    else:
        array = numbers(value)
        yield Place(path, array is not None and array.ndim == 0, meets)


def _look(told: Mapping[str, Any], place: Place) -> Cell | None:
    value = told.get(place.criterion)
    if value is None:
        return None
    for depth, key in enumerate(place.path[1:]):
        if (cell := _failed(value)) is not None:
            return cell
        known = _step(value, key)
        if known is _NOT_THERE:
            return None if depth == 0 else _word(ABSENT)  # a check leaves out what it cannot tell
        value = known
    return _failed(value) or cell_of(value, place.scalar)


_NOT_THERE = object()


def _step(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(key, _NOT_THERE)
    if isinstance(value, list) and key.isdigit() and int(key) < len(value):
        return value[int(key)]
    return _NOT_THERE


def _failed(value: Any) -> Cell | None:
    """The cell of a call that did not come to an answer."""
    if isinstance(value, Failure):
        return _failure(value.code, value.message)
    found = failure_of(value)
    return _failure(found.code, found.message) if found else None


def _failure(code: str, message: str) -> Cell:
    return _word(f"!{code}" if code in GONE else f"!{code} {_shapes(message)}")


_MISFIT = (r"matmul: .*\(size (\d+) is different from (\d+)\)", r"not aligned: (\d+) \(dim \d+\) != (\d+) \(dim \d+\)")


_BEYOND = r"index -?\d+ is out of bounds for (?:axis \d+ with )?size (\d+)"


def _shapes(message: str) -> str:
    """The message; what can be written in two ways in the same words, such as a product that does not fit."""
    found = re.search(_BEYOND, message)
    if found:
        return f"index beyond {found[1]}"
    for pattern in _MISFIT:
        found = re.search(pattern, message)
        if found:
            return "product of {} and {}".format(*sorted(found.groups(), key=int))
    return message


def _word(code: str) -> Cell:
    return Cell(code, np.zeros(0), 0.0)


def _as_word(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else type(value).__name__


def _signs(array: Array) -> Array:
    """0 where finite, 1 at NaN, 2 and 3 at the infinities."""
    signs: Array = np.isnan(array) + 2 * np.isposinf(array) + 3 * np.isneginf(array)
    return signs.astype(np.int8)


def _folded(flat: Array) -> Array:
    """A long array as 64 sums with random signs: arrays that differ anywhere differ there."""
    if flat.size <= LARGEST:
        return flat
    buckets, signs = _folding(flat.size)
    return np.bincount(buckets, signs * flat, _BUCKETS)


@lru_cache(16)
def _folding(size: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(size)
    return rng.integers(0, _BUCKETS, size), rng.choice([-1.0, 1.0], size)
