"""What hand-ins of a class have in common, for a person to look at. Nothing of it is a score, and no student sees it.

Code is compared as tokens without names, numbers and comments, prose as words; fingerprints of both by winnowing; pairs
by an inverted index. What was given to everybody is left out, and what many wrote weighs less.
"""

from __future__ import annotations

from grader.similarity.comparing import compare
from grader.similarity.nouns import Comparison, HandIn, Listed, Pair, Passage, Shares, Span, Text
from grader.similarity.prints import KINDS, Baseline, baseline
from grader.similarity.reading import texts

__all__ = [
    "KINDS",
    "Baseline",
    "Comparison",
    "HandIn",
    "Listed",
    "Pair",
    "Passage",
    "Shares",
    "Span",
    "Text",
    "baseline",
    "compare",
    "texts",
]
