"""A net with a convolution is graded like any other: its filters have four axes, its inputs are pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import Grader
from grader.errors import GraderError

RUBRIC = """
id: pictures
title: A net with a convolution
reference: solution
models:
  net: {W1: [filters, channels, kernel, kernel], b1: [filters], W2: [filters, classes], b2: [classes]}
sizes:
  small: {inputs: 50, channels: 2, side: 5, filters: 4, kernel: 3, classes: 6}
sections:
  - id: net
    title: The net
    criteria:
      - {id: gradient, title: Gradients, points: 6, kind: gradient, model: net, batches: [{rows: 7}, {rows: 5}]}
      - {id: step, title: A step, points: 2, kind: step, model: net, optimizer: sgd, settings: {rate: 0.1}}
      - id: training
        title: It learns
        points: 2
        kind: training
        model: net
        sizes: {channels: 1, side: 8, filters: 8}
        optimizer: sgd
        settings: {rate: 1.0}
        rows: 200
        held_out: 60
        epochs: 4
        batch_size: 20
        seeds: 1
"""
DRIVER = """
from grader.worker.calling import number
from grader.worker.layouts import (
    canonical_gradients, find_layout, read_parameters, returned_arrays, write_parameters,
)

class Driver:
    def __init__(self, handin):
        self.handin = handin

    def build(self, model, sizes):
        F, C, K = sizes["filters"], sizes["channels"], sizes["kernel"]
        own = self.handin.module("net.py").Net(C, F, K, sizes["classes"])
        shapes = {"W1": (F, C, K, K), "b1": (F,), "W2": (F, sizes["classes"]), "b2": (sizes["classes"],)}
        return {"own": own, "layout": find_layout(own, shapes), "form": (-1, C, sizes["side"], sizes["side"])}

    def assign(self, model, parameters):
        write_parameters(model["own"], model["layout"], parameters)

    def parameters(self, model):
        return read_parameters(model["own"], model["layout"])

    def probabilities(self, model, X):
        return model["own"].forward(X.reshape(model["form"]))

    def evaluate(self, model, X, y, mode="train", gradients=True):
        loss, told = model["own"].backward(X.reshape(model["form"]), y)
        held = returned_arrays(told, ("W1", "b1", "W2", "b2"))
        return {"loss": number(loss, "Loss"), "gradients": canonical_gradients(model["own"], model["layout"], held)}

    def optimizer(self, name, settings):
        return settings

    def give_gradients(self, model, gradients):
        model["given"] = gradients

    def update(self, optimizer, model):
        now = self.parameters(model)
        self.assign(model, {name: now[name] - optimizer["rate"] * d for name, d in model["given"].items()})

    def stepper(self, model, optimizer):
        def step(X, y):
            told = self.evaluate(model, X, y)
            model["given"] = told["gradients"]
            self.update(optimizer, model)
            return {"loss": told["loss"]}
        return step
"""
NET = """
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

class Net:
    def __init__(self, channels, filters, kernel, classes):
        self.W1, self.b1 = np.zeros((filters, channels, kernel, kernel)), np.zeros(filters)
        self.W2, self.b2 = np.zeros((filters, classes)), np.zeros(classes)

    def forward(self, X):
        self.patches = sliding_window_view(X, self.W1.shape[2:], axis=(2, 3))
        self.Z = np.einsum("nchwij,fcij->nfhw", self.patches, self.W1) + self.b1[:, None, None]
        self.pooled = np.maximum(self.Z, 0).mean(axis=(2, 3))
        scores = np.exp(self.pooled @ self.W2 + self.b2)
        return scores / scores.sum(axis=1, keepdims=True)

    def backward(self, X, y):
        P, rows = self.forward(X), np.arange(len(y))
        d = (P - np.eye(P.shape[1])[y]) / len(y)
        dZ = (d @ self.W2.T)[:, :, None, None] * (self.Z > 0) / self.Z[0, 0].size
        dW1 = np.einsum("nfhw,nchwij->fcij", dZ, self.patches)
        gradients = {"W1": dW1, "b1": dZ.sum(axis=(0, 2, 3)), "W2": self.pooled.T @ d, "b2": d.sum(axis=0)}
        return -np.log(P[rows, y]).mean(), gradients
"""
OTHER_ORDER = {
    "np.zeros((filters, channels, kernel, kernel))": "np.zeros((kernel, kernel, channels, filters))",
    "self.W1.shape[2:]": "self.W1.shape[:2]",
    "fcij->nfhw": "ijcf->nfhw",
    "nchwij->fcij": "nchwij->ijcf",
}
TURNED = {'nchwij->fcij", dZ, self.patches)': 'nchwij->fcij", dZ, self.patches)[:, :, ::-1, ::-1]'}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "solution").mkdir()
    for name, text in {"rubric.yaml": RUBRIC, "driver.py": DRIVER, "solution/net.py": NET}.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "points"),
    [({}, [6, 2, 2]), (OTHER_ORDER, [6, 2, 2]), (TURNED, [4.5, 2, None])],
    ids=["the reference", "the axes of the filters in another order", "the filters' gradient is turned around"],
)
def test_a_net_with_a_convolution_is_graded(changes: dict[str, str], points: list[float | None], course: Path) -> None:
    source = NET
    for text, instead in changes.items():
        assert text in source
        source = source.replace(text, instead)
    (course / "hand-in").mkdir()
    (course / "hand-in" / "net.py").write_text(source, "utf-8")
    with Grader(course, seed=5) as grader:
        (section,) = grader.grade(course / "hand-in").sections
    given = [criterion.score.given for criterion in section.criteria]
    assert [a for a, b in zip(given, points, strict=True) if b is not None] == [b for b in points if b is not None]


def test_a_size_that_the_rubric_does_not_have_is_told(course: Path) -> None:
    (course / "rubric.yaml").write_text(RUBRIC.replace("{channels: 1", "{chanels: 1"), "utf-8")
    with Grader(course, seed=5) as grader, pytest.raises(GraderError, match="no 'chanels'; did you mean 'channels'"):
        grader.grade(course / "solution")
