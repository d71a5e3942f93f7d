"""How hand-ins of problem set 5 are called: two functions by their names, and helpers that go by many.

N is the number of rows of a batch. Inside the grader x is always (N, 2), y (N,), hidden activations (N, 7), and the 29
weights are one vector, told in the five blocks of the course's drawing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from grader.worker.calling import Array, Offer, call, fit_arguments, number, numbers, parameters_of, takes
from grader.worker.describing import describe_parts
from grader.worker.handin import Definition, HandIn, Missing, OutOfSight, Part, Unusable, likeness, spelled
from grader.worker.histories import entries, named_series
from grader.worker.holding import Path, get, namespace, parameter_leaves, put
from grader.worker.layouts import Layout, find_layout, read_parameters, write_parameters
from grader.worker.methods import find_method, names_called, script_of
from grader.worker.naming import EPOCHS, NETWORK, RATE
from grader.worker.sources import aside
from grader.worker.watching import Called, Run, Table, watch

PACKAGES = ("torch",)  # the course's last question; only its own criterion and experiment need it

HIDDEN, WEIGHTS = 7, 29
BLOCKS = {"w1..7": 7, "w8..14": 7, "w15..21": 7, "w22": 1, "w23..29": 7}

FORWARD, BACKWARD = "forward-pass", "backward-propagation"
PARTS = {
    FORWARD: Part(
        "function",
        ("forward_pass", "forward_propagation", "feed_forward", "forward_prop", "forward", "propagate_forward"),
    ),
    BACKWARD: Part(
        "function",
        ("backward_propagation", "back_propagation", "backprop", "backward_pass", "backpropagate", "backward"),
    ),
    "loss": Part(
        "function",
        (
            *("loss", "loss_function", "compute_loss", "calculate_loss", "calc_loss", "get_loss", "squared_error"),
            *("error", "compute_error", "error_function", "sum_squared_error", "sse", "sse_loss", "squared_loss"),
            *("cost", "cost_function", "compute_cost", "mse", "mse_loss", "energy", "E"),
        ),
        strict=True,
        does="gives the loss",
    ),
    "standardise": Part(
        "function",
        (
            *("standardise", "standardize", "standardise_data", "standardize_data", "standardise_inputs", "scale"),
            *("normalise", "normalize", "normalise_data", "normalize_data", "zscore", "rescale", "scale_data"),
        ),
        strict=True,
        does="standardises the inputs",
    ),
    "split": Part(
        "function",
        (
            *("split", "split_data", "train_test_split", "data_split", "split_train_test", "make_split"),
            *("train_and_test", "divide", "holdout", "partition", "split_dataset"),
        ),
        strict=True,
        does="splits the points into a training and a test set",
    ),
    "prepare": Part(
        "function",
        (
            *("prepare", "prepare_data", "preprocess", "preprocess_data", "preprocessing", "get_data", "process_data"),
            *("load_and_prepare", "make_data", "prepare_inputs"),
        ),
        strict=True,
        does="prepares the data",
    ),
    "train": Part(
        "function",
        (
            *("train", "train_network", "training", "training_loop", "train_model", "train_nn", "train_net", "fit"),
            *("run_training", "gradient_descent", "learn", "optimise", "optimize"),
        ),
        strict=True,
        does="trains the network",
    ),
    "plane": Part(
        "function",
        (
            *("plane", "prediction_map", "predict_plane", "map_over_plane", "predict_map", "contour_map", "plane_map"),
            *("grid", "predict_grid", "prediction_grid", "make_grid", "decision_map", "map_plane", "decision_boundary"),
            *("plot_map", "plot_contour", "evaluate_grid", "make_map", "contour", "map_prediction"),
            *("heat_map", "plot_decision_boundary", "contour_plot", "plot_plane", "plot_predictions", "draw_map"),
        ),
        strict=True,
        does="gives the prediction over the plane",
    ),
}

_SPLIT_PART = r"(train(ing)?|tr|trn)?"
INPUTS = (
    rf"xs?|x{_SPLIT_PART}|{_SPLIT_PART}x|{_SPLIT_PART}(inputs?|data|features?|points)|inputs?{_SPLIT_PART}"
    r"|arr(ay)?|a|v(alues)?"
)
FIRST, SECOND = (rf"{_SPLIT_PART}x{number}{_SPLIT_PART}" for number in "12")  # inputs in two arrays
TARGETS = rf"y{_SPLIT_PART}|{_SPLIT_PART}y|ys|t|ts|targets?|labels?|class(es|ification)?|ytrue|truth|yactual|d"
HELD_INPUTS = r"x(test|te|val(id(ation)?)?)|(test|val(id(ation)?)?)(x|inputs?|data)"
HELD_TARGETS = r"y(test|te|val(id(ation)?)?)|(test|val(id(ation)?)?)(y|targets?|labels?)"
PREDICTION = r"yp(red(iction)?)?|yhat|pred(iction)?s?|o(ut(put)?s?)?|p|haty|ypredicted"
VECTOR = r"w|ws|weights?|winit(ial)?|w0|initialweights?|params?|theta|wold|startw"
ACTIVATIONS = r"beta(h|s)?|h|hidden(layer|activations?)?|activations?|hs|betahidden|z|ah?"
ROWS = r"n|rows|nrows|nsamples|ndata|npoints|count|size|num(ber)?(of)?(rows|points|samples)?"
MEAN = r"(x)?(mean|mu|avg|average|m)s?(x|train|xtrain)?|(train)mean"
DEVIATION = r"(x)?(std|sigma|deviation|sd|s|dev|scale)s?(x|train|xtrain)?|(train)std"
FINENESS = r"(n|num)?(steps|points|grid|resolution|res|size|cells)|n|fineness"
PATH = r"path|file|filename|fname|csv|csvfile|datapath|filepath"

FORWARD_ROLES = {"x1": FIRST, "x2": SECOND, "x": INPUTS, "w": VECTOR, "rows": ROWS, "units": r".*hidden.*"}
BACKWARD_ROLES = {"x1": FIRST, "x2": SECOND, "x": INPUTS, "y": TARGETS, "prediction": PREDICTION, "w": VECTOR} | {
    "hidden": ACTIVATIONS,
    "eta": RATE,
    "rows": ROWS,
}

OF_CLASS = (FORWARD, BACKWARD, "loss", "train", "standardise", "split", "plane")  # what may be methods of a class
UPDATE = ("update", "step", "update_weights", "update_params", "apply_gradients", "gradient_descent_step", "optimize")

_VECTOR, _COLUMN, _DICTIONARY = "vector", "column", "dictionary"  # how a hand-in may keep its weights
_KEYS = [f"w{number}" for number in range(1, WEIGHTS + 1)]

_MOST_PLACES = 500  # at which a training run tells its losses
_MAP = 60  # cells of a map along each side
_TABLE, _HEADER = "ps5_data.csv", "x_1,x_2,classification"  # where the course's files look for the data


@dataclass
class Network:
    """The 29 weights, and what was last done with them."""

    w: Array
    touched: Array | None = None  # the weights as a call left them that should have left them alone
    last: tuple[Array, Array] | None = None  # the batch of the last evaluation


@dataclass(frozen=True)
class Pass:
    """What a forward pass gave back: as it came, to hand on, and in the grader's own layout."""

    x: Array
    raw_hidden: Any
    raw_prediction: Any
    hidden: Array | None
    prediction: Array


@dataclass(frozen=True)
class Descent:
    """A training run: a step that tells the loss before it, the loss on other rows, and predictions."""

    step: Callable[[Array, Array], float]
    loss: Callable[[Array, Array], float]
    predict: Callable[[Array], Array]
    notes: list[str] = field(default_factory=list)


