"""The gradebook: what stands, who changed what and why, and that nobody's work is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import report_samples as samples
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from grader.cli.book import open_for
from grader.errors import GraderError
from grader.exports.json import from_json, to_json
from grader.gradebook import FILE, Attempt, Conflict, Given, marked, open_book
from grader.gradebook.book import Book
from grader.gradebook.engine import NEWEST
from grader.gradebook.tables import Base
from grader.model import Score


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    opened = open_book(tmp_path / FILE)
    yield opened
    opened.close()


def attempt(points: float | None, *, complete: bool = True, problem: str = "", why: str = "") -> Attempt:
    result = "" if problem else f'{{"given": {points}}}'
    return Attempt("hw1", "ada", result, Score(points, 10.0), complete, problem, {"submission": "d"}, why)


GOOD, BETTER = attempt(5), attempt(7, why="a threshold was wrong")
FAILED = attempt(None, problem="The grader itself failed.")
PARTLY = attempt(4, complete=False)


@pytest.mark.parametrize(
    ("attempts", "stands", "newer"),
    [
        ([GOOD], GOOD, ""),
        ([GOOD, GOOD], GOOD, ""),
        ([GOOD, BETTER], BETTER, ""),
        ([BETTER, GOOD], GOOD, ""),
        ([GOOD, FAILED], GOOD, "The grader itself failed."),
        ([GOOD, PARTLY], GOOD, "It left something ungraded."),
        ([GOOD, FAILED, BETTER], BETTER, ""),
        ([PARTLY, GOOD], GOOD, ""),
        ([PARTLY, FAILED], PARTLY, "The grader itself failed."),
        ([FAILED], FAILED, "The grader itself failed."),
    ],
)
def test_a_failed_attempt_never_replaces_a_good_result(
    book: Book, attempts: list[Attempt], stands: Attempt, newer: str
) -> None:
    for each in attempts:
        book.record(each)
    entry = book.entries("hw1")["ada"]
    assert (entry.result, entry.newer) == (stands.result, newer)


def test_the_audit_trail_says_who_changed_what_and_why_before_and_after(book: Book) -> None:
    for each in (GOOD, FAILED, BETTER):
        book.record(each)
    book.mark("hw1", [Given("ada", "proof", 3.0, "Nice.", why="regrade request")])
    trail = book.history("hw1", "ada")
    assert [(each.what, each.criterion, each.before, each.after, each.why) for each in trail] == [
        ("graded", "", None, 5.0, ""),
        ("kept", "", 5.0, 5.0, "The grader itself failed."),
        ("graded", "", 5.0, 7.0, "a threshold was wrong"),
        ("marked", "proof", None, 3.0, "regrade request"),
    ]
    assert {each.by for each in trail} == {book.by}
    assert all(each.at.utcoffset() is not None for each in trail)


def test_of_two_markers_the_second_is_told_and_nothing_is_lost(book: Book) -> None:
    book.mark("hw1", [Given("ada", "proof", 3.0)])
    seen = book.entries("hw1")["ada"].marks["proof"].version
    book.mark("hw1", [Given("ada", "proof", 4.0, version=seen), Given("ada", "essay", 1.0)])
    with pytest.raises(Conflict, match="'proof' of 'ada'"):
        book.mark("hw1", [Given("bob", "proof", 9.0), Given("ada", "proof", 2.0, version=seen)])
    with pytest.raises(Conflict):
        book.mark("hw1", [Given("ada", "essay", 2.0)])
    entries = book.entries("hw1")
    assert {name: mark.points for name, mark in entries["ada"].marks.items()} == {"proof": 4.0, "essay": 1.0}
    assert "bob" not in entries  # all of it, or nothing
    book.mark("hw1", [Given("bob", "proof", 9.0)])
    assert book.entries("hw1")["bob"].marks["proof"].points == 9.0


def test_a_result_that_a_continued_run_takes_over_is_no_new_attempt(book: Book) -> None:
    assert [book.record(GOOD), book.record(GOOD)] == [True, True]
    assert [each.what for each in book.history("hw1")] == ["graded"]


def test_grading_again_loses_no_mark(book: Book) -> None:
    book.record(GOOD)
    book.mark("hw1", [Given("ada", "proof", 3.0)])
    book.record(BETTER)
    assert book.entries("hw1")["ada"].marks["proof"].points == 3.0


def test_marks_stand_in_the_place_of_what_the_grader_could_not_give(book: Book) -> None:
    result = samples.undecided()
    book.record(Attempt("hw1", "ada", to_json(result), result.score, result.complete))
    proof, training = "discussion-of-the-learning-curves", "training-reaches-the-target"
    book.mark("hw1", [Given("ada", proof, 8.0, "Well argued."), Given("ada", training, 0.0), Given("ada", "gone", 5.0)])
    entry = book.entries("hw1")["ada"]
    after = marked(from_json(entry.result), entry.marks)
    assert (after.score, after.complete) == (Score(33.0, 45.0), True)
    criteria = {c.id: c for section in after.sections for c in section.criteria}
    assert (criteria[proof].verdict, criteria[training].verdict) == ("partial", "failed")
    assert criteria[proof].findings[0].message == "Well argued."
    assert marked(result, {}) is result


def test_a_mark_that_was_taken_back_counts_no_more(book: Book) -> None:
    proof = "discussion-of-the-learning-curves"
    book.mark("hw1", [Given("ada", proof, 8.0)])
    book.mark("hw1", [Given("ada", proof, None, version=1)])
    assert marked(samples.undecided(), book.entries("hw1")["ada"].marks).score.given == 25.0


def test_several_writers_wait_for_each_other(tmp_path: Path) -> None:
    books = [open_book(tmp_path / FILE) for _ in range(3)]
    threads = [
        threading.Thread(target=lambda b=b, i=i: [b.mark("hw1", [Given(f"s{i}", f"c{n}", 1.0)]) for n in range(15)])
        for i, b in enumerate(books)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(entry.marks) for entry in books[0].entries("hw1").values()) == 45
    for each in books:
        each.close()


def test_the_file_is_in_wal_mode_and_outlives_the_process(tmp_path: Path) -> None:
    code = (
        f"import os; from grader.gradebook import *; b = open_book({str(tmp_path / FILE)!r});"
        "b.mark('hw1', [Given('ada', 'proof', 1.0)]); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    connection = sqlite3.connect(tmp_path / FILE)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("SELECT points FROM marks").fetchall() == [(1.0,)]
    connection.close()


def test_an_attempt_is_kept_in_less_than_three_milliseconds(book: Book) -> None:
    text = to_json(samples.failing())
    attempts = [Attempt("hw1", f"s{n}", text, Score(5.0, 10.0), True) for n in range(100)]
    book.record(attempts[0])
    started = time.process_time()
    for each in attempts:
        book.record(replace(each, result=each.result + " "))
    assert (time.process_time() - started) / len(attempts) < 0.003


def test_the_migrations_make_the_tables_that_the_code_uses(book: Book, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / FILE}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == NEWEST
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_an_opened_book_is_not_migrated_again(book: Book, tmp_path: Path) -> None:
    book.record(GOOD)
    again = open_book(tmp_path / FILE)
    assert list(again.entries("hw1")) == ["ada"]
    assert again.assignments() == ["hw1"]
    again.close()


def test_the_tables_can_be_made_in_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in Base.metadata.sorted_tables]
    assert len(made) == 4
    assert "TIMESTAMP WITH TIME ZONE" in made[1] + made[2] + made[3]


def test_a_book_of_a_newer_grader_is_left_alone(book: Book, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(GraderError, match="newer grader"):
        open_book(tmp_path / FILE)


@pytest.mark.parametrize("where", ["nonsense://x", "sqlite:////nowhere/at/all.db", "postgresql+nothing://x/y"])
def test_a_book_that_cannot_be_opened_is_told_without_a_traceback(where: str) -> None:
    with pytest.raises(GraderError, match="gradebook"):
        open_book(where)


def test_a_file_that_is_no_book_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a database, but long enough to be taken for one" * 40)
    with pytest.raises(GraderError, match="cannot be opened"):
        open_book(tmp_path / FILE)


def test_a_book_that_cannot_be_written_is_told_and_keeps_what_it_had(book: Book, tmp_path: Path) -> None:
    book.record(GOOD)
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    connection.commit()
    connection.close()
    with pytest.raises(GraderError, match="could not be written: disk is full"):
        book.record(BETTER)
    assert book.entries("hw1")["ada"].result == GOOD.result


def test_nobody_else_may_read_a_new_book(book: Book, tmp_path: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob(f"{FILE}*")} == {0}


def test_without_the_extra_no_book_is_kept_unless_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.gradebook.find_spec", lambda _: None)
    assert open_for(tmp_path, None) is None
    with pytest.raises(GraderError, match="pip install"):
        open_for(tmp_path, "sqlite://")


def test_importing_the_package_does_not_import_sqlalchemy() -> None:
    code = "import sys, grader.gradebook; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_no_connection_is_left_open(tmp_path: Path) -> None:
    book = open_book(tmp_path / FILE)
    closed: list[object] = []
    event.listen(book._engine, "close", lambda *each: closed.append(each))
    book.record(GOOD)
    book.close()
    assert closed
