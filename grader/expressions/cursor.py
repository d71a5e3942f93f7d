"""A place among the tokens of a formula, and what may be read from there whatever it means: signs, words, indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, TypeVar

from grader.expressions.errors import ExpressionError
from grader.expressions.notation import settled
from grader.expressions.tokens import Token, tokens
from grader.expressions.tree import Constant, Indexed, Node, Variable
from grader.expressions.vocabulary import Vocabulary
from grader.wording import listed

__all__ = ["CLOSING", "COMPARISONS", "CONDITIONS", "MOST_NODES", "Cursor", "joined", "parted"]

MOST_NODES = 250
COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">="})
CONDITIONS = frozenset({"if", "for", "when", "where"})
CLOSING = {"(": ")", "{": "}", "[": "]"}
AnyNode = TypeVar("AnyNode", bound=Node)


class Cursor:
    """One formula on its way to a tree: its tokens, and how many nodes it has grown."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.words = vocabulary
        self.tokens = _right_side(settled(tokens(text), vocabulary))
        self.at = 0
        self.nodes = 0
        self.bound: list[str] = []  # the indices of the sums around this place

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.here
        self.at += token.kind != "end"
        return token

    def ended(self) -> bool:
        return self.here.kind == "end"

    def sees(self, *signs: str) -> bool:
        return self.here.kind == "sign" and self.here.text in signs

    def says(self, *words: str) -> bool:
        return self.here.kind == "name" and self.here.text in words

    def takes(self, *signs: str) -> bool:
        found = self.sees(*signs)
        self.at += found
        return found

    def expect(self, sign: str, opened: Token) -> None:
        if not self.takes(sign):
            told = "the formula ends" if self.here.kind == "end" else f"{self.here.text!r} comes"
            self.fail(f"{told} before the {opened.text!r} in column {opened.column} is closed")

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        raise ExpressionError(message, (token or self.here).column)

    def made(self, node: AnyNode) -> AnyNode:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.fail(f"the formula is too long: more than {MOST_NODES} terms and signs")
        return node

    def subscript(self, node: Node) -> tuple[str | int, ...]:
        opened = self.here
        if self.takes("{"):
            return self.list_of_indices("}", opened)
        if self.takes("("):
            return self.list_of_indices(")", opened)
        token = self.next()
        if token.kind == "number":
            return (self.from_one(token),)
        if token.kind != "name":
            self.fail("an index is missing behind the _", token)
        return self.letters(token)

    def letters(self, token: Token) -> tuple[str | int, ...]:
        """The indices that a word without braces stands for: ij is two, and of is_j the s is another factor."""
        word = token.text
        if word in self.scope:
            return (word,)
        if all(letter in self.scope for letter in word) and not self.sees("_"):
            return tuple(word)
        if word[:1] in self.scope:
            self.tokens.insert(self.at, Token("name", word[1:], token.column + 1, True))
            return (word[0],)
        return self.unknown_index(token)

    def list_of_indices(self, closing: str, opened: Token) -> tuple[str | int, ...]:
        found: list[str | int] = []
        while not self.takes(closing):
            token = self.next()
            if token.kind == "number":
                found.append(self.from_one(token))
            elif token.kind == "name" and all(letter in self.scope for letter in token.text):
                found.extend(token.text)
            elif token.kind == "name" and token.text in self.scope:
                found.append(token.text)
            elif token.kind == "end":
                self.fail(f"the formula ends before the {opened.text!r} in column {opened.column} is closed", token)
            elif token.text != ",":
                self.unknown_index(token)
        return tuple(found)

    def brackets(self) -> tuple[str | int, ...]:
        """Indices in Python's brackets, which count from zero."""
        opened = self.next()
        found = self.list_of_indices("]", opened)
        return tuple(index + 1 if isinstance(index, int) else index for index in found)

    def from_one(self, token: Token) -> int:
        """An index in mathematics' way of counting."""
        if not token.text.isdigit() or len(token.text) > 4:
            self.fail(f"{token.text!r} is no index", token)
        return int(token.text) - 1

    def unknown_index(self, token: Token) -> NoReturn:
        known = f"; here they are {listed(self.scope)}" if self.scope else ""
        self.fail(f"{token.text!r} is not an index of this question{known}", token)

    @property
    def scope(self) -> list[str]:
        return [*self.words.indices, *self.bound]

    def indexed(self, node: Node, indices: tuple[str | int, ...]) -> Node:
        return self.made(Indexed(node, indices, node.column)) if indices else node

    def as_nodes(self, indices: Sequence[str | int], token: Token) -> tuple[Node, ...]:
        return tuple(
            Variable(index, token.column) if isinstance(index, str) else Constant(float(index), token.column)
            for index in indices
        )


def _right_side(found: list[Token]) -> list[Token]:
    """The tokens behind the last = that stands in no bracket and no condition."""
    depth, start = 0, 0
    for place, token in enumerate(found):
        if token.kind == "structure" and token.text == "begin":
            break
        if token.kind == "name" and token.text in CONDITIONS:
            break
        depth += token.kind == "sign" and token.text in CLOSING
        depth -= token.kind == "sign" and token.text in CLOSING.values()
        if depth == 0 and token.kind == "sign" and token.text == "=":
            start = place + 1
    return found[start:]


def joined(found: Sequence[Token], at: int) -> tuple[str, int]:
    """The word that a subscript or a bound makes, and where it ends; empty where it is more than a word."""
    if found[at].kind in {"name", "number"}:
        return found[at].text, at + 1
    if found[at].text != "{":
        return "", at
    text = ""
    for place in range(at + 1, len(found)):
        token = found[place]
        if token.text == "}":
            return text, place + 1
        if token.kind not in {"name", "number"}:
            return "", _end_of_group(found, at)
        text += token.text
    return "", len(found) - 1


def _end_of_group(found: Sequence[Token], at: int) -> int:
    depth = 0
    for place in range(at, len(found)):
        depth += found[place].text == "{"
        depth -= found[place].text == "}"
        if depth == 0:
            return place + 1
    return len(found) - 1


def parted(word: str, words: Vocabulary, indices: Sequence[str]) -> list[str]:
    """The fewest known names that make this word, with the digits behind them; empty where none do."""
    best: list[list[str] | None] = [[], *([None] * len(word))]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, part = best[start], word[start:end]
            known = words.names.get(part) or part in {"e", "pi"} or part in indices
            digits = part.isdigit() and start > 0 and not word[start - 1].isdigit()
            if before is None or not (known or digits or (end == len(word) and words.function(part))):
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = [*before, part]
    parts = best[-1] or []
    return parts if len(parts) > 1 else []
