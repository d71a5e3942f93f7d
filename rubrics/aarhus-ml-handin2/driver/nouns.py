"""What the parts of this driver hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grader.worker.calling import Array

Container = Any  # a dictionary, list, tuple or object with the four parameters, in the hand-in's own form


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
