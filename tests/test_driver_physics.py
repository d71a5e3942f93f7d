"""The driver of physics-ps5 sees in every right hand-in what it sees in the reference, and says what is wrong."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from drivers import driver_module

from grader.compare import Tolerance, difference
from grader.data import load
from grader.grading import Key, grade, prepare
from grader.intake import take
from grader.mistakes import Mistake, apply, load_mistakes
from grader.model import Result, Score
from grader.rubric import find_rubric, load_rubric, reference_files
from grader.sandbox import choose, packages
from grader.session import Limits
from grader.worker.handin import HandIn, Missing, OutOfSight, Unusable
from grader.worker.imports import Importer

ROOT = Path(__file__).parents[1]
COURSE = "physics-ps5"
REFERENCE = ROOT / "reference" / COURSE
EXAMPLES = ROOT / "submissions_example" / COURSE
VARIANTS = ROOT / "tests" / "variants" / COURSE
RIGHT = sorted(path.name for path in (VARIANTS / "right").iterdir() if path.is_dir())
WRONG: Mapping[str, list[str]] = yaml.safe_load((VARIANTS / "wrong" / "expected.yaml").read_text("utf-8"))
BANK = load_mistakes(ROOT / "rubrics" / COURSE)
SIZES = {"inputs": 2, "hidden": 7, "classes": 2}
LIMITS = Limits(request=10.0, training=60.0)
REAL = os.environ.get("GRADER_PS5")

# What a slip costs elsewhere, where a later criterion is built on the slip's own.
FOLLOWS = {
    "hidden": {"prediction", "gradient", "step", "training-loop", "learns", "stability", "purity", "plane"},
    "prediction": {"gradient", "step", "training-loop", "learns", "stability", "plane"},
    "gradient": {"training-loop", "learns"},
    "step": {"training-loop", "learns"},
    "purity": {"training-loop"},
}

Values = dict[str, Any]
Open = Callable[[Path], Any]


DRIVER = driver_module(COURSE)


@pytest.fixture
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


@pytest.fixture
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


@pytest.fixture(scope="module")
def expected() -> Values:
    """What the driver sees in the reference."""
    handin = HandIn(REFERENCE)
    seen = observe(DRIVER.Driver(handin))
    handin.close()
    return seen


@pytest.mark.parametrize("name", [f"right/{name}" for name in RIGHT] + ["01", "02", "03"])
def test_a_right_hand_in_looks_like_the_reference(name: str, drive: Open, expected: Values) -> None:
    seen = observe(drive(VARIANTS / name if "/" in name else EXAMPLES / f"hand-in-{name}"))
    assert difference(seen, expected, "", Tolerance(1e-3)) is None  # one of them computes in single precision


def test_the_reference_is_consistent_with_its_own_loss(drive: Open) -> None:
    driver, rng, h = drive(REFERENCE), np.random.default_rng(0), 1e-6
    X, y, start = rng.normal(size=(11, 2)), rng.integers(0, 2, 11), weights()
    gradients = driver.evaluate(network(driver), X, y)["gradients"]
    for name, block in start.items():
        for place in range(len(block)):
            losses = []
            for sign in (1, -1):
                moved = {**start, name: block + sign * h * (np.arange(len(block)) == place)}
                one = driver.build("network", SIZES)
                driver.assign(one, moved)
                losses.append(driver.evaluate(one, X, y, gradients=False)["loss"])
            assert gradients[name][place] == pytest.approx((losses[0] - losses[1]) / (2 * h), rel=1e-5, abs=1e-9)


def test_a_gradient_does_not_depend_on_the_learning_rate(drive: Open) -> None:
    driver, rng = drive(REFERENCE), np.random.default_rng(1)
    X, y = rng.normal(size=(9, 2)), rng.integers(0, 2, 9)
    gradients = driver.evaluate(network(driver), X, y)["gradients"]
    for eta in (1e-4, 0.3, 20.0):
        moved = network(driver)
        driver.evaluate(moved, X, y)
        driver.update(eta, moved)
        for name, block in driver.parameters(moved).items():
            assert (weights()[name] - block) / eta == pytest.approx(gradients[name], rel=1e-7, abs=1e-9)


# scripts, and what is missing

_WHOLE = (EXAMPLES / "hand-in-04" / "ps5.py").read_text("utf-8")
FUNCTIONS = _WHOLE.split("import numpy as np\n", 1)[1].split("def prepare")[0]
SCRIPT = """
x = np.random.uniform(size=(100, 2))
y = (x[:, 0] > 0.5).astype(float)
w = np.random.normal(size=29)
for epoch in range(10**9):
    beta_h, y_pred = forward_pass(x, w, 100)
    w = backward_propagation(x, y, y_pred, w, beta_h, 1e-4)
