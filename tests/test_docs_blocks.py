"""Every block of YAML, TOML, JSON and Python in the documentation is read by what it is written for."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from notebook_samples import EXAMPLE_FILES
from pages import PAGES, ROOT, Block, blocks

from grader import Grader
from grader.audit.course import load_course as load_variants
from grader.checks import kinds
from grader.classroom.lateness import load_course as load_rules
from grader.mistakes import load_mistakes
from grader.model import CriterionResult
from grader.rubric import Rubric, load_rubric
from grader.schema import result_schema
from grader.starting import start_assignment
from grader.strict_yaml import parse
from grader.writeup.spec import load_writeup

LANGUAGES = {"console", "json", "pycon", "python", "text", "toml", "yaml"}
HEAD = """
id: toy
title: The criteria of a page
reference: {reference}
driver: {root}/rubrics/gatech-cs7643-a1/driver
models:
  softmax-regression: {{W1: [inputs, classes]}}
  two-layer: {{W1: [inputs, hidden], b1: [hidden], W2: [hidden, classes], b2: [classes]}}
sizes:
  small: {{inputs: 12, hidden: 7, classes: 10}}
sections:
"""
CRITERIA = "  - {id: all, title: All, criteria: CRITERIA}\n"
ANSWERS = """
decay: 2 \\lambda w_i
parameters: 101770
xor: Adding two rows of the table contradicts the other two.
"""


def test_every_block_has_a_language_that_is_looked_at() -> None:
    for page in PAGES:
        fences = [line.strip() for line in page.read_text("utf-8").split("\n") if line.strip().startswith("```")]
        assert set(fences[0::2]) <= {f"```{language}" for language in LANGUAGES}, page.name
        assert set(fences[1::2]) <= {"```"}, page.name


def test_few_blocks_are_only_read_and_each_says_why() -> None:
    read = [each for language in LANGUAGES for each in blocks(language) if not each.is_run]
    assert len(read) <= 4
    assert all(each.before.endswith(".*") for each in read)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A place for a rubric with the criteria of any page."""
    suite = next(each for each in blocks("python") if each.page == "how-to/pytest.md")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_softmax.py").write_text(suite.text, "utf-8")
    return tmp_path


@pytest.fixture
def reference(course: Path) -> Path:
    """A reference that has an answer to all that the pages ask for."""
    folder = course / "reference"
    shutil.copytree(ROOT / "reference" / "gatech-cs7643-a1", folder)
    theory = (ROOT / "reference" / "gatech-cs7643-a1-theory" / "answers.yaml").read_text("utf-8")
    (folder / "answers.yaml").write_text(theory + ANSWERS, "utf-8")
    (folder / "report.ipynb").write_bytes(EXAMPLE_FILES["gatech-cs7643-a1-report/hand-in-01/report.ipynb"])
    return folder


def rubric(course: Path, sections: list[Any]) -> Rubric:
    own = course / "reference"
    head = HEAD.format(root=ROOT, reference=own if own.is_dir() else ROOT / "reference" / "gatech-cs7643-a1")
    (course / "rubric.yaml").write_text(head + yaml.safe_dump(sections, allow_unicode=True, sort_keys=False), "utf-8")
    return load_rubric(course / "rubric.yaml")


def value(block: Block) -> Any:
    """What stands there, read as rubrics are."""
    read = parse(block.text.encode())
    assert not read.problems, str(block)
    return read.value


def _rubric(block: Block, course: Path) -> None:
    folder = course / "mine" / "hw1"
    folder.mkdir(parents=True)
    for name in ("reference", "rubrics"):
        if not (course / name).exists():
            (course / name).symlink_to(ROOT / name)
    (folder / "rubric.yaml").write_text(block.text, "utf-8")
    (folder / "solution").mkdir()
    (folder / "solution" / "homework.py").touch()
    (folder / "driver.py").touch()
    assert load_rubric(folder / "rubric.yaml").maximum > 0


def _criteria(block: Block, course: Path) -> None:
    written = value(block)
    known = [each for each in written if each["kind"] in kinds()]
    assert known or block.page == "how-to/check-kind.md"
    if known:
        assert [c.id for c in rubric(course, [{"id": "a", "title": "A", "criteria": known}]).criteria] == [
            each["id"] for each in known
        ]


def _section(block: Block, course: Path) -> None:
    (section,) = value(block)
    prose = {"id": "why", "title": "Why", "points": 1, "kind": "prose", "question": "loss-curves"}
    assert rubric(course, [{**section, "criteria": [prose]}]).sections[0].own


def _mistakes(block: Block, course: Path) -> None:
    begun = _begun(block, course, "mistakes.yaml")
    assert load_mistakes(begun)


