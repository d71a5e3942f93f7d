"""The gradebook's verbs: record an attempt, mark, and tell what stands and how it came about."""

from __future__ import annotations

import getpass
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from grader.errors import GraderError
from grader.gradebook.engine import connect
from grader.gradebook.entries import Attempt, Conflict, Entry, Event, Given, Mark
from grader.gradebook.tables import AttemptRow, EventRow, HandInRow, MarkRow

__all__ = ["Book"]

_ASSIGNMENT = HandInRow.assignment == bindparam("assignment")
_HAND_IN = select(HandInRow.id).where(_ASSIGNMENT, HandInRow.name == bindparam("name")).with_for_update()
_NAMES = select(HandInRow.id, HandInRow.name).where(_ASSIGNMENT)
_STANDING = select(AttemptRow.id, AttemptRow.given, AttemptRow.complete, AttemptRow.result).where(
    AttemptRow.hand_in_id == bindparam("hand_in"), AttemptRow.stands
)
_RESULTS = select(AttemptRow.hand_in_id, AttemptRow.result).join(HandInRow).where(_ASSIGNMENT, AttemptRow.stands)
_LAST = select(func.max(AttemptRow.id)).group_by(AttemptRow.hand_in_id)
_NEWEST = (
    select(AttemptRow.hand_in_id, AttemptRow.stands, AttemptRow.problem)
    .join(HandInRow)
    .where(_ASSIGNMENT, AttemptRow.id.in_(_LAST))
)
_PROBLEM = (
    select(AttemptRow.problem, AttemptRow.submission)
    .where(AttemptRow.hand_in_id == bindparam("hand_in"))
    .order_by(AttemptRow.id.desc())
    .limit(1)
)
_MARKS = select(MarkRow.__table__).join(HandInRow).where(_ASSIGNMENT)


