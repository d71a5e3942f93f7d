"""Rewrites of the reference of gatech-cs7643-a1, in a folder with a copy of it, that change nothing but its form."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

NET, SOFTMAX, BASE = "models/two_layer_nn.py", "models/softmax_regression.py", "models/_base_network.py"
SGD, BASE_OPTIMIZER, UTILS = "optimizer/sgd.py", "optimizer/_base_optimizer.py", "utils.py"


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
