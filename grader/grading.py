"""The whole story on one screen: observe a hand-in, judge what was observed.

`observe` runs code and decides nothing; `judge` decides and runs nothing. The reference is observed by the same
function as every hand-in, at each of the rubric's sizes, and its observations are the key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from grader.checks import GONE, Reading, undecided
from grader.diagnosis.signature import alike
from grader.driver import read_driver
from grader.errors import GraderError, StudentError
from grader.intake.names import DOCUMENTS
from grader.model import (
    CriterionResult,
    Failure,
    Finding,
    Observation,
    Observations,
    Result,
    Score,
    SectionResult,
    Submission,
    Verdict,
)
from grader.observed.asked import Overheard, digest
from grader.observed.expected import kept
from grader.paths import MISTAKES
from grader.probes import Setting
from grader.rubric import Criterion, Rubric, Section, reference_files
from grader.session import Limits, Session

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.sandbox import Process, Sandbox
    from grader.session import Student

Watch = Callable[[str], None]
PUBLIC_SEED = 0  # draws the inputs on which every known mistake is seen


@dataclass(frozen=True)
class Key:
    """A rubric with what its reference does: all that is needed to judge."""

    rubric: Rubric
    seed: int
    data: Mapping[str, DataSet]
    expected: Mapping[str, Observations]  # by the name of the sizes

    def setting(self, size: str) -> Setting:
        """The setting in which hand-ins are looked at, at these sizes."""
        return _setting(self.rubric, self.seed, self.data, size)


def grade(
    submission: Submission,
    files: Mapping[str, bytes],
    key: Key,
    sandbox: Sandbox,
    limits: Limits = Limits(),
    warm: Process | None = None,
    watch: Watch | None = None,
) -> Result:
    """The result of one hand-in."""
    return look(submission, files, key, sandbox, limits, warm, watch)[0]


def look(
    submission: Submission,
    files: Mapping[str, bytes],
    key: Key,
    sandbox: Sandbox,
    limits: Limits = Limits(),
    warm: Process | None = None,
    watch: Watch | None = None,
) -> tuple[Result, Observations]:
    """The result of one hand-in and what it rests on; its signature is taken only where points were lost."""
    with Session(files, read_driver(key.rubric.driver), sandbox, limits, warm) as session:
        seen = observe_in(session, submission, key.rubric, key.seed, key.data, watch=watch)
        result = judge(key, submission, seen)
        if result.score.given == result.score.maximum or not (key.rubric.folder / MISTAKES).is_file():
            return result, seen
        right = _as_the_reference(key, result, seen)
        signature = seen.criteria if key.seed == PUBLIC_SEED else _signature(session, key.rubric, seen, right)
    return result, replace(seen, signature=signature)


def prepare(
    rubric: Rubric,
    seed: int,
    data: Mapping[str, DataSet],
    sandbox: Sandbox,
    limits: Limits = Limits(),
    warm: Process | None = None,
) -> Key:
    """The key of a rubric: its reference, observed at every size.

    Raises:
        GraderError: the reference does not come through one of its own checks.
    """
    _has_data(rubric, data)
    if (given := kept(rubric.reference)) is not None:
        return Key(rubric, _public(rubric, seed), data, _at_every_size(rubric, given))
    files = reference_files(rubric.reference)
    submission = Submission("reference", rubric.reference, rubric.digest, tuple(sorted(files)))
    expected: dict[str, Observations] = {}
    with Session(files, read_driver(rubric.driver), sandbox, limits, warm) as session:
        for size in rubric.sizes:
            seen = _observe_at(size, session, submission, rubric, seed, data, limits, None, hear=True)
            came_through(rubric, seen, _setting(rubric, seed, data, size))
            expected[size] = seen
    return Key(rubric, seed, data, expected)


def observe(
    submission: Submission,
    files: Mapping[str, bytes],
    rubric: Rubric,
    seed: int,
    data: Mapping[str, DataSet],
    sandbox: Sandbox,
    limits: Limits = Limits(),
    warm: Process | None = None,
    watch: Watch | None = None,
) -> Observations:
    """Everything that the rubric's checks see of one hand-in."""
    with Session(files, read_driver(rubric.driver), sandbox, limits, warm) as session:
        seen = observe_in(session, submission, rubric, seed, data, watch=watch)
        if not (rubric.folder / MISTAKES).is_file():
            return seen
        return replace(seen, signature=seen.criteria if seed == PUBLIC_SEED else _signature(session, rubric, seen))


