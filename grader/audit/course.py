"""What an audit knows of a course: `variants.yaml` beside its driver, the bank of mistakes, and the reference.

The file names the functions to change and the criteria that belong to each, right solutions that are written
differently, probes that tell an equivalent change from one that the rubric misses, and what the course leaves open.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from grader.audit.mutants import functions_of, mutants
from grader.audit.outcome import Candidate
from grader.checks import Reading, kinds
from grader.errors import GraderError
from grader.mistakes import STRICT, Edit, EditFields, Id, Mistake, Text, apply, load_mistakes
from grader.rubric import Criterion, Rubric, reference_files
from grader.strict_yaml import Document, Problem, parse
from grader.wording import did_you_mean, in_words, slips

__all__ = ["FILE", "Course", "Open", "candidates", "load_course"]

FILE = "variants.yaml"


@dataclass(frozen=True, slots=True)
class Open:
    """Something that the course leaves to the student: where it is seen, as a pattern, and why it is free."""

    seen: str
    because: str


@dataclass(frozen=True)
class Course:
    """A rubric's reference, and what is declared about changes to it."""

    rubric: Rubric
    functions: Mapping[str, tuple[str, ...]]  # "file.py:Class.function" -> criteria of the rubric
    variants: tuple[Mistake, ...]  # changes that leave the reference right
    mistakes: tuple[Mistake, ...]
    probes: tuple[Criterion, ...]
    open: tuple[Open, ...]

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The reference."""
        return reference_files(self.rubric.reference)

    def reason(self, seen: str) -> str:
        """Why a difference that is seen there is none of the rubric's business, or nothing."""
        return next((each.because for each in self.open if fnmatchcase(seen, each.seen)), "")


def load_course(rubric: Rubric) -> Course:
    """What is declared beside the rubric, or else beside its driver, so that another rubric of a course shares it.

    Raises:
        GraderError: a file cannot be used; the message tells every problem, one per line.
    """
    if all(isinstance(criterion.check, Reading) for criterion in rubric.criteria):
        raise GraderError(f"{rubric.path}: none of its criteria runs code, so no wrong solution can be made for it.")
    folder = next((place for place in (rubric.folder, rubric.driver.parent) if (place / FILE).is_file()), None)
    if folder is None:
        functions: dict[str, list[str]] = {name: [] for name in functions_of(reference_files(rubric.reference))}
        return _course(rubric, _Fields(functions=functions), _bank(rubric, rubric.driver.parent))
    path = folder / FILE
    document = parse(path.read_bytes())
    problems = [*document.problems, *_problems(document, rubric, own=folder == rubric.folder)]
    if problems:
        told = sorted(set(problems))
        raise GraderError("\n".join(f"{path}:{p.place.line}:{p.place.column}: {p.message}" for p in told))
    return _course(rubric, _Fields.model_validate(document.value), _bank(rubric, folder))


def _bank(rubric: Rubric, folder: Path) -> tuple[Mistake, ...]:
    """The known mistakes there; those of another rubric may name criteria that this one does not have."""
    known = [criterion.id for criterion in rubric.criteria] if folder == rubric.folder else None
    return load_mistakes(folder, known)


def candidates(course: Course) -> Iterator[Candidate]:
    """Mutants, known mistakes and right variants, in a fixed order; the same text comes once."""
    seen: set[tuple[tuple[str, bytes], ...]] = set()
    for candidate in (*_mutants(course), *_mistakes(course), *_right(course)):
        text = tuple(sorted(candidate.changed.items()))
        if text not in seen or candidate.kind == "mistake":
            seen.add(text)
            yield candidate


def _mutants(course: Course) -> Iterator[Candidate]:
    for mutant in mutants(course.files, course.functions):
        part = f"{mutant.file}:{mutant.function}"
        yield Candidate(
            mutant.id,
            "mutant",
            f"{mutant.change} in line {mutant.line}",
            part,
            {mutant.file: mutant.source},
            mutant.difference(course.files),
            course.functions[part],
        )


def _mistakes(course: Course) -> Iterator[Candidate]:
    known = {criterion.id for criterion in course.rubric.criteria}
    for mistake in course.mistakes:
        if not mistake.harmless:
            criteria = tuple(id_ for id_ in mistake.criteria if id_ in known)
            yield _edited(course, mistake, "mistake", criteria, beyond=not mistake.criteria)


def _right(course: Course) -> Iterator[Candidate]:
    harmless = (mistake for mistake in course.mistakes if mistake.harmless)
    for variant in (*course.variants, *harmless):
        yield _edited(course, variant, "right", ())


def _edited(
    course: Course, change: Mistake, kind: Any, criteria: tuple[str, ...], *, beyond: bool = False
) -> Candidate:
    files = apply(change, course.files)
    changed = {name: content for name, content in files.items() if content != course.files[name]}
    difference = "\n".join(_difference(name, course.files[name], content) for name, content in changed.items())
    id_ = change.id if kind == "right" else f"mistake:{change.id}"
    return Candidate(id_, kind, change.title, change.part, changed, difference, criteria, beyond)


