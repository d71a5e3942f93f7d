"""How hand-ins of NTNU TDT4265, assignment 1 are called, whatever they call and wherever they keep things.

N is the number of rows in a batch, D of inputs, C of classes. Inside the grader the parameters are W1 (D, C) and b1
(C,), of the binary model (D, 1) and (1,). A hand-in keeps both in one matrix `w` of D + 1 rows, for inputs that its
own pre-processing has given a column of ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np

from grader.worker.batching import in_order, read_batches, require_most_rows, row_numbers
from grader.worker.calling import Array, Offer, call, fit_arguments, number, numbers, parameters_of
from grader.worker.describing import broken_places
from grader.worker.handin import Definition, HandIn, Missing, Part, Unusable, likeness, spelled
from grader.worker.histories import named_series
from grader.worker.holding import namespace, set_attribute
from grader.worker.learning import in_parts, learn, predicted
from grader.worker.methods import call_by_name, find_method

BINARY_FILES, SOFTMAX_FILES = ("task2a", "task2"), ("task3a", "task3")
LOSSES = ("cross_entropy_loss", "cross_entropy", "crossentropy_loss", "ce_loss", "loss_function", "compute_loss")
OF_TASK = {"binary": r"bin(ary)?(?!s)|logistic|bce", "softmax": r"softmax|multi|categorical|cce"}
ACCURACIES = ("calculate_accuracy", "compute_accuracy", "accuracy", "calc_accuracy", "get_accuracy")
TRAINERS = ("trainer", "Trainer", "BaseTrainer")

PARTS = {
    "pre-processing": Part(
        "function",
        ("pre_process_images", "preprocess_images", "pre_process", "preprocess", "normalize_images"),
        (*BINARY_FILES, "utils"),
    ),
    "binary-loss": Part("function", LOSSES, BINARY_FILES),
    "binary": Part(
        "class", ("BinaryModel", "LogisticModel", "LogisticRegression"), BINARY_FILES, methods=("forward", "backward")
    ),
    "binary-accuracy": Part("function", ACCURACIES, ("task2", "task2a")),
    "logistic-trainer": Part("class", ("LogisticTrainer", "BinaryTrainer"), ("task2",), strict=True),
    "one-hot": Part(
        "function", ("one_hot_encode", "one_hot", "onehot_encode", "to_one_hot"), (*SOFTMAX_FILES, "utils")
    ),
    "softmax-loss": Part("function", LOSSES, SOFTMAX_FILES),
    "softmax": Part("class", ("SoftmaxModel", "SoftmaxRegression"), SOFTMAX_FILES, methods=("forward", "backward")),
    "softmax-accuracy": Part("function", ACCURACIES, ("task3", "task3a")),
    "softmax-trainer": Part("class", ("SoftmaxTrainer",), ("task3",), strict=True),
    "batches": Part(
        "function", ("batch_loader", "batchloader", "get_batches", "batch_generator", "data_loader"), ("utils",)
    ),
}
HELPERS = {"binary_cross_entropy": "binary-loss", "softmax_cross_entropy": "softmax-loss"}

FORWARD = ("forward", "forward_pass", "predict", "__call__")
BACKWARD = ("backward", "backward_pass", "backprop")
FORGET = ("zero_grad", "zero_gradients", "reset_grad")
STEP = ("train_step", "training_step", "step")
TRAIN = ("train", "fit", "run")
WEIGHTS = ("w", "weights", "W", "theta", "weight", "params")
GRADIENTS = ("grad", "gradient", "dw", "gradients", "grads", "w_grad", "dW")

IMAGES = r"x|xs|data|inputs?|images?|x(_|)?batch|batchx|xtrain|xval"
TARGETS = r"y|ys|targets?|labels?|t|ytrue|ybatch|batchy|ytrain|onehot|truth"
OUTPUTS = r"outputs?|yhat|ypred|preds?|predictions?|logits?|probs?|probabilities|p|out|scores?"
NETWORK = r"model|net|network|m"
RATE = r"learningrate|lr|eta|alpha|stepsize"
BATCH = r"batchsize|size|bs|n|batch"
PENALTY_RATE = (
    r"l2(reg(ularization)?(lambda|strength)?|lambda)?|la?m(b?da|bd)?|reg(ularization)?(lambda|strength)?|weightdecay"
    r"|wd|l|λ"
)
PAIR = (2, 3)  # the digits of the binary task; the first is the positive class
BINARY = frozenset({"binary", "logistic-weights"})  # models with one output
REAL = {"logistic-weights": "binary", "softmax-weights": "softmax"}
TRAINED_BY = {"binary": "logistic-trainer", "softmax": "softmax-trainer"}
VALIDATED, TRAINED, IN_BATCH = 7, 50, 10  # rows of the data on which early stopping is watched


@dataclass
class Model:
    """A model object of the hand-in, and what has to be remembered about it."""

    network: Any
    kind: str  # "binary" or "softmax"
    sizes: dict[str, int]
    form: Form
    given: Array | None = None  # a gradient that the next step is to use
    batch: tuple[Array, Array] | None = None  # the last one seen in training, as the hand-in takes it


@dataclass(frozen=True)
class Form:
    """How a hand-in keeps its weights."""

    bias_first: bool = False
    transposed: bool = False
    flat: bool = False

    def kept(self, W: Array, b: Array) -> Array:
        """The hand-in's matrix from the canonical parameters."""
        bias = np.reshape(b, (1, -1))
        if W.ndim != 2 or bias.shape[1] != W.shape[1]:
            raise Unusable(f"The weights have the shape {W.shape}, which fits no layer of {bias.shape[1]} outputs.")
        joined = np.concatenate([bias, W] if self.bias_first else [W, bias])
        return joined.reshape(-1) if self.flat else joined.T.copy() if self.transposed else joined

    def read(self, kept: Array, inputs: int, outputs: int) -> dict[str, Array]:
        """The canonical parameters in the hand-in's matrix; all of it as W1 where it has another shape."""
        matrix = kept.reshape(-1, 1) if self.flat and kept.ndim == 1 else kept.T if self.transposed else kept
        if matrix.shape != (inputs + 1, outputs):
            return {"W1": kept.copy(), "b1": np.full(outputs, np.nan)}
        W, b = (matrix[1:], matrix[0]) if self.bias_first else (matrix[:-1], matrix[-1])
        return {"W1": W.copy(), "b1": b.copy()}

    def rows(self, X: Array) -> Array:
        """Inputs beside the column of ones that the hand-in's weights are made for."""
        ones = np.ones((len(X), 1))
        return np.concatenate([ones, X] if self.bias_first else [X, ones], axis=1)


@dataclass
class Optimizer:
    """Settings for the trainers of a hand-in; a trainer is built around one model."""

    settings: dict[str, float]
    trainers: list[tuple[Any, Any]] = field(default_factory=list)  # network, trainer