class Driver:
    """The vocabulary of all checks, spoken to one hand-in."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self._found: dict[str, Definition] | None = None
        self._by_columns: bool | None = None  # whether x goes in as (2, N)
        self._hidden_by_columns: bool | None = None  # whether hidden activations come out as (7, N)
        self._weights_as = _VECTOR
        self._counts_units = False  # whether N is the number of hidden units
        self._class: NetworkClass | None = None

    # structure

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files or lines are broken."""
        told = describe_parts(self.handin, PARTS, self.found)
        if network := self._network_class():
            told["found"] |= dict.fromkeys((FORWARD, BACKWARD), str(network))
            told["missing"] = {name: each for name, each in told["missing"].items() if name not in (FORWARD, BACKWARD)}
        return told

    def imported(self) -> dict[str, str]:
        """The packages that the files of the two functions import, by name, and where."""
        paths = {self.found[name].path for name in (FORWARD, BACKWARD) if name in self.found}
        return self.handin.imported_packages(sorted(paths)) if paths else {}

    @property
    def found(self) -> dict[str, Definition]:
        """The definition of each part that is there."""
        if self._found is None:
            located = self.handin.locate(PARTS)
            if located.get(FORWARD) == located.get(BACKWARD):  # one function whose name is a little like both
                located.pop(FORWARD, None)
            self._found = {name: each for name, each in located.items() if not self._belongs_to_twin(each, located)}
        return self._found

    def _belongs_to_twin(self, definition: Definition, located: Mapping[str, Definition]) -> bool:
        """Whether a helper lies in a file that uses PyTorch while the two functions lie elsewhere."""
        home = {located[name].path for name in (FORWARD, BACKWARD) if name in located}
        imports = self.handin.sources[definition.path].imports
        return definition.path not in home and any(item.name.partition(".")[0] == "torch" for item in imports)

    def _part(self, name: str) -> Callable[..., Any]:
        if name in self.found:
            return self.handin.load(self.found[name])  # type: ignore[no-any-return]
        if not self._has(name):
            self._refuse(name)
        return self._of_class().functions()[name]

    def _has(self, name: str) -> bool:
        """Whether there is such a function, or a method of the network's class."""
        network = self._network_class()
        methods = network.methods if network and name in OF_CLASS else ()
        return name in self.found or any(likeness(method, PARTS[name].names, strict=True) for method in methods)

    def _of_class(self) -> NetworkClass:
        definition = self._network_class()
        if self._class is None and definition is not None:
            self._class = NetworkClass(self.handin.load(definition), self._call)
        assert self._class is not None  # asked for only where there is such a class
        return self._class

    def _network_class(self) -> Definition | None:
        """A class that has both passes as its methods, where they are no functions."""
        if FORWARD in self.found and BACKWARD in self.found:
            return None
        for item in self.handin.definitions:
            passes = (PARTS[name].names for name in (FORWARD, BACKWARD))
            if all(any(likeness(method, names, strict=True) for method in item.methods) for names in passes):
                return item
        return None

    def _refuse(self, name: str) -> NoReturn:
        if name not in (FORWARD, BACKWARD) and self._works_outside_functions():
            raise OutOfSight(
                f"There is no {PARTS[name]} and what lies outside of functions is not run here: a person has to look."
            )
        self.handin.refuse(PARTS[name])

    def _works_outside_functions(self) -> bool:
        return bool(self._scripts)

    @cached_property
    def _scripts(self) -> list[str]:
        """The files whose own top level, or main function, calls the forward pass; the likeliest first."""
        known = set(self._passes())
        home = {self.found[name].path for name in (FORWARD, BACKWARD) if name in self.found}
        known |= {network.name} if (network := self._network_class()) else set()
        callers = {item.name: set(names_called([item.node])) for item in self.handin.definitions}
        while more := {name for name, called in callers.items() if name not in known and called & known}:
            known |= more
        trees = {path: source.tree for path, source in self.handin.sources.items() if source.tree}
        scripts = [path for path, tree in trees.items() if known & set(names_called(script_of(tree)))]
        return sorted(scripts, key=lambda path: (aside(path), path not in home))

    def _passes(self) -> dict[str, Mapping[str, str]]:
        """The functions or methods of both passes by their names in the hand-in, and the roles of their arguments."""
        network = self._network_class()
        names: dict[str, Mapping[str, str]] = {}
        for part, roles in ((FORWARD, FORWARD_ROLES), (BACKWARD, BACKWARD_ROLES)):
            if part in self.found:
                names[self.found[part].name] = roles
            elif network:
                names |= {name: roles for name in network.methods if likeness(name, PARTS[part].names, strict=True)}
        return names

    @cached_property
    def _script(self) -> Script | None:
        """What the hand-in's script does with a table of the grader's."""
        passes = self._passes()
        if not self._scripts or len(passes) < 2:
            return None
        table = _drawn_table()
        run = watch(self.handin, self._scripts[0], passes, Table(_HEADER, table))
        script = Script(table, run, [name for name, roles in passes.items() if roles is BACKWARD_ROLES])
        return script if script.steps else None

    def _or_by_script(self, ask: Callable[[], Any], look: Callable[[Script], Any]) -> Any:
        """What a function of the hand-in tells, or, where there is none that can be asked, its script."""
        try:
            return ask()
        except NotImplementedError:
            raise
        except Exception as error:
            told = look(self._script) if self._script else None
            if told is not None:
                return told
            if not self._scripts or isinstance(error, (Missing, OutOfSight)):
                raise
            raise OutOfSight(
                f"Your script knows how to call this, and the grader does not ({self.handin.told(error).rstrip('.')}): "
                "a person has to look."
            ) from error

    # the network

    def build(self, model: str, sizes: Mapping[str, int]) -> Network:
        """A network whose weights are still to be assigned; there is only one size."""
        if (sizes["inputs"], sizes["hidden"]) != (2, HIDDEN):
            raise Unusable("This course's network has two inputs and seven hidden units.")
        self._part(FORWARD), self._part(BACKWARD)
        return Network(np.zeros(WEIGHTS))

    def assign(self, model: Network, parameters: Mapping[str, Array]) -> None:
        """Give the network these weights."""
        model.w = np.concatenate([np.reshape(parameters[name], -1) for name in BLOCKS]).astype(np.float64)
        model.touched, model.last = None, None

    def parameters(self, model: Network) -> dict[str, Array]:
        """The weights in their five blocks."""
        return _blocks(model.w if model.touched is None else model.touched)

    def evaluate(
        self, model: Network, X: Array, y: Array, mode: str = "train", gradients: bool = True
    ) -> dict[str, Any]:
        """Loss, prediction, and the gradient: what a step with the learning rate 1 takes off the weights."""
        seen = self._forward(X, model)
        told: dict[str, Any] = {"loss": self._own_loss(y, seen), "prediction": seen.prediction}
        if gradients:
            told["gradients"] = _blocks(self._change(model, X, y, seen, 1.0))
            model.last = (X, y)
        return told

    def probabilities(self, model: Network, X: Array) -> Array:
        """The probability of either class, (N, 2)."""
        prediction = self._forward(X, model).prediction.reshape(-1)
        return np.stack([1 - prediction, prediction], axis=1)

    def optimizer(self, name: str, settings: Mapping[str, float]) -> float:
        """The learning rate: in this course the step is part of the backward pass."""
        return float(settings["learning_rate"])

    def update(self, optimizer: float, model: Network) -> None:
        """Move the weights by one step on the batch of the last evaluation."""
        if model.last is None:
            raise Unusable("No batch was evaluated before the step.")
        X, y = model.last
        model.w = model.w - self._change(model, X, y, self._forward(X, model), optimizer)
        model.touched, model.last = None, None

    def stepper(self, model: Network, optimizer: float) -> Callable[[Array, Array], dict[str, Any]]:
        """One pass forward and backward for a batch, and the loss before it."""

        def step(X: Array, y: Array) -> dict[str, Any]:
            seen = self._forward(X, model)
            told = {"loss": self._own_loss(y, seen)}
            model.w, model.touched = model.w - self._change(model, X, y, seen, optimizer), None
            return told

        return step

    def forward(self, model: Network, X: Array) -> dict[str, Any]:
        """Hidden activations (N, 7) and prediction (N,), however the hand-in lays them out."""
        seen = self._forward(X, model)
        if seen.hidden is None:
            raise Unusable("forward_pass gave back no hidden activations.", "The backward pass needs them too.")
        return {"hidden": seen.hidden, "prediction": seen.prediction}

    def step(self, model: Network, X: Array, y: Array, eta: float) -> dict[str, float]:
        """How far each block moves, in units of eta times what it moves with a learning rate of 1."""
        seen = self._forward(X, model)
        whole = _blocks(self._change(model, X, y, seen, 1.0))
        moved = _blocks(self._change(model, X, y, seen, eta))
        still = 1.0 if any(block.any() for block in whole.values()) else 0.0  # a block that rests has a wrong gradient
        return {
            f"the step of {name}, in units of eta times the gradient": _ratio(moved[name], whole[name], eta, still)
            for name in BLOCKS
        }

    def _forward(self, X: Array, model: Network) -> Pass:
        """Run the hand-in's forward pass; x goes in as the hand-in wants it, which is found out once."""
        if self._by_columns is None:
            self._find_layouts()
        given = model.w.copy()
        seen = self._forward_as(X, given, bool(self._by_columns))
        self._note_touched(model, given)
        return seen

    def _find_layouts(self) -> None:
        """With five rows nothing can be mistaken: x is (5, 2) or (2, 5), hidden activations have 35 entries."""
        rng = np.random.RandomState(3)
        x, w = rng.standard_normal((5, 2)), rng.standard_normal(WEIGHTS) / 2
        self._by_columns = False
        ways = itertools.product((False, True), (_VECTOR, _COLUMN, _DICTIONARY), (False, True))
        for self._counts_units, self._weights_as, by_columns in ways:
            try:
                seen = self._forward_as(x, w, by_columns)
            except Exception:  # the other layout may do; what is wrong with both is told by the next call
                continue
            if seen.prediction.size == len(x):
                self._by_columns = by_columns
                hidden = _array(seen.raw_hidden)
                self._hidden_by_columns = hidden is not None and hidden.ndim == 2 and hidden.shape[1] == len(x)
                return
        self._weights_as, self._counts_units = _VECTOR, False

    def _forward_as(self, X: Array, w: Array, by_columns: bool) -> Pass:
        function, x = self._part(FORWARD), X.T if by_columns else X
        handed = self._handed(w)
        offers = [*_points(function, X, x), Offer(handed, VECTOR), self._count(len(X)), Offer(HIDDEN, r".*hidden.*")]
        returned = self._call(function, offers)
        w[...] = _vector_of(handed).reshape(-1)
        hidden, prediction = _sorted_out(returned, len(X))
        laid_out = _rows_of_hidden(_array(hidden), len(X), bool(self._hidden_by_columns))
        return Pass(x, hidden, prediction, laid_out, _flat(prediction, len(X)))

    def _count(self, rows: int) -> Offer:
        """N: the number of rows, or of hidden units where a hand-in understood it so."""
        return Offer(HIDDEN if self._counts_units else rows, ROWS)

    def _handed(self, w: Array) -> Any:
        """The weights as the hand-in wants them; a column shares its memory with the vector."""
        if self._weights_as == _DICTIONARY:
            return dict(zip(_KEYS, w.tolist(), strict=True))
        return w.reshape(-1, 1) if self._weights_as == _COLUMN else w

    def _change(self, model: Network, X: Array, y: Array, seen: Pass, eta: float) -> Array:
        """What a step takes off the weights, over eta where that is 1."""
        moved = self._moved(model, X, y, seen, eta)
        change: Array = model.w - moved
        return change.astype(np.float32) if moved.dtype == np.float32 else change

    def _moved(self, model: Network, X: Array, y: Array, seen: Pass, eta: float) -> Array:
        """The weights after a step; arguments that were changed are remembered."""
        function, w = self._part(BACKWARD), model.w.copy()
        y_given = _like(y, seen.raw_prediction)
        handed = self._handed(w)
        offers = [
            *_points(function, X, seen.x),
            Offer(y_given, TARGETS),
            Offer(seen.raw_prediction, PREDICTION),
            Offer(handed, VECTOR),
            Offer(seen.raw_hidden, ACTIVATIONS),
            Offer(eta, RATE),
            self._count(len(X)),
        ]
        before = y_given.copy()
        returned = _vector_of(self._call(function, offers))
        w[...] = _vector_of(handed).reshape(-1)
        if not np.array_equal(before, y_given):
            y[...] = y + 1  # so that it can be seen: what was handed over is a copy of another type
        self._note_touched(model, w)
        return _new_weights(returned, w if not np.array_equal(w, model.w) else None)

    def _note_touched(self, model: Network, given: Array) -> None:
        if not np.array_equal(given, model.w):
            model.touched = given

    # the loss

    def loss(self, y: Array, prediction: Array) -> Any:
        """The loss of these predictions: of the hand-in's function, or else of its training loop."""
        if self._has("loss"):
            return self._loss_of(*self._in_own_shape(y.astype(np.float64), prediction))
        return self._or_by_script(
            lambda: self._loss_while_training(y, prediction),
            lambda script: script.loss(y, prediction),
        )

    def _in_own_shape(self, *arrays: Array) -> list[Array]:
        """Targets and predictions in the shape of the hand-in's own, which its loss was written for."""
        try:
            return [self._as_target(array) for array in arrays]
        except Exception:  # what is wrong with the forward pass has criteria of its own
            return list(arrays)

    def _loss_of(self, y: Array, prediction: Any) -> Any:
        offers = [Offer(y, TARGETS), Offer(prediction, PREDICTION), Offer(np.size(y), ROWS)]
        return number(self._call(self._part("loss"), offers), "loss")

    def _loss_while_training(self, y: Array, prediction: Array) -> float:
        """With weights of zero every prediction is ½, so that any errors can be had by a choice of targets."""
        if not self._has("train"):
            self._part("loss")
        targets = y - prediction + 0.5
        losses = self._fit(np.zeros(WEIGHTS), np.zeros((len(y), 2)), targets, 1e-12, 3)[1]
        if losses is None or not len(losses):
            raise Missing("No function for the loss was found, and train gives no losses back.")
        return float(losses[0])

    def _own_loss(self, y: Array, seen: Pass) -> Any:
        if not self._has("loss"):
            return 0.5 * float(np.sum((y - seen.prediction) ** 2))
        return self._loss_of(_like(y, seen.raw_prediction), seen.raw_prediction)

    # training

    def fit(self, model: Network, X: Array, y: Array, eta: float, epochs: int) -> dict[str, Any]:
        """The weights after so many epochs of the hand-in's own training loop, and the losses that it tells."""
        w, losses = self._or_by_script(
            lambda: self._fit(model.w.copy(), X, y.astype(np.float64), eta, epochs),
            lambda script: self._as_script_does(script, model, X, y, eta, epochs),
        )
        told: dict[str, Any] = {f"{name} after training": block for name, block in _blocks(w).items()}
        return told | {"losses": [] if losses is None else losses}

    def _as_script_does(
        self, script: Script, model: Network, X: Array, y: Array, eta: float, epochs: int
    ) -> tuple[Array, None] | None:
        """The weights after so many epochs, where each of the script's is one pass forward and one backward."""
        if not script.descends():
            return None
        trained = Network(model.w.copy())
        for _ in range(epochs):
            trained.w = self._moved(trained, X, y, self._forward(X, trained), eta)
        return trained.w, None

    def _fit(self, w: Array, X: Array, y: Array, eta: float, epochs: int) -> tuple[Array, Array | None]:
        function = self._part("train")
        network = self._object(w, eta) if takes(function, NETWORK) else None
        if network is None and not takes(function, VECTOR):
            raise OutOfSight("The training loop draws its own first weights, so a person has to look at it.")
        if self._by_columns is None:
            self._find_layouts()
        x = X.T if self._by_columns else X
        targets = self._as_target(y)
        offers = [
            *_points(function, X.copy(), x.copy()),
            Offer(targets.copy(), TARGETS),
            Offer(self._handed(w), VECTOR),
            Offer(eta, RATE),
            Offer(epochs, EPOCHS),
            Offer(x.copy(), HELD_INPUTS),
            Offer(targets.copy(), HELD_TARGETS),
            Offer(len(X), ROWS),
        ]
        if network is None:
            return _weights_and_losses(self._call(function, offers))
        returned = self._call(function, [Offer(network, NETWORK), *offers])
        return self._of_class().weights(network), _one_per_epoch(epochs, returned, namespace(network))

    def _object(self, w: Array, eta: float = 1.0) -> Any:
        """A network with these weights, for a function that wants one; nothing where the hand-in has no such class."""
        return self._of_class().made(w, eta) if self._network_class() else None

    def _as_target(self, y: Array) -> Array:
        """The targets in the form of the hand-in's own predictions."""
        seen = self._forward(np.zeros((len(y), 2)), Network(np.zeros(WEIGHTS)))
        return _like(y, seen.raw_prediction)

    # preparing the data

    def _standardised(self, X: Array) -> Array:
        """What the hand-in's function makes of the inputs, at once, or column by column if that is how it works."""
        if self._by_columns is None and FORWARD in self.found:
            self._find_layouts()
        told = self._standardise(X.T).T if self._by_columns else self._standardise(X)
        if not _is_standard(told):
            columns = [self._standardise(column) for column in X.T.copy()]
            told = np.stack(columns, axis=1) if all(each.shape == (len(X),) for each in columns) else told
        if told.shape != X.shape:
            raise Unusable(f"Standardising an array of shape {X.shape} gives one of shape {told.shape}.")
        return _canonical(told)

    def _standardise(self, x: Array) -> Array:
        function = self._part("standardise")
        offers = [Offer(x.copy(), INPUTS)]
        if takes(function, MEAN, required=True):
            offers += [Offer(x.mean(axis=0), MEAN), Offer(x.std(axis=0), DEVIATION)]
        offers.append(Offer(x.copy(), HELD_INPUTS))
        listed = _leaves(self._call(function, offers))
        return next((each for each in listed if each.shape == x.shape), listed[0]) if listed else np.zeros(0)

    def split(self, X: Array, y: Array) -> dict[str, Any]:
        """Where the rows go: how many into each part, into both, into none, and beside another's label."""
        told: dict[str, Any] = self._or_by_script(
            lambda: self._split_by_function(X), lambda script: script.split(len(X))
        )
        return told

    def _split_by_function(self, X: Array) -> dict[str, Any]:
        rows = np.arange(len(X), dtype=np.float64)
        numbered = np.stack([rows, -rows], axis=1)
        function = None if "split" not in self.found and "prepare" in self.found else self._part("split")
        parts = self._prepared(numbered, rows) if function is None else _parts_of(self._split(function, numbered, rows))
        return _whereabouts(*parts, len(X))

    def _split(self, function: Callable[..., Any], X: Array, y: Array) -> Any:
        offers = [Offer(X, INPUTS), Offer(y, TARGETS), Offer(0.2, r"(test)?(share|size|fraction|ratio|part)")]
        return self._call(function, offers)

    def prepared(self, X: Array) -> dict[str, Any]:
        """How inputs and targets leave the hand-in's preparation, in words that do not depend on who is held out.

        A function that standardises and nothing else tells of the inputs alone, and nothing more is charged; so a
        script that can be watched is believed first.
        """
        told = self._script.prepared() if "prepare" not in self.found and self._script else None
        return told or self._or_by_script(lambda: self._prepared_by_function(X), Script.prepared)

    def _prepared_by_function(self, X: Array) -> dict[str, Any]:
        if "prepare" not in self.found:
            return _told(X, self._standardised(X), np.zeros((0, 2)), np.zeros(1))
        x_train, x_test, y_train, y_test = self._prepared(X, np.arange(len(X)) % 4 == 0)
        return _told(X, x_train, x_test, np.concatenate([y_train, y_test]))

    def _prepared(self, X: Array, y: Array) -> tuple[Array, Array, Array, Array]:
        function = self._part("prepare")
        _write_table(X, y)
        offers = [Offer(X.copy(), INPUTS), Offer(y.astype(np.float64), TARGETS), Offer(_TABLE, PATH)]
        return _parts_of(self._call(function, offers))

    # the map over the plane

    def plane(self, model: Network, X: Array) -> dict[str, str]:
        """What the map's grid was standardised by, found out with the hand-in's own forward pass."""
        told: dict[str, str] = self._or_by_script(lambda: self._plane_by_function(model, X), Script.plane)
        return told

    def _plane_by_function(self, model: Network, X: Array) -> dict[str, str]:
        mean, deviation = X.mean(axis=0), X.std(axis=0)
        told = self._standardised_by(model, X, mean, deviation)
        if told != _RIGHT_MAP and not takes(self._part("plane"), MEAN):
            scaled = (X - mean) / deviation  # it may be meant for inputs that are standardised already
            if self._standardised_by(model, scaled, np.zeros(2), np.ones(2)) == _RIGHT_MAP:
                told = _RIGHT_MAP
        return {"the grid is standardised": told}

    def _standardised_by(self, model: Network, X: Array, mean: Array, deviation: Array) -> str:
        function = self._part("plane")
        if self._by_columns is None:
            self._find_layouts()
        offers = [
            Offer(self._handed(model.w.copy()), VECTOR),
            Offer(X.copy(), INPUTS),
            Offer(mean, MEAN),
            Offer(deviation, DEVIATION),
            Offer(30, FINENESS),
            Offer(np.arange(len(X)) % 2.0, TARGETS),
            Offer(self._object(model.w), NETWORK),
        ]
        grid = _grid_of(_leaves(self._call(function, offers)))
        if grid is None:
            raise Unusable("The map did not come back as points of the plane and a value for each.")
        points, values = grid

        def fits(way: Array) -> bool:
            try:
                return _agree(values, self._believed(model, way))
            except Exception:  # numbers that large need not go through the hand-in's network
                return False

        right = self._believed(model, (points - mean) / deviation)
        if np.ptp(right) < 1e-9:
            raise Unusable("The network says the same of every point of the map.")
        if _agree(values, right):
            return _RIGHT_MAP
        if _agree(_mirrored(values), right):
            return f"{_RIGHT_MAP}, but mirrored"
        return next((name for name, way in _wrong_ways(points, mean, deviation) if fits(way)), "in another way")

    def _believed(self, model: Network, points: Array) -> Array:
        return self._forward(points, model).prediction

    # the network in PyTorch

    def twin(self, X: Array) -> dict[str, Any]:
        """How many weights the hand-in's network in PyTorch has, and whether known ones give what they should."""
        import torch

        with torch.no_grad():
            network = self._twin().double()
            parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
            told: dict[str, Any] = {"weights": float(sum(parameter.numel() for parameter in parameters))}
            if sorted(tuple(parameter.shape) for parameter in parameters) != sorted(_TWIN):
                return told | {"the layers go": "otherwise", "the output is": "not looked at"}
            known: dict[tuple[int, ...], Array] = {
                shape: np.cos(np.arange(np.prod(shape)) + len(shape)).reshape(shape) for shape in _TWIN
            }
            for parameter in parameters:
                parameter.copy_(torch.as_tensor(known[tuple(parameter.shape)]))
            output = np.asarray(network(torch.as_tensor(X, dtype=torch.float64)).numpy()).reshape(-1)
        return told | {
            "the layers go": "from 2 to 7 and from 7 to 1",
            "the output is": _output_of_twin(output, X, known),
        }

    def _twin(self) -> Any:
        """A fresh network of the hand-in: of its class or its function, or else the one that it made itself."""
        import torch

        for source in self.handin.sources.values():
            if not any(item.name.partition(".")[0] == "torch" for item in source.imports):
                continue
            held = vars(self.handin.module(source.path))
            for definition in source.definitions:
                made = _made(held.get(definition.name), definition, torch.nn.Module)
                if made is not None:
                    return made
            for value in held.values():
                if isinstance(value, torch.nn.Module):
                    return value
        raise Missing(
            "No network in PyTorch was found.", "Is it a class, or what a function without arguments returns?"
        )

    # a write-up's experiments

    def experiment(self, settings: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
        """Descend on all rows at once, tell losses now and then, and what the network says over the plane."""
        X, X_test = data["X_train"], data["X_test"]
        y, y_test = _targets(str(settings["targets"]), data["y_train"], data["y_test"])
        begin = self._in_pytorch if settings["network"] == "in PyTorch" else self._from_scratch
        descent = begin(np.random.RandomState(int(settings["seed"])).standard_normal(WEIGHTS), settings)
        epochs = int(settings["epochs"])
        places = list(range(0, epochs, max(1, epochs // _MOST_PLACES)))
        train: list[float] = []
        test: list[float] = []
        for epoch in range(epochs):
            if epoch == places[len(train) % len(places)]:
                test.append(descent.loss(X_test, y_test))
                train.append(descent.step(X, y))
            else:
                descent.step(X, y)
        x_1, x_2, cells = _rectangle(np.concatenate([X, X_test]))
        return {
            "epochs": epochs,
            "history": {"train loss": train, "test loss": test},
            "at": {"train loss": places, "test loss": places},
            "predictions": {n: (descent.predict(data[f"X_{n}"]) > 0.5).astype(np.int64) for n in ("train", "test")},
            "arrays": {"map": descent.predict(cells).reshape(len(x_2), len(x_1)), "x_1": x_1, "x_2": x_2},
            "numbers": {"floor": _floor(y)},
            "notes": descent.notes,
        }

    def _from_scratch(self, start: Array, settings: Mapping[str, Any]) -> Descent:
        model = Network(start)
        step = self.stepper(model, float(settings["learning_rate"]))
        return Descent(
            step=lambda X, y: float(np.mean(step(X, y)["loss"])),
            loss=lambda X, y: float(np.mean(self._own_loss(y, self._forward(X, model)))),
            predict=lambda X: self._believed(model, X),
        )

    def _in_pytorch(self, start: Array, settings: Mapping[str, Any]) -> Descent:
        """The hand-in's network in PyTorch, from the same weights, with the same loss and the same steps."""
        import torch

        network = self._twin().double()
        parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        has_layers = sorted(tuple(each.shape) for each in parameters) == sorted(_TWIN)
        with torch.no_grad():
            for parameter in parameters if has_layers else ():
                parameter.copy_(torch.as_tensor(_of_twin(start)[tuple(parameter.shape)]))
        optimizer = torch.optim.SGD(parameters, lr=float(settings["learning_rate"]))

        def output(X: Array) -> Any:
            return network(torch.as_tensor(X, dtype=torch.float64)).reshape(-1)

        def predict(X: Array) -> Array:
            with torch.no_grad():
                return np.asarray(output(X).numpy())

        def step(X: Array, y: Array) -> float:
            loss = ((output(X) - torch.as_tensor(y, dtype=torch.float64)) ** 2).sum() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return float(loss.item())

        same = "from the weights of the network from scratch" if has_layers else "from weights of its own"
        note = f"Your network in PyTorch was trained {same}, on all rows at once, with ½ Σ (y − ŷ)² as its loss."
        return Descent(step, lambda X, y: float(((predict(X) - y) ** 2).sum() / 2), predict, [note])

    def _call(self, function: Callable[..., Any], offers: Sequence[Offer]) -> Any:
        name = getattr(function, "__name__", "function")
        given, named = fit_arguments(name, function, offers)
        with np.errstate(all="ignore"):
            return call(self.handin, name, function, *given, **named)


class NetworkClass:
    """A class that keeps the 29 weights in its objects, used as the functions of the course."""

    def __init__(self, kind: type, call_: Callable[[Callable[..., Any], Sequence[Offer]], Any]) -> None:
        self._kind = kind
        self._call = call_

    def functions(self) -> dict[str, Callable[..., Any]]:
        """The course's functions by the names of their parts; each works on an object of its own."""
        offered = (self.forward, self.backward, self.loss, self.train, self.standardise, self.split, self.plane)
        return dict(zip(OF_CLASS, offered, strict=True))

    def forward(self, x: Array, w: Array) -> tuple[Any, Any]:
        """Hidden activations and prediction, returned or left in the object."""
        network = self.made(w)
        return self._passed(network, x, w)

    def backward(self, x: Array, y: Array, w: Array, eta: float) -> Any:
        """The weights after a step: those of the object where it moved, else what came back."""
        network = self.made(w, eta)
        hidden, prediction = self._passed(network, x, w)
        offers = [*self._data(network, BACKWARD, x, y, w), Offer(prediction, PREDICTION), Offer(hidden, ACTIVATIONS)]
        offers += [Offer(eta, RATE), Offer(y.size, ROWS)]
        before = self.weights(network)
        returned = self._run(network, BACKWARD, offers)
        update = find_method(network, UPDATE)
        if np.array_equal(before, self.weights(network)) and update is not None:
            self._call(update, [Offer(returned, r"d?w|.*grad.*|dws?|deltas?"), Offer(eta, RATE)])
        after = self.weights(network)
        return returned if np.array_equal(before, after) and returned is not None else after

    def loss(self, y: Array, y_pred: Any) -> Any:
        """The loss of these predictions, which some networks take from their last forward pass."""
        network, rows = self.made(np.zeros(WEIGHTS)), np.size(y)
        if not takes(self._method(network, "loss"), PREDICTION):
            _, told = self._passed(network, np.zeros((rows, 2)), np.zeros(WEIGHTS))
            for name, value in namespace(network).items():
                if _array(value) is not None and np.shape(value) == np.shape(told) and np.array_equal(value, told):
                    setattr(network, name, np.reshape(y_pred, np.shape(told)))
        return self._run(network, "loss", [Offer(y, TARGETS), Offer(y_pred, PREDICTION), Offer(rows, ROWS)])

    def train(self, x: Array, y: Array, w: Array, eta: float, epochs: int) -> Any:
        """The weights after so many epochs, and the losses that were returned or kept."""
        network = self.made(w, eta, epochs)
        offers = [*self._data(network, "train", x, y, w), Offer(eta, RATE), Offer(epochs, EPOCHS)]
        offers += [Offer(x.copy(), HELD_INPUTS), Offer(y.copy(), HELD_TARGETS), Offer(len(y), ROWS)]
        returned = self._run(network, "train", offers)
        return self.weights(network), _one_per_epoch(epochs, returned, namespace(network))

    def standardise(self, x: Array) -> Any:
        """What a method makes of the inputs."""
        return self._run(self.made(np.zeros(WEIGHTS)), "standardise", [Offer(x, INPUTS)])

    def split(self, x: Array, y: Array) -> Any:
        """The parts into which a method cuts the data."""
        return self._run(self.made(np.zeros(WEIGHTS)), "split", [Offer(x, INPUTS), Offer(y, TARGETS)])

    def plane(self, w: Array, x: Array, mean: Array, deviation: Array, steps: int) -> Any:
        """A method's map; the network has standardised its inputs before, so that it can know by what."""
        network = self.made(w)
        if find_method(network, PARTS["standardise"].names):
            self._run(network, "standardise", [Offer(x.copy(), INPUTS)])
        offers = [Offer(x, INPUTS), Offer(mean, MEAN), Offer(deviation, DEVIATION), Offer(steps, FINENESS)]
        return self._run(network, "plane", offers)

    def made(self, w: Array, eta: float = 1.0, epochs: int = 1) -> Any:
        """An object of the class with these weights and this learning rate."""
        offers = [Offer(np.array(w), VECTOR), Offer(eta, RATE), Offer(epochs, EPOCHS)]
        offers += [Offer(2, r".*in.*"), Offer(HIDDEN, r".*hid.*"), Offer(1, r".*out.*"), Offer(0, r".*seed.*")]
        network = self._call(self._kind, offers)
        for name in namespace(network):
            if re.fullmatch(RATE, spelled(name)):
                setattr(network, name, eta)
        self._keep(network, w)
        return network

    def _keep(self, network: Any, w: Array) -> None:
        """Give a network these weights: in one vector, in 29 numbers by their names, or in arrays for each layer."""
        path = _path_of_vector(network)
        if path:
            put(network, path, np.array(w).reshape(np.shape(get(network, path))))
        elif holder := _holder_of_numbers(network):
            for name, value in zip(_KEYS, w.tolist(), strict=True):
                put(holder, (("item" if isinstance(holder, dict) else "attribute", name),), value)
        elif not takes(self._method(network, FORWARD), VECTOR):
            write_parameters(network, _layout(network), _by_layer(w))

    def weights(self, network: Any) -> Array:
        path = _path_of_vector(network)
        if path:
            return np.array(get(network, path), dtype=np.float64).reshape(-1)
        if holder := _holder_of_numbers(network):
            return np.array([float(np.ravel(entries(holder)[name])[0]) for name in _KEYS])
        if takes(self._method(network, FORWARD), VECTOR):
            return np.zeros(WEIGHTS)
        return _in_one(read_parameters(network, _layout(network)))

    def _passed(self, network: Any, x: Array, w: Array) -> tuple[Any, Any]:
        rows = int(np.size(x)) // 2
        method = self._method(network, FORWARD)
        returned = self._call(method, [*_points(method, x, x), Offer(w, VECTOR), Offer(rows, ROWS)])
        left = [value for name, value in namespace(network).items() if re.fullmatch(ACTIVATIONS, spelled(name))]
        hidden, prediction = _sorted_out(returned, rows)
        return (hidden if hidden is not None else _sorted_out([*left, prediction], rows)[0]), prediction

    def _data(self, network: Any, part: str, x: Array, y: Array, w: Array) -> list[Offer]:
        return [*_points(self._method(network, part), x, x), Offer(y, TARGETS), Offer(w, VECTOR)]

    def _run(self, network: Any, part: str, offers: Sequence[Offer]) -> Any:
        return self._call(self._method(network, part), offers)

    def _method(self, network: Any, part: str) -> Callable[..., Any]:
        method = find_method(network, PARTS[part].names)
        if method is None:
            raise Missing(f"{self._kind.__name__} has no method {PARTS[part].names[0]}.")
        return method


def _one_per_epoch(epochs: int, *held: Any) -> Array | None:
    """The first series in some records that has a number for each epoch."""
    found = (np.ravel(series) for each in held for _, series in named_series(each))
    return next((series for series in found if len(series) in (epochs, epochs + 1)), None)


_LAYERS = {"W1": (2, HIDDEN), "b1": (HIDDEN,), "W2": (HIDDEN, 1), "b2": (1,)}


def _layout(network: Any) -> Layout:
    layout = find_layout(network, _LAYERS)
    if any(place.bias_row is not None for place in layout.places.values()):
        raise OutOfSight("The network keeps its biases inside of its matrices, so a person has to look.")
    return layout


def _by_layer(w: Array) -> dict[str, Array]:
    """The 29 weights as matrices and biases."""
    bias, x_1, x_2, output_bias, output = _blocks(w).values()
    return {"W1": np.stack([x_1, x_2]), "b1": bias, "W2": output.reshape(-1, 1), "b2": output_bias}


def _in_one(layers: Mapping[str, Array]) -> Array:
    parts = (layers["b1"], layers["W1"], layers["b2"], layers["W2"])
    return np.concatenate([np.ravel(part) for part in parts])


def _path_of_vector(network: Any) -> Path | None:
    """Where a network keeps its 29 weights in one array."""
    fitting = [path for path, array in parameter_leaves(network).items() if np.size(array) == WEIGHTS]
    return min(fitting, key=len, default=None)


def _holder_of_numbers(network: Any) -> Any:
    """What holds 29 numbers by the names w1 to w29: the network itself or a dictionary in it."""
    holders = [network, *(value for value in namespace(network).values() if isinstance(value, dict))]
    return next((each for each in holders if all(key in entries(each) for key in _KEYS)), None)


# what a script does outside of the functions that are found

_FIRST_STEPS = 12  # of a script's training that are followed
_LOSSES: tuple[Callable[[Array, Array], float], ...] = (
    lambda y, p: float(np.sum((y - p) ** 2)) / 2,
    lambda y, p: float(np.sum((y - p) ** 2)),
    lambda y, p: float(np.mean((y - p) ** 2)),
    lambda y, p: float(np.mean((y - p) ** 2)) / 2,
    lambda y, p: float(np.sqrt(np.mean((y - p) ** 2))),
    lambda y, p: float(np.sum(np.abs(y - p))),
    lambda y, p: float(np.mean(np.abs(y - p))),
    lambda y, p: -float(np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))),
    lambda y, p: -float(np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))),
)


