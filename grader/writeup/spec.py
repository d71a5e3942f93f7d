"""`writeup.yaml` → Writeup. Every problem is told at once, as `path:line:column: what is wrong; did you mean 'x'?`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from grader.errors import RubricError
from grader.experiments.splitting import USUAL, Split
from grader.strict_yaml import Document, Problem, parse
from grader.wording import KEBAB, did_you_mean, in_words, listed, slips

__all__ = [
    "FILE",
    "Chart",
    "Charts",
    "Code",
    "Config",
    "Data",
    "DecisionMap",
    "Experiment",
    "Network",
    "Overlay",
    "Pictures",
    "Relation",
    "Section",
    "Setting",
    "Show",
    "TableOf",
    "Value",
    "Writeup",
    "load_writeup",
]

FILE = "writeup.yaml"

Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=KEBAB)]
Setting = bool | int | float | str
Pick = Literal["last", "first", "best", "max", "min"]
_KINDS = ("table", "curves", "overlay", "relation", "pictures", "map", "network", "code", "text")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Data(_Strict):
    """What the experiments run on."""

    full: Text | None = Field(default=None, description="The data set of the course, given by --data NAME=PATH.")
    quick: Text = Field(default="digits", description="One that comes with the grader, for previews.")
    splits: dict[str, Split] = Field(
        default=USUAL,
        min_length=1,
        description="By name: X_NAME and y_NAME are what the driver gets.",
    )


class Config(_Strict):
    """The student's own file of settings."""

    files: tuple[Text, ...] = Field(min_length=1, description="Names with * and ?, in order; the first match is read.")
    keys: dict[str, Text] = Field(min_length=1, description="From a key of the file, such as Train.reg, to a setting.")
    values: dict[str, dict[str, Setting]] = Field(
        default={}, description="By setting: from words of the file to values."
    )


class Experiment(_Strict):
    """Runs of the student's own code that differ in the swept settings only."""

    title: Text
    settings: dict[str, Setting] = Field(default={}, description="Where they differ from the write-up's.")
    sweep: dict[str, Annotated[tuple[Setting, ...], Field(min_length=1, max_length=40)]] = Field(
        default={}, description="The values of each swept setting; with several, every combination."
    )
    config: Config | None = Field(default=None, description="The student's own file of settings.")
    quick: dict[str, Setting] = Field(default={}, description="Settings of a preview, beside the write-up's own.")
    package: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")] | None = Field(
        default=None, description="A package that it needs; where that is not installed, the student shows own plots."
    )


class Value(_Strict):
    """One number of a run, for tables and relations."""

    series: Text | None = Field(default=None, description="A curve, such as valid accuracy, at one of its places.")
    at: Pick = Field(default="last", description="Which place of it; best is the epoch that best_by picks.")
    number: Text | None = Field(default=None, description="A number that the driver gives.")
    norm: Text | None = Field(default=None, description="The Euclidean norm of an array that the driver gives.")

    @model_validator(mode="after")
    def _one(self) -> Value:
        if sum(each is not None for each in (self.series, self.number, self.norm)) != 1:
            raise ValueError("a value needs one of series, number and norm")
        return self


class Chart(_Strict):
    """One chart: its heading, and the series whose lines it shows."""

    title: Text
    series: tuple[Text, ...] = Field(min_length=1, max_length=6)
    y: str = Field(default="", description="The name of the vertical axis; by default the title in lower case.")


_LOSS = Chart(title="Loss", series=("train loss", "valid loss"))
_ACCURACY = Chart(title="Accuracy", series=("train accuracy", "valid accuracy"))


class TableOf(_Strict):
    """One row for each run of some experiments."""

    experiments: tuple[Text, ...] = Field(min_length=1)
    columns: tuple[Text, ...] = Field(min_length=1, description="Names of settings and of values.")
    title: str = ""
    mark: str = Field(default="", description="The value whose largest number marks a row.")


class Charts(_Strict):
    """The curves of every run, one panel for each."""

    experiment: Text
    charts: tuple[Chart, ...] = Field(default=(_LOSS, _ACCURACY), min_length=1, max_length=6)
    x: str = Field(default="epoch", description="The name of the horizontal axis.")


