"""What several markers need: marks that met another's, comments that are used again, and the words in the history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from grader.gradebook.tables import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make two tables, and a column for the words of a mark."""
    op.create_table(
        "contests",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("hand_in_id", sa.Integer, nullable=False),
        sa.Column("criterion", sa.String(200), nullable=False),
        sa.Column("points", sa.Double),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contests"),
        sa.ForeignKeyConstraint(["hand_in_id"], ["hand_ins.id"], name="fk_contests_hand_in_id"),
    )
    op.create_index("ix_contests_hand_in_id", "contests", ["hand_in_id"])
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("assignment", sa.String(200), nullable=False),
        sa.Column("criterion", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
    )
    op.create_index("ix_comments_assignment", "comments", ["assignment"])
    op.add_column("events", sa.Column("comment", sa.Text, nullable=False, server_default=""))
