"""What the command line does, for notebooks and scripts: hand-ins go in, results come out.

from grader import grade

result = grade("submissions/hand-in-05", "gatech-cs7643-a1", seed=7)
print(result.score.given, "of", result.score.maximum)
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from grader.again import Helpers, judge_again, look_again
from grader.courses import public_rubric, rubric_of
from grader.data import DataSet, load
from grader.driver import read_driver
from grader.errors import GraderError
from grader.grading import Key, judge, look, prepare
from grader.intake import take
from grader.mistakes.bank import Bank
from grader.mistakes.feedback import explain
from grader.model import Observation, Observations, Own, Result, Submission
from grader.proxy import Proxy
from grader.rubric import Rubric, find_rubric
from grader.rubric import load_rubric as rubric_in
from grader.sandbox import choose
from grader.session import Session
from grader.writeup.own import own_at

if TYPE_CHECKING:
    from grader.audit import Audit
    from grader.handins import HandIn

__all__ = [
    "Grader",
    "Observed",
    "audit_rubric",
    "check",
    "grade",
    "hand_ins_in",
    "load_rubric",
    "open_student",
    "read_results",
    "write_report",
]

PUBLIC_SEED = 0  # that of `grader check`: the same inputs each time
Place = str | Path
"""Where something lies."""


def load_rubric(named: Place) -> Rubric:
    """The rubric of a course that comes with the grader, or the one in this file or folder.

    Raises:
        RubricError: there is none, or it has mistakes; the message tells each of them with its line.
    """
    return rubric_in(find_rubric(named))


def grade(
    hand_in: Place,
    rubric: Rubric | Place | None = None,
    *,
    seed: int | None = None,
    data: Mapping[str, Place] | None = None,
    sandbox: str = "auto",
    trust_submissions: bool = False,
) -> Result:
    """The result of one hand-in by all criteria, as `grader grade` has it; for several, keep a `Grader`.

    Args:
        hand_in: a folder or an archive.
        rubric: without one, the course is told by the names in the hand-in.
        seed: draws the hidden inputs; a secret one unless it is given.
        data: where data sets lie, such as {"mnist": "data/mnist"}.
        trust_submissions: allows a sandbox that does not hold hostile code.
    """
    found = _rubric(rubric, hand_in)
    with Grader(found, seed=seed, data=data, sandbox=sandbox, trust_submissions=trust_submissions) as grader:
        return grader.grade(hand_in)


def check(
    hand_in: Place = ".",
    rubric: Rubric | Place | None = None,
    *,
    seed: int = PUBLIC_SEED,
    data: Mapping[str, Place] | None = None,
    sandbox: str = "auto",
) -> Result:
    """The result of one's own hand-in by the public criteria, as `grader check` has it.

    Args:
        rubric: without one, that in the folder's .grader, else the course whose names are in the hand-in.
    """
    public = public_rubric(rubric, Path(hand_in), {} if rubric is not None else take(Path(hand_in)).files)
    with Grader(public, seed=seed, data=data, sandbox=sandbox, trust_submissions=True) as grader:
        return grader.grade(hand_in)


@contextmanager
def open_student(hand_in: Place, rubric: Rubric | Place | None = None, *, sandbox: str = "auto") -> Iterator[Proxy]:
    """One hand-in in its sandbox, to call by hand: `student.softmax(scores)`; ends with the block."""
    intake = take(Path(hand_in))
    driver = rubric_of(rubric, intake.files).driver
    with Session(intake.files, read_driver(driver), choose(sandbox)) as session:
        yield Proxy(session.student)


@dataclass(frozen=True, slots=True)
class Observed:
    """All that was seen of one hand-in: enough to judge it, now or by another rubric, without running anything."""

    submission: Submission
    observations: Observations
    again: Mapping[str, Observation]  # with the reference's helpers in the place of wrong ones


class Grader:
    """One rubric, ready for any number of hand-ins; a context manager, which ends the workers that it keeps.

    The reference is observed once, and so are the known mistakes. Equal seeds give equal results.
    """

    def __init__(
        self,
        rubric: Rubric | Place,
        *,
        seed: int | None = None,
        data: Mapping[str, Place] | None = None,
        sandbox: str = "auto",
        trust_submissions: bool = False,
    ) -> None:
        self.rubric = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
        self.seed = secrets.randbits(48) if seed is None else seed
        self._places = dict(data or {})
        self._sandbox = choose(sandbox)
        if not (self._sandbox.isolates or trust_submissions):
            raise GraderError(
                f"The {self._sandbox.name} sandbox ({self._sandbox.describe()}) does not keep other people's code from "
                "your files and network. If you trust every hand-in, say trust_submissions=True."
            )
        self._helpers = Helpers(self.rubric, self._sandbox)

    def __enter__(self) -> Grader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers that are kept for the next hand-in."""
        self._helpers.close()
        if "_bank" in vars(self):
            self._bank.close()

    @cached_property
    def key(self) -> Key:
        """The rubric with what its reference does."""
        return prepare(self.rubric, self.seed, _data(self.rubric, self._places), self._sandbox)

    def grade(self, hand_in: Place) -> Result:
        """The result of one hand-in."""
        return self.judge(self.observe(hand_in))

    def observe(self, hand_in: Place) -> Observed:
        """What the rubric's checks see of one hand-in; its code runs in the sandbox."""
        intake = take(Path(hand_in))
        result, seen = look(intake.submission, intake.files, self.key, self._sandbox)
        again = look_again(
            self._explained(result, seen), seen.size, intake.files, self.key, self._sandbox, self._helpers
        )
        return Observed(intake.submission, seen, again)

    def judge(self, observed: Observed) -> Result:
        """The result of what was seen; no hand-in's code runs.

        Raises:
            GraderError: it was seen by a rubric that asks something else.
        """
        seen = observed.observations
        self._refuse_others(seen)
        result = self._explained(judge(self.key, observed.submission, seen), seen)
        return judge_again(result, seen.size, observed.again, self.key)

    def _refuse_others(self, seen: Observations) -> None:
        unseen = [criterion.id for criterion in self.rubric.criteria if criterion.id not in seen.criteria]
        if unseen or seen.size not in self.key.expected:
            what = f"the criteria {', '.join(unseen)}" if unseen else f"the sizes {seen.size!r}"
            raise GraderError(f"{self.rubric.path}: {what} cannot be judged by what was observed; observe again.")

    @cached_property
    def _bank(self) -> Bank:
        return Bank(self.rubric, self._sandbox)

    def _explained(self, result: Result, seen: Observations) -> Result:
        return explain(result, seen, self._bank, self.seed) if seen.signature else result


