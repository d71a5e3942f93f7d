"""The bank: mistakes are seen as hand-ins are, once, and what is kept is made again where it is no use."""

from __future__ import annotations

import os
import pickle
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.diagnosis.match import match
from grader.errors import GraderError
from grader.grading import PUBLIC_SEED, Key, look, prepare
from grader.mistakes import apply_all
from grader.mistakes.bank import Bank
from grader.model import Observations, Submission
from grader.rubric import Rubric, find_rubric, load_rubric, reference_files
from grader.sandbox import Limits, Process, Sandbox, choose

BASE = "models/_base_network.py"
BANK = f"""\
mistakes:
  - id: over-columns
    title: Softmax normalises each column
    family: helper
    part: base
    edits: [{{file: {BASE}, replace: "sum(axis=1, keepdims=True)", by: "sum(axis=0)"}}]
    hint: Which sums are one?
    credit: 0.5
    criteria: [softmax]
  - id: columns-again
    title: Softmax normalises each column, written otherwise
    family: helper
    part: base
    edits: [{{file: {BASE}, replace: "sum(axis=1, keepdims=True)", by: "sum(axis=0, keepdims=True)"}}]
    hint: Which sums are one, then?
    credit: 0.5
    criteria: [softmax]
  - id: mirrored
    title: The ReLU mirrors negative numbers
    family: helper
    part: base
    edits: [{{file: {BASE}, replace: "np.maximum(X, 0.0)", by: "np.abs(X)"}}]
    hint: What is it at -3?
    credit: 0.6
    criteria: [relu]
  - id: in-place
    title: Softmax writes into its argument
    family: helper
    part: base
    edits: [{{file: {BASE}, replace: "shifted = scores - scores", by: "scores -= 1.0; shifted = scores - scores"}}]
    hint: Whose array is it?
    credit: 1
    criteria: []
    harmless: true
"""


class Closed:
    """A sandbox that starts nothing."""

    name = "closed"

    def describe(self) -> str:
        return "Nothing can be run in it."

    def start(self, limits: Limits) -> Process:
        raise AssertionError("what is kept need not be seen again")


@pytest.fixture(scope="module")
def rubric(quick: Path, tmp_path_factory: pytest.TempPathFactory) -> Rubric:
    folder = tmp_path_factory.mktemp("course")
    (folder / "rubric.yaml").write_text(quick.read_text("utf-8"), "utf-8")
    (folder / "mistakes.yaml").write_text(BANK, "utf-8")
    return load_rubric(folder / "rubric.yaml")


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return choose()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def bank(rubric: Rubric, sandbox: Sandbox, folder: Path) -> Iterator[Bank]:
    bank = Bank(rubric, sandbox, folder=folder)
    bank.library("small")
    yield bank
    bank.close()


def names(bank: Bank) -> dict[str, set[str]]:
    """Where each mistake shows."""
    library = bank.library("small")
    return {each.names[0]: {library.layout[n].criterion for n in each.cells} for each in library.members}


def hand_in(bank: Bank, *mistakes: str, seed: int = 5) -> Observations:
    """What is seen of the reference with these mistakes, graded with a seed that nobody knows."""
    files = apply_all([bank.mistakes[name] for name in mistakes], reference_files(bank.rubric.reference))
    assert files is not None
    submission = Submission("one", Path("one"), "digest", tuple(files))
    return look(submission, files, key(bank, seed), bank.sandbox)[1]


@cache
def key(bank: Bank, seed: int) -> Key:
    return prepare(bank.rubric, seed, {}, bank.sandbox)


def test_each_mistake_is_seen_where_it_shows(bank: Bank) -> None:
    expected = {"over-columns": {"softmax"}, "columns-again": {"softmax"}, "mirrored": {"relu"}, "in-place": set()}
    assert names(bank) == expected