"""


def test_a_script_that_trains_when_it_is_imported_is_looked_at_all_the_same(
    text: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.worker.patience.SECONDS", 0.2)
    driver = text(FUNCTIONS + SCRIPT)
    assert driver.forward(network(driver), np.ones((3, 2)))["hidden"].shape == (3, 7)
    assert "cut off" in driver.handin.remarks()[0]["message"]


@pytest.mark.parametrize("name", ["prepared", "plane", "fit", "split"])
def test_what_a_script_does_outside_of_functions_waits_for_a_person(name: str, text: Callable[[str], Any]) -> None:
    driver = text(FUNCTIONS + SCRIPT.replace("10**9", "1"))
    rest = {"prepared": (), "plane": (), "split": (np.zeros(9),), "fit": (np.zeros(9), 0.1, 2)}[name]
    first = () if name in ("prepared", "split") else (network(driver),)
    with pytest.raises(OutOfSight, match="a person has to look"):
        getattr(driver, name)(*first, np.ones((9, 2)), *rest)


# what a script does with its data, its loop and its map

_SCRIPT = """
x_raw = np.loadtxt("../data/ps5_data.csv", delimiter=",", skiprows=1)
np.random.seed(1)
order = np.random.permutation(len(x_raw))
x, y = x_raw[order, :2], x_raw[order, 2]
x_train, x_test, y_train, y_test = x[:80], x[80:], y[:80], y[80:]
mean, std = x_train.mean(axis=0), x_train.std(axis=0)
x_train, x_test = (x_train - mean) / std, (x_test - mean) / std
w = np.random.normal(size=29)
losses, test_losses = [], []
for epoch in range(100000):
    beta_h, y_pred = forward_pass(x_train, w, len(x_train))
    losses.append(0.5 * np.sum((y_train - y_pred) ** 2))
    test_losses.append(0.5 * np.sum((y_test - forward_pass(x_test, w, len(x_test))[1]) ** 2))
    w = backward_propagation(x_train, y_train, y_pred, w, beta_h, 1e-4)
