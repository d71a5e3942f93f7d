"""What a recognised mistake says, and what it leaves of the points."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from test_variants import EXAMPLES, LIMITS, RIGHT, VARIANTS, key

from grader.audit.course import load_course
from grader.grading import PUBLIC_SEED, look, prepare
from grader.intake import take
from grader.mistakes import apply
from grader.mistakes.bank import Bank
from grader.mistakes.feedback import explain
from grader.model import CriterionResult, Result, Submission
from grader.sandbox import choose

pytestmark = pytest.mark.slow  # the first test looks at all known mistakes of the course


@cache
def bank() -> Bank:
    return Bank(key().rubric, choose("auto"))


def explained(path: Path) -> tuple[Result, Result]:
    """The result before and after the diagnosis."""
    intake = take(path)
    result, seen = look(intake.submission, intake.files, key(), choose("auto"), LIMITS)
    return result, explain(result, seen, bank(), key().seed)


def criterion(result: Result, id_: str) -> CriterionResult:
    return next(c for section in result.sections for c in section.criteria if c.id == id_)


def named(result: Result) -> set[str]:
    codes = (f.code for section in result.sections for c in section.criteria for f in c.findings)
    return {code.removeprefix("mistake:") for code in codes if code.startswith("mistake:")}


@pytest.mark.parametrize(
    ("hand_in", "mistake"),
    [
        ("hand-in-03", "two-layer-gradient-not-averaged"),
        ("hand-in-04", "penalty-missing"),
        ("hand-in-05", "softmax-of-each-column"),
        ("hand-in-06", "two-layer-no-sigmoid-derivative"),
        ("hand-in-07", "sgd-biases-not-updated"),
    ],
)
def test_the_mistake_of_an_example_is_named_first(hand_in: str, mistake: str) -> None:
    _, after = explained(EXAMPLES / hand_in)
    assert named(after) == {mistake}
    for id_ in bank().mistakes[mistake].criteria:
        if criterion(after, id_).verdict != "skipped":
            assert criterion(after, id_).findings[0].code == f"mistake:{mistake}"


def test_a_single_slip_leaves_the_credit_of_its_entry_and_never_takes_points() -> None:
    before, after = explained(EXAMPLES / "hand-in-03")
    gradient = criterion(after, "two-layer-gradient")
    credit = bank().mistakes["two-layer-gradient-not-averaged"].credit
    assert gradient.score.given == round(credit * gradient.score.maximum, 2)
    for section in before.sections:
        for each in section.criteria:
            assert (criterion(after, each.id).score.given or 0) >= (each.score.given or 0)


def test_a_slip_leaves_its_credit_where_nothing_else_is_wrong_whatever_is_wrong_elsewhere(tmp_path: Path) -> None:
    hand_in = shutil.copytree(EXAMPLES / "hand-in-03", tmp_path / "hand-in")
    path = hand_in / "optimizer" / "sgd.py"
    path.write_text(re.sub(r"self\.learning_rate", "0.37 * self.learning_rate", path.read_text("utf-8")), "utf-8")
    _, after = explained(hand_in)
    assert named(after) == {"two-layer-gradient-not-averaged"}
    gradient = criterion(after, "two-layer-gradient")
    credit = bank().mistakes["two-layer-gradient-not-averaged"].credit
    assert gradient.score.given == round(credit * gradient.score.maximum, 2)


def test_each_slip_of_a_helper_leaves_its_credit_however_many_there_are() -> None:
    _, after = explained(VARIANTS / "wrong" / "four_signs")
    slips = ["softmax-of-negative-scores", "cross-entropy-sign", "sigmoid-sign", "relu-derivative-inverted"]
    assert named(after) == set(slips)
    for mistake in (bank().mistakes[name] for name in slips):
        judged = criterion(after, mistake.criteria[0])
        assert judged.score.given == round(mistake.credit * judged.score.maximum, 2)


def test_what_only_follows_from_a_slip_keeps_the_carried_share_and_says_so() -> None:
    _, after = explained(EXAMPLES / "hand-in-03")
    training = criterion(after, "training-two-layer")
    assert training.score.given == 0.5 * training.score.maximum
    assert training.findings[0].code == "follows:two-layer-gradient-not-averaged"


def test_the_points_of_sections_and_of_the_whole_add_up_again() -> None:
    _, after = explained(EXAMPLES / "hand-in-06")
    for section in after.sections:
        assert section.score.given == round(sum(c.score.given or 0 for c in section.criteria), 2)
    assert after.score.given == round(sum(section.score.given or 0 for section in after.sections), 2)


@pytest.mark.parametrize("hand_in", ["hand-in-05", "hand-in-07"])
def test_no_hint_is_given_twice_and_what_was_seen_needs_none_below_a_name(hand_in: str) -> None:
    before, after = explained(EXAMPLES / hand_in)
    for judged in (criterion for section in before.sections for criterion in section.criteria):
        hints = [found.hint for found in judged.findings if found.hint]
        assert len(hints) == len(set(hints))
        codes = [found.code for found in criterion(after, judged.id).findings if found.hint]
        assert codes[1:] == [] or not codes[0].startswith("mistake:")


@pytest.mark.parametrize("hand_in", ["hand-in-08", "hand-in-09", "hand-in-12", "hand-in-13"])
def test_nothing_is_named_where_nothing_is_recognised(hand_in: str) -> None:
    before, after = explained(EXAMPLES / hand_in)
    assert named(after) == set()
    assert after.score == before.score


def test_no_mistake_is_named_in_right_hand_ins_whatever_their_points() -> None:
    quick = (replace(s, criteria=tuple(c for c in s.criteria if not c.check.datasets())) for s in key().rubric.sections)
    public = prepare(replace(key().rubric, sections=tuple(quick)), PUBLIC_SEED, {}, choose("auto"), LIMITS)
    wrong: dict[str, object] = {}
    right = list(right_ones())
    for submission, files in right:
        result, seen = look(submission, files, public, choose("auto"), LIMITS)
        found = bank().recognise(replace(seen, signature=seen.criteria), PUBLIC_SEED)
        named = [name for name in found.names if not bank().mistakes[name].harmless]
        if named or result.score.given != result.score.maximum:
            wrong[submission.id] = named, result.score
    assert wrong == {}
    assert len(right) >= 50


def right_ones() -> Iterator[tuple[Submission, dict[str, bytes]]]:
    """Right hand-ins: whole ones, and the reference written in other ways."""
    for name in RIGHT:
        intake = take(VARIANTS / "right" / name)
        yield intake.submission, dict(intake.files)
    course = load_course(key().rubric)
    for variant in course.variants:
        files = apply(variant, course.files)
        yield Submission(variant.id, Path(variant.id), "digest", tuple(files)), files


@pytest.mark.parametrize("function", ["cross_entropy_loss", "softmax"])
def test_an_empty_function_is_given_nothing_for_looking_like_a_forgotten_return(function: str, tmp_path: Path) -> None:
    hand_in = shutil.copytree(EXAMPLES / "hand-in-01", tmp_path / "hand-in")
    path = hand_in / "models" / "_base_network.py"
    written = path.read_text("utf-8")
    empty = re.sub(rf"(def {function}\(self[^)]*\):\n)", r"\1        return None\n", written)
    assert empty != written
    path.write_text(empty, "utf-8")
    before, after = explained(hand_in)
    assert after.score == before.score
