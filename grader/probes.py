"""Inputs for the student's code: drawn from a secret seed on the trusted side, as a rubric describes them.

A rubric writes `{normal: [9, classes], scale: 2}` where a check needs an array. A dimension is a number or the name of
one of the setting's sizes. Every draw comes from a generator that the setting derives from the seed, the criterion's
id and a label, so that equal seeds give equal inputs in any order of work.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.session import Student

Dimension = Annotated[int, Field(ge=0, le=100_000)] | Annotated[str, Field(pattern="^[a-z][a-z-]*$")]
Shape = Annotated[tuple[Dimension, ...], Field(max_length=4)]
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Setting:
    """What a check needs besides the student: secret seed, sizes, parameter shapes and data."""

    seed: int
    sizes: Mapping[str, int]
    models: Mapping[str, Mapping[str, tuple[int | str, ...]]]  # canonical parameter shapes of each model
    data: Mapping[str, DataSet] = field(default_factory=dict)
    name: str = ""  # the criterion's id
    limits: Mapping[str, float] = field(default_factory=dict)  # seconds for a request, by what it does
    brief: bool = False  # whether only what tells mistakes apart is wanted
    hurried: bool = False  # whether long work is to be cut short: the hand-in has to ask the grader at every step

    def named(self, name: str) -> Setting:
        """The same setting with the random streams of another criterion."""
        return replace(self, name=name)

    def rng(self, *labels: object) -> np.random.Generator:
        """A generator of its own for these labels."""
        words = [zlib.crc32(str(label).encode()) for label in (self.name, *labels)]
        return np.random.default_rng([self.seed, *words])

    def shape(self, dimensions: Sequence[int | str]) -> tuple[int, ...]:
        """The dimensions as numbers.

        Raises:
            KeyError: a dimension's name is not one of the setting's sizes.
        """
        return tuple(self.sizes[d] if isinstance(d, str) else d for d in dimensions)

    def parameters(self, model: str, rng: np.random.Generator, scale: float = 1.0) -> dict[str, Array]:
        """Random parameters of the model: matrices N(0, scale²/rows), biases N(0, scale²/4), never zero."""
        return {name: _draw(self.shape(shape), rng, scale) for name, shape in self.models[model].items()}

    def takes_pictures(self, model: str) -> bool:
        """Whether a parameter is a filter: pixels have their places then, and the sizes of a picture are one thing."""
        return any(len(shape) > 2 for shape in self.models[model].values())


def _draw(shape: tuple[int, ...], rng: np.random.Generator, scale: float) -> Array:
    spread = 1 / np.sqrt(shape[0]) if len(shape) > 1 else 0.5
    return rng.normal(0.0, scale * spread, shape)


class Probe(BaseModel):
    """One argument of a call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        """The argument: an array, a number, or a handle to an object made in the worker."""
        raise NotImplementedError

    def dimensions(self) -> Iterator[int | str]:
        """The dimensions that this probe names, so that a rubric can be checked before anything runs."""
        return iter(())


class Normal(Probe):
    """An array of normal numbers."""

    normal: Shape = Field(description="The shape.")
    scale: float = Field(default=1.0, description="The standard deviation.")
    shift: float = Field(default=0.0, description="The mean.")

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        return rng.normal(self.shift, self.scale, setting.shape(self.normal))

    def dimensions(self) -> Iterator[int | str]:
        return iter(self.normal)


class Uniform(Probe):
    """An array of uniform numbers in [low, high)."""

    uniform: Shape = Field(description="The shape.")
    low: float = Field(default=0.0, description="The least.")
    high: float = Field(default=1.0, description="What all of them are below.")

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        return rng.uniform(self.low, self.high, setting.shape(self.uniform))

    def dimensions(self) -> Iterator[int | str]:
        return iter(self.uniform)


class Probabilities(Probe):
    """Rows that sum to one, each entry at least `floor`, so that no guard inside a logarithm can be seen."""

    probabilities: Shape = Field(description="The shape.")
    floor: float = Field(default=0.005, gt=0, lt=0.05, description="The least of each entry.")
    evenness: float = Field(
        default=1.0, ge=0.05, le=10, description="How alike the entries of a row are; with less, one has most of it."
    )

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        shape = setting.shape(self.probabilities)
        raw = rng.gamma(self.evenness, size=shape)
        share = raw / raw.sum(axis=-1, keepdims=True)
        return self.floor + share * (1 - self.floor * shape[-1])

    def dimensions(self) -> Iterator[int | str]:
        return iter(self.probabilities)


