"""The driver and the rubric of ntnu-tdt4265-a1: right hand-ins earn everything, wrong ones lose what they should."""

from __future__ import annotations

import ast
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from drivers import driver_module
from test_mistakes import FORMULA, unfit

from grader.data import load
from grader.experiments import Splits
from grader.grading import Key, grade, prepare
from grader.intake import take
from grader.mistakes import Mistake, apply, load_mistakes
from grader.model import Result
from grader.rubric import find_rubric, load_rubric, reference_files
from grader.sandbox import choose
from grader.session import Limits
from grader.worker.handin import HandIn, Missing, Unusable
from grader.worker.imports import Importer
from grader.writeup import FILE, load_writeup, splits

ROOT = Path(__file__).parents[1]
COURSE = "ntnu-tdt4265-a1"
REFERENCE = ROOT / "reference" / COURSE
EXAMPLES = ROOT / "submissions_example" / COURSE
VARIANTS = ROOT / "tests" / "variants" / COURSE
RIGHT = sorted(path.name for path in (VARIANTS / "right").iterdir() if path.is_dir())
WRONG: Mapping[str, list[str]] = yaml.safe_load((VARIANTS / "wrong" / "expected.yaml").read_text("utf-8"))
BANK = load_mistakes(ROOT / "rubrics" / COURSE)
LIMITS = Limits(request=10.0, training=60.0)
SIZES = {"inputs": 12, "classes": 10}
FALLING = np.linspace(3.0, 1.0, 20)

# What a slip costs elsewhere, where a later criterion is built on the slip's own.
FOLLOWS = {
    "binary-forward": {
        "binary-gradient",
        "logistic-steps-in-a-row",
        "training-binary",
        "step-loss",
        "binary-stability",
    },
    "binary-gradient": {"logistic-steps-in-a-row", "training-binary"},
    "logistic-step": {"logistic-steps-in-a-row", "training-binary", "early-stopping", "history", "purity"},
    "softmax-forward": {"softmax-gradient", "softmax-steps-in-a-row", "training-softmax", "softmax-stability"},
    "softmax-gradient": {"softmax-steps-in-a-row", "training-softmax"},
    "softmax-step": {"softmax-steps-in-a-row", "training-softmax"},
}

Open = Callable[[Path], Any]


DRIVER = driver_module(COURSE)


