"""The gradebook's tables, as its newest migration leaves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import (
    DateTime,
    Double,
    ForeignKey,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["AttemptRow", "Base", "CommentRow", "ContestRow", "EventRow", "HandInRow", "MarkRow", "Moment"]


class Words(TypeDecorator[str]):
    """Any text; what a database refuses in one, such as PostgreSQL a zero, is shown in its place."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as every database takes it: hand-ins have a say in it."""
        return value and value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, PostgreSQL tells it in its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What all tables share: names for constraints, which a migration can then name too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Moment, float: Double, str: Words}


class HandInRow(Base):
    """One hand-in for one assignment."""

    __tablename__ = "hand_ins"
    __table_args__ = (UniqueConstraint("assignment", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))


class AttemptRow(Base):
    """One grading of a hand-in; one of them stands."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    hand_in_id: Mapped[int] = mapped_column(ForeignKey("hand_ins.id"), index=True)
    stands: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[str]
    version: Mapped[str]  # the grader's
    why: Mapped[str]
    problem: Mapped[str]
    given: Mapped[float | None]
    maximum: Mapped[float]
    complete: Mapped[bool]
    submission: Mapped[str]  # digests
    rubric: Mapped[str]
    observations: Mapped[str]
    result: Mapped[bytes | None] = mapped_column(LargeBinary)  # JSON, compressed


class MarkRow(Base):
    """What a person gave for one criterion, as it is now."""

    __tablename__ = "marks"
    __table_args__ = (UniqueConstraint("hand_in_id", "criterion"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    hand_in_id: Mapped[int] = mapped_column(ForeignKey("hand_ins.id"))
    criterion: Mapped[str] = mapped_column(String(200))
    points: Mapped[float | None]
    comment: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    version: Mapped[int]


class ContestRow(Base):
    """A mark that met a newer one of somebody else, until one of the two is chosen."""

    __tablename__ = "contests"
    id: Mapped[int] = mapped_column(primary_key=True)
    hand_in_id: Mapped[int] = mapped_column(ForeignKey("hand_ins.id"), index=True)
    criterion: Mapped[str] = mapped_column(String(200))
    points: Mapped[float | None]
    comment: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class CommentRow(Base):
    """A comment that markers use again."""

    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(String(200), index=True)
    criterion: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class EventRow(Base):
    """One line of the audit trail; none is ever changed or removed."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    what: Mapped[str]
    hand_in_id: Mapped[int] = mapped_column(ForeignKey("hand_ins.id"), index=True)
    criterion: Mapped[str]
    before: Mapped[float | None]
    after: Mapped[float | None]
    why: Mapped[str]
    comment: Mapped[str] = mapped_column(server_default="")  # of the mark, as it was given
