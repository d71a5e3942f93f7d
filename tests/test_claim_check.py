"""Stated accuracies beside those of the code: who is caught, who is not, and what is never run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.checks import kinds
from grader.checks.claim import Claim
from grader.claims import Stated, Yardstick, compare
from grader.data import load
from grader.driver import read_driver
from grader.errors import StudentError
from grader.experiments import Run, read
from grader.experiments.splitting import USUAL, divide
from grader.grading import grade, prepare
from grader.intake import take
from grader.model import CriterionResult, Failure, Verdict
from grader.observed.asked import digest
from grader.probes import Setting
from grader.rubric import load_rubric
from grader.sandbox.process import ProcessSandbox
from grader.session import Limits, Session
from grader.strict_yaml import parse

ROOT = Path(__file__).resolve().parent.parent
COURSE = "gatech-cs7643-a1-tables"
EXAMPLES = ROOT / "submissions_example" / COURSE
FIELDS = {
    "settings": {"model": "net", "learning_rate": 0.1, "epochs": 10, "batch_size": 16, "seed": 0},
    "bounds": {"epochs": (1, 100), "learning_rate": (0, 10)},
    "best_by": "valid accuracy",
}
HONEST = ((1, 0.95), (0.5, 0.92), (0.1, 0.81))
Settings = Mapping[str, Any]


class Learner:
    """A student whose test accuracy is that of `gives`, give or take what a seed does."""

    def __init__(self, report: str, gives: Callable[[Settings], float], noise: float = 0.008) -> None:
        self.files = {"report.md": report.encode()}
        self.gives, self.noise = gives, noise
        self.asked: list[Settings] = []

    def call(self, function: str, settings: Settings, data: Settings, limit: float) -> Any:
        assert function == "experiment"
        assert "y_test" not in data
        self.asked.append(settings)
        rng = np.random.default_rng([settings["seed"], int(1000 * settings["learning_rate"])])
        aim = float(np.clip(self.gives(settings) + self.noise * rng.normal(), 0, 1))
        return {"epochs": 1, "predictions": {"test": self._right(aim), "valid": np.zeros((1, 288), int)}}

    def _right(self, share: float) -> Any:
        y = load("digits").y_test
        wrong = np.arange(len(y)) >= round(share * len(y))
        return np.where(wrong, (y + 1) % 10, y)[None]


def by_rate(settings: Settings) -> float:
    return {1.0: 0.95, 0.5: 0.92, 0.1: 0.81}.get(settings["learning_rate"], 0.6)


def check(**fields: Any) -> Claim:
    return Claim.model_validate_json(json.dumps({"kind": "claim", **FIELDS, **fields}))


def setting(seed: int = 1) -> Setting:
    return Setting(seed, {}, {}, {"digits": load("digits")}, name="here")


def table(*rows: tuple[Any, Any], head: str = "learning rate | test accuracy") -> str:
    lines = [f"| {head} |", "|---|---|", *(f"| {rate} | {value} |" for rate, value in rows)]
    return "# Results\n\n" + "\n".join(lines) + "\n"


def judged(learner: Learner, seed: int = 1, **fields: Any) -> Verdict:
    asked = check(**fields)
    seen = asked.observe(learner, setting(seed))  # type: ignore[arg-type]
    return asked.judge(json.loads(json.dumps(seen)), {}, setting(seed))  # what is kept is enough to judge by


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize(
    ("report", "share", "found"),
    [
        (table(*HONEST), 1, []),
        (table(*((rate, f"{value:.2%}") for rate, value in HONEST)), 1, []),
        (table(*((rate, f"{100 * value:.2f}") for rate, value in HONEST)), 1, []),
        (table(("$10^{-1}$", "292/360"), ("1/2", "0.92 ± 0.01"), ("10⁰", "~0.95 (epoch 7)")), 1, []),
        (table((1, 0.95), (0.5, 0.92), (0.1, 0.91)), 2 / 3, ["claim-differs"]),
        (table((1, 0.995), (0.5, 0.92), (0.1, 0.81)), 2 / 3, ["claim-differs"]),
        (table((1, 0.7), (0.5, 0.98), (0.1, 0.95)), 0, ["claim-differs"] * 3),
        (table((1, 0.95), (1, "0.800")), 0.5, ["claim-differs", "stated-twice"]),
        (table(*HONEST) + "\nA larger learning rate leads to a lower accuracy.\n", 1, ["trend"]),
    ],
)
def test_a_row_costs_its_share_only_where_the_code_gives_something_else(
    report: str, share: float, found: list[str]
) -> None:
    verdict = judged(Learner(report, by_rate))
    assert codes(verdict) == found
    assert verdict.fraction == pytest.approx(share)


@pytest.mark.parametrize(
    ("report", "share", "found"),
    [
        (table(*HONEST), 1, []),
        (table((1, 0.95), (0.5, 0.92)), 0.75, ["rows-missing"]),
        (table((0.001, 0.6), head="learning rate | test accuracy"), 0.25, ["rows-missing"]),
        (table((1, 0.7), (0.5, 0.92)), 0.375, ["claim-differs", "rows-missing"]),
        (table((1, 0.95), (0.5, 0.92), ("5-10", 0.81)), None, ["not-compared", "rows-missing"]),
    ],
)
def test_rows_that_the_sheet_asks_for_cost_their_share_where_they_are_missing(
    report: str, share: float | None, found: list[str]
) -> None:
    verdict = judged(Learner(report, by_rate), asks={"learning_rate": [1, 0.5, 0.1], "epochs": [10]})
    assert codes(verdict) == found
    assert verdict.fraction == (share if share is None else pytest.approx(share))


def test_a_missing_row_is_told_by_what_the_sheet_asks_for() -> None:
    verdict = judged(Learner(table((1, 0.95)), by_rate), asks={"learning_rate": [1, 0.5, 0.1]})
    assert verdict.findings[0].message == (
        "The sheet asks for a row with learning rate 0.5 and one with learning rate 0.1; none was found."
    )


def test_only_numbers_can_be_asked_for() -> None:
    with pytest.raises(ValueError, match="'model' is no number"):
        check(asks={"model": [1]})


def test_a_finding_says_which_row_disagrees_and_by_how_much() -> None:
    verdict = judged(Learner(table((1, 0.95), (0.1, 0.9281)), by_rate, noise=0))
    (finding,) = verdict.findings
    assert finding.message == (
        "With learning rate 0.1 you state test accuracy 0.9281; your code gives 0.8111 over 12 runs. "
        "That is 0.12 above the nearest of them."
    )
    assert "batch size 16, epochs 10" not in finding.message
    assert finding.hint.endswith("The others were model net, epochs 10, batch size 16.")
    assert finding.where == "report.md"
    assert verdict.tables[0].rows == (
        ("learning rate 1", "test", "0.95", "0.95", "agrees"),
        ("learning rate 0.1", "test", "0.9281", "0.8111", "disagrees"),
    )


@pytest.mark.parametrize(
    ("budget", "rates"), [(0, []), (1, [1.0]), (2, [1.0, 0.5]), (3, [1.0, 0.5, 0.1]), (9, [1.0, 0.5, 0.1])]
)
def test_the_largest_claim_is_run_first_and_no_more_than_the_budget(budget: int, rates: list[float]) -> None:
    learner = Learner(table(*reversed(HONEST)), by_rate)
    verdict = judged(learner, budget=budget)
    assert list(dict.fromkeys(each["learning_rate"] for each in learner.asked)) == rates
    assert verdict.status == ("passed" if rates else "manual")
    told = {row[0]: row[3] for row in verdict.tables[0].rows}
    assert [name for name, gives in told.items() if gives == "not run again"] == [
        f"learning rate {rate:g}" for rate in (0.1, 0.5, 1.0) if rate not in rates
    ]


def test_a_budget_of_the_command_line_is_one_of_every_criterion_and_another_digest() -> None:
    rubric = load_rubric(ROOT / "rubrics" / COURSE / "rubric.yaml")
    less = rubric.within(1)
    assert [getattr(criterion.check, "budget", None) for criterion in less.criteria] == [1, 1]
    assert less.digest != rubric.digest


@pytest.mark.parametrize(
    ("changes", "same"),
    [({"least": 0.5, "deviations": 9, "empty": 0}, True), ({"budget": 1}, False), ({"seeds": 4}, False)],
)
def test_what_was_asked_tells_whether_it_can_be_judged_anew(changes: dict[str, Any], same: bool) -> None:
    learner = Learner("nothing is stated", by_rate)
    one, other = (check(**fields).observe(learner, setting()) for fields in ({}, changes))  # type: ignore[arg-type]
    assert (digest(one) == digest(other)) is same


def test_one_configuration_is_run_once_and_only_a_doubtful_one_more_often() -> None:
    learner = Learner(table((1, 0.95), (1, 0.951), (0.1, 0.95)), by_rate)
    judged(learner, least=0.03)
    runs = [each["learning_rate"] for each in learner.asked]
    assert (runs.count(1.0), runs.count(0.1)) == (3, 12)
    assert len({each["seed"] for each in learner.asked}) == 12


def test_the_same_seed_gives_the_same_and_another_seed_other_runs() -> None:
    one, two, other = (Learner(table(*HONEST), by_rate) for _ in range(3))
    assert judged(one, seed=7) == judged(two, seed=7)
    judged(other, seed=8)
    assert one.asked == two.asked
    assert one.asked != other.asked


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ("no table at all", "no-table"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", "no-accuracies"),
        (table(("best", 0.95)), "not-compared"),
        (table(("1e9", 0.95)), "not-compared"),
        (table(("-1", 0.95)), "not-compared"),
        (table(("nan", 0.95), ("inf", 0.95), ("=1/0", 0.9), ("1/0", 0.9)), "not-compared"),
        (table((1, "1e99")), "not-compared"),
        (table((1, -0.5)), "not-compared"),
        (table((1, "=A1+B1"), (1, "NaN"), (1, "__import__('os')")), "no-accuracies"),
        (table(("10", 0.95), head="epoch | test accuracy"), "not-compared"),
        (table(("2.5", 0.95), head="epochs | test accuracy"), "not-compared"),
        (table(("99999999999", 0.95), head="epochs | test accuracy"), "not-compared"),
        (table(("Adam", 0.95), head="optimizer | test accuracy"), "not-compared"),
        (table(("0.5", 0.95), head="dropout | test accuracy"), "not-compared"),
        (table(("0.1 to 1", 0.95)), "not-compared"),
        (table(("0.1", 0.95), head="seed lr | test accuracy"), "not-compared"),
    ],
)
def test_what_cannot_be_told_is_said_and_waits_and_runs_nothing(report: str, code: str) -> None:
    learner = Learner(report, by_rate)
    verdict = judged(learner)
    assert (verdict.status, verdict.fraction) == ("manual", None)
    assert codes(verdict)[0] == code
    assert learner.asked == []


def test_no_table_fails_only_where_the_rubric_asks_for_one() -> None:
    asked = judged(Learner("no table", by_rate), empty=0)
    assert (asked.status, asked.fraction, codes(asked)) == ("failed", 0, ["no-table"])
    assert judged(Learner("| a | b |\n|---|---|\n| 1 | 2 |\n", by_rate), empty=0).status == "manual"


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Failure("student", "exception", "train: ValueError: no"), "failed", "claim-fails"),
        (Failure("student", "missing", "There is no TwoLayerNet."), "failed", "claim-fails"),
        (Failure("student", "timeout", "It did not come back."), "manual", "not-compared"),
        (Failure("student", "died", "It died."), "manual", "not-compared"),
    ],
)
def test_code_that_gives_nothing_states_nothing_but_a_slow_machine_costs_no_one(
    failure: Failure, status: str, code: str
) -> None:
    def fails(settings: Settings) -> float:
        raise StudentError(failure)

    verdict = judged(Learner(table((1, 0.95)), fails))
    assert (verdict.status, codes(verdict)) == (status, [code])
    assert failure.message.rstrip(".") in verdict.findings[0].message


def test_a_final_accuracy_that_was_printed_is_of_the_defaults_where_the_rubric_says_so() -> None:
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [{"text": "Final Test Accuracy: 0.95\n"}]}
    learner = Learner("", by_rate)
    learner.files = {"a.ipynb": json.dumps({"cells": [cell], "nbformat": 4}).encode()}
    assert judged(learner).status == "manual"
    assert judged(learner, printed="defaults").status == "failed"


@pytest.mark.parametrize(
    ("value", "runs", "agrees"),
    [
        (0.95, [0.94, 0.95, 0.96], True),
        (0.975, [0.94, 0.95, 0.96], True),  # three runs tell little of their spread
        (0.999, [0.94, 0.95, 0.96], False),
        (0.97, [0.95, 0.95, 0.95], False),
        (0.959, [0.95, 0.95, 0.95], True),
        (0.2, [0.1, 0.1, 0.1], True),  # luck
        (0.95, [0.1, 0.1, 0.1], False),
        (0.1, [0.95, 0.95, 0.95], False),
        (1.0, [1.0, 1.0, 1.0], True),
        (0.9, [0.0, 0.0, 0.0], False),
    ],
)
def test_how_far_the_runs_lie_apart_says_what_is_near_enough(value: float, runs: list[float], agrees: bool) -> None:
    found = compare("test", Stated(value, 1e-4), [runs], Yardstick(0.01, 5, {"test": 360}, {"test": 0.1}))
    assert found is not None
    assert (found.off == 0) == agrees


def test_code_that_gives_now_this_and_now_that_excuses_no_number_far_beyond() -> None:
    runs = [0.45, 0.5, 0.55, 0.6, 0.65, 0.7] * 2
    yardstick = Yardstick(0.01, 5, {"test": 360}, {"test": 0.1}, 0.15)
    near, far = (compare("test", Stated(value, 1e-4), [runs], yardstick) for value in (0.8, 0.95))
    assert near is not None
    assert far is not None
    assert (near.off, round(far.off, 4)) == (0, 0.25)


def test_the_reading_that_fits_is_the_one_that_counts() -> None:
    yardstick = Yardstick(0.01, 5, {}, {})
    best, last, nothing = [0.97, 0.97, 0.97], [0.95, 0.95, 0.95], [None, None, None]
    found = compare("test", Stated(0.951, 1e-3), [best, last, nothing], yardstick)
    assert found is not None
    assert (found.off, found.low) == (0, 0.95)
    assert compare("test", Stated(0.951, 1e-3), [nothing], yardstick) is None


def test_the_example_of_the_kind_runs_with_a_real_hand_in() -> None:
    fields: dict[str, Any] = parse(kinds()["claim"].EXAMPLE.encode()).value
    asked = Claim.model_validate_json(json.dumps({**fields, "question": "", "heading": ""}))
    seen = asked.observe(Learner(table((1, 0.95)), by_rate), setting())  # type: ignore[arg-type]
    assert asked.judge(seen, {}, setting()).status == "passed"
    assert asked.shown(seen) == ("learning rate 1: test accuracy 0.95", "report.md")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hand_in", "lost", "waiting", "flags"),
    [
        ("hand-in-01", set(), set(), set()),
        ("hand-in-02", {"regularization"}, set(), {"claim-differs"}),
        ("hand-in-03", {"regularization"}, set(), {"claim-differs", "trend"}),
        ("hand-in-04", {"learning-rates"}, {"regularization"}, {"no-table", "not-compared", "rows-missing"}),
    ],
)
def test_the_example_hand_ins_are_judged_as_their_page_says(
    hand_in: str, lost: set[str], waiting: set[str], flags: set[str]
) -> None:
    found = graded(EXAMPLES / hand_in, 5)
    assert {each.id for each in found if each.verdict in ("partial", "failed")} == lost
    assert {each.id for each in found if each.verdict == "manual"} == waiting
    assert {finding.code for each in found for finding in each.findings} == flags


def graded(folder: Path, seed: int) -> list[CriterionResult]:
    rubric = load_rubric(ROOT / "rubrics" / COURSE / "rubric.yaml")
    intake = take(folder)
    key = prepare(rubric, seed, {"digits": load("digits")}, ProcessSandbox())
    result = grade(intake.submission, intake.files, key, ProcessSandbox())
    return [criterion for section in result.sections for criterion in section.criteria]


SMALL = {"model": "two-layer", "hidden": 16, "batch_size": 16, "learning_rate": 2.0, "reg": 0.001, "epochs": 5}
REGS = (0.03, 0.01, 0.0001)
POOL = 20  # runs that tables are made from, and as many that they are compared with


class Drawing:
    """A student whose runs were done before: seeds choose among those of the real code."""

    def __init__(self, report: str, pool: Mapping[tuple[float, int], Any]) -> None:
        self.files = {"report.md": report.encode()}
        self.pool = pool

    def call(self, function: str, settings: Settings, data: Settings, limit: float) -> Any:
        return self.pool[settings["reg"], POOL + settings["seed"] % POOL]


def runs_of(hand_in: str, wanted: Iterable[tuple[float, int]]) -> dict[tuple[float, int], Any]:
    """The runs of a hand-in's own code, by regularization and seed."""
    files = take(EXAMPLES / hand_in).files
    driver = read_driver(ROOT / "rubrics" / "gatech-cs7643-a1" / "driver")
    given = dict(divide(USUAL, load("digits")).given)
    with Session(files, driver, ProcessSandbox(), Limits(total=3600)) as session:
        return {
            (reg, seed): session.student().call("experiment", {**SMALL, "reg": reg, "seed": seed}, given)
            for reg, seed in wanted
        }


