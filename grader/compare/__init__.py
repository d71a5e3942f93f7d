"""What came back against what was expected: equal, or the most telling way in which it is not.

Everything here works on plain values that the trusted side owns. Comparisons are relative to the larger of the two
norms (never entry by entry: a right gradient always has a tiny entry somewhere), and NaN is never equal to anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.compare.explanations import DOUBLE, SINGLE, Array, Look, explain, not_finite, relative_error
from grader.model import Finding

__all__ = [
    "Tolerance",
    "Wrong",
    "agrees",
    "difference",
    "finiteness",
    "first_difference",
    "is_multiple",
    "is_single",
    "numbers",
    "same",
]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a right answer may be off: relative to the norm, and absolutely (for guards inside a logarithm)."""

    relative: float = DOUBLE
    absolute: float = 1e-12


@dataclass(frozen=True, slots=True)
class Wrong:
    """Numbers of the right form and finite, but not the expected ones; `what` they are."""

    what: str
    got: Array
    want: Array


def difference(seen: Any, expected: Any, what: str, tolerance: Tolerance = Tolerance()) -> Finding | None:
    """The most telling difference as a finding about `what`, or None where the two agree."""
    found = first_difference(seen, expected, what, tolerance)
    return explain(found.what, [Look(found.got, found.want)]) if isinstance(found, Wrong) else found


def first_difference(seen: Any, expected: Any, what: str, tolerance: Tolerance = Tolerance()) -> Finding | Wrong | None:
    """What is wrong first: a finding about the form, or numbers that are to be explained; None where the two agree."""
    if isinstance(expected, Mapping):
        return _of_mapping(seen, expected, what, tolerance)
    if isinstance(expected, list) and isinstance(seen, list):
        return _of_list(seen, expected, what, tolerance)
    if isinstance(expected, str | bool) or expected is None:
        return None if seen == expected else _wrong_words(seen, expected, what)
    return _of_numbers(seen, expected, what, tolerance)


def agrees(seen: Any, expected: Any, tolerance: Tolerance = Tolerance()) -> bool:
    """Whether the two agree within the tolerance."""
    return difference(seen, expected, "it", tolerance) is None


def is_multiple(
    seen: Any,
    expected: Any,
    times: float | tuple[float, float],
    plus: float | tuple[float, float],
    tolerance: Tolerance = Tolerance(),
) -> bool:
    """Whether all of `seen` is one multiple of all of `expected` plus one constant, each within its bounds."""
    pairs = _number_pairs(seen, expected)
    if pairs is None:
        return False
    got, want = (np.concatenate([pair[side].reshape(-1) for pair in pairs]) for side in (0, 1))
    (least, most), (lowest, highest) = _bounds(times), _bounds(plus)
    factor, constant = _fitted(got, want, _only(times), _only(plus))
    inside = least - DOUBLE <= factor <= most + DOUBLE and lowest - DOUBLE <= constant <= highest + DOUBLE
    fitted = factor * want + constant
    close = float(np.abs(got - fitted).max(initial=0.0)) <= tolerance.absolute
    return inside and (close or relative_error(got, fitted) <= (SINGLE if is_single(seen) else tolerance.relative))


def _bounds(value: float | tuple[float, float]) -> tuple[float, float]:
    return value if isinstance(value, tuple) else (value, value)


def _only(value: float | tuple[float, float]) -> float | None:
    return None if isinstance(value, tuple) else value


def _number_pairs(seen: Any, expected: Any) -> list[tuple[Array, Array]] | None:
    """The arrays of both, side by side; None where they are not of the same form, or not finite."""
    if isinstance(expected, Mapping):
        if not isinstance(seen, Mapping) or not expected.keys() <= seen.keys():
            return None
        listed = [_number_pairs(seen[key], value) for key, value in expected.items()]
        return None if None in listed else [pair for pairs in listed if pairs for pair in pairs]
    got, want = numbers(seen), numbers(expected)
    if got is None or want is None or got.size != want.size or (want.ndim and got.shape != want.shape):
        return None
    return [(got, want)] if np.isfinite(got).all() and np.isfinite(want).all() else None


def _fitted(got: Array, want: Array, times: float | None, plus: float | None) -> tuple[float, float]:
    """The multiple and the constant that come nearest, of those that are not given."""
    if times is not None and plus is not None:
        return times, plus
    if times is not None:
        return times, float((got - times * want).mean())
    if plus is not None:
        return float(((got - plus) * want).sum() / max(float((want * want).sum()), 1e-300)), plus
    basis = np.stack([want, np.ones_like(want)], axis=1)
    factor, constant = np.linalg.lstsq(basis, got, rcond=None)[0]
    return float(factor), float(constant)


