"""`kind: gradient`: each parameter's gradient, against the reference and against the hand-in's own loss.

The numeric derivative is a central difference along random Gaussian directions, two for each parameter, improved by
one Richardson step. It says whether the gradient belongs to the hand-in's own loss. Only the comparison with the
reference says that it is right: a constant loss with zero gradients is consistent too. A gradient that is consistent
with a loss that really depends on its parameter earns the `consistent` share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from grader.checks import Check, attempt, decide, failure_of, part
from grader.compare import Array, Scale, Tolerance, difference, extra_term, is_single, numbers
from grader.model import Finding, Values, Verdict
from grader.probes import Setting

if TYPE_CHECKING:
    from grader.session import Student

DIRECTIONS = 2
DRAWS = 200
FINE, COARSE = 1e-4, 2e-2  # steps along a direction of norm one, for float64 and float32 losses


class Batch(BaseModel):
    """One batch: its number of rows, and how many of the classes are present in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: Annotated[int, Field(ge=1, le=1000)]
    present: Annotated[int, Field(ge=1)] | None = None
    spread: float = 1.0


class Kinks(BaseModel):
    """The layer whose sums feed a ReLU, and how far from zero they stay: no numeric derivative may cross the kink."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: str
    bias: str
    margin: Annotated[float, Field(gt=0)] = 0.05

    def away(self, X: Array, parameters: Mapping[str, Array], rng: np.random.Generator, spread: float) -> Array:
        """The rows, of which those that come too near are drawn again, as often as is worth it."""
        W, b = parameters[self.weights], parameters[self.bias]
        for _ in range(DRAWS):
            near = np.abs(X @ W + b).min(axis=1) < self.margin
            if not near.any():
                break
            X[near] = rng.normal(0.0, spread, X[near].shape)
        return X


class Gradient(Check):
    """The gradient of each parameter agrees with the reference's at random, non-zero parameters."""

    EXAMPLE = "{kind: gradient, model: two-layer, batches: [{rows: 13}, {rows: 6, present: 4}], consistent: 0.5}"
    kind: Literal["gradient"]
    model: str
    batches: Annotated[tuple[Batch, ...], Field(min_length=1)] = (Batch(rows=13), Batch(rows=6, present=4))
    consistent: Annotated[float, Field(ge=0, le=1)] = 0.5
    kinks: Kinks | None = None
    tolerance: Annotated[float, Field(gt=0)] = 1e-6

    def observe(self, student: Student, setting: Setting) -> Values:
        batches = {str(i): attempt(partial(self._batch, i, student, setting)) for i in range(len(self.batches))}
        return {**batches, "square": attempt(partial(self._square, student, setting))}

    def _batch(self, index: int, student: Student, setting: Setting) -> Values:
        inputs = self._inputs(index, setting)
        place = (self.model, dict(setting.sizes), inputs.parameters, inputs.X, inputs.y)
        seen = student.call("evaluate_fresh", *place)
        if setting.brief:
            return {"loss": seen.get("loss"), "gradients": seen.get("gradients")}
        steps = _steps(seen)
        losses = attempt(partial(student.call, "losses_along", *place, inputs.directions, steps))
        return {"loss": seen.get("loss"), "gradients": seen.get("gradients"), "losses": losses, "steps": steps}

    def _inputs(self, index: int, setting: Setting) -> _Inputs:
        batch, rng = self.batches[index], setting.rng("batch", index)
        classes = setting.sizes["classes"]
        parameters = setting.parameters(self.model, rng)
        choice = rng.permutation(classes)[: batch.present]
        X = rng.normal(0.0, batch.spread, (batch.rows, setting.sizes["inputs"]))
        return _Inputs(
            X=self.kinks.away(X, parameters, rng, batch.spread) if self.kinks else X,
            y=rng.permutation(np.resize(choice, batch.rows)).astype(np.int64),
            parameters=parameters,
            directions={name: [_direction(rng, W.shape) for _ in range(DIRECTIONS)] for name, W in parameters.items()},
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
        if not failure_of(seen["square"]) or all(failure_of(seen[name]) for name in batches):
            batches.append("square")  # else other sizes than the course's are what it cannot do
        return {name: part(seen[name], ("loss", "gradients")) for name in batches}

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        opinions = [
            _Opinion(name, self._judge_block(name, index, seen[str(index)], expected[str(index)], setting))
            for index in range(len(self.batches))
            for name in setting.models[self.model]
        ]
        fraction = sum(opinion.verdict.fraction or 0.0 for opinion in opinions) / len(opinions)
        crashed = all(failure_of(seen[str(index)]) for index in range(len(self.batches)))
        return decide(fraction, _merge(opinions), crashed=crashed)

    def _judge_block(
        self, name: str, index: int, seen: Mapping[str, Any], expected: Mapping[str, Any], setting: Setting
    ) -> Verdict:
        found = failure_of(seen)
        if found:
            return Verdict("error", 0.0, (found,))
        gradients = seen["gradients"]
        if not isinstance(gradients, Mapping) or name not in gradients:
            return Verdict("failed", 0.0, (Finding("missing-gradient", f"There is no gradient for {name}."),))
        scale = Scale({"the number of rows": float(self.batches[index].rows), **_sizes(setting)})
        right = expected["gradients"][name]
        found = difference(gradients[name], right, f"d{name}", Tolerance(self.tolerance), scale)
        if not found:
            return Verdict("passed", 1.0)
        inputs = self._inputs(index, setting)
        if found.code == "wrong-value":
            found = extra_term(gradients[name], right, inputs.parameters[name], f"d{name}", name) or found
        own = self._belongs_to_own_loss(name, inputs, seen, expected)
        share = self.consistent if own.consistent else 0.0
        return Verdict("failed", share, (Finding(found.code, f"{found.message} {own.sentence}", found.hint),))

    def _belongs_to_own_loss(
        self, name: str, inputs: _Inputs, seen: Mapping[str, Any], expected: Mapping[str, Any]
    ) -> _Own:
        slopes, doubts = _slopes(seen, name)
        true_slopes, _ = _slopes(expected, name)
        gradient = numbers(seen["gradients"][name])
        if slopes is None or true_slopes is None or gradient is None or gradient.shape != inputs.parameters[name].shape:
            return _Own(False, "")
        if np.abs(slopes).max() <= 1e-2 * np.abs(true_slopes).max():
            return _Own(False, f"Your loss hardly changes when {name} changes.")
        claimed = np.array([float((gradient * direction).sum()) for direction in inputs.directions[name]])
        norm = max(float(np.linalg.norm(gradient)), float(np.abs(slopes).max()), 1e-300)
        gap = np.abs(slopes - claimed) * np.sqrt(gradient.size) / norm
        if (gap <= np.minimum(1e-5 + 3 * doubts * np.sqrt(gradient.size) / norm, 2e-2)).all():
            return _Own(
                True, "It does match the numeric derivative of your own loss, so the slip is in the loss or before it."
            )
        return _Own(False, "Nor does it match the numeric derivative of your own loss.")

    def models(self) -> tuple[str, ...]:
        return (self.model,)


@dataclass(frozen=True)
class _Inputs:
    X: Array
    y: Array
    parameters: dict[str, Array]
    directions: dict[str, list[Array]]


@dataclass(frozen=True)
class _Own:
    consistent: bool
    sentence: str


@dataclass(frozen=True)
class _Opinion:
    name: str
    verdict: Verdict


def _direction(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    u = rng.normal(size=shape)
    return u / np.linalg.norm(u)


def _steps(seen: Mapping[str, Any]) -> list[float]:
    gradients = seen.get("gradients")
    single = isinstance(gradients, Mapping) and any(is_single(g) for g in gradients.values())
    h = COARSE if single else FINE
    return [h, -h, h / 2, -h / 2]


def _slopes(seen: Mapping[str, Any], name: str) -> tuple[Array | None, Array]:
    """The loss's slope along each direction, and how far the two step sizes disagree about it."""
    nothing = np.zeros(0)
    if failure_of(seen["losses"]) or name not in seen["losses"]:
        return None, nothing
    losses = numbers(seen["losses"][name])
    if losses is None or losses.shape != (DIRECTIONS, 4) or not np.isfinite(losses).all():
        return None, nothing
    h = float(seen["steps"][0])
    wide = (losses[:, 0] - losses[:, 1]) / (2 * h)
    narrow = (losses[:, 2] - losses[:, 3]) / h
    return (4 * narrow - wide) / 3, np.abs(narrow - wide)


def _sizes(setting: Setting) -> dict[str, float]:
    return {f"the number of {name}": float(size) for name, size in setting.sizes.items()}


def _merge(opinions: list[_Opinion]) -> tuple[Finding, ...]:
    """One finding for each parameter, and one for parameters that fail in the same words."""
    first: dict[str, Finding] = {}
    for opinion in opinions:
        for finding in opinion.verdict.findings:
            first.setdefault(opinion.name, finding)
    return tuple(dict.fromkeys(first.values()))


CHECK = Gradient
