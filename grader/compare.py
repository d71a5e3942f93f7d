"""What came back against what was expected: equal, or the most telling way in which it is not.

Everything here works on plain values that the trusted side owns. Comparisons are relative to the larger of the two
norms (never entry by entry: a right gradient always has a tiny entry somewhere), and NaN is never equal to anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.model import Finding

Array = np.ndarray[Any, np.dtype[Any]]

DOUBLE = 1e-6  # right float64 code differs by 1e-16 … 1e-9, the smallest real mistake by 5e-3
SINGLE = 1e-4  # right float32 code differs by up to 5e-7 in one step, more after several


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a right answer may be off: relative to the norm, and absolutely (for guards inside a logarithm)."""

    relative: float = DOUBLE
    absolute: float = 1e-12


_PLAIN_FACTORS = (0.25, 0.5, 2.0, 3.0, 4.0, 100.0, float(np.log(2)), 1 / float(np.log(2)), 1 / float(np.log(10)))


@dataclass(frozen=True, slots=True)
class Scale:
    """Names for the constants that a factor may turn out to be, such as {"the number of rows": 13}."""

    names: Mapping[str, float] = field(default_factory=dict)

    def name(self, factor: float) -> str:
        """The factor in words, "13 times (13 is the number of rows)", or nothing where it is no constant."""
        for label, value in self.names.items():
            if abs(factor - value) <= 1e-4 * value:
                return f"{number(value)} times ({number(value)} is {label})"
            if abs(factor * value - 1) <= 1e-4:
                return f"1/{number(value)} of ({number(value)} is {label})"
        return f"{number(factor)} times" if any(abs(factor - c) <= 1e-4 * c for c in _PLAIN_FACTORS) else ""


def difference(
    seen: Any, expected: Any, what: str, tolerance: Tolerance = Tolerance(), scale: Scale = Scale()
) -> Finding | None:
    """The most telling difference as a finding about `what`, or None where the two agree."""
    if isinstance(expected, Mapping):
        return _of_mapping(seen, expected, what, tolerance, scale)
    if isinstance(expected, list) and isinstance(seen, list):
        return _of_list(seen, expected, what, tolerance, scale)
    if isinstance(expected, str | bool) or expected is None:
        return None if seen == expected else _wrong_words(seen, expected, what)
    return _of_numbers(seen, expected, what, tolerance, scale)


def extra_term(seen: Any, expected: Any, term: Array, what: str, of: str) -> Finding | None:
    """The finding that `what` is a multiple of what was expected and one of a term, by least squares; else None."""
    got, want = numbers(seen), numbers(expected)
    if got is None or want is None or not got.shape == want.shape == term.shape or got.size < 4:
        return None
    if not np.isfinite(got).all():
        return None
    basis = np.stack([want.reshape(-1), term.reshape(-1)], axis=1)
    (share, extra), *_ = np.linalg.lstsq(basis, got.reshape(-1), rcond=None)
    explained = relative_error(got, share * want + extra * term) <= (SINGLE if is_single(seen) else DOUBLE)
    if not explained or abs(extra) * np.abs(term).max() <= 1e-4 * np.abs(got).max():
        return None
    times = "" if abs(share - 1) < 1e-5 else f"{number(float(share))} times "
    sign, size = ("plus" if extra > 0 else "minus"), number(abs(float(extra)))
    message = f"{what} is {times}the expected value {sign} {size} times {of}."
    return Finding("extra-term", message, f"Which line adds a multiple of {of}, and is it its part to do so?")


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


def relative_error(seen: Array, expected: Array) -> float:
    """Maximum of |seen − expected| over the larger of the two maximum norms; infinite where anything is not finite."""
    if not (np.isfinite(seen).all() and np.isfinite(expected).all()):
        return float("inf")
    if seen.size == 0:
        return 0.0
    largest = max(float(np.abs(seen).max()), float(np.abs(expected).max()))
    gap = float(np.abs(seen - expected).max())
    return gap / largest if largest > 0 else 0.0


def is_single(value: Any) -> bool:
    """Whether the array was computed in less than double precision, so that it deserves the wider tolerance."""
    return isinstance(value, np.ndarray) and value.dtype == np.float32


def number(value: float) -> str:
    """A number as a sentence shows it: four figures, no trailing zeros."""
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.4g}"


def _all_numbers(values: Sequence[Any]) -> bool:
    return all(
        isinstance(v, bool | int | float | np.ndarray) or (isinstance(v, list) and _all_numbers(v)) for v in values
    )


def _of_mapping(
    seen: Any, expected: Mapping[str, Any], what: str, tolerance: Tolerance, scale: Scale
) -> Finding | None:
    if not isinstance(seen, Mapping):
        return _wrong_type(seen, what)
    for key, value in expected.items():
        if key not in seen:
            return Finding("missing-value", f"There is no {key}.")
        found = difference(seen[key], value, f"{key} of {what}" if what else key, tolerance, scale)
        if found:
            return found
    return None


