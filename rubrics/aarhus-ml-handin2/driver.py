"""How hand-ins of the Aarhus machine learning course, hand-in 2, are called, whatever they call and keep.

N is the number of rows in a batch, D of inputs, H of hidden units, C of classes. Inside the grader parameters are
always W1 (D, H), b1 (H,), W2 (H, C), b2 (C,); a hand-in keeps its biases as rows (1, H) and (1, C). The model "net" is
the network without weight decay, "net-with-decay" the same with it.
"""

from __future__ import annotations

import ast
import copy
import inspect
import itertools
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.worker.batching import in_order
from grader.worker.calling import Array, Offer, call, fit_arguments, number, numbers, parameters_of
from grader.worker.handin import Definition, HandIn, Missing, Part, Unusable, likeness, spelled
from grader.worker.histories import entries, named_series
from grader.worker.holding import namespace
from grader.worker.learning import in_parts
from grader.worker.methods import find_method

NET = Part(
    "class",
    (
        "NetClassifier",
        "NeuralNetClassifier",
        "NetworkClassifier",
        "NeuralNetworkClassifier",
        "NNClassifier",
        "NeuralNetwork",
        "NeuralNet",
        "MLPClassifier",
    ),
    ("net_classifier", "net", "neural_net", "classifier"),
    methods=("cost_grad", "fit"),
)
METHODS = {
    "cost-grad": ("cost_grad", "cost_gradient", "cost_and_grad", "cost_and_gradient", "loss_grad", "loss_and_grad"),
    "fit": ("fit", "train"),
    "predict": ("predict", "predict_labels", "predict_classes"),
    "score": ("score", "accuracy", "compute_accuracy", "get_score"),
}
HELPERS = {
    "relu": ("relu", "ReLU", "_relu", "relu_function"),
    "softmax": ("softmax", "_softmax", "stable_softmax", "soft_max", "softmax_function"),
    "one_hot": (
        "one_in_k_encoding",
        "one_hot",
        "onehot",
        "one_hot_encode",
        "one_hot_encoding",
        "to_one_hot",
        "one_in_k",
    ),
    "initial": ("get_init_params", "init_params", "initialize_params", "get_initial_params", "initial_params"),
}
DECAY = {"net": 0.0, "net-with-decay": 0.3}
NAMES = ("W1", "b1", "W2", "b2")

INPUTS = r"(n_?)?(in(put)?s?(dim|size|shape)?|features?)|d|dim|dimin|sizein"
HIDDEN = r".*hid.*|h|nh|m"
CLASSES = r"(n_?|num)?(out(put)?s?(dim|size|shape)?|class(es)?|labels?)|c|k"
_TRAIN, _VAL = r"(train(ing)?|tr)", r"(val(id(ation)?)?|dev|test|te|v)"
ROWS = r"x|xs|data|inputs?|images?|xbatch|batch|xb"
LABELS = r"y|ys|labels?|targets?|t|ytrue|ybatch|yb"
X_TRAIN, Y_TRAIN = rf"x{_TRAIN}|{_TRAIN}(x|data|images)|{ROWS}", rf"y{_TRAIN}|{_TRAIN}(y|labels)|{LABELS}"
X_VAL, Y_VAL = rf"x{_VAL}|{_VAL}(x|data|images)", rf"y{_VAL}|{_VAL}(y|labels)"
PARAMS = r"(init(ial)?)?(params?|parameters|weights|theta|w|p)0?"
COEFFICIENT = (
    r"c|reg(ulari[sz]ation)?(strength|coeff?(icient)?|rate|param(eter)?)?|la?m(b?da|bd)?|(weight)?decay|wd|l2(reg)?"
)
BATCH = r"(mini)?(batch)?_?size|batch|bs|minibatch|n"
RATE = r"learningrate|lr|eta|alpha|stepsize|rate"
EPOCHS = r"(n|num|max|number(of)?)?(epochs?|iter(ation)?s?)"

EPOCHS_RUN = 5
_MOST_ROWS, _HALVINGS = 64, 16
_MOST_IN_LOSS = 10_000  # training rows whose mean loss is told; asking for a cost costs a backward pass as well
Container = Any  # a dictionary, list, tuple or object with the four parameters, in the hand-in's own form


@dataclass(frozen=True)
class Slot:
    """Where and how a hand-in keeps one parameter in its dictionary, list or tuple of them."""

    key: Any
    transposed: bool = False
    shape: str = "row"  # of a bias: "row" (1, n), "column" (n, 1) or "flat" (n,)

    def own(self, value: Array) -> Array:
        """A canonical value in the hand-in's form."""
        if value.ndim == 2:
            return np.array(value.T if self.transposed else value, order="C")
        return value.reshape({"row": (1, -1), "column": (-1, 1), "flat": (-1,)}[self.shape]).copy()

    def canonical(self, kept: Array, shape: tuple[int, ...]) -> Array:
        """What is kept, in the canonical form; as it is, where its form does not fit."""
        if len(shape) == 2:
            return kept.T.copy() if self.transposed and kept.ndim == 2 else kept
        fits = kept.shape in {(1, *shape), shape, (*shape, 1) if self.shape == "column" else shape}
        return kept.reshape(-1) if fits else kept


@dataclass
class Model:
    """A network of the hand-in, its parameters in the hand-in's form, and what the next update is to go by."""

    network: Any
    sizes: dict[str, int]
    c: float
    params: Container = None
    batch: tuple[Array, Array] | None = None
    given: dict[str, Array] | None = None


@dataclass(frozen=True)
class Schedule:
    """The settings of one run of fit."""

    batch_size: int
    lr: float
    c: float = 0.0
    epochs: int = 1


@dataclass
class Call:
    """What one call of a function of the hand-in was given: rows, their labels, and parameters."""

    function: str
    X: Array
    y: Array
    place: dict[str, Array] | None


@dataclass
class Run:
    """A training run on one batch: the parameters before it and after each epoch, and what fit left behind."""

    model: Model
    path: list[dict[str, Array]]
    kept: dict[str, Array]
    seen: list[dict[str, Array]] = field(default_factory=list)  # the parameters that could be seen on the way
    series: dict[str, list[Array]] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)  # of curves that do not have an entry for each epoch


