"""`kind: training`: the hand-in's own model and optimizer learn about as well as the reference from the same start.

A smoke test: accuracy alone tells little about correctness, so it deserves few points. The data's columns and classes
are permuted with the secret seed, so that shipped weights and look-up tables are worthless; where a parameter is a
filter, the pixels keep their places, and the classes alone are permuted. Held-out inputs go in without labels,
predictions come out after each epoch, and the grader computes the accuracy.

A short training comes first. Code that would take long for the whole one, such as loops over single numbers, is judged
by the short one: how fast a machine is decides what is looked at, and never whether right code passes. So is code that
is looked at once more with the reference's helpers, which it has to ask for at every step.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from grader.checks import Check, decide
from grader.compare import numbers
from grader.compare.explanations import Array
from grader.errors import GraderError
from grader.model import Curve, Finding, Series, Table, Values, Verdict
from grader.probes import Setting
from grader.wording import did_you_mean

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.session import Student


PATIENCE = 30.0  # seconds that one whole training may take, by the time of the short one
SHORT_ROWS = 300
SHORT_REACH = 0.85  # of each rung: so few rows leave more to chance, most of all where a hand-in shuffles by itself
_SHORT = -1  # its number among the runs
_SLOW = Finding(
    "remark",
    "A training on fewer rows was looked at, because this one would have taken long. This costs no points.",
    "Where does a loop go over single numbers? numpy can work on whole arrays.",
)


class Rung(BaseModel):
    """`give` of the points where the median accuracy reaches this share of the reference's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reach: Annotated[float, Field(gt=0, le=1)] = Field(description="A share of the reference's accuracy.")
    give: Annotated[float, Field(gt=0, le=1)] = Field(description="The share of the points from there on.")


