"""Results that students state in their tables: what in them cannot be, and whether runs of the code give them."""

from __future__ import annotations

from grader.claims.agreement import Compared, Yardstick, compare
from grader.claims.doubts import contradictions, trends
from grader.claims.tables import SETTINGS, Claim, Stated, has_tables, read, read_answer

__all__ = [
    "SETTINGS",
    "Claim",
    "Compared",
    "Stated",
    "Yardstick",
    "compare",
    "contradictions",
    "has_tables",
    "read",
    "read_answer",
    "trends",
]
