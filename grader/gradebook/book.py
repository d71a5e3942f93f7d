"""The gradebook's verbs: record an attempt, mark, and tell what stands and how it came about."""

from __future__ import annotations

import getpass
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from grader.errors import GraderError
from grader.gradebook.engine import connect, reading
from grader.gradebook.entries import Attempt, Conflict, Entry, Event, Given, Mark, Phrase
from grader.gradebook.tables import AttemptRow, CommentRow, ContestRow, EventRow, HandInRow, MarkRow

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
_NAMED_MARKS = select(MarkRow.__table__, HandInRow.name).join(HandInRow).where(_ASSIGNMENT)
_CONTESTS = select(ContestRow.__table__, HandInRow.name).join(HandInRow).where(_ASSIGNMENT).order_by(ContestRow.id)
_COMMENTS = select(CommentRow).where(CommentRow.assignment == bindparam("assignment")).order_by(CommentRow.id)
_LATEST = select(func.max(AttemptRow.id)).join(HandInRow).where(_ASSIGNMENT)


_Place = Mapping[str, Any]
"""Of which hand-in and criterion something is told: `hand_in` is its row."""


class Book:
    """One gradebook; each verb is one transaction, so that several people and runs can use it at once."""

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        self._readers = reading(self._engine)
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
            self._note(connection, what, {"hand_in": hand_in, "criterion": ""}, given, after, why, self.by)
        return stands

    def mark(self, assignment: str, given: Iterable[Given], by: str = "") -> None:
        """Write what a person gives: all of it, or nothing. Without a name, it is this process's user.

        Raises:
            Conflict: somebody else marked one of these criteria after this person had looked.
        """
        given = list(given)
        with self._transaction() as connection:
            names = sorted({each.hand_in for each in given})  # in one order: no two wait for each other
            held = {name: self._hand_in(connection, assignment, name) for name in names}
            for each in given:
                self._mark(connection, held[each.hand_in], each, by or self.by)

    def contest(self, assignment: str, given: Given, by: str) -> None:
        """Keep a mark that met a newer one of somebody else; both stay until one of them is chosen."""
        with self._transaction() as connection:
            hand_in = self._hand_in(connection, assignment, given.hand_in)
            where = {"hand_in": hand_in, "criterion": given.criterion}
            connection.execute(delete(ContestRow).where(*_there(ContestRow, where), ContestRow.by == by))
            told = {"points": given.points, "comment": given.comment, "by": by, "at": datetime.now(UTC)}
            row = {"hand_in_id": hand_in, "criterion": given.criterion, **told}
            connection.execute(insert(ContestRow), row)
            before = connection.scalar(select(MarkRow.points).where(*_there(MarkRow, where)))
            self._note(connection, "contested", where, before, given.points, given.why, by, given.comment)

    def settle(self, assignment: str, given: Given, by: str, *, keep: bool) -> None:
        """Choose between marks that met: keep the one that stands, or give this one; nobody's waits any more.

        Raises:
            Conflict: what stands is not what this person saw.
        """
        with self._transaction() as connection:
            hand_in = self._hand_in(connection, assignment, given.hand_in)
            where = {"hand_in": hand_in, "criterion": given.criterion}
            if not keep:
                self._mark(connection, hand_in, given, by)
            elif connection.scalar(select(MarkRow.version).where(*_there(MarkRow, where))) != given.version:
                raise _conflict(given)
            connection.execute(delete(ContestRow).where(*_there(ContestRow, where)))
            points = connection.scalar(select(MarkRow.points).where(*_there(MarkRow, where)))
            self._note(connection, "settled", where, points, points, given.why, by)

    def marks(self, assignment: str) -> dict[str, dict[str, Mark]]:
        """What people gave, by hand-in and criterion."""
        found: dict[str, dict[str, Mark]] = {}
        with self._reading() as connection:
            for row in connection.execute(_NAMED_MARKS, {"assignment": assignment}):
                found.setdefault(row.name, {})[row.criterion] = _mark(row)
        return found

    def contests(self, assignment: str) -> dict[tuple[str, str], list[Mark]]:
        """Marks that met another's and wait for a choice, by hand-in and criterion."""
        found: dict[tuple[str, str], list[Mark]] = {}
        with self._reading() as connection:
            for row in connection.execute(_CONTESTS, {"assignment": assignment}):
                mark = Mark(row.criterion, row.points, row.comment, row.by, row.at, 0)
                found.setdefault((row.name, row.criterion), []).append(mark)
        return found

    def phrases(self, assignment: str) -> list[Phrase]:
        """The comments that are used again, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(_COMMENTS.with_only_columns(CommentRow.__table__), {"assignment": assignment})
            return [Phrase(row.id, row.criterion, row.text, row.by) for row in rows]

    def keep_phrase(self, assignment: str, criterion: str, text: str, by: str) -> None:
        """Keep a comment to use it again, unless it is kept already."""
        row = {"assignment": assignment, "criterion": criterion, "text": text}
        same = [getattr(CommentRow, name) == value for name, value in row.items()]
        with self._transaction() as connection:
            if connection.scalar(select(CommentRow.id).where(*same)) is None:
                connection.execute(insert(CommentRow), {**row, "by": by, "at": datetime.now(UTC)})

    def forget_phrase(self, assignment: str, id_: int) -> None:
        """Offer a comment no more; where it was used, it stays."""
        with self._transaction() as connection:
            connection.execute(delete(CommentRow).where(CommentRow.assignment == assignment, CommentRow.id == id_))

    def latest(self, assignment: str) -> int:
        """A number that grows with each attempt: while it stays, so do the results."""
        with self._reading() as connection:
            return connection.scalar(_LATEST, {"assignment": assignment}) or 0

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
                Event(row.at, row.by, row.what, row.name, row.criterion, row.before, row.after, row.why, row.comment)
                for row in connection.execute(query.order_by(EventRow.id))
            ]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection to look; what the database cannot do is told without a traceback."""
        try:
            with self._readers.connect() as connection:
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

    def _mark(self, connection: Connection, hand_in: int, given: Given, by: str) -> None:
        place = {"hand_in": hand_in, "criterion": given.criterion}
        where = _there(MarkRow, place)
        marked = connection.scalar(select(MarkRow.points).where(*where))
        before = given.graded if marked is None else marked
        values = {
            "points": given.points,
            "comment": given.comment,
            "by": by,
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
        self._note(connection, "marked", place, before, given.points, given.why, by, given.comment)

    def _note(
        self,
        connection: Connection,
        what: str,
        where: _Place,
        before: float | None,
        after: float | None,
        why: str,
        by: str,
        comment: str = "",
    ) -> None:
        place = {"hand_in_id": where["hand_in"], "criterion": where["criterion"]}
        told = {"at": datetime.now(UTC), "by": by, "what": what, "why": why, "comment": comment}
        connection.execute(insert(EventRow), {**place, **told, "before": before, "after": after})


def _there(table: type[MarkRow] | type[ContestRow], place: _Place) -> tuple[ColumnElement[bool], ...]:
    return table.hand_in_id == place["hand_in"], table.criterion == place["criterion"]


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