class Training(Check):
    """The model trains: the median over seeds of its held-out accuracy, as a share of the reference's."""

    EXAMPLE = (
        "{kind: training, model: two-layer, hidden: 32, optimizer: sgd, settings: {learning_rate: 1.0, reg: 0.0001}, "
        "data: digits, epochs: 8, batch_size: 32, ladder: [{reach: 0.97, give: 1.0}, {reach: 0.8, give: 0.5}]}"
    )
    TELLS_MISTAKES = False
    kind: Literal["training"]
    model: str = Field(description="A model of the rubric.")
    optimizer: str = Field(description="The driver's name of the optimizer.")
    settings: dict[str, float] = Field(description="What the optimizer is made with.")
    data: str = Field(
        default="digits", description="A data set: digits comes with the grader, mnist by --data mnist=PATH."
    )
    rows: Annotated[int, Field(ge=10)] = Field(default=2000, description="The most training rows.")
    held_out: Annotated[int, Field(ge=10)] = Field(default=500, description="The most held-out rows.")
    hidden: Annotated[int, Field(ge=1, le=4096)] | None = Field(
        default=None,
        description="Hidden units, where the size that the hand-in supports has too few inputs for the data.",
    )
    sizes: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict, description="Sizes that the data asks for, such as {channels: 1, side: 8} of the digits."
    )
    classes: Annotated[int, Field(ge=2)] | None = Field(
        default=None, description="So many of the data's classes, chosen by the secret seed; all, without it."
    )
    epochs: Annotated[int, Field(ge=1, le=500)] = Field(default=8, description="How often all rows are seen.")
    batch_size: Annotated[int, Field(ge=1)] = Field(default=32, description="The rows of a batch.")
    scale: Annotated[float, Field(gt=0)] = Field(
        default=1.0, description="The standard deviation of the first weights."
    )
    seeds: Annotated[int, Field(ge=1, le=9)] = Field(default=2, description="So many trainings; the median counts.")
    ladder: Annotated[tuple[Rung, ...], Field(min_length=1)] = Field(
        default=(Rung(reach=0.97, give=1.0), Rung(reach=0.85, give=0.5)), description="What the reached accuracy earns."
    )

    def observe(self, student: Student, setting: Setting) -> Values:
        rows = len(self._run(0, setting).X)
        if rows <= SHORT_ROWS:
            return self._whole(student, setting)
        started = time.monotonic()
        short = {str(_SHORT): self._train(_SHORT, student, setting)}
        if setting.hurried:
            return short
        if (time.monotonic() - started) * rows / SHORT_ROWS > PATIENCE:
            return {**short, "slow": True}
        return {**short, **self._whole(student, setting)}

    def _whole(self, student: Student, setting: Setting) -> Values:
        return {str(number): self._train(number, student, setting) for number in range(self.seeds)}

    def _train(self, number: int, student: Student, setting: Setting) -> Any:
        run = self._run(number, setting)
        return student.call(
            "train",
            self.model,
            dict(run.sizes),
            run.parameters,
            self.optimizer,
            dict(self.settings),
            run.X,
            run.y,
            run.order,
            self.batch_size,
            run.X_held_out,
            limit=setting.limits.get("training"),
        )

    def _run(self, number: int, setting: Setting) -> _Run:
        """The run of one seed, made once for a class: it is the same for every hand-in."""
        data = setting.data[self.data]
        told = (setting.seed, setting.name, number, tuple(setting.sizes.items()), self.model_dump_json())
        if told not in _KEPT or _KEPT[told][0] is not data:
            if len(_KEPT) >= _MOST_KEPT:
                _KEPT.clear()
            _KEPT[told] = (data, self._made(number, setting))
        return _KEPT[told][1]

    def _made(self, number: int, setting: Setting) -> _Run:
        """The data of one seed: permuted columns and classes, the start, and the order of the rows."""
        rng = setting.rng("run", number)
        data = _only(setting.data[self.data], self.classes, rng) if self.classes else setting.data[self.data]
        sizes = self._sizes(data.X_train.shape[1], data.classes, setting)
        columns = rng.permutation(sizes["inputs"])
        if setting.takes_pictures(self.model):
            columns.sort()
        classes = rng.permutation(data.classes)
        rows = SHORT_ROWS if number == _SHORT else self.rows
        train, held = len(data.X_train[:rows]), len(data.X_test[: self.held_out])
        there = Setting(setting.seed, sizes, setting.models, name=setting.name)
        return _Run(
            sizes=sizes,
            parameters=there.parameters(self.model, rng, self.scale),
            X=_columns(data.X_train[:train], columns),
            y=classes[data.y_train[:train]],
            X_held_out=_columns(data.X_test[:held], columns),
            y_held_out=classes[data.y_test[:held]],
            order=np.array([rng.permutation(train) for _ in range(self.epochs)]),
        )

    def _sizes(self, features: int, classes: int, setting: Setting) -> dict[str, int]:
        """The setting's sizes, wide enough for the data: a hand-in that knows only 784 inputs gets empty columns."""
        for name in self.sizes.keys() - setting.sizes.keys():
            told = f"the rubric's sizes have no {name!r}{did_you_mean(name, setting.sizes)}"
            raise GraderError(f"criterion {setting.name!r}: {told}")
        if self.sizes:
            return {**setting.sizes, "inputs": features, "classes": classes, **self.sizes}
        fits = setting.sizes["inputs"] >= features
        hidden = self.hidden if self.hidden and not fits else setting.sizes.get("hidden", 0)
        inputs = setting.sizes["inputs"] if fits else features
        return {**setting.sizes, "inputs": inputs, "hidden": hidden, "classes": classes}

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        numbers_ = range(self.seeds) if "0" in seen else (_SHORT,)
        runs = {str(number): self._run(number, setting) for number in numbers_}
        mine = [_accuracies(seen[name], run) for name, run in runs.items()]
        theirs = [_accuracies(expected[name], run) for name, run in runs.items()]
        reached, asked = float(np.median([a[-1] for a in mine])), float(np.median([a[-1] for a in theirs]))
        share = 1.0 if "0" in seen else SHORT_REACH
        given = max((rung.give for rung in self.ladder if reached >= share * rung.reach * asked - 1e-9), default=0.0)
        first = next(iter(runs))
        low = () if given >= 1 else (_too_low(reached, asked, seen[first]),)
        findings = (*low, _SLOW) if "slow" in seen else low
        curves = self._curves(seen[first], expected[first], mine[0], theirs[0])
        return decide(given, findings, curves=curves, tables=(self._table(mine, theirs, short="0" not in seen),))

    def _curves(self, seen: Any, expected: Any, mine: list[float], theirs: list[float]) -> tuple[Curve, ...]:
        epochs = tuple(float(epoch + 1) for epoch in range(self.epochs))
        loss = (self._series(_losses(seen)), self._series(_losses(expected), reference=True))
        accuracy = (self._series(mine), self._series(theirs, reference=True))
        return (
            Curve("Training loss, as your model reports it", "epoch", "loss", epochs, loss),
            Curve("Accuracy on held-out data", "epoch", "accuracy", epochs, accuracy),
        )

    def _series(self, values: Sequence[float], *, reference: bool = False) -> Series:
        told = [float(v) if np.isfinite(v) and abs(v) < 1e12 else None for v in values[: self.epochs]]
        gaps = [None] * (self.epochs - len(told))
        role: Literal["submission", "reference"] = "reference" if reference else "submission"
        return Series("reference" if reference else "your hand-in", (*told, *gaps), role)

    def _table(self, mine: list[list[float]], theirs: list[list[float]], *, short: bool) -> Table:
        settings = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in self.settings.items())
        rows = tuple(
            (f"{number + 1}", round(a[-1], 4), round(b[-1], 4))
            for number, (a, b) in enumerate(zip(mine, theirs, strict=True))
        )
        data = f"{SHORT_ROWS} rows of {self.data}" if short else self.data
        title = f"Held-out accuracy after {self.epochs} epochs on {data} ({settings}, batches of {self.batch_size})"
        return Table(title, ("start", "your hand-in", "reference"), rows)

    def models(self) -> tuple[str, ...]:
        return (self.model,)

    def datasets(self) -> tuple[str, ...]:
        return (self.data,)


