from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import report_samples as samples
from jsonschema import Draft202012Validator

from grader.checks import kinds
from grader.exports.json import to_json
from grader.model import Result
from grader.paths import data_folder
from grader.schema import as_text, result_schema, rubric_schema, write_schemas, writeup_schema
from grader.strict_yaml import parse

RUBRICS = sorted(data_folder("rubrics").glob("*/rubric.yaml"))
WRITEUPS = [*sorted(data_folder("rubrics").glob("*/writeup.yaml")), Path(__file__).parent / "rubrics" / "writeup.yaml"]
MINIMAL = Path(__file__).parent / "rubrics" / "minimal.yaml"


def complaints(schema: dict[str, Any], value: Any) -> list[str]:
    return sorted(error.message for error in Draft202012Validator(schema).iter_errors(value))


@pytest.mark.parametrize("name", ["rubric", "result", "writeup"])
def test_the_committed_schema_is_up_to_date(name: str) -> None:
    schema = {"rubric": rubric_schema, "result": result_schema, "writeup": writeup_schema}[name]()
    committed = (data_folder("rubrics") / f"{name}.schema.json").read_text("utf-8")
    assert committed == as_text(schema), "run python -m grader.schema"


def test_the_schemas_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "result.schema.json",
        "rubric.schema.json",
        "writeup.schema.json",
    ]
    for path in tmp_path.iterdir():
        Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", [*RUBRICS, MINIMAL], ids=lambda path: path.parent.name)
def test_every_rubric_fits_its_schema(path: Path) -> None:
    assert complaints(rubric_schema(), parse(path.read_bytes()).value) == []


@pytest.mark.parametrize("path", WRITEUPS, ids=lambda path: path.parent.name)
def test_every_write_up_fits_its_schema(path: Path) -> None:
    assert complaints(writeup_schema(), parse(path.read_bytes()).value) == []


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.parent.name)
def test_every_rubric_tells_editors_where_its_schema_is(path: Path) -> None:
    first = path.read_text("utf-8").split("\n")[0]
    assert first == "# yaml-language-server: $schema=../rubric.schema.json"


@pytest.mark.parametrize("name", list(kinds()))
def test_the_schema_has_a_branch_with_an_example_for_every_kind(name: str) -> None:
    schema = rubric_schema()
    criterion = {"id": "a", "title": "A", "points": 1, **parse(kinds()[name].EXAMPLE.encode()).value}
    part = {"$ref": "#/$defs/Criterion", "$defs": schema["$defs"]}
    assert complaints(part, criterion) == []
    assert complaints(part, {**criterion, "extra": 1}) != []
    branches = [choice["then"]["$ref"].split("/")[-1] for choice in schema["$defs"]["Criterion"]["allOf"]]
    branch = schema["$defs"][branches[list(kinds()).index(name)]]
    assert branch["description"]
    assert complaints({**branch, "$defs": schema["$defs"]}, branch["examples"][0]) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("points: 2", "points: five", "'five' is not of type 'number'"),
        ("points: 2", "points: 0", "0 is less than or equal to the minimum of 0"),
        (
            "kind: shape",
            "kind: shap",
            "'shap' is not one of ['answer', 'batches', 'claim', 'figure', 'gradient', 'prose', 'purity', ",
        ),
        ("call: relu", "cal: relu", "'call' is a required property"),
        ("scale: 2", "scal: 2", ""),
        ("visibility: hidden", "visibility: hiden", "'hiden' is not one of ['public', 'hidden']"),
        ("title: A tiny", "titel: A tiny", "'title' is a required property"),
    ],
)
def test_an_editor_marks_what_the_loader_would_refuse(old: str, new: str, complaint: str) -> None:
    text = MINIMAL.read_text("utf-8").replace("[4, inputs]}]", "[4, inputs], scale: 2}]").replace(old, new, 1)
    found = complaints(rubric_schema(), parse(text.encode()).value)
    assert any(message.startswith(complaint) for message in found)


@pytest.mark.parametrize(
    "result",
    [samples.right(), samples.failing(), samples.incomplete(), samples.undecided(), samples.hostile()],
    ids=["right", "failing", "incomplete", "undecided", "hostile"],
)
def test_every_result_fits_its_schema(result: Result) -> None:
    assert complaints(result_schema(), json.loads(to_json(result))) == []


def test_a_result_with_an_unknown_part_does_not_fit() -> None:
    told = json.loads(to_json(samples.right()))
    assert complaints(result_schema(), {**told, "grade": "A"}) != []