g1, g2 = np.meshgrid(np.linspace(-6, -4, 50), np.linspace(-900, 1000, 50))
cells = (np.column_stack([g1.ravel(), g2.ravel()]) - mean) / std
z = forward_pass(cells, w, len(cells))[1]
"""
_RIGHTLY = {
    "the inputs come out": "with mean 0 and deviation 1",
    "the test points are standardised": "as the training points",
    "the targets lie": "within a sigmoid's reach",
    "rows for training": 32.0,
    "rows for testing": 8.0,
    "rows in both parts": 0.0,
    "rows in neither part": 0.0,
    "the labels stand": "beside their points",
    "the points come": "in another order",
    "the grid is standardised": "as the training inputs",
}
_OF_TEST = "the test points are standardised"
_BEYOND = "beyond a sigmoid's reach, standardised"
_OWN_MAP = "z = forward", "cells = (cells - cells.mean(0)) / cells.std(0)\nz = forward"
_HALVES = {"rows for training": 20.0, "rows for testing": 20.0}
_PASSES = FUNCTIONS.partition("def loss_function")[0] + "def backward" + FUNCTIONS.partition("def backward")[2]


def as_function(script: str) -> str:
    """The script as a function without arguments that is called at its end."""
    return "def everything():\n" + "".join(f"    {line}\n" for line in script.splitlines()) + "everything()\n"


def as_main(script: str) -> str:
    """The same, called where the file is run as a script."""
    return as_function(script).replace("\neverything()", "\nif __name__ == '__main__':\n    everything()")


def told_of(driver: Any) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), rng.integers(0, 2, 40)
    return {**driver.prepared(X), **driver.split(X, y), **driver.plane(network(driver), X)}


@pytest.mark.parametrize("written", [str, as_function, as_main])
def test_a_script_is_watched_however_it_is_written(written: Callable[[str], str], text: Callable[[str], Any]) -> None:
    assert told_of(text(_PASSES + written(_SCRIPT))) == _RIGHTLY


@pytest.mark.parametrize(
    "preparation",
    [
        "import pandas as pd\nx_raw = pd.read_csv('ps5_data.csv').values",
        "import pandas as pd\nd = pd.read_csv('ps5_data.csv')\nx_raw = np.c_[d[['x_1', 'x_2']], d.classification]",
        "import csv\nwith open('ps5_data.csv') as f:\n    x_raw = np.array([*csv.reader(f)][1:], dtype=float)",
        "x_raw = np.genfromtxt(r'C:\\\\Users\\\\me\\\\ps5_data.csv', delimiter=',', skip_header=1)",
    ],
)
def test_a_script_finds_its_table_however_it_reads_it(preparation: str, text: Callable[[str], Any]) -> None:
    reading = _SCRIPT.splitlines()[1]
    assert told_of(text(_PASSES + _SCRIPT.replace(reading, preparation))) == _RIGHTLY


def test_a_script_may_scale_and_cut_with_scikit_learn(text: Callable[[str], Any]) -> None:
    lines = _SCRIPT.splitlines()
    begin, end = lines.index("np.random.seed(1)"), lines.index("w = np.random.normal(size=29)")
    borrowed = [
        "from sklearn.model_selection import train_test_split",
        "from sklearn.preprocessing import StandardScaler",
        "x_train, x_test, y_train, y_test = train_test_split(x_raw[:, :2], x_raw[:, 2], test_size=0.2)",
        "scaler = StandardScaler().fit(x_train)",
        "x_train, x_test, mean, std = scaler.transform(x_train), scaler.transform(x_test), scaler.mean_, scaler.scale_",
    ]
    assert told_of(text(_PASSES + "\n".join([*lines[:begin], *borrowed, *lines[end:]]))) == _RIGHTLY


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("x_train.std(axis=0)", "1.0", {"the inputs come out": "with mean 0 and another deviation"}),
        (
            "(x_test - mean) / std\n",
            "(x_test - x_test.mean(0)) / x_test.std(0)\n",
            {"the test points are standardised": "by themselves"},
        ),
        ("(x_test - mean) / std\n", "x_test\n", {_OF_TEST: "not at all"}),
        (
            "w = np.random",
            "y_train = (y_train - y_train.mean()) / y_train.std()\nw = np.random",
            {"the targets lie": _BEYOND},
        ),
        ("x[80:], y[:80]", "x[60:80], y[:80]", {"rows in both parts": 20.0, "rows in neither part": 20.0}),
        ("x_raw[order, 2]", "x_raw[:, 2]", {"the labels stand": "beside other points"}),
        ("np.random.permutation(len(x_raw))", "np.arange(len(x_raw))", {"the points come": "in the order of the file"}),
        ("x[:80], x[80:], y[:80], y[80:]", "x[:50], x[50:], y[:50], y[50:]", _HALVES),
        ("g2.ravel()]) - mean) / std", "g2.ravel()]))", {"the grid is standardised": "not at all"}),
        (*_OWN_MAP, {"the grid is standardised": "by its own mean and deviation"}),
    ],
)
def test_what_a_script_does_wrong_with_its_data_is_told(
    right: str, wrong: str, told: dict[str, Any], text: Callable[[str], Any]
) -> None:
    assert right in _SCRIPT
    seen = told_of(text(_PASSES + _SCRIPT.replace(right, wrong)))
    assert seen == _RIGHTLY | told


def test_a_scripts_loop_is_followed_from_given_weights(text: Callable[[str], Any], drive: Open) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 2)), rng.integers(0, 2, 12)
    by_script, by_function = text(_PASSES + _SCRIPT), drive(EXAMPLES / "hand-in-04")
    told, expected = (driver.fit(network(driver), X, y, 0.1, 9) for driver in (by_script, by_function))
    for name in DRIVER.BLOCKS:
        assert told[f"{name} after training"] == pytest.approx(expected[f"{name} after training"])


_STEP = "    w = backward_propagation(x_train, y_train, y_pred, w, beta_h, 1e-4)\n"
_EPOCHS = "for epoch in range(100000):\n"
_PASS = "    beta_h, y_pred = forward_pass(x_train, w, len(x_train))\n"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (_STEP, _STEP.replace("w = ", "w_new = "), "begins with the weights that the one before began with"),
        (_EPOCHS + _PASS, f"{_PASS.strip()}\n{_EPOCHS}", "the same in every epoch"),
    ],
)
def test_a_slip_in_a_scripts_loop_is_named(right: str, wrong: str, told: str, text: Callable[[str], Any]) -> None:
    assert right in _SCRIPT
    driver = text(_PASSES + _SCRIPT.replace(right, wrong))
    with pytest.raises(Unusable, match=told):
        driver.fit(network(driver), np.ones((9, 2)), np.zeros(9), 0.1, 2)


_LOSS = "0.5 * np.sum((y_train - y_pred) ** 2)"


@pytest.mark.parametrize(
    ("formula", "factor"),
    [(_LOSS, 0.5), ("sum((y_train - y_pred) ** 2)", 1.0), ("np.mean((y_train - y_pred) ** 2)", 1 / 6)],
)
def test_the_losses_that_a_script_keeps_tell_its_formula(
    formula: str, factor: float, text: Callable[[str], Any]
) -> None:
    driver, y, told = (
        text(_PASSES + _SCRIPT.replace("0.5 * np.sum((y_train - y_pred) ** 2)", formula)),
        np.ones(6),
        0.25,
    )
    assert driver.loss(y, np.full(6, told)) == pytest.approx(factor * 6 * 0.75**2)


def test_a_script_that_cannot_be_followed_waits_for_a_person(text: Callable[[str], Any]) -> None:
    driver = text(_PASSES + _SCRIPT.replace("np.loadtxt(", "np.load('numbers.npy') #"))
    for ask in (driver.prepared, lambda X: driver.split(X, np.zeros(40)), lambda X: driver.plane(network(driver), X)):
        with pytest.raises(OutOfSight, match="a person has to look"):
            ask(np.ones((40, 2)))


_HELD = """
def standardise(x_train, x_test):
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    return (x_train - mean) / std, HELD
"""


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("(x_test - mean) / std", "as the training points"),
        ("(x_test - x_test.mean(axis=0)) / x_test.std(axis=0)", "by themselves"),
        ("x_test", "not at all"),
        ("x_test - mean", "otherwise"),
    ],
)
def test_a_function_is_told_by_what_it_standardises_the_points_held_out(
    held: str, told: str, text: Callable[[str], Any]
) -> None:
    driver = text(_PASSES + _HELD.replace("HELD", held))
    assert driver.prepared(np.random.default_rng(2).normal(4, 9, (40, 2)))["the test points are standardised"] == told


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ("(cells - mean) / std", "as the training inputs"),
        ("(cells - cells.mean(0)) / cells.std(0)", "by its own mean and deviation"),
        ("cells", "not at all"),
    ],
)
def test_a_map_that_is_only_drawn_is_told_by_the_points_that_it_asks_for(
    grid: str, told: str, text: Callable[[str], Any]
) -> None:
    drawing = f"""
