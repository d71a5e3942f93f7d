"""The driver of gatech-cs7643-a1 sees in every right hand-in what it sees in the reference, and says what is wrong."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drivers import driver_module

from grader.worker.handin import HandIn, Missing, MissingPackage, Unusable
from grader.worker.imports import Importer

ROOT = Path(__file__).parents[1]
COURSE = "gatech-cs7643-a1"
REFERENCE = ROOT / "reference" / COURSE
RIGHT = sorted((ROOT / "tests" / "variants" / COURSE / "right").iterdir())
SIZES = {"inputs": 12, "hidden": 7, "classes": 10}
NET, SOFTMAX, BASE = "models/two_layer_nn.py", "models/softmax_regression.py", "models/_base_network.py"
SGD, BASE_OPTIMIZER, UTILS = "optimizer/sgd.py", "optimizer/_base_optimizer.py", "utils.py"
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


@pytest.mark.parametrize("folder", RIGHT, ids=lambda folder: folder.name)
def test_a_right_hand_in_looks_like_the_reference(folder: Path, drive: Open, expected: Values) -> None:
    driver = drive(folder)
    assert driver.describe()["missing"] == {}
    assert_same(observe(driver), expected, 1e-5)


# rewrites of the reference that change nothing but its form


def change(root: Path, path: str, *pairs: tuple[str, str]) -> None:
    text = (root / path).read_text()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    (root / path).write_text(text)


def attributes(root: Path) -> None:
    for path in (NET, SOFTMAX):
        text = re.sub(r'self\.weights\["(\w+)"\]', r"self.\1", (root / path).read_text())
        (root / path).write_text(re.sub(r'self\.gradients\["(\w+)"\]', r"self.d\1", text))
    (root / SGD).write_text(
        textwrap.dedent("""
            class SGD:
                def __init__(self, lr=1e-4, weight_decay=1e-3):
                    self.lr, self.weight_decay = lr, weight_decay
                def step(self, net):
                    for name in ("W1", "b1", "W2", "b2"):
                        if hasattr(net, name):
                            g = getattr(net, "d" + name) + self.weight_decay * (name[0] == "W") * getattr(net, name)
                            setattr(net, name, getattr(net, name) - self.lr * g)
        """)
    )


def transposed(root: Path) -> None:
    change(
        root,
        NET,
        ("(input_size, hidden_size)", "(hidden_size, input_size)"),
        ("(hidden_size, num_classes)", "(num_classes, hidden_size)"),
        ('X @ self.weights["W1"]', 'X @ self.weights["W1"].T'),
        ('dZ2 @ self.weights["W2"].T', 'dZ2 @ self.weights["W2"]'),
        ('A1 @ self.weights["W2"]', 'A1 @ self.weights["W2"].T'),
        ("A1.T @ dZ2", "dZ2.T @ A1"),
        ("X.T @ dZ1", "dZ1.T @ X"),
    )


def flat(root: Path) -> None:
    for path in (NET, SOFTMAX, BASE, SGD, BASE_OPTIMIZER):
        shutil.move(root / path, root / Path(path).name)
    shutil.rmtree(root / "models")
    shutil.rmtree(root / "optimizer")


def downloaded_twice(root: Path) -> None:
    for path in (NET, SOFTMAX, BASE, SGD, BASE_OPTIMIZER):
        shutil.move(root / path, root / path.replace(".py", " (1).py"))


def other_folders(root: Path) -> None:
    shutil.move(root / NET, root / "models/network2.py")
    shutil.move(root / "models", root / "neural nets")
    (root / "neural nets/__init__.py").unlink()


def broken_packages(root: Path) -> None:
    (root / "models/__init__.py").write_text("from .nothing import Nothing\nimport torch.nn as nn\nx = 1 / 0\n")


def penalty_in_the_training_loop(root: Path) -> None:
    change(root, SGD, ("        self.apply_regularization(model)\n", ""))
    change(root, UTILS, ("optimizer.update(model)", "optimizer.apply_regularization(model); optimizer.update(model)"))


def no_penalty_function(root: Path) -> None:
    change(root, BASE_OPTIMIZER, ("def apply_regularization", "def prepare"))
    change(root, SGD, ("self.apply_regularization", "self.prepare"))


def penalty_returned(root: Path) -> None:
    change(
        root,
        BASE_OPTIMIZER,
        ("        for name, W", "        gradients = dict(model.gradients)\n        for name, W"),
        ("model.gradients[name] = model", "gradients[name] = model"),
    )
    (root / BASE_OPTIMIZER).write_text((root / BASE_OPTIMIZER).read_text() + "        return gradients\n")
    change(root, SGD, ("self.apply_reg", "gradients = self.apply_reg"), ("in model.gradients", "in gradients"))


def results_in_a_dictionary(root: Path) -> None:
    for path in (NET, SOFTMAX):
        change(root, path, ("return loss, accuracy", 'return {"acc": [accuracy], "loss": [[loss]]}'))


def functions_outside_of_classes(root: Path) -> None:
    text = (root / BASE).read_text()
    start, end = text.index("    def softmax"), text.index("    def _initial_weights")
    helpers = textwrap.dedent(text[start:end]).replace("(self, ", "(").replace("self.", "")
    (root / BASE).write_text(f"{text[:start]}{text[end:]}\n\n{helpers}")
    names = "softmax|cross_entropy_loss|compute_accuracy|sigmoid|sigmoid_dev|ReLU|ReLU_dev"
    for path in (NET, SOFTMAX):
        text = re.sub(rf"self\.({names})\(", r"\1(", (root / path).read_text())
        (root / path).write_text("from ._base_network import *\n" + text)


def forgotten_self(root: Path) -> None:
    change(root, BASE, ("def ReLU_dev(self, X", "def ReLU_dev(X"))
    change(root, SOFTMAX, ("self.ReLU_dev(", "_baseNetwork.ReLU_dev("))


def softmax_written_out(root: Path) -> None:
    for path, scores in ((NET, "Z2"), (SOFTMAX, "self.ReLU(Z)")):
        change(
            root,
            path,
            (f"P = self.softmax({scores})", f"E = np.exp({scores}); P = E / E.sum(1, keepdims=True)"),
            ("self.cross_entropy_loss(P, y)", "float(-np.log(P[np.arange(len(y)), y]).mean())"),
            ("self.compute_accuracy(P, y)", "float((P.argmax(1) == y).mean())"),
        )
    change(root, SOFTMAX, ("from ._base", "import numpy as np\nfrom ._base"))


def softmax_renamed_on_import(root: Path) -> None:
    functions_outside_of_classes(root)
    change(
        root,
        NET,
        ("from ._base_network import *", "from ._base_network import *\nfrom ._base_network import softmax as s"),
    )
    change(root, NET, ("P = softmax(Z2)", "P = s(Z2)"))


def lists(root: Path) -> None:
    text = (root / NET).read_text()
    first, last = text.index('        self.weights["W1"] = self._i'), text.index("    def forward")
    text = (
        text[:first]
        + """        draw = self._initial_weights
        self.weights = [draw(input_size, hidden_size), draw(hidden_size, num_classes)]
        self.biases = [np.zeros(hidden_size), np.zeros(num_classes)]
        self.grad_w, self.grad_b = [0, 0], [0, 0]