@dataclass(frozen=True)
class Placed:
    """Points that a script uses, found in its table: which rows they are, and how they were shifted and scaled."""

    points: Array
    rows: list[int]
    shift: Array
    scale: Array

    def scaled_like(self, other: Placed) -> bool:
        """Whether both were standardised by the same numbers."""
        return _close(self.shift / other.scale, other.shift / other.scale) and _close(self.scale, other.scale)


class Script:
    """What a hand-in's script does with its data and weights, told by what it gives to the two passes."""

    def __init__(self, table: Array, run: Run, backward: Iterable[str]) -> None:
        self.table = table
        self.run = run
        self.steps = [call for call in run.calls if call.name in backward]
        self.passes = [call for call in run.calls if call.name not in backward]

    @cached_property
    def trained(self) -> Placed | None:
        """The points of the first step."""
        return _placed(_points_given(self.steps[0]), self.table)

    @cached_property
    def tested(self) -> Placed | None:
        """The points that were held out and went through the network."""
        return self._held_out(map(_points_given, self.passes))

    def _held_out(self, given: Iterable[Array]) -> Placed | None:
        """The first of these points that are in the table and not those of the training, apart from them if any are."""
        if self.trained is None:
            return None
        kinds = {(len(each), *each[:1].flat): each for each in given}  # the same points come in every epoch
        placed = [_placed(each, self.table) for each in kinds.values()]
        parts = [each for each in placed if each is not None and len(each.rows) < len(self.table)]
        parts = [each for each in parts if {*each.rows} != {*self.trained.rows}]
        apart = [each for each in parts if not {*each.rows} & {*self.trained.rows}]
        return next(iter(apart or parts), None)

    @cached_property
    def targets(self) -> Array:
        """The targets of the first step."""
        told = _array(self.steps[0].given.get("y"))
        return np.zeros(0) if told is None else told.reshape(-1)

    def prepared(self) -> dict[str, Any] | None:
        """How inputs and targets get to the network, in the driver's words."""
        if self.trained is None or not self.targets.size:
            return None
        points = self.table[:, :2]
        whole = (points - self.trained.shift) / self.trained.scale
        told = _told(points, whole if _is_standard(whole) else self.trained.points, np.zeros((0, 2)), self.targets)
        return told | {"the test points are standardised": self._form_of_test(self.trained)}

    def _form_of_test(self, trained: Placed) -> str:
        if self.tested is None or self.tested.scaled_like(trained):
            return "as the training points"
        if _close(self.tested.scale, 1) and _close(self.tested.shift, 0):
            return "not at all"
        return "by themselves" if _is_standard(self.tested.points) else "otherwise"

    def split(self, count: int) -> dict[str, Any] | None:
        """Where the rows of the table go, told as if there were so many."""
        lying = (_as_points(value) for held in self.run.variables for value in held.values())
        held_out = self.tested or self._held_out(lying)
        if self.trained is None or held_out is None or len(self.targets) != len(self.trained.rows):
            return None
        train, test, share = self.trained.rows, held_out.rows, count / len(self.table)
        beside = np.array_equal(self.table[train, 2] > 0.5, self.targets > self.targets.mean())
        in_order = [*train, *test] in (both := sorted([*train, *test]), [*both[len(test) :], *both[: len(test)]])
        return {
            "rows for training": round(share * len(train), 9),
            "rows for testing": round(share * len(test), 9),
            "rows in both parts": float(len({*train} & {*test})),
            "rows in neither part": float(len(self.table) - len({*train} | {*test})),
            "the labels stand": "beside their points" if beside else "beside other points",
            "the points come": f"in {'the order of the file' if in_order else 'another order'}",
        }

    def plane(self) -> dict[str, str] | None:
        """By what the points of the map were standardised, told by where they lie: its axes were not seen."""
        if self.trained is None or (points := self._map_points()) is None:
            return None
        told = _told_by_place(points, self.table[:, :2], self.trained.shift, self.trained.scale)
        return {"the grid is standardised": told} if told else None

    def _map_points(self) -> Array | None:
        """The points, more than the table has, that went through the network after the training had begun."""
        calls = self.run.calls[self.run.calls.index(self.steps[0]) :]
        given = [_points_given(call) for call in calls if call not in self.steps]
        many = [each for each in given if len(each) > len(self.table)]
        one_by_one = [each for each in given if len(each) == 1]
        return many[-1] if many else np.concatenate(one_by_one) if len(one_by_one) > len(self.table) else None

    def loss(self, y: Array, prediction: Array) -> float | None:
        """The loss of these predictions, by the formula that gives the losses which the script keeps."""
        steps = [(_flat_array(call, "y"), _flat_array(call, "prediction")) for call in self.steps[:_FIRST_STEPS]]
        if not all(each.size == other.size > 0 for each, other in steps):
            return None
        with np.errstate(all="ignore"):
            believed = [np.array([formula(*step) for step in steps]) for formula in _LOSSES]
        for held in self.run.variables:
            for _, series in _series(held):
                for formula, losses in zip(_LOSSES, believed, strict=True):
                    if _begins_with(series, losses):
                        return formula(y, prediction)
        return None

    def descends(self) -> bool:
        """Whether each epoch is a pass forward and a step on the same rows, from where the last one ended.

        What is surely wrong in between is `Unusable`.
        """
        steps = self.steps[:_FIRST_STEPS]
        if len(steps) < 3 or any(not _same(call, steps[0], role) for call in steps for role in ("x", "x1", "x2", "y")):
            return False
        for before, after in itertools.pairwise(steps):
            moved = _moved(before)
            if moved is None or "w" not in after.given:
                return False
            if _close(_flat_array(after, "w"), moved):
                continue
            if _close(_flat_array(after, "w"), _flat_array(before, "w")):
                raise Unusable(
                    "Each epoch of your script begins with the weights that the one before began with.",
                    "Where do the new weights go that backward_propagation gives back?",
                )
            return False
        return self._predicts_anew(steps)

    def _predicts_anew(self, steps: list[Called]) -> bool:
        """Whether each step is given the predictions of its own weights."""
        predictions = [_flat_array(call, "prediction") for call in steps]
        if not all(each.size for each in predictions):
            return True  # a backward pass that asks for none makes its own
        if all(_close(each, predictions[0]) for each in predictions):
            raise Unusable(
                "The predictions that backward_propagation is given are the same in every epoch of your script.",
                "The weights change in each epoch. What has to be computed again?",
            )
        known = [(_flat_array(call, "w"), _flat_of_pass(call)) for call in self.passes]
        return all(
            any(
                _close(w, _flat_array(call, "w")) and _close(told, _flat_array(call, "prediction")) for w, told in known
            )
            for call in steps[:3]
        )


