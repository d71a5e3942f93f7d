"""YAML → Rubric. Every problem is told at once, as `path:line:column: what is wrong; did you mean 'x'?`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from grader.checks import Check, kinds
from grader.driver import DRIVER, find_driver
from grader.errors import RubricError
from grader.paths import data_folder
from grader.probes import Dimension
from grader.rubric.absent import Absent
from grader.rubric.fields import NEEDED_SIZES, CriterionFields, RubricFields, SectionFields
from grader.rubric.files import digest_of, is_reference
from grader.rubric.nouns import Criterion, Rubric, Section
from grader.sandbox.packages import installed
from grader.strict_yaml import Document, Problem, parse
from grader.strict_yaml import Path as Way
from grader.wording import Slip, closest, did_you_mean, in_words, listed, slips, texts_of

__all__ = ["load_rubric"]


def load_rubric(path: str | Path) -> Rubric:
    """The rubric in this file.

    Raises:
        RubricError: the file cannot be read as a rubric; the message tells every problem, one per line.
    """
    path = Path(path)
    content = _content(path)
    reading = _Reading(path, parse(content))
    rubric = reading.rubric(content)
    if rubric is None:
        problems = sorted(set(reading.problems))
        raise RubricError("\n".join(f"{path}:{p.place.line}:{p.place.column}: {p.message}" for p in problems))
    return rubric


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RubricError(f"{path}: this rubric cannot be read: {error.strerror}") from None


@dataclass(frozen=True)
class _CriterionRead:
    """A criterion as far as it could be read; `made` is None where something is wrong."""

    way: Way
    data: Mapping[str, Any]
    kind: str | None
    check: Check | None = None
    made: Criterion | None = None


@dataclass(frozen=True)
class _SectionRead:
    """A section as far as it could be read; `made` is None where something is wrong."""

    way: Way
    data: Mapping[str, Any]
    criteria: Sequence[_CriterionRead]
    made: Section | None


class _Reading:
    """One rubric file on its way to a Rubric: what was read, and every problem met so far."""

    def __init__(self, path: Path, document: Document) -> None:
        self.path, self.document = path, document
        self.problems: list[Problem] = list(document.problems)

    def rubric(self, content: bytes) -> Rubric | None:
        """The rubric, or None when there are problems."""
        data = self.document.value
        if not isinstance(data, dict):
            if not self.problems:
                self.tell((), f"a rubric is a mapping that starts with id and title, not {in_words(data)}")
            return None
        fields: RubricFields | None
        (fields,) = self.read(data, (), "a rubric", RubricFields)
        sections = [self.section(section, way) for section, way in _mappings(data, "sections", ())]
        criteria = [criterion for section in sections for criterion in section.criteria]
        self.unique("section", sections)
        self.unique("criterion", criteria)
        self.requirements(criteria)
        self.helpers(criteria)
        self.names(data, criteria)
        driver, reference = self.driver(data), self.reference(data)
        if self.problems or not (fields and driver and reference):
            return None
        beside = [file for criterion in criteria if criterion.check for file in criterion.check.course_files()]
        return Rubric(
            id=fields.id,
            title=fields.title,
            course=fields.course,
            path=self.path,
            driver=driver,
            reference=reference,
            models=fields.models,
            sizes=fields.sizes,
            sections=tuple(section.made for section in sections if section.made),
            digest=digest_of(content, driver, reference, beside),
            carried=fields.carried,
        )

    def tell(self, way: Way, message: str, *, at_key: bool = False) -> None:
        place = self.document.key_place(way) if at_key else self.document.place(way)
        self.problems.append(Problem(place, message))

    def read(self, data: Mapping[str, Any], way: Way, what: str, *models: type[BaseModel]) -> list[Any]:
        """The mapping as these models, whose fields lie in it side by side; None for each that has something wrong."""
        found: list[Any] = []
        errors: list[tuple[type[BaseModel], ValidationError]] = []
        here = {"folder": self.path.parent}  # from which files are named
        known = list(dict.fromkeys(name for model in models for name in model.model_fields))
        for model in models:
            unknown = (key for key in data if key not in known) if model is models[-1] else ()
            part = {key: data[key] for key in (*model.model_fields, *unknown) if key in data}
            try:
                # By way of JSON, where a list may become a tuple, but never text a number.
                found.append(model.model_validate_json(json.dumps(part), strict=True, context=here))
            except ValidationError as error:
                found.append(None)
                errors.append((model, error))
        for slip in slips(errors, data, known, what):
            self.tell_slip(slip, way)
        return found

    def tell_slip(self, slip: Slip, way: Way) -> None:
        if slip.whole and (*way, "kind") in self.document.keys:
            self.tell((*way, "kind"), slip.message, at_key=True)  # a check lies beside its kind
        else:
            self.tell((*way, *slip.path), slip.message, at_key=slip.at_key)

    def section(self, data: dict[str, Any], way: Way) -> _SectionRead:
        (fields,) = self.read(data, way, "a section", SectionFields)
        criteria = [self.criterion(criterion, there) for criterion, there in _mappings(data, "criteria", way)]
        made = tuple(criterion.made for criterion in criteria if criterion.made)
        section = fields and Section(fields.id, fields.title, made, fields.description, fields.own)
        return _SectionRead(way, data, criteria, section)

    def criterion(self, data: dict[str, Any], way: Way) -> _CriterionRead:
        kind = self.kind(data, way)
        if kind is None:
            self.read(_without_check(data), way, "a criterion", CriterionFields)
            return _CriterionRead(way, data, None)
        what = f"a criterion of kind {kind!r}"
        fields, check = self.read({**data, "kind": kind}, way, what, CriterionFields, kinds()[kind])
        self.finite(data, way)
        return _CriterionRead(way, data, kind, check, _criterion(fields, check) if fields and check else None)

    def finite(self, data: Any, way: Way) -> None:
        """Infinity and NaN are inputs for a student's code at most; as a tolerance they would accept everything."""
        if isinstance(data, dict | list) and way[-1] != "value":
            for key, value in data.items() if isinstance(data, dict) else enumerate(data):
                self.finite(value, (*way, key))
        elif isinstance(data, float) and not math.isfinite(data):
            place = self.document.place(way)
            if place not in {problem.place for problem in self.problems}:
                self.tell(way, f"{way[-1]} must be a finite number, not {data}")

    def kind(self, data: Mapping[str, Any], way: Way) -> str | None:
        """The check kind, or for one that is not there the one that is probably meant."""
        kind = data.get("kind")
        if not isinstance(kind, str) or kind in kinds():
            return kind if isinstance(kind, str) else None
        meant = closest(kind, kinds())
        rest = f"; did you mean {meant!r}?" if meant else f"; there are {listed(list(kinds()))}"
        self.tell((*way, "kind"), f"check kind {kind!r} is unknown{rest}")
        return meant

    def unique(self, what: str, parts: Sequence[_SectionRead | _CriterionRead]) -> None:
        first: dict[str, Way] = {}
        for part in parts:
            id_ = part.data.get("id")
            if isinstance(id_, str) and first.setdefault(id_, part.way) != part.way:
                line = self.document.place((*first[id_], "id")).line
                self.tell((*part.way, "id"), f"the {what} id {id_!r} is already taken in line {line}")

    def requirements(self, criteria: Sequence[_CriterionRead]) -> None:
        ids = [str(criterion.data.get("id")) for criterion in criteria]
        required = {id_: _texts(criterion.data.get("requires")) for id_, criterion in zip(ids, criteria, strict=True)}
        for number, criterion in enumerate(criteria):
            for entry, wanted in enumerate(_texts(criterion.data.get("requires"))):
                if wanted not in ids[:number]:
                    message = _unmet(ids[number], wanted, required)
                    self.tell((*criterion.way, "requires", entry), message)

    def helpers(self, criteria: Sequence[_CriterionRead]) -> None:
        """What is used has to be a criterion for a helper."""
        helpers = {str(each.data.get("id")): bool(each.check.helper()) for each in criteria if each.check}
        for criterion in criteria:
            others = [id_ for id_ in helpers if id_ != criterion.data.get("id")]
            for entry, wanted in enumerate(_texts(criterion.data.get("uses"))):
                if wanted not in others:
                    message = f"uses names {wanted!r}, which is no other criterion's id{did_you_mean(wanted, others)}"
                    self.tell((*criterion.way, "uses", entry), message)
                elif not helpers[wanted]:
                    message = f"uses names {wanted!r}, which does not look at one helper function by itself"
                    self.tell((*criterion.way, "uses", entry), message)

    def names(self, data: Mapping[str, Any], criteria: Sequence[_CriterionRead]) -> None:
        """Sizes and models that are used and not described."""
        sizes, models = self.size_names(data), data.get("models", {})
        for way, name in self.used_sizes(data, criteria) if sizes else ():
            if name not in sizes:
                self.tell(way, f"size {name!r} is unknown{did_you_mean(name, sizes) or f'; sizes has {listed(sizes)}'}")
        self.drawn_sizes(sizes, data, criteria)
        for criterion in criteria:
            for name in dict.fromkeys(criterion.check.models() if criterion.check else ()):
                if isinstance(models, dict) and name not in models:
                    self.tell((*criterion.way, *_way_to(name, criterion.data)), _unknown_model(name, models))

    def drawn_sizes(self, sizes: Sequence[str], data: Mapping[str, Any], criteria: Sequence[_CriterionRead]) -> None:
        """Sizes that a check draws inputs by, although nobody wrote them there."""
        written = {name for _, name in self.used_sizes(data, criteria)}
        for criterion in criteria:
            for name in dict.fromkeys(criterion.check.drawn_by() if criterion.check else ()):
                if sizes and name not in {*sizes, *written}:
                    self.tell(criterion.way, f"its inputs are drawn by the size {name!r}, which sizes does not have")

    def used_sizes(self, data: Mapping[str, Any], criteria: Sequence[_CriterionRead]) -> Iterator[tuple[Way, str]]:
        """Every size's name in a shape, with the way to it."""
        yield from texts_of(Dimension, RubricFields, {"models": data.get("models")})
        for criterion in criteria:
            if criterion.kind:
                yield from texts_of(Dimension, kinds()[criterion.kind], criterion.data, criterion.way)

    def size_names(self, data: Mapping[str, Any]) -> list[str]:
        """The names that every entry of `sizes` gives a number."""
        sizes = data.get("sizes")
        if not isinstance(sizes, dict) or not all(isinstance(entry, dict) for entry in sizes.values()):
            return []
        needed = NEEDED_SIZES if data.get("models") else ()
        names = list(dict.fromkeys((*needed, *(name for entry in sizes.values() for name in entry))))
        for key, entry in sizes.items():
            lacking = [name for name in names if name not in entry]
            if lacking:
                self.tell(("sizes", key), f"the sizes {key!r} need a number for {listed(lacking)} too")
        return names

    def driver(self, data: Mapping[str, Any]) -> Path | None:
        name = data.get("driver", DRIVER)
        if not isinstance(name, str):
            return None
        place = self.path.parent / name
        if found := find_driver(place):
            return found
        wrong = "has no __init__.py" if place.is_dir() else "is not there"
        near = [*place.parent.glob("*.py"), *(path.parent for path in place.parent.glob("*/__init__.py"))]
        self.tell(("driver",), f"the driver {str(place)!r} {wrong}{did_you_mean(place.name, (p.name for p in near))}")
        return None

    def reference(self, data: Mapping[str, Any]) -> Path | None:
        name = data.get("reference") or data.get("id")
        misspelt = "reference" not in data and closest("reference", set(data) - set(RubricFields.model_fields))
        if misspelt or not isinstance(name, str) or not name:
            return None
        ours = data_folder("reference")
        folder = next((place for place in (self.path.parent / name, ours / name) if place.is_dir()), None)
        if folder is None:
            rest = did_you_mean(name, (path.name for path in ours.iterdir() if path.is_dir()))
            places = f"{str(self.path.parent / name)!r} or {str(ours / name)!r}"
            self.tell(("reference",), f"the reference solution is not there: no folder {places}{rest}")
        elif not is_reference(folder):
            self.tell(("reference",), f"the reference solution {str(folder)!r} holds no Python file")
        else:
            return folder
        return None