def _of_list(seen: list[Any], expected: list[Any], what: str, tolerance: Tolerance, scale: Scale) -> Finding | None:
    if len(seen) != len(expected):
        return Finding("wrong-length", f"{what} has {len(seen)} entries; expected {len(expected)}.")
    pairs = zip(seen, expected, strict=True)
    found = (difference(s, e, f"entry {i} of {what}", tolerance, scale) for i, (s, e) in enumerate(pairs))
    return next((finding for finding in found if finding), None)


def _of_numbers(seen: Any, expected: Any, what: str, tolerance: Tolerance, scale: Scale) -> Finding | None:
    got, want = numbers(seen), numbers(expected)
    if got is None or want is None:
        return _wrong_type(seen, what)
    if want.ndim == 0 and got.size == 1:
        got = got.reshape(())  # a loss as an array of one number is a number
    if got.shape != want.shape:
        return _wrong_shape(got, want, what)
    if not np.isfinite(got).all():
        return _not_finite(got, what)
    relative = max(tolerance.relative, SINGLE) if is_single(seen) else tolerance.relative
    close = float(np.abs(got - want).max(initial=0.0)) <= tolerance.absolute
    if close or relative_error(got, want) <= relative:
        return None
    return _explain(got, want, what, scale)


def _wrong_words(seen: Any, expected: Any, what: str) -> Finding:
    """Of texts that a driver chose, both can be told."""
    if isinstance(seen, str) and isinstance(expected, str):
        return Finding("wrong-value", f"{what}: {seen[:80]}; expected: {expected}.")
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


def _not_finite(got: Array, what: str) -> Finding:
    bad = "NaN" if np.isnan(got).any() else "infinite"
    if got.ndim == 0:
        return Finding("not-finite", f"{what} is {bad}.", "Print the steps before it: where does the first one appear?")
    count = int((~np.isfinite(got)).sum())
    return Finding(
        "not-finite",
        f"{what}: {count} of {got.size} entries are {bad}.",
        "Print the steps before it: where does the first one appear?",
    )


def _explain(got: Array, want: Array, what: str, scale: Scale) -> Finding:
    for explanation in _EXPLANATIONS:
        found = explanation(got, want, what, scale)
        if found:
            return found
    if got.ndim == 0:
        return Finding("wrong-value", f"{what} is {number(float(got))}; expected {number(float(want))}.")
    wrong = np.abs(got - want) > DOUBLE * max(float(np.abs(want).max()), float(np.abs(got).max()))
    share = "every entry" if wrong.all() else f"{int(wrong.sum())} of {wrong.size} entries"
    size = f"by up to {relative_error(got, want):.2g} of the largest entry"
    return Finding("wrong-value", f"{what} is off in {share}, {size}.")


def _all_zero(got: Array, want: Array, what: str, scale: Scale) -> Finding | None:
    if got.any():
        return None
    if got.ndim == 0:
        return Finding("all-zero", f"{what} is 0; expected {number(float(want))}.")
    return Finding("all-zero", f"{what} is zero everywhere; expected other values.")


def _constant_factor(got: Array, want: Array, what: str, scale: Scale) -> Finding | None:
    power = float((want * want).sum())
    if not power:
        return None
    factor = float((got * want).sum()) / power
    if relative_error(got, factor * want) > 1e-5 or abs(factor) < 1e-9:
        return None
    where = " in every entry" if got.ndim else f": {number(float(got))}, expected {number(float(want))}"
    if abs(factor + 1) < 1e-5:
        return Finding("wrong-sign", f"{what} has the opposite sign{where}.", "Check the sign of each term.")
    named = scale.name(factor)
    if not named and (got.ndim == 0 or got.size < 3):
        return None  # every number is some multiple of any other
    hint = "Which constant belongs in front of the sum, and how often is it applied?"
    return Finding(
        "constant-factor", f"{what} is {named or f'{number(factor)} times'} the expected value{where}.", hint
    )


def _transposed(got: Array, want: Array, what: str, scale: Scale) -> Finding | None:
    square = got.ndim == 2 and got.shape[0] == got.shape[1]
    if square and relative_error(got.T, want) < DOUBLE:
        return Finding("transposed", f"{what} is the transpose of the expected value.")
    return None


def _constant_shift(got: Array, want: Array, what: str, scale: Scale) -> Finding | None:
    if got.ndim == 0 or got.size < 3:
        return None
    shift = float((got - want).mean())
    if relative_error(got, want + shift) < DOUBLE:
        return Finding("constant-shift", f"{what} is off by the same {number(shift)} in every entry.")
    return None


_Explanation = Callable[[Array, Array, str, Scale], Finding | None]
_EXPLANATIONS: tuple[_Explanation, ...] = (_all_zero, _constant_factor, _transposed, _constant_shift)