@pytest.fixture
def drive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a folder with the course's driver, where nothing but numpy is installed; all is forgotten afterwards."""
    monkeypatch.setattr(Importer, "_installed", lambda self, name: name == "numpy")
    opened: list[HandIn] = []

    def drive_(folder: Path) -> Any:
        opened.append(HandIn(folder))
        return DRIVER.Driver(opened[-1])

    yield drive_
    for each in opened:
        each.close()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the reference, to be changed."""
    target = tmp_path / "hand-in"
    shutil.copytree(REFERENCE, target, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return target


def change(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")
    return folder


# whole hand-ins


@cache
def key() -> Key:
    return prepare(load_rubric(find_rubric(COURSE)), 7, {"digits": load("digits")}, choose("auto"), LIMITS)


def graded(path: Path) -> Result:
    intake = take(path)
    return grade(intake.submission, intake.files, key(), choose("auto"), LIMITS)


def lost(path: Path) -> set[str]:
    criteria = (criterion for section in graded(path).sections for criterion in section.criteria)
    return {criterion.id for criterion in criteria if criterion.score.given != criterion.score.maximum}


def test_the_rubric_has_a_hundred_points_and_the_reference_earns_them() -> None:
    assert key().rubric.maximum == 100
    assert lost(REFERENCE) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_hand_in_earns_every_point_however_it_is_written(name: str) -> None:
    assert lost(VARIANTS / "right" / name) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_hand_in_loses_points_where_it_is_wrong_and_where_that_carries_on(name: str) -> None:
    losses, own = lost(VARIANTS / "wrong" / name), set(WRONG[name])
    assert own <= losses
    assert losses <= own.union(*(FOLLOWS.get(id_, set()) for id_ in own))


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("hand-in-02", {"bias-trick", "early-stopping"}),
        ("hand-in-03", {"binary-gradient", "regularization", "logistic-steps-in-a-row"}),
        ("hand-in-05", {"logistic-step", "binary-accuracy", "logistic-steps-in-a-row"}),
        ("hand-in-06", {"batches"}),
        ("hand-in-08", set()),
        ("hand-in-09.zip", set()),
    ],
)
def test_an_example_loses_points_on_its_own_criteria_and_on_none_besides(name: str, own: set[str]) -> None:
    assert lost(EXAMPLES / name) == own


def test_the_empty_starter_earns_what_it_holds() -> None:
    given = graded(EXAMPLES / "hand-in-10").score.given
    assert given is not None
    assert given <= 2


# what the driver sees


@pytest.mark.parametrize(
    ("name", "first"), [("standardised", False), ("pixels_from_0_to_1", False), ("penalty_read_as_half", True)]
)
def test_the_column_for_the_bias_is_found_wherever_it_stands(name: str, first: bool, drive: Open) -> None:
    driver = drive(VARIANTS / "right" / name)
    model = driver.build("binary", SIZES)
    driver.assign(model, {"W1": np.zeros((12, 1)), "b1": np.array([3.0])})
    assert model.network.w[0 if first else -1, 0] == 3
    assert driver.parameters(model)["b1"] == [3]


@pytest.mark.filterwarnings("ignore:Conversion of an array:DeprecationWarning")  # numpy says so of the hand-in
def test_arrays_of_one_number_pass_for_numbers(drive: Open) -> None:
    driver, reference = drive(VARIANTS / "right" / "loops_and_math_log"), drive(REFERENCE)
    p = np.array([[0.3, 0.7], [0.6, 0.4], [0.9, 0.1]])
    y = np.array([1, 0, 1])
    assert driver.binary_cross_entropy(p, y) == pytest.approx(reference.binary_cross_entropy(p, y))
    assert driver.binary_accuracy(p, y) == pytest.approx(2 / 3)


def test_a_step_gets_given_gradients_only_when_it_hands_on_its_own_batch(copy: Path, drive: Open) -> None:
    change(copy, "task2.py", "backward(X_batch, outputs, Y_batch)", "backward(X_batch, Y_batch, outputs)")
    driver = drive(copy)
    model = driver.build("logistic-weights", SIZES)
    driver.give_gradients(model, {"W1": np.ones((12, 1)), "b1": np.ones(1)})
    with pytest.raises(Unusable, match="train_step does not give the outputs of forward to backward"):
        driver.update(driver.optimizer("any", {"learning_rate": 0.1}), model)


@pytest.mark.parametrize("folder", [REFERENCE, EXAMPLES / "hand-in-06"])
def test_a_step_moves_against_the_gradient_in_every_year(folder: Path, drive: Open) -> None:
    driver = drive(folder)
    for kind in ("logistic-weights", "softmax-weights"):
        model = driver.build(kind, SIZES)
        before = driver.parameters(model)
        driver.give_gradients(model, {name: np.full_like(value, 2.0) for name, value in before.items()})
        driver.update(driver.optimizer("any", {"learning_rate": 0.1}), model)
        for name, value in driver.parameters(model).items():
            np.testing.assert_allclose(value, before[name] - 0.2)


@pytest.mark.parametrize("folder", [REFERENCE, EXAMPLES / "hand-in-06", VARIANTS / "right" / "validates_once_an_epoch"])
def test_validations_are_counted_until_training_ends(folder: Path, drive: Open) -> None:
    driver = drive(folder)
    assert driver.early_stopping(FALLING)["the number of validations"] == len(FALLING) + 1
    flat = np.concatenate([FALLING, np.full(30, 2.0)])
    assert 10 <= driver.early_stopping(flat)["the number of validations"] - len(FALLING) <= 15


@pytest.mark.parametrize(
    ("mistake", "validations"),
    [("", 13), ("stopping-too-late", 43), ("stopping-never", 64), ("stopping-ends-the-epoch-only", 37)],
)
def test_a_rule_that_is_not_heeded_is_told_from_one_that_waits_for_long(
    mistake: str, validations: int, copy: Path, drive: Open
) -> None:
    for each in (each for each in BANK if each.id == mistake):
        for name, content in apply(each, reference_files(REFERENCE)).items():
            (copy / name).write_bytes(content)
    rising = np.concatenate([[5.0, 4.0], np.linspace(3.0, 9.0, 61)])
    assert drive(copy).early_stopping(rising)["the number of validations"] == validations


def test_outputs_that_are_not_there_are_told_before_they_are_used(copy: Path, drive: Open) -> None:
    driver = drive(change(copy, "task3a.py", "        return probabilities", "        return None"))
    model = driver.build("softmax", SIZES)
    with pytest.raises(Unusable, match="forward returned None"):
        driver.evaluate(model, np.zeros((4, 12)), np.arange(4))


def test_batches_are_missing_where_nothing_was_handed_in(tmp_path: Path, drive: Open) -> None:
    with pytest.raises(Missing):
        drive(tmp_path).batches(np.zeros((4, 3)), np.arange(4), 2, False, False)


def test_made_up_losses_leave_the_hand_in_as_it_was(drive: Open) -> None:
    driver = drive(EXAMPLES / "hand-in-06")
    p, y = np.array([[0.3, 0.7], [0.6, 0.4]]), np.array([1, 0])
    before, held = driver.binary_cross_entropy(p, y), dict(vars(driver.handin.module("task2.py")))
    driver.early_stopping(FALLING)
    assert driver.binary_cross_entropy(p, y) == before
    assert vars(driver.handin.module("task2.py")) == held


def test_the_history_holds_the_losses_of_the_validations(drive: Open) -> None:
    np.testing.assert_allclose(drive(REFERENCE).history(FALLING)["series of the validation losses"], FALLING)


def test_functions_of_the_other_task_are_not_taken(copy: Path, drive: Open) -> None:
    text = (copy / "task3a.py").read_text("utf-8").replace("def cross_entropy_loss", "def _unused")
    (copy / "task3a.py").write_text(text, "utf-8")
    driver = drive(copy)
    assert "softmax-loss" in driver.describe()["missing"]
    with pytest.raises(Missing, match="No function cross_entropy_loss"):
        driver.softmax_cross_entropy(np.eye(3), np.arange(3))


def test_a_stand_in_takes_the_place_of_a_loss_wherever_it_is_called(drive: Open) -> None:
    driver = drive(REFERENCE)
    driver.replace("binary_cross_entropy", lambda probabilities, y: float(probabilities[:, 1].sum() + y.sum()))
    model = driver.build("binary", SIZES)
    driver.assign(model, {"W1": np.zeros((12, 1)), "b1": np.zeros(1)})
    assert driver.evaluate(model, np.zeros((4, 12)), np.ones(4, dtype=int))["loss"] == 6.0


def test_a_stand_in_is_used_where_there_is_no_loss(copy: Path, drive: Open) -> None:
    change(copy, "task3a.py", "def cross_entropy_loss", "def _unused")
    driver = drive(copy)
    driver.replace("softmax_cross_entropy", lambda probabilities, y: float(y.sum()))
    assert driver.softmax_cross_entropy(np.eye(3), np.arange(3)) == 3.0


# the experiments of the write-up


def a_run(**settings: Any) -> dict[str, Any]:
    writeup = load_writeup(ROOT / "rubrics" / COURSE / FILE)
    return {**writeup.settings, "batch_size": 16, "learning_rate": 0.05, "epochs": 4, **settings}


@cache
def the_splits() -> Splits:
    return splits(load_writeup(ROOT / "rubrics" / COURSE / FILE).data, load("digits"))


@pytest.mark.parametrize("folder", [REFERENCE, EXAMPLES / "hand-in-06", VARIANTS / "right" / "standardised"])
def test_every_year_can_do_the_experiments(folder: Path, drive: Open) -> None:
    told = drive(folder).experiment(a_run(model="binary"), dict(the_splits().given))
    assert np.mean(told["predictions"]["valid pair"][-1] == the_splits().labels["valid pair"]) > 0.95
    assert told["history"]["valid loss"][-1] < told["history"]["valid loss"][0]
    assert told["arrays"]["weights"].shape == (1, 28, 28)


def test_a_penalty_keeps_the_weights_small(drive: Open) -> None:
    runs = [drive(REFERENCE).experiment(a_run(reg=reg), dict(the_splits().given)) for reg in (1.0, 0.0)]
    assert runs[0]["numbers"]["squared norm"] < runs[1]["numbers"]["squared norm"] / 4
    assert np.mean(runs[1]["predictions"]["valid"][-1] == the_splits().labels["valid"]) > 0.85


def test_the_seed_decides_on_the_order_of_the_rows(drive: Open) -> None:
    data = dict(the_splits().given)
    runs = [drive(REFERENCE).experiment(a_run(epochs=1, seed=seed), data) for seed in (3, 3, 4)]
    first, same, other = (told["history"]["valid loss"] for told in runs)
    assert first == same != other


def test_early_stopping_tells_its_epoch(copy: Path, drive: Open) -> None:
    change(copy, "trainer.py", "step, best, waited = 0, np.inf, 0", "step, best, waited = 0, 0.0, 0")
    told = drive(copy).experiment(a_run(model="binary", early_stopping=True, epochs=9), dict(the_splits().given))
    assert told["numbers"]["stopped in epoch"] == 2
    assert told["epochs"] == 2 == len(told["history"]["valid loss"])


# the bank of mistakes


def test_the_bank_is_large_and_every_mistake_applies_once() -> None:
    assert len(BANK) >= 150
    files = reference_files(REFERENCE)
    for mistake in BANK:
        for name, content in apply(mistake, files).items():
            ast.parse(content, name)


def test_each_mistake_costs_what_the_rubric_has() -> None:
    known = {criterion.id for criterion in key().rubric.criteria}
    for mistake in BANK:
        assert set(mistake.criteria) <= known
        assert bool(mistake.criteria) != mistake.harmless
        assert (mistake.credit == 1) == mistake.harmless


@pytest.mark.parametrize("mistake", BANK, ids=lambda mistake: str(mistake.id))
def test_titles_and_hints_help_without_giving_the_answer(mistake: Mistake) -> None:
    assert unfit(mistake.hint) == []
    assert not FORMULA.search(mistake.title)
    assert len(mistake.title) <= 100


def test_titles_and_hints_are_not_repeated() -> None:
    for told in ([mistake.title for mistake in BANK], [mistake.hint for mistake in BANK]):
        assert [text for text, count in Counter(told).items() if count > 1] == []
