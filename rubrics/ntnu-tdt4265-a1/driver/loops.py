"""The function `train` of an earlier year, which builds its model, cuts its batches and loads its data by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from grader.worker.batching import in_order
from grader.worker.calling import Array, Offer
from grader.worker.histories import named_series

from .calls import Calls
from .held import Model, other_name, outputs_of
from .models import Models
from .names import BATCH, PENALTY_RATE, RATE, TRAINED_BY
from .parts import Parts
from .passes import after_one_step, recording


class Loops:
    """Runs of one hand-in's loop, on data and a model of ours."""

    def __init__(self, parts: Parts, calls: Calls, models: Models) -> None:
        self._parts, self._calls, self._models = parts, calls, models

    def run(
        self, loop: Callable[..., Any], model: Model, rate: float, batch_size: int, epochs: int, data: Sequence[Array]
    ) -> Any:
        """Run an earlier year's `train` on this data and this model, which it would build and load by itself."""
        names = ("X_train", "Y_train", "X_val", "Y_val")
        made = self._parts.load(model.kind)
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
            return self._calls.call("train", loop, offers)

    def step(self, loop: Callable[..., Any], model: Model, rate: float, rows: Array, targets: Array) -> Any:
        """The loss of one step of an earlier year's `train`; what it does after that step is undone."""
        data = (np.tile(rows, (10, 1)), np.tile(targets, (10, 1)), *_fewer(rows, targets))
        with after_one_step(model.network), in_order(every=True):
            told = series_in(self.run(loop, model, rate, len(rows), 1, data))
        return next((float(each[0]) for each in told if len(each)), None)

    def batches(self, X: Array, y: Array, batch_size: int, shuffle: bool, drop_last: bool) -> list[list[Array]]:
        """The batches in an epoch of an earlier `train`, which cannot be told what to do with a short last one."""
        found = self._parts.found
        kind = next(kind for kind, name in TRAINED_BY.items() if found.get(name) == found["batches"])
        model = self._models.build(other_name(kind), {"inputs": X.shape[1] - 1, "classes": 10})
        labels = np.repeat(np.asarray(y).reshape(-1, 1), outputs_of(kind, model.sizes), axis=1)
        data = (X.copy(), labels.astype(np.float64), X[:2].copy(), labels[:2].astype(np.float64))
        seen: list[list[Array]] = []
        with recording(model, seen), nullcontext() if shuffle else in_order():
            self.run(self._parts.load("batches"), model, 0.1, int(batch_size), 1, data)
        kept = seen[: len(X) // batch_size] if drop_last else seen
        left: Array = np.setdiff1d(y, np.concatenate([y[:0], *(labels for _, labels in kept)]))
        return kept if drop_last or not 0 < len(left) < batch_size else [*kept, [X[np.isin(y, left)], left]]


def _fewer(rows: Array, targets: Array) -> tuple[Array, Array]:
    """Rows to validate on, told from the batch by their number where it has more than one."""
    return rows[: max(1, len(rows) - 1)], targets[: max(1, len(rows) - 1)]


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


def series_in(result: Any) -> list[Array]:
    """All series of numbers in what training returned."""
    return [np.array([float(np.mean(each)) for each in series]) for _, series in named_series(result)]
