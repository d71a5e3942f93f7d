"""The driver of gatech-cs7643-a1 sees in every right hand-in what it sees in the reference, and says what is wrong."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drivers import driver_module
from gatech_forms import BASE, BASE_OPTIMIZER, NET, REWRITES, SGD, UTILS, change

from grader.worker.handin import HandIn, Missing, MissingPackage, Unusable
from grader.worker.imports import Importer

ROOT = Path(__file__).parents[1]
COURSE = "gatech-cs7643-a1"
REFERENCE = ROOT / "reference" / COURSE
RIGHT = sorted((ROOT / "tests" / "variants" / COURSE / "right").iterdir())
SIZES = {"inputs": 12, "hidden": 7, "classes": 10}
MODELS = ("softmax-regression", "two-layer")

Values = dict[str, Any]
Open = Callable[[Path], Any]


DRIVER = driver_module(COURSE)


@pytest.fixture
def drive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a folder with the course's driver, where nothing but numpy is installed; all is forgotten afterwards."""
    monkeypatch.setattr(Importer, "_installed", lambda self, name: name == "numpy")
    opened: list[HandIn] = []

    def drive_(folder: Path) -> Any:
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
    """Everything that the vocabulary can say about a hand-in, on fixed inputs."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(6, 10))
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    X, y = rng.normal(size=(13, SIZES["inputs"])) / 4, np.arange(13) % 10
    seen: Values = {name: getattr(driver, name)(x.copy()) for name in HELPERS}
    seen["cross_entropy"] = driver.cross_entropy(p.copy(), np.arange(6))
    seen["accuracy"] = driver.accuracy(p.copy(), np.arange(6))
    seen["batches"] = driver.batches(X.copy(), y.copy(), 5, False, 3)
    for model in MODELS:
        seen[model] = observe_model(driver, model, X, y)
    return seen


HELPERS = ("softmax", "sigmoid", "sigmoid_derivative", "relu", "relu_derivative")


def observe_model(driver: Any, kind: str, X: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> Values:
    start, gradients = parameters(kind, 2), parameters(kind, 3)
    optimizer = driver.optimizer("sgd", {"learning_rate": 0.1, "reg": 0.01, "momentum": 0.9})

    def fresh() -> Any:
        model = driver.build(kind, SIZES)
        driver.assign(model, start)
        return model

    given, own, plain = fresh(), fresh(), fresh()
    driver.give_gradients(given, gradients)
    driver.update(optimizer, given)
    seen = [driver.evaluate(own, X.copy(), y.copy())]
    for _ in range(2):
        driver.update(optimizer, own)
        seen.append(driver.evaluate(own, X.copy(), y.copy()))
    return {
        "start": driver.parameters(plain),
        "evaluated": driver.evaluate(plain, X.copy(), y.copy(), "evaluate"),
        "probabilities": driver.probabilities(plain, X.copy()),
        "penalty": driver.penalty(optimizer, plain),
        "given": driver.parameters(given),
        "own": driver.parameters(own),
        "seen": seen,
    }


def parameters(kind: str, seed: int) -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    D, H, C = SIZES.values()
    shapes = {"W1": (D, C)} if kind == "softmax-regression" else {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def assert_same(seen: Any, expected: Any, tolerance: float, place: str = "") -> None:
    if isinstance(expected, dict):
        assert sorted(seen) == sorted(expected), place
        for name in expected:
            assert_same(seen[name], expected[name], tolerance, f"{place} {name}")
    elif isinstance(expected, list):
        assert len(seen) == len(expected), place
        for index, item in enumerate(expected):
            assert_same(seen[index], item, tolerance, f"{place} {index}")
    else:
        np.testing.assert_allclose(seen, expected, rtol=tolerance, atol=tolerance, err_msg=place)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")  # a student's choice
@pytest.mark.parametrize("folder", RIGHT, ids=lambda folder: folder.name)
def test_a_right_hand_in_looks_like_the_reference(folder: Path, drive: Open, expected: Values) -> None:
    driver = drive(folder)
    assert driver.describe()["missing"] == {}
    assert_same(observe(driver), expected, 1e-5)


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: rewrite.__name__)
def test_another_form_of_the_reference_looks_the_same(
    rewrite: Callable[[Path], None], copy: Path, drive: Open, expected: Values
) -> None:
    rewrite(copy)
    assert_same(observe(drive(copy)), expected, 1e-9)


# what is wrong stays visible, and is the student's


HOSTILE = {
    "None": "None",
    "text": "'abc'",
    "an object": "object()",
    "an empty list": "[]",
    "ragged lists": "[[1.0], [1.0, 2.0]]",
    "a function": "(lambda: 0)",
    "a class": "dict",
    "complex": "1j",
    "a text array": "np.array(['a'])",
    "a list in itself": "(lambda a: a.append(a) or a)([])",
    "something huge": "np.broadcast_to(np.zeros(1), (10**6, 10**6))",
    "a generator": "(i for i in range(3))",
    "a structured array": "np.zeros(3, dtype=[('a', float)])",
    "a masked array": "np.ma.array([1.0, 2.0], mask=[True, False])",
    "a hostile object": "Evil()",
}
EVIL = """
import numpy as np
class Evil:
    def __getattr__(self, name): raise ValueError("no")
    def __len__(self): return -1
    def __array__(self, *args, **kwargs): raise KeyError("no")
    def __float__(self): return "no"
    def __iter__(self): raise OSError("no")
    def __eq__(self, other): raise OSError("no")
    __hash__ = None