def _told_by_place(points: Array, table: Array, shift: Array, scale: Array) -> str | None:
    """By what a map's points were standardised, told by where they lie: its axes were not seen."""
    if _is_standard(points):
        return "by its own mean and deviation"
    ways = {
        _RIGHT_MAP: points * scale + shift,
        "not at all": points,
        "shifted and not scaled": points + shift,
    }
    return next((name for name, on_plane in ways.items() if _covers(on_plane, table)), None)


def _covers(points: Array, table: Array) -> bool:
    """Whether points lie about where those of a table do; a map may end before or after them."""
    low, high = table.min(axis=0), table.max(axis=0)
    near, span = 0.25 * (high - low), np.ptp(points, axis=0)
    reaches = (points.min(axis=0) <= low + near) & (points.max(axis=0) >= high - near)
    return bool((reaches & (span <= 4 * (high - low))).all())


def _drawn_table() -> Array:
    """A hundred points where the course's lie, and their classes.

    Most lie near one corner, so that the middle of the plane and the mean of the points are different; no two of them
    are so near to each other that one could be taken for the other.
    """
    rng = np.random.RandomState(29)
    even = (np.stack([rng.permutation(100), rng.permutation(100)], axis=1) + rng.uniform(0.3, 0.7, (100, 2))) / 100
    points = np.array([-6.0, -900.0]) + np.array([2.0, 1900.0]) * (0.15 * even + 0.85 * even**3)
    return np.column_stack([points, rng.permutation(100) % 4 == 0])


