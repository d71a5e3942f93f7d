"""The hand-ins of physics-ps5 for tests: opened with the course's driver, observed, or graded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drivers import driver_module

from grader.data import load
from grader.grading import Key, grade, prepare
from grader.intake import take
from grader.model import Result
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose
from grader.session import Limits
from grader.worker.handin import HandIn
from grader.worker.imports import Importer

ROOT = Path(__file__).parents[1]
COURSE = "physics-ps5"
REFERENCE = ROOT / "reference" / COURSE
EXAMPLES = ROOT / "submissions_example" / COURSE
VARIANTS = ROOT / "tests" / "variants" / COURSE
SIZES = {"inputs": 2, "hidden": 7, "classes": 2}
LIMITS = Limits(request=10.0, training=60.0)

Values = dict[str, Any]
Open = Callable[[Path], Any]
DRIVER = driver_module(COURSE)
_WHOLE = (EXAMPLES / "hand-in-04" / "ps5.py").read_text("utf-8")
FUNCTIONS = _WHOLE.split("import numpy as np\n", 1)[1].split("def prepare")[0]
LAYERS = """
class Layer:
    def forward(self, x): raise NotImplementedError
    def backward(self, up): raise NotImplementedError
    def update(self, eta): pass
class Dense(Layer):
    def __init__(self, ins, outs):
        self.W, self.b = np.random.randn(ins, outs), np.random.randn(outs)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, up):
        self.dW, self.db = self.x.T @ up, up.sum(axis=0)
        return up @ self.W.T
    def update(self, eta):
        self.W, self.b = self.W - eta * self.dW, self.b - eta * self.db
class Sigmoid(Layer):
    def forward(self, x):
        self.a = 1 / (1 + np.exp(-x))
        return self.a
    def backward(self, up):
        return up * self.a * (1 - self.a)
class Net:
    def __init__(self, eta=1e-4):
        self.settings, self.layers = {"eta": eta}, [Dense(2, 7), Sigmoid(), Dense(7, 1), Sigmoid()]
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        self.y_pred = x.ravel()
        return self.y_pred
    def backward(self, y):
        up = (self.y_pred - y).reshape(-1, 1)
        for layer in reversed(self.layers):
            up = layer.backward(up)
            layer.update(self.settings["eta"])
"""


def drive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    """Open a folder with the course's driver, where nothing but numpy is installed; all is forgotten afterwards."""
    monkeypatch.setattr(Importer, "_installed", lambda self, name: name == "numpy")
    monkeypatch.chdir(tmp_path)  # the driver leaves a table for a preparation that reads one
    opened: list[HandIn] = []

    def drive_(folder: Path) -> Any:
        opened.append(HandIn(folder))
        return DRIVER.Driver(opened[-1])

    yield drive_
    for each in opened:
        each.close()


def text(drive: Open, tmp_path: Path) -> Callable[[str], Any]:
    """A driver for a hand-in of one file, below the numpy import."""

    def text_(source: str) -> Any:
        folder = tmp_path / "hand-in"
        folder.mkdir()
        (folder / "ps5.py").write_text(f"import numpy as np\n{source}")
        return drive(folder)

    return text_


def weights(seed: int = 3, scale: float = 1.0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, scale, size) for name, size in DRIVER.BLOCKS.items()}


def network(driver: Any, scale: float = 1.0) -> Any:
    made = driver.build("network", SIZES)
    driver.assign(made, weights(scale=scale))
    return made


def observe(driver: Any) -> Values:
    """Everything that the vocabulary can say about a hand-in, on fixed inputs."""
    rng = np.random.default_rng(5)
    X, y, far = rng.normal(size=(15, 2)), rng.integers(0, 2, 15), rng.normal(4, 9, (40, 2))
    seen = {f"forward of {n}": driver.forward(network(driver), X[:n].copy()) for n in (1, 7, 15)}
    for n in (1, 15):
        seen[f"gradient of {n}"] = driver.evaluate(network(driver), X[:n].copy(), y[:n].copy())["gradients"]
    seen |= {f"step by {eta}": driver.step(network(driver), X.copy(), y.copy(), eta) for eta in (0.05, 3.0)}
    seen["loss"] = driver.loss(y, rng.uniform(size=15))
    seen["probabilities"] = driver.probabilities(network(driver), X.copy())
    fitted = driver.fit(network(driver), X.copy(), y, 0.1, 20)
    seen["fit"] = {name: values for name, values in fitted.items() if name != "losses"}
    seen |= {"prepared": driver.prepared(far), "split": driver.split(far, y)}
    return {**seen, "plane": driver.plane(network(driver), far)}


@cache
def key() -> Key:
    return prepare(load_rubric(find_rubric(COURSE)), 7, {"ps5": load("ps5")}, choose("auto"), LIMITS)


def graded(path: Path) -> Result:
    intake = take(path)
    return grade(intake.submission, intake.files, key(), choose("auto"), LIMITS)


def lost(result: Result) -> dict[str, float]:
    criteria = (criterion for section in result.sections for criterion in section.criteria)
    given = ((c.id, c.score.maximum - (c.score.given if c.score.given is not None else -1)) for c in criteria)
    return {id_: points for id_, points in given if points}
