"""What a hand-in of gatech-cs7643-a1 does on many probes, for the tests of its bank of mistakes.

Every hand-in gets a process of its own. The probe knows the reference's own names only, and is no driver.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pickle
import random
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import default_rng  # numpy loads it late: here, once, and not in every child
from numpy.typing import NDArray

Seen = dict[str, Any]
Sizes = tuple[int, int, int]
Data = tuple[NDArray[np.float64], NDArray[np.int64]]
GENERIC, SQUARE = (5, 4, 3), (4, 4, 4)  # inputs, hidden units, classes


def probe(files: Mapping[str, bytes]) -> Seen:
    """Everything seen, by the name of the call: arrays, words for errors, and lists and dictionaries of them."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.chdir(folder)
        sys.path.insert(0, folder)
        sys.dont_write_bytecode = True
        with contextlib.redirect_stdout(io.StringIO()):
            return _Probe().all()


class _Probe:
    """The calls, each in a guard of its own, so that one crash hides nothing else."""

    def __init__(self) -> None:
        self.seen: Seen = {}
        self.models = importlib.import_module("models")
        self.optimizer = importlib.import_module("optimizer")
        self.utils = importlib.import_module("utils")

    def all(self) -> Seen:
        self.helpers()
        for kind in ("SoftmaxRegression", "TwoLayerNet"):
            for name, sizes, rows in (("generic", GENERIC, 6), ("square", SQUARE, 4)):
                self.network(f"{kind}, {name}", kind, sizes, rows)
        self.optimizers()
        self.batches()
        self.loops()
        self.files()
        return self.seen

    def look(self, name: str, action: Callable[[], Any]) -> None:
        """Remember what `action` returns, or the name of the error that it raises."""
        random.seed(0)
        np.random.seed(0)
        try:
            self.seen[name] = _plain(action())
        except Exception as error:
            self.seen[name] = f"raises {type(error).__name__}"

    # helpers

    def helpers(self) -> None:
        base = self.models._baseNetwork(5, 3)
        rng = default_rng(1)
        scores = 2 * rng.normal(size=(6, 3))
        extreme = np.zeros((2, 5))
        extreme[0] = [1000, 999, 0, 1, -1000]
        apart = np.array([[1000.0, 1001, 1000], [-1000, -1001, -1000], [-800, 0, 800]])
        for name, values in {"scores": scores, "row": scores[:1], "square": scores[:3]}.items():
            self.on_copy(f"softmax, {name}", base.softmax, values)
        self.on_copy("softmax, extreme", base.softmax, extreme)
        self.on_copy("softmax, apart", base.softmax, apart)
        self.looks_of_predictions(base, rng)
        values = np.concatenate([3 * rng.normal(size=(5, 4)), [[-1000.0, -30, 30, 1000]]])
        for name in ("sigmoid", "sigmoid_dev", "ReLU", "ReLU_dev"):
            self.on_copy(name, getattr(base, name), values)

    def looks_of_predictions(self, base: Any, rng: np.random.Generator) -> None:
        raw = 0.01 + rng.gamma(1.0, size=(13, 4))
        p = raw / raw.sum(axis=1, keepdims=True)
        p = np.concatenate([p, [[0.0, 1.0, 0.0, 0.0], [0.3, 0.4, 0.2, 0.1]]])
        y = np.resize([2, 0, 1, 3], 13)
        y[:8] = p[:8].argmax(axis=1)
        y = np.concatenate([y, [1, 1]])
        cases = {"all": slice(None), "some": slice(3, 9), "one": slice(1), "four": slice(4, 8), "right": slice(0, 7)}
        for name, part in cases.items():
            self.on_copy(f"cross_entropy_loss, {name}", base.cross_entropy_loss, p[part], y[part])
            self.on_copy(f"compute_accuracy, {name}", base.compute_accuracy, p[part], y[part])

    def on_copy(self, name: str, function: Callable[..., Any], *arguments: Any) -> None:
        copies = [np.array(argument) for argument in arguments]
        self.look(name, lambda: function(*copies))
        self.look(f"{name}, arguments afterwards", lambda: copies)

    # models

    def network(self, name: str, kind: str, sizes: Sizes, rows: int) -> None:
        self.look(f"{name}: fresh", lambda: self.build(kind, sizes, None).weights)
        first, other, few = _data(1, rows, sizes), _data(2, rows + 3, sizes), _data(3, rows, sizes, classes=2)
        model = self.guarded(kind, sizes)
        if model is None:
            return
        for call, (X, y) in {"first": first, "again": first, "other": other, "few classes": few}.items():
            self.forward(f"{name}: {call}", model, X, y)
        self.forward(f"{name}: evaluation", model, *_data(4, rows, sizes), "valid")
        self.forward(f"{name}: after evaluation", model, *first)
        self.forward(f"{name}: one row", self.guarded(kind, sizes), *_data(5, 1, sizes))
        self.forward(f"{name}: large", self.guarded(kind, sizes, 1000.0), *first)
        self.forward(f"{name}: zero", self.guarded(kind, sizes, 0.0), *first)
        self.beside(name, kind, sizes, first)

    def beside(self, name: str, kind: str, sizes: Sizes, first: Data) -> None:
        """A model after another one was made and used, and one that follows a net of the other class."""
        model, rival = self.guarded(kind, sizes), self.guarded("TwoLayerNet", sizes, 0.5)
        self.forward(f"{name}: rival", rival, *_data(6, 5, sizes))
        self.look(f"{name}: beside", lambda: [model.weights, model.gradients])
        self.forward(f"{name}: beside, used", model, *first)

    def guarded(self, kind: str, sizes: Sizes, scale: float = 0.7) -> Any:
        try:
            return self.build(kind, sizes, scale)
        except Exception:
            return None

    def build(self, kind: str, sizes: Sizes, scale: float | None) -> Any:
        inputs, hidden, classes = sizes
        extra = {"hidden_size": hidden} if kind == "TwoLayerNet" else {}
        model = getattr(self.models, kind)(inputs, classes, **extra)
        if scale is not None:
            shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, classes), "b2": (classes,)}
            if kind == "SoftmaxRegression":
                shapes = {"W1": (inputs, classes)}
            rng = default_rng(7)
            model.weights.update({key: scale * rng.normal(size=shape) for key, shape in shapes.items()})
        return model

    def forward(self, name: str, model: Any, X: Any, y: Any, mode: str = "train") -> None:
        X, y = X.copy(), y.copy()
        self.look(name, lambda: model.forward(X, y, mode))
        self.look(f"{name}, inputs", lambda: [X, y])
        self.look(f"{name}, weights", lambda: model.weights)
        self.look(f"{name}, gradients", lambda: model.gradients)

    # optimizer

    def optimizers(self) -> None:
        for name, reg in (("plain", 0.0), ("penalised", 0.3)):
            self.look(f"steps, {name}", partial(self.steps, reg))
            self.look(f"penalty, {name}", partial(self.penalty, reg))
        self.look("own steps", self.own_steps)

    def steps(self, reg: float) -> Any:
        model, sgd, rng = _stand_in(), self.optimizer.SGD(learning_rate=0.2, reg=reg), default_rng(3)
        places = []
        for _ in range(3):
            model.gradients = {key: rng.normal(size=W.shape) for key, W in model.weights.items()}
            sgd.update(model)
            places.append(_plain([model.weights, model.gradients, sgd.learning_rate]))
        return places

    def penalty(self, reg: float) -> Any:
        model, sgd = _stand_in(), self.optimizer.SGD(learning_rate=0.2, reg=reg)
        sgd.apply_regularization(model)
        return [model.weights, model.gradients]

    def own_steps(self) -> Any:
        model, sgd = self.build("TwoLayerNet", GENERIC, 0.7), self.optimizer.SGD(learning_rate=0.2, reg=0.1)
        for number in range(3):
            model.forward(*_data(number, 6, GENERIC), "train")
            sgd.update(model)
        return model.weights

    # data and training

    def batches(self) -> None:
        cases: dict[str, tuple[int, int, bool, int | None]] = {
            "partial": (23, 5, False, None),
            "even": (20, 5, False, None),
            "large": (40, 50, False, None),
            "shuffled": (23, 5, True, 1),
            "again": (23, 5, True, 2),
            "forty": (40, 32, True, 3),
        }
        for name, (rows, *how) in cases.items():
            X, y = np.arange(rows)[:, None] + np.arange(3) / 3, np.arange(rows)
            self.look(f"batches, {name}", partial(self.utils.generate_batched_data, X, y, *how))
            self.look(f"batches, {name}, data afterwards", partial(list, (X, y)))

    def loops(self) -> None:
        data = [_data(number, rows, GENERIC) for number, rows in enumerate((6, 6, 3))]
        batches = [X for X, _ in data], [y for _, y in data]
        model, sgd = self.guarded("TwoLayerNet", GENERIC), self.optimizer.SGD(learning_rate=0.2, reg=0.1)
        self.look("train", lambda: self.utils.train(0, *batches, model, sgd, debug=False))
        self.look("train, model", lambda: [model.weights, model.gradients])
        model = self.guarded("TwoLayerNet", GENERIC)
        self.look("evaluate", lambda: self.utils.evaluate(*batches, model, debug=False))
        self.look("evaluate, model", lambda: [model.weights, model.gradients])

    def files(self) -> None:
        folder = Path("data")
        folder.mkdir()
        rng = default_rng(8)
        for number, name in enumerate(("train", "test")):
            table = np.column_stack([np.arange(10) % 3 + number, rng.integers(0, 256, (10, 4))])
            np.savetxt(folder / f"mnist_{name}.csv", table, fmt="%d", delimiter=",")
        self.look("training data", self.utils.load_mnist_trainval)
        self.look("test data", self.utils.load_mnist_test)