@dataclass(frozen=True)
class _Run:
    sizes: dict[str, int]
    parameters: dict[str, Array]
    X: Array
    y: Array
    X_held_out: Array
    y_held_out: Array
    order: Array


def _only(data: DataSet, count: int, rng: np.random.Generator) -> DataSet:
    """The rows of some classes, which become the classes from 0 on."""
    chosen = rng.permutation(data.classes)[:count]
    places = np.full(data.classes, -1)
    places[chosen] = np.arange(count)
    train, test = places[data.y_train], places[data.y_test]
    return replace(
        data,
        X_train=data.X_train[train >= 0],
        y_train=train[train >= 0],
        X_test=data.X_test[test >= 0],
        y_test=test[test >= 0],
        classes=count,
    )


_KEPT: dict[tuple[object, ...], tuple[DataSet, _Run]] = {}
_MOST_KEPT = 32


def _columns(X: Array, order: Array) -> Array:
    """The columns in this order, with empty ones where there are too few; row by row, as they are sent."""
    widened = np.pad(X, ((0, 0), (0, len(order) - X.shape[1])))
    return np.ascontiguousarray(widened[:, order])


def _accuracies(seen: Any, run: _Run) -> list[float]:
    """The share of right predictions after each epoch, computed here from what came out."""
    predictions = numbers(seen.get("predictions")) if isinstance(seen, dict) else None
    if predictions is None or predictions.shape != (len(run.order), len(run.y_held_out)):
        return [0.0] * len(run.order)
    return [float(np.mean(epoch == run.y_held_out)) for epoch in predictions]


def _losses(seen: Any) -> list[float]:
    losses = numbers(seen.get("loss")) if isinstance(seen, dict) else None
    return [] if losses is None else [float(loss) for loss in losses.reshape(-1)]


def _too_low(reached: float, asked: float, seen: Any) -> Finding:
    losses = _losses(seen)
    message = f"Held-out accuracy ends at {reached:.1%}; the reference reaches {asked:.1%} from the same start."
    if losses and not np.isfinite(losses).all():
        return Finding("training-diverges", message, "The loss becomes NaN or infinite: are the gradients too large?")
    if len(losses) > 1 and losses[-1] >= losses[0]:
        return Finding(
            "training-does-not-learn", message, "The loss does not fall: fix the gradient and the step first."
        )
    return Finding("accuracy-too-low", message, "Fix what is reported above first; then look at the curves again.")


CHECK = Training
