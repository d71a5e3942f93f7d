"""The network of physics-ps5 in PyTorch, and what a write-up's experiments tell of both networks."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import physics_forms
import pytest
from physics_forms import COURSE, DRIVER, EXAMPLES, LIMITS, REFERENCE, ROOT, Open, Values, graded

from grader.data import load
from grader.grading import grade, prepare
from grader.intake import take
from grader.model import Score
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose, packages
from grader.worker.handin import HandIn
from grader.worker.imports import Importer

drive, text = pytest.fixture(physics_forms.drive), pytest.fixture(physics_forms.text)

# the network in PyTorch, with a small stand-in for it


@pytest.fixture
def small_torch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package `torch` that can be imported here and in workers, and is forgotten afterwards."""
    if importlib.util.find_spec("torch"):
        pytest.skip("the real torch is installed")
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "small_torch"))
    packages.allowed.cache_clear()
    yield
    packages.allowed.cache_clear()
    for name in ("torch", "torch.nn"):
        sys.modules.pop(name, None)


CLASS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 7), nn.Linear(7, 1)
    def forward(self, x):
        return torch.sigmoid(self.second(torch.sigmoid(self.first(x))))
"""
AS_IT_SHOULD_BE = {
    "weights": 29.0,
    "the layers go": "from 2 to 7 and from 7 to 1",
    "the output is": "as the weights say",
}


@pytest.mark.usefixtures("small_torch")
@pytest.mark.parametrize(
    ("source", "told"),
    [
        (CLASS, AS_IT_SHOULD_BE),
        ("net = nn.Sequential(nn.Linear(2, 7), nn.Sigmoid(), nn.Linear(7, 1))", AS_IT_SHOULD_BE),
        (
            "def make(): return nn.Sequential(nn.Linear(2, 7), nn.Linear(7, 1))",
            AS_IT_SHOULD_BE | {"the output is": "otherwise"},
        ),
        (
            "def make(): return nn.Sequential(nn.Linear(2, 8), nn.Sigmoid(), nn.Linear(8, 1))",
            {"weights": 33.0, "the layers go": "otherwise", "the output is": "not looked at"},
        ),
    ],
)
def test_a_network_in_pytorch_is_told(
    source: str, told: Values, text: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Importer, "_installed", lambda self, name: name in ("numpy", "torch"))
    monkeypatch.setattr("grader.worker.imports.OFFERED", {"torch"})
    driver = text(f"import torch\nfrom torch import nn\n{source}\n")
    assert driver.twin(np.random.default_rng(0).normal(size=(9, 2))) == told


@pytest.mark.usefixtures("small_torch")
def test_where_torch_is_installed_the_network_in_pytorch_earns_its_points() -> None:
    rubric = load_rubric(find_rubric(COURSE))
    only = replace(rubric, sections=tuple(section for section in rubric.sections if section.id == "pytorch"))
    there = prepare(only, 7, {}, choose("auto"), LIMITS)
    scores = {}
    for path in (REFERENCE, EXAMPLES / "hand-in-01"):
        intake = take(path)
        scores[path.name] = grade(intake.submission, intake.files, there, choose("auto"), LIMITS).score
    assert scores == {COURSE: Score(4.0, 4.0), "hand-in-01": Score(0.0, 4.0)}


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_where_torch_is_absent_its_criterion_is_skipped_and_costs_nothing() -> None:
    (twin,) = (c for section in graded(REFERENCE).sections for c in section.criteria if c.id == "twin")
    assert (twin.verdict, twin.score) == ("skipped", Score(0.0, 0.0))
    assert "torch is not installed here. This costs nothing." in twin.findings[0].message


# a write-up's experiments

SETTINGS = {"learning_rate": 0.05, "epochs": 60, "targets": "0 and 1", "network": "from scratch", "seed": 0}


def points() -> Values:
    data = load("ps5")
    return {"X_train": data.X_train, "y_train": data.y_train, "X_test": data.X_test, "y_test": data.y_test}


@pytest.mark.usefixtures("small_torch")
def test_the_network_in_pytorch_is_trained_from_the_same_weights(
    drive: Open, text: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = drive(REFERENCE).experiment(SETTINGS, points())
    monkeypatch.setattr(Importer, "_installed", lambda self, name: name in ("numpy", "torch"))
    monkeypatch.setattr("grader.worker.imports.OFFERED", {"torch"})
    told = text(f"import torch\nfrom torch import nn\n{CLASS}").experiment(
        SETTINGS | {"network": "in PyTorch"}, points()
    )
    for series in ("train loss", "test loss"):
        assert told["history"][series] == pytest.approx(expected["history"][series], rel=1e-9)
    assert told["arrays"]["map"] == pytest.approx(expected["arrays"]["map"])
    assert (told["predictions"]["test"] == expected["predictions"]["test"]).all()
    assert told["notes"][0].startswith("Your network in PyTorch was trained from the weights of the network from scr")


def test_an_experiment_tells_losses_a_map_and_predictions(drive: Open) -> None:
    told = drive(EXAMPLES / "hand-in-02").experiment(SETTINGS, points())
    expected = drive(REFERENCE).experiment(SETTINGS, points())
    assert told["history"]["train loss"] == pytest.approx(expected["history"]["train loss"])
    assert told["history"]["train loss"][-1] < told["history"]["train loss"][0]
    assert (told["epochs"], len(told["history"]["test loss"]), told["at"]["test loss"][-1]) == (60, 60, 59)
    assert told["arrays"]["map"].shape == (len(told["arrays"]["x_2"]), len(told["arrays"]["x_1"]))
    assert told["arrays"]["map"] == pytest.approx(expected["arrays"]["map"])
    assert {name: len(classes) for name, classes in told["predictions"].items()} == {"train": 80, "test": 20}


def test_a_long_experiment_tells_losses_at_places() -> None:
    handin = HandIn(REFERENCE)
    told = DRIVER.Driver(handin).experiment({**SETTINGS, "epochs": 2300}, points())
    handin.close()
    assert told["at"]["train loss"][:3] == [0, 4, 8]
    assert len(told["history"]["train loss"]) == len(told["at"]["train loss"]) == 575


def test_standardised_targets_have_a_smallest_loss(drive: Open) -> None:
    told = drive(REFERENCE).experiment({**SETTINGS, "targets": "standardised"}, points())
    assert told["numbers"]["floor"] == pytest.approx(15.3589, abs=1e-3)
    assert min(told["history"]["train loss"]) > told["numbers"]["floor"]
