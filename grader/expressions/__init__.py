r"""Formulas as students write them, in Python's notation or LaTeX's: a parser of our own, and numpy to work them out.

    tree = parse(r"s_i (\delta_{ij} - s_j)", vocabulary)
    evaluate(tree, {"s": ...}, ("i", "j"))

Nothing of a formula is ever executed, looked up by name, or simplified. Length, depth and size are capped, and all
numbers are floats, so that 9**9**9 is infinite at once.
"""

from __future__ import annotations

from grader.expressions.errors import ExpressionError
from grader.expressions.evaluation import agree, evaluate, whole
from grader.expressions.parser import parse, readings
from grader.expressions.tree import Call, Compare, Node, Variable, written
from grader.expressions.vocabulary import Name, Vocabulary

__all__ = [
    "Call",
    "Compare",
    "ExpressionError",
    "Name",
    "Node",
    "Variable",
    "Vocabulary",
    "agree",
    "evaluate",
    "parse",
    "readings",
    "whole",
    "written",
]