import matplotlib.pyplot as plt
def plot_map(w, x, mean, std):
    g1, g2 = np.meshgrid(*np.linspace(x.min(axis=0), x.max(axis=0), 30).T)
    cells = np.column_stack([g1.ravel(), g2.ravel()])
    plt.contourf(g1, g2, forward_pass({grid}, w, len(cells))[1].reshape(g1.shape))
"""
    driver, X = text(_PASSES + drawing), np.random.default_rng(2).exponential(2, (40, 2)) + 5
    assert driver.plane(network(driver), X) == {"the grid is standardised": told}


def test_a_preparation_that_reads_the_file_may_know_how_many_rows_it_has(text: Callable[[str], Any]) -> None:
    driver = text(f"""{_PASSES}
def get_data(filename="ps5_data.csv"):
    table = np.loadtxt(filename, delimiter=",", skiprows=1)
    np.random.seed(4)
    np.random.shuffle(table)
    x, y = table[:, :2], table[:, 2]
    mean, std = x[:80].mean(axis=0), x[:80].std(axis=0)
    x = (x - mean) / std
    return x[:80], x[80:], y[:80], y[80:]
""")
    X = np.random.default_rng(2).normal(4, 9, (40, 2))
    seen = {**driver.prepared(X), **driver.split(X, np.zeros(40))}
    assert seen == {name: _RIGHTLY[name] for name in seen}
    assert len(seen) == 9


def test_what_is_nowhere_is_missing(text: Callable[[str], Any]) -> None:
    driver = text(FUNCTIONS)
    with pytest.raises(Missing, match="No function that trains the network, such as `train`"):
        driver.fit(network(driver), np.ones((9, 2)), np.zeros(9), 0.1, 2)


CLASSES = {
    "numbers in its attributes": """
