r"""What is settled before a formula is parsed: derivatives that are a name, and superscripts that are no powers.

A question that declares dCdw reads \frac{\partial C}{\partial w}, ∂C/∂w and dC/dw as that. One with the label n reads
y^n_k as y_k: there the n says which sample is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.expressions.tokens import Token
from grader.expressions.vocabulary import Vocabulary

__all__ = ["settled"]


def settled(tokens: Sequence[Token], words: Vocabulary) -> list[Token]:
    """The tokens without labels, and with each derivative that is a name of this vocabulary as that name."""
    return _with_derivatives(_without_labels(tokens, words), words)


def _without_labels(tokens: Sequence[Token], words: Vocabulary) -> list[Token]:
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        end = _end_of_label(tokens, at, words)
        if end == at:
            kept.append(tokens[at])
        at = max(end, at + 1)
    return kept


def _end_of_label(tokens: Sequence[Token], at: int, words: Vocabulary) -> int:
    """Where the label that begins here ends: ^n, ^{n}, ^{(n)}; the same place where none begins."""
    if tokens[at].text != "^":
        return at
    inside = at + 1
    while tokens[inside].text in {"{", "("}:
        inside += 1
    closing = inside + 1 + (inside - at - 1)
    if tokens[inside].text not in words.labels or any(
        each.text not in {"}", ")"} for each in tokens[inside + 1 : closing]
    ):
        return at
    return closing


def _with_derivatives(tokens: Sequence[Token], words: Vocabulary) -> list[Token]:
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        name, end = _derivative(tokens, at, words)
        kept.append(Token("name", name, tokens[at].column, tokens[at].close) if name else tokens[at])
        at = end if name else at + 1
    return kept


def _derivative(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[str, int]:
    """The name of the derivative that begins here and where it ends; no name where none begins."""
    if (tokens[at].kind, tokens[at].text) == ("structure", "frac"):
        above, at = _small(tokens, at + 1, braces=True)
        below, at = _small(tokens, at, braces=True)
    else:
        above, at = _small(tokens, at, braces=False)
        if tokens[at].text != "/":
            return "", at
        below, at = _small(tokens, at + 1, braces=False)
    name = f"{above}{below}"
    return (name, at) if above and below and name in words.names else ("", at)


def _small(tokens: Sequence[Token], at: int, *, braces: bool) -> tuple[str, int]:
    """∂C, d C or dC as dC, and where it ends; an index behind it stays."""
    start = at
    at += braces and tokens[at].text == "{"
    if tokens[at].kind == "name" and tokens[at].text in {"partial", "d"} and tokens[at + 1].kind == "name":
        name, at = f"d{tokens[at + 1].text}", at + 2
    elif tokens[at].kind == "name" and tokens[at].text.startswith("d") and len(tokens[at].text) > 1:
        name, at = tokens[at].text, at + 1
    else:
        return "", start
    if not braces or tokens[start].text != "{":
        return name, at
    depth = 1
    while depth and tokens[at].kind != "end":  # \partial w_i: of which entry, the answer's own indices say
        depth += {"{": 1, "}": -1}.get(tokens[at].text, 0)
        name = name if tokens[at].text in {"_", "{", "}"} or tokens[at].kind in {"name", "number"} else ""
        at += 1
    return name, at
