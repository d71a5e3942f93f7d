"""Theory answers: found wherever they stand, right in every spelling, and what only a person can read waits for one."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from speed import within

from grader.answers import find
from grader.checks import kinds
from grader.checks.answer import Answer
from grader.errors import GraderError, RubricError
from grader.exports.json import from_json, to_json
from grader.grading import Key, grade, prepare
from grader.intake import take
from grader.model import CriterionResult, Result, Submission, Verdict
from grader.probes import Setting
from grader.report import html
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose

ROOT = Path(__file__).resolve().parent.parent
COURSE = "gatech-cs7643-a1-theory"
EXAMPLES = ROOT / "submissions_example" / COURSE
SETTING = Setting(7, {"inputs": 3, "classes": 5}, {}, name="asked")
AND = {"table": [[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 1]]}
OR = {"table": [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]]}


@cache
def key() -> Key:
    return prepare(load_rubric(find_rubric(COURSE)), 11, {}, choose("auto"))


def graded(name: str) -> Result:
    intake = take(EXAMPLES / name)
    return grade(intake.submission, intake.files, key(), choose("auto"))


def criterion(result: Result, id_: str) -> CriterionResult:
    return next(c for section in result.sections for c in section.criteria if c.id == id_)


def check(**asked: Any) -> Any:
    return kinds()["answer"].model_validate_json(json.dumps({"kind": "answer", "question": "q", **asked}))


def verdict(asked: Any, answer: Any, right: Any) -> Verdict:
    judged: Verdict = asked.judge(
        {"answer": answer, "where": "answers.yaml:1", "problem": ""}, {"answer": right}, SETTING
    )
    return judged


def notebook(*cells: tuple[str, str, list[str]]) -> bytes:
    told = [{"cell_type": kind, "source": text, "metadata": {"tags": tags}} for kind, text, tags in cells]
    return json.dumps({"cells": told, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


# Where an answer stands


@pytest.mark.parametrize(
    ("files", "value", "where"),
    [
        ({"answers.yaml": b"xor: yes it is\n"}, "yes it is", "answers.yaml:1"),
        ({"theory/Answers.yml": b"a: 1\nXOR: 3\n"}, 3, "theory/Answers.yml:2"),
        ({"answers.yaml": b"answers:\n  xor: [1, 2]\n"}, [1, 2], "answers.yaml:2"),
        ({"deep/answers.yaml": b"xor: 2\n", "answers.yaml": b"xor: 1\n"}, 1, "answers.yaml:1"),
        ({"answers.yaml": b"xor: TODO\n", "notes.md": b"# XOR\n\nIt is.\n"}, "It is.", "notes.md, below “XOR”"),
        ({"a.ipynb": notebook(("markdown", "x + 1", ["xor"]))}, "x + 1", "a.ipynb, cell 1"),
        ({"a.ipynb": notebook(("code", "x + 1", ["Xor"]))}, "x + 1", "a.ipynb, cell 1"),
        (
            {"a.ipynb": notebook(("markdown", "## XOR (4 points)", []), ("markdown", "No.\n## Next", []))},
            "No.",
            "a.ipynb, below “XOR (4 points)”",
        ),
        (
            {"a.md": b"# Part\n## xor\nOne\n### Deeper\nTwo\n## After\nThree\n"},
            "One\n### Deeper\nTwo",
            "a.md, below “xor”",
        ),
        ({"a.md": b"```\n# xor\n```\nNo heading\n"}, None, ""),
        ({"answers.yaml": b"xor:\n"}, None, ""),
        ({"answers.yaml": b"xor: ...\n"}, None, ""),
        ({"a.ipynb": b"{not json"}, None, ""),
        ({"a.ipynb": b"[" * 100_000}, None, ""),
        ({"a.ipynb": b'{"cells": [1, {"source": [2]}, {"metadata": []}]}'}, None, ""),
        ({}, None, ""),
    ],
)
def test_an_answer_is_found_where_it_stands(files: dict[str, bytes], value: Any, where: str) -> None:
    found = find(files, "xor")
    assert (found.value, found.where, found.problem) == (value, where, "")


@pytest.mark.parametrize(("heading", "found"), [("b) AND", True), ("And then", False), ("Perceptron AND", True)])
def test_the_last_part_of_a_question_may_be_a_heading_by_itself(heading: str, found: bool) -> None:
    files = {"a.md": f"# Units\n## {heading}\nw = (1, 1), b = -1.5\n".encode()}
    assert bool(find(files, "perceptron.and").value) == found


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'xor: "\\sigma(x)"\n', "answers.yaml:1:7: this \\ sequence is unknown"),
        (b"a: &a [1]\nb: *a\nxor: 1\n", "answers.yaml:2:4: the alias *a is not supported"),
        (b"xor: " + b"[" * 5000, "nested deeper than"),
        (b"\xff\xfe", "not UTF-8"),
        (b"- " * 200_000, "too large"),
        (b"xor: - s_i\n", "a list cannot start here"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_waits_for_a_person(content: bytes, told: str) -> None:
    with within(1):
        found = find({"answers.yaml": content}, "xor")
    assert found.value is None
    assert told in found.problem
    judged = check(unit=AND).judge({"answer": None, "where": "", "problem": found.problem}, {"answer": 1}, SETTING)
    assert (judged.status, judged.fraction, judged.findings[0].code) == ("manual", None, "unreadable")


@settings(max_examples=150, deadline=2000)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@example(b"\r@")
def test_no_file_makes_the_search_fail(content: bytes) -> None:
    for name in ("answers.yaml", "a.ipynb", "a.md"):
        assert find({name: content}, "xor.deeper") is not None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("answers.yaml", b"[" + b"a," * 30_000 + b"]"),
        ("answers.yaml", b"? a\n" * 15_000),
        ("a.md", b"# a\n" * 250_000),
        ("a.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "source": "# a"}] * 100_000}).encode()),
    ],
)
def test_a_large_file_costs_every_question_little(name: str, content: bytes) -> None:
    with within(6):
        assert all(find({name: content}, f"question-{n}").value is None for n in range(4))


# Units


@pytest.mark.parametrize(
    ("table", "answer", "status"),
    [
        (AND, {"w1": 1, "w2": 1, "b": -1.5}, "passed"),
        (AND, {"W_1": "1", "W_2": "1", "bias": "-3/2"}, "passed"),
        (AND, {"weights": [2, 2], "bias": -3}, "passed"),
        (AND, {"w": {"w1": 1, "w2": 1}, "b": -1.2}, "passed"),
        (AND, [1, 1, -1.5], "passed"),
        (AND, [[1, 1], -1.5], "passed"),
        (AND, "w1=1, w2=1, b=-1.5", "passed"),
        (AND, "w_1 = w_2 = 1, b = −1.5", "passed"),
        (AND, "w = (1, 1), b = -1.5", "passed"),
        (AND, r"$\mathbf{w} = [1, 1]^T, b = -\frac{3}{2}$", "passed"),
        (AND, r"$w_{1} = 20, w_{2} = 20, b = -30$", "passed"),
        (AND, "So $w = (1, 1)$ and $b = -1.5$ will do.", "passed"),
        (AND, "w1: 1; w2: 1; threshold: 1.5", "passed"),
        (AND, "1, 1, -1.5", "passed"),
        (OR, "w1=1, w2=1, b=-0.5", "passed"),
        (OR, "w1=1, w2=1, b=-1", "passed"),
        ({**OR, "fires": "> 0"}, "w1=1, w2=1, b=-1", "failed"),
        ({**OR, "margin": 0.1}, "w1=1, w2=1, b=-1", "failed"),
        (AND, "w1=1, w2=1, b=-1", "failed"),
        (AND, "w1=1, w2=1, b=1.5", "failed"),
        (AND, "w1=0, w2=0, b=0", "failed"),
        (AND, [1, 1, float("nan")], "failed"),
        (AND, "w1=1/0, w2=1, b=-1", "failed"),
        (AND, "both one, and the threshold between", "manual"),
        (AND, [1, 1], "manual"),
        (AND, [1, 1, 1, -1.5], "manual"),
        (AND, {"w1": True, "w2": 1, "b": -1.5}, "manual"),
        (AND, "=" * 20_000, "manual"),
        (AND, "w" * 20_000, "manual"),
    ],
)
def test_any_weights_that_compute_the_table_are_right(table: Any, answer: Any, status: str) -> None:
    right = [1, 1, -0.5] if table["table"] == OR["table"] else [1, 1, -1.5]
    judged = verdict(check(unit=table), answer, right)
    assert judged.status == status
    assert bool(judged.findings) == (status != "passed")


def test_a_wrong_unit_is_told_its_first_wrong_row() -> None:
    judged = verdict(check(unit=AND), "w1=1, w2=1, b=1.5", [1, 1, -1.5])
    assert judged.findings[0].message.startswith("For the input (0, 0) w·x + b is 1.5, so the unit gives 1, not 0")
    assert judged.findings[0].hint == "Look at the sign of the bias."


# Numbers


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (0.75, "passed", ""),
        ("3/4", "passed", ""),
        ("75 %", "passed", ""),
        (r"p = \frac{3}{4}", "passed", ""),
        ("≈ 0.7512", "passed", ""),
        ("Half of them and half of the rest, so $0.75$.", "passed", ""),
        (-0.75, "failed", "has the wrong sign"),
        (75, "failed", "off by a factor of 100"),
        (0.5, "partial", "Each half counts."),
        (0.6, "failed", "0.6 is not the number"),
        ("1/0", "failed", "not a finite number"),
        ("nan", "manual", "'nan' is not a name"),
        ("three quarters", "manual", "'three' is not a name"),
        ([0.75], "manual", "one number is expected"),
        (True, "manual", "one number is expected"),
    ],
)
def test_a_number_is_right_in_any_form(answer: Any, status: str, said: str) -> None:
    asked = check(number={"slips": [{"value": 0.5, "finding": "Each half counts.", "give": 0.25}]})
    judged = verdict(asked, answer, 0.75)
    assert judged.status == status
    assert said in "".join(finding.message for finding in judged.findings)


# Formulas

JACOBIAN = {
    "variables": {"z": {"normal": ["classes"]}, "s": {"equals": "softmax(z)"}},
    "indices": ["i", "j"],
    "cases": {"diagonal": "i = j", "off-diagonal": "i != j"},
    "slips": [{"formula": "s_i s_j - s_i delta_ij", "finding": "The sign is turned around.", "give": 0.5}],
}
CASES = {"diagonal": "s_i (1 - s_i)", "off-diagonal": "-s_i s_j"}
SAMPLE = {
    "variables": {name: {"normal": [4]} for name in ("x", "y", "yhat")},
    "indices": ["k", "j"],
    "labels": ["n"],
}
DECAY = {
    "variables": {"dCdw": {"normal": [4]}, "w": {"normal": [4]}, "lambda": {"uniform": [], "low": 0.1}},
    "indices": ["i"],
}
LOGISTIC = {
    "variables": {
        "x": {"normal": [4]},
        "y": {"choice": [0, 1]},
        "yhat": {"uniform": [], "low": 0.1, "high": 0.9},
    },
    "indices": ["i"],
    "also": {"y_pred": "yhat"},
}


@pytest.mark.parametrize(
    ("formula", "answer", "right", "share"),
    [
        (JACOBIAN, CASES, CASES, 1.0),
        (JACOBIAN, {"Diagonal": "s_i - s_i^2", "off_diagonal": "-s_j s_i"}, CASES, 1.0),
        (JACOBIAN, "s_i (delta_ij - s_j)", CASES, 1.0),
        (JACOBIAN, ["s_i (1 - s_j)", "-s_i s_j"], CASES, 1.0),
        (JACOBIAN, {"diagonal": "s_i (1 - s_i)"}, CASES, 0.5),
        (JACOBIAN, "s_i (1 - s_i)", CASES, 0.5),
        (JACOBIAN, "s_i (1 - s_j)", CASES, 0.5),
        (JACOBIAN, "s_i (s_j - delta_ij)", CASES, 0.5),
        (JACOBIAN, "s_i s_j", CASES, 0.0),
        (JACOBIAN, 0, CASES, 0.0),
        (SAMPLE, r"\frac{\partial C^n}{\partial w_{kj}} = -x^n_j (y^n_k - \hat{y}^n_k)", "(yhat_k - y_k) x_j", 1.0),
        (SAMPLE, r"-(y_k^{(n)} - \hat{y_k}^{(n)}) x_j^{n}", "(yhat_k - y_k) x_j", 1.0),
        (SAMPLE, r"(ŷ_k - y_k) x_j^2", "(yhat_k - y_k) x_j", 0.0),
        (SAMPLE, "(yhat - y) x^T", "(yhat_k - y_k) x_j", 1.0),
        (LOGISTIC, "-(y - yhat) x_i", "(yhat - y) x_i", 1.0),
        (LOGISTIC, "(yhat - 1) x_i if y = 1 else yhat x_i", "(yhat - y) x_i", 1.0),
        (LOGISTIC, "By the chain rule $-(y - y_{pred}) x$, as asked.", "(yhat - y) x_i", 1.0),
        (LOGISTIC, "(y - yhat) x_i", "(yhat - y) x_i", 0.0),
        (LOGISTIC, "yhat - y", "(yhat - y) x_i", 0.0),
        (LOGISTIC, "see page 3", "(yhat - y) x_i", None),
        (LOGISTIC, "(" * 3000, "(yhat - y) x_i", None),
        (LOGISTIC, {"a": {"b": 1}}, "(yhat - y) x_i", 0.0),
    ],
)
def test_a_formula_earns_its_share(formula: Any, answer: Any, right: Any, share: float | None) -> None:
    judged = verdict(check(formula=formula), answer, right)
    assert judged.fraction == share
    assert bool(judged.findings) == (share != 1.0)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            "(y - yhat) x_i",
            "The formula is wrong: it has the opposite sign everywhere.\nIt was read as  (y − yhat)·x_i",
        ),
        ("2 (yhat - y) x_i", "it is 2 times what is expected"),
        ("ln(-1) x_i", "it has no value"),
        ("x_i + 1", "it is not equal to what is expected."),
        ("(y - yhat", "Column 10 of this answer: the formula ends before the '(' in column 1 is closed.\n(y - yhat\n"),
    ],
)
def test_a_wrong_formula_is_told_what_its_numbers_show(answer: str, said: str) -> None:
    judged = verdict(check(formula=LOGISTIC), answer, "(yhat - y) x_i")
    assert said in judged.findings[0].message
    assert judged.findings[0].where == "answers.yaml:1"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"slips": [{"formula": "s_k", "finding": "no"}]}, "'k' is not an index of this question"),
        ({"cases": {"all": "s_i"}}, "is no condition such as i = j"),
        ({"also": {"p": "q"}}, "stands for 'q', which is no variable"),
        ({"variables": {"z": {"normal": [3]}, "w": {"normal": [4]}}}, "all vectors have the same length"),
        ({"variables": {"s": {"equals": "softmax(q)"}}}, "'q' is not a name"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match="1 validation error") as error:
        check(formula={**JACOBIAN, **change})
    assert told in str(error.value)


def test_an_answer_is_one_of_three() -> None:
    with pytest.raises(ValueError, match="one of formula, number and unit"):
        check(unit=AND, number={})
    assert Answer.EXAMPLE.startswith("{kind: answer")


# A whole hand-in


@pytest.mark.parametrize(
    ("name", "given", "verdicts"),
    [
        ("hand-in-01", 16, "passed passed passed passed passed manual manual manual"),
        ("hand-in-02", 7, "partial partial failed failed passed manual failed manual"),
        ("hand-in-03", 2, "manual manual manual manual passed failed failed failed"),
        ("hand-in-04", 16, "passed passed passed passed passed manual manual manual"),
        ("hand-in-05", 0, "manual failed manual manual failed manual failed failed"),
    ],
)
def test_an_example_gets_what_it_deserves(name: str, given: float, verdicts: str) -> None:
    result = graded(name)
    assert result.score.given == given
    assert [c.verdict for s in result.sections for c in s.criteria] == verdicts.split()
    assert from_json(to_json(result)) == result


def test_what_waits_for_a_person_is_neither_zero_nor_full() -> None:
    result = graded("hand-in-01")
    assert result.complete
    assert criterion(result, "xor").score.given is None
    assert (result.sections[2].score.given, result.sections[2].score.maximum) == (None, 8)
    assert (result.decided.given, result.decided.maximum) == (16, 16)
    page = html(result)
    assert "12 points wait for a person." in page
    assert "A person marks this one; its points will be added." in page


@pytest.mark.parametrize(
    ("names", "verdict"),
    [
        (("notes.md", "HW1 Theory.PDF"), "manual"),
        (("notes.md", "theory.tex"), "manual"),
        (("notes.md", "loss.png"), "failed"),
    ],
)
def test_what_a_document_may_hold_waits_for_a_person(names: tuple[str, ...], verdict: str) -> None:
    files = {"notes.md": b"# XOR\nBy the sum of the rows.\n# OR\nw = (0, 0), b = -1\n"}
    result = grade(Submission("scan", EXAMPLES, "0" * 64, names), files, key(), choose("auto"))
    assert criterion(result, "softmax-jacobian").verdict == criterion(result, "level-sets").verdict == verdict
    assert criterion(result, "perceptron-or").verdict == "failed"  # that one was found, and is wrong
    messages = [finding.message for finding in criterion(result, "level-sets").findings]
    assert any(names[1] in message for message in messages) == (verdict == "manual")


OTHER_WORDS = b"""# Theory
## 1. The derivative of softmax
$s_i (\\delta_{ij} - s_j)$
## 2. XOR
By the sum of the rows.
## 3. How gradients and contours meet
Along a curve $f$ is constant.
"""


@pytest.mark.parametrize(
    ("name", "text", "waiting"),
    [
        ("hw1.md", OTHER_WORDS, {"softmax-jacobian": "derivative of softmax", "level-sets": "contours"}),
        ("hw1.txt", b"Q1 Softmax: s_i (1 - s_i), else -s_i s_j", {"softmax-jacobian": "hw1.txt"}),
        ("hw1.md", b"## 2. XOR\nNo softmax, no gradient, no stationary point.\n", {}),  # this answers another question
        ("README.md", b"# How to run it\nCall main.py.\n", {}),
        ("answers.yaml", b"xor: No.\nnotes: softmax\n", {}),
    ],
)
def test_what_stands_below_other_words_waits_for_a_person(name: str, text: bytes, waiting: dict[str, str]) -> None:
    files = {name: text, **({"README.md": OTHER_WORDS} if name == "answers.yaml" else {})}
    result = grade(Submission("words", EXAMPLES, "0" * 64, tuple(files)), files, key(), choose("auto"))
    for id_ in ("softmax-jacobian", "level-sets"):
        judged = criterion(result, id_)
        assert judged.verdict == ("manual" if id_ in waiting else "failed")
        assert waiting.get(id_, "") in judged.findings[0].message


def test_a_hand_in_whose_code_kills_every_worker_keeps_its_answers() -> None:
    files = {**take(EXAMPLES / "hand-in-01").files, "main.py": b"import os\nos._exit(1)\n"}
    result = grade(Submission("dead", EXAMPLES, "0" * 64, tuple(files)), files, key(), choose("auto"))
    assert result.score.given == 16
    assert not result.environment  # no worker was even started


@pytest.mark.slow
def test_answers_and_code_share_a_rubric(quick: Path, tmp_path: Path) -> None:
    text = quick.read_text("utf-8").replace(f"reference: {ROOT}/reference/gatech-cs7643-a1", "reference: own")
    asked = {"kind": "answer", "id": "decay", "title": "Decay", "points": 10, "question": "4a", "formula": DECAY}
    (tmp_path / "rubric.yaml").write_text(f"{text}      - {json.dumps(asked)}\n", "utf-8")
    shutil.copytree(ROOT / "reference" / "gatech-cs7643-a1", tmp_path / "own")
    with pytest.raises(GraderError, match="does not pass 'decay': There is no answer to '4a'"):
        prepare(load_rubric(tmp_path / "rubric.yaml"), 1, {}, choose("auto"))
    (tmp_path / "own" / "answers.yaml").write_text("4a: dCdw_i + 2 lambda w_i\n", "utf-8")
    mixed = prepare(load_rubric(tmp_path / "rubric.yaml"), 1, {}, choose("auto"))
    intake = take(ROOT / "submissions_example" / "gatech-cs7643-a1" / "hand-in-01")
    files = {**intake.files, "report.ipynb": notebook(("markdown", "# Task 4a\n$$∂C/∂w + 2λw$$", ["4a"]))}
    result = grade(intake.submission, files, mixed, choose("auto"))
    assert (result.score.given, result.score.maximum) == (110, 110)


def test_a_reference_whose_own_answer_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    rubric = tmp_path / "rubric.yaml"
    text = (ROOT / "rubrics" / COURSE / "rubric.yaml").read_text("utf-8")
    text = text.replace("../gatech-cs7643-a1/driver", str(ROOT / "rubrics" / "gatech-cs7643-a1" / "driver"))
    rubric.write_text(text.replace("id: gatech-cs7643-a1-theory", "id: mine\nreference: own", 1), "utf-8")
    (tmp_path / "own").mkdir()
    answers = (ROOT / "reference" / COURSE / "answers.yaml").read_text("utf-8")
    (tmp_path / "own" / "answers.yaml").write_text(answers.replace("-1.5", "-0.5"), "utf-8")
    with pytest.raises(GraderError, match="the reference itself does not pass 'perceptron-and'"):
        prepare(load_rubric(rubric), 1, {}, choose("auto"))


def test_a_rubric_with_a_formula_that_cannot_be_read_says_its_line(tmp_path: Path) -> None:
    text = (ROOT / "rubrics" / COURSE / "rubric.yaml").read_text("utf-8").replace("s_j (s_i - delta_ij)", "s_k")
    (tmp_path / "rubric.yaml").write_text(text, "utf-8")
    with pytest.raises(RubricError, match="'k' is not an index of this question"):
        load_rubric(tmp_path / "rubric.yaml")