def _criterion(fields: CriterionFields, check: Check) -> Criterion:
    absent = fields.package is not None and not installed(fields.package)
    return Criterion(
        id=fields.id,
        title=fields.title,
        points=0.0 if absent else fields.points,
        kind=fields.kind,
        check=Absent(kind=fields.kind, package=str(fields.package)) if absent else check,
        visibility=fields.visibility,
        requires=fields.requires,
        uses=fields.uses,
        credit=fields.credit,
        description=fields.description,
        read=fields.read or "",
    )


def _mappings(data: Mapping[str, Any], key: str, way: Way) -> Iterator[tuple[dict[str, Any], Way]]:
    entries = data.get(key)
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield entry, (*way, key, number)


def _without_check(data: Mapping[str, Any]) -> dict[str, Any]:
    """What can be said about a criterion whose kind is not known: its own fields, and what no kind has."""
    if "kind" in data:
        return {key: value for key, value in data.items() if key in CriterionFields.model_fields}
    of_checks = {name for kind in kinds().values() for name in kind.model_fields}
    return {key: value for key, value in data.items() if key not in of_checks}


def _texts(value: Any) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else []


def _unmet(id_: str, wanted: str, required: Mapping[str, Sequence[str]]) -> str:
    """Why `wanted`, which is not above the criterion `id_`, cannot be required."""
    if wanted == id_:
        return f"requires names {wanted!r} itself"
    if wanted not in required:
        known = [other for other in required if other != id_]
        return f"requires names {wanted!r}, which is no criterion's id{did_you_mean(wanted, known)}"
    circle = _way_back(wanted, id_, required)
    if circle:
        return f"requires goes in a circle: {' → '.join([id_, *circle])}"
    return f"requires names {wanted!r}, which comes further down; move that criterion above this one"


def _way_back(start: str, goal: str, required: Mapping[str, Sequence[str]]) -> list[str]:
    """The ids from `start` to `goal` along what each one requires; empty where there is no such way."""
    ways = [[start]]
    for way in ways:
        if way[-1] == goal:
            return way
        seen = {id_ for other in ways for id_ in other}
        ways.extend([*way, next_] for next_ in required.get(way[-1], ()) if next_ == goal or next_ not in seen)
    return []


def _way_to(text: str, data: Any, way: Way = ()) -> Way:
    """The way to the first value that is this text, or the empty way."""
    if isinstance(data, dict | list):
        entries = data.items() if isinstance(data, dict) else enumerate(data)
        return next((found for key, value in entries if (found := _way_to(text, value, (*way, key)))), ())
    return way if data == text else ()


def _unknown_model(name: str, models: Mapping[str, Any]) -> str:
    known = f"; models has {listed(list(models))}" if models else "; the rubric describes none under models"
    return f"model {name!r} is unknown{did_you_mean(name, models) or known}"
