"""The audit: what it says of a rubric, and that it says it of each solution as if that had been handed in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from grader.audit import (
    Audit,
    Bench,
    Candidate,
    Fate,
    Log,
    Outcome,
    Setup,
    candidates,
    examine_all,
    load_course,
    sample,
)
from grader.audit.bench import _alike, _unlike
from grader.cli import commands
from grader.data import load
from grader.errors import GraderError
from grader.grading import grade, prepare
from grader.model import Submission
from grader.report import audit as advice
from grader.report.audit import html
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose

COURSE = "gatech-cs7643-a1"
WEAK = Path(__file__).parent / "rubrics" / "weak.yaml"


@cache
def setup(rubric: str = COURSE) -> Setup:
    return Setup(load_course(load_rubric(find_rubric(rubric))), 5, {"digits": load("digits")}, choose())


@cache
def all_candidates(rubric: str = COURSE) -> tuple[Candidate, ...]:
    return tuple(candidates(setup(rubric).course))


def made(fate: Fate, lost: Mapping[str, float] | None = None, wanted: tuple[str, ...] = (), **named: Any) -> Outcome:
    kind = named.pop("kind", "right" if fate in ("accepted", "rejected") else "mutant")
    id_ = named.pop("id", f"{fate}-{len(lost or {})}-{wanted}")
    part = named.pop("part", "a.py:f")
    difference = "--- a.py\n+++ a.py\n@@ -1 +1 @@\n-    return <b>x</b>\n+    return y"
    return Outcome(Candidate(id_, kind, "A change", part, {"a.py": b""}, difference, wanted), fate, lost or {}, **named)


def audit(*outcomes: Outcome) -> Audit:
    rubric = {"id": "tiny", "title": "Tiny", "course": "A course", "digest": "0"}
    return Audit(rubric, {"forward": 6.0, "gradient": 4.0}, outcomes, 0, "2 probes")


# what the outcomes say


def test_shares_leave_out_what_is_set_aside() -> None:
    found = audit(
        made("caught", {"forward": 2.0}),
        made("survived"),
        made("equivalent"),
        made("open"),
        made("beyond"),
        made("accepted"),
    )
    assert found.share_caught == 50
    assert found.share_accepted == 100
    assert len(found.wrong) == 5


def test_points_lost_elsewhere_than_on_the_own_criterion_are_told() -> None:
    placed = made("caught", {"forward": 2.0, "gradient": 1.0}, ("gradient",))
    elsewhere = made("caught", {"forward": 2.0, "gradient": 0.0}, ("gradient",))
    nobody_said = made("caught", {"forward": 2.0})
    found = audit(placed, elsewhere, nobody_said)
    assert found.misplaced == [elsewhere]
    assert found.share_placed == 50


def test_a_criterion_without_a_catch_of_its_own_is_idle() -> None:
    found = audit(made("caught", {"forward": 6.0}), made("caught", {"forward": 6.0, "gradient": 4.0}))
    assert [(tally.id, tally.caught, tally.alone) for tally in found.tallies] == [("forward", 2, 1), ("gradient", 1, 0)]
    assert [tally.id for tally in found.idle] == ["gradient"]


@pytest.mark.parametrize(
    ("outcomes", "verdict", "to_do"),
    [
        (["caught", "accepted"], "can be published: each wrong solution loses points, and no right one does.", []),
        (["caught", "equivalent"], "no right one was tried", []),
        (["survived", "accepted"], "Before this rubric is published:", ["1 wrong solution gets full marks."]),
        (["rejected", "rejected"], "Before this rubric is published:", ["2 right solutions lose points."]),
        (["undecided", "survived"], "Before", ["1 solution could not be graded.", "1 wrong solution gets full marks."]),
    ],
)
def test_the_last_word_says_whether_the_rubric_can_be_published_and_what_to_do(
    outcomes: list[Fate], verdict: str, to_do: list[str]
) -> None:
    found = audit(*(made(fate, {"forward": 1.0} if fate in ("caught", "rejected") else {}) for fate in outcomes))
    assert verdict in advice.verdict(found)
    assert [told.partition(". ")[0] + "." for told in advice.to_do(found)] == to_do


def test_points_lost_on_another_criterion_are_worth_a_look_and_no_hindrance() -> None:
    found = audit(made("caught", {"forward": 2.0}, ("gradient",)), made("accepted"))
    assert advice.verdict(found) == "This rubric can be published. Worth a look:"
    assert len(list(advice.to_do(found))) == 1


def test_a_part_tells_the_median_and_the_most_that_was_lost() -> None:
    outcomes = [made("caught", {"forward": points}, part="a.py:g") for points in (1.0, 2.0, 6.0)]
    group = audit(*outcomes, made("survived", part="a.py:g")).groups[0]
    assert (group.part, group.lost, group.count("survived")) == ("a.py:g", (2.0, 6.0), 1)


def test_an_audit_as_json_has_every_solution_with_its_difference() -> None:
    told = json.loads(json.dumps(audit(made("survived"), made("caught", {"forward": 1.0})).plain()))
    assert told["summary"]["percent_caught"] == 50
    assert [entry["fate"] for entry in told["candidates"]] == ["survived", "caught"]
    assert "return y" in told["candidates"][0]["difference"]


def test_the_page_shows_survivors_and_a_row_for_each_solution_without_a_script() -> None:
    page = html(audit(made("survived"), made("caught", {"forward": 1.5}, ("forward",)), made("accepted")))
    assert "Wrong solutions that get full marks" in page
    assert page.count("<details>") == 3
    assert 'class="l1 wanted">1.5<' in page
    assert "<script" not in page
    assert "&lt;b&gt;x" in page
    assert "<b>x" not in page


# equal observations


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (1.0, 1.0 + 1e-12, True),
        (1.0, 1.0 + 1e-6, False),
        (np.array([1e9, 1.0]), np.array([1e9, 1.0 + 1e-3]), True),
        (float("nan"), float("nan"), True),
        (float("nan"), 0.0, False),
        (float("inf"), -float("inf"), False),
        (np.zeros(3), np.zeros((3, 1)), False),
        (np.zeros((2, 0)), np.zeros((2, 0)), True),
        (True, 1.0, True),
        ("a", "b", False),
        (None, None, True),
        (None, 0.0, False),
    ],
)
def test_observations_are_equal_to_rounding(one: Any, other: Any, alike: bool) -> None:
    assert _alike(one, other) is alike


def test_a_difference_is_told_by_its_place() -> None:
    mine = {"a batch": {"loss": 1.0, "W1": np.ones(2)}, "more": [1, 2]}
    theirs = {"a batch": {"loss": 2.0, "W1": np.ones(2)}, "more": [1, 3]}
    assert list(_unlike(mine, theirs, "forward")) == ["forward/a batch/loss", "forward/more/1"]


def test_the_words_of_a_failure_may_differ() -> None:
    failures = [
        {"failure": {"code": "exception", "message": text, "where": f"x.py:{len(text)}"}} for text in ("a", "bb")
    ]
    assert list(_unlike(*failures, "forward")) == []


# what the course declares


def test_the_course_has_many_right_variants_and_each_applies() -> None:
    right = [candidate for candidate in all_candidates() if candidate.kind == "right"]
    assert len(right) >= 25
    for candidate in right:
        for name, content in candidate.changed.items():
            compile(content, name, "exec")


def test_every_kind_of_solution_is_made_and_each_has_its_own_id() -> None:
    counts = Counter(candidate.kind for candidate in all_candidates())
    assert counts["mutant"] >= 600
    assert counts["mistake"] >= 100
    assert len({candidate.id for candidate in all_candidates()}) == sum(counts.values())


def test_another_rubric_of_the_course_shares_its_declarations() -> None:
    course = load_course(load_rubric(WEAK))
    assert set(course.functions) == set(setup().course.functions)
    assert course.functions["models/_base_network.py:_baseNetwork.cross_entropy_loss"] == ()
    assert course.functions["models/_base_network.py:_baseNetwork.ReLU"] == ("relu",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("functions: {utils.py:generate_batched_dat: []}", "did you mean 'utils.py:generate_batched_data'"),
        ("functions: {utils.py:train: [bathces]}", "the rubric has no criterion 'bathces'; did you mean 'batches'"),
        ("probes: [{id: a, kind: valu}]", "a probe has an id and a kind"),
        ("probes: [{id: a, kind: value, call: softmax, casse: []}]", "probe 'a'"),
        ("opem: []", "did you mean 'open'"),
        ("[1]", "this is a mapping"),
    ],
)
def test_what_is_wrong_in_the_declarations_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    rubric = load_rubric(find_rubric(COURSE))
    (tmp_path / "variants.yaml").write_text(text)
    with pytest.raises(GraderError, match=r"variants\.yaml:1:") as raised:
        load_course(replace(rubric, path=tmp_path / "rubric.yaml"))
    assert message in str(raised.value)


def test_a_course_without_declarations_is_changed_everywhere(tmp_path: Path) -> None:
    rubric = load_rubric(find_rubric(COURSE))
    course = load_course(replace(rubric, path=tmp_path / "rubric.yaml", driver=tmp_path / "driver.py"))
    assert "utils.py:train" in course.functions
    assert course.variants == ()


# samples and what is kept


def test_a_sample_is_the_same_for_the_same_seed_and_has_right_ones_too() -> None:
    one, again, other = (sample(all_candidates(), 20, seed) for seed in (1, 1, 2))
    assert [each.id for each in one] == [each.id for each in again] != [each.id for each in other]
    assert Counter(each.kind == "right" for each in one) == {False: 20, True: 20}


def test_outcomes_are_kept_for_the_next_run_even_after_a_torn_line(tmp_path: Path) -> None:
    log = Log(setup(), tmp_path)
    first, second, third = all_candidates()[:3]
    log.add(Outcome(first, "caught", {"softmax": 2.0}, "Wrong."))
    log.add(Outcome(second, "undecided"))
    with log.path.open("a") as file:
        file.write('{"name": "cut o')
    again = Log(setup(), tmp_path)
    assert again.find(first) == Outcome(first, "caught", {"softmax": 2.0}, "Wrong.")
    assert again.find(second) is None
    assert again.find(third) is None
    assert Log(replace(setup(), seed=6), tmp_path).find(first) is None


# runs


@pytest.mark.slow
def test_a_reused_worker_and_unasked_criteria_change_no_result() -> None:
    chosen = [each for each in sample(all_candidates(), 14, 3) if each.kind != "right"]
    rubric, key = setup().quick, prepare(setup().quick, 5, {}, setup().sandbox)
    bench = Bench(setup())
    try:
        for candidate in chosen:
            files = {**setup().course.files, **candidate.changed}
            alone = grade(Submission("x", rubric.reference, "x", tuple(files)), files, key, setup().sandbox)
            criteria = [criterion for section in alone.sections for criterion in section.criteria]
            lost = {c.id: round(c.score.maximum - (c.score.given or 0.0), 2) for c in criteria}
            quickly = bench.examine(candidate).lost
            assert {id_: quickly.get(id_) for id_ in lost} == lost, candidate.id
    finally:
        bench.close()


@pytest.mark.slow
def test_a_sample_of_the_course_is_caught_and_the_second_run_is_kept(tmp_path: Path) -> None:
    arguments = ["audit", COURSE, "--sample", "30", "--seed", "5", "--fail-under", "98"]
    files = ["--json", str(tmp_path / "a.json"), "--html", str(tmp_path / "a.html")]
    environment = {"GRADER_CACHE": str(tmp_path / "cache")}
    first = CliRunner().invoke(commands, [*arguments, *files], env=environment)
    assert first.exit_code == 0, first.output
    told = json.loads((tmp_path / "a.json").read_text())
    assert told["summary"]["percent_on_own_criterion"] >= 95
    assert told["summary"]["percent_accepted"] == 100
    second = CliRunner().invoke(commands, arguments, env=environment)
    kept = len(told["candidates"])
    assert f"{kept} of {kept} kept from earlier" in second.output


@pytest.mark.slow
def test_a_weak_rubric_is_exposed(tmp_path: Path) -> None:
    names = ("TwoLayerNet._backward", "_baseNetwork.cross_entropy_loss", "SGD.update")
    backward = [each for each in all_candidates(str(WEAK)) if each.kind == "mutant" and each.part.endswith(names)]
    found = [outcome for outcome, _ in examine_all(backward[::8], setup(str(WEAK)), Log(setup(str(WEAK)), tmp_path), 2)]
    survivors = [outcome for outcome in found if outcome.fate == "survived"]
    assert len(survivors) >= 5
    assert all("Differs from the reference" in outcome.told for outcome in survivors)
    page = html(audit(*found))
    assert all(outcome.candidate.id in page for outcome in survivors)


def test_an_unknown_rubric_is_wrong_input() -> None:
    assert CliRunner().invoke(commands, ["audit", "gatech-cs7643-a2"]).exit_code == 2
