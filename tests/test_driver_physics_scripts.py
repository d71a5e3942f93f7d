"""What a script of physics-ps5 does outside of functions is watched, told, or left to a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import physics_forms
import pytest
from physics_forms import DRIVER, EXAMPLES, FUNCTIONS, LAYERS, Open, network

from grader.worker.handin import Missing, OutOfSight, Unusable

drive, text = pytest.fixture(physics_forms.drive), pytest.fixture(physics_forms.text)

# scripts, and what is missing

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
_MIDDLE = "(x.max(0) + x.min(0)) / 2, np.ptp(x, axis=0) / 2"
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
        """from csv import DictReader
with open('ps5_data.csv') as f:
    x_raw = np.array([[float(r['x_1']), float(r['x_2']), int(r['classification'])] for r in DictReader(f)])""",
        """from pathlib import Path
path = Path('..') / 'data' / 'ps5_data.csv'
if not path.is_file():
    raise FileNotFoundError(path)
x_raw = np.loadtxt(path, delimiter=',', skiprows=1)""",
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
        (
            "np.random.permutation(len(x_raw))",
            "np.argsort(x_raw[:, 2])",
            {"the points come": "in the order of their classes"},
        ),
        ("x_train.mean(axis=0), x_train.std(axis=0)", _MIDDLE, {"the inputs come out": "from -1 to 1"}),
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


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("range(100000)", "range(int(input('How many epochs? ')))"),
        ('"../data/ps5_data.csv"', "sys.argv[1]"),
    ],
)
def test_what_a_script_asks_a_person_is_answered(told: str, asked: str, text: Callable[[str], Any]) -> None:
    assert told in _SCRIPT
    assert told_of(text(f"import sys\n{_PASSES}{_SCRIPT.replace(told, asked)}")) == _RIGHTLY


def test_losses_kept_now_and_then_in_a_table_tell_their_formula(text: Callable[[str], Any]) -> None:
    script = _SCRIPT.replace("losses, test_losses = [], []", "log = pd.DataFrame(columns=['epoch', 'loss'])")
    script = script.replace(f"losses.append({_LOSS})", f"if epoch % 1000 == 0: log.loc[len(log)] = [epoch, {_LOSS}]")
    driver = text(f"import pandas as pd\n{_PASSES}{script.replace('test_losses.append', 'print')}")
    assert driver.loss(np.ones(6), np.full(6, 0.25)) == pytest.approx(3 * 0.75**2)


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


def test_a_preparation_may_compute_in_single_precision(text: Callable[[str], Any]) -> None:
    driver = text("""
def prepare(x, y):
    x, order = x.astype(np.float32), np.random.permutation(len(x))
    train, test = order[:32], order[32:]
    mean, std = x[train].mean(axis=0), x[train].std(axis=0)
    return (x[train] - mean) / std, (x[test] - mean) / std, y[train], y[test]
""")
    seen = driver.prepared(np.random.default_rng(2).normal((-5, 60), (1, 500), (40, 2)))
    assert seen == {name: _RIGHTLY[name] for name in seen}


def test_a_network_that_remembers_its_points_is_watched_apart_from_its_layers(text: Callable[[str], Any]) -> None:
    script = _SCRIPT.replace("w = np.random.normal(size=29)", "net = Net()").replace(_STEP, "")
    script = script.replace(_PASS, "    y_pred = net.forward(x_train)\n    net.backward(y_train)\n")
    script = script.replace("forward_pass(x_test, w, len(x_test))[1]", "net.forward(x_test)")
    script = script.replace("forward_pass(cells, w, len(cells))[1]", "net.forward(cells)")
    assert told_of(text(LAYERS + script)) == _RIGHTLY


@pytest.mark.parametrize("name", ["get_data", "loadData", "read_dataset"])
def test_a_preparation_that_reads_the_file_may_know_how_many_rows_it_has(name: str, text: Callable[[str], Any]) -> None:
    driver = text(f"""{_PASSES}
def {name}(filename="ps5_data.csv"):
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