"""
FUNCTIONS = {
    (NET, "forward"): "self.X = X",
    (BASE, "softmax"): "",
    (BASE, "cross_entropy_loss"): "",
    (BASE, "sigmoid_dev"): "",
    (SGD, "update"): "model.weights = {value}",
    (BASE_OPTIMIZER, "apply_regularization"): "model.gradients = {value}",
    (UTILS, "generate_batched_data"): "",
}


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(("path", "function"), FUNCTIONS, ids=lambda part: str(part).rpartition("/")[2])
def test_whatever_a_function_returns_a_failure_is_the_students(
    path: str, function: str, value: str, copy: Path, drive: Open
) -> None:
    text = (copy / path).read_text()
    head = re.search(rf"^( *)def {function}\((.|\n)*?\).*?:\n", text, re.MULTILINE)
    assert head
    extra = FUNCTIONS[path, function].format(value=HOSTILE[value]) or "pass"
    text = f"{text[: head.end()]}{head[1]}    {extra}\n{head[1]}    return {HOSTILE[value]}\n{text[head.end() :]}"
    future = "from __future__ import annotations\n"
    (copy / path).write_text(future + EVIL + text)
    driver = drive(copy)
    for attempt in _attempts(driver):
        _assert_students(driver, attempt)


WEIGHTS = (
    "self.weights = {value}",
    'self.weights["b1"] = {value}',
    'self.weights["W1"] = {value}',
    "self.W1 = {value}",
)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("line", WEIGHTS)
def test_whatever_the_weights_are_a_failure_is_the_students(line: str, value: str, copy: Path, drive: Open) -> None:
    change(copy, NET, ("    def forward", f"        {line.format(value=HOSTILE[value])}\n\n    def forward"))
    (copy / NET).write_text(EVIL + (copy / NET).read_text())
    driver = drive(copy)
    for attempt in _attempts(driver):
        _assert_students(driver, attempt)


def _attempts(driver: Any) -> list[Callable[[], Any]]:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(10, 10)), np.arange(10)
    X = rng.normal(size=(10, SIZES["inputs"]))

    def with_model(use: Callable[[Any, Any], Any]) -> Callable[[], Any]:
        def attempt() -> Any:
            model = driver.build("two-layer", SIZES)
            return use(driver.optimizer("sgd", {"learning_rate": 0.1, "reg": 0.1}), model)

        return attempt

    def stepped(optimizer: Any, model: Any) -> Any:
        driver.give_gradients(model, parameters("two-layer", 5))
        driver.update(optimizer, model)
        return driver.parameters(model)

    return [
        lambda: driver.softmax(x),
        lambda: driver.cross_entropy(np.abs(x), y),
        lambda: driver.sigmoid_derivative(x),
        lambda: driver.batches(X, y, 3, True, 1),
        driver.describe,
        with_model(lambda optimizer, model: driver.assign(model, parameters("two-layer", 1))),
        with_model(lambda optimizer, model: driver.evaluate(model, X, y)),
        with_model(lambda optimizer, model: driver.evaluate(model, X, y, "evaluate")),
        with_model(lambda optimizer, model: driver.probabilities(model, X)),
        with_model(lambda optimizer, model: driver.penalty(optimizer, model)),
        with_model(stepped),
    ]


def test_a_backward_pass_that_leaves_one_gradient_out_costs_the_optimizer_nothing(tmp_path: Path, drive: Open) -> None:
    shutil.copytree(REFERENCE, tmp_path / "hand-in")
    change(tmp_path / "hand-in", NET, ('        self.gradients["b1"] = dZ1.sum(axis=0)\n', ""))
    driver = drive(tmp_path / "hand-in")
    model, start, gradients = driver.build("parameters", SIZES), parameters("two-layer", 2), parameters("two-layer", 3)
    driver.assign(model, start)
    driver.give_gradients(model, gradients)
    driver.update(driver.optimizer("sgd", {"learning_rate": 0.1, "reg": 0.0}), model)
    assert_same(driver.parameters(model), {name: start[name] - 0.1 * gradients[name] for name in start}, 1e-12)


def _assert_students(driver: Any, attempt: Callable[[], Any]) -> None:
    failure = None
    try:
        attempt()
    except (Missing, MissingPackage, Unusable):
        return
    except Exception as error:
        failure = error
    assert failure is None or driver.handin.last_frame(failure), repr(failure)


@pytest.mark.parametrize(
    ("returned", "message", "hint"),
    [
        ("", "forward returned None.", "Is a return statement missing?"),
        ("self.cross_entropy_loss, accuracy", "is a function, not a number", "Are the parentheses of a call missing?"),
        ("None, accuracy", "is None", "Is a return statement missing?"),
    ],
)
def test_a_forward_pass_without_a_loss_is_told_in_words(
    returned: str, message: str, hint: str, copy: Path, drive: Open
) -> None:
    change(copy, NET, ("return loss, accuracy", f"return {returned}"))
    driver = drive(copy)
    model = driver.build("two-layer", SIZES)
    with pytest.raises(Unusable, match=message) as caught:
        driver.evaluate(model, np.zeros((3, 12)), np.arange(3))
    assert caught.value.hint == hint


@pytest.mark.parametrize("loss", ["np.float32(2)", "np.array(2.0)", "np.array([2.0])", "np.array([[2.0]])", "2"])
def test_one_number_is_a_loss_in_any_wrapping(loss: str, copy: Path, drive: Open) -> None:
    change(copy, NET, ("return loss, accuracy", f"return {loss}, accuracy"))
    driver = drive(copy)
    assert driver.evaluate(driver.build("two-layer", SIZES), np.zeros((3, 12)), np.arange(3))["loss"] == 2.0


@pytest.mark.parametrize(
    ("old", "new", "name", "shape"),
    [
        ("dZ1.sum(axis=0)", "dZ1.sum(axis=1)", "b1", (13,)),
        ("dZ1.sum(axis=0)", "dZ1.sum()", "b1", ()),
        ("dZ1.sum(axis=0)", "dZ1.sum(axis=0)[:, None]", "b1", (7, 1)),
        ("X.T @ dZ1", "dZ1.T @ X", "W1", (7, 12)),
    ],
)
def test_a_gradient_of_the_wrong_shape_stays_as_it_is(
    old: str, new: str, name: str, shape: tuple[int, ...], copy: Path, drive: Open
) -> None:
    change(copy, NET, (old, new))
    driver = drive(copy)
    seen = driver.evaluate(driver.build("two-layer", SIZES), np.ones((13, 12)), np.arange(13) % 10)
    assert np.shape(seen["gradients"][name]) == shape


def test_labels_are_not_needed_for_probabilities_and_helpers_are_as_before(copy: Path, drive: Open) -> None:
    driver = drive(copy)
    model = driver.build("two-layer", SIZES)
    before = {kind: dict(vars(kind)) for kind in type(model.network).__mro__}
    driver.probabilities(model, np.zeros((3, 12)))
    assert {kind: dict(vars(kind)) for kind in type(model.network).__mro__} == before
    assert set(vars(model.network)) == {"input_size", "num_classes", "hidden_size", "weights", "gradients"}


def test_sizes_that_a_hand_in_ignores_are_unusable(copy: Path, drive: Open) -> None:
    change(copy, NET, ("self._initial_weights(input_size, hidden_size)", "self._initial_weights(784, 128)"))
    with pytest.raises(Unusable, match=r"weights.W1 has the shape \(784, 128\); for W1, \(12, 7\) was expected"):
        drive(copy).build("two-layer", SIZES)


def test_a_constructor_that_wants_more_is_told(copy: Path, drive: Open) -> None:
    change(copy, NET, ("hidden_size: int = 128", "hidden_size, activation, loss_name"))
    change(copy, NET, ("input_size: int = 28 * 28, num_classes: int = 10", "input_size, num_classes"))
    with pytest.raises(Missing, match="needs an argument `activation`"):
        drive(copy).build("two-layer", SIZES)


def test_float32_stays_float32_and_the_dictionary_stays_the_same(copy: Path, drive: Open) -> None:
    change(
        copy, NET, ("self._initial_weights(input_size, hidden_size)", "np.zeros((input_size, hidden_size), np.float32)")
    )
    driver = drive(copy)
    model = driver.build("two-layer", SIZES)
    held = model.network.weights
    driver.assign(model, parameters("two-layer", 1))
    assert model.network.weights is held
    assert {name: array.dtype.name for name, array in held.items()} == {
        "W1": "float32",
        "b1": "float64",
        "W2": "float64",
        "b2": "float64",
    }


def test_a_missing_part_is_told_and_the_rest_is_found(copy: Path, drive: Open) -> None:
    (copy / NET).write_text("class TwoLayerNet(:\n")
    (copy / UTILS).unlink()
    described = drive(copy).describe()
    assert sorted(described["missing"]) == ["two-layer", "utils"]
    assert [item["where"] for item in described["broken"]] == ["models/two_layer_nn.py:1"]
    assert described["found"]["optimizer"] == "optimizer/sgd.py: class SGD"


def test_tests_and_scratch_files_are_not_asked_what_they_import(copy: Path, drive: Open) -> None:
    (copy / "tests").mkdir()
    (copy / "tests/test_net.py").write_text("import torch\n")
    (copy / "compare.py").write_text("import torch\n")
    assert "torch" not in drive(copy).imported()