def same(one: Any, other: Any) -> bool:
    """Whether two claims of one hand-in are the same: equal but for rounding, NaN where the other is NaN."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    a, b = numbers(one), numbers(other)
    if a is None or b is None:
        return type(one) is type(other) and one == other
    rounding = 1e-4 if is_single(one) or is_single(other) else 1e-6
    if np.array_equal(a, b):  # nearly always
        return True
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=rounding, atol=rounding * 1e-2, equal_nan=True))


def numbers(value: Any) -> Array | None:
    """The value as a float64 array, or None where it is not made of numbers only."""
    if isinstance(value, bool | int | float | np.ndarray) or (isinstance(value, list) and _all_numbers(value)):
        try:
            array = np.asarray(value)
        except ValueError:
            return None
        return array.astype(np.float64) if array.dtype.kind in "fiub" else None
    return None


def finiteness(value: Any) -> Any:
    """The value with 0 for each finite number, and NaN and the infinities as they are."""
    if isinstance(value, Mapping):
        return {key: finiteness(inner) for key, inner in value.items()}
    array = numbers(value)
    return value if array is None else np.where(np.isfinite(array), 0.0, array)


def is_single(value: Any) -> bool:
    """Whether the array was computed in less than double precision, so that it deserves the wider tolerance."""
    return isinstance(value, np.ndarray) and value.dtype == np.float32


def _all_numbers(values: Sequence[Any]) -> bool:
    return all(
        isinstance(v, bool | int | float | np.ndarray) or (isinstance(v, list) and _all_numbers(v)) for v in values
    )


def _of_mapping(seen: Any, expected: Mapping[str, Any], what: str, tolerance: Tolerance) -> Finding | Wrong | None:
    if not isinstance(seen, Mapping):
        return _wrong_type(seen, what)
    for key, value in expected.items():
        if key not in seen:
            return Finding("missing-value", f"There is no {key}.")
        found = first_difference(seen[key], value, f"{key} of {what}" if what else key, tolerance)
        if found:
            return found
    return None


def _of_list(seen: list[Any], expected: list[Any], what: str, tolerance: Tolerance) -> Finding | Wrong | None:
    if len(seen) != len(expected):
        return Finding("wrong-length", f"{what} has {len(seen)} entries; expected {len(expected)}.")
    pairs = zip(seen, expected, strict=True)
    found = (first_difference(s, e, f"entry {i} of {what}", tolerance) for i, (s, e) in enumerate(pairs))
    return next((finding for finding in found if finding), None)


def _of_numbers(seen: Any, expected: Any, what: str, tolerance: Tolerance) -> Finding | Wrong | None:
    got, want = numbers(seen), numbers(expected)
    if got is None or want is None:
        return _wrong_type(seen, what)
    if want.ndim == 0 and got.size == 1:
        got = got.reshape(())  # a loss as an array of one number is a number
    if got.shape != want.shape:
        return _wrong_shape(got, want, what)
    if not np.isfinite(got).all():
        return not_finite(got, what)
    relative = max(tolerance.relative, SINGLE) if is_single(seen) else tolerance.relative
    close = float(np.abs(got - want).max(initial=0.0)) <= tolerance.absolute
    return None if close or relative_error(got, want) <= relative else Wrong(what, got, want)


def _wrong_words(seen: Any, expected: Any, what: str) -> Finding:
    """Of texts that a driver chose, both can be told."""
    if isinstance(seen, str) and isinstance(expected, str):
        return Finding("wrong-value", f"{what} {seen[:80]}; expected: {expected}.")
    return _wrong_type(seen, what)


def _wrong_type(seen: Any, what: str) -> Finding:
    if seen is None:
        return Finding("returned-none", f"{what} came back as None.", "Is a return statement missing?")
    return Finding("wrong-type", f"{what} came back as {_kind(seen)}; expected numbers.")


def _kind(value: Any) -> str:
    names = {str: "text", bool: "a truth value", list: "a list", dict: "a dictionary"}
    return names.get(type(value), "something else")


def _wrong_shape(got: Array, want: Array, what: str) -> Finding:
    hint = "Write the shapes next to each step of the formula."
    if got.ndim == 2 and got.T.shape == want.shape:
        hint = "Is a transpose missing, or one too many?"
    elif want.ndim and got.size == 1:
        hint = "One number came back where an array is asked: over which axis do you sum?"
    return Finding("wrong-shape", f"{what} has shape {got.shape}; expected {want.shape}.", hint)
