"""How hand-ins of Georgia Tech CS 7643, assignment 1 are called, whatever they call and wherever they keep things.

N is the number of rows in a batch, D of inputs, H of hidden units, C of classes. Inside the grader parameters are
always W1 (D, H), b1 (H,), W2 (H, C), b2 (C,); the softmax regression has W1 (D, C) only.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from grader.worker.batching import read_batches, require_most_rows, row_numbers
from grader.worker.calling import Array, Offer, call, fit_arguments, number, numbers, parameters_of, takes, takes_first
from grader.worker.describing import describe_parts
from grader.worker.handin import Definition, HandIn, Missing, Part, Unusable, spelled
from grader.worker.helpers import Helper, find_helpers, latest, recording, replace_helpers
from grader.worker.holding import Path, get, gradient_leaves, gradient_picture, last, leaves, namespace, put
from grader.worker.inferring import infer_probabilities
from grader.worker.layouts import (
    Layout,
    Place,
    bias_of,
    canonical_gradients,
    confusable,
    find_bias_row,
    find_layout,
    gradient_paths,
    own_form,
    parallel_slots,
    read_gradients,
    read_parameters,
    returned_arrays,
    write_gradients,
    write_parameters,
)
from grader.worker.learning import in_parts, learn, own_order, predicted
from grader.worker.methods import (
    find_method,
    items_written,
    mentioned,
    methods_called,
    without_self,
)
from grader.worker.naming import (
    BATCH_SIZE,
    CLASSES,
    GRADIENTS,
    GUESSES,
    HIDDEN,
    INPUTS,
    LABELS,
    MODE,
    MOMENTUM,
    NETWORK,
    PENALTY_RATE,
    RATE,
    ROWS,
    SEED,
    SHUFFLE,
    TRAINING,
    WEIGHTS,
)
from grader.worker.results import listed, loss_and_accuracy

PARTS = {
    "base": Part(
        "class",
        ("_baseNetwork", "BaseNet", "BaseModel", "BaseNN", "BaseClassifier"),
        ("_base_network", "_baseNetwork", "base"),
        methods=("softmax", "cross_entropy_loss", "compute_accuracy"),
    ),
    "softmax-regression": Part(
        "class",
        ("SoftmaxRegression", "SoftmaxReg", "SoftmaxClassifier", "SoftmaxModel", "SoftmaxNet", "Softmax"),
        ("softmax_regression", "softmax"),
        methods=("forward",),
    ),
    "two-layer": Part(
        "class",
        ("TwoLayerNet", "TwoLayerNN", "TwoLayerNeuralNet", "TwoLayerNeuralNetwork", "TwoLayerMLP", "TwoLayer", "MLP"),
        ("two_layer_nn", "two_layer_net", "two_layer"),
        methods=("forward",),
    ),
    "optimizer": Part(
        "class",
        ("SGD", "StochasticGradientDescent", "GradientDescent"),
        ("sgd", "gradient_descent"),
        methods=("update", "step"),
    ),
    "utils": Part(
        "function",
        (
            "generate_batched_data",
            "generate_batches",
            "get_batched_data",
            "batch_data",
            "make_batches",
            "create_batches",
        ),
        ("utils",),
    ),
}

HELPERS = {
    "softmax": ("softmax", "stable_softmax", "_softmax", "soft_max", "compute_softmax", "softmax_function"),
    "cross_entropy": (
        "cross_entropy_loss",
        "cross_entropy",
        "crossentropyloss",
        "ce_loss",
        "compute_loss",
        "compute_cross_entropy_loss",
        "cross_entropy_error",
        "categorical_cross_entropy",
        "nll_loss",
        "loss",
    ),
    "accuracy": (
        "compute_accuracy",
        "accuracy",
        "get_accuracy",
        "calculate_accuracy",
        "calc_accuracy",
        "compute_acc",
        "acc",
    ),
    "sigmoid": ("sigmoid", "_sigmoid", "sigmoid_function", "logistic"),
    "sigmoid_derivative": (
        "sigmoid_dev",
        "sigmoid_derivative",
        "sigmoid_grad",
        "sigmoid_gradient",
        "sigmoid_prime",
        "sigmoid_deriv",
        "sigmoid_der",
        "d_sigmoid",
        "dsigmoid",
        "sigmoid_backward",
        "grad_sigmoid",
        "derivative_sigmoid",
    ),
    "relu": ("ReLU", "_relu", "relu_function"),
    "relu_derivative": (
        "ReLU_dev",
        "relu_derivative",
        "relu_grad",
        "relu_gradient",
        "relu_prime",
        "relu_deriv",
        "relu_der",
        "d_relu",
        "drelu",
        "relu_backward",
        "grad_relu",
        "derivative_relu",
    ),
}
FORWARD = ("forward", "forward_pass", "_forward", "feed_forward", "forward_propagation", "__call__")
BACKWARD = (
    "backward",
    "backward_pass",
    "_backward",
    "backprop",
    "back_propagation",
    "backward_propagation",
    "compute_gradients",
)
_ASKED_FOR = ("gradients", "grads")  # where these are properties, they may go back themselves
UPDATE = (
    "update",
    "step",
    "update_weights",
    "update_params",
    "update_parameters",
    "apply_gradients",
    "optimize",
    "__call__",
)
PENALTY = (
    "apply_regularization",
    "apply_L2_regularization",
    "apply_reg",
    "regularize",
    "regularization",
    "add_regularization",
    "apply_regularisation",
    "l2_regularization",
    "apply_l2",
    "apply_weight_decay",
    "weight_decay",
)
INITIAL = (
    "_weight_init",
    "weight_init",
    "init_weights",
    "initialize_weights",
    "_init_weights",
    "initialize",
    "reset_parameters",
)

EVALUATION = "valid"  # what the course's own `evaluate` passes


@dataclass
class Model:
    """A model object of the hand-in, and what has to be remembered about it."""

    network: Any
    kind: str
    sizes: dict[str, int]
    layout: Layout
    returned: dict[str, Array] = field(default_factory=dict)  # canonical gradients that forward gave back
    # looked up once: by mode how forward is called, what else goes back, and where helpers are called from
    calls: dict[str, Any] = field(default_factory=dict)
    helpers: dict[tuple[str, ...], list[Helper]] = field(default_factory=dict)


@dataclass
class Optimizer:
    """An optimizer of the hand-in; one that wants the model in its constructor is built when the model is there."""

    settings: dict[str, float]
    steppers: list[tuple[Any, Any]] = field(default_factory=list)  # the network it was built for, if any, and it


class _Bare:
    """What an optimizer of this course needs of a model, and nothing more, under the names in use."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.weights = {name: np.zeros(shape) for name, shape in _shapes("two-layer", sizes).items()}
        self.gradients = {name: np.zeros(shape) for name, shape in _shapes("two-layer", sizes).items()}
        self.params, self.grads = self.weights, self.gradients


