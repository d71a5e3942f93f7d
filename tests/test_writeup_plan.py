"""A write-up's file is read strictly; a student's file of settings is read within bounds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.data import load
from grader.errors import GraderError, RubricError
from grader.experiments import Splits
from grader.writeup import Writeup, document, load_writeup, plan, splits
from grader.writeup.document import TextBlock
from grader.writeup.spec import (
    Charts,
    Code,
    Data,
    DecisionMap,
    Experiment,
    Network,
    Overlay,
    Pictures,
    Relation,
    Section,
    Show,
    Split,
    TableOf,
)

COURSES = sorted((Path(__file__).parent.parent / "rubrics").glob("*/writeup.yaml"))
SPEC = """\
title: A write-up
settings: {model: net, rate: 0.1, epochs: 3, shuffle: true}
bounds: {rate: [0, 10], epochs: [1, 50]}
quick: {epochs: 2}
best_by: valid accuracy
values:
  test: {series: test accuracy, at: best}
experiments:
  rates:
    title: Rates
    sweep: {rate: [1, 0.1]}
  best:
    title: Best
    quick: {rate: 2}
    config:
      files: [configs/best.yaml, "configs/*.yaml"]
      keys: {Train.lr: rate, Train.epochs: epochs, Model.type: model, shuffle: shuffle}
      values: {model: {Net: net, Line: line}}
sections:
  - id: rates
    title: Rates
    show:
      - table: {experiments: [rates], columns: [rate, test]}
"""


PAGE = (Path(__file__).parent.parent / "docs" / "how-to" / "write-up.md").read_text("utf-8")


def writeup(tmp_path: Path, text: str = SPEC) -> Writeup:
    path = tmp_path / "writeup.yaml"
    path.write_text(text, "utf-8")
    return load_writeup(path)


@pytest.mark.parametrize("path", COURSES, ids=lambda path: path.parent.name)
def test_the_write_up_of_each_course_can_be_read(path: Path) -> None:
    assert load_writeup(path).sections


def test_the_write_up_of_the_page_can_be_read_and_the_page_tells_every_field(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found
    assert list(writeup(tmp_path, found[1]).experiments) == ["rates", "best"]
    shows = (TableOf, Charts, Overlay, Relation, Pictures, DecisionMap, Network, Code)
    fields = {
        name for model in (Writeup, Data, Split, Experiment, Section, Show, *shows) for name in model.model_fields
    }
    told = set(re.findall(r"`(?:data\.)?([a-z_]+)(?::[^`]*)?`", PAGE))
    assert fields - told == set()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: A write-up", "titel: A write-up", "1:1: a write-up has no field 'titel'; did you mean 'title'?"),
        (
            "at: best",
            "at: bets",
            "7:37: at must be 'last', 'first', 'best', 'max' or 'min', not text 'bets'; did you m",
        ),
        ("columns: [rate, test]", "columns: [rate, tset]", "23:9: value 'tset' is unknown; did you mean 'test'?"),
        ("experiments: [rates]", "experiments: [rate]", "23:9: experiment 'rate' is unknown; did you mean 'rates'?"),
        ("sweep: {rate:", "sweep: {rte:", "11:13: setting 'rte' is unknown; did you mean 'rate'?"),
        ("- table: {", "- tabel: {", "23:9: entry 1 of show has no field 'tabel'; did you mean 'table'?"),
        ("quick: {epochs: 2}", "quick: {epochs: [2]}", "4:17: epochs must be"),
        ("{series: test accuracy, at: best}", "{at: best}", "7:9: a value needs one of series, number and norm"),
        ("best_by: valid accuracy", "seconds: soon", "5:10: seconds must be a number, not text 'soon'"),
    ],
)
def test_what_is_wrong_in_a_write_up_is_told_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(RubricError) as error:
        writeup(tmp_path, SPEC.replace(old, new, 1))
    assert f"writeup.yaml:{message}" in str(error.value)


def test_a_sweep_has_a_run_for_each_value_and_a_preview_its_quick_settings(tmp_path: Path) -> None:
    spec = writeup(tmp_path)
    full, quick = plan(spec, {}, preview=False), plan(spec, {}, preview=True)
    assert [dict(run.settings) for run in full.runs["rates"]] == [
        {"model": "net", "rate": 1, "epochs": 3, "shuffle": True},
        {"model": "net", "rate": 0.1, "epochs": 3, "shuffle": True},
    ]
    assert [run.label for run in full.runs["rates"]] == ["rate 1", "rate 0.1"]
    assert {run.settings["epochs"] for run in quick.runs["rates"]} == {2}
    assert full.runs["best"] == ()
    assert full.notes["best"] == ("Nothing was run: the hand-in has no file configs/best.yaml.",)


def test_a_preview_says_what_it_has_in_place_of_the_students_own(tmp_path: Path) -> None:
    planned = plan(writeup(tmp_path), {"configs/best.yaml": b"Train: {lr: 0.5, epochs: 9}"}, preview=True)
    assert [(run.settings["rate"], run.settings["epochs"]) for run in planned.runs["best"]] == [(2, 2)]
    assert planned.notes["best"] == ("Settings from configs/best.yaml.", "The preview has its own epochs and rate.")


def test_runs_that_are_the_same_are_done_once(tmp_path: Path) -> None:
    spec = writeup(tmp_path, SPEC.replace("[1, 0.1]", "[1, 0.1, 1]"))
    planned = plan(spec, {"configs/x.yaml": b"Train: {lr: 0.1}"}, preview=False)
    assert len(planned.runs["rates"]) == 3
    assert [run.settings["rate"] for run in planned.all] == [1, 0.1]


@pytest.mark.parametrize(
    ("content", "settings", "note"),
    [
        ("Train: {lr: 0.5, epochs: 7}\nModel: {type: Line}", {"rate": 0.5, "epochs": 7, "model": "line"}, ""),
        ("Train: {lr: 1, epochs: 7.0}\nshuffle: false", {"rate": 1.0, "epochs": 7, "shuffle": False}, ""),
        ("Train: {lr: 1e9}", {}, "Train.lr is 1000000000.0; from 0 to 10 is possible; the course's 0.1 was used."),
        ("Train: {lr: .nan}", {}, "a number is expected"),
        ("Train: {lr: fast}", {}, "Train.lr is fast; a number is expected"),
        ("Train: {lr: true}", {}, "a number is expected"),
        ("Train: {epochs: 2.5}", {}, "a whole number is expected"),
        ("Model: {type: Tree}", {}, "Model.type is Tree; known are Net, Line"),
        ("Model: {type: [a]}", {}, "known are Net, Line"),
        ("Train: [1, 2]", {}, ""),
        ("Train: {lr: *all}", None, "the alias *all is not supported"),
        ("Train: {lr: !!python/name:os.system x}", {}, "a number is expected"),
        ("- 1", None, "it holds no settings"),
        ("", None, "the file is empty"),
        ("{" * 100_000, None, "cannot be read"),
    ],
)
def test_a_students_settings_are_taken_where_they_are_possible(
    tmp_path: Path, content: str, settings: dict[str, Any] | None, note: str
) -> None:
    planned = plan(writeup(tmp_path), {"hw/configs/best.yaml": content.encode()}, preview=False)
    assert note in " ".join(planned.notes["best"])
    if settings is None:
        assert planned.runs["best"] == ()
    else:
        default = {"model": "net", "rate": 0.1, "epochs": 3, "shuffle": True}
        assert [dict(run.settings) for run in planned.runs["best"]] == [{**default, **settings}]
        assert planned.read == {"hw/configs/best.yaml"}


def test_splits_hold_the_rows_that_the_course_takes_and_keep_back_the_labels_of_the_test(tmp_path: Path) -> None:
    made = splits(writeup(tmp_path).data, load("digits"))
    assert {name: value.shape for name, value in made.given.items() if name[1] == "_"} == {
        "X_train": (1149, 64),
        "y_train": (1149,),
        "X_valid": (288, 64),
        "y_valid": (288,),
        "X_test": (360, 64),
    }
    assert made.given["X_train"].dtype == np.uint8
    assert np.array_equal(made.given["X_train"] / made.given["white"], load("digits").X_train[:1149])
    assert set(made.labels) == {"train", "valid", "test"}


def test_splits_take_counts_classes_and_shuffled_rows(tmp_path: Path) -> None:
    text = """
