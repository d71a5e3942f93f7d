"""Check kinds look at what they say, whatever course they are used in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from fakes import InProcess

from grader.checks.batches import Batches
from grader.checks.gradient import Gradient
from grader.probes import Probabilities, Setting

SIZES = {"inputs": 12, "hidden": 7, "classes": 10}
NET = {"W1": ("inputs", "hidden"), "b1": ("hidden",), "W2": ("hidden", "classes"), "b2": ("classes",)}
Order = Callable[[int, int], Sequence[int]]


def setting(seed: int = 1) -> Setting:
    return Setting(seed, SIZES, {"net": NET}, name="here")


class InTraining:
    """A driver of a course whose training makes its own batches, in an order of rows for each epoch."""

    def __init__(self, order: Order, kept: bool = True, labels: Order | None = None) -> None:
        self.order, self.kept, self.labels = order, kept, labels or order

    def batches(self, X: Any, y: Any, size: int, shuffle: bool, seed: int | None = None) -> list[list[Any]]:
        assert shuffle
        rows, labels = list(self.order(len(X), seed or 1)), list(self.labels(len(X), seed or 1))
        last = len(rows) if self.kept else len(rows) - len(rows) % size
        return [[X[rows[i : i + size]], y[labels[i : i + size]]] for i in range(0, last, size)]


class SharedOut(InTraining):
    """One that spreads the rows of a short last batch over the others."""

    def batches(self, X: Any, y: Any, size: int, shuffle: bool, seed: int | None = None) -> list[list[Any]]:
        return [[X[part], y[part]] for part in np.array_split(self.order(len(X), seed or 1), len(X) // size)]


def mixed(rows: int, epoch: int) -> Sequence[int]:
    return np.random.default_rng(epoch).permutation(rows).tolist()


def in_order(rows: int, epoch: int) -> Sequence[int]:
    return range(rows)


def one_short(rows: int, epoch: int) -> Sequence[int]:
    return mixed(rows, epoch)[:-1]


def once(rows: int, epoch: int) -> Sequence[int]:
    return mixed(rows, 1)


def otherwise(rows: int, epoch: int) -> Sequence[int]:
    return mixed(rows, epoch + 7)


def codes(driver: InTraining, **fields: Any) -> tuple[float | None, set[str]]:
    check = Batches(kind="batches", shuffle="always", **fields)
    seen = check.observe(InProcess(driver), setting())  # type: ignore[arg-type]
    verdict = check.judge(seen, {}, setting())
    check.signature(seen)
    return verdict.fraction, {finding.code for finding in verdict.findings}


@pytest.mark.parametrize(
    ("driver", "short", "wrong"),
    [
        (InTraining(mixed), "kept", set()),
        (InTraining(mixed), "free", set()),
        (InTraining(mixed, kept=False), "free", set()),
        (InTraining(mixed, kept=False), "kept", {"batch-sizes", "rows-lost"}),
        (InTraining(once), "free", {"not-shuffled-again"}),
        (SharedOut(mixed), "free", set()),
        (SharedOut(mixed), "kept", {"batch-sizes"}),
        (InTraining(in_order), "free", {"not-shuffled"}),
        (InTraining(one_short), "free", {"batch-sizes", "rows-lost"}),
        (InTraining(mixed, labels=otherwise), "free", {"pairs-broken"}),
    ],
)
def test_batches_that_training_makes_itself_are_judged_by_their_rows(
    driver: InTraining, short: str, wrong: set[str]
) -> None:
    fraction, found = codes(driver, short=short)
    assert found == wrong
    assert (fraction == 1) == (not wrong)


def test_a_batch_with_more_labels_than_rows_is_told_by_its_numbers() -> None:
    class OneMore(InTraining):
        def batches(self, X: Any, y: Any, size: int, shuffle: bool, seed: int | None = None) -> list[list[Any]]:
            starts = range(0, len(X), size)
            return [[X[start : start + size], y[start : start + size + 1]] for start in starts]

    check = Batches(kind="batches", rows=23, batch_size=5, shuffle="always")
    seen = check.observe(InProcess(OneMore(mixed)), setting())  # type: ignore[arg-type]
    messages = [finding.message for finding in check.judge(seen, {}, setting()).findings]
    assert "A batch holds 5 rows and 6 labels." in messages


@pytest.mark.parametrize("seed", range(5))
def test_no_input_of_a_relu_comes_near_its_kink(seed: int) -> None:
    check = Gradient(kind="gradient", model="net", kinks={"weights": "W1", "bias": "b1"})  # type: ignore[arg-type]
    for batch in range(len(check.batches)):
        inputs = check._inputs(batch, setting(seed))
        Z1 = inputs.X @ inputs.parameters["W1"] + inputs.parameters["b1"]
        assert np.abs(Z1).min() >= 0.05


@pytest.mark.parametrize("order", [in_order, mixed])
def test_a_short_last_batch_that_is_free_is_no_trait(order: Order) -> None:
    def traits(kept: bool) -> Any:
        check = Batches(kind="batches", rows=43, batch_size=6, shuffle="always", short="free")
        return check.signature(check.observe(InProcess(InTraining(order, kept)), setting()))  # type: ignore[arg-type]

    assert traits(kept=True) == traits(kept=False)


class ByChance:
    """A driver of a course whose update draws numbers itself, and whose optimizer may remember its steps."""

    def __init__(self, momentum: float = 0.0) -> None:
        self.momentum = momentum

    def optimizer(self, name: str, settings: dict[str, float]) -> list[int]:
        return []

    def build(self, model: str, sizes: dict[str, int]) -> dict[str, Any]:
        return {"W": np.random.normal(size=3)}

    def assign(self, model: dict[str, Any], parameters: dict[str, Any]) -> None:
        model.update(parameters)

    def parameters(self, model: dict[str, Any]) -> dict[str, Any]:
        return dict(model)

    def evaluate(self, model: dict[str, Any], X: Any, y: Any, mode: str = "train", gradients: bool = True) -> Any:
        return {"loss": 0.0}

    def update(self, optimizer: list[int], model: dict[str, Any]) -> None:
        model["W"] = model["W"] + np.random.permutation(5)[:3] + self.momentum * len(optimizer)
        optimizer.append(0)


def test_chance_in_an_update_is_no_trace_of_earlier_ones_and_the_same_for_a_brief_look() -> None:
    rng = np.random.default_rng(0)
    batches = [[rng.normal(size=(5, 12)), rng.integers(0, 10, 5)] for _ in range(3)]

    def trained(afresh: bool, momentum: float = 0.0) -> Any:
        start = {"W": np.zeros(3)}
        asked = ("train_on_and_afresh", "net", SIZES, start, "sgd", {}, batches, afresh)
        return InProcess(ByChance(momentum)).call(*asked)

    whole, brief = trained(True), trained(False)
    assert whole["used"]["W"].tolist() == whole["fresh"]["W"].tolist() == brief["used"]["W"].tolist()
    assert whole["used"]["W"].any()
    assert trained(True, 0.9)["used"]["W"].tolist() == trained(False, 0.9)["used"]["W"].tolist()


@pytest.mark.parametrize(("evenness", "least", "most"), [(1.0, 0.0, 0.1), (0.2, 0.35, 0.6)])
def test_one_entry_of_a_row_has_more_than_half_as_often_as_rows_are_uneven(
    evenness: float, least: float, most: float
) -> None:
    probe = Probabilities(probabilities=(500, 10), evenness=evenness)
    rows = probe.make(InProcess(None), setting(), setting().rng("rows"), [])
    np.testing.assert_allclose(rows.sum(axis=1), 1)
    assert least < np.mean(rows.max(axis=1) > 0.5) < most