def _placed(points: Array, table: Array) -> Placed | None:
    """Where these points are in the table, whatever they were shifted and scaled by; each column by itself."""
    if not 8 <= len(points) <= len(table):
        return None
    rows = _rows_of(points[:, 0], table[:, 0])
    if rows is None:
        return None
    lines = [np.polyfit(told, raw, 1) for told, raw in zip(points.T, table[rows, :2].T, strict=True)]
    fits = [np.polyval(line, told) - raw for line, told, raw in zip(lines, points.T, table[rows, :2].T, strict=True)]
    if any(float(np.abs(fit).max()) > 1e-4 * float(np.ptp(raw)) for fit, raw in zip(fits, table[:, :2].T, strict=True)):
        return None
    scale, shift = np.array(lines).T
    return Placed(points, rows, shift, scale)


def _rows_of(column: Array, raw: Array) -> list[int] | None:
    """The rows of a table whose first numbers these are after some shift and scale."""
    order = np.argsort(raw)
    ordered, low, high, near = raw[order], float(column.min()), float(column.max()), 1e-5 * float(np.ptp(raw))
    if high <= low:
        return None
    first, last = (each.reshape(-1, 1) for each in np.triu_indices(len(raw), 4))
    some = ordered[first] + (column[:6] - low) * (ordered[last] - ordered[first]) / (high - low)
    likely = np.abs(ordered[_nearest(ordered, some)] - some).max(axis=1) < near
    for begin, end in zip(first[likely, 0], last[likely, 0], strict=True):
        there = ordered[begin] + (column - low) * (ordered[end] - ordered[begin]) / (high - low)
        places = _nearest(ordered, there)
        if float(np.abs(ordered[places] - there).max()) < near:
            return [int(row) for row in order[places]]
    return None


