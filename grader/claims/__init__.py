"""Results that students state in their tables, and what in them cannot be, without running anything."""

from __future__ import annotations

from grader.claims.doubts import contradictions, trends
from grader.claims.tables import Claim, Stated, read

__all__ = ["Claim", "Stated", "contradictions", "read", "trends"]
