"""The driver of physics-ps5 sees in every right hand-in what it sees in the reference, and says what is wrong."""

from __future__ import annotations

import ast
import os
import re
import runpy
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import physics_forms
import pytest
import yaml
from physics_forms import (
    COURSE,
    DRIVER,
    EXAMPLES,
    FUNCTIONS,
    LAYERS,
    REFERENCE,
    ROOT,
    SIZES,
    VARIANTS,
    Open,
    Values,
    graded,
    key,
    lost,
    network,
    observe,
    weights,
)

from grader.compare import Tolerance, difference
from grader.mistakes import Mistake, apply, load_mistakes
from grader.rubric import reference_files
from grader.worker.handin import HandIn, OutOfSight, Unusable

RIGHT = sorted(path.name for path in (VARIANTS / "right").iterdir() if path.is_dir())
WRONG: Mapping[str, list[str]] = yaml.safe_load((VARIANTS / "wrong" / "expected.yaml").read_text("utf-8"))
BANK = load_mistakes(ROOT / "rubrics" / COURSE)
REAL = os.environ.get("GRADER_PS5")

# What a slip costs elsewhere, where a later criterion is built on the slip's own.
FOLLOWS = {
    "hidden": {"prediction", "gradient", "step", "training-loop", "learns", "stability", "purity", "plane"},
    "prediction": {"gradient", "step", "training-loop", "learns", "stability", "plane"},
    "gradient": {"training-loop", "learns"},
    "step": {"training-loop", "learns"},
    "purity": {"training-loop"},
}

drive, text = pytest.fixture(physics_forms.drive), pytest.fixture(physics_forms.text)


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
    "layers that are classes too": LAYERS,
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


RATES = {
    "of the file": "eta = 1e-4\n" + FUNCTIONS.replace("beta_h, eta)", "beta_h)"),
    "in an object of the network's": LAYERS,
    "of the network's class": LAYERS.replace("class Net:", "class Net:\n    learning_rate = 1e-4").replace(
        'self.settings["eta"]', "self.learning_rate"
    ),
}


@pytest.mark.parametrize("kept", RATES)
def test_a_step_takes_its_learning_rate_from_where_it_is_kept(kept: str, text: Callable[[str], Any]) -> None:
    driver, rng = text(RATES[kept]), np.random.default_rng(5)
    seen = driver.step(network(driver), rng.normal(size=(15, 2)), rng.integers(0, 2, 15), 0.05)
    assert list(seen.values()) == pytest.approx([1.0] * 5)


def test_a_loss_that_makes_its_own_predictions_is_asked_at_points_that_give_those(
    text: Callable[[str], Any],
) -> None:
    method = (
        "\n    def loss(self, x, y):\n        return -np.sum(np.log(np.where(y > 0.5, p := self.forward(x), 1 - p)))\n"
    )
    y, predicted = np.array([1, 0, 1]), np.array([0.9, 0.2, 0.35])
    assert text(LAYERS + method).loss(y, predicted) == pytest.approx(-np.log([0.9, 0.8, 0.35]).sum())


def test_a_record_of_a_training_may_count_the_epochs(text: Callable[[str], Any]) -> None:
    train = """
def train(x, y, w, eta, epochs):
    log = []
    for epoch in range(epochs):
        beta_h, y_pred = forward_pass(x, w, len(x))
        log.append([epoch, 0.5 * np.sum((y - y_pred) ** 2), 0.0])
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w, np.array(log)
"""
    driver = text(
        FUNCTIONS.partition("def loss_function")[0] + "def backward" + FUNCTIONS.partition("def backward")[2] + train
    )
    assert driver.loss(np.ones(6), np.full(6, 0.25)) == pytest.approx(3 * 0.75**2)


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