def write_report(
    result: Result, path: Place, *, hand_in: Place | None = None, rubric: Rubric | Place | None = None
) -> None:
    """Write a result as a report, FILE.pdf or FILE.html, or as data, FILE.json.

    Args:
        hand_in: what was graded; a report then shows the student's own text and figures beside each section.
        rubric: by which it was graded, where that is not one of the courses that come with the grader.

    Raises:
        GraderError: the name ends otherwise, no PDF can be made here, or this is not the hand-in of the result.
    """
    from grader.exports.json import to_json
    from grader.report import Renderer, html
    from grader.writing import write

    makers: dict[str, Callable[[], str | bytes]] = {
        ".pdf": lambda: Renderer().pdf(result, own=_own(result, hand_in, rubric)),
        ".html": lambda: html(result, own=_own(result, hand_in, rubric)),
        ".json": lambda: to_json(result),
    }
    suffix = Path(path).suffix.lower()
    if suffix not in makers:
        raise GraderError(f"{path}: the name has to end in {', '.join(makers)}.")
    write(Path(path), makers[suffix]())


def _own(result: Result, hand_in: Place | None, rubric: Rubric | Place | None) -> Mapping[str, Own]:
    """What the student wrote and drew for each section, which no result holds."""
    if hand_in is None:
        return {}
    if take(Path(hand_in)).submission.digest != result.submission["digest"]:
        raise GraderError(f"{hand_in}: this is not what was graded; its content is another one.")
    asked = rubric if isinstance(rubric, Rubric) else load_rubric(rubric or result.rubric["id"])
    return own_at(asked, Path(hand_in))


def read_results(out: Place) -> dict[str, Result]:
    """The results that `grader grade` or `grade_class` left in a folder, by hand-in, with the marks people gave."""
    from grader.classroom.results import standing_results

    return {folder.name: result for folder, result in standing_results(Path(out), None).items()}


def hand_ins_in(path: Place, versions: Literal["latest", "all"] = "latest") -> tuple[HandIn, ...]:
    """Whose hand-ins a folder or an archive of a platform holds, as `grader batch --dry-run` has it; none is graded."""
    from grader.handins import find
    from grader.intake.bundle import open_bundle

    with open_bundle(Path(path)) as bundle:
        return tuple(find(bundle, versions).hand_ins)


def audit_rubric(
    rubric: Rubric | Place,
    *,
    sample: int | None = None,
    seed: int = 0,
    data: Mapping[str, Place] | None = None,
    sandbox: str = "auto",
    jobs: int = 1,
) -> Audit:
    """Which wrong solutions keep their points, and which right ones lose some, as `grader audit` has it.

    Args:
        sample: so many wrong ones, and at most so many right ones; all unless it is given.
        jobs: solutions at the same time.
    """
    from grader import audit as audits

    began = time.monotonic()
    loaded = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
    setup = audits.Setup(audits.load_course(loaded), seed, _data(loaded, data or {}), choose(sandbox))
    found = audits.sample(list(audits.candidates(setup.course)), sample, seed)
    coming = audits.examine_all(found, setup, audits.Log(setup), jobs)
    done = {each.candidate.id: (each, known) for each, known in coming}
    return audits.concluded(found, setup, done, time.monotonic() - began)


def _rubric(named: Rubric | Place | None, hand_in: Place) -> Rubric:
    """The rubric that was named, else the one that the hand-in fits."""
    return rubric_of(named, {} if named is not None else take(Path(hand_in)).files)


def _data(rubric: Rubric, places: Mapping[str, Place]) -> dict[str, DataSet]:
    """The data sets that the rubric asks for."""
    return {name: load(name, Path(places[name]) if name in places else None) for name in rubric.datasets}