def stated_by(pool: Mapping[tuple[float, int], Any], seed: int) -> str:
    lines = ["| reg | valid acc | test acc |", "|---|---|---|"]
    for place, reg in enumerate(REGS):
        told = pool[reg, (seed + 7 * place) % POOL]
        outcome = read(Run("table", {}), told, divide(USUAL, load("digits")), "valid accuracy")
        valid, test = (outcome.at(f"{name} accuracy", "best") for name in ("valid", "test"))
        lines.append(f"| {reg:g} | {valid:.4f} | {test:.4f} |")
    return "\n".join(lines)


@pytest.mark.slow
def test_of_twenty_honest_tables_none_is_accused_and_each_is_caught_beside_other_code() -> None:
    honest = runs_of("hand-in-01", product(REGS, range(2 * POOL)))
    once = runs_of("hand-in-02", ((0.01, seed) for seed in range(POOL, 2 * POOL)))
    copier = {(reg, seed): told for (_, seed), told in once.items() for reg in REGS}  # it ignores the regularization
    asked = check(settings={**SMALL, "seed": 0}, bounds={})
    accused, caught = [], []
    for seed in range(POOL):
        report = stated_by(honest, seed)
        for pool, told in ((honest, accused), (copier, caught)):
            seen = asked.observe(Drawing(report, pool), setting(seed))  # type: ignore[arg-type]
            if asked.judge(seen, {}, setting(seed)).status != "passed":
                told.append(seed)
    assert accused == []
    assert caught == list(range(POOL))


def test_on_mnist_published_accuracies_agree_and_those_of_other_rows_do_not() -> None:
    told = json.loads((ROOT / "benchmarks" / "results" / "reproduce.json").read_text("utf-8"))
    rows = [each for each in told["parts"][0]["lines"] if each["value"] != "train"]
    yardstick = Yardstick(check().least, check().deviations, {"valid": 12_000, "test": 10_000}, {}, check().most)

    def accused(row: Mapping[str, Any], value: float) -> bool:
        compared = compare(row["value"], Stated(value, 1e-4), [row["ours"]], yardstick)
        return compared is None or compared.off != 0

    published = [accused(row, value) for row in rows for value in row["published"]]
    others = [(a, b["median"]) for a in rows for b in rows if a["value"] == b["value"] and a["label"] != b["label"]]
    caught = [accused(row, value) for row, value in others if abs(value - row["median"]) > 0.01]
    assert (sum(published), len(published)) == (0, 26)
    assert (sum(caught), len(caught)) == (131, 132)