def test_what_was_seen_once_is_kept(bank: Bank, rubric: Rubric, folder: Path) -> None:
    kept = Bank(rubric, Closed(), folder=folder).library("small")
    made = bank.library("small")
    assert kept.layout == made.layout
    for one, other in zip(kept.members, made.members, strict=True):
        assert one.names == other.names
        assert one.unknown == other.unknown
        assert {n: cell.code for n, cell in one.cells.items()} == {n: cell.code for n, cell in other.cells.items()}
        assert all(np.array_equal(cell.values, other.cells[n].values) for n, cell in one.cells.items())
        assert all(cell.norm == other.cells[n].norm for n, cell in one.cells.items())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no more", b"\x80\x04."], ids=["empty", "cut short", "a pickle"])
def test_a_damaged_file_is_made_again(
    content: bytes, rubric: Rubric, sandbox: Sandbox, bank: Bank, folder: Path
) -> None:
    (path,) = folder.rglob("small-singles.npz")
    path.write_bytes(content)
    assert names(Bank(rubric, sandbox, folder=folder)) == names(bank)
    assert names(Bank(rubric, Closed(), folder=folder)) == names(bank)


def test_another_bank_has_another_place(rubric: Rubric, folder: Path, tmp_path: Path, bank: Bank) -> None:
    for name in ("rubric.yaml", "mistakes.yaml"):
        (tmp_path / name).write_text((rubric.folder / name).read_text("utf-8"), "utf-8")
    same = Bank(load_rubric(tmp_path / "rubric.yaml"), Closed(), folder=folder)
    assert names(same) == names(bank)
    (tmp_path / "mistakes.yaml").write_text(BANK.replace("np.abs(X)", "np.abs(X) * 2"), "utf-8")
    other = Bank(load_rubric(tmp_path / "rubric.yaml"), Closed(), folder=folder)
    with pytest.raises(GraderError, match="fails its own check 'softmax'"):
        other.library("small")


def test_a_part_of_a_rubric_has_the_whole_bank(rubric: Rubric, folder: Path, bank: Bank) -> None:
    part = Bank(rubric.only("public"), Closed(), folder=folder)
    assert names(part) == names(bank)
    seen = hand_in(bank, "over-columns", "mirrored")
    public = replace(
        seen, signature={"softmax": seen.signature["softmax"]}, criteria={"softmax": seen.criteria["softmax"]}
    )
    assert part.recognise(public, PUBLIC_SEED).names == ("over-columns",)


