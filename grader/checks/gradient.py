"""`kind: gradient`: each parameter's gradient, against the reference and against the hand-in's own loss.

The loss's slopes along random Gaussian directions, two for each parameter, say whether the gradient belongs to the
hand-in's own loss. Only the comparison with the reference says that it is right: a constant loss with zero gradients
is consistent too. A gradient that is consistent with a loss that really depends on its parameter, on the inputs and
on the labels earns the `consistent` share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from grader.checks import Check, attempt, decide, failure_of, part
from grader.compare import Tolerance, Wrong, first_difference, is_single, numbers
from grader.compare.explanations import DOUBLE, SINGLE, Array, Look, Scale, explain, extra_term, not_finite, times
from grader.compare.slopes import FIRST, FIRST_SINGLE, Agreement, Slope, again, at_first, at_last, first, judge, ladder
from grader.errors import StudentError
from grader.model import Finding, Values, Verdict
from grader.probes import Setting

if TYPE_CHECKING:
    from grader.session import Student

DIRECTIONS = 2
DRAWS = 200
FEW = 3
LEAST_MOVE = 1e-3  # of what other inputs or labels do to the reference's loss
LEAST = 1e-2  # of the reference's slopes: a loss that changes less does not depend on the parameter


class Batch(BaseModel):
    """One batch: its number of rows, and how many of the classes are present in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: Annotated[int, Field(ge=1, le=1000)] = Field(description="Its number of rows.")
    present: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="How many of the classes occur in it; all, without it."
    )
    spread: float = Field(default=1.0, description="The standard deviation of its inputs.")

    @property
    def name(self) -> str:
        """What a finding calls it."""
        return f"{self.rows} row{'s' * (self.rows > 1)}"


