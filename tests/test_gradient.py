"""What a student is told of a gradient, and what it earns, for a net whose slips are put in by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from fakes import InProcess

from grader.checks.gradient import Gradient
from grader.model import Verdict
from grader.probes import Setting

SIZES = {"inputs": 12, "hidden": 7, "classes": 10}
NET = {"W1": ("inputs", "hidden"), "b1": ("hidden",), "W2": ("hidden", "classes"), "b2": ("classes",)}
SETTING = Setting(4, SIZES, {"net": NET}, name="here")
CHECK = Gradient(kind="gradient", model="net")
Array = np.ndarray[Any, np.dtype[Any]]
Weights = Mapping[str, Array]


def pass_through(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    """Loss and gradients of a net with one layer of tanh units."""
    A1 = np.tanh(X @ W["W1"] + W["b1"])
    Z2 = A1 @ W["W2"] + W["b2"]
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = float(-np.log(P[np.arange(len(y)), y]).mean())
    dZ2 = (P - np.eye(P.shape[1])[y]) / len(y)
    dZ1 = dZ2 @ W["W2"].T * (1 - A1**2)
    return loss, {"W1": X.T @ dZ1, "b1": dZ1.sum(axis=0), "W2": A1.T @ dZ2, "b2": dZ2.sum(axis=0)}


Answer = Callable[[Weights, Array, Array], tuple[Any, dict[str, Any]]]


@dataclass
class Driver:
    """The net's own course, with a slip in what it answers; it counts what it was asked for."""

    answer: Answer = pass_through
    weights: dict[str, Array] = field(default_factory=dict)
    asked: int = 0

    def build(self, model: str, sizes: Mapping[str, int]) -> dict[str, Array]:
        return {}

    def assign(self, network: dict[str, Array], parameters: Mapping[str, Array]) -> None:
        network.update(parameters)

    def evaluate(self, network: Weights, X: Array, y: Array, mode: str = "", gradients: bool = True) -> dict[str, Any]:
        self.asked += 1
        loss, slopes = self.answer(network, X, y)
        return {"loss": loss, "gradients": slopes}

    def probabilities(self, network: Weights, X: Array) -> Array:
        return np.full((len(X), 10), np.nan if self.answer is overflowing else 0.1)


def judged(answer: Answer) -> Verdict:
    seen, right = (CHECK.observe(InProcess(Driver(each)), SETTING) for each in (answer, pass_through))  # type: ignore[arg-type]
    return CHECK.judge(seen, right, SETTING)


def scaled(loss: Callable[[float], Any], factor: float, dtype: type = float) -> Answer:
    """The loss changed, and each gradient times a factor."""

    def answer(W: Weights, X: Array, y: Array) -> tuple[Any, dict[str, Any]]:
        value, slopes = pass_through({name: w.astype(dtype) for name, w in W.items()}, X.astype(dtype), y)
        return loss(value), {name: (factor * g).astype(dtype) for name, g in slopes.items()}

    return answer


