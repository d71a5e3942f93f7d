"""In what way one array is not the other: a factor and which one, a sign, another order, a term too many.

A relation is told only where it holds in every entry. Where a constant may come from the batch, several batches tell:
a factor of 13 with 13 rows and of 6 with 6 rows is the number of rows, and one of 13 with both is some constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.model import Finding

__all__ = [
    "DOUBLE",
    "SINGLE",
    "Array",
    "Look",
    "Scale",
    "common_factor",
    "explain",
    "extra_term",
    "not_finite",
    "number",
    "relative_error",
    "times",
]

Array = np.ndarray[Any, np.dtype[Any]]

DOUBLE = 1e-6  # right float64 code differs by 1e-16 … 1e-9, the smallest real mistake by 5e-3
SINGLE = 1e-4  # right float32 code differs by up to 5e-7 in one step, more after several
_NAMING = 1e-4  # how well a constant is known from arrays of either precision
_MULTIPLE = 1e-5
_ENOUGH = 3  # entries: every number is some multiple of any other
_LEAST_IN_ORDER = {1: 5, 2: 3}  # places that an array needs before another order of them can be no accident
_PLAIN_FACTORS = (0.25, 0.5, 2.0, 3.0, 4.0, 100.0)
_LOGARITHMS = {"ln 2": float(np.log(2)), "ln 10": float(np.log(10))}


@dataclass(frozen=True, slots=True)
class Scale:
    """Names for the constants that a factor may turn out to be, such as {"the number of rows": 13}."""

    names: Mapping[str, float] = field(default_factory=dict)

    def name(self, factor: float) -> tuple[str, str]:
        """The factor in words and what it is, "13 times" and " (13 is the number of rows)"; else two empty texts.

        Where two constants are the same, neither is named.
        """
        notes = [*self._notes(factor), *_logarithm(factor)]
        plain = any(_near(abs(factor), c) for c in _PLAIN_FACTORS)
        if len(notes) == 1 and not plain:
            return times(factor), f" ({notes[0]})"
        return (times(factor), "") if notes or plain else ("", "")

    def _notes(self, factor: float) -> Iterator[str]:
        for label, value in self.names.items():
            if value in (0, 1):
                continue
            if _near(factor, value) or (_near(factor, 1 / value) and value == int(value)):
                yield f"{number(value)} is {label}"
            elif _near(factor, 1 / value):
                yield f"that is 1/{number(value)}, and {number(value)} is {label}"


@dataclass(frozen=True, slots=True)
class Look:
    """An array that came back and what was expected there, with the constants in play, and what this look is called."""

    got: Array
    want: Array
    scale: Scale = Scale()
    name: str = ""  # "13 rows"

    @property
    def factor(self) -> float | None:
        """The number that every expected entry is multiplied by, if there is one; 1 where all is right."""
        power = float((self.want * self.want).sum())
        if not power:
            return None
        factor = float((self.got * self.want).sum()) / power
        known = relative_error(self.got, factor * self.want) <= _MULTIPLE and abs(factor) > 1e-9
        return factor if known else None

    @property
    def few(self) -> bool:
        """Whether there are so few entries that being a multiple says nothing by itself."""
        return self.got.ndim == 0 or self.got.size < _ENOUGH

    @property
    def counts(self) -> bool:
        """Whether both are numbers of something, of which one is the double of another by chance."""
        return self.whole and bool(np.abs(self.want).max(initial=0) > 1)

    @property
    def whole(self) -> bool:
        """Whether both are whole numbers in all entries."""
        return bool((self.got % 1 == 0).all() and (self.want % 1 == 0).all())


def explain(what: str, looks: Sequence[Look]) -> Finding:
    """The most telling way in which `what` is not as expected: of the first look, or of all."""
    first = looks[0]
    for explanation in _EXPLANATIONS:
        found = explanation(what, looks)
        if found:
            return found
    if first.got.ndim == 0:
        told = f"{what} is {number(float(first.got))}; expected {number(float(first.want))}."
        return Finding("wrong-value", told, _BY_HAND)
    wrong = np.abs(first.got - first.want) > DOUBLE * max(
        float(np.abs(first.want).max()), float(np.abs(first.got).max())
    )
    share = "every entry" if wrong.all() else f"{int(wrong.sum())} of {wrong.size} entries"
    if first.whole:  # such as labels: how far 7 is from 1 tells nothing
        return Finding("wrong-value", f"{what} is off in {share}.")
    size = f"by up to {relative_error(first.got, first.want):.2g} of the largest entry"
    return Finding("wrong-value", f"{what} is off in {share}, {size}.", _BY_HAND)


def extra_term(what: str, looks: Sequence[Look], terms: Sequence[Array], of: str, rounding: float) -> Finding | None:
    """The finding that `what` is a multiple of what was expected and one of a term, by least squares; else None."""
    fits = [_fit(look, term, rounding) for look, term in zip(looks, terms, strict=True)]
    told = [(look, fit) for look, fit in zip(looks, fits, strict=True) if fit]
    if not told:
        return None
    (first, (share, extra)), *others = told
    message = f"{what} is {_sum(share, extra, of)}"
    if len(told) < len(looks):
        message += f" with {first.name}" if first.name else ""
    elif not all(_near(a, share) and _near(b, extra) for _, (a, b) in others):
        rest = (f", and {_sum(a, b, of)} with {look.name}" for look, (a, b) in others)
        message += f" with {first.name}{''.join(rest)}"
    hint = f"Which line adds a multiple of {of}, and should it?"
    if extra < 0:
        hint = f"Is a term with {of} missing, or one taken off that should be added?"
    return Finding("extra-term", f"{message}.", hint)


def common_factor(what: str, looks: Sequence[Look]) -> Finding | None:
    """The finding that `what` is a multiple of what was expected in each of several looks; else None."""
    factors = [factor for look in looks if (factor := look.factor) is not None]
    if len(factors) < len(looks):
        return None
    return _same_sign(what, looks, factors) or _with_rows(what, looks, factors) or _constant(what, looks, factors)


def not_finite(got: Array, what: str) -> Finding:
    """The finding that some entries are NaN or infinite, how many, and where."""
    bad = "NaN" if np.isnan(got).any() else "infinite"
    hint = "Print the steps before it: where does the first one appear?"
    if got.ndim == 0:
        return Finding("not-finite", f"{what} is {bad}.", hint)
    wrong = ~np.isfinite(got)
    count = int(wrong.sum())
    entries = f"{count} of {got.size} entries of {what} {'is' if count == 1 else 'are'} {bad}"
    return Finding("not-finite", f"{entries}{_where(wrong)}.", hint)


def relative_error(seen: Array, expected: Array) -> float:
    """Maximum of |seen − expected| over the larger of the two maximum norms; infinite where anything is not finite."""
    if not (np.isfinite(seen).all() and np.isfinite(expected).all()):
        return float("inf")
    if seen.size == 0:
        return 0.0
    largest = max(float(np.abs(seen).max()), float(np.abs(expected).max()))
    gap = float(np.abs(seen - expected).max())
    return gap / largest if largest > 0 else 0.0


def number(value: float) -> str:
    """A number as a sentence shows it: four figures, no trailing zeros."""
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.4g}"


# explanations


def _all_zero(what: str, looks: Sequence[Look]) -> Finding | None:
    got, want = looks[0].got, looks[0].want
    if got.any():
        return None
    if got.ndim == 0:
        return Finding("all-zero", f"{what} is 0; expected {number(float(want))}.")
    return Finding("all-zero", f"{what} is zero everywhere; expected other values.", _NOT_FILLED)


def _factor(what: str, looks: Sequence[Look]) -> Finding | None:
    """A constant factor, told apart over several looks where there are some."""
    factors = [look.factor for look in looks]
    if len(looks) > 1 and None not in factors:
        return common_factor(what, looks)
    return _in_one(what, looks, factors)


def _same_sign(what: str, looks: Sequence[Look], factors: Sequence[float]) -> Finding | None:
    if not all(_near(factor, -1) for factor in factors):
        return None
    where = "" if looks[0].few else " in every entry"
    return Finding("wrong-sign", f"{what} has the opposite sign{where}, with {_both(looks)}.", _SIGN)


def _with_rows(what: str, looks: Sequence[Look], factors: Sequence[float]) -> Finding | None:
    """A factor that grows or shrinks as one of the named constants does from look to look."""
    for label in looks[0].scale.names:
        values = [look.scale.names.get(label, 0.0) for look in looks]
        if 0 in values or len(set(values)) == 1:
            continue
        for power, hint in ((1, _TOO_FEW), (-1, _TOO_OFTEN)):
            rest = [factor / value**power for factor, value in zip(factors, values, strict=True)]
            simple = any(_near(abs(rest[0]), known) for known in (1.0, 1 / max(1, round(1 / abs(rest[0])))))
            if all(_near(each, rest[0]) for each in rest) and (simple or not looks[0].few):
                sizes = [_share(factor, value, rest[0], power) for factor, value in zip(factors, values, strict=True)]
                return _listed(what, looks, sizes, hint if _near(abs(rest[0]), 1) else _OTHER_ROWS)
    return None


def _constant(what: str, looks: Sequence[Look], factors: Sequence[float]) -> Finding | None:
    if not all(_near(factor, factors[0]) for factor in factors):
        few = any(look.few for look in looks)
        return None if few else _listed(what, looks, [times(factor) for factor in factors], _DIFFERENT)
    fixed = {
        label: value
        for label, value in looks[0].scale.names.items()
        if all(look.scale.names.get(label) == value for look in looks)
    }
    named, note = Scale(fixed).name(factors[0])
    if not named and looks[0].few:
        return None
    named = named or times(factors[0])
    where = "" if looks[0].few else " in every entry"
    message = f"{what} is {named} the expected value{where}{note}, with {_both(looks)}."
    return Finding("constant-factor", message, _CONSTANT)


def _in_one(what: str, looks: Sequence[Look], factors: Sequence[float | None]) -> Finding | None:
    """A factor that one look shows, where another shows none or there is no other."""
    first, factor = looks[0], factors[0]
    if factor is None:
        return None
    where = (
        " in every entry" if first.got.ndim else f": {number(float(first.got))}, expected {number(float(first.want))}"
    )
    others = [look for look, other in zip(looks[1:], factors[1:], strict=True) if other is None]
    if others:
        where += f" with {first.name}, but not with {others[0].name}"
    if _near(factor, -1):
        return Finding("wrong-sign", f"{what} has the opposite sign{where}.", _SIGN)
    named, note = first.scale.name(factor)
    if first.few and (first.counts or not named):
        return None
    message = f"{what} is {named or times(factor)} the expected value{where}{note}."
    return Finding("constant-factor", message, _CONSTANT)


def _transposed(what: str, looks: Sequence[Look]) -> Finding | None:
    got, want = looks[0].got, looks[0].want
    square = got.ndim == 2 and got.shape[0] == got.shape[1]
    if square and relative_error(got.T, want) < DOUBLE:
        return Finding("transposed", f"{what} is the transpose of the expected value.")
    return None


def _other_order(what: str, looks: Sequence[Look]) -> Finding | None:
    """The expected rows, columns or entries, each in the place of another one."""
    got, want = looks[0].got, looks[0].want
    if got.ndim not in _LEAST_IN_ORDER:
        return None
    orders = {axis: _order(got, want, axis) for axis in range(got.ndim)}
    found = {axis: order for axis, order in orders.items() if order is not None}
    if len(found) != 1:
        return None  # both ways of saying it hold, or neither
    ((axis, order),) = found.items()
    name = "entries" if got.ndim == 1 else ("rows", "columns")[axis]
    classes = looks[0].scale.names.get("the number of classes") == got.shape[axis] and axis == got.ndim - 1
    whose = ": each is that of another class" if classes else ""
    hint = f"Follow one of the {name} from the input to the result: where does it change its place?"
    return Finding("permuted", f"{what} has the expected {name}{_in_order(order)}{whose}.", hint)


def _constant_shift(what: str, looks: Sequence[Look]) -> Finding | None:
    got, want = looks[0].got, looks[0].want
    if looks[0].few:
        return None
    shift = float((got - want).mean())
    if relative_error(got, want + shift) < DOUBLE:
        return Finding("constant-shift", f"{what} is off by the same {number(shift)} in every entry.")
    return None


_Explanation = Callable[[str, Sequence[Look]], Finding | None]
_EXPLANATIONS: tuple[_Explanation, ...] = (_all_zero, _factor, _transposed, _other_order, _constant_shift)
_BY_HAND = "Take two rows with numbers that you can work out by hand, and print each step beside yours."
_NOT_FILLED = "Which line fills it, and is that line reached in this call?"
_SIGN = "Check the sign of each term."
_TOO_FEW = "If every row of a batch were there twice, should this number double?"
_TOO_OFTEN = "How many times is it divided by the number of rows on the way to this number?"
_OTHER_ROWS = "Which number stands where the number of rows belongs?"
_CONSTANT = "Which constant belongs in front of the sum, and how often is it applied?"
_DIFFERENT = "What is different from batch to batch, and is it a factor in your formula?"


# words


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _NAMING * abs(other)


def _logarithm(factor: float) -> Iterator[str]:
    for name, value in _LOGARITHMS.items():
        if _near(factor, value) or _near(factor, 1 / value):
            yield f"that is {name if _near(factor, value) else f'1/{name}'}"


def times(factor: float) -> str:
    """The factor as "13 times", "1/13 of" or "-2 times"."""
    whole = round(1 / factor)
    if whole > 1 and _near(factor, 1 / whole):
        return f"1/{whole} of"
    return f"{number(round(factor) if _near(factor, round(factor)) else factor)} times"


def _share(factor: float, value: float, rest: float, power: int) -> str:
    """The factor; as 13/64 where 64 stands in the place of 13."""
    whole = round(1 / rest) if abs(rest) < 1 else 0
    if power == 1 and whole > 1 and _near(rest, 1 / whole):
        return f"{number(value)}/{whole} of"
    return times(factor)


def _listed(what: str, looks: Sequence[Look], sizes: Sequence[str], hint: str) -> Finding:
    """One sentence that says how large the factor is in each look."""
    where = "" if looks[0].few else " in every entry"
    rest = [f"{_shorter(size)} with {look.name}" for size, look in zip(sizes[1:], looks[1:], strict=True)]
    most = "".join(f", {each}" for each in rest[:-1])
    message = f"{what} is {sizes[0]} the expected value{where} with {looks[0].name}{most}, and {rest[-1]}."
    return Finding("constant-factor", message, hint)


def _shorter(size: str) -> str:
    """The words for a factor where what is multiplied was named before: "6 times", "1/6 of it"."""
    if size == "1 times":
        return "right"
    return f"{size} it" if size.endswith(" of") else size


def _both(looks: Sequence[Look]) -> str:
    first, *others = dict.fromkeys(look.name for look in looks)
    return f"{first} as with {' and '.join(others)}" if others else first


def _sum(share: float, extra: float, of: str) -> str:
    """Both parts in words: "2 times the expected value plus 0.3 times W1"."""
    size = "" if _near(abs(extra), 1) else f"{number(abs(extra))} times "
    if abs(share) < _MULTIPLE:
        return f"{'minus ' * (extra < 0)}{size}{of}"
    times = "" if abs(share - 1) < _MULTIPLE else f"{number(share)} times "
    return f"{times}the expected value {'plus' if extra > 0 else 'minus'} {size}{of}"


def _where(wrong: Array) -> str:
    """In which rows or columns, for a matrix; the first one is number 0, as in the student's own code."""
    if wrong.ndim != 2 or wrong.all():
        return ""
    rows, columns = np.flatnonzero(wrong.any(axis=1)), np.flatnonzero(wrong.any(axis=0))
    places, name = (columns, "column") if len(columns) < len(rows) else (rows, "row")
    if len(places) > 4:
        return f", in {len(places)} of {wrong.shape[name == 'column']} {name}s"
    numbers = " and ".join(filter(None, (", ".join(map(str, places[:-1])), str(places[-1]))))
    return f", in {name}{'s' * (len(places) > 1)} {numbers} (the first is 0)"


