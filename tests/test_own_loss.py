"""Is a gradient the derivative of the hand-in's own loss? Measured on right code and on every known mistake.

What is true is found otherwise: by central differences along every coordinate, in double precision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from grader.checks.gradient import Gradient, _any_single, _Batch, _settled
from grader.compare import numbers
from grader.driver import read_driver
from grader.errors import StudentError
from grader.mistakes import Mistake, apply, load_mistakes
from grader.probes import Setting
from grader.rubric import Rubric, find_rubric, load_rubric, reference_files
from grader.sandbox.process import ProcessSandbox
from grader.session import Limits, Session

STEP = 1e-5
EACH = 5  # of so many mistakes one is looked at
LEFT_OUT = ("dropout", "float32", "rounded")
MODELS = ("softmax-regression", "two-layer")
IN_SINGLE = """

import functools

import numpy


def _in_single(forward):
    @functools.wraps(forward)
    def wrapped(self, X, y, mode="train"):
        self.weights.update({name: numpy.asarray(W, numpy.float32) for name, W in self.weights.items()})
        told = forward(self, X.astype(numpy.float32), y, mode)
        self.gradients.update({name: numpy.asarray(g, numpy.float32) for name, g in self.gradients.items()})
        return (numpy.float32(told[0]), *told[1:]) if isinstance(told, tuple) else told

    return wrapped


for _kind in (SoftmaxRegression, TwoLayerNet):
    _kind.forward = _in_single(_kind.forward)
"""


@cache
def rubric() -> Rubric:
    return load_rubric(find_rubric("gatech-cs7643-a1"))


@cache
def checks() -> Mapping[str, Gradient]:
    found = (c.check for c in rubric().criteria if isinstance(c.check, Gradient))
    return {check.model: check for check in found}


def setting(seed: int) -> Setting:
    return Setting(seed, rubric().sizes["small"], rubric().models, name="here")


def files(mistake: Mistake | None = None, *, single: bool = False) -> dict[str, bytes]:
    right = reference_files(rubric().reference)
    made = apply(mistake, right) if mistake else dict(right)
    if single:
        made["models/__init__.py"] += IN_SINGLE.encode()
    return made


def opened() -> Session:
    return Session(files(), read_driver(rubric().driver), ProcessSandbox(), Limits(request=30, total=600))


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with opened() as one:
        yield one


Seen = Mapping[str, Any]


def observed(session: Session, model: str, seed: int) -> Seen:
    return checks()[model].observe(session.student(), setting(seed))


def answers(model: str, seed: int, seen: Seen, right: Seen) -> dict[str, list[str | None]]:
    """For each parameter the answers of its batches."""
    check = checks()[model]
    looks = [
        _Batch(batch, check._inputs(i, setting(seed)), seen[str(i)], right[str(i)])
        for i, batch in enumerate(check.batches)
        if "losses" in seen[str(i)]
    ]
    single = [_any_single(look.seen) for look in looks]
    return {name: list(_settled([look.agrees(name) for look in looks], single)) for name in rubric().models[model]}


@cache
def of_reference(model: str, seed: int) -> Seen:
    with opened() as one:
        return observed(one, model, seed)


@pytest.mark.slow
@pytest.mark.parametrize(("single", "seeds"), [(False, 50), (True, 25)])
def test_right_code_is_found_consistent(session: Session, single: bool, seeds: int) -> None:
    told: Counter[str | None] = Counter()
    session.change(files(single=single))
    for seed in range(seeds):
        for model in MODELS:
            seen = observed(session, model, seed)
            for own in answers(model, seed, seen, seen).values():
                told.update(own)
    share = told["yes"] / sum(told.values())
    assert told["no"] == 0, told
    assert share >= (0.995 if single else 1.0), told


def consistent(session: Session, model: str, seed: int) -> dict[str, list[bool | None]]:
    """What is true of each parameter in each batch; None where it is between, or cannot be told."""
    check = checks()[model]
    found: dict[str, list[bool | None]] = {}
    for index in range(len(check.batches)):
        inputs = check._inputs(index, setting(seed))
        place = (model, dict(setting(seed).sizes), inputs.parameters, inputs.X, inputs.y)
        gradients = session.student().call("evaluate_fresh", *place)["gradients"] or {}
        units = {name: [unit.reshape(W.shape) for unit in np.eye(W.size)] for name, W in inputs.parameters.items()}
        told = session.student().call("losses_along", *place, units, [STEP, -STEP])["along"]
        for name, W in inputs.parameters.items():
            losses = np.array(told[name])
            slopes = ((losses[:, 0] - losses[:, 1]) / (2 * STEP)).reshape(W.shape)
            found.setdefault(name, []).append(_close(numbers(gradients.get(name)), slopes))
    return found


def _close(gradient: Any, slopes: Any) -> bool | None:
    if gradient is None or gradient.shape != slopes.shape or not np.isfinite([*gradient.flat, *slopes.flat]).all():
        return None
    norm = max(np.linalg.norm(gradient), np.linalg.norm(slopes))
    gap = float(np.linalg.norm(gradient - slopes) / norm) if norm else 0.0
    return True if gap < 1e-6 else False if gap > 2e-3 else None


def mistakes() -> list[Mistake]:
    """Those that a gradient can show, of which nothing depends on chance or on calls before."""
    listed = (m for m in load_mistakes(rubric().folder) if m.part in MODELS or m.family in ("helper", "loss"))
    return [m for m in listed if m.family != "state" and not any(word in m.id for word in LEFT_OUT)]


def compared(session: Session, mistake: Mistake, seed: int, single: bool) -> Iterator[tuple[str, bool | None, str]]:
    """For each parameter and batch: its name, what is true, and what the check says."""
    model = mistake.part if mistake.part in MODELS else "two-layer"
    try:
        session.change(files(mistake))
        truth = consistent(session, model, seed)
        session.change(files(mistake, single=single))
        seen = observed(session, model, seed)
    except (StudentError, TypeError, AttributeError):  # nothing came back that could be compared
        return
    for name, owns in answers(model, seed, seen, of_reference(model, seed)).items():
        yield from ((name, true, str(own)) for true, own in zip(truth[name], owns, strict=False))


@pytest.mark.slow
@pytest.mark.parametrize("single", [False, True])
def test_no_wrong_gradient_is_taken_for_the_derivative_of_its_loss(session: Session, single: bool) -> None:
    told: Counter[tuple[bool | None, str]] = Counter()
    taken = []
    for number, mistake in enumerate(mistakes()[single::EACH]):
        for name, true, own in compared(session, mistake, number % 3, single):
            told[true, own] += 1
            if true is False and own == "yes":
                taken.append((mistake.id, name))
    assert taken == []
    assert told[True, "yes"] > 0.8 * sum(count for (true, _), count in told.items() if true)  # some losses are constant