def _nearest(ordered: Array, values: Array) -> Array:
    """For each value the place of the number that is nearest to it."""
    after = np.clip(np.searchsorted(ordered, values), 1, len(ordered) - 1)
    nearest: Array = after - (values - ordered[after - 1] < ordered[after] - values)
    return nearest


def _points_given(call: Called) -> Array:
    """The points of a call as (N, 2); none where it was given others."""
    if "x1" in call.given and "x2" in call.given:
        return _as_points(np.column_stack([_flat_array(call, "x1"), _flat_array(call, "x2")]))
    return _as_points(call.given.get("x"))


def _as_points(value: Any) -> Array:
    points = _array(value) if isinstance(value, (np.ndarray, list)) or hasattr(type(value), "__array__") else None
    if points is None or points.size == 0 or points.ndim not in (1, 2):
        return np.zeros((0, 2))
    points = points.reshape(1, -1) if points.ndim == 1 else points
    if points.shape[1] not in (2, 3):
        points = points.T
    if points.shape[1] == 3:  # a column of ones goes with the biases
        varies = [column for column in points.T if np.ptp(column) > 0]
        points = np.column_stack(varies) if len(varies) == 2 else np.zeros((0, 2))
    return points.astype(np.float64) if points.shape[1] == 2 else np.zeros((0, 2))