class Book:
    """One gradebook; each verb is one transaction, so that several people and runs can use it at once."""

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        self.by = _user()
        self._version = _own_version()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def record(self, attempt: Attempt) -> bool:
        """Keep an attempt; whether it stands now. One that is no better than what it would replace never does."""
        with self._transaction() as connection:
            hand_in = self._hand_in(connection, attempt.assignment, attempt.hand_in)
            before = connection.execute(_STANDING, {"hand_in": hand_in}).first()
            row = self._row(attempt, hand_in)
            if before is not None and before.result == row["result"] is not None:
                return True  # a run that goes on takes over what it finds, and that is no new attempt
            if row["result"] is None and self._is_told(connection, row):
                return False  # what could not be read then cannot be read now
            stands = not attempt.problem and (attempt.complete or before is None or not before.complete)
            if stands and before is not None:
                connection.execute(update(AttemptRow).where(AttemptRow.id == before.id).values(stands=False))
            connection.execute(insert(AttemptRow), {**row, "stands": stands})
            given = before.given if before else None
            what, after = ("graded", attempt.score.given) if stands else ("kept", given)
            why = "; ".join(filter(None, (attempt.why, attempt.problem)))
            self._note(connection, what, hand_in, "", given, after, why)
        return stands

    def mark(self, assignment: str, given: Iterable[Given]) -> None:
        """Write what a person gives: all of it, or nothing.

        Raises:
            Conflict: somebody else marked one of these criteria after this person had looked.
        """
        given = list(given)
        with self._transaction() as connection:
            names = sorted({each.hand_in for each in given})  # in one order: no two wait for each other
            held = {name: self._hand_in(connection, assignment, name) for name in names}
            for each in given:
                self._mark(connection, held[each.hand_in], each)

    def entries(self, assignment: str) -> dict[str, Entry]:
        """What stands of each hand-in, by its name."""
        with self._reading() as connection:
            names = {row.name: row.id for row in connection.execute(_NAMES, {"assignment": assignment})}
            standing = {row.hand_in_id: row for row in connection.execute(_RESULTS, {"assignment": assignment})}
            newest = {row.hand_in_id: row for row in connection.execute(_NEWEST, {"assignment": assignment})}
            marks: dict[int, dict[str, Mark]] = {}
            for row in connection.execute(_MARKS, {"assignment": assignment}):
                marks.setdefault(row.hand_in_id, {})[row.criterion] = _mark(row)
        return {
            name: _entry(name, standing.get(id_), newest.get(id_), marks.get(id_, {}))
            for name, id_ in sorted(names.items())  # here, for databases sort by their own country's rules
        }

    def assignments(self) -> list[str]:
        """The assignments that anything is known of."""
        with self._reading() as connection:
            return sorted(connection.scalars(select(HandInRow.assignment).distinct()))

    def history(self, assignment: str, hand_in: str | None = None) -> list[Event]:
        """The audit trail, oldest first."""
        query = select(EventRow, HandInRow.name).join(HandInRow).where(HandInRow.assignment == assignment)
        if hand_in is not None:
            query = query.where(HandInRow.name == hand_in)
        with self._reading() as connection:
            return [
                Event(row.at, row.by, row.what, row.name, row.criterion, row.before, row.after, row.why)
                for row in connection.execute(query.order_by(EventRow.id))
            ]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection to look; what the database cannot do is told without a traceback."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise GraderError(f"The gradebook could not be read: {error.orig}") from None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction; what the database cannot do is told without a traceback, and nothing of it is written."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise GraderError(f"The gradebook could not be written: {error.orig}") from None

    def _hand_in(self, connection: Connection, assignment: str, name: str) -> int:
        """The row of a hand-in, made where there is none; who else writes about it waits until this is done."""
        told = {"assignment": assignment, "name": name}
        found = connection.scalar(_HAND_IN, told)
        if found is None:
            with suppress(IntegrityError), connection.begin_nested():  # another run may make it at this moment
                connection.execute(insert(HandInRow), told)
            found = connection.scalar(_HAND_IN, told)
        return int(found or 0)

    def _row(self, attempt: Attempt, hand_in: int) -> dict[str, object]:
        digests = {name: attempt.digests.get(name, "") for name in ("submission", "rubric", "observations")}
        return {
            "hand_in_id": hand_in,
            "at": datetime.now(UTC),
            "by": self.by,
            "version": self._version,
            "why": attempt.why,
            "problem": attempt.problem,
            "given": attempt.score.given,
            "maximum": attempt.score.maximum,
            "complete": attempt.complete,
            "result": zlib.compress(attempt.result.encode(), 3) if attempt.result else None,
            **digests,
        }

    def _is_told(self, connection: Connection, row: Mapping[str, object]) -> bool:
        """Whether the newest attempt came to the same problem with the same hand-in."""
        newest = connection.execute(_PROBLEM, {"hand_in": row["hand_in_id"]}).first()
        return newest is not None and tuple(newest) == (row["problem"], row["submission"])

    def _mark(self, connection: Connection, hand_in: int, given: Given) -> None:
        where = (MarkRow.hand_in_id == hand_in, MarkRow.criterion == given.criterion)
        marked = connection.scalar(select(MarkRow.points).where(*where))
        before = given.graded if marked is None else marked
        values = {
            "points": given.points,
            "comment": given.comment,
            "by": self.by,
            "at": datetime.now(UTC),
            "version": given.version + 1,
        }
        if given.version:
            changed = connection.execute(update(MarkRow).where(*where, MarkRow.version == given.version).values(values))
            if changed.rowcount != 1:
                raise _conflict(given)
        else:
            try:
                connection.execute(insert(MarkRow), {"hand_in_id": hand_in, "criterion": given.criterion, **values})
            except IntegrityError:
                raise _conflict(given) from None
        self._note(connection, "marked", hand_in, given.criterion, before, given.points, given.why)

    def _note(
        self,
        connection: Connection,
        what: str,
        hand_in: int,
        criterion: str,
        before: float | None,
        after: float | None,
        why: str,
    ) -> None:
        told = {"at": datetime.now(UTC), "by": self.by, "what": what, "hand_in_id": hand_in, "criterion": criterion}
        connection.execute(insert(EventRow), {**told, "before": before, "after": after, "why": why})


def _conflict(given: Given) -> Conflict:
    return Conflict(
        f"Somebody else marked {given.criterion!r} of {given.hand_in!r} meanwhile. Nothing was written; "
        "export the marks again, and look at what they gave."
    )


def _mark(row: Row[Any]) -> Mark:
    return Mark(row.criterion, row.points, row.comment, row.by, row.at, row.version)


def _entry(name: str, standing: Any, newest: Any, marks: Mapping[str, Mark]) -> Entry:
    result = zlib.decompress(standing.result).decode() if standing and standing.result else ""
    later = "" if newest is None or newest.stands else newest.problem or "It left something ungraded."
    return Entry(name, result, marks, later)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "unknown"


def _own_version() -> str:
    try:
        return version("dlgrader")
    except PackageNotFoundError:
        return "unknown"