_X, _Y = object(), object()  # stand for a batch in arguments that are laid out beforehand


class Driver:
    """The vocabulary of all checks, spoken to one hand-in."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self._found: dict[str, Definition] | None = None
        self._places: dict[tuple[str, tuple[int, ...]], Mapping[str, Place]] = {}
        self._gradient_paths: dict[str, dict[str, Path]] = {}
        self._shared: Any = None  # an instance on which helpers are called
        self._plans: dict[str, bool] = {}
        self._returned_keys: dict[str, dict[str, Any]] = {}  # by model; the keys of gradients that forward returns
        self._shown: set[str] = set()  # models whose softmax has shown their probabilities: no more is recorded then

    # structure

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files or lines are broken."""
        return describe_parts(self.handin, PARTS, self.found)

    def imported(self) -> dict[str, str]:
        """The packages that the graded files import, by name, and where."""
        paths = {definition.path for definition in self.found.values()}
        return self.handin.imported_packages(sorted(paths))

    @property
    def found(self) -> dict[str, Definition]:
        """The definition of each part that is there."""
        if self._found is None:
            self._found = self.handin.locate(PARTS)
        return self._found

    def _part(self, name: str) -> Any:
        if name not in self.found:
            self.handin.refuse(PARTS[name])
        return self.handin.load(self.found[name])

    # models

    def build(self, model: str, sizes: dict[str, int]) -> Model:
        """A fresh model of the hand-in, with its parameters found in it.

        "parameters" is what the optimizer's own checks ask for: the two-layer net, or a bare holder of the same
        parameters where the hand-in's net cannot be built, so that one broken file costs the other nothing.
        """
        if model == "parameters":
            return self._something_to_move(sizes)
        network = self._construct(model, sizes)
        return Model(network, model, dict(sizes), self._layout(model, sizes, network))

    def _something_to_move(self, sizes: dict[str, int]) -> Model:
        try:
            return self.build("two-layer", sizes)
        except Exception:  # whatever is wrong with the net is told elsewhere
            shapes = _shapes("two-layer", sizes)
            places = {
                name: Place((("attribute", "weights"), ("item", name)), is_bias=name[0] == "b") for name in shapes
            }
            return Model(_Bare(sizes), "two-layer", dict(sizes), Layout(shapes, places))

    def _construct(self, model: str, sizes: dict[str, int]) -> Any:
        kind = self._part(model)
        offers = [Offer(sizes["inputs"], INPUTS, "input_size"), Offer(sizes["classes"], CLASSES, "num_classes")]
        if model == "two-layer":
            offers.append(Offer(sizes["hidden"], HIDDEN, "hidden_size"))
        given, named = fit_arguments(f"{kind.__name__}.__init__", kind, offers)
        network = call(self.handin, kind.__name__, kind, *given, **named)
        if not leaves(network, arrays_only=True):
            initial = find_method(network, INITIAL)
            if initial is not None and not parameters_of(initial):
                call(self.handin, initial.__name__, initial)
        return network

    def _layout(self, model: str, sizes: dict[str, int], network: Any) -> Layout:
        """Where the parameters are, remembered by model and sizes."""
        key = (model, tuple(sorted(sizes.values())))
        if key not in self._places:
            self._places[key] = self._find_places(model, sizes, network)
        return Layout(_shapes(model, sizes), self._places[key])

    def _find_places(self, model: str, sizes: dict[str, int], network: Any) -> Mapping[str, Place]:
        if confusable(sizes.values()):
            network, sizes = self._clearer(model, sizes, network)
        return self._bias_rows(model, sizes, find_layout(network, _shapes(model, sizes)))

    def _clearer(self, model: str, sizes: dict[str, int], network: Any) -> tuple[Any, dict[str, int]]:
        """A model of sizes that cannot be mistaken for each other, where the hand-in can build one."""
        clear = {"inputs": 13, "hidden": 8, "classes": 5}
        try:
            other = self._construct(model, clear)
        except Exception:
            return network, sizes
        shapes = {array.shape for array in leaves(other).values()}
        return (other, clear) if any(13 in shape or 14 in shape for shape in shapes) else (network, sizes)

    def _bias_rows(self, model: str, sizes: dict[str, int], layout: Layout) -> Mapping[str, Place]:
        """Find out by experiment whether matrices that hold their biases have them in the first or the last row."""
        places = dict(layout.places)
        joined = {name: place for name, place in places.items() if place.bias_row is not None}
        if not joined:
            return places
        probe = Model(self._construct(model, sizes), model, sizes, Layout(layout.shapes, places))
        for name, place in joined.items():
            row = self._bias_row(probe, name, place)
            places[name] = Place(place.path, place.transposed, row)
            places[bias_of(name)] = Place(place.path, place.transposed, row, is_bias=True)
        return places

    def _bias_row(self, model: Model, name: str, place: Place) -> int:
        X = np.zeros((model.sizes["classes"], model.sizes["inputs"]))
        y = np.arange(model.sizes["classes"])
        for other, kept in self._surroundings(model, name).items():
            put(model.network, model.layout.places[other].path, kept)
        return find_bias_row(model.network, place, lambda: self.evaluate(model, X.copy(), y.copy(), EVALUATION)["loss"])

    def _surroundings(self, model: Model, name: str) -> dict[str, Array]:
        """What the other parameters must be, so that the experiment on one of them shows something."""
        if model.kind == "softmax-regression":
            return {}
        if name == "W1":  # a second layer that lets every hidden unit through
            shape = numbers(get(model.network, model.layout.places["W2"].path), "W2").shape
            return {"W2": np.asarray(np.random.RandomState(3).standard_normal(shape))}
        first, bias = model.layout.places["W1"], np.full(model.sizes["hidden"], -100.0)  # hidden units that are all off
        if "b1" not in model.layout.places:
            return {}
        if first.bias_row is None:
            return {"b1": own_form(model.network, model.layout, "b1", bias, None)}
        zero = np.zeros((model.sizes["inputs"], model.sizes["hidden"]))
        return {"W1": own_form(model.network, model.layout, "W1", zero, bias)}

    def parameters(self, model: Model) -> dict[str, Array]:
        """Copies of the parameters by their canonical names."""
        return read_parameters(model.network, model.layout)

    def assign(self, model: Model, parameters: dict[str, Array]) -> None:
        """Set the parameters, in the hand-in's own layout and, where it computes in float32, in its dtype."""
        write_parameters(model.network, model.layout, parameters)

    def evaluate(self, model: Model, X: Array, y: Array, mode: str = "train", gradients: bool = True) -> dict[str, Any]:
        """Loss and accuracy of a batch and, in mode "train", the gradients, as the hand-in gives them.

        Without `gradients` they are computed all the same, for an update that follows, but not told.
        """
        backward = self._separate_backward(model) if mode == "train" else None
        before = gradient_picture(model.network) if backward else {}
        if backward is None:
            result = self._forward(model, X, y, mode)
        else:
            with self._recording(model, "softmax") as seen:
                result = self._forward(model, X, y, mode)
        answer, rest = self._read_result(model, result, y)
        if mode != "train":
            return answer
        model.returned = {}
        if backward is not None and gradient_picture(model.network) == before:
            rest = [*rest, self._go_back(model, backward, X, y, result, seen)]
        if not gradients and not rest:
            return answer
        return {**answer, "gradients": self._gradients(model, rest)}

    def _forward(self, model: Model, X: Array, y: Array, mode: str) -> Any:
        return self._caller(model, mode)(X, y)

    def _caller(self, model: Model, mode: str) -> Callable[[Array, Array], Any]:
        if mode not in model.calls:
            model.calls[mode] = self._find_forward(model, mode)
        found: Callable[[Array, Array], Any] = model.calls[mode]
        return found

    def _find_forward(self, model: Model, mode: str) -> Callable[[Array, Array], Any]:
        """The hand-in's forward pass as a function of a batch alone; a long training asks for thousands."""
        what = f"{type(model.network).__name__}.forward"
        forward = find_method(model.network, FORWARD)
        if forward is None:
            raise Missing(f"{type(model.network).__name__} has no method forward.")
        given, named = self._forward_arguments(model, forward, mode)

        def run(X: Array, y: Array) -> Any:
            arguments = [X if value is _X else y if value is _Y else value for value in given]
            if not named:
                return call(self.handin, what, forward, *arguments)
            more = {name: X if value is _X else y if value is _Y else value for name, value in named.items()}
            return call(self.handin, what, forward, *arguments, **more)

        return run

    def _forward_arguments(self, model: Model, forward: Any, mode: str) -> tuple[list[Any], Any]:
        training = mode == "train"
        offers = [
            Offer(_X, ROWS, "X"),
            Offer(_Y, LABELS, "y"),
            Offer(mode if training else EVALUATION, MODE, "mode"),
            Offer(training, TRAINING, "training"),
        ]
        return fit_arguments(f"{type(model.network).__name__}.forward", forward, _without_anonymous(forward, offers))

    def _read_result(self, model: Model, result: Any, y: Array) -> tuple[dict[str, Any], list[Any]]:
        """Loss and accuracy out of whatever forward returned, and what else was in it."""
        if result is None:
            raise Unusable("forward returned None.", "Is a return statement missing?")
        loss, accuracy, rest = loss_and_accuracy(result)
        if loss is None and accuracy is None and any(item is None for item in listed(result)):
            raise Unusable("forward returned None in place of the loss and the accuracy.", "Is it still to be written?")
        if loss is None and accuracy is None:
            raise Unusable("forward returned nothing that could be a loss and an accuracy.")
        if accuracy is None and isinstance(loss, np.ndarray) and loss.shape == (len(y), model.sizes["classes"]):
            p, labels = numbers(loss, "What forward returned"), np.array(y)
            return {"loss": self.cross_entropy(p, labels), "accuracy": self.accuracy(p, labels)}, rest
        answer = {"loss": number(loss, "The loss that forward returned")}
        if accuracy is not None:
            answer["accuracy"] = number(accuracy, "The accuracy that forward returned")
        return answer, rest

    # gradients

    def _separate_backward(self, model: Model) -> Callable[..., Any] | None:
        """The hand-in's backward method, if its forward does not call it itself."""
        if "backward" not in model.calls:
            model.calls["backward"] = self._find_backward(model)
        found: Callable[..., Any] | None = model.calls["backward"]
        return found

    def _find_backward(self, model: Model) -> Callable[..., Any] | None:
        backward = find_method(model.network, BACKWARD)
        if backward is None:
            return None
        key = f"backward of {model.kind}"
        if key not in self._plans:
            name = getattr(backward, "__name__", "")
            self._plans[key] = name not in mentioned(self.handin, type(model.network), (*FORWARD, *_ASKED_FOR))
        return backward if self._plans[key] else None

    def _go_back(
        self, model: Model, backward: Callable[..., Any], X: Array, y: Array, result: Any, seen: list[Any]
    ) -> Any:
        name = type(model.network).__name__
        probabilities = latest(seen, (len(y), model.sizes["classes"]))
        extra = list(result[2:]) if isinstance(result, (tuple, list)) else []
        offers = [Offer(X, ROWS, "X"), Offer(y, LABELS, "y")]
        if probabilities is not None:
            offers.append(Offer(probabilities, GUESSES, "x_pred"))
        offers += [Offer(item, r"cache|memory|ctx|context|saved|tmp") for item in extra]
        for parameter in parameters_of(backward) or ():
            value = getattr(model.network, parameter.name, None)
            if value is not None:
                offers.append(Offer(value, re.escape(spelled(parameter.name))))
        given, named = fit_arguments(f"{name}.{backward.__name__}", backward, offers)
        return call(self.handin, f"{name}.{backward.__name__}", backward, *given, **named)

    def _gradients(self, model: Model, rest: Sequence[Any]) -> dict[str, Array]:
        """The gradients by canonical names: those that the model keeps, else those that came back."""
        kept = gradient_leaves(model.network)
        found = canonical_gradients(model.network, model.layout, kept)
        if len(found) < len(model.layout.places):
            for item in rest:
                came = returned_arrays(item, tuple(model.layout.places))
                model.returned = canonical_gradients(model.network, model.layout, came) | model.returned
                keys = {name: last(path) for name, path in gradient_paths(model.layout, came).items()}
                self._returned_keys.setdefault(model.kind, keys if isinstance(item, dict) else {})
        if model.kind not in self._gradient_paths:
            self._gradient_paths[model.kind] = gradient_paths(model.layout, kept)
        return {**model.returned, **found}

    def give_gradients(self, model: Model, gradients: dict[str, Array]) -> None:
        """Put gradients into the model, as if its own backward pass had computed them."""
        paths = self._slots(model)
        known = {name: value for name, value in gradients.items() if name in model.layout.places}
        if paths:
            if any(get(model.network, path[:-1], None) is None for path in paths.values()):
                self.evaluate(model, *_some_batch(model.sizes))  # it has a place for them from the first batch on
            write_gradients(model.network, model.layout, known, paths)
        model.returned = {name: np.array(value) for name, value in known.items()}

    def _slots(self, model: Model) -> dict[str, Path]:
        """Where the hand-in keeps its gradients, learned once from a model that has seen a batch."""
        if model.kind not in self._gradient_paths or not self._gradient_paths[model.kind]:
            self._gradient_paths[model.kind] = self._learn_slots(model)
        paths, needed = self._gradient_paths[model.kind], len({place.path for place in model.layout.places.values()})
        if 0 < len(paths) < needed:  # its backward pass leaves one out; the optimizer is judged all the same
            paths = {**parallel_slots(model.network, model.layout), **paths}
        return paths if len(paths) >= needed else {}

    def _learn_slots(self, model: Model) -> dict[str, Path]:
        if all(place.path[0] == ("attribute", "weights") for place in model.layout.places.values()):
            standard = parallel_slots(model.network, model.layout)
            if standard and (isinstance(model.network, _Bare) or self._fills(type(model.network), standard)):
                return standard  # told by the text: no need to run what may not come back
        twin = self.build(model.kind, model.sizes)
        X, y = _some_batch(model.sizes)
        try:
            self.evaluate(twin, X, y)
        except Exception:  # its backward pass fails; the optimizer is judged all the same
            return parallel_slots(model.network, model.layout)
        return gradient_paths(twin.layout, gradient_leaves(twin.network)) or (
            {} if twin.returned else parallel_slots(model.network, model.layout)
        )

    def _fills(self, kind: type, slots: Mapping[str, Path]) -> bool:
        """Whether the class itself writes `self.gradients["W1"] = …` for every slot."""
        written = items_written(self.handin, kind)
        return all((holder, key) in written for (_, holder), (_, key) in slots.values())

    # predictions without labels

    def probabilities(self, model: Model, X: Array) -> Array:
        """What the hand-in's own softmax says about inputs whose labels nobody gives: (N, C)."""
        shape = (len(X), model.sizes["classes"])
        labels = np.arange(len(X), dtype=np.int64) % model.sizes["classes"]
        trouble: Exception | None = None
        judging = () if model.kind in self._shown else ("accuracy", "cross_entropy")
        with (
            self._recording(model, "softmax") as shown,
            self._recording(model, *judging, inputs=True) as judged,
        ):
            try:
                result = self._forward(model, np.array(X), labels, "evaluate")
            except Exception as error:
                trouble, result = error, None
        for seen in (shown, judged, listed(result)):
            found = latest(seen, shape)
            if found is not None:
                if seen is shown:
                    self._shown.add(model.kind)
                return found
        if model.kind in self._shown:  # not this time
            self._shown.remove(model.kind)
            return self.probabilities(model, X)
        if trouble is not None:
            raise trouble
        p = infer_probabilities(np.array(X), model.sizes["classes"], partial(self._loss, model))
        if p is None:
            raise Unusable(_NO_PROBABILITIES)
        return p

    def _loss(self, model: Model, X: Array, y: Array) -> Any:
        return self.evaluate(model, X, y, "evaluate")["loss"]

    def _recording(self, model: Model, *helpers: str, inputs: bool = False) -> AbstractContextManager[list[Any]]:
        if helpers not in model.helpers:
            names = [name for helper in helpers for name in HELPERS[helper]]
            model.helpers[helpers] = find_helpers(self.handin, names, model.network)
        return recording(model.helpers[helpers], inputs)

    # optimizer

    def optimizer(self, name: str, settings: dict[str, float]) -> Optimizer:
        """The hand-in's optimizer with these settings; `momentum` stands in every config and is ignored."""
        if name != "sgd":
            raise Missing(f"This course has no optimizer {name}.")
        made = Optimizer(dict(settings))
        if not self._wants_model():
            made.steppers.append((None, self._build_optimizer(made, None)))
        return made

    def _wants_model(self) -> bool:
        return takes(self._part("optimizer"), f"{NETWORK}|{WEIGHTS}", required=True)

    def _build_optimizer(self, optimizer: Optimizer, network: Any) -> Any:
        kind, settings = self._part("optimizer"), optimizer.settings
        offers = [
            Offer(float(settings.get("learning_rate", 1e-4)), RATE, "learning_rate"),
            Offer(float(settings.get("reg", 0.0)), PENALTY_RATE, "reg"),
        ]
        if network is not None:
            offers = [Offer(network, NETWORK), Offer(_weights_of(network), WEIGHTS), *offers]
        if takes(kind, MOMENTUM, required=True):
            offers.append(Offer(float(settings.get("momentum", 0.0)), MOMENTUM))
        given, named = fit_arguments(f"{kind.__name__}.__init__", kind, offers)
        return call(self.handin, kind.__name__, kind, *given, **named)

    def _stepper(self, optimizer: Optimizer, model: Model) -> Any:
        """The hand-in's object: one for all models, unless it is built around a model."""
        for network, stepper in optimizer.steppers:
            if network is None or network is model.network:
                return stepper
        optimizer.steppers.append((model.network, self._build_optimizer(optimizer, model.network)))
        return optimizer.steppers[-1][1]

    def update(self, optimizer: Optimizer, model: Model) -> None:
        """One step of the hand-in's optimizer with the gradients that the model now holds."""
        stepper = self._stepper(optimizer, model)
        if self._train_regularizes(stepper):
            self._call_on_model(stepper, PENALTY, optimizer, model)
        self._call_on_model(stepper, UPDATE, optimizer, model)

    def stepper(self, model: Model, optimizer: Optimizer) -> Callable[[Array, Array], dict[str, Any]]:
        """One step of training on a batch, with every name looked up once; a long training asks for thousands."""
        slowly = partial(self._step, model, optimizer)
        acting = self._stepper(optimizer, model)
        update = find_method(acting, UPDATE)
        if update is None or self._separate_backward(model) or self._train_regularizes(acting):
            return slowly
        moved = fit_arguments("update", update, [Offer(model.network, NETWORK, "model")])
        if moved != ([model.network], {}):
            return slowly  # it wants more than its model

        forward = self._caller(model, "train")

        def step(X: Array, y: Array) -> dict[str, Any]:
            answer, rest = self._read_result(model, forward(X, y), y)
            if rest:
                self._gradients(model, rest)
            call(self.handin, "update", update, model.network)
            return answer

        return step

    def _step(self, model: Model, optimizer: Optimizer, X: Array, y: Array) -> dict[str, Any]:
        answer = self.evaluate(model, X, y, mode="train", gradients=False)
        self.update(optimizer, model)
        return answer

    def _train_regularizes(self, stepper: Any) -> bool:
        """Whether the hand-in's training loop, and not its update, calls the penalty."""
        if "penalty" not in self._plans:
            penalty = find_method(stepper, PENALTY)
            name = getattr(penalty, "__name__", "")
            inside = mentioned(self.handin, type(stepper), UPDATE)
            names = {base.__name__ for base in type(stepper).__mro__}
            own = {definition for definition in self.handin.definitions if definition.name in names}
            others = [item for item in self.handin.definitions if item not in own and item.path in self._graded_paths()]
            outside = any(name in methods_called(item.node) for item in others)
            self._plans["penalty"] = bool(name) and name not in inside and outside
        return self._plans["penalty"]

    def _graded_paths(self) -> set[str]:
        """The files beside the batches and the optimizer that may hold a training loop."""
        folders = {definition.path.rpartition("/")[0] for definition in self.found.values()}
        beside = {path for path in self.handin.sources if path.rpartition("/")[0] in folders}
        return beside | {path for path in self.handin.sources if path.rpartition("/")[2] in ("main.py", "train.py")}

    def _call_on_model(self, stepper: Any, names: Sequence[str], optimizer: Optimizer, model: Model) -> Any:
        method = find_method(stepper, names)
        if method is None:
            raise Missing(f"{type(stepper).__name__} has no method {names[0]}.")
        what = f"{type(stepper).__name__}.{getattr(method, '__name__', names[0])}"
        offers = [
            Offer(model.network, NETWORK, "model"),
            Offer(self._held_gradients(model), GRADIENTS, "gradients"),
            Offer(_weights_of(model.network), WEIGHTS, "weights"),
            Offer(float(optimizer.settings.get("learning_rate", 1e-4)), RATE, "learning_rate"),
            Offer(float(optimizer.settings.get("reg", 0.0)), PENALTY_RATE, "reg"),
        ]
        given, named = fit_arguments(what, method, offers)
        return call(self.handin, what, method, *given, **named)

    def _held_gradients(self, model: Model) -> Any:
        """The object in which the hand-in keeps its gradients, or a dictionary of those that it returned."""
        for path in self._gradient_paths.get(model.kind, {}).values():
            held = get(model.network, path[:-1], None)
            if isinstance(held, (dict, list)):
                return held
        keys = self._returned_keys.get(model.kind) or {}
        form = {name: own_form(model.network, model.layout, name, array) for name, array in model.returned.items()}
        return {keys.get(name, last(model.layout.places[name].path)): array for name, array in form.items()}

    def penalty(self, optimizer: Optimizer, model: Model) -> dict[str, Array]:
        """What the L2 penalty adds to each gradient: after minus before, at known gradients."""
        stepper = self._stepper(optimizer, model)
        start = self.parameters(model)
        given = _known_gradients(start)
        try:
            if find_method(stepper, PENALTY) is None:
                return self._penalty_by_steps(optimizer, model, start, given)
            self.give_gradients(model, given)
            given = self._gradients_now(model)  # as the hand-in's dtype keeps them
            result = self._call_on_model(stepper, PENALTY, optimizer, model)
            after = self._gradients_now(model)
            if _same(after, given) and result is not None:
                came = returned_arrays(result, tuple(model.layout.places))
                after = canonical_gradients(model.network, model.layout, came) or after
            return {name: _difference(after.get(name), before) for name, before in given.items()}
        finally:
            self.assign(model, start)

    def _gradients_now(self, model: Model) -> dict[str, Array]:
        return {**model.returned, **read_gradients(model.network, model.layout)}

    def _penalty_by_steps(
        self, optimizer: Optimizer, model: Model, start: dict[str, Array], given: dict[str, Array]
    ) -> dict[str, Array]:
        """Where nothing but update applies the penalty: the difference of a step with it and one without."""
        ends = []
        for reg in (float(optimizer.settings.get("reg", 0.0)), 0.0):
            self.assign(model, start)
            self.give_gradients(model, given)
            other = self.optimizer("sgd", {**optimizer.settings, "reg": reg, "learning_rate": 1.0})
            self.update(other, model)
            ends.append(self.parameters(model))
        return {name: _difference(ends[1].get(name), ends[0][name]) for name in start}

    # data

    def batches(self, X: Array, y: Array, batch_size: int, shuffle: bool, seed: int | None = None) -> list[list[Array]]:
        """The hand-in's batches, each as [inputs, labels]; an empty one is kept as it is."""
        function = self._part("utils")
        random.seed(seed)
        np.random.seed(seed)
        offers = [
            Offer(X, ROWS + r"|.*data.*|.*image.*", "data"),
            Offer(y, LABELS + r"|.*label.*|.*target.*", "label"),
            Offer(int(batch_size), BATCH_SIZE, "batch_size"),
            Offer(bool(shuffle), SHUFFLE, "shuffle"),
        ]
        if takes(function, SEED):
            offers.append(Offer(seed, SEED, "seed"))
        name = getattr(function, "__name__", "generate_batched_data")
        given, named = fit_arguments(name, function, offers)
        result = call(self.handin, name, function, *given, **named)
        batches: list[list[Array]] = call(self.handin, name, read_batches, result, name, 4 * len(X) + 16)
        return batches

    # a write-up's experiments

    def experiment(self, settings: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Train the model of these settings as the course does: pixels in 0…1, shuffled epochs, plain SGD."""
        X, y = data["X_train"], data["y_train"]
        white = float(data["white"])
        sizes = {"inputs": X.shape[1], "hidden": int(settings["hidden"]), "classes": int(data["classes"])}
        model = self.build(settings["model"], sizes)
        step = self.stepper(model, self.optimizer("sgd", settings))
        batches, notes = self._epochs(y, int(settings["batch_size"]), int(settings["seed"]))

        def after() -> dict[str, Any]:
            return {
                "valid loss": self._mean_loss(model, data["X_valid"], data["y_valid"], white),
                "valid": self._classes_of(model, data["X_valid"], white),
                "test": self._classes_of(model, data["X_test"], white),
            }

        told = learn(batches, lambda rows, labels: step(X[rows] / white, labels), after, int(settings["epochs"]))
        return {**told, "notes": notes}

    def _epochs(
        self, y: Array, batch_size: int, seed: int
    ) -> tuple[Callable[[int], list[tuple[Array, Array]]], list[str]]:
        """The batches of an epoch as the hand-in makes them, or in an order of our own where it does not."""

        def own(epoch: int) -> list[tuple[Array, Array]]:
            return own_order(y, batch_size, np.random.default_rng([seed, epoch]))

        def theirs(epoch: int) -> list[tuple[Array, Array]]:
            rows = np.arange(len(y), dtype=np.float64)[:, None]  # numbers of rows go through it like images
            made = self.batches(rows, y.copy(), batch_size, True, 1_000 * seed + epoch)
            return [(row_numbers(part), np.asarray(labels, np.int64).reshape(-1)) for part, labels in made]

        try:
            require_most_rows(theirs(0), len(y))
        except Exception as error:  # it loses points for that elsewhere; the curves are of the model
            return own, [f"Your own batches could not be used ({self.handin.told(error)}); rows were shuffled for you."]
        return theirs, []

    def _mean_loss(self, model: Model, X: Array, y: Array, white: float) -> float:
        parts = in_parts(lambda rows, labels: self.evaluate(model, rows / white, labels, EVALUATION)["loss"], X, y)
        return sum(count * float(np.mean(loss)) for count, loss in parts) / len(y)

    def _classes_of(self, model: Model, X: Array, white: float) -> Array:
        parts = in_parts(lambda rows: predicted(self.probabilities(model, rows / white)), X)
        return np.concatenate([part for _, part in parts])

    # helpers

    def softmax(self, scores: Array) -> Array:
        """(N, C) scores to (N, C) probabilities."""
        return self._values("softmax", scores)

    def cross_entropy(self, probabilities: Array, y: Array) -> float | Array:
        """The mean cross-entropy of (N, C) probabilities and (N,) labels."""
        return number(self._helper("cross_entropy", probabilities, y), "What cross_entropy_loss returned")

    def accuracy(self, probabilities: Array, y: Array) -> float | Array:
        """The share of rows predicted right."""
        return number(self._helper("accuracy", probabilities, y), "What compute_accuracy returned")

    def sigmoid(self, x: Array) -> Array:
        """The sigmoid of any array."""
        return self._values("sigmoid", x)

    def sigmoid_derivative(self, x: Array) -> Array:
        """The slope of the sigmoid at x, the value before the activation."""
        return self._values("sigmoid_derivative", x)

    def relu(self, x: Array) -> Array:
        """The ReLU of any array."""
        return self._values("relu", x)

    def relu_derivative(self, x: Array) -> Array:
        """The slope of the ReLU at x."""
        return self._values("relu_derivative", x)

    def replace(self, helper: str, function: Callable[..., Any]) -> None:
        """Put a function in the place of the hand-in's own helper, wherever that is called from."""
        for definition in self.found.values():
            with suppress(Exception):  # what cannot be loaded says so when it is asked for
                self.handin.load(definition)
        replace_helpers(self.handin, HELPERS[helper], function, _takes(helper), _labels_first)

    def _values(self, helper: str, x: Array) -> Array:
        return numbers(self._helper(helper, np.array(x)), f"What {HELPERS[helper][0]} returned")

    def _helper(self, helper: str, *arguments: Array) -> Any:
        function = self._find_helper(helper)
        if len(arguments) == 2 and _labels_first(function):
            arguments = arguments[::-1]
        return call(self.handin, HELPERS[helper][0], function, *arguments)

    def _find_helper(self, helper: str) -> Callable[..., Any]:
        """A method of the base class or of a model, else a function outside of classes."""
        names = HELPERS[helper]
        instance = self._instance()
        method = find_method(instance, names) if instance is not None else None
        if method is not None:
            return without_self(method, _takes(helper))
        near = next(
            (self.found[part].path for part in ("base", "two-layer", "softmax-regression") if part in self.found), ""
        )
        return self.handin.find_function(names, near=near, strict=True)

    def _instance(self) -> Any:
        """An object of the base class if one can be built, else one of a model."""
        if self._shared is None:
            self._shared = next(self._instances(), None)
        return self._shared

    def _instances(self) -> Iterator[Any]:
        errors: list[Exception] = []
        for part in ("base", "two-layer", "softmax-regression"):
            if part not in self.found:
                continue
            try:
                yield self._construct(part, {"inputs": 784, "hidden": 128, "classes": 10})
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]