def _difference(name: str, old: bytes, new: bytes) -> str:
    texts = (old.decode("utf-8").splitlines(), new.decode("utf-8").splitlines())
    return "\n".join(difflib.unified_diff(*texts, name, name, lineterm="", n=0))


class _VariantFields(BaseModel):
    """A right solution that is written differently."""

    model_config = STRICT

    id: Id = Field(description="Its name.")
    title: Text = Field(description="How it is written.")
    edits: list[EditFields] = Field(min_length=1, description="The changes of the reference that make it.")


class _OpenFields(BaseModel):
    """A change that is seen nowhere else is set aside, for this reason."""

    model_config = STRICT

    seen: Text = Field(description="The probe and case in which alone a change may be seen; * stands for anything.")
    because: Text = Field(description="Why the course leaves it to the student.")


class _Fields(BaseModel):
    model_config = STRICT

    functions: dict[str, list[Id]] = Field(
        default={},
        description="By file:name: a function that is changed systematically, and the criteria that belong to it.",
    )
    probes: list[dict[str, Any]] = Field(
        default=[],
        description="Checks of an audit beside the rubric's own, not judged: what none of them sees is equivalent.",
    )
    open: list[_OpenFields] = Field(default=[], description="What the course leaves to the student.")
    variants: list[_VariantFields] = Field(
        default=[], description="Right solutions that are written differently; each deserves full marks."
    )


def _course(rubric: Rubric, fields: _Fields, mistakes: tuple[Mistake, ...]) -> Course:
    known = {criterion.id for criterion in rubric.criteria}
    return Course(
        rubric,
        {name: tuple(id_ for id_ in ids if id_ in known) for name, ids in fields.functions.items()},
        tuple(_variant(entry) for entry in fields.variants),
        mistakes,
        tuple(_probe(entry) for entry in fields.probes),
        tuple(Open(entry.seen, entry.because) for entry in fields.open),
    )


def _variant(entry: _VariantFields) -> Mistake:
    """A right variant is a change to the reference that costs nothing."""
    edits = tuple(Edit(edit.file, edit.replace, edit.by) for edit in entry.edits)
    return Mistake(entry.id, entry.title, "model", "right", edits, "", 1.0, (), harmless=True)


def _probe(entry: Mapping[str, Any]) -> Criterion:
    """A probe is looked at like a criterion, and never judged."""
    fields = {key: value for key, value in entry.items() if key != "id"}
    id_, kind = str(entry["id"]), str(entry["kind"])
    return Criterion(id_, id_, 1.0, kind, kinds()[kind].model_validate(fields))


def _problems(document: Document, rubric: Rubric, *, own: bool) -> Iterator[Problem]:
    data = document.value
    if not isinstance(data, Mapping):
        if not document.problems:
            yield Problem(document.place(()), f"this is a mapping that starts with functions, not {in_words(data)}")
        return
    try:
        fields = _Fields.model_validate(data)
    except ValidationError as error:
        for slip in slips([(_Fields, error)], data, list(_Fields.model_fields), "the file of variants"):
            place = document.key_place(slip.path) if slip.at_key else document.place(slip.path)
            yield Problem(place, slip.message)
        return
    yield from _unknown_functions(document, fields, rubric)
    yield from _unknown_criteria(document, fields, rubric) if own else ()
    yield from _unusable_probes(document, fields.probes)
    yield from _repeated(document, [variant.id for variant in fields.variants])


def _unknown_functions(document: Document, fields: _Fields, rubric: Rubric) -> Iterator[Problem]:
    known = functions_of(reference_files(rubric.reference))
    for name in fields.functions:
        if name not in known:
            message = f"the reference has no function {name!r}{did_you_mean(name, known)}"
            yield Problem(document.key_place(("functions", name)), message)


def _unknown_criteria(document: Document, fields: _Fields, rubric: Rubric) -> Iterator[Problem]:
    known = [criterion.id for criterion in rubric.criteria]
    for name, ids in fields.functions.items():
        for number, id_ in enumerate(ids):
            if id_ not in known:
                message = f"the rubric has no criterion {id_!r}{did_you_mean(id_, known)}"
                yield Problem(document.place(("functions", name, number)), message)


def _unusable_probes(document: Document, probes: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    for number, entry in enumerate(probes):
        place = document.place(("probes", number))
        if not isinstance(entry.get("id"), str) or entry.get("kind") not in kinds():
            yield Problem(place, f"a probe has an id and a kind, one of {', '.join(kinds())}")
            continue
        try:
            _probe(entry)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            way = ".".join(str(part) for part in first["loc"])
            yield Problem(place, f"probe {entry['id']!r}: {way}: {first['msg']}")


def _repeated(document: Document, ids: Sequence[str]) -> Iterator[Problem]:
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            yield Problem(document.place(("variants", number, "id")), f"two variants have the id {id_!r}")