def test_without_a_place_to_keep_things_all_works(rubric: Rubric, sandbox: Sandbox, bank: Bank, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    assert names(Bank(rubric, sandbox, folder=tmp_path / "file")) == names(bank)


def test_progress_is_told(rubric: Rubric, sandbox: Sandbox, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    Bank(rubric, sandbox, lambda done, count: told.append((done, count)), tmp_path).library("small")
    assert sorted(told)[-1] == (4, 4)
    assert len(told) == 4


def test_an_interrupt_does_not_wait_for_all_the_mistakes(rubric: Rubric, sandbox: Sandbox, tmp_path: Path) -> None:
    told: list[int] = []

    def interrupt(done: int, count: int) -> None:
        told.append(count)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Bank(rubric, sandbox, interrupt, tmp_path).library("small")
    assert len(told) <= (os.cpu_count() or 1)


def test_a_bank_can_be_handed_to_another_process(bank: Bank) -> None:
    assert names(pickle.loads(pickle.dumps(bank))) == names(bank)


def test_mistakes_are_put_together_when_somebody_asks(bank: Bank, rubric: Rubric, folder: Path) -> None:
    together = bank.library("small").compose(("over-columns", "mirrored"), "")
    assert together is not None
    assert {bank.library("small").layout[n].criterion for n in together.cells} == {"softmax", "relu"}
    kept = Bank(rubric, Closed(), folder=folder).library("small").compose(("over-columns", "mirrored"), "")
    assert kept is not None
    assert kept.cells.keys() == together.cells.keys()
    assert bank.library("small").compose(("over-columns", "columns-again"), "") is None


def test_one_criterion_can_be_looked_at_alone(bank: Bank) -> None:
    library = bank.library("small")
    glance = library.compose(("columns-again", "mirrored"), "relu")
    assert glance is not None
    assert {library.layout[n].criterion for n in glance.cells} == {"relu"}
    assert {library.layout[n].criterion for n in glance.unknown} == {"softmax"}


@pytest.mark.parametrize("seed", [PUBLIC_SEED, 5])
@pytest.mark.parametrize("mistakes", [("mirrored",), ("over-columns", "mirrored"), ()])
def test_a_hand_in_is_recognised(bank: Bank, mistakes: tuple[str, ...], seed: int) -> None:
    found = bank.recognise(hand_in(bank, *mistakes, seed=seed), seed)
    assert found.names == mistakes
    assert found.exact


def test_what_was_right_is_not_asked_again_and_still_counts(bank: Bank) -> None:
    seen = hand_in(bank, "mirrored")
    assert set(seen.signature) == {"relu"}
    everywhere = replace(seen, signature=hand_in(bank, "over-columns", "mirrored").signature)
    assert set(everywhere.signature) == {"softmax", "relu"}
    assert bank.recognise(everywhere, 5).names == ()


def test_what_was_not_judged_need_not_be_explained(bank: Bank) -> None:
    found = bank.recognise(hand_in(bank, "over-columns", "mirrored"), 5, unjudged={"relu"})
    assert found.names == ("over-columns",)
    assert found.exact


def test_what_looks_the_same_is_told(bank: Bank) -> None:
    found = bank.recognise(hand_in(bank, "columns-again"), 5)
    assert found.names == ("over-columns",)
    assert found.others == {"over-columns": ("columns-again",)}


def test_an_answer_on_public_inputs_alone_is_not_believed(bank: Bank) -> None:
    honest, other = hand_in(bank, "mirrored"), hand_in(bank, "over-columns", "mirrored")
    feigned = replace(other, signature=honest.signature)
    found = bank.recognise(feigned, 5)
    assert found.names == ()
    assert not found.exact


def test_nothing_is_recognised_where_nothing_was_looked_at(bank: Bank) -> None:
    seen: Any = replace(hand_in(bank, "mirrored"), signature={})
    assert bank.recognise(seen, 5).names == ()


# the bank of a course


@pytest.fixture(scope="module", params=["gatech-cs7643-a1", "aarhus-ml-handin2"])
def course(request: Any, sandbox: Sandbox) -> Iterator[Bank]:
    """A course's bank, kept where other tests that recognise its mistakes find it: to see all of them takes long."""
    bank = Bank(load_rubric(find_rubric(request.param)), sandbox)
    bank.library("small")
    yield bank
    bank.close()


@pytest.mark.slow
def test_every_mistake_of_a_course_that_shows_is_named(course: Bank) -> None:
    library = course.library("small")
    for member in library.members:
        seen = {**library.reference, **member.cells}
        found = match(seen, library)
        assert found.exact, member.names
        if found.names != member.names:
            harmless = course.mistakes[member.names[0]].harmless
            named = {*found.names, *(other for others in found.others.values() for other in others)}
            assert member.names[0] in named or (not found.names and (harmless or not member.cells)), member.names


@pytest.mark.slow
def test_what_costs_points_shows(course: Bank) -> None:
    """Where a mistake is said to lose points, something is seen that is not like the reference."""
    library = course.library("small")
    shows = {each.names[0]: {library.layout[n].criterion for n in each.cells} for each in library.members}
    for name, mistake in course.mistakes.items():
        if not mistake.harmless:
            assert set(mistake.criteria) <= shows[name], name


@pytest.mark.slow
def test_a_mistake_that_only_crashes_where_it_costs_points_leaves_none(course: Bank) -> None:
    """One that crashes and one that was never written look the same, so that no credit is given for either."""
    library = course.library("small")
    places: dict[str, list[int]] = defaultdict(list)
    for number, place in enumerate(library.layout):
        places[place.criterion].append(number)
    for member in library.members:
        mistake = course.mistakes[member.names[0]]
        looked_at = [n for id_ in mistake.criteria for n in places[id_] if n not in member.unknown]
        if looked_at and all(n in member.cells and member.cells[n].code.startswith("!") for n in looked_at):
            assert mistake.credit == 0, mistake.id