def _data(seed: int, rows: int, sizes: Sizes, classes: int | None = None) -> Data:
    rng = default_rng([seed, rows])
    present = rng.permutation(sizes[2])[:classes]
    return rng.normal(size=(rows, sizes[0])), rng.permutation(np.resize(present, rows))


def _stand_in() -> Any:
    rng = default_rng(9)
    shapes = {"W1": (5, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)}
    weights = {key: rng.normal(size=shape) for key, shape in shapes.items()}
    gradients = {key: rng.normal(size=shape) for key, shape in shapes.items()}
    return types.SimpleNamespace(weights=weights, gradients=gradients)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(value[key]) for key in sorted(value)}
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, bool | int | float | np.number):
        return np.asarray(value)
    return "nothing" if value is None else f"a {type(value).__name__}"


def main() -> None:
    """Probe each hand-in that comes in, pickled, in a child of its own, and give out what was seen of each."""
    jobs: dict[str, dict[str, bytes]] = pickle.load(sys.stdin.buffer)
    seen = {name: _in_a_child(files) for name, files in jobs.items()}
    sys.stdout.buffer.write(pickle.dumps(seen))


def _in_a_child(files: Mapping[str, bytes]) -> Seen:
    """Forking costs a tenth of starting an interpreter that imports numpy."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(writing, "wb") as out:
            out.write(pickle.dumps(probe(files)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        content = answer.read()
    os.waitpid(child, 0)
    seen: Seen = pickle.loads(content)
    return seen


if __name__ == "__main__":
    main()