def _flat_array(call: Called, role: str) -> Array:
    told = _array(_vector_of(call.given[role])) if role in call.given else None
    return np.zeros(0) if told is None else told.reshape(-1).astype(np.float64)


def _flat_of_pass(call: Called) -> Array:
    try:
        told = _array(_sorted_out(call.returned, len(_points_given(call)))[1])
    except Unusable:
        told = None
    return np.zeros(0) if told is None else told.reshape(-1).astype(np.float64)


def _moved(call: Called) -> Array | None:
    """The weights that a step gave back, or None."""
    try:
        return _new_weights(_vector_of(call.returned), None)
    except Unusable:
        return None


def _same(call: Called, other: Called, role: str) -> bool:
    return (role in call.given) == (role in other.given) and _close(_flat_array(call, role), _flat_array(other, role))


def _close(values: Any, others: Any) -> bool:
    """Whether numbers are the same but for single precision."""
    one, other = np.asarray(values, dtype=np.float64), np.asarray(others, dtype=np.float64)
    return (one.shape == other.shape or other.ndim == 0) and bool(np.allclose(one, other, rtol=1e-5, atol=1e-5))


def _series(held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Records of numbers in the variables of a file or of a function; what cannot be looked through is passed over."""
    for value in held.values():
        try:
            yield from list(named_series(value)) if isinstance(value, (list, tuple, dict, np.ndarray)) else ()
        except Exception:  # an object of the hand-in's
            continue


def _begins_with(series: Any, losses: Array) -> bool:
    """Whether a record of a training begins with these losses, or with the second of them."""
    told = np.array([float(np.ravel(each)[0]) for each in list(series)[: len(losses)]])
    return any(
        count >= 3 and np.allclose(told[:count], losses[start : start + count], rtol=1e-5, atol=0)
        for start in (0, 1)
        for count in [min(len(told), len(losses) - start)]
    )


# the network in PyTorch

_TWIN: tuple[tuple[int, ...], ...] = (
    (7, 2),
    (7,),
    (1, 7),
    (1,),
)  # the shapes of torch's own parameters of its two layers


def _of_twin(w: Array) -> dict[tuple[int, ...], Array]:
    """The 29 weights as the parameters of its layers, by their shapes."""
    bias, x_1, x_2, output_bias, output = _blocks(w).values()
    parameters = (np.stack([x_1, x_2], axis=1), bias, output[None, :], output_bias)
    return {parameter.shape: parameter for parameter in parameters}


def _made(value: Any, definition: Definition, module: type) -> Any:
    """A network that this class or function makes without being told anything, or None."""
    is_class = isinstance(value, type) and issubclass(value, module)
    if not is_class and (definition.kind == "class" or any(p.default is p.empty for p in parameters_of(value) or ())):
        return None
    try:
        made = value()
    except Exception:  # another one may do
        return None
    return made if isinstance(made, module) else None


def _output_of_twin(output: Array, X: Array, known: Mapping[tuple[int, ...], Array]) -> str:
    """Whether the output is the sum over the hidden sigmoids, with or without a sigmoid of its own."""
    hidden = 1 / (1 + np.exp(-(X @ known[7, 2].T + known[7,])))
    linear = hidden @ known[1, 7][0] + known[1,][0]
    fits = any(output.shape == y.shape and np.allclose(output, y) for y in (linear, 1 / (1 + np.exp(-linear))))
    return "as the weights say" if fits else "otherwise"


# a write-up's experiments


def _targets(form: str, y: Array, y_test: Array) -> tuple[Array, Array]:
    """The classes as targets: as they are, or standardised by those of the training rows."""
    if form != "standardised":
        return y.astype(np.float64), y_test.astype(np.float64)
    return (y - y.mean()) / y.std(), (y_test - y.mean()) / y.std()


def _floor(y: Array) -> float:
    """The smallest loss that outputs between 0 and 1 can reach."""
    return 0.5 * float(np.sum((y - np.clip(y, 0, 1)) ** 2))


def _rectangle(X: Array) -> tuple[Array, Array, Array]:
    """The axes of a map that holds all points, and its cells (cells, 2), row by row."""
    x_1, x_2 = (np.linspace(column.min() - 0.2, column.max() + 0.2, _MAP) for column in X.T)
    grid_1, grid_2 = np.meshgrid(x_1, x_2)
    return x_1, x_2, np.column_stack([grid_1.reshape(-1), grid_2.reshape(-1)])


# weights and activations


def _blocks(w: Array) -> dict[str, Array]:
    """The 29 numbers in the five blocks of the course's drawing."""
    if w.shape != (WEIGHTS,):
        raise Unusable(f"{WEIGHTS} weights were expected; the shape is {w.shape}.")
    ends = np.cumsum(list(BLOCKS.values()))
    return {name: w[end - size : end] for (name, size), end in zip(BLOCKS.items(), ends, strict=True)}


def _new_weights(returned: Any, in_place: Array | None) -> Array:
    """The weights after the step, from whatever came back; those changed in place where nothing came back."""
    if returned is None and in_place is not None:
        return in_place
    if returned is None:
        raise Unusable("backward_propagation gave nothing back.", "Is a return statement missing?")
    whole = _array(returned)
    listed = [whole] if whole is not None and whole.size == WEIGHTS else _leaves(returned)
    fitting = next((each for each in listed if each.size == WEIGHTS), None)
    if fitting is None:
        shapes = ", ".join(str(each.shape) for each in listed) or "nothing that is made of numbers"
        raise Unusable(f"backward_propagation gave back {shapes}; expected the {WEIGHTS} new weights.")
    return fitting.reshape(-1)


def _vector_of(weights: Any) -> Any:
    """Weights that are kept by their names as a vector; anything else as it is."""
    if isinstance(weights, dict) and all(key in weights for key in _KEYS):
        return numbers([np.ravel(weights[key])[0] for key in _KEYS], "the weights")
    return weights


def _points(function: Callable[..., Any], X: Array, x: Array) -> list[Offer]:
    """The inputs: x as it is laid out, or each column by itself where a function takes two."""
    if takes(function, FIRST) and takes(function, SECOND):
        return [Offer(X[:, 0], FIRST), Offer(X[:, 1], SECOND)]
    return [Offer(x, INPUTS)]


def _weights_and_losses(returned: Any) -> tuple[Array, Array | None]:
    items = returned if isinstance(returned, (tuple, list)) else [returned]
    arrays = [each.reshape(-1) for each in _leaves(tuple(map(_vector_of, items)))]
    weights = [each for each in arrays if each.size == WEIGHTS]
    if not weights:
        raise Unusable("The training loop did not give the 29 weights back.")
    losses = [each for each in arrays if each.size != WEIGHTS and each.size > 1]
    return weights[0], losses[0] if losses else None


def _sorted_out(returned: Any, rows: int) -> tuple[Any, Any]:
    """Hidden activations and prediction by their sizes, in whatever order they came; extra values are ignored."""
    items = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    items = list(returned.values()) if isinstance(returned, dict) else items
    if returned is None:
        raise Unusable("forward_pass gave nothing back.", "Is a return statement missing?")
    sizes = [array.size if (array := _array(item)) is not None else -1 for item in items]
    hidden = next((item for item, size in zip(items, sizes, strict=True) if size in (7 * rows, 8 * rows)), None)
    prediction = next((item for item, size in zip(items, sizes, strict=True) if size == rows), None)
    if prediction is None:
        rest = [item for item in items if item is not hidden]
        if not rest:
            raise Unusable("forward_pass gave back no prediction.")
        prediction = rest[-1]
    return hidden, prediction


def _rows_of_hidden(hidden: Array | None, rows: int, by_columns: bool) -> Array | None:
    """The hidden activations as (N, 7), without a column of ones for the bias."""
    if hidden is None:
        return None
    units = hidden.size // rows
    matrix = hidden.reshape(units, rows).T if by_columns else hidden.reshape(rows, units)
    if units == HIDDEN + 1:
        return matrix[:, 1:] if (matrix[:, 0] == 1).all() else matrix[:, :-1]
    return matrix


def _flat(prediction: Any, rows: int) -> Array:
    array = numbers(prediction, "the prediction")
    return array.reshape(-1) if array.size == rows else array


def _like(y: Array, prediction: Any) -> Array:
    """The targets as floats, in the shape of the hand-in's own predictions."""
    shape = np.shape(prediction)
    targets = np.array(y, dtype=np.float64)
    return targets.reshape(shape) if shape and targets.size == int(np.prod(shape)) else targets


def _ratio(moved: Array, whole: Array, eta: float, still: float) -> float:
    """How long the step is, negative where it goes the other way; `still` for what moves in neither step."""
    length = float(np.linalg.norm(whole))
    if not length:
        return still if not moved.any() else float("inf")
    sign = 1.0 if float(moved @ whole) >= 0 else -1.0
    return sign * float(np.linalg.norm(moved)) / (eta * length)


# the data


def _canonical(x: Array) -> Array:
    """Divided by the deviation with N in it, where the hand-in has N - 1 there."""
    rows = len(x) if x.ndim else 0
    if x.ndim == 2 and rows > 2 and np.allclose(x.std(axis=0, ddof=1), 1, rtol=1e-9, atol=0):
        x = x * np.sqrt(rows / (rows - 1))
    return x


def _is_standard(x: Array) -> bool:
    whole = _canonical(x)
    return whole.ndim == 2 and bool(_close(whole.mean(axis=0), 0) and _close(whole.std(axis=0), 1))


def _told(X: Array, x_train: Array, x_test: Array, targets: Array) -> dict[str, Any]:
    """What became of the inputs X and of the targets."""
    whole = np.concatenate([x_train, x_test])
    train = whole if _is_standard(whole) else x_train
    return {
        "the inputs come out": _form(X, _canonical(train)),
        "the test points are standardised": _form_of_test(X, x_train, x_test),
        "the targets lie": _form_of_targets(targets),
    }


def _form(X: Array, x: Array) -> str:
    """How standardised inputs look, as far as that does not depend on which rows they are."""
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    if np.isin(x, X).all():
        return "as they were"
    if np.allclose(x.min(axis=0), 0) and np.allclose(x.max(axis=0), 1):
        return "from 0 to 1"
    if len(x) == len(X) and np.allclose(deviation, X.std(axis=0)):
        return "shifted and not scaled"
    centre = "with mean 0" if _close(mean, 0) else "with another mean"
    return f"{centre} and {'deviation 1' if _close(deviation, 1) else 'another deviation'}"


def _form_of_test(X: Array, x_train: Array, x_test: Array) -> str:
    """What the test points were standardised by; lost or doubled points are told elsewhere."""
    whole = np.concatenate([x_train, x_test])
    if whole.shape != X.shape or not len(x_test) or _misfit(X, whole) < 1e-9:
        return "as the training points"
    if np.isin(x_test, X).all():
        return "not at all"
    return "by themselves" if _is_standard(x_test) else "otherwise"


def _form_of_targets(targets: Array) -> str:
    """Whether a sigmoid can come near to the targets, of which one in four is 1."""
    if not targets.size:
        return "nowhere"
    targets = targets.astype(np.float64)
    if (targets > -1e-9).all() and (targets < 1 + 1e-9).all():
        return "within a sigmoid's reach"
    return f"beyond a sigmoid's reach{', standardised' if abs(targets.mean()) < 0.3 and targets.max() > 1.2 else ''}"


def _misfit(X: Array, x: Array) -> float:
    """How far the points are from one shift and one scale of each column; the order of the rows does not matter."""
    pairs = zip(np.sort(X, axis=0).T, np.sort(x, axis=0).T, strict=True)
    return max(float(np.abs(np.polyval(np.polyfit(raw, told, 1), raw) - told).max()) for raw, told in pairs)


def _parts_of(returned: Any) -> tuple[Array, Array, Array, Array]:
    """x_train, x_test, y_train and y_test by their shapes; the larger part is for training."""
    listed = _leaves(returned)
    inputs = [each if each.shape[1] == 2 else each.T for each in listed if each.ndim == 2 and 2 in each.shape]
    targets = [each.reshape(-1) for each in listed if each.ndim == 1 or 1 in each.shape]
    if not inputs:
        raise Unusable("No array with two columns came back.")
    inputs.sort(key=len, reverse=True)
    train, test = inputs[0], inputs[1] if len(inputs) > 1 else np.zeros((0, 2))
    of = {len(each): each for each in reversed(targets)}
    return train, test, of.get(len(train), np.zeros(0)), of.get(len(test), np.zeros(0))


def _whereabouts(x_train: Array, x_test: Array, y_train: Array, y_test: Array, rows: int) -> dict[str, Any]:
    """Rows are told by the rank of their first input, which standardising keeps; labels by their own."""
    x, y = _ranks(np.concatenate([x_train[:, 0], x_test[:, 0]])), _ranks(np.concatenate([y_train, y_test]))
    train, test = set(x[: len(x_train)]), set(x[len(x_train) :])
    in_order = list(x) in (sorted(x), _last_first(x, len(x_train)))
    together = len(x) == len(y) and bool((x == y).all())
    return {
        "rows for training": float(len(x_train)),
        "rows for testing": float(len(x_test)),
        "rows in both parts": float(len(train & test)),
        "rows in neither part": float(rows - len(train | test)),
        "the labels stand": "beside their points" if together else "beside other points",
        "the points come": f"in {'the order of the file' if in_order else 'another order'}",
    }


def _last_first(x: Array, train: int) -> list[int]:
    """The ranks of rows that are cut in the order of the file, with the test rows at its beginning."""
    ordered = sorted(x)
    return ordered[len(x) - train :] + ordered[: len(x) - train]


def _ranks(values: Array) -> Array:
    return np.unique(values, return_inverse=True)[1].reshape(-1)


def _write_table(X: Array, y: Array) -> None:
    """The data where a preparation that reads a file looks for it."""
    np.savetxt(_TABLE, np.column_stack([X, y]), delimiter=",", header=_HEADER, comments="")


def _grid_of(listed: list[Array]) -> tuple[Array, Array] | None:
    """The map's points (cells, 2) and their values, from matrices, axes, or a list of points."""
    values = next((each for each in reversed(listed) if each.size > 4 and _could_be_predictions(each)), None)
    if values is None:
        return None
    others = [each for each in listed if each is not values and each.size > 2]
    same = [each for each in others if each.shape == values.shape]
    points = next((each for each in others if each.shape == (values.size, 2)), None)
    if len(same) >= 2:
        return np.column_stack([same[0].reshape(-1), same[1].reshape(-1)]), values.reshape(-1)
    if points is not None:
        return points, values.reshape(-1)
    axes = [each for each in others if each.ndim == 1]
    if len(axes) >= 2 and values.shape == (len(axes[1]), len(axes[0])):
        x_1, x_2 = np.meshgrid(axes[0], axes[1])
        return np.column_stack([x_1.reshape(-1), x_2.reshape(-1)]), values.reshape(-1)
    return None


def _wrong_ways(points: Array, mean: Array, deviation: Array) -> Iterator[tuple[str, Array]]:
    """What else may have been done to the points of a map before they went into the network."""
    yield "by its own mean and deviation", (points - points.mean(axis=0)) / points.std(axis=0)
    yield "not at all", points
    yield "shifted and not scaled", points - mean
    yield f"{_RIGHT_MAP}, but with its columns swapped", (points[:, ::-1] - mean) / deviation


_RIGHT_MAP = "as the training inputs"


def _agree(values: Array, believed: Array) -> bool:
    """Whether nearly all cells say what is believed of them, be it a probability or a class."""
    if set(np.unique(values)) <= {0.0, 1.0}:
        believed = (believed > 0.5).astype(np.float64)
    return float(np.mean(np.abs(values - believed) > 1e-6)) < 1e-3


def _mirrored(values: Array) -> Array:
    side = round(values.size**0.5)
    return values.reshape(side, side).T.reshape(-1) if side * side == values.size else values


def _could_be_predictions(values: Array) -> bool:
    return bool(values.min() >= 0 and values.max() <= 1)


# reading


def _array(value: Any) -> Array | None:
    """The value as an array of numbers, or None where it is none."""
    try:
        return numbers(value, "it")
    except (Unusable, ValueError):
        return None


def _leaves(value: Any) -> list[Array]:
    """The arrays in nested tuples, lists and dictionaries, in order; a list of numbers is one array."""
    return list(_leaf_arrays(value, 4))


def _leaf_arrays(value: Any, depth: int) -> Iterator[Array]:
    parts: Iterable[Any] | None = value.values() if isinstance(value, dict) else None
    if isinstance(value, tuple) or (isinstance(value, list) and _array(value) is None):
        parts = value
    if parts is not None and depth:
        for item in parts:
            yield from _leaf_arrays(item, depth - 1)
        return
    array = _array(value)
    if array is not None:
        yield array