def observe_in(
    session: Session,
    submission: Submission,
    rubric: Rubric,
    seed: int,
    data: Mapping[str, DataSet],
    size: str | None = None,
    watch: Watch | None = None,
) -> Observations:
    """The same of the hand-in of an open session, at these sizes, or else at those that its models support."""
    fitting = size or _fitting_size(session, rubric, seed)
    return _observe_at(fitting, session, submission, rubric, seed, data, session.limits, watch)


def judge(key: Key, submission: Submission, observations: Observations) -> Result:
    """The decision on one hand-in, from what was observed of it and of the reference."""
    verdicts: dict[str, Verdict] = {}
    for criterion in key.rubric.criteria:
        verdict = _judge_in_turn(criterion, verdicts, key, observations)
        verdict = _unless_elsewhere(criterion, verdict, observations)
        verdicts[criterion.id] = _unless_in_a_document(criterion, verdict, submission.files)
    sections = tuple(_section(section, verdicts) for section in key.rubric.sections)
    return Result(
        submission={
            "id": submission.id,
            "digest": submission.digest,
            "files": list(submission.files),
            "ignored": list(submission.ignored),
        },
        rubric={name: getattr(key.rubric, name) for name in ("id", "title", "course", "digest")},
        score=_sum([section.score for section in sections]),
        sections=sections,
        remarks=observations.remarks,
        integrity=observations.integrity,
        environment=observations.environment,
        provenance={"sizes": observations.size, "reference": key.expected[observations.size].submission},
        timings={id_: round(seen.seconds, 4) for id_, seen in observations.criteria.items()},
    )


def _public(rubric: Rubric, seed: int) -> int:
    if seed != PUBLIC_SEED:
        raise GraderError(
            f"{rubric.path}: the reference's code is not here; what it gives is known for the seed {PUBLIC_SEED} only."
        )
    return seed


def _at_every_size(rubric: Rubric, given: Mapping[str, Observations]) -> dict[str, Observations]:
    for size in rubric.sizes:
        if size not in given or any(each.id not in given[size].criteria for each in rubric.criteria):
            raise GraderError(f"{rubric.path}: what its reference gives is not all there (sizes {size!r}).")
    return {size: given[size] for size in rubric.sizes}


def _has_data(rubric: Rubric, data: Mapping[str, DataSet]) -> None:
    for criterion in rubric.criteria:
        for name in criterion.check.datasets():
            if name not in data:
                raise GraderError(
                    f"{rubric.path}: criterion {criterion.id!r} needs the data set {name!r}; "
                    f"give it as --data {name}=PATH"
                )


def came_through(rubric: Rubric, seen: Observations, setting: Setting) -> None:
    """Nothing that the checks saw of the reference is a failure, or cannot be what is expected.

    Raises:
        GraderError: something is; the message names the criterion.
    """
    for criterion in rubric.criteria:
        id_, observation = criterion.id, seen.criteria[criterion.id]
        if observation.failure:
            raise GraderError(
                f"{rubric.path}: the reference fails its own check {id_!r} (sizes {seen.size!r}): "
                f"{observation.failure.message} {observation.failure.where}".rstrip()
            )
        if problem := _problem(criterion, observation, setting.named(id_)):
            raise GraderError(f"{rubric.path}: the reference itself does not pass {id_!r}: {problem}")


def _problem(criterion: Criterion, seen: Observation, setting: Setting) -> str:
    """Why what was seen of the reference cannot be what is expected: held against itself, it has to be right."""
    if problem := criterion.check.problem(seen.values, setting):
        return problem
    if isinstance(criterion.check, Reading):  # a reference need not hold the texts and figures that are asked for
        return ""
    verdict = criterion.check.judge(seen.values, seen.values, setting)
    if verdict.status not in {"failed", "partial", "error"}:
        return ""
    return " ".join(f"{each.message} {each.where}".strip() for each in verdict.findings[:1]) or verdict.status


def _setting(rubric: Rubric, seed: int, data: Mapping[str, DataSet], size: str) -> Setting:
    return Setting(seed, rubric.sizes[size], rubric.models, data)


def _fitting_size(session: Session, rubric: Rubric, seed: int) -> str:
    """The first sizes at which most of the hand-in's models work: some right ones know only the course's own sizes."""
    best, most = next(iter(rubric.sizes)), -1
    for size in rubric.sizes:
        setting = _setting(rubric, seed, {}, size).named("sizes")
        working = 0
        for model in rubric.models:
            try:
                working += _model_works(session.student(), model, setting)
            except StudentError as error:
                if error.failure.code in GONE:
                    return best  # it will not be better at a larger size, only slower
        if working > most:
            best, most = size, working
        if working == len(rubric.models):
            break
    return best


