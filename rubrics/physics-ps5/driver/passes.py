"""Both passes of a hand-in, called as it wants them and read in the grader's own layouts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer
from grader.worker.naming import RATE

from .names import ACTIVATIONS, BACKWARD, FORWARD, HIDDEN, KEYS, PREDICTION, ROWS, TARGETS, VECTOR, WEIGHTS
from .parts import Parts
from .rates import rate_beside
from .reading import array_of, flat_prediction, like, new_weights, offered_points, rows_of_hidden, sorted_out, vector_of

_VECTOR, _COLUMN, _DICTIONARY = "vector", "column", "dictionary"  # how a hand-in may keep its weights


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


class Passes:
    """The forward and the backward pass; how they lay out their arrays is found out once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.by_columns: bool | None = None  # whether x goes in as (2, N)
        self._hidden_by_columns: bool | None = None  # whether hidden activations come out as (7, N)
        self._weights_as = _VECTOR
        self._counts_units = False  # whether N is the number of hidden units

    def known(self) -> Passes:
        """The same, once the layouts are found out."""
        if self.by_columns is None:
            self._find_layouts()
        return self

    def forward(self, X: Array, model: Network) -> Pass:
        """Run the hand-in's forward pass; x goes in as the hand-in wants it, which is found out once."""
        self.known()
        given = model.w.copy()
        seen = self._forward_as(X, given, bool(self.by_columns))
        self._note_touched(model, given)
        return seen

    def _find_layouts(self) -> None:
        """With five rows nothing can be mistaken: x is (5, 2) or (2, 5), hidden activations have 35 entries."""
        rng = np.random.RandomState(3)
        x, w = rng.standard_normal((5, 2)), rng.standard_normal(WEIGHTS) / 2
        self.by_columns = False
        ways = itertools.product((False, True), (_VECTOR, _COLUMN, _DICTIONARY), (False, True))
        for self._counts_units, self._weights_as, by_columns in ways:
            try:
                seen = self._forward_as(x, w, by_columns)
            except Exception:  # the other layout may do; what is wrong with both is told by the next call
                continue
            if seen.prediction.size == len(x):
                self.by_columns = by_columns
                hidden = array_of(seen.raw_hidden)
                self._hidden_by_columns = hidden is not None and hidden.ndim == 2 and hidden.shape[1] == len(x)
                return
        self._weights_as, self._counts_units = _VECTOR, False

    def _forward_as(self, X: Array, w: Array, by_columns: bool) -> Pass:
        function, x = self._parts.part(FORWARD), X.T if by_columns else X
        handed = self.handed(w)
        offers = [
            *offered_points(function, X, x),
            Offer(handed, VECTOR),
            self._count(len(X)),
            Offer(HIDDEN, r".*hidden.*"),
        ]
        returned = self._parts.call(function, offers)
        w[...] = vector_of(handed).reshape(-1)
        hidden, prediction = sorted_out(returned, len(X))
        laid_out = rows_of_hidden(array_of(hidden), len(X), bool(self._hidden_by_columns))
        return Pass(x, hidden, prediction, laid_out, flat_prediction(prediction, len(X)))

    def _count(self, rows: int) -> Offer:
        """N: the number of rows, or of hidden units where a hand-in understood it so."""
        return Offer(HIDDEN if self._counts_units else rows, ROWS)

    def handed(self, w: Array) -> Any:
        """The weights as the hand-in wants them; a column shares its memory with the vector."""
        if self._weights_as == _DICTIONARY:
            return dict(zip(KEYS, w.tolist(), strict=True))
        return w.reshape(-1, 1) if self._weights_as == _COLUMN else w

    def change(self, model: Network, X: Array, y: Array, seen: Pass, eta: float) -> Array:
        """What a step takes off the weights, over eta where that is 1."""
        moved = self.moved(model, X, y, seen, eta)
        change: Array = model.w - moved
        return change.astype(np.float32) if moved.dtype == np.float32 else change

    def moved(self, model: Network, X: Array, y: Array, seen: Pass, eta: float) -> Array:
        """The weights after a step; arguments that were changed are remembered."""
        function, w = self._parts.part(BACKWARD), model.w.copy()
        y_given = like(y, seen.raw_prediction)
        handed = self.handed(w)
        offers = [
            *offered_points(function, X, seen.x),
            Offer(y_given, TARGETS),
            Offer(seen.raw_prediction, PREDICTION),
            Offer(handed, VECTOR),
            Offer(seen.raw_hidden, ACTIVATIONS),
            Offer(eta, RATE),
            self._count(len(X)),
        ]
        before = y_given.copy()
        with rate_beside(function, eta):
            returned = vector_of(self._parts.call(function, offers))
        w[...] = vector_of(handed).reshape(-1)
        if not np.array_equal(before, y_given):
            y[...] = y + 1  # so that it can be seen: what was handed over is a copy of another type
        self._note_touched(model, w)
        return new_weights(returned, w if not np.array_equal(w, model.w) else None)

    def _note_touched(self, model: Network, given: Array) -> None:
        if not np.array_equal(given, model.w):
            model.touched = given

    def as_target(self, y: Array) -> Array:
        """The targets in the form of the hand-in's own predictions."""
        seen = self.forward(np.zeros((len(y), 2)), Network(np.zeros(WEIGHTS)))
        return like(y, seen.raw_prediction)

    def believed(self, model: Network, points: Array) -> Array:
        """What the network says of these points."""
        return self.forward(points, model).prediction