class Driver:
    """The vocabulary of all checks, spoken to one hand-in."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self._slots: dict[str, Slot] | None = None
        self._initial_container: Container = None
        self._drops_last: bool | None = None  # found out once
        self._holes: bool | None = None  # likewise
        self._order: tuple[str, ...] = NAMES  # in which gradients without names come

    # structure

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files are broken."""
        broken = [{"where": item.where, "message": item.message} for item in self.handin.broken()]
        definition = self._definition()
        if definition is None:
            lost = dict.fromkeys(("net", *METHODS), f"No class {NET.names[0]} was found.")
            return {"found": {}, "missing": lost, "broken": broken, "signatures": []}
        found, signatures = {"net": str(definition)}, []
        try:
            kind = self.handin.load(definition)
        except SyntaxError:
            kind = None
        except Exception as error:
            kind = None
            broken.append(
                {"where": self.handin.last_frame(error) or definition.path, "message": self.handin.told(error)}
            )
        for part, names in METHODS.items():
            name = (
                _name_of(kind, names) if kind else next((m for m in definition.methods if likeness(m, names, True)), "")
            )
            if name:
                found[part] = f"{definition.name}.{name}"
                signatures.append(f"{part}: {name}({_written(definition, name)})")
        missing = {
            part: f"{definition.name} has no method {names[0]}." for part, names in METHODS.items() if part not in found
        }
        return {"found": found, "missing": missing, "broken": broken, "signatures": signatures}

    def imported(self) -> dict[str, str]:
        """The packages that the graded file imports, by name, and where."""
        definition = self._definition()
        return self.handin.imported_packages([definition.path]) if definition else {}

    def _definition(self) -> Definition | None:
        return self.handin.locate({"net": NET}).get("net")

    def _network(self, sizes: Mapping[str, int]) -> Any:
        definition = self._definition()
        if definition is None:
            self.handin.refuse(NET)
        kind = self.handin.load(definition)
        given, named = fit_arguments(f"{kind.__name__}.__init__", kind, _size_offers(sizes))
        return call(self.handin, kind.__name__, kind, *given, **named)

    # models

    def build(self, model: str, sizes: dict[str, int]) -> Model:
        """A network of the hand-in, with parameters of zero until others are assigned."""
        made = Model(self._network(sizes), dict(sizes), DECAY[model])
        self.assign(made, {name: np.zeros(shape) for name, shape in _shapes(sizes).items()})
        return made

    def parameters(self, model: Model) -> dict[str, Array]:
        """Copies of the parameters by their canonical names."""
        return self._canonical(model.params, model.sizes)

    def assign(self, model: Model, parameters: dict[str, Array]) -> None:
        """Set the parameters."""
        model.params = self._own(parameters)

    def _own(self, parameters: Mapping[str, Array]) -> Container:
        slots = self._layout()
        kept = {slots[name].key: slots[name].own(np.array(value)) for name, value in parameters.items()}
        return _filled(self._initial_container, kept)

    def _canonical(self, container: Container, sizes: Mapping[str, int]) -> dict[str, Array]:
        slots, shapes, kept = self._layout(), _shapes(sizes), _by_parameter(container, self._layout())
        return {name: slot.canonical(_array(kept[name], name), shapes[name]) for name, slot in slots.items()}

    def _is_container(self, value: Any, sizes: Mapping[str, int]) -> bool:
        """Whether a value holds the four parameters in the hand-in's own shapes."""
        if value is None or isinstance(value, (np.ndarray, np.generic, int, float, str, bytes, type)):
            return False
        try:
            seen = self._canonical(value, sizes)
        except (LookupError, TypeError, Unusable):
            return False
        return all(seen[name].shape == shape for name, shape in _shapes(sizes).items())

    def _layout(self) -> dict[str, Slot]:
        """How the hand-in keeps its parameters: told by those it starts with, else by the names in its text."""
        if self._slots is None:
            initial = self._initial({"inputs": 13, "hidden": 8, "classes": 5})
            self._slots = _slots_of(initial) if initial is not None else None
            if self._slots is not None:
                self._initial_container = initial
            else:
                self._slots = {name: Slot(key) for name, key in zip(NAMES, self._keys_in_text(), strict=True)}
        return self._slots

    def _initial(self, sizes: Mapping[str, int]) -> Container:
        """What the hand-in's own function for initial parameters returns, or None."""
        function = None
        with suppress(Exception):
            function = self._function(HELPERS["initial"], None)
        if function is None:
            return None
        try:
            given, named = fit_arguments("get_init_params", function, _size_offers(sizes))
            return function(*given, **named)
        except Exception:  # parameters are handed over in the course's own form then
            return None

    def _keys_in_text(self) -> tuple[str, ...]:
        """The keys by which the file of the network asks a dictionary of parameters, else the course's own."""
        definition = self._definition()
        source = self.handin.sources.get(definition.path) if definition else None
        tree = ast.parse(source.text) if source and not source.broken else ast.Module([], [])
        asked = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
        keys = [node.slice.value for node in asked if isinstance(node.slice, ast.Constant)]
        written = [key for key in reversed(keys) if isinstance(key, str) and re.fullmatch(r"[WwBb]_?[12]", key)]
        named = {_name_in(key): key for key in written}
        return tuple(named.get(name, name) for name in NAMES)

    # cost and gradients

    def evaluate(self, model: Model, X: Array, y: Array, mode: str = "train", gradients: bool = True) -> dict[str, Any]:
        """The cost of a batch and, in mode "train", its gradients, as the hand-in gives them."""
        cost, found = self._cost_grad(model.network, X, y, model.params, model.c)
        model.batch, model.given = (np.array(X), np.array(y)), None
        answer: dict[str, Any] = {"loss": number(cost, "The cost that cost_grad returned")}
        if mode == "train" and gradients:
            answer["gradients"] = self._gradients(found, model.sizes)
        return answer

    def penalty(self, model: Model, X: Array, y: Array, c: float) -> dict[str, Any]:
        """What weight decay adds to the cost and to each gradient: with it minus without it."""
        seen = [self._cost_grad(model.network, X.copy(), y.copy(), model.params, each) for each in (c, 0.0)]
        costs = [number(cost, "The cost that cost_grad returned") for cost, _ in seen]
        with_c, without = (self._gradients(found, model.sizes) for _, found in seen)
        differences = {n: g - without[n] for n, g in with_c.items() if n in without and g.shape == without[n].shape}
        return {"cost": costs[0] - costs[1], **differences}

    def penalty_of_cost(self, model: Model, X: Array, y: Array, c: float) -> float | Array:
        """What weight decay adds to the cost."""
        costs = [self._cost_grad(model.network, X.copy(), y.copy(), model.params, each)[0] for each in (c, 0.0)]
        with_c, without = (number(cost, "The cost that cost_grad returned") for cost in costs)
        return with_c - without

    def _cost_grad(self, network: Any, X: Array, y: Array, params: Container, c: float) -> tuple[Any, Any]:
        return _cost_and_gradients(self._returned(network, X, y, params, c))

    def _returned(self, network: Any, X: Array, y: Array, params: Container, c: float) -> Any:
        """What cost_grad returns, in the hand-in's own form."""
        method = self._method(network, "cost-grad")
        offers = [
            Offer(X, X_TRAIN, "X"),
            Offer(y, Y_TRAIN, "y"),
            Offer(params, PARAMS, "params"),
            Offer(float(c), COEFFICIENT, "c"),
        ]
        given, named = fit_arguments("cost_grad", method, offers)
        if not any(value is params for value in (*given, *named.values())):
            network.params = params
        return call(self.handin, "cost_grad", method, *given, **named)

    def _gradients(self, found: Any, sizes: Mapping[str, int]) -> dict[str, Array]:
        slots, shapes = self._layout(), _shapes(sizes)
        if _is_list(found):
            self._order = _order_by_size(found, shapes) or self._order
        named = _by_name(found, self._order)
        arrays = {name: _array(value, f"The gradient of {name}") for name, value in named.items() if value is not None}
        return {name: slots[name].canonical(array, shapes[name]) for name, array in arrays.items()}

    def give_gradients(self, model: Model, gradients: dict[str, Array]) -> None:
        """Have the next update go by these gradients, as if the hand-in's own backward pass had computed them."""
        model.given, model.batch = {name: np.array(value) for name, value in gradients.items()}, None

    # fit

    def optimizer(self, name: str, settings: dict[str, float]) -> dict[str, float]:
        """The settings of fit: this course's optimizer is a part of it."""
        if name != "fit":
            raise Missing(f"This course has no optimizer {name}.")
        return dict(settings)

    def update(self, optimizer: dict[str, float], model: Model) -> None:
        """One epoch of fit on one batch, in a network of its own: a second fit is not what the course asks about."""
        X, y = model.batch or _some_batch(model.sizes)
        start, lr, c = self.parameters(model), optimizer["learning_rate"], optimizer.get("c", 0.0)
        network = self._network(model.sizes)
        if model.given is None:
            target = _moved(start, self._own_gradients(network, X, y, start, c, model.sizes), lr)
            held_out = self._improving(network, start, target, model.sizes)
            end = self._fit(network, start, (X, y), held_out, model.sizes, Schedule(len(X), lr, c))[0]
        else:
            end = self._epoch_with(model.given, network, (X, y), start, Schedule(len(X), lr, c), model.sizes)
        model.params = self._own(end)

    def _epoch_with(
        self,
        given: dict[str, Array],
        network: Any,
        data: tuple[Array, Array],
        start: dict[str, Array],
        schedule: Schedule,
        sizes: dict[str, int],
    ) -> dict[str, Array]:
        """Where fit goes with other gradients in the place of its own; weight decay stays the hand-in's."""
        (X, y), c = data, schedule.c
        target = _moved(start, _sum(given, self._decay(network, X, y, start, c, sizes)), schedule.lr)
        held_out = self._improving(network, start, target, sizes)
        with self._replaced(network, given, sizes):
            end = self._fit(network, start, data, held_out, sizes, schedule)[0]
        own = self._own_gradients(network, X, y, start, c, sizes)  # of a fit with a backward pass of its own in it
        expected = _moved(start, own, schedule.lr)
        return {name: target[name] if _close(end[name], expected[name], start[name]) else end[name] for name in end}

    def _improving(
        self, network: Any, start: dict[str, Array], target: dict[str, Array], sizes: Mapping[str, int]
    ) -> tuple[Array, Array]:
        """Rows on which the target is right and the start is wrong, by the hand-in's own predictions and costs.

        With them for validation it does not matter whether fit also counts the parameters that it began with.
        """
        X = np.random.RandomState(11).standard_normal((256, sizes["inputs"]))
        try:
            X = self._near_boundaries(network, start, X)
            before, after = (self._labels(network, X.copy(), self._own(place)) for place in (start, target))
            y = np.clip(after, 0, sizes["classes"] - 1).astype(np.int64)
            changed = np.flatnonzero(before != after)[:_MOST_ROWS]
            costs = np.array(
                [[self._cost_of(network, place, X[[i]], y[[i]]) for i in changed] for place in (target, start)]
            )
        except Exception:  # predictions and costs are judged elsewhere
            return X, np.arange(len(X), dtype=np.int64) % sizes["classes"]
        better = changed[costs[0] < costs[1]] if len(changed) else changed
        chosen = better if len(better) else changed if len(changed) else np.arange(len(X))
        return X[chosen], y[chosen]

    def _near_boundaries(self, network: Any, place: dict[str, Array], X: Array) -> Array:
        """The rows, and places between two of them where the prediction is about to change: small steps show there."""
        one, other = X[::2], X[1::2]
        labels = self._labels(network, one.copy(), self._own(place))
        for _ in range(_HALVINGS):
            middle = (one + other) / 2
            same = (self._labels(network, middle.copy(), self._own(place)) == labels)[:, None]
            one, other = np.where(same, middle, one), np.where(same, other, middle)
        return np.concatenate([X, one, other])

    def _cost_of(self, network: Any, place: Mapping[str, Array], X: Array, y: Array) -> float:
        """The hand-in's own cost without weight decay."""
        cost, _ = self._cost_grad(network, X.copy(), y.copy(), self._own(place), 0.0)
        return float(np.mean(number(cost, "The cost that cost_grad returned")))

    def _fit(
        self,
        network: Any,
        start: Mapping[str, Array],
        data: tuple[Array, Array],
        held_out: tuple[Array, Array],
        sizes: Mapping[str, int],
        schedule: Schedule,
    ) -> tuple[dict[str, Array], Any, Container]:
        """The parameters that fit keeps, what it returns, and what became of the initial ones that it was given."""
        if len(data[0]) == schedule.batch_size and self._leaves_out_the_last(sizes):
            with in_order():  # then the one batch that it works on holds each row once
                return self._fit_once(network, start, _twice(data), held_out, sizes, schedule)
        return self._fit_once(network, start, data, held_out, sizes, schedule)

    def _leaves_out_the_last(self, sizes: Mapping[str, int]) -> bool:
        """Whether fit does nothing with a single batch and something with two: that slip has a criterion of its own."""
        if self._drops_last is None:
            X, y = _some_batch(sizes)
            start, schedule = _some_parameters(sizes), Schedule(len(X), lr=0.01)

            def moves(data: tuple[Array, Array]) -> bool:
                network = self._network(sizes)
                return _distance(self._fit_once(network, start, data, (X, y), sizes, schedule)[0], start) > 0

            self._drops_last = False
            with suppress(Exception), _unwatched():  # what is wrong with fit is told by the call that follows
                self._drops_last = not moves((X, y)) and moves(_twice((X, y)))
        return self._drops_last

    def _fit_once(
        self,
        network: Any,
        start: Mapping[str, Array],
        data: tuple[Array, Array],
        held_out: tuple[Array, Array],
        sizes: Mapping[str, int],
        schedule: Schedule,
    ) -> tuple[dict[str, Array], Any, Container]:
        fit, params = self._method(network, "fit"), self._own(start)
        offers = [
            Offer(held_out[0].copy(), X_VAL, "X_val"),
            Offer(held_out[1].copy(), Y_VAL, "y_val"),
            Offer(data[0].copy(), X_TRAIN, "X_train"),
            Offer(data[1].copy(), Y_TRAIN, "y_train"),
            Offer(params, PARAMS, "init_params"),
            Offer(schedule.batch_size, BATCH, "batch_size"),
            Offer(schedule.lr, RATE, "lr"),
            Offer(schedule.c, COEFFICIENT, "c"),
            Offer(schedule.epochs, EPOCHS, "epochs"),
        ]
        order = [2, 3, 0, 1, 4, 5, 6, 7, 8] if not _tells_validation(fit) else list(range(9))
        given, named = fit_arguments("fit", fit, [offers[index] for index in order])
        if not any(value is params for value in (*given, *named.values())):
            network.params = params
        with self._filled_in(network, sizes):
            result = call(self.handin, "fit", fit, *given, **named)
        return self._canonical(self._kept(network, result, params, sizes), sizes), result, params

    def _kept(self, network: Any, result: Any, params: Container, sizes: Mapping[str, int]) -> Container:
        """The parameters that a network has after fit: its best ones, else its own, returned, or changed in place."""
        holders = namespace(network)
        for name in sorted(holders, key=lambda name: ("best" not in name.lower(), name != "params", name)):
            if self._is_container(holders[name], sizes) and not re.search(r"init|start|grad|last", name.lower()):
                return holders[name]
        for value in (network, result, *(result if isinstance(result, (tuple, list)) else ())):
            if self._is_container(value, sizes):
                return value
        return params

    def _own_gradients(
        self, network: Any, X: Array, y: Array, place: Mapping[str, Array], c: float, sizes: Mapping[str, int]
    ) -> dict[str, Array]:
        """The hand-in's own gradients, with zeros for what it does not give or gives in another shape."""
        zeros = {name: np.zeros(shape) for name, shape in _shapes(sizes).items()}
        try:
            found = self._gradients(self._cost_grad(network, X.copy(), y.copy(), self._own(place), c)[1], sizes)
        except Exception:  # the backward pass is judged elsewhere
            return zeros
        fitting = {name: value for name, value in found.items() if value.shape == zeros[name].shape}
        return {**zeros, **fitting}

    def _decay(
        self, network: Any, X: Array, y: Array, place: Mapping[str, Array], c: float, sizes: Mapping[str, int]
    ) -> dict[str, Array]:
        """What weight decay adds to the hand-in's own gradients."""
        if not c:
            return {name: np.zeros(shape) for name, shape in _shapes(sizes).items()}
        with_c, without = (self._own_gradients(network, X, y, place, each, sizes) for each in (c, 0.0))
        return {name: with_c[name] - without[name] for name in with_c}

    @contextmanager
    def _replaced(self, network: Any, given: dict[str, Array], sizes: Mapping[str, int]) -> Iterator[None]:
        """For a while cost_grad answers with given gradients, and with a cost that falls."""
        self._has_holes(sizes)  # a question for the hand-in's own
        method, form, calls = self._method(network, "cost-grad"), self._answer_form(network, sizes), itertools.count(1)

        def cost_grad(*asked: Any, **kwargs: Any) -> Any:
            X, y, place, c = self._asked_for(method, asked, kwargs, sizes)
            decay = self._decay(_Bound(method, network), X, y, place, c, sizes)
            if not isinstance(method(*asked, **kwargs), (tuple, list)):  # it was told to leave the gradients out
                return np.float64(1.0 / next(calls))
            return form(1.0 / next(calls), _sum(given, decay))

        with _in_place(network, method, cost_grad):
            yield

    @contextmanager
    def _filled_in(self, network: Any, sizes: Mapping[str, int]) -> Iterator[None]:
        """For a while gradients that cost_grad does not compute yet are zero, so that the rest of fit can be seen."""
        if not self._has_holes(sizes):
            yield
            return
        method, slots = self._method(network, "cost-grad"), self._layout()
        zeros = {name: slots[name].own(np.zeros(shape)) for name, shape in _shapes(sizes).items()}
        with _in_place(network, method, lambda *asked, **kwargs: self._whole(method(*asked, **kwargs), zeros)):
            yield

    def _has_holes(self, sizes: Mapping[str, int]) -> bool:
        """Whether cost_grad leaves some of its gradients None."""
        if self._holes is None:
            self._holes, (X, y) = False, _some_batch(sizes)
            with suppress(Exception), _unwatched():
                place = self._own(_some_parameters(sizes))
                found = _cost_and_gradients(self._returned(self._network(sizes), X, y, place, 0.0))[1]
                self._holes = found is None or any(each is None for each in entries(found).values())
        return self._holes

    def _whole(self, returned: Any, zeros: Mapping[str, Array]) -> Any:
        """What cost_grad returned, with zeros for gradients that are None."""
        if not isinstance(returned, (tuple, list)) or len(returned) < 2:
            return returned
        cost, found = _cost_and_gradients(returned)
        if isinstance(found, (tuple, list)):
            whole = [zeros[name] if each is None else each for name, each in zip(self._order, found, strict=True)]
            return (cost, *whole) if len(returned) > len(NAMES) else (cost, whole)
        named = {f"d_{name.lower()}": None for name in NAMES} if found is None else found
        return cost, {key: zeros.get(_name_in(key)) if each is None else each for key, each in named.items()}

    def _asked_for(
        self, method: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], sizes: Mapping[str, int]
    ) -> tuple[Array, Array, dict[str, Array], float]:
        """What a call of cost_grad is about, by the names of its parameters."""
        bound = inspect.signature(method).bind(*args, **kwargs)
        bound.apply_defaults()
        patterns = {"X": X_TRAIN, "y": Y_TRAIN, "params": PARAMS, "c": COEFFICIENT}
        found: dict[str, Any] = {}
        for parameter, value in bound.arguments.items():
            wanted = next(
                (n for n, p in patterns.items() if n not in found and re.fullmatch(p, spelled(parameter))), ""
            )
            found[wanted or parameter] = value
        X, y = np.array(found.get("X")), np.array(found.get("y"))
        zeros = {name: np.zeros(shape) for name, shape in _shapes(sizes).items()}
        place = self._canonical(found["params"], sizes) if self._is_container(found.get("params"), sizes) else zeros
        return X, y, place, float(found.get("c") or 0.0)

    def _answer_form(self, network: Any, sizes: Mapping[str, int]) -> Callable[[float, Mapping[str, Array]], Any]:
        """How the hand-in hands over a cost and gradients: as what, and under which keys or in which order."""
        X, y = _some_batch(sizes)
        slots, keys = self._layout(), {name: f"d_{name.lower()}" for name in NAMES}
        zeros = self._own({name: np.zeros(shape) for name, shape in _shapes(sizes).items()})
        listed, flat, shape = False, False, tuple[int, ...]()
        with suppress(Exception):  # one that fails is given the course's own keys
            returned = self._returned(network, X, y, zeros, 0.0)
            cost, found = _cost_and_gradients(returned)
            self._gradients(found, sizes)
            listed, flat, shape = not isinstance(found, Mapping), len(returned) > len(NAMES), np.shape(cost)
            keys.update({} if listed else {name: key for key in found if (name := _name_in(key))})

        def form(cost: float, gradients: Mapping[str, Array]) -> tuple[Any, ...]:
            own = {name: slots[name].own(gradients[name]) for name in self._order}
            told = np.full(shape, cost) if shape else np.float64(cost)
            if flat:
                return (told, *own.values())
            return told, tuple(own.values()) if listed else {keys[name]: value for name, value in own.items()}

        return form

    # what fit does in several epochs

    def batches(self, X: Array, y: Array, batch_size: int, shuffle: bool, seed: int | None = None) -> list[list[Array]]:
        """The batches of one epoch of fit as [inputs, labels], the first epoch, or that of the number `seed`.

        Row i of the inputs starts with i, and its label is i; fit gets i modulo the number of classes.
        """
        sizes = {"inputs": X.shape[1], "hidden": 3, "classes": 10}
        epoch = seed or 1
        network, start = self._network(sizes), {name: value * 1e-3 for name, value in _some_parameters(sizes).items()}
        rows = np.arange(len(X) + 3) % len(X)  # more than there are to train on: nobody takes them for a batch
        held_out = (-1.0 - X[rows], rows % sizes["classes"])
        with self._watching(sizes) as calls:
            data = (X, y % sizes["classes"])
            self._fit(network, start, data, held_out, sizes, Schedule(batch_size, lr=1e-9, epochs=epoch))
        seen = _training_batches(calls, len(X))
        if not seen:
            raise Unusable("No batches could be seen: fit hands no rows to cost_grad or another function.")
        _number_again(seen, len(X))
        each = -(-len(seen) // epoch)
        return [_numbered(call_, sizes["classes"]) for call_ in seen[(epoch - 1) * each : epoch * each]]

    @contextmanager
    def _watching(self, sizes: Mapping[str, int]) -> Iterator[list[Call]]:
        """What the hand-in's functions are called with for a while."""
        calls: list[Call] = []
        own = {id(vars(module)) for module in self.handin.modules()}

        def look(frame: Any, event: str, argument: Any) -> None:
            if event == "call" and id(frame.f_globals) in own:
                seen = self._call(frame.f_code.co_name, frame.f_locals, sizes)
                if seen is not None:
                    calls.append(seen)

        before = sys.getprofile()
        sys.setprofile(look)
        try:
            yield calls
        finally:
            sys.setprofile(before)

    def _call(self, function: str, given: Mapping[str, Any], sizes: Mapping[str, int]) -> Call | None:
        arrays = [value for value in given.values() if isinstance(value, np.ndarray)]
        X = next((a for a in arrays if a.ndim == 2 and a.shape[1] == sizes["inputs"] and a.dtype.kind in "fiu"), None)
        if X is None:
            return None
        held = [*given.values(), *namespace(given.get("self")).values()]
        place = next((value for value in held if self._is_container(value, sizes)), None)
        y = next((found for a in arrays if a is not X and (found := _labels_in(a, len(X))) is not None), np.zeros(0))
        return Call(function, np.array(X), y, None if place is None else self._canonical(place, sizes))

    def distance_after_several_epochs(self, model: Model, X: Array, y: Array, lr: float) -> float:
        """How far fit is from steps of the hand-in's own gradients after some epochs, relative to the way."""
        run = self._run(model, (X, y), (X, y), lr, model.c)
        steps = self._steps(model, X, y, lr, model.c)
        ways = {name: max(float(np.abs(steps[-1][name] - steps[0][name]).max()), 1e-12) for name in NAMES}
        at_end = [max(float(np.abs(place[n] - steps[-1][n]).max()) / ways[n] for n in NAMES) for place in run.seen]
        return round(min(at_end), 6)  # but for rounding it is zero

    def epochs_from_the_best(self, model: Model, X: Array, y: Array, lr: float, falling: bool) -> float:
        """How many epochs lie between the parameters that fit keeps and those with the best validation.

        Best by the loss, with or without weight decay, or by the accuracy. With `falling` the labels of training
        contradict those of validation, so that every epoch is worse than the one before.
        """
        labels = self._labels(model.network, X.copy(), model.params)
        labels = np.clip(labels, 0, model.sizes["classes"] - 1).astype(np.int64)
        trained = (labels + 1) % model.sizes["classes"] if falling else y
        held_out = (X, labels if falling else y)
        run = self._telling_run(model, (X, trained), held_out, lr)
        distances = [_distance(place, run.kept) for place in run.path]
        if min(distances) > 1e-6:
            raise Unusable("The parameters that fit keeps are those of none of its epochs.", _COPIES)
        best = self._best(run, held_out)
        return float(min(abs(int(np.argmin(distances)) - epoch) for epoch in best))

    def _telling_run(self, model: Model, data: tuple[Array, Array], held_out: tuple[Array, Array], lr: float) -> Run:
        """A run along which the accuracy changes: where it does not, choosing by it is choosing any epoch."""
        for larger in (1, 2, 4, 8, 16):
            run = self._run(model, data, held_out, larger * lr, model.c)
            if len({self._measured(run, held_out, place, "accuracy") for place in run.path[1:]}) > 1:
                break
        return run

    def _best(self, run: Run, held_out: tuple[Array, Array]) -> set[int]:
        """The epochs that are best by one measure or another; that before the first only where it is better."""
        best: set[int] = set()
        for kind in ("loss", "decayed", "accuracy"):
            sign = -1.0 if kind == "accuracy" else 1.0
            values = [sign * self._measured(run, held_out, place, kind) for place in run.path]
            if np.isfinite(values).all():
                after = [epoch for epoch in range(1, len(values)) if values[epoch] <= min(values[1:]) + 1e-12]
                best |= {0} if values[0] <= min(values[1:]) else set()
                best |= set(after) if kind != "accuracy" or len(after) < len(values) - 1 else set()
        return best or set(range(1, len(run.path)))

    def history(
        self, model: Model, X: Array, y: Array, X_val: Array, y_val: Array, lr: float, name: str
    ) -> dict[str, float]:
        """The share of right entries in one of the four curves, by the hand-in's own cost or predictions."""
        run = self._run(model, (X, y), (X_val, y_val), lr, model.c)
        if not run.series.get(name) and name in run.lengths:
            entries_ = "one entry" if run.lengths[name] == 1 else f"{run.lengths[name]} entries"
            raise Unusable(f"After {EPOCHS_RUN} epochs the history of the {name} has {entries_}.", _HISTORY)
        if not run.series.get(name):
            raise Missing(f"After fit there is no history of the {name}.", _HISTORY)
        part, _, kind = name.partition(" ")
        data = (X, y) if part == "training" else (X_val, y_val)
        kinds = ("loss", "decayed") if kind == "loss" else (kind,)
        rows = [[self._measured(run, data, place, each) for place in run.path] for each in kinds]
        if kind == "loss" and np.ptp(rows[0]) == 0:
            raise Unusable("The loss does not change during fit, so that its history tells nothing.")
        return {
            f"share of right entries in the {name}": max(_share_right(each, rows, part) for each in run.series[name])
        }

    def _measured(self, run: Run, data: tuple[Array, Array], place: Mapping[str, Array], kind: str) -> float:
        """The hand-in's own loss, without or with weight decay, or its own accuracy."""
        network, (X, y) = run.model.network, data
        if kind == "accuracy":
            return float(np.mean(self._labels(network, X.copy(), self._own(place)) == y))
        c = run.model.c if kind == "decayed" else 0.0
        cost = self._cost_grad(network, X.copy(), y.copy(), self._own(place), c)[0]
        return float(np.mean(number(cost, "The cost")))

    def _run(self, model: Model, data: tuple[Array, Array], held_out: tuple[Array, Array], lr: float, c: float) -> Run:
        """Some epochs of fit on one batch, with the way that its parameters went."""
        start, network = self.parameters(model), self._network(model.sizes)
        before = dict(_numbers_kept(network))
        with self._watching(model.sizes) as calls:
            schedule = Schedule(len(data[0]), lr, c, EPOCHS_RUN)
            end, result, _ = self._fit(network, start, data, held_out, model.sizes, schedule)
        path = [start]
        for each in calls:
            if each.place is not None and all(_distance(each.place, place) > 0 for place in path):
                path.append(each.place)
        seen = [*path[1:], end]
        rests = len(path) == 1 and _distance(start, end) == 0
        added = [*_added(network, before), *named_series(result)]
        curves = _curves(added, EPOCHS_RUN)
        stops_early = not curves and 2 < len(path) <= EPOCHS_RUN and bool(curves := _curves(added, len(path) - 1))
        if len(path) != EPOCHS_RUN + 1 and not stops_early:
            path = self._steps(model, *data, lr, c)
        if rests or _distance(path[0], path[-1]) == 0:
            raise Unusable("Fit leaves the parameters where they were.", "Is there a step for each batch?")
        lengths = {name: np.size(value) for path_, value in added for name in _quantities(path_)}
        return Run(model, path, end, seen, curves, lengths)

    def _steps(self, model: Model, X: Array, y: Array, lr: float, c: float) -> list[dict[str, Array]]:
        """The way of gradient descent by the hand-in's own gradients."""
        path = [self.parameters(model)]
        for _ in range(EPOCHS_RUN):
            own = self._own_gradients(model.network, X, y, path[-1], c, model.sizes)
            path.append(_moved(path[-1], own, lr))
        return path

    def change_of_initial_parameters(self, model: Model, X: Array, y: Array) -> float:
        """By how much fit changes the initial parameters that it is given."""
        start = self.parameters(model)
        schedule = Schedule(len(X), lr=0.1, epochs=2)
        given = self._fit(self._network(model.sizes), start, (X, y), (X, y), model.sizes, schedule)[2]
        return _distance(self._canonical(given, model.sizes), start)

    def train(
        self,
        model: str,
        sizes: dict[str, int],
        parameters: dict[str, Array],
        optimizer: str,
        settings: dict[str, float],
        X: Array,
        y: Array,
        order: Array,
        batch_size: int,
        X_held_out: Array,
    ) -> dict[str, Any]:
        """Fit for an epoch at a time, each from where the last one ended, and predict unlabelled rows after each.

        The first tenth of the rows of each epoch is for validation.
        """
        told: dict[str, list[Any]] = {"loss": [], "accuracy": [], "predictions": []}
        place, options = dict(parameters), self.optimizer(optimizer, settings)
        network = self._network(sizes)
        for rows in order:
            cut = len(rows) // 10
            train, held_out = (X[rows[cut:]], y[rows[cut:]]), (X[rows[:cut]], y[rows[:cut]])
            schedule = Schedule(batch_size, options["learning_rate"], options.get("c", 0.0))
            place, result, _ = self._fit(network, place, train, held_out, sizes, schedule)
            curves = _curves([*_numbers_kept(network), *named_series(result)], 1)
            for name in ("loss", "accuracy"):
                found = curves.get(f"training {name}")
                told[name].append(float(found[0][-1]) if found else float("nan"))
            told["predictions"].append(self._labels(network, X_held_out.copy(), self._own(place)))
        return {**told, "predictions": np.array(told["predictions"], dtype=np.int64)}

    # a write-up's experiment

    def experiment(self, settings: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Fit for an epoch at a time as the course does: pixels divided by 256, its initial weights, decay as set.

        Which epoch is the best is found outside, by the predictions after each.
        """
        white = float(data["white"]) + 1.0
        X, y = data["X_train"] / white, data["y_train"]
        held_out = (data["X_valid"] / white, data["y_valid"])
        sizes = {"inputs": X.shape[1], "hidden": int(settings["hidden"]), "classes": int(data["classes"])}
        schedule = Schedule(int(settings["batch_size"]), float(settings["learning_rate"]), float(settings["c"]))
        network, place = self._network(sizes), _initial_parameters(sizes, int(settings["seed"]))
        history: dict[str, list[float]] = {"train loss": [], "valid loss": []}
        predictions: dict[str, list[Array]] = {"train": [], "valid": [], "test": []}
        if not _is_both(data):
            predictions["in-sample"] = []
        taken_back = 0
        np.random.seed(int(settings["seed"]))
        for _ in range(int(settings["epochs"])):
            before, (place, *_) = place, self._fit(network, place, (X, y), held_out, sizes, schedule)
            taken_back += _distance(before, place) == 0
            history["train loss"].append(self._mean_loss(network, place, X[:_MOST_IN_LOSS], y[:_MOST_IN_LOSS]))
            history["valid loss"].append(self._mean_loss(network, place, *held_out))
            for name, found in predictions.items():
                found.append(self._labels_in_parts(network, place, data[f"X_{name}"], white))
        told = {name: np.array(found, dtype=np.int64) for name, found in predictions.items()}
        told.setdefault("in-sample", np.concatenate([told["train"], told["valid"]], axis=1))
        notes = [f"In {taken_back} epochs fit went back to where it began."] if taken_back else []
        return {"epochs": int(settings["epochs"]), "history": history, "predictions": told, "notes": notes}

    def _mean_loss(self, network: Any, place: Mapping[str, Array], X: Array, y: Array) -> float:
        """The hand-in's own cost without weight decay, over all rows."""

        def cost(rows: Array, labels: Array) -> float:
            told = self._cost_grad(network, rows.copy(), labels.copy(), self._own(place), 0.0)[0]
            return float(np.mean(number(told, "The cost that cost_grad returned")))

        return float(sum(count * each for count, each in in_parts(cost, X, y)) / len(y))

    def _labels_in_parts(self, network: Any, place: Mapping[str, Array], X: Array, white: float) -> Array:
        parts = in_parts(lambda rows: self._labels(network, rows / white, self._own(place)), X)
        return np.concatenate([labels for _, labels in parts])

    # predictions

    def predict(self, model: Model, X: Array) -> Array:
        """The predicted labels (N,), whether they come as a vector, a row or a column."""
        return self._predicted(model.network, X.copy(), model.params)

    def predict_kept(self, model: Model, X: Array, y: Array) -> float:
        """The share of rows that predict, given no parameters after fit, labels as with those that fit kept."""
        network = self._network(model.sizes)
        schedule = Schedule(len(X), lr=0.5, epochs=3)
        kept = self._fit(network, self.parameters(model), (X, y), (X, y), model.sizes, schedule)[0]
        own = self._labels(network, X.copy(), None)
        return float(np.mean(own == self._labels(network, X.copy(), self._own(kept))))

    def score(self, model: Model, X: Array, y: Array) -> float | Array:
        """The accuracy that score returns."""
        score = self._method(model.network, "score")
        offers = [Offer(X, X_TRAIN, "X"), Offer(y, Y_TRAIN, "y"), Offer(model.params, PARAMS, "params")]
        given, named = fit_arguments("score", score, offers)
        if not any(value is model.params for value in (*given, *named.values())):
            model.network.params = model.params
        return number(call(self.handin, "score", score, *given, **named), "What score returned")

    def _labels(self, network: Any, X: Array, params: Container | None) -> Array:
        """One predicted label for each row, to go by."""
        labels = self._predicted(network, X, params)
        if labels.shape != (len(X),):
            shapes = f"{labels.shape}; {(len(X),)}"
            raise Unusable(f"predict returned an array of shape {shapes} was expected.", "One label for each row?")
        return labels

    def _predicted(self, network: Any, X: Array, params: Container | None) -> Array:
        predict = self._method(network, "predict")
        offers = [Offer(X, X_TRAIN, "X"), *([] if params is None else [Offer(params, PARAMS, "params")])]
        given, named = fit_arguments("predict", predict, offers)
        if params is not None and not any(value is params for value in (*given, *named.values())):
            network.params = params
        labels = numbers(call(self.handin, "predict", predict, *given, **named), "What predict returned")
        return labels.reshape(-1) if labels.shape in {(1, len(X)), (len(X), 1)} else labels

    # helpers

    def relu(self, x: Array) -> Array:
        """The ReLU of any array; where it has no function of its own, as the cost of a tiny net shows it."""
        function = self._helper("relu")
        if function is not None:
            try:
                made = call(self.handin, "relu", function, np.array(x))
            except (TypeError, ValueError):  # one for single numbers
                made = call(self.handin, "relu", np.vectorize(function, otypes=[float]), np.array(x))
            return numbers(made, "What relu returned")
        return np.array([self._relu_in_net(float(value)) for value in x.reshape(-1)]).reshape(x.shape)

    def _relu_in_net(self, x: float) -> float:
        """With one input, one unit and the scores (a, 0) the cost of the second class is log(1 + exp a)."""
        sizes = {"inputs": 1, "hidden": 1, "classes": 2}
        place = {"W1": np.ones((1, 1)), "b1": np.zeros(1), "W2": np.array([[1.0, 0.0]]), "b2": np.zeros(2)}
        cost = self._cost_at(place, np.array([[x]]), np.array([1]), sizes) * self._cost_factor(sizes)
        return float(np.log(np.expm1(cost)))

    def _cost_factor(self, sizes: Mapping[str, int]) -> float:
        """By what the cost is off: where all scores are equal it is log C, and a wrong factor is told elsewhere."""
        zeros = {name: np.zeros(shape) for name, shape in _shapes(sizes).items()}
        cost = self._cost_at(zeros, np.zeros((1, sizes["inputs"])), np.array([0]), sizes)
        right = float(np.log(sizes["classes"]))
        return right / cost if np.isfinite(cost) and cost > 0 and abs(cost - right) > 1e-3 * right else 1.0

    def softmax(self, scores: Array) -> Array:
        """(N, C) scores to (N, C) probabilities; where it has no function of its own, by the cost of each class."""
        function = self._helper("softmax")
        if function is not None:
            return numbers(call(self.handin, "softmax", function, np.array(scores)), "What softmax returned")
        rows, classes = scores.shape
        sizes = {"inputs": classes, "hidden": 2 * classes, "classes": classes}
        unit = np.eye(classes)  # a positive and a negative unit for each score let it through a ReLU
        place = {"W1": np.hstack([unit, -unit]), "b1": np.zeros(2 * classes), "W2": np.vstack([unit, -unit])}
        place["b2"] = np.zeros(classes)
        costs = [[self._cost_or_inf(place, row[None], np.array([c]), sizes) for c in range(classes)] for row in scores]
        return np.asarray(np.exp(-np.array(costs).reshape(rows, classes) * self._cost_factor(sizes)))

    def _cost_at(self, place: Mapping[str, Array], X: Array, y: Array, sizes: Mapping[str, int]) -> float:
        cost, _ = self._cost_grad(self._network(sizes), X, y, self._own(place), 0.0)
        return float(np.mean(number(cost, "The cost that cost_grad returned")))

    def _cost_or_inf(self, place: Mapping[str, Array], X: Array, y: Array, sizes: Mapping[str, int]) -> float:
        """The cost, infinite where `math.log` refuses a probability of zero: that softmax is right."""
        try:
            return self._cost_at(place, X, y, sizes)
        except ValueError as error:
            if str(error) in ("math domain error", "expected a positive input"):
                return float("inf")
            raise

    def one_hot(self, y: Array, classes: int) -> Array:
        """Labels as rows with a one; the course does not ask for a function of its own."""
        function = self._helper("one_hot")
        if function is None:
            return np.asarray(np.eye(classes)[y])
        offers = [Offer(np.array(y), rf"{LABELS}|vec(tor)?", "y"), Offer(int(classes), CLASSES, "k")]
        given, named = fit_arguments("one_hot", function, offers)
        return numbers(call(self.handin, "one_hot", function, *given, **named), "What the one-hot helper returned")

    def _helper(self, helper: str) -> Callable[..., Any] | None:
        """A function of the hand-in by one of its usual names, or None; what its file raises is raised here too."""
        definition = self._definition()
        if definition is None:
            self.handin.refuse(NET)
        part = Part("function", HELPERS[helper], strict=True)
        found = {item.path for item in self.handin.candidates(part)}
        if found and found.isdisjoint(self.handin.reached([definition.path])):  # such as an earlier hand-in's
            return self._own_method(part.names)
        return self._function(HELPERS[helper], definition)

    def _function(self, names: Sequence[str], near: Definition | None) -> Callable[..., Any] | None:
        """A function outside of classes, else a method of the network."""
        near = near or self._definition()
        try:
            return self.handin.find_function(names, near=near.path if near else "", strict=True)
        except Missing:
            return self._own_method(names)

    def _own_method(self, names: Sequence[str]) -> Callable[..., Any] | None:
        """A method of the network's class, or None."""
        definition = self._definition()
        if definition is None or not _name_of(self.handin.load(definition), names):
            return None
        return find_method(self._network({"inputs": 13, "hidden": 8, "classes": 5}), names)

    def _method(self, network: Any, part: str) -> Callable[..., Any]:
        if isinstance(network, _Bound):
            return network.method
        method = find_method(network, METHODS[part])
        if method is None:
            raise Missing(f"{type(network).__name__} has no method {METHODS[part][0]}.")
        return method


@dataclass
class _Bound:
    """A network whose cost_grad is this method, while another one stands in its place."""

    method: Callable[..., Any]
    network: Any


@contextmanager
def _in_place(network: Any, method: Callable[..., Any], other: Callable[..., Any]) -> Iterator[None]:
    """For a while another function stands in the place of a network's cost_grad."""
    name = getattr(method, "__name__", "cost_grad")
    owner = next((kind for kind in type(network).__mro__ if name in vars(kind)), None)
    if owner is None:
        raise Unusable("cost_grad does not belong to the class of the network.")

    def cost_grad(*args: Any, **kwargs: Any) -> Any:
        return other(*(args[1:] if args and isinstance(args[0], type(network)) else args), **kwargs)

    before = vars(owner)[name]
    setattr(owner, name, staticmethod(cost_grad) if isinstance(before, staticmethod) else cost_grad)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def _unwatched() -> Iterator[None]:
    """A question in between: whoever watches does not mean it, and what follows draws as it would have without it."""
    watching, chance = sys.getprofile(), np.random.get_state()
    sys.setprofile(None)
    try:
        yield
    finally:
        sys.setprofile(watching)
        np.random.set_state(chance)


# parameters and gradients by name


def _shapes(sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    D, H, C = sizes["inputs"], sizes["hidden"], sizes["classes"]
    return {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}


def _size_offers(sizes: Mapping[str, int]) -> list[Offer]:
    return [
        Offer(sizes["inputs"], INPUTS, "input_dim"),
        Offer(sizes["hidden"], HIDDEN, "hidden_size"),
        Offer(sizes["classes"], CLASSES, "output_size"),
    ]


def _name_in(key: Any) -> str:
    """The canonical name that a key such as "d_w1" or "b_2" stands for, or nothing."""
    found = re.fullmatch(
        r"(?:d|grad(?:ient)?s?|delta)?(w|b)(?:eights?|ias(?:es)?)?([12])(?:grad(?:ient)?)?", spelled(str(key))
    )
    return f"{'W' if found[1] == 'w' else 'b'}{found[2]}" if found else ""


def _slots_of(initial: Container) -> dict[str, Slot] | None:
    """How 13 inputs, 8 units and 5 classes are kept: by names, or in order in a list."""
    kept = entries(initial)
    named = {_name_in(key): key for key in kept if _name_in(key)}
    shapes = _shapes({"inputs": 13, "hidden": 8, "classes": 5})
    if _is_list(initial) and not named:
        named = dict(zip(_order_by_size(initial, shapes) or NAMES, kept, strict=True))
    keys = [named.get(name) for name in NAMES]
    if len(keys) != len(NAMES) or None in keys:
        return None
    slots: dict[str, Slot] = {}
    for name, shape, key in zip(NAMES, shapes.values(), keys, strict=True):
        found = np.shape(kept[key])
        forms = {(1, *shape): "row", shape: "flat", (*shape, 1): "column"} if len(shape) == 1 else {}
        slots[name] = Slot(key, transposed=len(shape) == 2 and found == shape[::-1], shape=forms.get(found, "row"))
    return slots


def _filled(initial: Container, values: Mapping[Any, Array]) -> Container:
    """A container in the form of the hand-in's initial one, with these values."""
    if initial is None or isinstance(initial, Mapping):
        return dict(values)
    if hasattr(initial, "_replace"):  # a named tuple
        return initial._replace(**values)
    if isinstance(initial, (list, tuple)):
        return type(initial)(values[place] for place in range(len(initial)))
    made = copy.copy(initial)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


def _by_parameter(container: Container, slots: Mapping[str, Slot]) -> dict[str, Any]:
    """The four parameters by their canonical names, also where they are kept in another form than the initial ones."""
    kept = entries(container)
    if all(slot.key in kept for slot in slots.values()):
        return {name: kept[slot.key] for name, slot in slots.items()}
    named = {_name_in(key): value for key, value in kept.items()}
    return {name: named[name] for name in slots} if not _is_list(container) or "W1" in named else _in_order(kept)


def _in_order(kept: Mapping[Any, Any]) -> dict[str, Any]:
    return dict(zip(NAMES, kept.values(), strict=True))


def _order_by_size(listed: Sequence[Any], shapes: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """The names of four arrays in a list by how many numbers each of them holds; nothing where that does not tell."""
    sizes = {math.prod(shape): name for name, shape in shapes.items()}
    names = tuple(sizes.get(np.size(each), "") for each in listed)
    return names if sorted(names) == sorted(NAMES) else ()


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == len(NAMES)


def _by_name(found: Any, order: Sequence[str]) -> dict[str, Any]:
    """Gradients by their canonical names, from a dictionary or from a list in this order."""
    named = {name: value for key, value in entries(found).items() if (name := _name_in(key))}
    if named or isinstance(found, Mapping):
        return named
    if _is_list(found):
        return dict(zip(order, found, strict=True))
    raise Unusable(
        "cost_grad did not return its gradients as a dictionary.", "Compare its return statement with the text."
    )


def _cost_and_gradients(result: Any) -> tuple[Any, Any]:
    if result is None:
        raise Unusable("cost_grad returned None.", "Is a return statement missing?")
    if not isinstance(result, (tuple, list)) or len(result) < 2:
        raise Unusable("cost_grad returned one value; the cost and the gradients were expected.")
    if len(result) == 1 + len(NAMES):
        return result[0], list(result[1:])
    return result[0], result[1]


def _array(value: Any, name: str) -> Array:
    return numbers(value, name)


def _moved(place: Mapping[str, Array], gradients: Mapping[str, Array], lr: float) -> dict[str, Array]:
    return {name: value - lr * gradients[name] for name, value in place.items()}


def _sum(one: Mapping[str, Array], other: Mapping[str, Array]) -> dict[str, Array]:
    return {name: value + other[name] if name in other else value for name, value in one.items()}


def _close(end: Array, expected: Array, start: Array) -> bool:
    """Whether an array moved, and went where it was expected to go, relative to the way."""
    way = float(np.abs(expected - start).max(initial=0.0))
    return way > 0 and end.shape == expected.shape and bool(np.abs(end - expected).max() <= 1e-4 * way)


def _distance(one: Mapping[str, Array], other: Mapping[str, Array]) -> float:
    """The largest difference of two sets of parameters; infinite where their shapes differ."""
    if any(one[name].shape != other[name].shape for name in NAMES):
        return float("inf")
    return max(float(np.abs(one[name] - other[name]).max(initial=0.0)) for name in NAMES)


def _twice(data: tuple[Array, Array]) -> tuple[Array, Array]:
    return np.concatenate([data[0], data[0]]), np.concatenate([data[1], data[1]])


def _some_batch(sizes: Mapping[str, int]) -> tuple[Array, Array]:
    rng, rows = np.random.RandomState(5), 2 * sizes["classes"]
    return rng.standard_normal((rows, sizes["inputs"])), np.arange(rows, dtype=np.int64) % sizes["classes"]


def _some_parameters(sizes: Mapping[str, int]) -> dict[str, Array]:
    rng = np.random.RandomState(7)
    return {name: np.asarray(rng.standard_normal(shape)) for name, shape in _shapes(sizes).items()}


def _is_both(data: Mapping[str, Any]) -> bool:
    """Whether the rows in sample are those of training and then those of validation, so that both are known already."""
    return np.array_equal(data["X_in-sample"], np.concatenate([data["X_train"], data["X_valid"]]))


def _initial_parameters(sizes: Mapping[str, int], seed: int) -> dict[str, Array]:
    """Where the course lets every training begin: normal weights as wide as suits their layers, biases of zero."""
    rng, shapes = np.random.RandomState(seed), _shapes(sizes)
    spreads = {
        "W1": np.sqrt(2.0 / (sizes["inputs"] + sizes["hidden"])),
        "W2": np.sqrt(4.0 / (sizes["hidden"] + sizes["classes"])),
    }
    return {n: rng.normal(0.0, spreads[n], s) if n in spreads else np.zeros(s) for n, s in shapes.items()}


# what was seen of fit


def _tells_validation(fit: Any) -> bool:
    """Whether the parameters of fit say by their names which of them are for validation."""
    names = [spelled(parameter.name) for parameter in parameters_of(fit) or ()]
    return any(re.fullmatch(X_VAL, name) for name in names)


def _labels_in(array: Array, rows: int) -> Array | None:
    """Labels of so many rows in an array: whole numbers, or one-hot rows."""
    if array.size == rows and array.dtype.kind in "iu":
        return array.reshape(-1).copy()
    if array.ndim == 2 and len(array) == rows and np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all():
        return np.asarray(array.argmax(axis=1))
    return None


def _training_batches(calls: Sequence[Call], rows: int) -> list[Call]:
    """The batches of training rows that cost_grad was given, or else some other function."""
    of_cost = [seen for seen in calls if likeness(seen.function, METHODS["cost-grad"], strict=True)]
    return _batches_in(of_cost, rows) or _batches_in(calls, rows) or [s for s in calls if len(s.X) == len(s.y) == rows]


def _batches_in(calls: Sequence[Call], rows: int) -> list[Call]:
    """The calls about some of the rows, without those about the same ones as the call before."""
    batches: list[Call] = []
    for seen in calls:
        held_out = len(seen.X) and seen.X[0, 0] < -0.5
        again = batches and np.array_equal(batches[-1].X, seen.X)
        if again and not len(batches[-1].y):
            batches[-1] = seen
        if not held_out and not again and len(seen.X) < rows:
            batches.append(seen)
    return batches


def _number_again(batches: Sequence[Call], rows: int) -> None:
    """Put the numbers of the rows back, where fit has brought its inputs to another scale."""
    first = np.unique(np.concatenate([seen.X[:, 0] for seen in batches]))
    if len(first) == rows:
        for seen in batches:
            seen.X[:, 0] = np.searchsorted(first, seen.X[:, 0])


def _numbered(seen: Call, classes: int) -> list[Array]:
    """A batch with its labels as the numbers of rows again: right where they belong to the inputs."""
    if len(seen.y) != len(seen.X):
        return [seen.X, np.zeros(0)]
    return [seen.X, seen.y + classes * (np.round(seen.X[:, 0]).astype(np.int64) // classes)]


def _numbers_kept(network: Any) -> Iterator[tuple[str, Any]]:
    """The series of numbers that a network or its class holds, by the names that lead to them."""
    held = [dict(namespace(kind)) for kind in reversed(type(network).__mro__[:-1])]
    own = {name: value for each in held for name, value in each.items() if not name.startswith("__")}
    return ((path, copy.copy(value)) for path, value in named_series({**own, **namespace(network)}))


def _added(network: Any, before: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The same without what an earlier fit has left in lists that are never emptied."""
    for path, value in _numbers_kept(network):
        old = before.get(path, ())
        goes_on = len(old) < len(value) and all(map(np.array_equal, old, value))
        yield path, value[len(old) :] if goes_on else value


def _curves(kept: Iterable[tuple[str, Any]], epochs: int) -> dict[str, list[Array]]:
    """The series of one number per epoch, by what their names say."""
    found: dict[str, list[Array]] = {}
    unnamed: list[Array] = []
    for path, value in kept:
        with suppress(Unusable):
            series = numbers(value, "The history").astype(np.float64).reshape(-1)
            if len(series) in (epochs, epochs + 1):
                names = _quantities(path)
                for name in names:
                    found.setdefault(name, []).append(series)
                if not names:
                    unnamed.append(series)
    if not found and len(unnamed) >= 4:  # in any order or language: what they hold tells which is which
        found = {f"{part} {kind}": unnamed for part in ("training", "validation") for kind in ("loss", "accuracy")}
    return found


def _quantities(path: str) -> list[str]:
    """Which of the four curves a name is for."""
    words = path.lower()
    kind = "accuracy" if re.search(r"acc|score", words) else "loss" if re.search(r"loss|cost|err|ce\b", words) else ""
    part = "validation" if re.search(r"val|test|dev|out", words) else "training"
    return [f"{part} {kind}"] if kind else []


def _share_right(series: Array, rows: Sequence[Sequence[float]], part: str) -> float:
    """The share of entries that are a measured value after the epoch, or in training before it."""
    entries = series[1:] if len(series) == len(rows[0]) else series
    choices = [row[1:] for row in rows] + ([row[:-1] for row in rows] if part == "training" else [])
    shares = [float(np.mean(np.isclose(entries, choice, rtol=1e-4, atol=1e-6))) for choice in choices]
    percent = [float(np.mean(np.isclose(entries / 100, choice, rtol=1e-4, atol=1e-6))) for choice in choices]
    return max(*shares, *percent)


# methods and attributes


def _name_of(kind: Any, names: Sequence[str]) -> str:
    """The name of the method of a class that goes by one of these names, the likeliest first."""
    offered = {name: likeness(name, names, strict=True) for name in dir(kind) if callable(getattr(kind, name, None))}
    best = max(offered, key=lambda name: offered[name], default="")
    return best if best and offered[best] else ""


def _written(definition: Definition, name: str) -> str:
    """The arguments of a method as the student wrote them."""
    body = definition.node.body if isinstance(definition.node, ast.ClassDef) else []
    found = next((item for item in body if isinstance(item, ast.FunctionDef) and item.name == name), None)
    return ast.unparse(found.args) if found else ""


_COPIES = "Are the parameters that are kept a copy, or do they go on changing with every step?"
_HISTORY = "The course asks for loss and accuracy on the training and on the validation set, once an epoch."
