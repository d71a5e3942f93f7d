"""What a student works out by hand: found in the hand-in's texts, and compared with the reference's answer."""

from __future__ import annotations

from grader.answers.formula import Formula
from grader.answers.number import Number
from grader.answers.opinion import Opinion, Slipped
from grader.answers.places import as_text, find, mentions
from grader.answers.unit import Unit

__all__ = ["Formula", "Number", "Opinion", "Slipped", "Unit", "as_text", "find", "mentions"]