class Overlay(_Strict):
    """One series of every run in one chart."""

    experiment: Text
    series: tuple[Text, ...] = Field(default=("valid loss", "valid accuracy"), min_length=1, max_length=6)
    x: str = Field(default="epoch", description="The name of the horizontal axis.")


class Relation(_Strict):
    """Values against a swept setting, such as a norm against λ."""

    experiment: Text
    x: Text = Field(description="The swept setting.")
    y: tuple[Text, ...] = Field(min_length=1, max_length=6, description="Names of values.")
    title: Text
    x_label: str = ""
    y_label: str = ""


class Pictures(_Strict):
    """An array (n, height, width) of every run as small pictures."""

    experiment: Text
    array: Text
    title: str = ""
    columns: int = Field(default=10, ge=1, le=20)
    runs: tuple[int, ...] = Field(default=(), description="Only these runs, counted from 0.")


class DecisionMap(_Strict):
    """A prediction over a plane, with the data on it."""

    experiment: Text
    array: Text = Field(description="Predictions in 0…1, (rows of y, columns of x).")
    x: Text = Field(description="The array with the places of the columns.")
    y: Text = Field(description="The array with the places of the rows.")
    title: str = ""
    points: tuple[Text, ...] = Field(default=("train",), description="The splits whose rows are drawn.")
    labels: tuple[str, str] = Field(default=("x1", "x2"), description="The names of the axes.")


class Network(_Strict):
    """A drawing of a network with its weights numbered."""

    layers: tuple[Annotated[int, Field(ge=1, le=16)], ...] = Field(min_length=2, max_length=6)
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    weight: str = Field(
        default="", description="A letter: weights are numbered, layer by layer, each layer's biases first."
    )
    title: str = ""


class Code(_Strict):
    """Functions of the student's own files, as they stand there."""

    files: tuple[Text, ...] = Field(
        default=("*.py", "*.ipynb"), min_length=1, description="Names with * and ?; the first file that has it counts."
    )
    functions: tuple[Text, ...] = Field(
        min_length=1, max_length=12, description="Names, such as relu, Net.fit or *backward*; classes too."
    )
    title: str = ""
    lines: int = Field(default=60, ge=3, le=200, description="The most that is shown of each.")


class Show(_Strict):
    """One thing that stands in a section."""

    table: TableOf | None = None
    curves: Charts | None = None
    overlay: Overlay | None = None
    relation: Relation | None = None
    pictures: Pictures | None = None
    map: DecisionMap | None = None
    network: Network | None = None
    code: Code | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Show:
        if sum(getattr(self, kind) is not None for kind in _KINDS) != 1:
            raise ValueError(f"each entry of show is one of {listed(_KINDS, 'or')}")
        return self

    @property
    def what(self) -> Any:
        """The one thing that is there."""
        return next(part for kind in _KINDS if (part := getattr(self, kind)) is not None)


class Section(_Strict):
    """A part of the write-up, on a page of its own."""

    id: Id
    title: Text
    headings: tuple[Text, ...] = Field(
        default=(), description="Other headings under which a student may write about this."
    )
    prompt: str = Field(default="", description="What the student is asked, in Markdown.")
    explanation: Literal["required", "optional", "none"] = "required"
    show: tuple[Show, ...] = ()


class Writeup(_Strict):
    """What a course's write-up consists of."""

    title: Text
    course: str = ""
    data: Data = Data()
    settings: dict[str, Setting] = Field(
        default={}, description="The course's defaults; sent to the driver with each run."
    )
    bounds: dict[str, tuple[float, float]] = Field(
        default={}, description="From, to: what a student's own file may ask for."
    )
    quick: dict[str, Setting] = Field(default={}, description="Settings of every preview.")
    best_by: str = Field(default="", description="The series whose largest value picks the epoch that is tested.")
    seconds: float = Field(default=1800, gt=0, le=86_400, description="The time of one run.")
    names: dict[str, str] = Field(
        default={}, description="What settings and values are called in tables, where not by name."
    )
    values: dict[str, Value] = {}
    experiments: dict[str, Experiment] = Field(min_length=1)
    sections: tuple[Section, ...] = Field(min_length=1)