def _model_works(student: Student, model: str, setting: Setting) -> bool:
    """Whether the model can be built, evaluated, and gives gradients shaped like its parameters."""
    rng = setting.rng(model)
    parameters = setting.parameters(model, rng)
    X = rng.normal(size=(9, setting.sizes["inputs"]))
    y = rng.integers(0, setting.sizes["classes"], 9)
    gradients = student.call("evaluate_fresh", model, dict(setting.sizes), parameters, X, y).get("gradients")
    return isinstance(gradients, Mapping) and all(
        isinstance(gradient := gradients.get(name), np.ndarray) and gradient.shape == W.shape
        for name, W in parameters.items()
    )


def _observe_at(
    size: str,
    session: Session,
    submission: Submission,
    rubric: Rubric,
    seed: int,
    data: Mapping[str, DataSet],
    limits: Limits,
    watch: Watch | None,
    *,
    hear: bool = False,
) -> Observations:
    setting = replace(_setting(rubric, seed, data, size), limits={"training": limits.training})
    criteria: dict[str, Observation] = {}
    for criterion in rubric.criteria:
        if watch:
            watch(criterion.id)
        criteria[criterion.id] = observe_one(criterion, session, setting.named(criterion.id), hear=hear)
    facts = session.facts()
    remarks = tuple(_remark(told) for told in facts.remarks)
    return Observations(submission.digest, size, criteria, facts.integrity, remarks, dict(session.environment))


def _as_the_reference(key: Key, result: Result, seen: Observations) -> frozenset[str]:
    """Criteria in which nothing was seen that was not seen of the reference: it would be so on other inputs too."""
    expected = key.expected[seen.size].criteria
    passed = {c.id for section in result.sections for c in section.criteria if c.verdict == "passed"}
    judged = (each for each in key.rubric.criteria if each.id in passed and each.check.TELLS_MISTAKES)
    return frozenset(c.id for c in judged if alike(c, seen.criteria[c.id], expected[c.id]))


def _signature(
    session: Session, rubric: Rubric, seen: Observations, right: Collection[str] = ()
) -> Mapping[str, Observation]:
    """What is seen on public inputs, where every known mistake was seen too.

    What did not come back is not asked again, and neither is what was right all over.
    """
    lost = {id_: each for id_, each in seen.criteria.items() if each.failure and each.failure.code in GONE}
    setting = brief(rubric, PUBLIC_SEED, seen.size)
    asked = [each for each in rubric.criteria if each.check.TELLS_MISTAKES and each.id not in {*lost, *right}]
    return {**lost, **{each.id: observe_one(each, session, setting.named(each.id)) for each in asked}}


def brief(rubric: Rubric, seed: int, size: str) -> Setting:
    """The setting of a brief look, for what tells one mistake from another."""
    return replace(_setting(rubric, seed, {}, size), brief=True)


def _remark(told: Mapping[str, Any]) -> Finding:
    known = {name: str(told[name]) for name in ("code", "message", "hint", "where") if name in told}
    return Finding(**{"code": "remark", "message": "", **known})


def observe_one(criterion: Criterion, session: Session, setting: Setting, *, hear: bool = False) -> Observation:
    """What one criterion's check sees of the hand-in of a session; `hear` is for the reference."""
    started = time.monotonic()
    values: Mapping[str, Any] = {}
    failure, output, asked = None, "", ""
    try:
        if isinstance(criterion.check, Reading) and not criterion.check.RUNS:
            values = criterion.check.read(session.files)
            if places := criterion.check.elsewhere(values, session.files, criterion.title):
                values = {**values, "elsewhere": places}
        else:
            student = session.student()
            listener = Overheard(student) if hear else None
            try:
                values = criterion.check.observe(cast("Student", listener or student), setting)
            finally:
                output = student.output()
                asked = listener.asked if listener else ""
        if hear and (files := criterion.check.course_files()):
            asked = digest([asked, *(sha256(file.read_bytes()).hexdigest() for file in files)])
        if hear and isinstance(criterion.check, Reading):
            asked = digest(values)  # what was found says what was looked for
    except StudentError as error:
        failure = error.failure
    except GraderError:
        raise
    except Exception as error:  # a fault of ours must not cost this student a point, nor the class its batch
        failure = _our_fault(error)
    return Observation(values, failure, output, time.monotonic() - started, asked)


