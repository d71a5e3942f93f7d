"""A course's write-up: which experiments it asks for, and where each table, curve and explanation belongs."""

from __future__ import annotations

from grader.writeup.plan import Planned, plan, splits
from grader.writeup.spec import Writeup, load_writeup

__all__ = ["Planned", "Writeup", "load_writeup", "plan", "splits"]
