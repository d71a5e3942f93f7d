"""The first tables: hand-ins, attempts, marks, and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from grader.gradebook.tables import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _make_hand_ins()
    _make_attempts()
    _make_marks()
    _make_events()


def _make_hand_ins() -> None:
    op.create_table(
        "hand_ins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("assignment", sa.String(200), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hand_ins"),
        sa.UniqueConstraint("assignment", "name", name="uq_hand_ins_assignment"),
    )


def _make_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("hand_in_id", sa.Integer, nullable=False),
        sa.Column("stands", sa.Boolean, nullable=False),
        sa.Column("at", Moment, nullable=False),
        *_texts("by", "version", "why", "problem"),
        sa.Column("given", sa.Double),
        sa.Column("maximum", sa.Double, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        *_texts("submission", "rubric", "observations"),
        sa.Column("result", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(["hand_in_id"], ["hand_ins.id"], name="fk_attempts_hand_in_id"),
    )
    op.create_index("ix_attempts_hand_in_id", "attempts", ["hand_in_id"])


def _make_marks() -> None:
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("hand_in_id", sa.Integer, nullable=False),
        sa.Column("criterion", sa.String(200), nullable=False),
        sa.Column("points", sa.Double),
        *_texts("comment", "by"),
        sa.Column("at", Moment, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_marks"),
        sa.UniqueConstraint("hand_in_id", "criterion", name="uq_marks_hand_in_id"),
        sa.ForeignKeyConstraint(["hand_in_id"], ["hand_ins.id"], name="fk_marks_hand_in_id"),
    )


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Moment, nullable=False),
        *_texts("by", "what"),
        sa.Column("hand_in_id", sa.Integer, nullable=False),
        *_texts("criterion"),
        sa.Column("before", sa.Double),
        sa.Column("after", sa.Double),
        *_texts("why"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["hand_in_id"], ["hand_ins.id"], name="fk_events_hand_in_id"),
    )
    op.create_index("ix_events_hand_in_id", "events", ["hand_in_id"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