class Kinks(BaseModel):
    """The layer whose sums feed a ReLU, and how far from zero they stay: no numeric derivative may cross the kink."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: str = Field(description="The parameter before the ReLU, such as W1.")
    bias: str = Field(default="", description="Its bias, such as b1; none, where the layer has none.")
    margin: Annotated[float, Field(gt=0)] = Field(default=0.05, description="How far from zero the layer's sums stay.")

    def away(self, X: Array, parameters: Mapping[str, Array], rng: np.random.Generator, spread: float) -> Array:
        """The rows, of which those that come too near are drawn again, as often as is worth it."""
        for _ in range(DRAWS):
            near = np.abs(self._sums(X, parameters)).min(axis=1) < self.margin
            if not near.any():
                break
            X[near] = rng.normal(0.0, spread, X[near].shape)
        return X

    def reach(self, X: Array, parameters: Mapping[str, Array]) -> float:
        """How far the parameters may move along a direction of norm one before any sum crosses zero."""
        longest = float(np.sqrt((X * X).sum(axis=1) + 1).max())
        return 0.8 * float(np.abs(self._sums(X, parameters)).min()) / longest

    def _sums(self, X: Array, parameters: Mapping[str, Array]) -> Array:
        Z: Array = np.einsum("nd,dh->nh", X, parameters[self.weights])  # not `@`, as in `_direction`
        return Z + parameters[self.bias] if self.bias else Z


class Gradient(Check):
    """The gradient of each parameter agrees with the reference's at random, non-zero parameters."""

    EXAMPLE = "{kind: gradient, model: two-layer, batches: [{rows: 13}, {rows: 6, present: 4}], consistent: 0.5}"
    kind: Literal["gradient"]
    model: str = Field(description="A model of the rubric.")
    batches: Annotated[tuple[Batch, ...], Field(min_length=1)] = Field(
        default=(Batch(rows=13), Batch(rows=6, present=4)),
        description="Give them different numbers of rows, so that a factor of the rows shows.",
    )
    consistent: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.5, description="The share of a wrong gradient that is the derivative of the hand-in's own loss."
    )
    kinks: Kinks | None = Field(
        default=None, description="The layer that feeds a ReLU; inputs are drawn away from its kink."
    )
    tolerance: Annotated[float, Field(gt=0)] = Field(
        default=1e-6, description="The largest relative error of a parameter's gradient."
    )

    def observe(self, student: Student, setting: Setting) -> Values:
        batches = {str(i): attempt(partial(self._batch, i, student, setting)) for i in range(len(self.batches))}
        pictures = setting.takes_pictures(self.model)  # whose sizes cannot all be one
        return {**batches, "square": None if pictures else attempt(partial(self._square, student, setting))}

    def _batch(self, index: int, student: Student, setting: Setting) -> Values:
        inputs = self._inputs(index, setting)
        place = (self.model, dict(setting.sizes), inputs.parameters, inputs.X, inputs.y)
        answer = student.call("evaluate_fresh", *place)
        seen = {"loss": answer.get("loss"), "gradients": answer.get("gradients")}
        if setting.brief:
            return seen
        if not _all_finite(seen):
            return {**seen, **_probabilities(student, place[:-1])}
        steps = first(min(FIRST_SINGLE if _any_single(seen) else FIRST, max(inputs.reach, FIRST)))
        others = _others(inputs, setting.sizes["classes"])
        losses = attempt(partial(student.call, "losses_along", *place, inputs.directions, steps, others))
        seen = {**seen, "losses": losses, "steps": steps}
        unclear = {name: inputs.directions[name] for name in _unclear(inputs, seen)}
        if not unclear:
            return seen
        rungs = ladder(inputs.reach)
        more = partial(student.call, "losses_along", *place, unclear, rungs, limit=setting.limits.get("training"))
        return {**seen, "more losses": attempt(more), "more steps": rungs}

    def _inputs(self, index: int, setting: Setting) -> _Inputs:
        batch, rng = self.batches[index], setting.rng("batch", index)
        classes = setting.sizes["classes"]
        parameters = setting.parameters(self.model, rng)
        choice = rng.permutation(classes)[: batch.present]
        X = rng.normal(0.0, batch.spread, (batch.rows, setting.sizes["inputs"]))
        if self.kinks:
            X = self.kinks.away(X, parameters, rng, batch.spread)
        return _Inputs(
            X=X,
            y=rng.permutation(np.resize(choice, batch.rows)).astype(np.int64),
            parameters=parameters,
            directions={name: [_direction(rng, W.shape) for _ in range(DIRECTIONS)] for name, W in parameters.items()},
            reach=self.kinks.reach(X, parameters) if self.kinks else float("inf"),
        )

    def _square(self, student: Student, setting: Setting) -> Values:
        """Loss and gradients where all sizes are equal: what mixes up axes comes through, and shows which ones."""
        classes = setting.sizes["classes"]
        there = replace(setting, sizes=dict.fromkeys(setting.sizes, classes))
        rng = there.rng("square")
        parameters = there.parameters(self.model, rng)
        X, y = rng.normal(size=(classes, classes)), rng.permutation(classes).astype(np.int64)
        seen = student.call("evaluate_fresh", self.model, dict(there.sizes), parameters, X, y)
        return {"loss": seen.get("loss"), "gradients": seen.get("gradients")}

    def signature(self, seen: Values) -> Values:
        batches = [str(index) for index in range(len(self.batches))]
        square = seen["square"]
        if square is not None and (not failure_of(square) or all(failure_of(seen[name]) for name in batches)):
            batches.append("square")  # else other sizes than the course's are what it cannot do
        return {name: part(seen[name], ("loss", "gradients")) for name in batches}

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        looks = [
            _Batch(batch, self._inputs(index, setting), seen[str(index)], expected[str(index)])
            for index, batch in enumerate(self.batches)
        ]
        opinions = {name: self._judge_block(name, looks, setting) for name in setting.models[self.model]}
        fraction = sum(share for share, _ in opinions.values()) / len(opinions)
        findings = _merged({name: finding for name, (_, finding) in opinions.items() if finding})
        return decide(fraction, findings, crashed=all(failure_of(look.seen) for look in looks))

    def _judge_block(self, name: str, looks: Sequence[_Batch], setting: Setting) -> tuple[float, Finding | None]:
        """The share of one parameter, and what is wrong with its gradient first."""
        found = [self._difference(name, look) for look in looks]
        wrong = next((index for index, each in enumerate(found) if each), None)
        if wrong is None:
            return 1.0, None
        owns = _settled([look.agrees(name) for look in looks], [_any_single(look.seen) for look in looks])
        keeps = [isinstance(each, Wrong) and own == "yes" for each, own in zip(found, owns, strict=True)]
        share = sum(1.0 if each is None else self.consistent * kept for each, kept in zip(found, keeps, strict=True))
        first_found = found[wrong]
        if isinstance(first_found, Finding):
            return share / len(looks), first_found
        told = self._explained(name, found, looks, setting)
        sentence = self._own_sentence(name, owns[wrong], looks[wrong], told)
        return share / len(looks), replace(told, message=f"{told.message} {sentence}".rstrip())

    def _difference(self, name: str, look: _Batch) -> Finding | Wrong | None:
        found = failure_of(look.seen)
        if found:
            return found
        gradients = look.seen["gradients"]
        if not isinstance(gradients, Mapping) or name not in gradients:
            return Finding("missing-gradient", f"d{name} is missing: no such gradient came back.", _MISSING)
        difference = first_difference(
            gradients[name], look.expected["gradients"][name], f"d{name}", Tolerance(self.tolerance)
        )
        if isinstance(difference, Finding) and difference.code == "not-finite":
            return look.first_not_finite() or difference
        return difference

    def _explained(
        self, name: str, found: Sequence[Finding | Wrong | None], looks: Sequence[_Batch], setting: Setting
    ) -> Finding:
        """In what way the gradient is wrong, over all batches in which it came back in the right form."""
        shown = [look for look, each in zip(looks, found, strict=True) if isinstance(each, Wrong)]
        right = [look for look, each in zip(looks, found, strict=True) if each is None]
        views = [look.view(name, setting) for look in chain(shown, right)]
        explained = explain(f"d{name}", views)
        if explained.code != "wrong-value":
            return explained
        rounding = SINGLE if any(_any_single(look.seen) for look in shown) else DOUBLE
        wrong = views[: len(shown)]
        terms = [(name, [look.inputs.parameters[name] for look in shown])]
        before = looks[looks.index(shown[0]) - 1] if shown[0] is not looks[0] else None
        if before is not None and len(shown) == 1:
            terms.append((_BEFORE, [before.right(name)]))
        named = (extra_term(f"d{name}", wrong, listed, of, rounding) for of, listed in terms)
        told = next((each for each in named if each), explained)
        return replace(told, hint=_LEFT) if _BEFORE in told.message else told

    def _own_sentence(self, name: str, own: Agreement | None, look: _Batch, told: Finding) -> str:
        """What a student is told of the gradient and the numeric derivative of the own loss."""
        if own is None:
            return ""
        if dull := look.degenerate(name):
            return dull
        if own == "yes":
            keeps = f": this keeps {self.consistent:.0%} of its points" if self.consistent else ""
            return f"{_MATCHES}{keeps}."
        if own == "unclear":
            return _ROUGH
        factor = look.factor_to_own(name) if told.code not in ("constant-factor", "wrong-sign") else None
        return f"{_DIFFERS}{f': it is {times(factor)} that' if factor else ''}."

    def models(self) -> tuple[str, ...]:
        return (self.model,)