def _judge_in_turn(
    criterion: Criterion, verdicts: Mapping[str, Verdict], key: Key, observations: Observations
) -> Verdict:
    """The decision on one criterion once those that it requires are decided."""
    blocking = [id_ for id_ in criterion.requires if verdicts[id_].status in {"failed", "error", "skipped"}]
    if blocking:
        return _skipped(blocking, key.rubric)
    waiting = [id_ for id_ in criterion.requires if verdicts[id_].status == "ungraded"]
    seen = observations.criteria[criterion.id]
    if waiting and not seen.failure:
        return undecided(Failure("grader", "waits", f"This waits for {waiting[0]!r}, which is not decided yet."))
    return judge_one(criterion, key, seen, observations.size)


def _unless_in_a_document(criterion: Criterion, verdict: Verdict, files: Sequence[str]) -> Verdict:
    """What was not found in a text, and may stand in a document, waits for a person; being unread costs nothing."""
    if verdict.status != "failed" or not isinstance(criterion.check, Reading):
        return verdict
    documents = [name for name in files if PurePosixPath(name).suffix.lower() in DOCUMENTS]
    if not documents or not {finding.code for finding in verdict.findings} & criterion.check.ABSENT:
        return verdict
    told = f"This was not found in a text or a notebook. A person will look for it in {documents[0][:80]}."
    return Verdict("manual", None, (Finding("in-a-document", told),))


def _unless_elsewhere(criterion: Criterion, verdict: Verdict, observations: Observations) -> Verdict:
    """What may stand below a heading of other words waits for a person, if no other answer was found there."""
    places = observations.criteria[criterion.id].values.get("elsewhere", ())
    taken = {str(seen.values.get("where")) for seen in observations.criteria.values()}
    left = next((place for place in places if place not in taken), None)
    if verdict.status != "failed" or left is None:
        return verdict
    told = f"This was not found below a heading of its name. A person will look for it in {left}."
    return Verdict("manual", None, (Finding("below-another-heading", told, verdict.findings[0].hint),))


def judge_one(criterion: Criterion, key: Key, seen: Observation, size: str) -> Verdict:
    """The decision on one criterion by itself, whatever it requires."""
    if seen.failure:
        return undecided(seen.failure)
    expected = key.expected[size].criteria[criterion.id]
    try:
        return criterion.check.judge(seen.values, expected.values, key.setting(size).named(criterion.id))
    except Exception as error:  # as above: whatever the worker claimed, judging it must not end the run
        return undecided(_our_fault(error))


def _skipped(blocking: list[str], rubric: Rubric) -> Verdict:
    titles = {criterion.id: criterion.title for criterion in rubric.criteria}
    names = ", ".join(f"“{titles[id_]}”" for id_ in blocking)
    message = f"Not judged, because it builds on {names}."
    return Verdict("skipped", 0.0, (Finding("requires", message, "Fix that first; this is checked again then."),))


def _our_fault(error: Exception) -> Failure:
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "unknown"
    return Failure("grader", "grader-fault", f"The grader itself failed ({type(error).__name__} in {where}).")


def _section(section: Section, verdicts: Mapping[str, Verdict]) -> SectionResult:
    criteria = tuple(_criterion(criterion, verdicts[criterion.id]) for criterion in section.criteria)
    return SectionResult(section.id, section.title, _sum([c.score for c in criteria]), criteria, section.description)


def _criterion(criterion: Criterion, verdict: Verdict) -> CriterionResult:
    given = None if verdict.fraction is None else round(criterion.points * verdict.fraction, 2)
    findings = tuple(replace(f, read=f.read or criterion.read) for f in _hinted_once(verdict.findings))
    return CriterionResult(
        criterion.id,
        criterion.title,
        criterion.kind,
        verdict.status,
        Score(given, criterion.points),
        criterion.visibility,
        findings,
        verdict.curves,
        verdict.tables,
        criterion.description,
    )


def _hinted_once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The same, with a hint only at the first of those that it is for."""
    told = {""}
    for found in findings:
        yield replace(found, hint="") if found.hint in told else found
        told.add(found.hint)


def _sum(scores: list[Score]) -> Score:
    """Points add up; what has no points yet is left out of what was given, and stays in the maximum."""
    given = [score.given for score in scores if score.given is not None]
    return Score(round(sum(given), 2) if given else None, round(sum(score.maximum for score in scores), 2))