class Net:
    def __init__(self):
        for i in range(1, 30):
            setattr(self, f"w{i}", np.random.randn())
    def forward_pass(self, x1, x2):
        w = np.array([getattr(self, f"w{i}") for i in range(1, 30)])
        self.beta = 1 / (1 + np.exp(-(w[:7] + np.outer(x1, w[7:14]) + np.outer(x2, w[14:21]))))
        self.y_pred = 1 / (1 + np.exp(-(w[21] + self.beta @ w[22:])))
        return self.beta, self.y_pred
    def backward_propagation(self, x1, x2, y, eta):
        d = (self.y_pred - y) * self.y_pred * (1 - self.y_pred)
        dh = np.outer(d, [getattr(self, f"w{i}") for i in range(23, 30)]) * self.beta * (1 - self.beta)
        g = np.hstack([dh.sum(0), x1 @ dh, x2 @ dh, d.sum(), d @ self.beta])
        for i in range(29):
            setattr(self, f"w{i + 1}", getattr(self, f"w{i + 1}") - eta * g[i])
""",
    "no weights at all": """
class Net:
    def forward(self, x, w):
        h = 1 / (1 + np.exp(-(w[:7] + x[:, :1] * w[7:14] + x[:, 1:] * w[14:21])))
        return h, 1 / (1 + np.exp(-(w[21] + h @ w[22:])))
    def backward(self, x, y, y_pred, w, h, lr):
        d = (y_pred - y) * y_pred * (1 - y_pred)
        dh = d[:, None] * w[22:] * h * (1 - h)
        return w - lr * np.hstack([dh.sum(0), x[:, 0] @ dh, x[:, 1] @ dh, d.sum(), d @ h])