# order


def _order(got: Array, want: Array, axis: int) -> list[int] | None:
    """Which of the expected places each one that came back is, if each is exactly one, and not all are their own."""
    mine, theirs = (np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1) for array in (got, want))
    count, largest = len(theirs), float(np.abs(want).max(initial=0.0))
    if not _LEAST_IN_ORDER[got.ndim] <= count <= 1000 or not largest:
        return None
    order = _rolled(mine, theirs, DOUBLE * largest) or _matched(mine, theirs, DOUBLE * largest)
    return None if order is None or order == list(range(count)) else order


def _rolled(mine: Array, theirs: Array, most: float) -> list[int] | None:
    """The order, where it is a shift by one or the reverse; tried first, since there some may be equal."""
    places = np.arange(len(theirs))
    for order in (np.roll(places, 1), np.roll(places, -1), places[::-1]):
        if np.abs(mine - theirs[order]).max() <= most and np.abs(mine - theirs).max() > most:
            return [int(place) for place in order]
    return None


def _matched(mine: Array, theirs: Array, most: float) -> list[int] | None:
    order = []
    for each in mine:
        same = np.flatnonzero(np.abs(theirs - each).max(axis=1) <= most)
        if len(same) != 1:
            return None
        order.append(int(same[0]))
    return order if len(set(order)) == len(order) else None


def _in_order(order: Sequence[int]) -> str:
    count = len(order)
    if all(place == (i + 1) % count for i, place in enumerate(order)) or all(
        place == (i - 1) % count for i, place in enumerate(order)
    ):
        return ", shifted by one place"
    return " in reverse order" if list(order) == list(range(count))[::-1] else " in another order"


# least squares


def _fit(look: Look, term: Array, rounding: float) -> tuple[float, float] | None:
    """How often the expected value and how often the term make up what came back."""
    got, want = look.got, look.want
    if not got.shape == want.shape == term.shape or got.size < 4 or not np.isfinite(got).all():
        return None
    basis = np.stack([want.reshape(-1), term.reshape(-1)], axis=1)
    (share, extra), *_ = np.linalg.lstsq(basis, got.reshape(-1), rcond=None)
    explained = relative_error(got, share * want + extra * term) <= rounding
    if not explained or abs(extra) * np.abs(term).max() <= 1e-4 * np.abs(got).max():
        return None
    return float(share), float(extra)