def constant(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    return 1.0, {name: np.zeros_like(w) for name, w in W.items()}


def sum_of_parameters(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    return float(sum(w.sum() for w in W.values())), {name: np.ones_like(w) for name, w in W.items()}


def without_labels(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    return pass_through(W, X, np.zeros_like(y))


def penalised(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    loss, slopes = pass_through(W, X, y)
    return loss, {**slopes, "W1": slopes["W1"] + 0.01 * W["W1"]}


def summed(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    loss, slopes = pass_through(W, X, y)
    return loss, {name: len(y) * slope for name, slope in slopes.items()}


def shifted_and_tripled(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    loss, slopes = pass_through(W, X + 1, y)
    return loss, {name: 3 * slope for name, slope in slopes.items()}


def other_classes(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    loss, slopes = pass_through(W, X, y)
    return loss, {**slopes, "W2": np.roll(slopes["W2"], 1, axis=1)}


def overflowing(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    _, slopes = pass_through(W, X, y)
    return np.nan, {name: slope * np.nan for name, slope in slopes.items()}


def one_row_spoiled(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
    loss, slopes = pass_through(W, X, y)
    slopes["W1"][2:4, 1:] = np.inf
    return loss, slopes


def kept_over() -> Answer:
    """Gradients that begin with those of the batch before."""
    last: dict[str, Array] = {}

    def answer(W: Weights, X: Array, y: Array) -> tuple[float, dict[str, Array]]:
        loss, slopes = pass_through(W, X, y)
        told = {name: slope + last.get(name, np.zeros_like(slope)) for name, slope in slopes.items()}
        if len(y) == 13:
            last.update({name: slope for name, slope in slopes.items() if not last})
        return loss, told

    return answer


ALL = "Each of dW1, db1, dW2 and db2 is"
NOT_OWN = "Nor does it match the numeric derivative of your own loss."
OWN = "It does match the numeric derivative of your own loss, so the slip is in the loss or before it: this keeps"


@pytest.mark.parametrize(
    ("answer", "share", "words"),
    [
        (pass_through, 1.0, []),
        (scaled(float, 2.0), 0.0, [f"{ALL} 2 times the expected value in every entry, with 13 rows as with 6 rows."]),
        (summed, 0.0, [f"{ALL} 13 times the expected value in every entry with 13 rows, and 6 times with 6 rows."]),
        (scaled(lambda loss: 2 * loss, 2.0), 0.5, [f"{OWN} 50% of its points."]),
        (scaled(lambda loss: round(2 * loss, 6), 2.0), 0.5, [OWN]),
        (scaled(lambda loss: 2 * loss + 1e6, 2.0), 0.5, [OWN]),
        (scaled(lambda loss: np.float32(2 * loss), 2.0, np.float32), 0.5, [OWN]),
        (scaled(lambda loss: round(loss, 6), 2.0), 0.0, [NOT_OWN]),
        (scaled(np.float32, 2.0, np.float32), 0.0, [NOT_OWN]),
        (constant, 0.0, [f"{ALL} zero everywhere", "Your loss hardly changes when it changes."]),
        (sum_of_parameters, 0.0, ["Your loss hardly changes when the inputs change, so its derivative earns nothing."]),
        (without_labels, 0.0, ["Your loss hardly changes when the labels change, so its derivative earns nothing."]),
        (penalised, 0.75, ["dW1 is the expected value plus 0.01 times W1. " + NOT_OWN]),
        (shifted_and_tripled, 0.0, [f"{NOT_OWN.rstrip('.')}: it is 3 times that."]),
        (other_classes, 0.75, ["dW2 has the expected columns, shifted by one place: each is that of another class."]),
        (
            overflowing,
            0.0,
            ["With 13 rows, 130 of 130 entries of the probabilities are NaN."],
        ),
        (
            one_row_spoiled,
            0.75,
            ["With 13 rows, 12 of 84 entries of dW1 are infinite, in rows 2 and 3 (the first is 0), after db1"],
        ),
        (kept_over(), 0.5, [f"{ALL} the expected value plus the gradient of the batch before."]),
    ],
)
def test_what_is_wrong_is_told_and_what_belongs_to_the_own_loss_keeps_its_share(
    answer: Answer, share: float, words: list[str]
) -> None:
    verdict = judged(answer)
    assert verdict.fraction == pytest.approx(share)
    told = " ".join(finding.message for finding in verdict.findings)
    assert [each for each in words if each not in told] == []
    assert bool(verdict.findings) == bool(words)


@pytest.mark.parametrize(
    ("answer", "requests"),
    [
        (pass_through, 2),
        (summed, 2),  # clear at a first look
        (scaled(lambda loss: round(loss, 4), 1.0), 3),
        (overflowing, 2),  # the probabilities in the place of the slopes
    ],
)
def test_a_second_look_is_taken_only_where_the_first_does_not_decide(answer: Answer, requests: int) -> None:
    made: list[str] = []

    class Counting(InProcess):
        def call(self, function: str, /, *args: Any, **kwargs: Any) -> Any:
            made.append(function)
            return super().call(function, *args, **kwargs)

    CHECK._batch(0, Counting(Driver(answer)), SETTING)  # type: ignore[arg-type]
    assert len(made) == requests


def test_a_claim_of_slopes_in_a_strange_form_is_no_evidence() -> None:
    right = CHECK.observe(InProcess(Driver()), SETTING)  # type: ignore[arg-type]
    for claim in (None, {"along": 3}, {"along": {"W1": [[1.0]]}}, {"along": {}, "others": ["x"]}, {"failure": {}}):
        wrong = scaled(lambda loss: 2 * loss, 2.0)
        seen = {**CHECK.observe(InProcess(Driver(wrong)), SETTING)}  # type: ignore[arg-type]
        for batch in ("0", "1"):
            seen[batch] = {**seen[batch], "losses": claim}
        assert CHECK.judge(seen, right, SETTING).fraction == 0


ASKED = """
import numpy as np
from grader.checks.gradient import Kinks, _direction
rng = np.random.default_rng(7)
u, X, W = _direction(rng, (784, 128)), rng.normal(size=(64, 784)), rng.normal(size=(784, 128))
print(u.tobytes().hex()[-4000:], Kinks(weights="W1")._sums(X, {"W1": W}).tobytes().hex()[-4000:])
"""


def test_what_is_asked_does_not_depend_on_the_threads_of_blas() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", ASKED],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "4")
    }
    assert len(told) == 1