""",
}


@pytest.mark.parametrize("kept", CLASSES)
def test_a_class_is_used_as_the_functions_of_the_course(
    kept: str, text: Callable[[str], Any], expected: Values
) -> None:
    driver, rng = text(CLASSES[kept]), np.random.default_rng(5)
    assert driver.describe()["missing"].keys() & {"forward-pass", "backward-propagation"} == set()
    X, y = rng.normal(size=(15, 2)), rng.integers(0, 2, 15)
    seen = driver.evaluate(network(driver), X, y)["gradients"]
    assert difference(seen, expected["gradient of 15"], "", Tolerance(1e-9)) is None
    assert difference(driver.forward(network(driver), X), expected["forward of 15"], "", Tolerance(1e-9)) is None


def test_biases_inside_of_matrices_wait_for_a_person(text: Callable[[str], Any]) -> None:
    forward = "    def forward(self, x): pass\n    def backprop(self, y): pass\n"
    driver = text(
        f"class Net:\n    def __init__(self):\n        self.W1, self.W2 = np.ones((3, 7)), np.ones((8, 1))\n{forward}"
    )
    with pytest.raises(OutOfSight, match="inside of its matrices"):
        driver.forward(network(driver), np.ones((5, 2)))


def test_a_loop_that_draws_its_own_start_waits_for_a_person(text: Callable[[str], Any]) -> None:
    driver = text(FUNCTIONS + "\ndef train(x, y, eta, epochs):\n    return np.random.normal(size=29)\n")
    with pytest.raises(OutOfSight, match="draws its own first weights"):
        driver.fit(network(driver), np.ones((9, 2)), np.zeros(9), 0.1, 2)


@pytest.mark.parametrize(
    ("forward", "told"),
    [
        ("pass", "forward_pass gave nothing back"),
        ("return np.zeros(N)", "no hidden activations"),
        ("return np.zeros((N, 7))", "no prediction"),
    ],
)
def test_a_forward_pass_that_gives_too_little_is_told_so(forward: str, told: str, text: Callable[[str], Any]) -> None:
    driver = text(f"def forward_pass(x, w, N):\n    {forward}\ndef backward_propagation(x, y): pass\n")
    with pytest.raises(Unusable, match=told):
        driver.forward(network(driver), np.ones((4, 2)))


@pytest.mark.parametrize(
    ("backward", "told"),
    [
        ("pass", "gave nothing back"),
        ("return w[:28]", r"gave back \(28,\); expected the 29 new weights"),
        ("return 'w'", "nothing that is made of numbers"),
    ],
)
def test_a_backward_pass_that_gives_no_weights_is_told_so(backward: str, told: str, text: Callable[[str], Any]) -> None:
    forward = FUNCTIONS.split("def backward")[0]
    driver = text(f"{forward}def backward_propagation(x, y, y_pred, w, beta_h, eta):\n    {backward}\n")
    with pytest.raises(Unusable, match=told):
        driver.evaluate(network(driver), np.ones((4, 2)), np.zeros(4))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return (x - x.mean(0)) / x.std(0)", "with mean 0 and deviation 1"),
        ("return (x - x.mean(0)) / x.std(0, ddof=1)", "with mean 0 and deviation 1"),
        ("return (x - x.mean(0)) / x.var(0)", "with mean 0 and another deviation"),
        ("return x / x.std(0)", "with another mean and deviation 1"),
        ("return x - x.mean(0)", "shifted and not scaled"),
        ("return (x - x.min(0)) / np.ptp(x, axis=0)", "from 0 to 1"),
        ("return x", "as they were"),
        ("return np.atleast_2d((x - x.mean()) / x.std())", "with another mean and another deviation"),
    ],
)
def test_inputs_are_told_in_words(body: str, told: str, text: Callable[[str], Any]) -> None:
    driver = text(f"def standardise(x):\n    {body}\n")
    assert driver.prepared(np.random.default_rng(2).normal(3, [2, 500], (40, 2)))["the inputs come out"] == told


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ("(p - mean) / std", "as the training inputs"),
        ("(p - p.mean(0)) / p.std(0)", "by its own mean and deviation"),
        ("p", "not at all"),
        ("p - mean", "shifted and not scaled"),
        ("(p[:, ::-1] - mean) / std", "as the training inputs, but with its columns swapped"),
        ("(p.reshape(9, 9, 2).transpose(1, 0, 2).reshape(81, 2) - mean) / std", "as the training inputs, but mirrored"),
        ("(p - mean) / std / 3", "in another way"),
    ],
)
def test_the_map_is_told_by_what_its_grid_was_standardised(grid: str, told: str, text: Callable[[str], Any]) -> None:
    plane = f"""
def plane(w, x, mean, std):
    a, b = np.meshgrid(np.linspace(-6, -4, 9), np.linspace(-900, 1000, 9))
    p = np.column_stack([a.ravel(), b.ravel()])
    return a, b, forward_pass({grid}, w, 81)[1].reshape(9, 9)
