"""`grader init`: the new assignment works as it is, and its rubric notices what it should."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import Grader, audit_rubric
from grader.audit import Setup, load_course
from grader.audit.replacing import not_replaced
from grader.cli import commands
from grader.errors import GraderError
from grader.rubric import load_rubric
from grader.sandbox import choose
from grader.starting import start_assignment


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    start_assignment("my-course-hw1", folder)
    return folder / "my-course-hw1"


def test_a_new_assignment_gives_right_hand_ins_all_points_and_names_a_slip(course: Path) -> None:
    with Grader(course, seed=11) as grader:
        assert grader.rubric.id == "my-course-hw1"
        scores = {path: grader.grade(course / path).score for path in ("solution", "submissions/hand-in-01")}
        slip = grader.grade(course / "submissions" / "hand-in-02")
    assert all(score.given == score.maximum == 20 for score in scores.values())
    findings = {criterion.id: criterion.findings for section in slip.sections for criterion in section.criteria}
    assert [id_ for id_, found in findings.items() if found] == ["gradient", "step"]
    assert findings["gradient"][0].code == "mistake:gradient-sum"
    assert findings["step"][0].code == "follows:gradient-sum"


@pytest.mark.slow
def test_a_new_assignment_passes_its_own_audit(course: Path) -> None:
    found = audit_rubric(course, jobs=2)
    assert (found.share_caught, found.share_accepted, found.share_placed) == (100, 100, 100)
    assert len(found.wrong) > 200
    assert found.of("undecided", "beyond") == []


@pytest.mark.parametrize(
    ("text", "instead", "told"),
    [
        ("PARTS[name].names, function", "PARTS[name].names, function", None),
        (
            "PARTS[name].names, function",
            "PARTS['the ' + name].names, function",
            "KeyError: 'the softmax'",
        ),
        ("PARTS[name].names, function", "('sofmax',), function", "Nobody calls softmax."),
        ("function, count=1", "lambda x: 2 * function(x), count=1", "With a batch: "),
    ],
    ids=["as it is", "an error", "another name", "something else"],
)
def test_an_audit_tells_where_a_helper_cannot_be_replaced(
    text: str, instead: str, told: str | None, tmp_path: Path
) -> None:
    start_assignment("hw1", tmp_path)
    driver = tmp_path / "hw1" / "driver.py"
    driver.write_text(driver.read_text("utf-8").replace(text, instead), "utf-8")
    found = not_replaced(Setup(load_course(load_rubric(tmp_path / "hw1" / "rubric.yaml")), 0, {}, choose("auto")))
    if told is None:
        assert found == {}
    else:
        assert sorted(found) == ["gradient", "loss", "step"]
        assert told in found["loss"]


@pytest.mark.parametrize("name", ["Homework 1", "hw_1", "../hw1", "", "-"])
def test_a_name_that_can_be_no_rubrics_id_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="cannot be the name of an assignment"):
        start_assignment(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_makes_what_it_lists_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(commands, ["init", "hw1"])
    assert ended.exit_code == 0
    told = {line.split()[0] for line in ended.stdout.splitlines() if line.startswith("  ")}
    assert told == {path.name for path in (tmp_path / "hw1").iterdir()}
    before = (tmp_path / "hw1" / "rubric.yaml").read_bytes()
    again = CliRunner().invoke(commands, ["init", "hw1"])
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    assert (tmp_path / "hw1" / "rubric.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "rubric.yaml",
            "parts: [softmax, loss,",
            "parts: [Softmax, loss,",
            "no part 'Softmax' in it; did you mean 'softmax'",
        ),
        (
            "driver.py",
            "model.update(",
            "model.updated(",
            r"own check 'loss' .*no attribute 'updated' \(driver\.py:\d+\)",
        ),
    ],
)
def test_a_slip_of_the_author_is_told_before_anything_is_graded_or_audited(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    start_assignment("hw1", tmp_path)
    path = tmp_path / "hw1" / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(GraderError, match=message), Grader(tmp_path / "hw1", seed=1) as grader:
        grader.grade(tmp_path / "hw1" / "solution")
    with pytest.raises(GraderError, match=message):
        audit_rubric(tmp_path / "hw1", jobs=2)


@pytest.mark.parametrize(
    ("file", "text", "instead", "told"),
    [
        ("driver.py", "return numbers(self._call", "return {(0, 1): 2} or (self._call", "a key of type tuple"),
        (
            "solution/classifier.py",
            "return X.T @ error, error.sum(axis=0)",
            "return X.T @ error",
            "not return two arrays",
        ),
        ("solution/classifier.py", "return shifted / ", "return np.nan * ", "are NaN"),
    ],
    ids=["the driver gives what cannot be sent", "the reference is not finished", "no numbers"],
)
def test_a_reference_that_is_not_right_by_its_own_checks_is_refused(
    file: str, text: str, instead: str, told: str, tmp_path: Path
) -> None:
    start_assignment("hw1", tmp_path)
    path = tmp_path / "hw1" / file
    path.write_text(path.read_text("utf-8").replace(text, instead), "utf-8")
    with (
        Grader(tmp_path / "hw1", seed=11) as grader,
        pytest.raises(GraderError, match=f"the reference itself does not pass .*{told}"),
    ):
        grader.grade(tmp_path / "hw1" / "solution")
