"""The nouns: frozen values without I/O. The verbs that take and return them live elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Status = Literal["passed", "partial", "failed", "error", "skipped", "manual", "ungraded"]
Visibility = Literal["public", "hidden"]
Values = Mapping[str, Any]
"""What one observation holds: None, bool, int, float, str, numpy arrays, and lists and dictionaries of them."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One hand-in, unpacked: the folder that holds its files, and what was left out on the way in."""

    id: str
    folder: Path
    digest: str  # sha256 over the names and contents of `files`
    files: tuple[str, ...]  # relative POSIX paths, sorted
    ignored: tuple[str, ...] = ()  # one sentence for each thing that intake left out


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a student should know: what was seen, what was expected, what to try."""

    code: str  # a stable kebab-case name, such as "wrong-shape"
    message: str  # what was seen, beside what was expected
    hint: str = ""  # what to try
    where: str = ""  # "models/two_layer_nn.py:41", where it is known
    read: str = ""  # a link that the rubric gives


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: `values[i]` belongs to `Curve.x[i]`; None is a gap."""

    name: str
    values: tuple[float | None, ...]
    role: Literal["submission", "reference"] = "submission"


@dataclass(frozen=True, slots=True)
class Curve:
    """One chart, such as the loss against the epoch."""

    title: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class NamedCurve(Curve):
    """A chart along names, such as the values of a swept setting, in place of numbers: `x` counts them from 0."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report; numbers stay numbers so that the reader's side can align them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    highlight: int | None = None  # the row to tint


@dataclass(frozen=True, slots=True)
class Verdict:
    """The trusted side's decision on one criterion."""

    status: Status
    fraction: float | None  # of the criterion's points; None: the grader failed, so nobody may turn it into a zero
    findings: tuple[Finding, ...] = ()
    curves: tuple[Curve, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an observation could not be finished, as a finding-to-be: whose fault it is, and what happened."""

    fault: Literal["student", "environment", "grader"]
    code: str
    message: str
    hint: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one check saw of one submission. It holds no decision."""

    values: Values
    failure: Failure | None = None
    output: str = ""  # what the student's code printed meanwhile, capped
    seconds: float = 0.0
    asked: str = ""  # a digest of what was asked; taken of the reference only


@dataclass(frozen=True, slots=True)
class Observations:
    """All that was seen of one submission, enough to judge it again without running anything."""

    submission: str  # the digest
    size: str  # the name of the sizes that the hand-in's models support, such as "small"
    criteria: Mapping[str, Observation]  # by criterion id
    integrity: tuple[str, ...] = ()  # for the instructor: what was seen, in plain words
    remarks: tuple[Finding, ...] = ()  # for the student: harmless things worth knowing
    environment: Mapping[str, str] = field(default_factory=dict)
    signature: Mapping[str, Observation] = field(default_factory=dict)  # the criteria again, on public inputs


@dataclass(frozen=True, slots=True)
class Score:
    """Points given of a maximum; `given` is None while something is ungraded or waits for a person."""

    given: float | None  # rounded to two figures behind the point
    maximum: float

    @property
    def percent(self) -> float:
        """The given points in percent of the maximum."""
        return 100 * (self.given or 0.0) / self.maximum if self.maximum else 100.0


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion of one submission, judged."""

    id: str
    title: str
    kind: str
    verdict: Status
    score: Score
    visibility: Visibility
    findings: tuple[Finding, ...] = ()
    curves: tuple[Curve, ...] = ()
    tables: tuple[Table, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one submission wrote where a person has to mark it."""

    submission: str  # its id
    criterion: str
    text: str
    where: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """What a student wrote and drew for one section, in Markdown whose pictures are here by their source."""

    state: Literal["there", "missing", "empty", "template"]
    text: str = ""
    where: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    names: tuple[str, ...] = ()  # headings and tags under which it was looked for


@dataclass(frozen=True, slots=True)
class Question:
    """One criterion for a person to mark, with what only the marker may see."""

    id: str
    title: str
    points: float
    description: str
    model_answer: str
    levels: tuple[tuple[float, str], ...]  # shares of the points, and when each is given
    answers: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class SectionResult:
    """One section of one submission; its score adds up its criteria, leaving out what has no points yet."""

    id: str
    title: str
    score: Score
    criteria: tuple[CriterionResult, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One submission, judged. Equal inputs give an equal value, but for `timings`."""

    submission: Mapping[str, Any]  # id, digest, files, ignored
    rubric: Mapping[str, Any]  # id, title, digest
    score: Score
    sections: tuple[SectionResult, ...]
    remarks: tuple[Finding, ...] = ()  # for the student: harmless things worth knowing
    integrity: tuple[str, ...] = ()  # for the instructor: what was seen, in plain words; it costs nothing
    environment: Mapping[str, str] = field(default_factory=dict)  # sandbox, Python, numpy, platform
    provenance: Mapping[str, str] = field(default_factory=dict)  # the sizes that were used, the reference's digest
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds, by criterion id and "total"

    @property
    def decided(self) -> Score:
        """The score of what has points already: what waits for a person counts neither as zero nor as full."""
        decided = [c.score.maximum for s in self.sections for c in s.criteria if c.score.given is not None]
        return Score(self.score.given, round(sum(decided), 2))

    @property
    def complete(self) -> bool:
        """Whether nothing is left ungraded."""
        return all(c.verdict != "ungraded" for s in self.sections for c in s.criteria)