"""
    driver = text(FUNCTIONS + plane)
    X = np.random.default_rng(0).normal([-5, 30], [0.6, 590], (50, 2))
    assert driver.plane(network(driver), X)["the grid is standardised"] == told


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


# the bank


@pytest.mark.parametrize("mistake", BANK, ids=lambda mistake: str(mistake.id))
def test_each_mistake_applies_once_and_its_hint_gives_no_formula_away(mistake: Mistake) -> None:
    files = reference_files(REFERENCE)
    changed = apply(mistake, files)
    assert changed != files
    for edit in mistake.edits:
        ast.parse(changed[edit.file])
    sentences = re.findall(r"[.?!](?=\s|$)", mistake.hint)
    assert 1 <= len(sentences) <= 2
    assert len(mistake.hint) <= 240
    assert not re.search(r"[=*/@\[\]{}()^_]|axis=|np\.", mistake.hint)
    assert 0.3 <= mistake.credit < 1


def test_the_bank_names_criteria_that_there_are_and_repeats_nothing() -> None:
    known = {criterion.id for criterion in key().rubric.criteria}
    assert {id_ for mistake in BANK for id_ in mistake.criteria} <= known
    assert len({mistake.title for mistake in BANK}) == len({mistake.hint for mistake in BANK}) == len(BANK) >= 100


# graded


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


def test_the_reference_earns_every_point() -> None:
    assert lost(graded(REFERENCE)) == {}


@pytest.mark.parametrize(
    ("name", "own", "may"),
    [
        ("hand-in-04", {"gradient"}, {"training-loop", "learns"}),
        pytest.param("hand-in-05", {"standardise", "plane"}, set(), marks=pytest.mark.slow),
        ("hand-in-08.zip", set(), set()),
        pytest.param("hand-in-11", {"loss", "gradient"}, {"training-loop", "learns"}, marks=pytest.mark.slow),
    ],
)
def test_an_example_loses_points_on_its_own_criteria(name: str, own: set[str], may: set[str]) -> None:
    losses = set(lost(graded(EXAMPLES / name)))
    assert own <= losses <= own | may


@pytest.mark.parametrize("name", ["hand-in-09", "hand-in-10"])
def test_doing_nothing_earns_next_to_nothing(name: str) -> None:
    given = graded(EXAMPLES / name).score.given
    assert given is not None
    assert given <= 2


@pytest.mark.slow
def test_a_script_with_data_of_its_own_loses_no_point_and_waits_for_a_person() -> None:
    result = graded(EXAMPLES / "hand-in-07")
    waiting = {c.id for section in result.sections for c in section.criteria if c.verdict == "ungraded"}
    assert waiting == {"standardise", "split", "plane"} == set(lost(result))


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_hand_in_earns_every_point_however_it_is_written(name: str) -> None:
    assert lost(graded(VARIANTS / "right" / name)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_hand_in_loses_points_where_it_is_wrong(name: str) -> None:
    losses = set(lost(graded(VARIANTS / "wrong" / name)))
    assert set(WRONG[name]) <= losses
    assert losses <= set(WRONG[name]) | {f for c in WRONG[name] for f in FOLLOWS.get(c, ())}


# the course's own numbers


@pytest.mark.slow
@pytest.mark.skipif(REAL is None, reason="GRADER_PS5 does not name the course's own table")
def test_training_as_the_course_says_gives_the_published_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    # There inputs and targets are standardised over all rows, before the split.
    monkeypatch.syspath_prepend(str(REFERENCE))
    names = ("network", "preparation", "training")
    preparation, training = (runpy.run_path(str(REFERENCE / f"{name}.py")) for name in names[1:])
    x, y = preparation["load_data"](REAL)
    x, y = (preparation["standardise"](values)[0] for values in (x, y))
    x_train, _, y_train, _ = preparation["split"](x, y)
    _, losses = training["train"](x_train, y_train, training["initial_weights"]())
    for name in names:
        sys.modules.pop(name, None)
    assert losses[0] == pytest.approx(71.57934181999214, rel=1e-9)
    assert losses[99_000] == pytest.approx(23.412061068756074, rel=1e-9)
    assert [round(losses[epoch], 2) for epoch in (1000, 10_000, 50_000)] == [38.13, 32.18, 26.11]
