"""Runs of a hand-in's training: what they may claim, what is computed here, and what is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.driver import Driver
from grader.experiments import Bench, Outcome, Run, Splits, perform, read
from grader.kept import Kept
from grader.sandbox.process import ProcessSandbox
from grader.writeup import Writeup, repeat

DRIVER = Driver.of(b"""
from typing import Any

class Driver:
    def __init__(self, handin: Any) -> None:
        self.handin = handin

    def experiment(self, settings: dict[str, Any], data: dict[str, Any]) -> Any:
        found = next(each for each in self.handin.definitions if each.name == "train")
        return self.handin.load(found)(settings, data)
""")
HAND_IN = b"""
import time, os
import numpy as np

def train(settings, data):
    if settings["do"] == "raise":
        raise ValueError("no such layer")
    if settings["do"] == "leave":
        os._exit(3)
    if settings["do"] == "sleep":
        time.sleep(60)
    wrong = data["y_valid"].copy()
    wrong[0] += 1
    return {
        "epochs": 2,
        "history": {"train loss": [2.0, float("nan")], "keys": [float(len(data))]},
        "predictions": {"valid": np.array([wrong, data["y_valid"]]), "test": np.zeros((2, 4), int)},
        "arrays": {"W": data["X_train"] * settings["rate"]},
        "numbers": {"sum": float(np.random.rand())},
        "notes": ["a note"],
    }