# sizes


def _shapes(model: str, sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    D, C = sizes["inputs"], sizes["classes"]
    if model == "softmax-regression":
        return {"W1": (D, C)}
    H = sizes["hidden"]
    return {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}


def _takes(helper: str) -> int:
    """How many arrays a helper works on."""
    return 2 if helper in ("cross_entropy", "accuracy") else 1


def _labels_first(function: Any) -> bool:
    """Whether a function of probabilities and labels takes them the other way round."""
    return takes_first(function, LABELS, GUESSES)


def _same(one: Mapping[str, Array], other: Mapping[str, Array]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def _difference(after: Array | None, before: Array) -> Array:
    """After minus before; where the shape has changed, what is there now, so that it can be seen."""
    if after is None:
        raise Unusable("After the regularization a gradient is missing.")
    return after - before if after.shape == before.shape else after


def _known_gradients(parameters: Mapping[str, Array]) -> dict[str, Array]:
    rng = np.random.RandomState(7)
    return {name: rng.standard_normal(np.shape(value)) / 64 for name, value in parameters.items()}


def _some_batch(sizes: Mapping[str, int]) -> tuple[Array, Array]:
    rng = np.random.RandomState(5)
    rows = 2 * sizes["classes"]
    return rng.standard_normal((rows, sizes["inputs"])), np.arange(rows, dtype=np.int64) % sizes["classes"]


def _without_anonymous(function: Any, offers: list[Offer]) -> list[Offer]:
    """Leave out the second way of telling the mode unless the function has a parameter for it."""
    by_mode, by_flag = takes(function, MODE), takes(function, TRAINING)
    return [offer for offer in offers if not (offer.pattern == TRAINING and (by_mode or not by_flag))]


def _weights_of(network: Any) -> Any:
    """The object in which a model keeps its parameters, where it is one dictionary or list."""
    for name in ("weights", "params", "parameters"):
        if name in namespace(network):
            return namespace(network)[name]
    return network


_NO_PROBABILITIES = "No probabilities could be seen: forward calls neither softmax nor compute_accuracy of the hand-in."