data:
  splits:
    some: {of: test, rows: [1, 10000]}
    pair: {of: train, classes: [2, 3]}
    mixed: {of: train, shuffle: 4, rows: [0, 0.5]}
"""
    made = splits(writeup(tmp_path, SPEC + text).data, load("digits"))
    assert len(made.given["y_some"]) == 359
    assert set(made.given["y_pair"].tolist()) == {2, 3}
    assert not np.array_equal(made.given["y_mixed"], load("digits").y_train[:718])
    with pytest.raises(GraderError, match="'none' of digits has no rows"):
        splits(writeup(tmp_path, SPEC + "data: {splits: {none: {of: train, classes: [12]}}}").data, load("digits"))


def test_what_needs_a_package_that_is_not_there_is_not_run_and_the_section_says_so_once(tmp_path: Path) -> None:
    text = (
        SPEC.replace("sweep: {rate:", "package: torch\n    sweep: {rate:", 1) + "      - curves: {experiment: rates}\n"
    )
    spec = writeup(tmp_path, text)
    assert spec.experiments["rates"].package == "torch"
    there, absent = (plan(spec, {}, preview=False, there=lambda _, found=found: found) for found in (True, False))
    assert (len(there.runs["rates"]), there.absent) == (2, {})
    assert (absent.runs["rates"], absent.absent) == ((), {"rates": "torch"})
    tiny = Splits({}, {}, "tiny", "tiny")
    made = document(spec, absent, [], {}, tiny, "hand-in", {}, preview=False)
    (told,) = made.parts[0].blocks
    assert isinstance(told, TextBlock)
    assert "not run.** It needs `torch`, which is not installed" in told.markdown
    assert "show plots of your own" in told.markdown