def _variants(block: Block, course: Path) -> None:
    begun = _begun(block, course, "variants.yaml")
    assert load_variants(load_rubric(begun / "rubric.yaml")).variants


def _begun(block: Block, course: Path, file: str) -> Path:
    """A new assignment with this file in it; on the page of another one, its own folder."""
    start_assignment("hw1", course)
    (course / "hw1" / file).write_text(block.text, "utf-8")
    for each in blocks("python") + blocks("yaml"):
        if each.page == block.page == "how-to/new-course.md":
            (course / "hw1" / each.name).parent.mkdir(parents=True, exist_ok=True)
            (course / "hw1" / each.name).write_text(each.text, "utf-8")
    return course / "hw1"


def _rules(block: Block, course: Path) -> None:
    (course / "course.yaml").write_text(block.text, "utf-8")
    assert load_rules(course / "course.yaml").drop


def _writeup(block: Block, course: Path) -> None:
    (course / "writeup.yaml").write_text(block.text, "utf-8")
    assert load_writeup(course / "writeup.yaml").sections


def _answers(block: Block, course: Path) -> None:
    hand_in = course / "hand-in"
    hand_in.mkdir()
    (hand_in / "answers.yaml").write_text(block.text, "utf-8")
    with Grader("gatech-cs7643-a1-theory", seed=1) as grader:
        judged = {c.id: c.verdict for s in grader.grade(hand_in).sections for c in s.criteria}
    asked = value(block)
    assert {name: verdict for name, verdict in judged.items() if name in asked} == {
        "softmax-jacobian": "passed",
        "xor": "manual",
    }


READERS: Mapping[str, Callable[[Block, Path], None]] = {
    "sections": _rubric,
    "criteria": _section,
    "kind": _criteria,
    "mistakes": _mistakes,
    "functions": _variants,
    "due": _rules,
    "experiments": _writeup,
    "softmax-jacobian": _answers,
}
ELSEWHERE = ("tutorials/ci.md", "how-to/cluster.md")  # read by tests/test_docs.py and tests/test_scale_page.py


@pytest.mark.parametrize("block", [each for each in blocks("yaml") if each.page not in ELSEWHERE], ids=str)
def test_a_block_of_yaml_is_read_by_what_it_is_for(block: Block, course: Path) -> None:
    told = value(block)
    keys = {"experiments"} if "experiments" in told else set(told[0] if isinstance(told, list) else told)
    next(READERS[name] for name in READERS if name in keys)(block, course)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_a_block_of_python_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_a_block_of_toml_can_be_read(block: Block) -> None:
    assert tomllib.loads(block.text)["project"]


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_a_block_of_json_fits_the_schema_of_a_result(block: Block) -> None:
    schema = {"$ref": "#/$defs/CriterionResult", "$defs": result_schema()["$defs"]}
    assert list(Draft202012Validator(schema).iter_errors(json.loads(block.text))) == []


def criteria_of_kinds() -> list[Any]:
    """The criteria that the pages of the kinds show, all but those that train for long."""
    pages = [each for each in blocks("yaml") if each.page.startswith("reference/checks/")]
    shown = [criterion for page in pages for criterion in value(page)]
    assert {each["kind"] for each in shown} == set(kinds())
    return [each for each in shown if each["kind"] != "claim"]


def judged(grader: Grader, hand_in: Path) -> dict[str, CriterionResult]:
    return {c.id: c for s in grader.grade(hand_in).sections for c in s.criteria}


@pytest.mark.slow
def test_the_examples_of_the_kinds_tell_right_from_wrong(course: Path, reference: Path) -> None:
    loaded = rubric(course, [{"id": "kinds", "title": "Kinds", "criteria": criteria_of_kinds()}])
    empty = course / "empty"
    empty.mkdir()
    (empty / "utils.py").write_text("def softmax(scores):\n    return scores\n", "utf-8")
    with Grader(loaded, seed=3) as grader:
        right, wrong = judged(grader, reference), judged(grader, empty)
    assert {name: c.verdict for name, c in right.items() if c.verdict != "passed"} == {"xor": "manual"}
    assert {name for name, c in wrong.items() if c.score.given == c.score.maximum} == set()


@pytest.mark.slow
def test_the_example_of_a_claim_believes_a_right_table(course: Path) -> None:
    (claim,) = [c for each in blocks("yaml") if each.page.endswith("claim.md") for c in value(each)]
    loaded = rubric(course, [{"id": "a", "title": "A", "criteria": [claim]}]).within(1)  # of its rows, to be quick
    with Grader(loaded, seed=3) as grader:
        right = judged(grader, ROOT / "submissions_example" / "gatech-cs7643-a1-tables" / "hand-in-01")
    assert right["learning-rates"].verdict == "passed"