_MISSING = "Does the backward pass compute it, and keep it where the course says?"
_BEFORE = "the gradient of the batch before"
_LEFT = "What is left from the previous batch when the next one comes?"
_MATCHES = "It does match the numeric derivative of your own loss, so the slip is in the loss or before it"
_DIFFERS = "Nor does it match the numeric derivative of your own loss"
_ROUGH = "Your loss is too rough to tell if it matches the numeric derivative of that: is it rounded, or random?"


@dataclass(frozen=True, eq=False)
class _Inputs:
    X: Array
    y: Array
    parameters: dict[str, Array]
    directions: dict[str, list[Array]]
    reach: float  # of the parameters along a direction, before a ReLU's kink


@dataclass(frozen=True, eq=False)
class _Batch:
    """One batch: what went in, what was seen of the hand-in and of the reference."""

    batch: Batch
    inputs: _Inputs
    seen: Mapping[str, Any]
    expected: Mapping[str, Any]

    def right(self, name: str) -> Array:
        """The expected gradient."""
        return np.asarray(self.expected["gradients"][name], dtype=np.float64)

    def view(self, name: str, setting: Setting) -> Look:
        """The gradient beside the expected one, with the constants in play."""
        sizes = {f"the number of {size}": float(value) for size, value in setting.sizes.items()}
        got = np.asarray(self.seen["gradients"][name], dtype=np.float64)
        scale = Scale({"the number of rows": float(self.batch.rows), **sizes})
        return Look(got, self.right(name), scale, self.batch.name)

    def agrees(self, name: str) -> Agreement | None:
        """Whether the gradient belongs to the hand-in's own loss; None where that cannot be asked."""
        known = _known(self.inputs, self.seen, name)
        if known is None or _slopes(self.expected, name) is None:
            return None
        claimed, slopes, gradient = known
        agreement = judge(claimed, slopes, gradient, final="more losses" in self.seen)
        return "no" if self.degenerate(name) else agreement

    def degenerate(self, name: str) -> str:
        """The sentence that the loss hardly depends on what a loss depends on, or nothing."""
        mine, theirs = _slopes(self.seen, name), _slopes(self.expected, name)
        if mine and theirs and _largest(mine) <= LEAST * _largest(theirs):
            return f"Your loss hardly changes when {name} changes."
        for what, moved, expected in zip(("inputs", "labels"), _moves(self.seen), _moves(self.expected), strict=False):
            if moved <= LEAST_MOVE * expected:
                return f"Your loss hardly changes when the {what} change, so its derivative earns nothing."
        return ""

    def factor_to_own(self, name: str) -> float | None:
        """The one number by which the gradient differs from the numeric derivative of the own loss."""
        known = _known(self.inputs, self.seen, name)
        if known is None or known[2].size < FEW or not all(slope.value for slope in known[1]):
            return None  # one number is always some multiple of another
        ratios = [float(a) / slope.value for slope, a in zip(known[1], known[0], strict=True)]
        return ratios[0] if abs(np.ptp(ratios)) <= 1e-5 * abs(ratios[0]) and abs(ratios[0]) > 1e-9 else None

    def first_not_finite(self) -> Finding | None:
        """The first quantity that is NaN or infinite, in the order in which they are computed."""
        gradients = reversed(list(self.expected["gradients"]))
        claimed = self.seen["gradients"] if isinstance(self.seen["gradients"], Mapping) else {}
        steps = [("the probabilities", self.seen.get("probabilities")), ("the loss", self.seen["loss"])]
        steps += [(f"d{name}", claimed.get(name)) for name in gradients]
        known = [(what, array) for what, value in steps if (array := numbers(value)) is not None]
        for index, (what, array) in enumerate(known):
            if not np.isfinite(array).all():
                finding = not_finite(array if array.size > 1 else array.reshape(()), what)
                before = f", after {known[index - 1][0]} came out finite" if index else ""
                return replace(finding, message=f"With {self.batch.name}, {finding.message.rstrip('.')}{before}.")
        return None


