from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import model_validator

from grader.checks import Check, kinds
from grader.errors import RubricError
from grader.model import Visibility
from grader.paths import data_folder
from grader.rubric import find_rubric, load_rubric, reference_files
from grader.strict_yaml import parse

RUBRICS = Path(__file__).parent / "rubrics"
MINIMAL = (RUBRICS / "minimal.yaml").read_text("utf-8")
OURS = sorted(data_folder("rubrics").glob("*/rubric.yaml"))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A folder with a driver, a reference solution and a suite; rubrics are written into it."""
    (tmp_path / "driver.py").write_text("class Driver: ...\n")
    (tmp_path / "solution").mkdir()
    (tmp_path / "solution" / "linear.py").write_text("W1 = 0\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_softmax.py").write_text("def test_softmax(student): ...\n")
    return tmp_path


def written(course: Path, text: str) -> Path:
    (course / "rubric.yaml").write_text(text, "utf-8")
    return course / "rubric.yaml"


def problems(course: Path, text: str) -> list[str]:
    """What load_rubric tells, each line without the path."""
    path = written(course, text)
    with pytest.raises(RubricError) as caught:
        load_rubric(path)
    return str(caught.value).replace(f"{path}:", "").replace(f"{course}/", "").split("\n")


@pytest.mark.parametrize("path", OURS, ids=[path.parent.name for path in OURS])
def test_every_rubric_that_comes_with_the_grader_loads(path: Path) -> None:
    rubric = load_rubric(path)
    assert rubric.id == path.parent.name
    assert rubric.maximum > 0


def test_sizes_need_no_names_that_nothing_asks_for(course: Path) -> None:
    head, _, tail = MINIMAL.partition("models:")
    relu = tail.partition("sections:")[2].partition("      - id: gradient")[0].replace("inputs", "features")
    rubric = load_rubric(written(course, f"{head}sizes:\n  small: {{features: 5}}\nsections:{relu}"))
    assert rubric.sizes == {"small": {"features": 5}}


@pytest.mark.parametrize(
    ("criterion", "size"),
    [
        ("kind: value, call: relu, cases: [{name: a, arguments: [{labels: 4}]}]", "classes"),
        ("kind: batches", "inputs"),
    ],
)
def test_a_size_that_a_check_draws_by_without_saying_so_is_asked_for(criterion: str, size: str, course: Path) -> None:
    head, _, tail = MINIMAL.partition("models:")
    section = tail.partition("sections:")[2].partition("      - id: relu")[0]
    entry = f"      - {{id: relu, title: ReLU, points: 2, {criterion}}}\n"
    told = problems(course, f"{head}sizes:\n  small: {{features: 5}}\nsections:{section}{entry}")
    assert told == [f"10:9: its inputs are drawn by the size {size!r}, which sizes does not have"]


def test_a_rubric_says_what_its_file_says(course: Path) -> None:
    rubric = load_rubric(written(course, MINIMAL))
    assert (rubric.id, rubric.title, rubric.course) == ("tiny", "A tiny rubric", "")
    assert rubric.models == {"linear": {"W1": ("inputs", "classes")}}
    assert rubric.sizes == {"small": {"inputs": 5, "classes": 3}}
    assert (rubric.driver, rubric.reference) == (course / "driver.py", course / "solution")
    assert rubric.folder == course
    assert rubric.maximum == 5.5
    relu, gradient = rubric.criteria
    assert (relu.id, relu.points, relu.kind, relu.visibility, relu.requires) == ("relu", 2.0, "shape", "public", ())
    assert (gradient.visibility, gradient.requires) == ("hidden", ("relu",))
    assert gradient.read == "https://example.org/gradients"
    assert gradient.check.models() == ("linear",)
    assert gradient.check.model_dump()["tolerance"] == 1e-5


def test_a_rubric_can_be_sent_to_another_process(course: Path) -> None:
    rubric = load_rubric(written(course, MINIMAL))
    assert pickle.loads(pickle.dumps(rubric)) == rubric


@pytest.mark.parametrize(("visibility", "kept"), [("public", ["relu"]), ("hidden", ["gradient"])])
def test_a_part_of_a_rubric_requires_nothing_outside_of_itself(
    course: Path, visibility: Visibility, kept: list[str]
) -> None:
    part = load_rubric(written(course, MINIMAL)).only(visibility)
    assert [criterion.id for criterion in part.criteria] == kept
    assert all(criterion.requires == () for criterion in part.criteria)


def test_a_section_without_criteria_is_left_out_of_a_part(course: Path) -> None:
    rubric = load_rubric(written(course, MINIMAL.replace("visibility: hidden", "visibility: public")))
    assert rubric.only("hidden").sections == ()


@pytest.mark.parametrize("changed", ["rubric.yaml", "driver.py", "solution/linear.py", "solution/more.py"])
def test_the_digest_changes_with_whatever_judges(course: Path, changed: str) -> None:
    path = written(course, MINIMAL)
    before = load_rubric(path).digest
    with (course / changed).open("a") as file:
        file.write("# changed\n")
    assert load_rubric(path).digest != before


def test_the_digest_knows_nothing_of_the_folder_and_of_stray_files(course: Path, tmp_path: Path) -> None:
    before = load_rubric(written(course, MINIMAL)).digest
    (course / "solution" / "notes.txt").write_text("x")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("rubric.yaml", "driver.py", "solution"):
        (course / name).rename(elsewhere / name)
    assert load_rubric(elsewhere / "rubric.yaml").digest == before


def test_the_reference_is_its_source_files_in_order(course: Path) -> None:
    (course / "solution" / "configs").mkdir()
    (course / "solution" / "configs" / "a.yaml").write_text("a: 1")
    (course / "solution" / "weights.npy").write_bytes(b"x")
    assert list(reference_files(course / "solution")) == ["configs/a.yaml", "linear.py"]


def test_the_reference_is_found_by_the_rubrics_id(course: Path) -> None:
    name = OURS[0].parent.name
    text = MINIMAL.replace("id: tiny", f"id: {name}").replace("reference: solution\n", "")
    assert load_rubric(written(course, text)).reference == data_folder("reference") / name


RELU = "requires: [relu]"
KINDS = list(kinds())
SHAPE_FIELDS = (
    "id, title, points, visibility, requires, uses, credit, package, description, read, call, arguments and expect"
)
ARGUMENTS = (
    "{normal: …}, {uniform: …}, {probabilities: …}, {pixels: …}, {labels: …}, {value: …}, {model: …}, {optimizer: …}"
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("points: 2", "points: five", ["14:17: points must be a number, not text 'five'"]),
        ("points: 2", "points: '2'", ["14:17: points must be a number, not text '2'"]),
        ("points: 2", "points: true", ["14:17: points must be a number, not true"]),
        ("points: 2", "points: 0", ["14:17: points must be more than 0, not 0"]),
        ("points: 2", "points: -1.5", ["14:17: points must be more than 0, not -1.5"]),
        ("points: 2", "points: .inf", ["14:17: points must be a finite number, not inf"]),
        ("points: 2", "points:", ["14:16: points must be a number, but is left empty"]),
        ("points: 2", "pionts: 2", ["14:9: a criterion of kind 'shape' has no field 'pionts'; did you mean 'points'?"]),
        ("        points: 2\n", "", ["12:9: a criterion of kind 'shape' needs a field 'points'"]),
        ("points: 2", "points: 2\n        points: 3", ["15:9: the key 'points' is already there in line 14"]),
        ("title: ReLU", "title: 5", ["13:16: title must be text, not 5; put it in quotes"]),
        ("title: ReLU", "title: ''", ["13:16: title must not be empty"]),
        ("title: ReLU", "title: [a]", ["13:16: title must be text, not a list"]),
        (
            "- id: relu",
            "- id: My ReLU",
            [
                "12:13: id must be lower-case words joined by hyphens, such as 'two-layer', not text 'My ReLU'",
                "23:20: requires names 'relu', which is no criterion's id; did you mean 'My ReLU'?",
            ],
        ),
        (
            "- id: gradient",
            "- id: relu",
            ["19:13: the criterion id 'relu' is already taken in line 12"],
        ),
        ("kind: shape", "kind: shap", ["15:15: check kind 'shap' is unknown; did you mean 'shape'?"]),
        (
            "kind: shape",
            "kind: banana",
            [f"15:15: check kind 'banana' is unknown; there are {', '.join(KINDS[:-1])} and {KINDS[-1]}"],
        ),
        ("kind: shape", "knid: shape", ["15:9: a criterion has no field 'knid'; did you mean 'kind'?"]),
        ("kind: shape", "kind: [shape]", ["15:15: kind must be text, not a list"]),
        ("call: relu", "cal: relu", ["16:9: a criterion of kind 'shape' has no field 'cal'; did you mean 'call'?"]),
        ("        call: relu\n", "", ["12:9: a criterion of kind 'shape' needs a field 'call'"]),
        (
            "call: relu",
            "call: relu\n        epochs: 3",
            [
                f"17:9: a criterion of kind 'shape' has no field 'epochs'; it has {SHAPE_FIELDS}",
            ],
        ),
        ("[4, inputs]}]", "[4, input]}]", ["17:34: size 'input' is unknown; did you mean 'inputs'?"]),
        (
            "expect: [4, inputs]",
            "expect: [4, hidden]",
            ["18:21: size 'hidden' is unknown; sizes has inputs and classes"],
        ),
        (
            "[4, inputs]}]",
            "[4.5, inputs]}]",
            ["17:31: entry 1 of normal must be a whole number or the name of a size, not 4.5"],
        ),
        ("[4, inputs]}]", "[-4, inputs]}]", ["17:31: entry 1 of normal must be at least 0, not -4"]),
        ("[4, inputs]}]", "4}]", ["17:30: normal must be a list, not 4"]),
        (
            "[4, inputs]}]",
            "[4, inputs], scal: 2}]",
            ["17:43: entry 1 of arguments has no field 'scal'; did you mean 'scale'?"],
        ),
        (
            "{normal: [4",
            "{nromal: [4",
            [
                f"17:21: entry 1 of arguments: an argument is one of {ARGUMENTS}; did you mean 'normal'?",
            ],
        ),
        ("model: linear", "model: linaer", ["26:16: model 'linaer' is unknown; did you mean 'linear'?"]),
        ("model: linear", "model: deep", ["26:16: model 'deep' is unknown; models has linear"]),
        ("W1: [inputs, classes]", "W1: [input, classes]", ["5:17: size 'input' is unknown; did you mean 'inputs'?"]),
        ("tolerance: 1e-5", "tolerance: 0", ["27:20: tolerance must be more than 0, not 0"]),
        ("tolerance: 1e-5", "tolerance: .inf", ["27:20: tolerance must be a finite number, not inf"]),
        ("tolerance: 1e-5", "consistent: 50", ["27:21: consistent must be at most 1, not 50"]),
        ("tolerance: 1e-5", "batches: [{rows: 3}, {present: 2}]", ["27:30: entry 2 of batches needs a field 'rows'"]),
        ("tolerance: 1e-5", "batches: []", ["27:18: batches must not be empty"]),
        ("tolerance: 1e-5", "batches: [{rows: 2.0}]", ["27:26: rows must be a whole number, not 2.0"]),
        (
            "visibility: hidden",
            "visibility: hiden",
            ["22:21: visibility must be 'public' or 'hidden', not text 'hiden'; did you mean 'hidden'?"],
        ),
        (
            "read: https",
            "read: file",
            ["24:15: read must be a link that starts with https://, not text 'file://example.org/gradients'"],
        ),
        (RELU, "requires: relu", ["23:19: requires must be a list, not text 'relu'"]),
        (RELU, "requires: [rleu]", ["23:20: requires names 'rleu', which is no criterion's id; did you mean 'relu'?"]),
        (RELU, "requires: [gradient]", ["23:20: requires names 'gradient' itself"]),
        (RELU, "credit: half", ["23:17: credit must be true or false, not text 'half'"]),
        (RELU, "uses: [rleu]", ["23:16: uses names 'rleu', which is no other criterion's id; did you mean 'relu'?"]),
        (RELU, "uses: [relu]", ["23:16: uses names 'relu', which does not look at one helper function by itself"]),
        (
            "kind: shape",
            "requires: [gradient]\n        kind: shape",
            ["15:20: requires goes in a circle: relu → gradient → relu"],
        ),
        ("sizes:\n  small: {inputs: 5, classes: 3}\n", "", ["1:1: a rubric needs a field 'sizes'"]),
        ("{inputs: 5, classes: 3}", "{inputs: 5}", ["7:10: the sizes 'small' need a number for classes too"]),
        (
            "{inputs: 5, classes: 3}",
            "{inputs: 5, classes: 3, hidden: 2}\n  large: {inputs: 9, classes: 3}",
            ["8:10: the sizes 'large' need a number for hidden too"],
        ),
        ("{inputs: 5, classes: 3}", "{inputs: 0, classes: 3}", ["7:19: inputs must be at least 1, not 0"]),
        (
            "{inputs: 5, classes: 3}",
            "{inputs: 5, classes: 3, Hidden: 2}",
            ["7:34: Hidden must be lower-case letters and hyphens, such as 'hidden', not text 'Hidden'"],
        ),
        (
            "reference: solution",
            "refrence: solution",
            ["3:1: a rubric has no field 'refrence'; did you mean 'reference'?"],
        ),
        (
            "id: tiny\n",
            "id: tiny\ndriver: drivr.py\n",
            ["2:9: the driver 'drivr.py' is not there; did you mean 'driver.py'?"],
        ),
        ("    title: Basics\n", "", ["9:5: a section needs a field 'title'"]),
        (
            "      - id: relu",
            "      - just a line\n      - id: relu",
            ["12:9: entry 1 of criteria must be a mapping, not text 'just a line'"],
        ),
    ],
)
def test_a_problem_is_told_where_it_stands(course: Path, old: str, new: str, told: list[str]) -> None:
    assert problems(course, MINIMAL.replace(old, new, 1)) == told


def test_a_section_without_criteria_is_a_problem(course: Path) -> None:
    head = MINIMAL.split("      - id: relu")[0]
    assert problems(course, head) == ["11:14: criteria must be a list, but is left empty"]
    assert problems(course, head.rstrip() + " []\n") == ["11:15: criteria must not be empty"]


def test_a_criterion_cannot_require_one_further_down(course: Path) -> None:
    text = MINIMAL.replace(RELU, "requires: [step]") + "      - {id: step, title: S, points: 1, kind: batches}\n"
    assert problems(course, text) == [
        "23:20: requires names 'step', which comes further down; move that criterion above this one"
    ]


def test_sections_have_names_of_their_own(course: Path) -> None:
    more = "  - id: basics\n    title: B\n    criteria: [{id: b, title: B, points: 1, kind: batches}]\n"
    assert problems(course, MINIMAL + more) == ["28:9: the section id 'basics' is already taken in line 9"]


def test_a_missing_reference_tells_where_it_was_looked_for(course: Path) -> None:
    (told,) = problems(course, MINIMAL.replace("reference: solution", "reference: gatech-cs7643-a2"))
    assert told.startswith("3:12: the reference solution is not there: no folder 'gatech-cs7643-a2' or ")
    assert told.endswith("; did you mean 'gatech-cs7643-a1'?")


def test_a_reference_without_source_is_a_problem(course: Path) -> None:
    (course / "empty").mkdir()
    told = problems(course, MINIMAL.replace("reference: solution", "reference: empty"))
    assert told == ["3:12: the reference solution 'empty' holds no Python file"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: the file is empty"),
        ("- a\n", "1:1: a rubric is a mapping that starts with id and title, not a list"),
        ("title: a: b\n", "1:9: a ': ' is not expected here; put the text in quotes, or mend the indentation"),
    ],
)
def test_a_file_that_is_no_rubric_at_all_gets_one_sentence(course: Path, text: str, told: str) -> None:
    assert problems(course, text) == [told]


def test_all_problems_are_told_at_once_in_the_order_of_the_file(course: Path) -> None:
    told = problems(course, (RUBRICS / "wrong_in_many_ways.yaml").read_text("utf-8"))
    assert told == (RUBRICS / "wrong_in_many_ways.txt").read_text("utf-8").splitlines()


class Ordered(Check):
    """A kind of another package, whose fields must fit each other."""

    kind: Literal["ordered"]
    low: float
    high: float

    @model_validator(mode="after")
    def _in_order(self) -> Ordered:
        if self.low >= self.high:
            raise ValueError(f"low must be below high, but {self.low:g} is not below {self.high:g}.")
        return self


def test_fields_that_do_not_fit_each_other_are_told_at_their_check(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more: Mapping[str, type[Check]] = {**kinds(), "ordered": Ordered}
    monkeypatch.setattr("grader.rubric.reading.kinds", lambda: more)
    text = MINIMAL + "      - id: last\n        title: L\n        points: 1\n        kind: ordered\n        low: 3\n"
    assert problems(course, text + "        high: 2\n") == ["31:9: low must be below high, but 3 is not below 2"]
    assert load_rubric(written(course, text + "        high: 4\n")).criteria[-1].kind == "ordered"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_damaged_rubric_loads_or_is_told_line_by_line(course: Path, data: st.DataObject) -> None:
    words = list(re.finditer(r"(?<=: )[^\n]+|[\w-]+|[\[{][^\n]*", MINIMAL))
    word = data.draw(st.sampled_from(words))
    junk = data.draw(
        st.sampled_from(["", "[]", "{}", "-1", "1.5", "x", "[{}]", "[[1]]", "{model: {value: [1]}}", ".nan", "'"])
    )
    path = written(course, MINIMAL[: word.start()] + junk + MINIMAL[word.end() :])
    lines = told_of(path)
    assert all(re.match(r"\d+:\d+: [\w'/]", line.removeprefix(f"{path}:")) for line in lines)


def told_of(path: Path) -> list[str]:
    try:
        load_rubric(path)
    except RubricError as error:
        return str(error).split("\n")
    return []


def test_a_reference_that_is_left_empty_is_the_one_of_the_rubrics_id(course: Path) -> None:
    (course / "tiny").mkdir()
    (course / "tiny" / "linear.py").write_text("W1 = 0\n")
    assert load_rubric(written(course, MINIMAL.replace("reference: solution", "reference:"))).reference.name == "tiny"


def test_infinity_is_an_input_like_any_other(course: Path) -> None:
    rubric = load_rubric(written(course, MINIMAL.replace("{normal: [4, inputs]}", "{value: [.inf, 1]}")))
    assert "inf" in repr(rubric.criteria[0].check)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match=r"nothing.yaml: this rubric cannot be read: No such file or directory"):
        load_rubric(tmp_path / "nothing.yaml")


@pytest.mark.parametrize("how", ["rubric.yaml", "."])
def test_a_rubric_is_found_by_its_file_or_folder(course: Path, how: str) -> None:
    written(course, MINIMAL)
    assert find_rubric(course / how) == course / "rubric.yaml"


@pytest.mark.parametrize("path", OURS, ids=[path.parent.name for path in OURS])
def test_a_rubric_is_found_by_the_id_of_its_course(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / path.parent.name).mkdir()  # a folder of hand-ins, called like the course
    monkeypatch.chdir(tmp_path)
    assert find_rubric(path.parent.name) == path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gatech-cs7643-a11", "there is no rubric 'gatech-cs7643-a11'; did you mean 'gatech-cs7643-a1'?"),
        ("zzz", "there is no rubric 'zzz'; there are .*gatech-cs7643-a1.*, or give the path of a rubric.yaml"),
    ],
)
def test_a_rubric_that_is_not_there_is_answered_with_those_that_are(name: str, message: str) -> None:
    with pytest.raises(RubricError, match=message.replace("?", r"\?")):
        find_rubric(name)


@pytest.mark.parametrize("name", KINDS)
def test_the_example_of_every_kind_loads(course: Path, name: str) -> None:
    example: dict[str, Any] = parse(kinds()[name].EXAMPLE.encode()).value
    assert example["kind"] == name
    models = "models: {linear: {W1: [inputs]}, two-layer: {W1: [inputs]}, softmax-regression: {W1: [inputs]}}"
    fields = kinds()[name].EXAMPLE[1:-1]
    text = MINIMAL.replace("models:\n  linear: {W1: [inputs, classes]}", models)
    rubric = load_rubric(written(course, text + f"      - {{id: example, title: E, points: 1, {fields}}}\n"))
    assert rubric.criteria[-1].kind == name