"""
        + text[last:]
    )
    for layer in (0, 1):
        for name, held, gradient in (("W", "weights", "grad_w"), ("b", "biases", "grad_b")):
            text = text.replace(f'self.weights["{name}{layer + 1}"]', f"self.{held}[{layer}]")
            text = text.replace(f'self.gradients["{name}{layer + 1}"]', f"self.{gradient}[{layer}]")
    (root / NET).write_text(text)
    change(
        root,
        SGD,
        (
            "        self.apply",
            "        if not isinstance(model.weights, dict):\n            return self.lists(model)\n        self.apply",
        ),
    )
    (root / SGD).write_text(
        (root / SGD).read_text()
        + """
    def lists(self, m):
        for i in (0, 1):
            m.weights[i] = m.weights[i] - self.learning_rate * (m.grad_w[i] + self.reg * m.weights[i])
            m.biases[i] -= self.learning_rate * m.grad_b[i]
"""
    )
    change(root, BASE_OPTIMIZER, ("def apply_regularization", "def prepare"))
    change(root, SGD, ("self.apply_regularization", "self.prepare"))


def gradients_returned(root: Path) -> None:
    for path in (NET, SOFTMAX):
        change(
            root,
            path,
            ("return loss, accuracy", "return loss, accuracy, grads"),
            ("            self._backward(", "            grads = self._backward("),
            ('        if mode == "train"', '        grads = {}\n        if mode == "train"'),
            ('self.gradients["', 'g["d'),
        )
        text = (root / path).read_text()
        end = text.index('"""', text.index('"""', text.index("def _backward")) + 3) + 3
        (root / path).write_text(f"{text[:end]}\n        g = {{}}{text[end:]}\n        return g\n")
    (root / SGD).write_text(
        textwrap.dedent("""
            class SGD:
                def __init__(self, learning_rate, reg):
                    self.learning_rate, self.reg = learning_rate, reg
                def update(self, model, grads):
                    for name, w in model.weights.items():
                        g = grads["d" + name] + self.reg * w * (name[0] == "W")
                        model.weights[name] = w - self.learning_rate * g
        """)
    )


def backward_with_arguments(root: Path) -> None:
    for path, kept, given in ((NET, "Z1, A1", "probs, inputs, labels"), (SOFTMAX, "Z", "inputs, labels, probs")):
        text = (root / path).read_text()
        start, end = text.index('        if mode == "train"'), text.index("        return loss, accuracy")
        text = f"{text[:start]}        self.kept = {kept}\n{text[end:]}"
        text = re.sub(r"def _backward\(.*\) -> None", f"def backward(self, {given})", text)
        body = text.index('"""', text.index('"""', text.index("def backward")) + 3) + 3
        lines = f"\n        X, y, P = inputs, labels, probs\n        {kept} = self.kept"
        (root / path).write_text(text[:body] + lines + text[body:])


def abstract_base(root: Path) -> None:
    change(
        root,
        BASE,
        ("import numpy as np\n", "import numpy as np\nfrom abc import ABC, abstractmethod\n"),
        ("class _baseNetwork:", "class BaseNetwork(ABC):"),
        ("    def forward(", "    @abstractmethod\n    def forward("),
    )
    for path in (NET, SOFTMAX, "models/__init__.py"):
        change(root, path, ("_baseNetwork", "BaseNetwork"))


def constructors_with_other_names(root: Path) -> None:
    change(
        root,
        NET,
        (
            "def __init__(self, input_size: int = 28 * 28, num_classes: int = 10, hidden_size: int = 128) -> None:",
            """def __init__(self, hidden_dim=128, *, in_dim=784, n_classes=10, seed=3, **rest) -> None:
        input_size, num_classes, hidden_size = in_dim, n_classes, hidden_dim""",
        ),
    )
    change(
        root,
        SGD,
        (
            '    """Plain',
            "    def __init__(self, lr, momentum, weight_decay):\n        super().__init__(lr, weight_decay)\n    '''",
        ),
        ('momentum."""', "momentum.'''"),
    )