class _Enough(BaseException):
    """Ends a training loop of the hand-in once all is seen; no hand-in's `except Exception` may hold it."""


class _Bare:
    """What a trainer of this course needs of a model, and nothing more, where the hand-in has none."""

    def __init__(self, inputs: int, outputs: int) -> None:
        self.w = np.zeros((inputs + 1, outputs))
        self.grad = np.zeros_like(self.w)
        self.l2_reg_lambda = 0.0

    def forward(self, X: Array) -> Array:
        return _right_outputs(X, self.w)

    def backward(self, X: Array, outputs: Array, targets: Array) -> None:
        self.grad = np.zeros_like(self.w)

    def zero_grad(self) -> None:
        self.grad = np.zeros_like(self.w)


class _Lenient(np.ndarray[Any, np.dtype[Any]]):
    """An array of one number that can be used as one, as numpy allowed until version 2.4."""

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())


class Driver:
    """The vocabulary of all checks, spoken to one hand-in."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self._found: dict[str, Definition] | None = None
        self._lenient = False  # whether this hand-in takes arrays of one number for numbers
        self._bias_first: bool | None = None
        self._stand_ins: dict[str, Callable[..., Any]] = {}  # for losses that the hand-in does not have

    # structure

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files or lines are broken."""
        found = {name: str(definition) for name, definition in self.found.items()}
        missing = {
            name: f"No {part.kind} {part.names[0]} was found for {_task(part)}."
            for name, part in PARTS.items()
            if name not in found
        }
        return {
            "found": found,
            "missing": missing,
            "broken": broken_places(self.handin, self.found),
        }

    def imported(self) -> dict[str, str]:
        """The packages that the graded files import, by name, and where."""
        return self.handin.imported_packages(sorted({definition.path for definition in self.found.values()}))

    @property
    def found(self) -> dict[str, Definition]:
        """The definition of each part that is there; what stands in a file of the other task is not meant."""
        if self._found is None:
            located = self.handin.locate(PARTS)
            self._tell_apart(located)
            self._go_back(located)
            self._found = {name: item for name, item in located.items() if not _of_other_task(name, item)}
            if "logistic-trainer" not in self._found and (loop := self._older_loop("binary")):
                self._found["logistic-trainer"] = loop
            if "softmax-trainer" not in self._found and (loop := self._older_loop("softmax")):
                self._found["softmax-trainer"] = loop
            loops = [
                item for name in TRAINED_BY.values() if (item := self._found.get(name)) and item.kind == "function"
            ]
            if "batches" not in self._found and loops:
                self._found["batches"] = loops[-1]  # which cuts its own; one shuffles in the last task at the latest
        return self._found

    def _tell_apart(self, located: dict[str, Definition]) -> None:
        """Where one file has a function for each task, take the one whose name says which; one may also serve both."""
        for kind, other in (("binary", "softmax"), ("softmax", "binary")):
            for name in (f"{kind}-loss", f"{kind}-accuracy"):
                item = located.get(name)
                if item is None or item != located.get(name.replace(kind, other)):
                    continue
                beside = [each for each in self.handin.candidates(PARTS[name]) if each.path == item.path]
                named = [each for each in beside if re.search(OF_TASK[kind], each.name, re.IGNORECASE)]
                plain = [each for each in beside if not re.search(OF_TASK[other], each.name, re.IGNORECASE)]
                located[name] = next(iter([*named, *plain]), item)

    def _go_back(self, located: dict[str, Definition]) -> None:
        """Where a file, such as a notebook, has one name for both tasks, take what the first has as it was before."""
        shared = (name for name in ("binary-loss", "binary-accuracy") if name in located)
        both = (located[name] for name in shared if located[name] == located.get(name.replace("binary", "softmax")))
        again = [last for first, last in map(self.handin.first_and_last, both) if first.line < last.line]
        if not again:
            return
        cut = min(again, key=lambda item: item.line)
        for name in {"binary", "binary-loss", "binary-accuracy", "logistic-trainer"} & located.keys():
            first, _ = self.handin.first_and_last(located[name])
            if first.path == cut.path and first.line < cut.line:
                located[name] = self.handin.until(first, cut.line)

    def _older_loop(self, kind: str) -> Definition | None:
        """The function `train(num_epochs, learning_rate, batch_size, l2_reg_lambda)` of an earlier year's hand-in."""
        files = BINARY_FILES if kind == "binary" else SOFTMAX_FILES
        listed = self.handin.candidates(Part("function", ("train",), files, strict=True))
        return next((item for item in listed if _digits(item.path) == _digits(files[0])), None)

    def _part(self, name: str) -> Any:
        if name not in self.found:
            self.handin.refuse(PARTS[name])
        return self.handin.load(self.found[name])

    # calling

    def _call(self, what: str, function: Callable[..., Any], offers: Sequence[Offer]) -> Any:
        """What a function of the hand-in returns; arrays of one number are made to pass for numbers if need be."""
        return self._leniently(lambda: self._call_once(what, function, offers))

    def _call_once(self, what: str, function: Callable[..., Any], offers: Sequence[Offer]) -> Any:
        given, named = fit_arguments(what, function, [_made(offer, self._lenient) for offer in offers])
        return call(self.handin, what, function, *given, **named)

    def _leniently(self, action: Callable[[], Any]) -> Any:
        """What an action returns; it is done again, with arrays that pass for numbers, where numpy refused that."""
        try:
            return action()
        except TypeError as error:
            if self._lenient or "0-dimensional" not in str(error):
                raise
        self._lenient = True
        return action()

    # models

    def build(self, model: str, sizes: dict[str, int], penalty: float = 0.0) -> Model:
        """A fresh model of the hand-in with weights for these sizes.

        "logistic-weights" and "softmax-weights" are what the trainers' own checks ask for: the hand-in's models, or
        bare holders of weights where these cannot be built, so that one broken class costs the other nothing.
        """
        kind, outputs = REAL.get(model, model), _outputs(model, sizes)
        bare = Model(_Bare(sizes["inputs"], outputs), kind, dict(sizes), Form(self._has_bias_first()))
        try:
            network = self._construct(kind, penalty)
            form = self._form(network, outputs)
            _fit(network, form, sizes["inputs"], outputs)
        except Exception:
            if model in REAL:
                return bare
            raise
        return Model(network, kind, dict(sizes), form)

    def _construct(self, kind: str, penalty: float) -> Any:
        made = self._part(kind)
        offers = [Offer(penalty, PENALTY_RATE, "l2_reg_lambda")]
        network = self._call(made.__name__, made, offers)
        call_by_name(type(network), FORWARD[0])
        if getattr(network, _name(network, WEIGHTS), None) is None:
            raise Missing(f"{made.__name__} has no weights once it is built.", "Are they kept in `self.w`?")
        return network

    def _form(self, network: Any, outputs: int) -> Form:
        shape = numbers(getattr(network, _name(network, WEIGHTS)), "w").shape
        if len(shape) not in (1, 2) or (len(shape) == 1 and outputs > 1):
            raise Unusable(
                f"`self.w` has the shape {shape}; a row for each input and a column for each output is asked."
            )
        turned = len(shape) == 2 and shape[0] in (1, 10, outputs) and shape[1] > 10
        return Form(self._has_bias_first(), turned, len(shape) == 1)

    def _has_bias_first(self) -> bool:
        """Whether the hand-in's pre-processing puts the column of ones before the pixels."""
        if self._bias_first is None:
            self._bias_first = False
            with suppress(Exception):  # what is wrong with it is told elsewhere
                columns = self._pre_processed(_some_images())
                self._bias_first = columns.shape[1] == 785 and _constant(columns[:, 0]) > _constant(columns[:, -1])
        return self._bias_first

    def fresh_shape(self, model: str) -> list[int]:
        """The shape of the weights of a new model: a row for each pixel, and one for the bias."""
        network = self._construct(model, 0.0)
        shape = numbers(getattr(network, _name(network, WEIGHTS)), "w").shape
        form = self._form(network, 1 if model == "binary" else 10)
        return [*shape, 1] if form.flat else list(shape[::-1]) if form.transposed else list(shape)

    def parameters(self, model: Model) -> dict[str, Array]:
        """Copies of the parameters by their canonical names."""
        kept = numbers(getattr(model.network, _name(model.network, WEIGHTS)), "w")
        return model.form.read(kept, model.sizes["inputs"], _outputs(model.kind, model.sizes))

    def assign(self, model: Model, parameters: dict[str, Array]) -> None:
        """Set the parameters, in the hand-in's own layout and, where it computes in float32, in its dtype."""
        now = {**self.parameters(model), **parameters}
        name = _name(model.network, WEIGHTS)
        old = np.asarray(getattr(model.network, name))
        kept = model.form.kept(now["W1"], now["b1"])
        kept = kept.astype(old.dtype) if old.dtype.kind == "f" else kept
        set_attribute(model.network, name, kept.view(_Lenient) if self._lenient else kept)

    def evaluate(self, model: Model, X: Array, y: Array, mode: str = "train", gradients: bool = True) -> dict[str, Any]:
        """Loss and gradients on a batch; what is left of an earlier gradient stays as it was."""
        rows, targets = model.form.rows(X), _targets(model.kind, y, model.sizes)
        given, meant = rows.copy(), targets.copy()
        outputs = self._forward(model, given)
        loss = self._loss(model.kind, meant, outputs)
        answer: dict[str, Any] = {"loss": number(loss, "The loss that cross_entropy_loss returned")}
        if mode == "train":
            model.batch = rows, targets
            if gradients:
                answer["gradients"] = self._gradients(model, given, outputs, meant)
        _tell_changes(X, rows, given, y, targets, meant)
        return answer

    def _forward(self, model: Model, rows: Array) -> Any:
        method = _method(model.network, FORWARD)
        return self._call(f"{type(model.network).__name__}.forward", method, [Offer(rows, IMAGES, "X")])

    def _loss(self, kind: str, targets: Array, outputs: Any) -> Any:
        offers = [Offer(targets, TARGETS, "targets"), Offer(outputs, OUTPUTS, "outputs")]
        return self._call("cross_entropy_loss", self._stand_ins.get(kind) or self._part(f"{kind}-loss"), offers)

    def _gradients(self, model: Model, rows: Array, outputs: Any, targets: Array) -> dict[str, Array]:
        network = model.network
        name = _name(network, GRADIENTS)
        before = getattr(network, name, None)
        self._forget(network)
        offers = [Offer(rows, IMAGES, "X"), Offer(outputs, OUTPUTS, "outputs"), Offer(targets, TARGETS, "targets")]
        method = _method(network, BACKWARD)
        returned = self._call(f"{type(network).__name__}.backward", method, offers)
        gradient = getattr(network, _name(network, GRADIENTS), None)
        gradient = numbers(returned if gradient is None else gradient, "The gradient in `self.grad`")
        set_attribute(network, _name(network, GRADIENTS), before)
        shape = np.shape(getattr(network, _name(network, WEIGHTS)))
        if gradient.shape != shape:
            raise Unusable(
                f"`self.grad` has the shape {gradient.shape}; that of the weights, {shape}, was expected.",
                "Write the shapes next to the product.",
            )
        return model.form.read(gradient, model.sizes["inputs"], _outputs(model.kind, model.sizes))

    def _forget(self, network: Any) -> None:
        method = find_method(network, FORGET)
        if method is not None and not parameters_of(method):
            self._call("zero_grad", method, [])

    def outputs(self, model: Model, X: Array) -> Array:
        """What forward says about inputs: (N, 1) of the binary model, (N, C) of softmax."""
        return numbers(self._forward(model, model.form.rows(X)), "What forward returned")

    def probabilities(self, model: Model, X: Array) -> Array:
        """The probability of each class for each row: (N, C)."""
        p = self.outputs(model, X)
        return np.concatenate([1 - p.reshape(-1, 1), p.reshape(-1, 1)], axis=1) if model.kind == "binary" else p

    def regularization(self, model: Model, X: Array, y: Array, strength: float) -> dict[str, Array]:
        """What a penalty of this strength adds to the gradient of a batch."""
        place, ends = self.parameters(model), []
        for penalty in (strength, 0.0):
            twin = self.build(model.kind, model.sizes, penalty)
            self.assign(twin, place)
            ends.append(self.evaluate(twin, X.copy(), y.copy())["gradients"])
        return {name: ends[0][name] - ends[1][name] for name in place}

    # helpers

    def pre_process(self, images: Array, others: Array) -> dict[str, Array]:
        """Two sets of images after the hand-in's pre-processing: their pixels, and the column for the bias."""
        told: dict[str, Array] = {}
        first = (float(images.mean()), float(images.std()))
        for name, given in (("pixels", images), ("other pixels", others)):
            made = self._pre_processed(given, first)
            if made.ndim != 2 or made.shape[1] != given.shape[1] + 1:
                told[name] = made
                continue
            ahead = self._has_bias_first()
            told[name] = made[:, 1:] if ahead else made[:, :-1]
            told[name.replace("pixels", "bias")] = made[:, 0] if ahead else made[:, -1]
        return told

    def _pre_processed(self, images: Array, statistics: tuple[float, float] = (33.3, 78.6)) -> Array:
        mean, std = statistics
        offers = [Offer(images.copy(), IMAGES, "X"), Offer(mean, r"mean|mu|avg"), Offer(std, r"std|sigma|deviation")]
        made = self._call(
            "pre_process_images", self._part("pre-processing"), offers[: 1 + 2 * self._wants_statistics()]
        )
        return numbers(made, "What pre_process_images returned")

    def _wants_statistics(self) -> bool:
        listed = parameters_of(self._part("pre-processing")) or ()
        return any(re.fullmatch(r"mean|mu|avg|std|sigma", spelled(each.name)) for each in listed)

    def binary_cross_entropy(self, probabilities: Array, y: Array) -> Any:
        """The loss of (N, 2) probabilities, of which the second belongs to the positive class, and (N,) labels."""
        p, targets = probabilities[:, 1:].copy(), np.asarray(y).reshape(-1, 1)
        return number(self._loss("binary", targets, p), "What cross_entropy_loss returned")

    def softmax_cross_entropy(self, probabilities: Array, y: Array) -> Any:
        """The loss of (N, C) probabilities and (N,) labels."""
        loss = self._loss("softmax", _one_hot(y, probabilities.shape[1]), probabilities.copy())
        return number(loss, "What cross_entropy_loss returned")

    def one_hot(self, y: Array, classes: int) -> Array:
        """Rows of zeros with a one at the label."""
        offers = [
            Offer(np.asarray(y).reshape(-1, 1), TARGETS, "Y"),
            Offer(int(classes), r".*class.*|c|k|n", "num_classes"),
        ]
        return numbers(self._call("one_hot_encode", self._part("one-hot"), offers), "What one_hot_encode returned")

    def binary_accuracy(self, probabilities: Array, y: Array) -> Any:
        """The share of rows predicted right, by the second of two probabilities."""
        return self._accuracy("binary", probabilities[:, 1:], np.asarray(y).reshape(-1, 1))

    def softmax_accuracy(self, probabilities: Array, y: Array) -> Any:
        """The share of rows predicted right, by (N, C) probabilities."""
        return self._accuracy("softmax", probabilities, _one_hot(y, probabilities.shape[1]))

    def _accuracy(self, kind: str, outputs: Array, targets: Array) -> Any:
        model = self.build(f"{_other_name(kind)}", {"inputs": 784, "classes": outputs.shape[1]})
        X = model.form.rows(np.zeros((len(outputs), 784)))
        with _replaced(model.network, FORWARD, lambda X, *_: _copied(outputs[: len(X)], self._lenient)):
            offers = [Offer(X, IMAGES, "X"), Offer(targets, TARGETS, "targets"), Offer(model.network, NETWORK, "model")]
            told = self._call("calculate_accuracy", self._part(f"{kind}-accuracy"), offers)
        return number(told, "What calculate_accuracy returned")

    def replace(self, helper: str, function: Callable[..., Any]) -> None:
        """Put a function in the place of the hand-in's own loss, wherever that is called from."""
        if helper not in HELPERS:
            raise Missing(f"{helper} has no stand-in in this course.")
        kind = HELPERS[helper].removesuffix("-loss")

        def stand_in(targets: Array, outputs: Array, *_: Any) -> Any:
            return function(*_as_probabilities(kind, np.asarray(targets), np.asarray(outputs)))

        if f"{kind}-loss" not in self.found:
            self._stand_ins[kind] = stand_in
            return
        for holder, name in self._places_of(f"{kind}-loss"):
            setattr(holder, name, stand_in)

    def _places_of(self, part: str) -> list[tuple[Any, str]]:
        """Everywhere that a function of the hand-in is called from."""
        for definition in self.found.values():
            with suppress(Exception):  # what cannot be loaded says so when it is asked for
                self.handin.load(definition)
        function = self._part(part)
        return [(m, name) for m in self.handin.modules() for name, value in list(vars(m).items()) if value is function]

    # steps of training

    def optimizer(self, name: str, settings: dict[str, float]) -> Optimizer:
        """The settings with which the hand-in's trainers are built."""
        return Optimizer(dict(settings))

    def give_gradients(self, model: Model, gradients: dict[str, Array]) -> None:
        """Have the next step find these gradients, as if the model's own backward pass had computed them."""
        model.given = model.form.kept(gradients["W1"], gradients["b1"])

    def update(self, optimizer: Optimizer, model: Model) -> None:
        """One step of the hand-in's trainer, with the gradients that were given or on the batch last seen."""
        if model.given is None:
            self._step(optimizer, model, *_of(model.batch))
            return
        rows, targets = _some_batch(model)
        with self._giving(model, model.given, rows, targets):
            self._step(optimizer, model, rows, targets)

    def step_loss(self, model: Model, X: Array, y: Array) -> Any:
        """The loss that a step of training on this batch returns, and the one of the model before it."""
        rows, targets = model.form.rows(X), _targets(model.kind, y, model.sizes)
        loss = self._loss(model.kind, targets.copy(), self._forward(model, rows.copy()))
        before = np.mean(number(loss, "The loss that cross_entropy_loss returned"))
        told = self._step(Optimizer({"learning_rate": 0.5}), model, rows, targets)
        with np.errstate(all="ignore"):
            return {"ratio": np.asarray(number(told, "What train_step returned")) / before}

    def stepper(self, model: Model, optimizer: Optimizer) -> Callable[[Array, Array], dict[str, Any]]:
        """One step of training on a batch."""

        def step(X: Array, y: Array) -> dict[str, Any]:
            told = self._step(optimizer, model, model.form.rows(X), _targets(model.kind, y, model.sizes))
            return {"loss": float("nan") if told is None else told}

        return step

    def _step(self, optimizer: Optimizer, model: Model, rows: Array, targets: Array) -> Any:
        made = self._part(TRAINED_BY[model.kind])
        if isinstance(made, FunctionType):
            return self._step_of_loop(made, optimizer, model, rows, targets)
        trainer = self._trainer(optimizer, model, rows, targets)
        method = _method(trainer, STEP)
        offers = [Offer(rows.copy(), IMAGES, "X_batch"), Offer(targets.copy(), TARGETS, "Y_batch")]
        return self._call(f"{type(trainer).__name__}.train_step", method, offers)

    def _trainer(self, optimizer: Optimizer, model: Model, rows: Array, targets: Array) -> Any:
        for network, trainer in optimizer.trainers:
            if network is model.network:
                return trainer
        data = (rows, targets, rows, targets)
        trainer = self._build_trainer(model, float(optimizer.settings.get("learning_rate", 0.1)), len(rows), data)
        optimizer.trainers.append((model.network, trainer))
        return trainer

    def _build_trainer(
        self, model: Model, rate: float, batch_size: int, data: Sequence[Array], shuffle: bool = False
    ) -> Any:
        made = self._part(TRAINED_BY[model.kind])
        X_train, Y_train, X_val, Y_val = (array.copy() for array in data)
        offers = [
            Offer(model.network, NETWORK, "model"),
            Offer(rate, RATE, "learning_rate"),
            Offer(batch_size, BATCH, "batch_size"),
            Offer(shuffle, r".*shuffle.*", "shuffle_dataset"),
            Offer(X_train, r"x(train(ing)?)?|train(ing)?x", "X_train"),
            Offer(Y_train, r"y(train(ing)?)?|train(ing)?y", "Y_train"),
            Offer(X_val, r"x(val|valid|validation)|valx", "X_val"),
            Offer(Y_val, r"y(val|valid|validation)|valy", "Y_val"),
        ]
        return self._call(made.__name__, made, offers)

    def _step_of_loop(
        self, loop: Callable[..., Any], optimizer: Optimizer, model: Model, rows: Array, targets: Array
    ) -> Any:
        """The loss of one step of an earlier year's `train`; what it does after that step is undone."""
        data = (np.tile(rows, (10, 1)), np.tile(targets, (10, 1)), rows[:-1], targets[:-1])
        rate = float(optimizer.settings.get("learning_rate", 0.1))
        with _after_one_step(model.network), in_order():
            told = _series(self._run_loop(loop, model, rate, len(rows), 1, data))
        return next((float(each[0]) for each in told if len(each)), None)

    def _run_loop(
        self, loop: Callable[..., Any], model: Model, rate: float, batch_size: int, epochs: int, data: Sequence[Array]
    ) -> Any:
        """Run an earlier year's `train` on this data and this model, which it would build and load by itself."""
        names = ("X_train", "Y_train", "X_val", "Y_val")
        made = self._part(model.kind)
        own = {name: made for name, value in loop.__globals__.items() if value is made}
        inside: dict[str, Any] = {**dict(zip(names, data, strict=True)), "X_test": data[2], "Y_test": data[3]}
        inside |= dict.fromkeys(own, lambda *_, **__: model.network)
        offers = [
            Offer(epochs, r".*epochs?", "num_epochs"),
            Offer(rate, RATE, "learning_rate"),
            Offer(batch_size, BATCH, "batch_size"),
            Offer(0.0, PENALTY_RATE, "l2_reg_lambda"),
        ]
        with _globals(loop, inside):
            return self._call_once("train", loop, offers)

    @contextmanager
    def _giving(self, model: Model, gradient: Array, rows: Array, targets: Array) -> Iterator[None]:
        """While it lasts, the model's passes are given, whatever the hand-in's own do; they have to get the batch."""
        network = model.network
        outputs = np.random.RandomState(9).uniform(0.1, 0.9, (len(rows), _outputs(model.kind, model.sizes)))
        outputs = outputs if model.kind == "binary" else outputs / outputs.sum(axis=1, keepdims=True)
        order = _order_of(find_method(network, BACKWARD))

        def forward(X: Array, *_: Any) -> Any:
            if len(X) != len(rows):  # an earlier year's loop validates in between
                return _copied(np.full((len(X), outputs.shape[1]), 0.5), self._lenient)
            _require(X, rows, "forward", "the images of its batch")
            return _copied(outputs.copy(), self._lenient)

        def backward(*args: Any, **named: Any) -> Array:
            given = dict(zip(order, args, strict=False))
            given |= {name: value for key, value in named.items() if (name := _meant(key))}
            _require(given.get("rows"), rows, "backward", "the images of its batch")
            _require(given.get("outputs"), outputs, "backward", "the outputs of forward")
            _require(given.get("targets"), targets, "backward", "the labels of its batch")
            set_attribute(network, _name(network, GRADIENTS), gradient.copy())
            return gradient.copy()

        with _replaced(network, FORWARD, forward), _replaced(network, BACKWARD, backward):
            yield

    # batches

    def batches(
        self, X: Array, y: Array, batch_size: int, shuffle: bool, seed: int | None = None, drop_last: bool = False
    ) -> list[list[Array]]:
        """The hand-in's batches, each as [inputs, labels]."""
        np.random.seed(seed)
        if self._cuts_its_own:
            return self._batches_of_loop(X, y, batch_size, shuffle, drop_last)
        offers = [
            Offer(X, IMAGES, "X"),
            Offer(np.asarray(y).reshape(-1, 1), TARGETS, "Y"),
            Offer(int(batch_size), BATCH, "batch_size"),
            Offer(bool(shuffle), r".*shuffle.*", "shuffle"),
            Offer(bool(drop_last), r"drop.*", "drop_last"),
        ]
        made = self._call("batch_loader", self._part("batches"), offers)
        batches: list[list[Array]] = call(
            self.handin, "batch_loader", read_batches, made, "batch_loader", 4 * len(X) + 16
        )
        odd = next((X_batch.shape for X_batch, _ in batches if X_batch.size and X_batch.shape[1:] != X.shape[1:]), None)
        if odd:
            raise Unusable(f"The images of a batch have the shape {odd}; {X.shape[1]} columns went in.")
        return batches

    @property
    def _cuts_its_own(self) -> bool:
        """Whether an earlier year's `train` is all that makes batches."""
        return self.found.get("batches") in [self.found.get(name) for name in TRAINED_BY.values()]

    def _batches_of_loop(
        self, X: Array, y: Array, batch_size: int, shuffle: bool, drop_last: bool
    ) -> list[list[Array]]:
        """The batches in an epoch of an earlier `train`, which cannot be told what to do with a short last one."""
        kind = next(kind for kind, name in TRAINED_BY.items() if self.found.get(name) == self.found["batches"])
        model = self.build(_other_name(kind), {"inputs": X.shape[1] - 1, "classes": 10})
        labels = np.repeat(np.asarray(y).reshape(-1, 1), _outputs(kind, model.sizes), axis=1)
        data = (X.copy(), labels.astype(np.float64), X[:2].copy(), labels[:2].astype(np.float64))
        seen: list[list[Array]] = []
        with _recording(model, seen), nullcontext() if shuffle else in_order():
            self._run_loop(self._part("batches"), model, 0.1, int(batch_size), 1, data)
        kept = seen[: len(X) // batch_size] if drop_last else seen
        left: Array = np.setdiff1d(y, np.concatenate([y[:0], *(labels for _, labels in kept)]))
        return kept if drop_last or not 0 < len(left) < batch_size else [*kept, [X[np.isin(y, left)], left]]

    # a write-up's experiments

    def experiment(self, settings: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Train the model of these settings; with early stopping by the hand-in's own loop, else epoch by epoch."""
        np.random.seed(int(settings["seed"]))
        kind = str(settings["model"])
        model = self.build(kind, {"inputs": 784, "classes": int(data["classes"])}, float(settings["reg"]))
        sets = _Sets(kind, data, self._pre_processed)

        def after() -> dict[str, Any]:
            loss = in_parts(lambda rows, T: self._loss(kind, T, self._forward(model, rows)), sets.valid, sets.T_valid)
            return {
                "valid loss": sum(count * float(np.mean(part)) for count, part in loss) / len(sets.valid),
                sets.names[0]: self._guesses(model, sets.rows),
                sets.names[1]: self._guesses(model, sets.valid),
            }

        if settings["early_stopping"]:
            told = self._until_stopped(model, settings, sets, after)
        else:
            told = self._for_epochs(model, settings, sets, after)
        pictured = self._pictured(model)
        return {**told, **pictured, "numbers": {**pictured["numbers"], **told.get("numbers", {})}}

    def _for_epochs(
        self, model: Model, settings: Mapping[str, Any], sets: _Sets, after: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        optimizer = self.optimizer("any", {"learning_rate": float(settings["learning_rate"])})
        size, shuffle = int(settings["batch_size"]), bool(settings["shuffle"])
        batches, notes = self._epochs(sets, size, shuffle, int(settings["seed"]))

        def step(rows: Array, labels: Array) -> dict[str, Any]:
            return {"loss": self._step(optimizer, model, sets.rows[rows], sets.T[rows])}

        return {**learn(batches, step, after, int(settings["epochs"])), "notes": notes}

    def _epochs(
        self, sets: _Sets, batch_size: int, shuffle: bool, seed: int
    ) -> tuple[Callable[[int], list[tuple[Array, Array]]], list[str]]:
        """The batches of an epoch as the hand-in makes them, or ours where it does not."""
        numbered = np.arange(len(sets.y), dtype=np.float64)[:, None]  # numbers of rows go through it like images

        def own(epoch: int) -> list[tuple[Array, Array]]:
            rows = np.random.permutation(len(sets.y)) if shuffle else np.arange(len(sets.y))
            ends = range(batch_size, len(rows) + 1, batch_size)
            return [(rows[end - batch_size : end], sets.y[rows[end - batch_size : end]]) for end in ends]

        def theirs(epoch: int) -> list[tuple[Array, Array]]:
            made = self.batches(numbered, sets.y.copy(), batch_size, shuffle, 1_000 * seed + epoch, True)
            return [(row_numbers(part), np.asarray(labels, np.int64).reshape(-1)) for part, labels in made]

        if self._cuts_its_own:  # and cannot be told whether to shuffle
            return own, []
        try:
            require_most_rows(theirs(0), len(sets.y))
        except Exception as error:  # it loses points for that elsewhere; the curves are of the model
            return own, [f"Your own batches could not be used ({self.handin.told(error)}); ours were."]
        return theirs, []

    def _until_stopped(
        self, model: Model, settings: Mapping[str, Any], sets: _Sets, after: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Train by the hand-in's own loop, and look at the model after each epoch."""
        size, epochs, rate = int(settings["batch_size"]), int(settings["epochs"]), float(settings["learning_rate"])
        made, own = self._part(TRAINED_BY[model.kind]), _method(model.network, BACKWARD)
        data, each = (sets.rows, sets.T, sets.valid, sets.T_valid), max(1, len(sets.rows) // size)
        seen: list[dict[str, Any]] = []
        steps = 0

        def backward(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            if steps and steps % each == 0:
                seen.append(after())
            steps += 1
            return own(*args, **kwargs)

        with _replaced(model.network, BACKWARD, backward):
            if isinstance(made, FunctionType):
                self._run_loop(made, model, rate, size, epochs, data)
            else:
                trainer = self._build_trainer(model, rate, size, data, bool(settings["shuffle"]))
                self._call_once("train", _method(trainer, TRAIN), [Offer(epochs, r".*epochs?", "num_epochs")])
        seen.append(after())
        curves = {name: [told[name] for told in seen] for name in seen[0]}
        predictions = {name: np.array(curves.pop(name)) for name in sets.names}
        stopped = math.ceil(steps / each)
        return {
            "epochs": stopped,
            "history": curves,
            "predictions": predictions,
            "numbers": {"stopped in epoch": stopped, "steps": steps},
        }

    def _guesses(self, model: Model, rows: Array) -> Array:
        """The digit that the model sees in each image."""
        parts = [np.asarray(self._forward(model, part), dtype=np.float64) for _, part in in_parts(np.array, rows)]
        outputs = np.concatenate([part.reshape(len(part), -1) for part in parts])
        return np.where(outputs[:, 0] > 0.5, *PAIR) if model.kind == "binary" else predicted(outputs)

    def _pictured(self, model: Model) -> dict[str, Any]:
        """The weights as pictures, and how large they are."""
        kept = self.parameters(model)
        squares = sum(float(np.sum(np.square(value))) for value in kept.values())
        return {
            "arrays": {"weights": kept["W1"].T.reshape(-1, 28, 28)},
            "numbers": {"squared norm": squares},
        }

    # early stopping

    def early_stopping(self, losses: Array) -> dict[str, Any]:
        """How many validations there are before training ends, when the validation loss takes these values.

        Training ends by itself at the latest one validation after the last value: then it did not stop early.
        """
        kind = next((kind for kind in TRAINED_BY if TRAINED_BY[kind] in self.found), "binary")
        return self._watch(kind, [float(loss) for loss in losses])[0]

    def history(self, losses: Array) -> dict[str, Any]:
        """The validation losses that training tells afterwards, when they take these values."""
        kind = next((kind for kind in TRAINED_BY if TRAINED_BY[kind] in self.found), "binary")
        told = _series(self._watch(kind, [float(loss) for loss in losses], finish=True)[1])
        found = next((each[: len(losses)] for each in told if _holds(each, losses)), None)
        return {} if found is None else {"series of the validation losses": found}

    def _watch(self, kind: str, losses: list[float], finish: bool = False) -> tuple[dict[str, Any], Any]:
        script, result = self._leniently(lambda: self._play(kind, _Script(losses, kind, finish)))
        if not script.asked:
            raise Unusable("While train ran, the validation loss was never computed.")
        return {"the number of validations": script.asked}, result

    def _play(self, kind: str, script: _Script) -> tuple[_Script, Any]:
        """Train by a script, and what training returned."""
        made = self._part(TRAINED_BY[kind])
        model = self.build(_other_name(kind), {"inputs": 784, "classes": 10})
        data, epochs = _made_up_data(model), len(script.losses) + 1
        result: Any = None
        with self._scripted(model, script), suppress(_Enough):
            if isinstance(made, FunctionType):
                result = self._run_loop(made, model, 0.1, IN_BATCH, epochs, data)
            else:
                trainer = self._build_trainer(model, 0.1, IN_BATCH, data)
                result = self._call_once("train", _method(trainer, TRAIN), [Offer(epochs, r".*epochs?", "num_epochs")])
        return script, result

    @contextmanager
    def _scripted(self, model: Model, script: _Script) -> Iterator[None]:
        """While it lasts, the model answers by the script, and losses and batches are no matter of the hand-in's."""
        places = self._places_of(f"{model.kind}-loss") if f"{model.kind}-loss" in self.found else []
        places += [(module, name) for module, name in self._places_of_batches()]
        kept = [(holder, name, getattr(holder, name)) for holder, name in places]
        network = model.network
        try:
            for holder, name, _ in kept:
                setattr(holder, name, script.batches if _is_loader(name) else script.loss)
            with (
                _replaced(network, FORWARD, self._outputs_of(script)),
                _replaced(network, BACKWARD, script.backward(network)),
            ):
                yield
        finally:
            for holder, name, value in kept:
                setattr(holder, name, value)

    def _outputs_of(self, script: _Script) -> Callable[..., Array]:
        return lambda X, *_: np.asanyarray(_copied(script.forward(X), self._lenient))

    def _places_of_batches(self) -> list[tuple[Any, str]]:
        return self._places_of("batches") if "batches" in self.found and not self._cuts_its_own else []


class _Sets:
    """The images and targets of an experiment, as the hand-in takes them, and the names of their predictions."""

    def __init__(self, kind: str, data: Mapping[str, Any], prepare: Callable[..., Array]) -> None:
        self.names = ("pair", "valid pair") if kind == "binary" else ("train", "valid")
        white, (train, valid) = float(data["white"]), self.names
        images, others = (_as_images(data[f"X_{name}"], white) for name in (train, valid))
        statistics = (float(images.mean()), float(images.std()))
        self.rows, self.valid = prepare(images, statistics), prepare(others, statistics)
        self.y = np.asarray(data[f"y_{train}"])
        self.T = _digit_targets(kind, self.y, int(data["classes"]))
        self.T_valid = _digit_targets(kind, np.asarray(data[f"y_{valid}"]), int(data["classes"]))


def _as_images(X: Array, white: float) -> Array:
    """Images of 28 by 28 pixels from 0 to 255; smaller ones are enlarged and framed in black."""
    side = math.isqrt(X.shape[1])
    factor = 28 // side
    grey = np.asarray(X, dtype=np.float64).reshape(-1, side, side) * (255 / white)
    large = grey.repeat(factor, axis=1).repeat(factor, axis=2)
    before = (28 - factor * side) // 2
    after = 28 - factor * side - before
    return np.pad(large, ((0, 0), (before, after), (before, after))).reshape(len(X), 784)


def _digit_targets(kind: str, y: Array, classes: int) -> Array:
    return np.asarray((y == PAIR[0]).astype(np.int64)[:, None]) if kind == "binary" else _one_hot(y, classes)


class _Script:
    """Validation losses that were made up, told in turn: the same until the next step of training."""

    def __init__(self, losses: list[float], kind: str, finish: bool) -> None:
        self.losses, self.outputs, self.finish = losses, 1 if kind == "binary" else 10, finish
        self.asked = 0
        self._fresh = True  # whether a step was taken since the last validation
        self._epochs = self._each = 0  # epochs that have begun, and validations in the first
        self._between = True  # whether an epoch is over, or none has begun

    def forward(self, X: Array, *_: Any) -> Array:
        """Outputs of which the loss is the one of the script, for targets of which the first class is true."""
        p = math.exp(-self._loss(len(X)))
        outputs = np.full((len(X), self.outputs), (1 - p) / max(self.outputs - 1, 1))
        outputs[:, 0] = p
        return outputs

    def loss(self, targets: Array, outputs: Array, *_: Any) -> float:
        return self._loss(len(targets))

    def backward(self, network: Any) -> Callable[..., Array]:
        """A backward pass that counts, and asks for no move."""

        def backward(*_: Any, **__: Any) -> Array:
            self._fresh = self._between = True
            still: Array = np.zeros_like(getattr(network, _name(network, WEIGHTS)))
            set_attribute(network, _name(network, GRADIENTS), still)
            return still

        return backward

    def batches(self, X: Array, Y: Array, batch_size: int, *_: Any, **__: Any) -> _Batches:
        """Batches in their order; there are twice the epochs that the losses need, for each may be cut short."""
        self._epochs, self._between = self._epochs + self._between, False
        self._each = self._each if self._epochs > 2 else max(1, self.asked)
        if not self.finish and (self._epochs - 2) * self._each > 2 * len(self.losses):
            raise _Enough
        starts = range(0, len(X) // batch_size * batch_size, batch_size)
        return _Batches((X[start : start + batch_size], Y[start : start + batch_size]) for start in starts)

    def _loss(self, rows: int) -> float:
        if rows != VALIDATED:
            return 0.7
        if self._fresh:
            if self.asked == len(self.losses) and not self.finish:
                self.asked += 1
                raise _Enough
            self._fresh, self.asked = False, self.asked + 1
        return self.losses[min(self.asked, len(self.losses)) - 1]


@contextmanager
def _after_one_step(network: Any) -> Iterator[None]:
    """When it is over, a model has the weights that it had when its second backward pass began."""
    name, own = _name(network, WEIGHTS), _method(network, BACKWARD)
    seen: list[Array] = []

    def backward(*args: Any, **kwargs: Any) -> Any:
        seen.append(np.array(getattr(network, name)))
        return own(*args, **kwargs)

    with _replaced(network, BACKWARD, backward):
        yield
    if len(seen) > 1:
        set_attribute(network, name, seen[1])


@contextmanager
def _recording(model: Model, seen: list[list[Array]]) -> Iterator[None]:
    """While it lasts, the batches that reach a model's backward pass are kept, and it learns nothing."""
    network = model.network
    order = _order_of(find_method(network, BACKWARD))
    still = np.zeros_like(getattr(network, _name(network, WEIGHTS)))

    def forward(X: Array, *_: Any) -> Array:
        return np.full((len(X), _outputs(model.kind, model.sizes)), 0.5)

    def backward(*args: Any, **named: Any) -> Array:
        given = dict(zip(order, args, strict=False)) | {_meant(name): value for name, value in named.items()}
        rows, targets = (numbers(given.get(role), "What backward is given") for role in ("rows", "targets"))
        seen.append([rows.copy(), targets.reshape(len(targets), -1)[:, 0].copy()])
        set_attribute(network, _name(network, GRADIENTS), still.copy())
        return np.asarray(still.copy())

    with _replaced(network, FORWARD, forward), _replaced(network, BACKWARD, backward):
        yield


# parts


def _task(part: Part) -> str:
    return f"{part.files[0]}.py" if part.files else "the course"


def _digits(path: str) -> str:
    """The task that a file's name speaks of; that of `assignment1.py` speaks of none."""
    found = re.search(r"task\D*([234])|(?<!\d)([234])(?!\d)", path.rpartition("/")[2], re.IGNORECASE)
    return found.group(1) or found.group(2) if found else ""


def _of_other_task(name: str, item: Definition) -> bool:
    """Whether a function that both tasks have is that of the other task."""
    if not name.endswith(("-loss", "-accuracy")):
        return False
    return _digits(item.path) not in ("", "2" if name.startswith("binary") else "3")


# models


def _outputs(model: str, sizes: Mapping[str, int]) -> int:
    return 1 if model in BINARY else sizes["classes"]


def _other_name(kind: str) -> str:
    return "logistic-weights" if kind == "binary" else "softmax-weights"


def _holder(network: Any, names: Sequence[str]) -> str | None:
    """The name under which a model keeps something."""
    held = namespace(network)
    offered = (name for name in names if name in held or hasattr(type(network), name))
    return next((name for name in offered if not callable(getattr(network, name, None))), None)


def _name(network: Any, names: Sequence[str]) -> str:
    return _holder(network, names) or names[0]


def _fit(network: Any, form: Form, inputs: int, outputs: int) -> None:
    """Give a model weights for these sizes; the course's constructor knows 784 pixels and ten classes only."""
    name = _name(network, WEIGHTS)
    old = np.asarray(getattr(network, name))
    wanted = form.kept(np.zeros((inputs, outputs)), np.zeros(outputs)).shape
    if old.shape == wanted:
        return
    counts = {785: inputs + 1, 784: inputs, 10: outputs}
    for key, value in list(namespace(network).items()):
        if type(value) is int and value in counts:
            setattr(network, key, counts[value])
    set_attribute(network, name, np.zeros(wanted, old.dtype if old.dtype.kind == "f" else np.float64))
    gradient = _name(network, GRADIENTS)
    if isinstance(getattr(network, gradient, None), np.ndarray):
        set_attribute(network, gradient, np.zeros(wanted))


def _method(holder: Any, names: Sequence[str]) -> Callable[..., Any]:
    found = find_method(holder, names)
    if found is None:
        raise Missing(f"{type(holder).__name__} has no method {names[0]}.")
    return found


@contextmanager
def _replaced(network: Any, names: Sequence[str], function: Callable[..., Any]) -> Iterator[None]:
    """While it lasts, one object's method is another."""
    method = find_method(network, names)
    name = getattr(method, "__name__", names[0])
    name = name if hasattr(network, name) else names[0]
    holder, put = network, function
    if not hasattr(network, "__dict__") or name.startswith("__"):  # only its class can take such a method
        holder, put = type(network), staticmethod(function)
    had = namespace(holder).get(name)
    setattr(holder, name, put)
    try:
        yield
    finally:
        if had is None:
            delattr(holder, name)
        else:
            setattr(holder, name, had)


@contextmanager
def _globals(function: Any, values: Mapping[str, Any]) -> Iterator[None]:
    """While it lasts, a function finds these values in its module."""
    module = function.__globals__
    had = {name: module[name] for name in values if name in module}
    module.update(values)
    try:
        yield
    finally:
        for name in values:
            module.pop(name, None)
        module.update(had)


# batches and targets


def _targets(kind: str, y: Array, sizes: Mapping[str, int]) -> Array:
    """(N, 1) of 0 and 1, where odd classes are the positive one, or (N, C) one-hot."""
    return np.asarray(y.reshape(-1, 1) % 2) if kind == "binary" else _one_hot(y, sizes["classes"])


def _one_hot(y: Array, classes: int) -> Array:
    return np.asarray(np.eye(classes)[np.asarray(y).reshape(-1)])


def _as_probabilities(kind: str, targets: Array, outputs: Array) -> tuple[Array, Array]:
    """Targets and outputs as a hand-in has them, as probabilities of each class and labels."""
    if kind == "softmax":
        return outputs, np.argmax(targets, axis=1)
    p = outputs.reshape(-1, 1)
    return np.concatenate([1 - p, p], axis=1), targets.reshape(-1).astype(np.int64)


def _tell_changes(X: Array, rows: Array, given: Array, y: Array, targets: Array, meant: Array) -> None:
    """What a hand-in did to its own copies of the batch is done to the caller's."""
    if not np.array_equal(rows, given, equal_nan=True):
        X += 1.0
    if not np.array_equal(targets, meant, equal_nan=True):
        y += 1


def _of(batch: tuple[Array, Array] | None) -> tuple[Array, Array]:
    if batch is None:
        raise Missing("There is no batch to take a step on.")
    return batch


def _some_batch(model: Model) -> tuple[Array, Array]:
    rng = np.random.RandomState(5)
    X = rng.standard_normal((9, model.sizes["inputs"]))
    return model.form.rows(X), _targets(model.kind, np.arange(9) % model.sizes["classes"], model.sizes)


_ROLES = {"rows": IMAGES, "outputs": OUTPUTS, "targets": TARGETS}


def _meant(name: str) -> str:
    """What a parameter of a backward pass stands for, or nothing."""
    return next((role for role, pattern in _ROLES.items() if re.fullmatch(pattern, spelled(name))), "")


def _order_of(backward: Any) -> list[str]:
    """In which order a backward pass takes rows, outputs and targets: by its names, or else as the text has it."""
    order = [_meant(each.name) for each in (parameters_of(backward) if backward else None) or ()]
    return order if sorted(order) == sorted(_ROLES) else list(_ROLES)


def _require(given: Any, wanted: Array, what: str, meant: str) -> None:
    """Raise unless a step of training handed on what it should."""
    with suppress(TypeError, ValueError):
        if np.size(given) == wanted.size and np.array_equal(np.ravel(given), wanted.ravel()):
            return
    raise Unusable(f"train_step does not give {meant} to {what}.", "What does the step get, and what does it hand on?")


def _made_up_data(model: Model) -> tuple[Array, Array, Array, Array]:
    """Training and validation data, told apart by their numbers of rows; the first class is always true."""
    outputs = _outputs(model.kind, model.sizes)
    first = np.eye(1, outputs)

    def both(rows: int) -> tuple[Array, Array]:
        return model.form.rows(np.zeros((rows, model.sizes["inputs"]))), np.repeat(first, rows, axis=0)

    return *both(TRAINED), *both(VALIDATED)


class _Batches(list[tuple[Array, Array]]):
    """Batches of which one can ask how many there are, as often as one likes, or one at a time."""

    def __next__(self) -> tuple[Array, Array]:
        if not self:
            raise StopIteration
        return self.pop(0)


def _is_loader(name: str) -> bool:
    return likeness(name, PARTS["batches"].names) > likeness(name, LOSSES)


def _right_outputs(X: Array, w: Array) -> Array:
    z = X @ w
    if w.shape[1] == 1:
        return np.asarray(0.5 * (1 + np.tanh(z / 2)))
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def _some_images() -> Array:
    return np.random.RandomState(3).randint(0, 256, (12, 784)).astype(np.float64)


def _constant(column: Array) -> bool:
    return bool(np.ptp(column) == 0)


# values


def _made(offer: Offer, lenient: bool) -> Offer:
    return Offer(_copied(offer.value, lenient), offer.pattern, offer.keyword)


def _copied(value: Any, lenient: bool) -> Any:
    return value.view(_Lenient) if lenient and isinstance(value, np.ndarray) else value


def _series(result: Any) -> list[Array]:
    """All series of numbers in what training returned."""
    return [np.array([float(np.mean(each)) for each in series]) for _, series in named_series(result)]


def _holds(series: Array, losses: Array) -> bool:
    return len(series) >= len(losses) and bool(np.allclose(series[: len(losses)], losses, atol=1e-9))