class Pixels(Probe):
    """Grey values as image files have them: whole numbers from 0 to `most`, both of which occur."""

    pixels: Shape = Field(description="The shape.")
    most: Annotated[int, Field(ge=1, le=255)] = Field(default=255, description="What white is.")

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        grey = rng.integers(0, self.most + 1, setting.shape(self.pixels)).astype(np.float64)
        grey.reshape(-1)[:2] = 0, self.most
        return grey

    def dimensions(self) -> Iterator[int | str]:
        return iter(self.pixels)


class Labels(Probe):
    """Class labels, int64: every class in turn and then shuffled, or only the first `present` of a shuffled list.

    With `like: i` about `share` of them are the largest column of the i-th argument, so that an accuracy computed
    from them is neither 0 nor 1.
    """

    labels: Dimension = Field(description="How many.")
    classes: Dimension = Field(default="classes", description="Of so many classes.")
    present: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="So many of the classes occur; all, without it."
    )
    like: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="The number of an earlier argument, whose largest column a share of the labels is."
    )
    share: float = Field(default=0.6, description="That share.")

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        rows, classes = setting.shape((self.labels, self.classes))
        choice = rng.permutation(classes)[: self.present]
        y = rng.permutation(np.resize(choice, rows)).astype(np.int64)
        if self.like is not None:
            right = rng.permutation(rows)[: round(self.share * rows)]
            best = np.argmax(earlier[self.like], axis=-1)
            y = np.where(y == best, (y + 1) % classes, y)
            y[right] = best[right]
        return y

    def dimensions(self) -> Iterator[int | str]:
        return iter((self.labels, self.classes))


class Fixed(Probe):
    """Just these numbers."""

    value: Any = Field(description="A number, or lists of numbers for an array.")

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        return np.array(self.value, dtype=np.float64) if isinstance(self.value, list) else self.value


class Model(Probe):
    """A model of the hand-in with random parameters, kept in the worker."""

    model: str = Field(description="A model of the rubric.")
    scale: float = Field(default=1.0, description="The standard deviation of its parameters.")

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        return student.make("begun", self.model, dict(setting.sizes), setting.parameters(self.model, rng, self.scale))


class Optimizer(Probe):
    """An optimizer of the hand-in, kept in the worker."""

    optimizer: str = Field(description="The driver's name of it.")
    settings: dict[str, float] = Field(default_factory=dict, description="What it is made with.")

    def make(self, student: Student, setting: Setting, rng: np.random.Generator, earlier: Sequence[Any]) -> Any:
        return student.make("optimizer", self.optimizer, dict(self.settings))


_PROBES: tuple[type[Probe], ...] = (Normal, Uniform, Probabilities, Pixels, Labels, Fixed, Model, Optimizer)
_KEYS = tuple(next(iter(probe.model_fields)) for probe in _PROBES)


def _key(value: object) -> str | None:
    if isinstance(value, Probe):
        return next(iter(type(value).model_fields))
    return next((key for key in _KEYS if isinstance(value, Mapping) and key in value), None)


Argument = Annotated[
    Annotated[Normal, Tag("normal")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Probabilities, Tag("probabilities")]
    | Annotated[Pixels, Tag("pixels")]
    | Annotated[Labels, Tag("labels")]
    | Annotated[Fixed, Tag("value")]
    | Annotated[Model, Tag("model")]
    | Annotated[Optimizer, Tag("optimizer")],
    Discriminator(
        _key,
        custom_error_type="unknown_argument",
        custom_error_message="an argument is one of " + ", ".join(f"{{{key}: …}}" for key in _KEYS),
    ),
]


def unique_names(names: Sequence[str]) -> Sequence[str]:
    """The names, all different.

    Raises:
        ValueError: a name occurs twice.
    """
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two cases are called {name!r}")
    return names


def named_sizes(arguments: Iterable[Probe]) -> Iterator[str]:
    """The names of sizes among the dimensions of these arguments."""
    return (name for each in arguments for name in each.dimensions() if isinstance(name, str))


def make_all(arguments: Sequence[Probe], student: Student, setting: Setting, rng: np.random.Generator) -> list[Any]:
    """The arguments of one call, in order; each may look at those before it."""
    made: list[Any] = []
    for argument in arguments:
        made.append(argument.make(student, setting, rng, made))
    return made
