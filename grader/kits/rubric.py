"""A rubric as the files of a kit: whole for where nobody looks, or its public part without the reference's code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from grader.checks import Reading
from grader.driver import read_driver
from grader.errors import GraderError
from grader.kits import File
from grader.observed.expected import keep
from grader.paths import MISTAKES
from grader.rubric import Criterion, Rubric, reference_files
from grader.strict_yaml import parse

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.sandbox import Sandbox

__all__ = ["is_open", "left_out", "open_part", "whole"]

FILE, REFERENCE = "rubric.yaml", "reference"
WIDTH = 110


def whole(rubric: Rubric) -> dict[str, File]:
    """Everything that grades: hidden criteria, reference and known mistakes too. Never for students."""
    files = {FILE: _rewritten(rubric, {criterion.id for criterion in rubric.criteria}, code=True)}
    files |= _driver_files(rubric)
    if (mistakes := rubric.folder / MISTAKES).is_file():
        files[MISTAKES] = File(mistakes.read_bytes())
    for name, content in reference_files(rubric.reference).items():
        files[f"{REFERENCE}/{name}"] = File(content)
    return files | {name: File(path.read_bytes()) for name, path in _course_files(rubric).items()}


def _driver_files(rubric: Rubric) -> dict[str, File]:
    return {name: File(content) for name, content in read_driver(rubric.driver).files}


def _course_files(rubric: Rubric) -> dict[str, Path]:
    """Suites of the course's own, by their paths from the rubric, which names them in that way."""
    folder = rubric.folder.resolve()
    files = [path for criterion in rubric.criteria for path in criterion.check.course_files()]
    for path in files:
        if not path.is_relative_to(folder):
            raise GraderError(f"{path}: a kit takes files below the rubric's folder only, {folder}.")
    return {path.relative_to(folder).as_posix(): path for path in files}


def open_part(rubric: Rubric, data: Mapping[str, DataSet], sandbox: Sandbox) -> dict[str, File]:
    """What students may have: public criteria, the driver, and what the reference gives in place of its code.

    Raises:
        GraderError: no criterion is left.
    """
    from dataclasses import replace

    from grader.grading import PUBLIC_SEED, prepare

    kept = {criterion.id for criterion in rubric.criteria} - set(left_out(rubric))
    if not is_open(rubric):
        raise GraderError(f"{rubric.path}: no criterion of it can be checked where students can read the answers.")
    sections = (
        replace(section, criteria=tuple(each for each in section.criteria if each.id in kept))
        for section in rubric.only("public").sections
    )
    public = replace(rubric, sections=tuple(section for section in sections if section.criteria))
    key = prepare(public, PUBLIC_SEED, data, sandbox)
    files = {FILE: _rewritten(rubric, kept, code=False), **_driver_files(rubric)}
    return files | {f"{REFERENCE}/{name}": File(content) for name, content in keep(key.expected).items()}


def is_open(rubric: Rubric) -> bool:
    """Whether students can check anything by themselves."""
    return len(left_out(rubric)) < len(rubric.criteria)


def left_out(rubric: Rubric) -> dict[str, str]:
    """The criteria that students may not have, each with the reason."""
    reasons = {criterion.id: _reason(criterion) for criterion in rubric.criteria}
    return {id_: reason for id_, reason in reasons.items() if reason}


def _reason(criterion: Criterion) -> str:
    if criterion.visibility == "hidden":
        return "hidden"
    if isinstance(criterion.check, Reading) and not criterion.check.RUNS:
        return "its key is the answer itself"
    return "its key is a suite of yours" if criterion.check.course_files() else ""


def _rewritten(rubric: Rubric, kept: Collection[str], *, code: bool) -> File:
    """The rubric's file with these criteria, for a folder that holds all that it names; `code` is the reference's."""
    value = parse(rubric.path.read_bytes()).value
    value |= {"driver": read_driver(rubric.driver).name, "reference": REFERENCE}
    value["sections"] = [each for section in value["sections"] if (each := _section(section, kept, code))["criteria"]]
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    if parse(text.encode()).value != value:
        raise GraderError(f"{rubric.path}: cannot be written for a kit; its values do not come back as they are.")
    return File(text.encode())


def _section(section: Mapping[str, Any], kept: Collection[str], code: bool) -> dict[str, Any]:
    criteria = [_criterion(each, kept, code) for each in section["criteria"] if each["id"] in kept]
    return {**section, "criteria": criteria}


def _criterion(criterion: Mapping[str, Any], kept: Collection[str], code: bool) -> dict[str, Any]:
    """The criterion without what it names of others that are gone; without code, no helper can take one's place."""
    asked = {**criterion}
    for key in ("requires", "uses"):
        if key in asked:
            asked[key] = [each for each in asked[key] if each in kept]
    if not code:
        asked.pop("uses", None)
    return asked


class _Dumper(yaml.SafeDumper):
    """Writes texts in quotes wherever a reader might take them for something else, and repeats what is repeated."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text.replace(" ", "").replace("-", "").isalpha() and parse(text.encode()).value == text
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _text)