def optimizer_that_holds_the_model(root: Path) -> None:
    change(
        root,
        SGD,
        (
            "    def update(self, model: Model) -> None:",
            """    def __init__(self, model, lr=1, reg=0):
        super().__init__(lr, reg)
        self.model = model

    def step(self):
        model = self.model""",
        ),
    )
    change(root, BASE_OPTIMIZER, ("def update(", "def nothing("))


def a_flag_for_the_mode(root: Path) -> None:
    for path in (NET, SOFTMAX):
        change(root, path, ('mode: str = "train"', "training=True"), ('if mode == "train"', "if training"))


def weights_made_later(root: Path) -> None:
    change(
        root,
        NET,
        (
            '        self.weights["W1"] =',
            """        self.hidden_size, self.b1, self.b2 = hidden_size, 0.0, 0.0

    def init_weights(self):
        input_size, hidden_size, num_classes = self.input_size, self.hidden_size, self.num_classes
        self.weights["W1"] =""",
        ),
    )


def scratch_below_the_functions(root: Path) -> None:
    text = "\nimages = np.load('./data/x.npy')\nmean = images.mean()\nimport matplotlib.pyplot as plt\nplt.plot(mean)\n"
    (root / UTILS).write_text((root / UTILS).read_text() + text)


def pairs(root: Path) -> None:
    old = "    return [rows[part] for part in parts], [labels[part] for part in parts]"
    change(root, UTILS, (old, "    return ((list(rows[part]), list(labels[part])) for part in parts)"))


def layers(root: Path) -> None:
    (root / "models/layer.py").write_text(
        textwrap.dedent("""
            import numpy as np
            class Linear:
                def __init__(self, a, b):
                    self.W, self.b, self.dW, self.db = np.random.randn(a, b), np.zeros(b), None, None
                def f(self, x):
                    self.x = x
                    return x @ self.W + self.b
                def back(self, d):
                    self.dW, self.db = self.x.T @ d, d.sum(0)
                    return d @ self.W.T
        """)
    )
    (root / NET).write_text(
        textwrap.dedent("""
            from ._base_network import _baseNetwork
            from .layer import Linear
            class TwoLayerNet(_baseNetwork):
                def __init__(self, input_size=784, num_classes=10, hidden_size=128):
                    super().__init__(input_size, num_classes)
                    self.fc1, self.fc2 = Linear(input_size, hidden_size), Linear(hidden_size, num_classes)
                def forward(self, X, y, mode="train"):
                    z = self.fc1.f(X)
                    p = self.softmax(self.fc2.f(self.sigmoid(z)))
                    if mode == "train":
                        self.fc1.back(self.fc2.back(self._error(p, y)) * self.sigmoid_dev(z))
                    return self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)
        """)
    )
    change(root, BASE_OPTIMIZER, ("def apply_regularization", "def prepare"))
    change(
        root,
        SGD,
        (
            "        self.apply_regularization(model)\n",
            """        for layer in (model.fc1, model.fc2) if hasattr(model, 'fc1') else ():
            layer.W -= self.learning_rate * (layer.dW + self.reg * layer.W)
            layer.b = layer.b - self.learning_rate * layer.db
        self.prepare(model)
""",
        ),
    )


REWRITES = (
    attributes, transposed, flat, downloaded_twice, other_folders, broken_packages, penalty_in_the_training_loop,
    no_penalty_function, penalty_returned, results_in_a_dictionary, functions_outside_of_classes, forgotten_self,
    softmax_written_out, softmax_renamed_on_import, lists, gradients_returned, backward_with_arguments, abstract_base,
    constructors_with_other_names, optimizer_that_holds_the_model, a_flag_for_the_mode, scratch_below_the_functions,
    pairs, layers, weights_made_later,
)  # fmt: skip


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