def _merged(findings: Mapping[str, Finding]) -> tuple[Finding, ...]:
    """One finding for parameters of which the same is to be said."""
    alike: dict[tuple[str, str, str], list[tuple[str, Finding]]] = {}
    for name, finding in findings.items():
        pattern = _AMOUNT.sub("up to {}", _of(name, "{}", finding.message).replace(f" when {name} ", " when it "))
        alike.setdefault((pattern, finding.code, finding.hint), []).append((f"d{name}", finding))
    return tuple(_joined([name for name, _ in same], [finding for _, finding in same]) for same in alike.values())


def _joined(names: Sequence[str], findings: Sequence[Finding]) -> Finding:
    """One of several findings that differ in how far they are off, with the names of all and the largest amount."""
    if len(names) == 1:
        return findings[0]
    worst = max(findings, key=_amount)
    own = names[findings.index(worst)].removeprefix("d")
    return replace(worst, message=_of(own, _all(names), worst.message).replace(f" when {own} ", " when it "))


def _amount(finding: Finding) -> float:
    found = _AMOUNT.search(finding.message)
    return float(found[1]) if found else 0.0


_AMOUNT = re.compile(r"up to ([\d.]+(?:e[+-]?\d+)?)")


def _of(name: str, other: str, message: str) -> str:
    start = f"d{name} "
    return f"{other} {message.removeprefix(start)}" if message.startswith(start) else message


def _all(names: Sequence[str]) -> str:
    return f"Each of {', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _direction(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    u = rng.normal(size=shape)
    norm = float(np.sqrt(np.sum(u * u)))
    return u / norm  # not by `np.linalg.norm`, whose last digit depends on how many threads BLAS has


