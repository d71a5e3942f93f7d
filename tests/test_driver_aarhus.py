"""The driver of aarhus-ml-handin2 sees in every right hand-in what it sees in the reference, and says what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drivers import driver_module

from grader.mistakes import Mistake, apply, load_mistakes
from grader.worker.handin import HandIn, Missing, Unusable
from grader.worker.imports import Importer

ROOT = Path(__file__).parents[1]
COURSE = "aarhus-ml-handin2"
REFERENCE = ROOT / "reference" / COURSE
RUBRIC = ROOT / "rubrics" / COURSE
RIGHT = sorted(path for path in (ROOT / "tests" / "variants" / COURSE / "right").iterdir() if path.is_dir())
SIZES = {"inputs": 12, "hidden": 7, "classes": 10}
FILE = "net_classifier.py"

Values = dict[str, Any]
Open = Callable[[Path], Any]
Array = np.ndarray[Any, np.dtype[Any]]


DRIVER = driver_module(COURSE)


@pytest.fixture
def drive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a folder with the course's driver, where nothing but numpy is installed; all is forgotten afterwards."""
    monkeypatch.setattr(Importer, "_installed", lambda self, name: name == "numpy")
    opened: list[HandIn] = []

    def drive_(folder: Path) -> Any:
        np.random.seed(0)
        opened.append(HandIn(folder))
        return DRIVER.Driver(opened[-1])

    yield drive_
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def expected() -> Values:
    """What the driver sees in the reference."""
    handin = HandIn(REFERENCE)
    seen = observe(DRIVER.Driver(handin))
    handin.close()
    return seen


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the reference, to be changed."""
    target = tmp_path / "hand-in"
    shutil.copytree(REFERENCE, target, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return target


def observe(driver: Any) -> Values:
    """Everything that the vocabulary can say about a hand-in, on fixed inputs, but for what is free."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(13, SIZES["inputs"])), np.arange(13) % 10
    X_val, y_val = rng.normal(size=(9, SIZES["inputs"])), np.arange(9)

    def fresh(kind: str = "net", seed: int = 2) -> Any:
        model = driver.build(kind, SIZES)
        driver.assign(model, parameters(seed))
        return model

    given, own = fresh(), fresh("net-with-decay")
    driver.give_gradients(given, parameters(3))
    driver.update(driver.optimizer("fit", {"learning_rate": 0.1, "c": 0.2}), given)
    driver.evaluate(own, X.copy(), y.copy())
    driver.update(driver.optimizer("fit", {"learning_rate": 0.1, "c": 0.2}), own)
    return {
        "relu": driver.relu(X.copy()),
        "softmax": driver.softmax(3 * X[:5, :4]),
        "one-hot": driver.one_hot(y.copy(), 10),
        "start": driver.parameters(fresh()),
        "evaluated": driver.evaluate(fresh("net-with-decay"), X.copy(), y.copy()),
        "penalty": driver.penalty(fresh(), X.copy(), y.copy(), 0.3),
        "penalty of the cost": driver.penalty_of_cost(fresh(), X.copy(), y.copy(), 0.3),
        "labels": driver.predict(fresh(), X.copy()),
        "labels after fit": driver.predict_kept(fresh(), X.copy(), y.copy()),
        "score": driver.score(fresh(), X.copy(), y.copy()),
        "given": driver.parameters(given),
        "own": driver.parameters(own),
        "epochs": driver.distance_after_several_epochs(fresh("net-with-decay"), X.copy(), y.copy(), 0.1),
        "worse": driver.epochs_from_the_best(fresh(), X.copy(), y.copy(), 0.4, True),
        "better": driver.epochs_from_the_best(fresh(), X.copy(), y.copy(), 0.4, False),
        "history": {
            name: driver.history(fresh("net-with-decay"), X.copy(), y.copy(), X_val, y_val, 0.3, name)
            for name in ("training loss", "training accuracy", "validation loss", "validation accuracy")
        },
        "rows of the first batches": rows_in_batches(driver, 1),
        "rows of the second epoch": rows_in_batches(driver, 2),
    }


