"""The gradebook: what stands, who changed what and why, and that nobody's work is lost."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import postgres
import pytest
import report_samples as samples
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from speed import within
from sqlalchemy import create_engine, event, make_url, text

from grader.classroom.book import open_for
from grader.errors import GraderError
from grader.exports.json import from_json, to_json
from grader.gradebook import FILE, Attempt, Conflict, Given, marked, open_book
from grader.gradebook import engine as gradebook_engine
from grader.gradebook.book import Book
from grader.gradebook.engine import NEWEST
from grader.gradebook.tables import Base
from grader.gradebook.versions import first
from grader.model import Score


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Callable[[str], str]]:
    """Makes a new database of this name, and tells its URL."""
    with postgres.server() as url:
        engine = create_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")

        def made(name: str) -> str:
            with engine.connect() as connection:
                connection.execute(text(f'CREATE DATABASE "{name}"'))
            return url.format(name)

        yield made
        engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new gradebook can be, in each database that it is meant for."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / FILE}"
    made: Callable[[str], str] = request.getfixturevalue("postgresql")
    return made(f"{tmp_path.parent.name}-{tmp_path.name}")


@pytest.fixture
def book(url: str) -> Iterator[Book]:
    opened = open_book(url)
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


def at_once(books: list[Book], work: Callable[[Book, int], object]) -> None:
    """Each of these does its work, all at the same time."""
    with ThreadPoolExecutor(len(books)) as pool:
        for each in [pool.submit(work, book, number) for number, book in enumerate(books)]:
            each.result()
    for book in books:
        book.close()


def test_several_writers_wait_for_each_other(url: str) -> None:
    def write(book: Book, number: int) -> None:
        for n in range(15):
            book.mark("hw1", [Given(f"s{number}", f"c{n}", 1.0)])

    at_once([open_book(url) for _ in range(3)], write)
    book = open_book(url)
    assert sum(len(entry.marks) for entry in book.entries("hw1").values()) == 45
    book.close()


def test_of_several_runs_over_one_hand_in_one_result_stands(url: str) -> None:
    def write(book: Book, number: int) -> None:
        for n in range(12):
            book.record(attempt(100 * number + n))

    at_once([open_book(url) for _ in range(3)], write)
    book = open_book(url)
    trail = book.history("hw1", "ada")
    assert [each.before for each in trail] == [None, *(each.after for each in trail[:-1])]
    assert book.entries("hw1")["ada"].result == f'{{"given": {trail[-1].after:.0f}}}'
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM attempts WHERE stands")) == 1
    engine.dispose()
    book.close()


def test_markers_of_the_same_hand_ins_in_another_order_do_not_block_each_other(url: str) -> None:
    names = [f"s{n}" for n in range(8)]

    def write(book: Book, number: int) -> None:
        for n in range(8):
            book.mark("hw1", [Given(name, f"{number}-{n}", 1.0) for name in (reversed(names) if number else names)])

    at_once([open_book(url) for _ in range(2)], write)
    book = open_book(url)
    assert {len(entry.marks) for entry in book.entries("hw1").values()} == {16}
    book.close()


def test_what_a_hand_in_is_called_or_says_stops_no_run(book: Book) -> None:
    book.record(attempt(None, problem="It has a file a\0b\udc80.py."))
    assert book.entries("hw1")["ada"].newer == "It has a file a\ufffdb?.py."


def test_hand_ins_come_in_the_same_order_from_every_database(book: Book) -> None:
    for name in ("b", "B", "a-2", "a", "ä"):
        book.record(replace(GOOD, hand_in=name))
    assert list(book.entries("hw1")) == ["B", "a", "a-2", "b", "ä"]


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


def test_an_attempt_is_kept_in_less_than_three_milliseconds(tmp_path: Path) -> None:
    book = open_book(tmp_path / FILE)
    text = to_json(samples.failing())
    attempts = [Attempt("hw1", f"s{n}", text, Score(5.0, 10.0), True) for n in range(100)]
    book.record(attempts[0])
    with within(0.003 * len(attempts)):
        for each in attempts:
            book.record(replace(each, result=each.result + " "))
    book.close()


def test_the_migrations_make_the_tables_that_the_code_uses(book: Book, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == NEWEST
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_an_older_book_is_brought_up_to_date_with_all_that_it_holds(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            first.upgrade()
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
        connection.execute(text("INSERT INTO hand_ins VALUES (1, 'hw1', 'ada')"))
        connection.execute(text("INSERT INTO marks VALUES (1, 1, 'proof', 3.0, 'Nice.', 'Ben', '2026-01-01', 4)"))
        told = "'2026-01-01', 'Ben', 'marked', 1, 'proof', NULL, 3.0, ''"
        connection.execute(text(f"INSERT INTO events VALUES (1, {told})"))
    engine.dispose()
    book = open_book(url)
    mark = book.marks("hw1")["ada"]["proof"]
    assert (mark.points, mark.comment, mark.by, mark.version) == (3.0, "Nice.", "Ben", 4)
    assert [(each.what, each.after, each.comment) for each in book.history("hw1")] == [("marked", 3.0, "")]
    book.close()


def test_marks_that_met_wait_for_a_choice_and_comments_are_kept_once(book: Book) -> None:
    book.record(GOOD)
    book.mark("hw1", [Given("ada", "proof", 3.0)], "Ada")
    for points in (1.0, 2.0):
        book.contest("hw1", Given("ada", "proof", points, "Half."), "Ben")
    assert [(each.points, each.by) for each in book.contests("hw1")["ada", "proof"]] == [(2.0, "Ben")]
    with pytest.raises(Conflict):
        book.settle("hw1", Given("ada", "proof", 2.0, version=0), "Cem", keep=False)
    book.settle("hw1", Given("ada", "proof", 2.0, "Half.", version=1), "Cem", keep=False)
    assert (book.contests("hw1"), book.marks("hw1")["ada"]["proof"].points) == ({}, 2.0)
    for _ in range(2):
        book.keep_phrase("hw1", "proof", "Half.", "Ada")
    kept = book.phrases("hw1")
    assert [(each.criterion, each.text, each.by) for each in kept] == [("proof", "Half.", "Ada")]
    book.forget_phrase("hw2", kept[0].id)
    assert book.phrases("hw1") == kept
    book.forget_phrase("hw1", kept[0].id)
    assert book.phrases("hw1") == []


def test_whoever_reads_waits_for_no_writer(book: Book) -> None:
    book.mark("hw1", [Given("ada", "proof", 3.0)])
    with book._transaction() as connection:  # a writer in the middle of its work
        connection.execute(text("UPDATE marks SET points = 1"))
        started = time.monotonic()
        assert book.marks("hw1")["ada"]["proof"].points == 3.0
    assert time.monotonic() - started < 5


def test_an_opened_book_is_not_migrated_again(book: Book, url: str) -> None:
    book.record(GOOD)
    again = open_book(url)
    assert list(again.entries("hw1")) == ["ada"]
    assert again.assignments() == ["hw1"]
    again.close()


def test_two_that_open_a_new_book_at_once_make_it_once(url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        for each in list(pool.map(open_book, [url, url])):
            assert each.assignments() == []
            each.close()


def test_a_new_file_that_others_open_at_the_same_moment_is_waited_for(tmp_path: Path) -> None:
    """SQLite refuses at once where two connections turn a file to WAL, once in thirty tries."""
    for number in range(60):
        file, together = tmp_path / f"{number}.db", threading.Barrier(3)
        file.touch()
        with ThreadPoolExecutor(3) as pool:
            connections = [pool.submit(_connected, file, together) for _ in range(3)]
        for each in connections:
            each.result().close()


def _connected(file: Path, together: threading.Barrier) -> sqlite3.Connection:
    together.wait()
    connection = sqlite3.connect(file, check_same_thread=False)
    gradebook_engine._set_up(connection, None)
    return connection


THIRD = """
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("marks", sa.Column("seen", sa.Boolean, nullable=False, server_default=sa.false()))
"""


def test_a_book_of_an_older_grader_is_brought_up_to_date_with_what_it_has(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = open_book(url)
    old.mark("hw1", [Given("ada", "proof", 3.0)])
    old.close()
    shutil.copytree(gradebook_engine.SCRIPTS / "versions", tmp_path / "next" / "versions")
    (tmp_path / "next" / "versions" / "third.py").write_text(THIRD)
    monkeypatch.setattr(gradebook_engine, "SCRIPTS", tmp_path / "next")
    monkeypatch.setattr(gradebook_engine, "NEWEST", "0003")
    new = open_book(url)
    assert new.entries("hw1")["ada"].marks["proof"].points == 3.0
    assert execute(url, "SELECT version_num, seen FROM alembic_version, marks") == [("0003", False)]
    new.close()


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    """What this statement gives, past the book."""
    engine = create_engine(url)
    with engine.begin() as connection:
        done = connection.execute(text(statement))
        found = [tuple(row) for row in done] if done.returns_rows else []
    engine.dispose()
    return found


def test_a_book_of_a_newer_grader_is_left_alone(book: Book, url: str) -> None:
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(GraderError, match="newer grader"):
        open_book(url)


def test_a_database_whose_driver_is_missing_tells_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(GraderError, match=r"pip install 'dlgrader\[postgresql\]'"):
        open_book("postgresql://nowhere/book")


@pytest.mark.slow
def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(GraderError, match=f"cannot be opened: .*{tmp_path}"):
        open_book(f"postgresql://grader@/book?host={tmp_path}")


@pytest.mark.parametrize("where", ["nonsense://x", "sqlite:////nowhere/at/all.db", "postgresql+nothing://x/y"])
def test_a_book_that_cannot_be_opened_is_told_without_a_traceback(where: str) -> None:
    with pytest.raises(GraderError, match="gradebook"):
        open_book(where)


def test_a_file_that_is_no_book_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a database, but long enough to be taken for one" * 40)
    with pytest.raises(GraderError, match="cannot be opened"):
        open_book(tmp_path / FILE)


FULL = {
    "sqlite": ["CREATE TRIGGER full_disk BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk is full'); END"],
    "postgresql": [
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'disk is full'; END$$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION no_room()",
    ],
}


def test_a_book_that_cannot_be_written_is_told_and_keeps_what_it_had(book: Book, url: str) -> None:
    book.record(GOOD)
    for each in FULL[make_url(url).get_backend_name()]:
        execute(url, each)
    with pytest.raises(GraderError, match="could not be written: disk is full"):
        book.record(BETTER)
    assert book.entries("hw1")["ada"].result == GOOD.result


def test_nobody_else_may_read_a_new_book(tmp_path: Path) -> None:
    book = open_book(tmp_path / FILE)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob(f"{FILE}*")} == {0}
    book.close()


def test_without_the_extra_no_book_is_kept_unless_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.gradebook.find_spec", lambda _: None)
    assert open_for(tmp_path, None) is None
    with pytest.raises(GraderError, match="pip install"):
        open_for(tmp_path, "sqlite://")


def test_importing_the_package_does_not_import_sqlalchemy() -> None:
    code = "import sys, grader.gradebook; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_no_connection_is_left_open(book: Book) -> None:
    closed: list[object] = []
    event.listen(book._engine, "close", lambda *each: closed.append(each))
    book.record(GOOD)
    book.close()
    assert closed