def _others(inputs: _Inputs, classes: int) -> list[list[Array]]:
    """Three batches with other inputs, and three with other labels: one alone may give the same loss by chance."""
    X, y, rows = inputs.X, inputs.y, np.arange(len(inputs.y))
    changed = (rows >= 0, rows < (len(rows) + 1) // 2, rows % 2 == 0)
    return [[-X, y], [X / 2, y], [2 * X, y], *([X, (y + each) % classes] for each in changed)]


def _probabilities(student: Student, place: tuple[Any, ...]) -> Values:
    """What came before the loss, where something is not finite; not every driver can tell."""
    with suppress(StudentError):
        return {"probabilities": student.call("probabilities_fresh", *place)}
    return {}


def _numbers_in(seen: Mapping[str, Any]) -> list[Any]:
    gradients = seen.get("gradients")
    return [seen.get("loss"), *(gradients.values() if isinstance(gradients, Mapping) else ())]


def _any_single(seen: Mapping[str, Any]) -> bool:
    return any(is_single(value) for value in _numbers_in(seen))


def _all_finite(seen: Mapping[str, Any]) -> bool:
    arrays = (numbers(value) for value in _numbers_in(seen))
    return all(np.isfinite(array).all() for array in arrays if array is not None)


def _unclear(inputs: _Inputs, seen: Mapping[str, Any]) -> list[str]:
    """The parameters for which the first look does not settle if the gradient belongs to the loss."""
    slopes = {name: each for name in inputs.directions if (each := _slopes(seen, name)) is not None}
    doubts = max((slope.error for each in slopes.values() for slope in each), default=0.0)
    known = {name: _known(inputs, seen, name) for name in slopes}
    return [name for name, each in known.items() if each is not None and again(*each, doubts)]


def _known(inputs: _Inputs, seen: Mapping[str, Any], name: str) -> tuple[Array, list[Slope], Array] | None:
    """What the gradient claims the slopes to be, the slopes, and the gradient."""
    slopes = _slopes(seen, name)
    gradients = seen.get("gradients")
    gradient = numbers(gradients.get(name)) if isinstance(gradients, Mapping) else None
    if slopes is None or gradient is None or gradient.shape != inputs.parameters[name].shape:
        return None
    if not np.isfinite(gradient).all():
        return None
    return np.array([float((gradient * u).sum()) for u in inputs.directions[name]]), slopes, gradient


def _slopes(seen: Mapping[str, Any], name: str) -> list[Slope] | None:
    """The loss's slope along each direction, by the last look that was taken."""
    more = _along(seen, "more losses", name, len(seen.get("more steps", ())))
    if more is not None:
        return at_last(more, seen["more steps"])
    losses = _along(seen, "losses", name, len(seen.get("steps", ())))
    return None if losses is None else [at_first(line, seen["steps"][0]) for line in losses]


def _along(seen: Mapping[str, Any], key: str, name: str, steps: int) -> Array | None:
    told = seen.get(key)
    along = told.get("along") if isinstance(told, Mapping) and not failure_of(told) else None
    losses = numbers(along.get(name)) if isinstance(along, Mapping) else None
    if losses is None or losses.shape != (DIRECTIONS, steps) or not np.isfinite(losses).all():
        return None
    return losses


def _moves(seen: Mapping[str, Any]) -> list[float]:
    """By how much the loss changes on other inputs, and on other labels."""
    told, loss = seen.get("losses"), numbers(seen.get("loss"))
    others = numbers(told.get("others")) if isinstance(told, Mapping) and not failure_of(told) else None
    if others is None or loss is None or loss.size != 1 or others.shape != (6,) or not np.isfinite(others).all():
        return []
    return [float(move) for move in np.abs(others - loss.reshape(())).reshape(2, 3).max(axis=1)]


def _largest(slopes: Sequence[Slope]) -> float:
    return max(abs(slope.value) for slope in slopes)


def _settled(owns: Sequence[Agreement | None], single: Sequence[bool]) -> list[Agreement | None]:
    """Each batch's answer, where another batch helps out: an unclear one, and a lone "no" in single precision."""
    settled: list[Agreement | None] = []
    for index, own in enumerate(owns):
        rest = {other for place, other in enumerate(owns) if place != index}
        if own == "unclear" and rest & {"yes", "no"}:
            settled.append("no" if "no" in rest else "yes")
        elif own == "no" and single[index] and "yes" in rest:
            settled.append("unclear")
        else:
            settled.append(own)
    return settled


CHECK = Gradient