"""
LABELS = {"train": np.array([0, 1, 2]), "valid": np.array([1, 2]), "test": np.array([0, 0, 1, 0])}
GIVEN: Mapping[str, Any] = {
    "X_train": np.arange(6, dtype=np.uint8).reshape(3, 2),
    "y_train": LABELS["train"],
    "X_valid": np.zeros((2, 2), np.uint8),
    "y_valid": LABELS["valid"],
    "X_test": np.zeros((4, 2), np.uint8),
    "white": 1,
    "classes": 3,
}


def bench(seconds: float = 20.0, **changes: Any) -> Bench:
    splits = Splits(GIVEN, LABELS, "tiny", "made here")
    made = Bench(
        {"train.py": HAND_IN, "report.md": b"words"}, DRIVER, splits, ProcessSandbox(), "valid accuracy", seconds
    )
    return replace(made, **changes)


def run(do: str = "fine", rate: float = 0.5) -> Run:
    return Run("rates", {"do": do, "rate": rate}, f"{do} {rate}")


def told(outcomes: list[Outcome]) -> list[Any]:
    """Outcomes without what differs from run to run, in the order of the runs."""
    plain = [(o.run.label, o.series, o.numbers, {n: a.tolist() for n, a in o.arrays.items()}, o.best) for o in outcomes]
    return sorted(plain, key=lambda each: each[0])


def test_accuracies_are_computed_here_and_the_best_epoch_is_picked_by_them() -> None:
    (outcome,) = perform([run()], bench(), 1)
    assert outcome.failure is None
    assert outcome.series["valid accuracy"] == (0.5, 1.0)
    assert outcome.series["test accuracy"] == (0.75, 0.75)
    assert outcome.series["train loss"] == (2.0, None)
    assert outcome.series["keys"] == (7.0,)  # no y_test among them
    assert (outcome.best, outcome.epochs, outcome.notes) == (1, 2, ("a note",))
    assert outcome.arrays["W"].tolist() == [[0, 0.5], [1, 1.5], [2, 2.5]]
    assert (outcome.at("valid accuracy", "first"), outcome.at("valid accuracy", "best")) == (0.5, 1.0)
    assert outcome.at("nothing") is None


def test_what_happens_to_one_run_does_not_touch_the_others_and_jobs_change_nothing() -> None:
    runs = [run("raise"), run(), run("leave"), run(rate=2.0)]
    one, two = list(perform(runs, bench(), 1)), list(perform(runs, bench(), 2))
    assert told(one) == told(two)
    codes = {outcome.run.label: outcome.failure.code if outcome.failure else "" for outcome in one}
    assert codes == {"raise 0.5": "exception", "fine 0.5": "", "leave 0.5": "died", "fine 2.0": ""}
    assert "no such layer" in next(o.failure.message for o in one if o.failure and o.failure.code == "exception")


def test_a_run_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    kept, runs = Kept("runs", tmp_path), [run(), run("raise"), run("leave")]
    first = list(perform(runs, bench(), 2, kept))
    again = list(perform(runs, bench(), 2, kept))
    assert told(first) == told(again)
    assert {outcome.run.settings["do"]: outcome.known for outcome in again} == {
        "fine": True,
        "raise": True,
        "leave": False,  # it may have been the machine
    }


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"files": {"train.py": HAND_IN + b"# changed\n", "report.md": b"words"}}, False),
        ({"driver": Driver.of(DRIVER.files[0][1] + b"# changed\n")}, False),
        ({"splits": Splits({**GIVEN, "white": 2}, LABELS, "tiny", "made here")}, False),
        ({"files": {"train.py": HAND_IN, "report.md": b"other words"}, "aside": frozenset({"report.md"})}, True),
        ({"seconds": 30.0}, True),
    ],
)
def test_a_run_is_known_by_all_that_it_depends_on(changes: dict[str, Any], known: bool) -> None:
    before = bench(aside=frozenset({"report.md"}))
    same = before.name(run()) == replace(before, **changes).name(run())
    assert same is known


def test_a_kept_file_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    kept = Kept("runs", tmp_path)
    list(perform([run()], bench(), 1, kept))
    (file,) = kept.folder.iterdir()
    for content in (b"", b"[]", b'{"series": 3}', file.read_bytes()[:40]):
        file.write_bytes(content)
        (outcome,) = perform([run()], bench(), 1, kept)
        assert not outcome.known
        assert outcome.series["valid accuracy"] == (0.5, 1.0)


def test_closing_ends_what_is_under_way_and_keeps_what_is_done(tmp_path: Path) -> None:
    kept = Kept("runs", tmp_path)
    outcomes = perform([run(), run("sleep"), run("sleep", 1.0)], bench(), 2, kept)
    first = next(outcomes)
    started = time.monotonic()
    outcomes.close()
    assert time.monotonic() - started < 50  # they would sleep for 60
    assert first.run.settings["do"] == "fine"
    assert len(list(kept.folder.iterdir())) == 1


def test_a_run_that_takes_too_long_is_ended_and_tried_again_next_time(tmp_path: Path) -> None:
    kept = Kept("runs", tmp_path)
    (outcome,) = perform([run("sleep")], bench(seconds=0.5), 1, kept)
    assert outcome.failure is not None
    assert outcome.failure.code == "timeout"
    assert not kept.folder.exists()


def test_configurations_are_repeated_with_seeds_and_become_rows() -> None:
    fields = {"title": "T", "settings": {"do": "fine", "rate": 1.0, "seed": 0}, "best_by": "valid accuracy"}
    fields |= {"values": {"valid": {"series": "valid accuracy", "at": "best"}, "sum": {"number": "sum"}}}
    fields |= {"experiments": {"a": {"title": "A"}}, "sections": [{"id": "a", "title": "A"}]}
    spec = Writeup.model_validate_json(json.dumps(fields))
    seen: list[Outcome] = []
    fine, failed = repeat([{"rate": 2.0}, {"do": "raise"}], [3, 4], spec, bench(), 2, watch=seen.append)
    assert {outcome.run.settings["seed"] for outcome in seen} == {3, 4}
    assert fine.values["valid"] == (1.0, 1.0)
    assert (fine.mean("valid"), fine.deviation("valid"), fine.problems) == (1.0, 0.0, ())
    assert (failed.mean("valid"), failed.deviation("valid")) == (None, None)
    assert failed.problems[0].startswith("seed 3: ")


@pytest.mark.parametrize(
    "claim",
    [
        None,
        [],
        {"history": 3, "predictions": [], "arrays": None, "numbers": "x", "notes": 5, "epochs": -1},
        {"history": {"loss": "abc", "x": {"a": 1}}, "predictions": {"valid": "abc"}},
        {"predictions": {"valid": np.zeros((2, 5), int), "unknown": np.zeros((1, 2), int)}},
        {"predictions": {"valid": np.zeros((2, 2, 2))}},
        {"arrays": {"big": np.zeros(2_000_000), "none": None}},
        {"history": {"loss": [None, "1", [2.0], float("inf")]}, "epochs": 10**9},
    ],
)
def test_a_claim_of_any_form_is_read_and_gives_no_value(claim: Any) -> None:
    outcome = read(run(), claim, bench().splits, "valid accuracy")
    assert {name: [v for v in values if v is not None] for name, values in outcome.series.items()} in ({}, {"loss": []})
    assert (outcome.arrays, outcome.epochs, outcome.best) == ({}, 0, None)