def load_writeup(path: Path) -> Writeup:
    """The write-up that this file describes.

    Raises:
        RubricError: the file cannot be used; the message tells every problem, one per line.
    """
    try:
        read = parse(path.read_bytes())
    except OSError as error:
        raise RubricError(f"{path}: this write-up cannot be read: {error.strerror}") from None
    problems = [*read.problems, *_problems(read)]
    if problems:
        told = sorted(set(problems))
        raise RubricError("\n".join(f"{path}:{p.place.line}:{p.place.column}: {p.message}" for p in told))
    return _validated(read.value)


def _problems(read: Document) -> Iterator[Problem]:
    data = read.value
    if not isinstance(data, Mapping):
        if not read.problems:
            yield Problem(read.place(()), f"a write-up is a mapping that starts with title, not {in_words(data)}")
        return
    try:
        writeup = _validated(data)
    except ValidationError as error:
        for slip in slips([(Writeup, error)], data, list(Writeup.model_fields), "a write-up"):
            place = read.key_place(slip.path) if slip.at_key else read.place(slip.path)
            yield Problem(place, slip.message)
        return
    for way, message in _unknown_names(writeup):
        yield Problem(read.key_place(way), message)


def _validated(data: Any) -> Writeup:
    """By way of JSON, where a list may become a tuple, but never text a number."""
    return Writeup.model_validate_json(json.dumps(data), strict=True)


_Way = tuple[str | int, ...]


def _unknown_names(writeup: Writeup) -> Iterator[tuple[_Way, str]]:
    """Names that stand for nothing, and ids that stand for two things."""
    yield from _unknown_settings(writeup)
    first: dict[str, int] = {}
    for number, section in enumerate(writeup.sections):
        way: _Way = ("sections", number)
        if first.setdefault(section.id, number) != number:
            yield (*way, "id"), f"the section id {section.id!r} is already taken"
        for place, show in enumerate(section.show):
            yield from _unknown_in(show, writeup, (*way, "show", place))


def _unknown_settings(writeup: Writeup) -> Iterator[tuple[_Way, str]]:
    known = writeup.settings
    used: list[tuple[_Way, str]] = [(("bounds", name), name) for name in writeup.bounds]
    used += [(("quick", name), name) for name in writeup.quick]
    for id_, experiment in writeup.experiments.items():
        way: _Way = ("experiments", id_)
        for part in ("settings", "sweep", "quick"):
            used += [((*way, part, name), name) for name in getattr(experiment, part)]
        if experiment.config:
            used += [((*way, "config", "keys", key), name) for key, name in experiment.config.keys.items()]
            used += [((*way, "config", "values", name), name) for name in experiment.config.values]
    for way, name in used:
        if name not in known:
            yield way, f"setting {name!r} is unknown{did_you_mean(name, known) or f'; settings has {_all(known)}'}"


def _unknown_in(show: Show, writeup: Writeup, way: _Way) -> Iterator[tuple[_Way, str]]:
    what = show.what
    kind = next(kind for kind in _KINDS if getattr(show, kind) is not None)
    experiments = getattr(what, "experiments", None) or [getattr(what, "experiment", None)]
    for id_ in filter(None, experiments):
        if id_ not in writeup.experiments:
            rest = did_you_mean(id_, writeup.experiments) or f"; there are {_all(writeup.experiments)}"
            yield (*way, kind), f"experiment {id_!r} is unknown{rest}"
    if isinstance(what, (TableOf, Relation)):
        values = {*writeup.values, *writeup.settings}
        asked = what.columns if isinstance(what, TableOf) else (what.x, *what.y)
        for name in asked:
            if name not in values:
                rest = did_you_mean(name, values) or f"; values has {_all(writeup.values)}"
                yield (*way, kind), f"value {name!r} is unknown{rest}"


def _all(known: Mapping[str, Any]) -> str:
    return listed(list(known)) or "none"