@pytest.mark.parametrize("folder", RIGHT, ids=lambda path: path.name)
def test_parameters_are_chosen_right_where_small_steps_leave_the_accuracy_as_it_is(folder: Path, drive: Open) -> None:
    driver = drive(folder)
    for seed in range(3):
        X, y = np.random.default_rng(seed).normal(size=(17, SIZES["inputs"])), np.arange(17) % 10
        for falling in (True, False):
            model = driver.build("net", SIZES)
            driver.assign(model, parameters(seed))
            assert driver.epochs_from_the_best(model, X.copy(), y.copy(), 0.02, falling) == 0


def rows_in_batches(driver: Any, epoch: int) -> list[int]:
    rows = np.arange(20)
    batches = driver.batches(rows[:, None] + np.arange(12) / 12, rows.copy(), 5, True, epoch)
    assert [len(X) for X, _ in batches] == [5, 5, 5, 5]
    assert all(np.array_equal(X[:, 0].astype(int), labels) for X, labels in batches)
    return sorted(int(row) for X, _ in batches for row in X[:, 0])


def parameters(seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    D, H, C = SIZES.values()
    shapes = {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}
    return {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}


def assert_same(seen: Any, expected: Any, tolerance: float, place: str = "") -> None:
    if isinstance(expected, dict):
        assert sorted(seen) == sorted(expected), place
        for name in expected:
            assert_same(seen[name], expected[name], tolerance, f"{place} {name}")
    else:
        np.testing.assert_allclose(seen, expected, rtol=tolerance, atol=tolerance, err_msg=place)


@pytest.mark.parametrize("folder", RIGHT, ids=lambda folder: folder.name)
def test_a_right_hand_in_looks_like_the_reference(folder: Path, drive: Open, expected: Values) -> None:
    driver = drive(folder)
    assert driver.describe()["missing"] == {}
    assert_same(observe(driver), expected, 1e-4)


def change(folder: Path, *pairs: tuple[str, str]) -> Path:
    text = (folder / FILE).read_text("utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / FILE).write_text(text, "utf-8")
    return folder


def model_of(driver: Any, kind: str = "net") -> Any:
    model = driver.build(kind, SIZES)
    driver.assign(model, parameters(2))
    return model


def batch(rows: int = 13) -> tuple[Array, Array]:
    return np.random.default_rng(1).normal(size=(rows, SIZES["inputs"])), np.arange(rows) % 10


ZEROS = ("return np.eye(classes)[y]", "return np.zeros((len(y), classes))")


def test_steps_are_judged_apart_from_the_gradients(drive: Open, copy: Path, expected: Values) -> None:
    """With gradients of its own that are wrong, fit still moves as those say that were given."""
    driver = drive(change(copy, ZEROS))
    model = model_of(driver)
    driver.give_gradients(model, parameters(3))
    driver.update(driver.optimizer("fit", {"learning_rate": 0.1, "c": 0.2}), model)
    assert_same(driver.parameters(model), expected["given"], 1e-9)


def test_the_hand_ins_own_cost_comes_back_after_a_step(drive: Open, copy: Path) -> None:
    driver = drive(copy)
    model, (X, y) = model_of(driver), batch()
    before = driver.evaluate(model, X.copy(), y.copy())
    driver.give_gradients(model, parameters(3))
    driver.update(driver.optimizer("fit", {"learning_rate": 0.1}), model)
    driver.assign(model, parameters(2))
    assert_same(driver.evaluate(model, X.copy(), y.copy()), before, 1e-12)


def test_initial_parameters_that_are_overwritten_are_noticed(drive: Open) -> None:
    overwriting, keeping = RIGHT[0].parent / "plain_and_overwrites_initial", REFERENCE
    X, y = batch()
    for folder, changed in ((overwriting, True), (keeping, False)):
        driver = drive(folder)
        assert bool(driver.change_of_initial_parameters(model_of(driver), X, y)) == changed


@pytest.mark.parametrize(
    ("pairs", "call", "message"),
    [
        ([("def cost_grad", "def nothing")], "evaluate", "has no method cost_grad"),
        ([("def fit", "def nothing")], "batches", "has no method fit"),
        ([("def predict", "def nothing")], "predict", "has no method predict"),
        ([("return self._cross_entropy(P, y) + float(decay), gradients", "return None")], "evaluate", "returned None"),
        ([("+ float(decay), gradients", "+ float(decay)")], "evaluate", "returned one value"),
        ([("params = self._step(params", "self._step(params")], "history", "leaves the parameters where they were"),
        ([("for _ in range(epochs):", "for _ in range(0):")], "batches", "leaves the parameters where they were"),
        ([("return self.history\n", "self.history = {}\n")], "history", "there is no history of the training loss"),
        (
            [("least, self.params = np.inf, params", "least, self.params = np.inf, params\n        epochs = 1")],
            "history",
            "history of the training loss has one entry",
        ),
        (
            [
                (
                    "params = self._step(params, gradients, lr)",
                    "params = self._step(params, gradients, lr); self._record('train', X_train, y_train, params)",
                )
            ],
            "history",
            "history of the training loss has 10 entries",
        ),
        ([("best: Labels = P.argmax(axis=1)", "best = P")], "accuracies", "predict returned an array of shape"),
    ],
)
def test_what_is_missing_is_said(
    pairs: list[tuple[str, str]], call: str, message: str, drive: Open, copy: Path
) -> None:
    driver = drive(change(copy, *pairs))
    X, y = batch()
    calls: dict[str, Callable[[], Any]] = {
        "evaluate": lambda: driver.evaluate(model_of(driver), X, y),
        "batches": lambda: driver.batches(np.arange(20.0)[:, None] + np.arange(12) / 12, np.arange(20), 5, True, 1),
        "predict": lambda: driver.predict(model_of(driver), X),
        "history": lambda: driver.history(model_of(driver), X, y, X[:5], y[:5], 0.3, "training loss"),
        "accuracies": lambda: driver.history(model_of(driver), X, y, X[:5], y[:5], 0.3, "training accuracy"),
    }
    with pytest.raises((Missing, Unusable), match=message):
        calls[call]()


def test_an_empty_hand_in_lacks_every_part(drive: Open, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("x = 1\n", "utf-8")
    described = drive(tmp_path).describe()
    assert described["found"] == {}
    assert set(described["missing"]) == {"net", "cost-grad", "fit", "predict", "score"}


@pytest.mark.parametrize("turned", [False, True])
def test_a_write_up_is_told_predictions_after_each_epoch(drive: Open, turned: bool) -> None:
    rng = np.random.default_rng(4)
    X, y = rng.integers(0, 17, (60, 12)).astype(np.uint8), np.arange(60) % 10
    data = {
        "X_train": X[:40],
        "y_train": y[:40],
        "X_valid": X[40:],
        "y_valid": y[40:],
        "X_in-sample": X[::-1] if turned else X,
        "X_test": X[:9],
    }
    settings = {"hidden": 7, "batch_size": 8, "learning_rate": 0.1, "c": 1e-4, "epochs": 3, "seed": 0}
    told = drive(REFERENCE).experiment(settings, {**data, "classes": 10, "white": 16})
    shapes = {name: array.shape for name, array in told["predictions"].items()}
    assert shapes == {"train": (3, 40), "valid": (3, 20), "in-sample": (3, 60), "test": (3, 9)}
    both = np.concatenate([told["predictions"]["train"], told["predictions"]["valid"]], axis=1)
    assert np.array_equal(told["predictions"]["in-sample"], both[:, ::-1] if turned else both)
    assert told["history"]["train loss"][-1] < told["history"]["train loss"][0]


# the bank of mistakes

BANK = load_mistakes(RUBRIC)
SOURCE = {FILE: (REFERENCE / FILE).read_bytes()}


@pytest.mark.parametrize("mistake", BANK, ids=lambda mistake: mistake.id)
def test_each_mistake_applies_once_and_is_told_in_a_sentence_or_two(mistake: Mistake) -> None:
    compile(apply(mistake, SOURCE)[FILE], FILE, "exec")
    assert mistake.harmless == (not mistake.criteria)
    assert 1 <= mistake.hint.count(". ") + mistake.hint.count("? ") + 1 <= 3
    assert mistake.hint[-1] in ".?"
    assert not any(sign in mistake.hint for sign in "=*/^")


def test_the_bank_names_no_mistake_twice() -> None:
    assert len(BANK) >= 60
    assert len({mistake.title for mistake in BANK}) == len({mistake.hint for mistake in BANK}) == len(BANK)


def test_a_fit_that_leaves_out_the_last_batch_is_looked_at_with_two(drive: Open, copy: Path) -> None:
    change(copy, ("range(0, rows, batch_size)", "range(0, rows - batch_size, batch_size)"))
    X, y = batch()
    seen, expected = (drive(folder) for folder in (copy, REFERENCE))
    found, right = (
        [
            driver.distance_after_several_epochs(model_of(driver), X.copy(), y.copy(), 0.1),
            driver.history(model_of(driver), X.copy(), y.copy(), X[:5], y[:5], 0.3, "training loss"),
        ]
        for driver in (seen, expected)
    )
    assert found == right


@pytest.mark.parametrize(
    ("pairs", "share"),
    [
        ([("best: Labels = P.argmax(axis=1)", "best = P.argmin(axis=1)")], 0.3),
        ([("best: Labels = P.argmax(axis=1)", "best = P.argmax(axis=1) + 1")], 0.3),
        (
            [
                ("best: Labels = P.argmax(axis=1)", "best = P.argmax(axis=1) + 1"),
                (
                    "np.mean(self.predict(X, params) == y)",
                    "np.mean(self._forward(X, params or self.params)[2].argmax(1) == y)",
                ),
            ],
            0.3,
        ),
        ([("np.mean(self.predict(X, params) == y)", "np.mean(self.predict(X, params) != y)")], 0.7),
        ([("np.mean(self.predict(X, params) == y)", "100 * np.mean(self.predict(X, params) == y)")], 30.0),
    ],
    ids=["predict of the least likely", "predict from one", "score without it", "score of the wrong rows", "percent"],
)
def test_score_is_judged_apart_from_predict(
    pairs: list[tuple[str, str]], share: float, drive: Open, copy: Path
) -> None:
    driver, (X, y) = drive(change(copy, *pairs)), batch(20)
    assert driver.score(model_of(driver), X, y) == pytest.approx(share)


def test_steps_follow_gradients_by_their_place_in_the_hand_ins_own_order(drive: Open, copy: Path) -> None:
    by_place = [
        ("self._cross_entropy(P, y) + float(decay), gradients", "(0.0, {k: gradients[k] for k in ORDER})"),
        ("class NetClassifier:", 'ORDER = ["d_w1", "d_w2", "d_b1", "d_b2"]\n\n\nclass NetClassifier:'),
        (
            '{name: value - lr * gradients[f"d_{name.lower()}"] for name, value in params.items()}',
            "{k: params[k] - lr * g for k, g in zip(['W1', 'W2', 'b1', 'b2'], gradients.values())}",
        ),
    ]
    driver = drive(change(copy, *by_place))
    model = model_of(driver)
    driver.give_gradients(model, parameters(3))
    driver.update(driver.optimizer("fit", {"learning_rate": 0.1}), model)
    assert_same(driver.parameters(model)["W2"], parameters(2)["W2"] - 0.1 * parameters(3)["W2"], 1e-9)


UNWRITTEN = [(f'"d_{name}": ', f'"d_{name}": None and ') for name in ("w1", "b1")]
SCALED = ("self.history = {", "X_train = X_train / X_train.max()\n        self.history = {")
STOPS = (
    "            if self.history",
    "            if len(self.history['val_loss']) == 3:\n                break\n            if self.history",
)


def test_gradients_that_are_not_written_yet_leave_fit_to_be_seen(drive: Open, copy: Path) -> None:
    driver, (X, y) = drive(change(copy, *UNWRITTEN)), batch()
    assert set(driver.evaluate(model_of(driver), X.copy(), y.copy())["gradients"]) == {"W2", "b2"}
    assert rows_in_batches(driver, 1) == list(range(20))
    assert driver.distance_after_several_epochs(model_of(driver), X.copy(), y.copy(), 0.1) == 0


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("dZ1.sum(axis=0, keepdims=True)", "dZ1.sum(axis=1, keepdims=True)"),
        ("dZ2.sum(axis=0, keepdims=True)", "dZ2"),
        ("X.T @ dZ1 + 2.0 * c * W1", "(X.T @ dZ1).T"),
    ],
)
def test_gradients_that_no_step_can_use_leave_fit_to_be_seen(
    written: str, instead: str, drive: Open, copy: Path
) -> None:
    driver, (X, y) = drive(change(copy, (written, instead))), batch()
    assert rows_in_batches(driver, 1) == list(range(20))
    assert driver.distance_after_several_epochs(model_of(driver), X.copy(), y.copy(), 0.1) == 0
    assert driver.history(model_of(driver), X, y, X[:5], y[:5], 0.3, "training loss").popitem()[1] == 1


@pytest.mark.parametrize("pairs", [[SCALED], [STOPS]], ids=["inputs on another scale", "a fit that stops early"])
def test_another_way_of_training_is_not_taken_for_lost_rows(pairs: Any, drive: Open, copy: Path) -> None:
    assert rows_in_batches(drive(change(copy, *pairs)), 1) == list(range(20))


def test_the_history_of_a_fit_that_stops_early_is_as_long_as_it_ran(drive: Open, copy: Path) -> None:
    driver, (X, y) = drive(change(copy, STOPS)), batch()
    assert driver.history(model_of(driver), X, y, X[:5], y[:5], 0.3, "training loss").popitem()[1] == 1


@pytest.mark.parametrize("names", [["w1", "b1", "w2", "b2"], ["w1", "w2", "b1", "b2"], ["b2", "w2", "b1", "w1"]])
@pytest.mark.parametrize("form", ["({})", "[*{}]", "*({})"])
def test_gradients_without_names_are_told_by_their_sizes(
    names: list[str], form: str, drive: Open, copy: Path, expected: Values
) -> None:
    listed = form.replace("{}", "(" + ", ".join(f"gradients['d_{name}']" for name in names) + ")")
    step = f"gradients = dict(zip({[f'd_{name}' for name in names]}, found[0] if len(found) == 1 else found))"
    change(
        copy,
        ("float(decay), gradients", f"float(decay), {listed}"),
        ("_, gradients = self.cost_grad(X_train[batch], y_train[batch], params, c)",
         f"_, *found = self.cost_grad(X_train[batch], y_train[batch], params, c)\n                {step}"),
    )  # fmt: skip
    driver = drive(copy)
    assert_same(observe(driver), expected, 1e-9)


def test_a_factor_of_the_cost_is_none_of_relu_and_softmax(
    drive: Open, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = drive(change(copy, ("return self._cross_entropy(P, y) +", "return 0.1 * self._cross_entropy(P, y) +")))
    scores, values = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]), np.array([[-2.0, 0.5], [3.0, -0.1]])
    by_helpers = driver.softmax(scores), driver.relu(values)
    monkeypatch.setattr(driver.parts, "helper", lambda name: None)  # what a cost shows where there are no helpers
    assert np.allclose(driver.softmax(scores), by_helpers[0])
    assert np.allclose(driver.relu(values), by_helpers[1])
