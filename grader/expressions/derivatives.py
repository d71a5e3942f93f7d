r"""Derivatives that a question gives a name: \frac{\partial C}{\partial w}, ∂C/∂w and dC/dw are the variable dCdw."""

from __future__ import annotations

from collections.abc import Sequence

from grader.expressions.tokens import Token
from grader.expressions.vocabulary import Vocabulary

__all__ = ["with_derivatives"]


def with_derivatives(tokens: Sequence[Token], words: Vocabulary) -> list[Token]:
    """The tokens with each derivative that is a name of this vocabulary as that one name."""
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
