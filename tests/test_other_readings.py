"""What a rubric can say about several right answers, a dropped batch, grey values and a part of the classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.checks import training
from grader.checks.batches import Batches
from grader.checks.training import Training
from grader.checks.value import Value
from grader.compare import is_multiple
from grader.data import load
from grader.probes import Pixels, Setting

SETTING = Setting(
    1, {"inputs": 6, "classes": 3}, {"softmax": {"W1": ("inputs", "classes")}}, {"digits": load("digits")}
)
EXPECTED = np.array([-1.0, 0.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("seen", "times", "plus", "right"),
    [
        (EXPECTED * 0.5 + 0.5, 0.5, 0.5, True),
        (EXPECTED * 0.5 + 0.5, (0.4, 2.0), (0.0, 1.0), True),
        (EXPECTED * 0.5, 0.5, (-1.0, 1.0), True),
        (EXPECTED * 0.3, (0.2, 0.6), 0.0, True),
        (EXPECTED * 0.1, (0.2, 0.6), 0.0, False),
        (EXPECTED + 3.0, 1.0, (0.0, 1.0), False),
        (EXPECTED**2, (-9.0, 9.0), (-9.0, 9.0), False),
        (EXPECTED[:3], 1.0, 0.0, False),
        (np.full(4, np.nan), (-9.0, 9.0), (-9.0, 9.0), False),
        ("text", 1.0, 0.0, False),
        (None, 1.0, 0.0, False),
    ],
)
def test_an_answer_is_right_where_one_multiple_and_one_constant_within_the_bounds_explain_it(
    seen: Any, times: Any, plus: Any, right: bool
) -> None:
    assert is_multiple(seen, EXPECTED, times, plus) is right


def test_one_rule_must_explain_all_arrays_of_an_answer() -> None:
    both = {"a": EXPECTED, "b": EXPECTED}
    assert is_multiple({"a": EXPECTED * 2, "b": EXPECTED * 2}, both, (1.0, 3.0), 0.0)
    assert not is_multiple({"a": EXPECTED * 2, "b": EXPECTED * 3}, both, (1.0, 3.0), 0.0)
    assert not is_multiple({"a": EXPECTED * 2}, both, (1.0, 3.0), 0.0)


@pytest.mark.parametrize(("seen", "given", "code"), [(2.0, 1.0, "remark"), (3.14, 0.0, "wrong-value"), (1.0, 1.0, "")])
def test_another_reading_is_named_and_costs_nothing(seen: float, given: float, code: str) -> None:
    case = {"name": "it", "arguments": [], "also_right": [{"name": "twice as much", "times": 2.0}]}
    check = Value.model_validate({"kind": "value", "call": "x", "cases": [case]})
    verdict = check.judge({"it": seen}, {"it": 1.0}, SETTING)
    assert verdict.fraction == given
    assert [finding.code for finding in verdict.findings] == [code] * bool(code)


@pytest.mark.parametrize(("kept", "lost"), [(4, False), (5, True), (3, True)])
def test_the_last_short_batch_is_left_out_on_demand(kept: int, lost: bool) -> None:
    check = Batches(kind="batches", rows=23, batch_size=5, drop_last=True)
    verdict = check.judge(check.observe(_Batching(kept), SETTING), {}, SETTING)  # type: ignore[arg-type]
    assert ("last-batch-kept" in [finding.code for finding in verdict.findings]) is lost


class _Batching:
    """A hand-in with right batches, of which it keeps so many where the last one is to be dropped."""

    def __init__(self, kept: int) -> None:
        self.kept = kept

    def call(self, _: str, X: Any, y: Any, size: int, shuffle: bool, seed: int | None, drop: bool = False) -> Any:
        order = np.random.default_rng(seed).permutation(len(X)) if shuffle else np.arange(len(X))
        batches = [[X[order[i : i + size]], y[order[i : i + size]]] for i in range(0, len(X), size)]
        return batches[: self.kept] if drop else batches


def test_grey_values_are_whole_numbers_that_reach_both_ends() -> None:
    grey = Pixels(pixels=(4, 9), most=90).make(None, SETTING, np.random.default_rng(0), ())  # type: ignore[arg-type]
    assert (grey.min(), grey.max(), grey.shape) == (0, 90, (4, 9))
    assert (grey == np.floor(grey)).all()


def test_training_on_two_classes_keeps_their_rows_and_counts_them_from_zero() -> None:
    asked: list[Any] = []

    class Student:
        def call(self, *arguments: Any, **_: Any) -> None:
            asked.append(arguments)

    check = Training(kind="training", model="softmax", optimizer="any", settings={}, classes=2, seeds=1)
    check.observe(Student(), SETTING)  # type: ignore[arg-type]
    sizes, X, y = asked[0][2], asked[0][6], asked[0][7]
    assert sizes["classes"] == 2
    assert sorted(set(y)) == [0, 1]
    assert len(X) == len(y) < 400


@pytest.mark.parametrize(("patience", "looked_at"), [(1e9, {"-1", "0", "1"}), (0.0, {"-1", "slow"})])
@pytest.mark.parametrize(
    ("right", "whole", "short"), [(1.0, 1.0, 1.0), (0.9, 0.5, 1.0), (0.8, 0.0, 0.5), (0.1, 0.0, 0.0)]
)
def test_code_that_would_take_long_is_judged_by_a_short_training(
    patience: float, looked_at: set[str], right: float, whole: float, short: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Training(kind="training", model="softmax", optimizer="any", settings={})

    class Student:
        """Predicts a share of the rows right, whose labels the test knows."""

        def __init__(self, right: float) -> None:
            self.right = right

        def call(self, name: str, *arguments: Any, **_: Any) -> Any:
            runs = [check._run(number, SETTING) for number in (-1, 0, 1)]
            y = next(run.y_held_out for run in runs if run.X_held_out is arguments[-1])
            wrong = np.arange(len(y)) >= self.right * len(y)
            return {"loss": [1.0] * 8, "predictions": np.array([np.where(wrong, -1, y)] * 8)}

    expected = check.observe(Student(1.0), SETTING)  # type: ignore[arg-type]
    monkeypatch.setattr(training, "PATIENCE", patience)
    seen = check.observe(Student(right), SETTING)  # type: ignore[arg-type]
    assert set(seen) == looked_at
    verdict = check.judge(seen, expected, SETTING)
    assert verdict.fraction == (whole if patience else short)
    assert any(finding.code == "remark" for finding in verdict.findings) == (patience == 0.0)


def test_with_the_reference_asked_at_every_step_the_training_is_short_and_nobody_is_called_slow() -> None:
    check = Training(kind="training", model="softmax", optimizer="any", settings={})
    y = check._run(-1, SETTING).y_held_out
    told = {"loss": [1.0] * 8, "predictions": np.array([y] * 8)}

    class Student:
        def call(self, *_: Any, **__: Any) -> Any:
            return told

    seen = check.observe(Student(), replace(SETTING, hurried=True))  # type: ignore[arg-type]
    assert set(seen) == {"-1"}
    verdict = check.judge(seen, seen, SETTING)
    assert verdict.findings == ()
    assert "on 300 rows of digits" in verdict.tables[0].title  # so that nobody takes its accuracy for the usual one
