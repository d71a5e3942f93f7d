"""Tokens → tree, by descent. What comes before the last = of a line is a left side, and is left out.

```text
answer    piece ((, | ;) piece)*              a piece may end in: if CONDITION [else answer], or: otherwise
sum       [-] product ((+ | -) product)*
product   factor ((* | / | @ | nothing) factor)*
factor    - factor | entry [^ factor]
entry     atom (_ index | [index] | ^T | % )*
```
"""

from __future__ import annotations

from collections.abc import Callable
from math import e, pi

from grader.expressions.cursor import CLOSING, COMPARISONS, CONDITIONS, Cursor, joined, parted
from grader.expressions.errors import ExpressionError
from grader.expressions.tokens import Token
from grader.expressions.tree import (
    Binary,
    Call,
    Cases,
    Compare,
    Constant,
    Negative,
    Node,
    Sum,
    Variable,
)
from grader.expressions.vocabulary import CONSTANTS, KEYWORDS, Name, Vocabulary
from grader.wording import did_you_mean, listed

__all__ = ["MOST_DEPTH", "MOST_SUMS", "parse", "readings"]

MOST_DEPTH = 30
MOST_SUMS = 3  # inside each other
LONGEST_WORD = 40
_TRANSPOSED = frozenset({"T", "top"})
_OTHERWISE = frozenset({"otherwise", "else"})
_NO_VALUE = {
    "partial": "a derivative still stands here; work it out",
    "nabla": "a derivative still stands here; work it out",
    "int": "an integral is not read here",
    "prod": "a product sign is not read here",
    "infty": "an infinity is not read here",
}


def parse(text: str, vocabulary: Vocabulary, *, names_first: bool = False) -> Node:
    """The formula as a tree.

    Args:
        names_first: whether a variable that is also called like a function, before a bracket, is a factor: σ(1 − σ).

    Raises:
        ExpressionError: the text is no formula in this vocabulary.
    """
    return _Parser(text, vocabulary, names_first).whole()


def readings(text: str, vocabulary: Vocabulary) -> list[Node]:
    """The formula in each way in which it can be meant: one, or two where a variable is called like a function."""
    first = _Parser(text, vocabulary, names_first=False)
    try:
        found = [first.whole()]
    except ExpressionError:
        if not first.ambiguous:
            raise
        found = []
    return [*found, parse(text, vocabulary, names_first=True)] if first.ambiguous else found


class _Parser(Cursor):
    """One formula on its way to a tree."""

    def __init__(self, text: str, vocabulary: Vocabulary, names_first: bool) -> None:
        super().__init__(text, vocabulary)
        self.names_first = names_first
        self.depth = self.bars = self.chained = 0
        self.ambiguous = False

    # The grammar

    def whole(self) -> Node:
        if self.ended():
            self.fail("there is no formula")
        node = self.answer()
        if not self.ended():
            self.fail(f"{self.here.text!r} is not expected here")
        return node

    def answer(self) -> Node:
        """A sum, or several with the conditions under which each holds."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(f"brackets lie more than {MOST_DEPTH} deep in each other")
        column = self.here.column
        pieces = [self.piece()]
        while pieces[-1][1] is not None and self.goes_on():
            pieces.append(self.piece())
        self.depth -= 1
        if len(pieces) == 1 and pieces[0][1] is None:
            return pieces[0][0]
        return self.made(Cases(tuple(pieces), column))

    def goes_on(self) -> bool:
        """Whether another piece follows one with a condition."""
        separated = self.takes(",", ";")
        if self.says(*_OTHERWISE):
            self.next()
            return True
        return separated or self.says("and")

    def piece(self) -> tuple[Node, Node | None]:
        inside = self.value()
        if self.says(*CONDITIONS) or (self.sees(",") and self.word_after() in CONDITIONS):
            self.takes(",")
            self.next()
            return inside, self.condition()
        if self.says("otherwise"):
            self.next()
        return inside, None

    def word_after(self) -> str:
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)].text

    def condition(self) -> Node:
        opened = self.here
        bracket = self.takes("(", "{", "[")
        node = self.value()
        if bracket:
            self.expect(CLOSING[opened.text], opened)
        if not isinstance(node, Compare):
            self.fail("a comparison such as i = j is expected here", opened)
        return node

    def value(self) -> Node:
        """A sum, or a comparison of two, which is one where it holds and else zero."""
        left = self.sum()
        if not (self.here.kind == "sign" and self.here.text in COMPARISONS):
            return left
        token = self.next()
        return self.made(Compare(token.text, left, self.sum(), token.column))

    def sum(self) -> Node:
        node = self.signed(self.product) if self.sees("+", "-") else self.product()
        while self.sees("+", "-"):
            token = self.next()
            node = self.made(Binary(token.text, node, self.product(), token.column))
        return node

    def product(self) -> Node:
        node = self.factor()
        while True:
            if self.sees("*", "/", "@"):
                token = self.next()
                node = self.made(Binary(token.text, node, self.factor(), token.column))
            elif self.begins_factor():
                column = self.here.column
                node = self.made(Binary("", node, self.factor(), column))
            else:
                return node

    def begins_factor(self) -> bool:
        token = self.here
        if token.kind == "name":
            return token.text not in KEYWORDS
        if token.kind == "sign":
            return token.text in "({[" or (token.text in {"|", "||"} and not self.bars)
        if token.kind == "number" and self.tokens[self.at - 1].kind == "number":
            self.fail("an operator is missing between two numbers")
        return token.kind in {"number", "structure"} and token.text != "end"

    def factor(self) -> Node:
        self.chained += 1
        if self.chained > 2 * MOST_DEPTH:
            self.fail("too much lies in each other here")
        node = self.signed(self.factor) if self.sees("-", "+") else self.power(self.entry(self.atom()))
        self.chained -= 1
        return node

    def signed(self, rest: Callable[[], Node]) -> Node:
        token = self.next()
        inside = rest()
        return self.made(Negative(inside, token.column)) if token.text == "-" else inside

    def power(self, base: Node) -> Node:
        if not self.sees("^"):
            return base
        token = self.next()
        return self.made(Binary("^", base, self.factor(), token.column))

    def entry(self, node: Node) -> Node:
        """What is written behind an atom: its indices, a transposition, a percent sign."""
        while True:
            if self.sees("_"):
                self.next()
                node = self.indexed(node, self.subscript(node))
            elif self.sees("[") and not isinstance(node, Constant) and self.here.close:
                node = self.indexed(node, self.brackets())
            elif transposed := self.transposition():
                node = self.made(Call("transpose", (node,), transposed.column))
            elif self.sees("%"):
                token = self.next()
                node = self.made(Binary("/", node, Constant(100.0, token.column), token.column))
            elif self.sees("'"):
                self.fail("a derivative still stands here; work it out")
            elif self.sees("!"):
                self.fail("a factorial is not read here")
            else:
                return node

    def transposition(self) -> Token | None:
        """The sign of a transposition, if it comes here; none of it is taken otherwise."""
        start = self.at
        if self.takes("^", "."):
            bracket = self.takes("{")
            if self.here.kind == "name" and self.here.text in _TRANSPOSED and self.here.text not in self.words.names:
                token = self.next()
                if not bracket or self.takes("}"):
                    return token
            if self.tokens[start].text == ".":
                self.fail("a point is not expected here")
        self.at = start
        return None

    # Atoms

    def atom(self) -> Node:
        token = self.next()
        if token.kind == "number":
            return self.made(Constant(float(token.text), token.column))
        if token.kind == "name":
            return self.named(token)
        if token.kind == "structure" and token.text == "frac":
            above, below = self.argument(), self.argument()
            return self.made(Binary("/", above, below, token.column))
        if token.kind == "structure" and token.text == "begin":
            return self.cases(token)
        if token.kind == "sign" and token.text in CLOSING:
            bars, self.bars = self.bars, 0
            node = self.answer()
            self.bars = bars
            self.expect(CLOSING[token.text], token)
            return node
        if token.kind == "sign" and token.text in {"|", "||"}:
            return self.between_bars(token)
        told = "something is missing at the end" if token.kind == "end" else f"{token.text!r} is not expected here"
        return self.fail(told, token)

    def between_bars(self, opened: Token) -> Node:
        self.bars += 1
        inside = self.sum()
        self.bars -= 1
        self.expect(opened.text, opened)
        if self.sees("_") and self.word_after() == "2":
            self.at += 2
        return self.made(Call("norm" if opened.text == "||" else "abs", (inside,), opened.column))

    def cases(self, token: Token) -> Node:
        r"""The rows of \begin{cases}: a value, &, and the condition."""
        pieces: list[tuple[Node, Node | None]] = []
        while not (self.here.kind == "structure" and self.here.text == "end"):
            if self.ended():
                self.fail(r"the \begin{cases} is not ended")
            inside = self.value()
            self.takes(",")
            self.takes("&")
            if self.says(*CONDITIONS):
                self.next()
            if self.says(*_OTHERWISE):
                self.next()
                pieces.append((inside, None))
            else:
                pieces.append((inside, self.condition()))
            self.takes(",", ";")
            self.takes("\\")
        self.next()
        if not pieces:
            self.fail("there is nothing in these cases", token)
        return self.made(Cases(tuple(pieces), token.column))

    def argument(self) -> Node:
        r"""What a \frac or a \sqrt takes: a group in braces, or one digit, or one letter."""
        token = self.here
        if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            self.tokens[self.at : self.at + 1] = [
                Token("number", digit, token.column + place, True) for place, digit in enumerate(token.text)
            ]
        elif token.kind == "name" and len(token.text) > 1 and not self.words.knows(token.text):
            self.tokens[self.at : self.at + 1] = [
                Token("name", token.text[0], token.column, True),
                Token("name", token.text[1:], token.column + 1, True),
            ]
        return self.atom()

    def named(self, token: Token) -> Node:
        """What a name stands for: a variable, an index, a constant, a function, or several names run together."""
        if token.text in _NO_VALUE:
            self.fail(_NO_VALUE[token.text], token)
        if token.text in KEYWORDS:
            self.fail(f"{token.text!r} is not expected here", token)
        if found := self.longest_name(token):
            return self.variable(found, token)
        if token.text == "e" and self.sees("_"):
            self.next()
            return self.made(Call("onehot", self.as_nodes(self.subscript(Constant(0, 0)), token), token.column))
        if token.text in CONSTANTS:
            return self.made(Constant(e if token.text == "e" else pi, token.column))
        if token.text in self.scope:
            return self.made(Variable(token.text, token.column))
        if function := self.function_here(token):
            return self.call(function, token)
        return self.run_together(token)

    def longest_name(self, token: Token) -> Name | None:
        """The variable that begins here, with a subscript where that belongs to its name: w_1, beta_{O1}, y_hat."""
        spelling, end = token.text, self.at
        while self.tokens[end].text == "_" and self.tokens[end].kind == "sign":
            inside, end = joined(self.tokens, end + 1)
            if not inside:
                break
            spelling += inside
            if found := self.words.name(spelling):
                self.at = end
                return found
        return self.words.name(token.text)

    def variable(self, found: Name, token: Token) -> Node:
        node = self.made(Variable(found.name, token.column))
        following = [each.text for each in self.tokens[self.at : self.at + 3]]
        if found.of and following == ["(", found.of, ")"]:
            self.at += 3
        elif self.sees("(") and self.words.function(token.text):
            self.ambiguous = True
            if not self.names_first:
                function = self.words.function(token.text)
                return self.call(function or "", token)
        return node

    def function_here(self, token: Token) -> str | None:
        """The function of this name, which may have an underscore in it: one_hot."""
        spelling, end = token.text, self.at
        while self.tokens[end].text == "_":
            inside, end = joined(self.tokens, end + 1)
            spelling += inside or "?"
            if found := self.words.function(spelling):
                self.at = end
                return found
        if token.text in {"I", "eye"} and self.sees("_", "[", "("):
            return "delta"
        return self.words.function(token.text)

    def call(self, function: str, token: Token) -> Node:
        if function == "sum":
            return self.total(token)
        if function in {"delta", "indicator"} and (self.sees("_") or self.sees("[") or self.sees("{")):
            self.takes("_")
            return self.made(Call(function, self.delta(), token.column))
        if self.sees("'"):
            self.fail(_NO_VALUE["partial"])
        if self.sees("^", "_"):
            self.fail(f"{token.text!r} needs its argument first, in brackets")
        arguments = self.arguments() if self.sees("(", "{") else (self.factor(),)
        if function == "delta" and len(arguments) == 1 and isinstance(arguments[0], Compare):
            function = "indicator"
        return self.made(Call(function, arguments, token.column))

    def arguments(self) -> tuple[Node, ...]:
        opened = self.next()
        bars, self.bars = self.bars, 0
        found = [self.value()]
        while self.takes(","):
            if self.says("axis", "keepdims", "dim"):  # numpy's own arguments change nothing here
                self.at += 3
                continue
            found.append(self.value())
        self.bars = bars
        self.expect(CLOSING[opened.text], opened)
        return tuple(found)

    def delta(self) -> tuple[Node, ...]:
        """The indices of a Kronecker delta, or the comparison of an indicator, in whatever brackets."""
        opened = self.here
        if self.takes("{", "[", "("):
            if self.sees("(", "{", "["):
                found = self.delta()
            elif any(each.text in COMPARISONS for each in self.tokens[self.at : self.at + 3]):
                found = (self.value(),)
            else:
                self.at -= 1
                self.next()
                return self.as_nodes(self.list_of_indices(CLOSING[opened.text], opened), opened)
            self.expect(CLOSING[opened.text], opened)
            return found
        token = self.next()
        if token.kind != "name":
            self.fail("two indices are expected here", token)
        return self.as_nodes(self.letters(token), token)

    def total(self, token: Token) -> Node:
        r"""A sum over an index: \sum_{k} …, \sum_{k \ne i} …, sum(… for k in …); or of all entries: sum(v)."""
        if self.sees("_"):
            self.next()
            index, condition = self.bounds()
            return self.over(index, condition, self.product, token)
        opened = self.here
        if not self.takes("("):
            self.fail("a sum needs its index, as in sum_k, or brackets")
        if index := self.index_of_loop():
            node = self.over(index, None, self.value, token)
            self.skip_loop()
        else:
            node = self.made(Call("sum", (self.value(),), token.column))
            if self.takes(","):
                self.at += 3  # axis = 0
        self.expect(")", opened)
        return node

    def skip_loop(self) -> None:
        """Go on to the bracket that ends the sum, over whatever says what its index runs over."""
        depth = 0
        while not self.ended() and (depth or not self.sees(")")):
            token = self.next()
            depth += token.text in CLOSING
            depth -= token.text in CLOSING.values()

    def index_of_loop(self) -> str:
        """The index of Python's `… for k in …` inside the brackets that are open here."""
        depth = 0
        for place in range(self.at, len(self.tokens) - 1):
            token, after = self.tokens[place], self.tokens[place + 1]
            depth += token.text in CLOSING
            depth -= token.text in CLOSING.values()
            if depth < 0:
                return ""
            if depth == 0 and token.text == "for" and after.kind == "name":
                return after.text
        return ""

    def bounds(self) -> tuple[str, Node | None]:
        """The index of a sum and a condition on it. A sum runs over all entries, whatever its upper bound is called."""
        opened = self.here
        braces = self.takes("{")
        token = self.next()
        if token.kind != "name" or len(token.text) > 2:
            self.fail("the index of the sum is expected here", token)
        condition = None
        if self.sees("!=", "<", ">", "<=", ">="):
            sign = self.next()
            self.bound.append(token.text)
            condition = self.made(Compare(sign.text, Variable(token.text, token.column), self.sum(), sign.column))
            self.bound.pop()
        elif self.takes("="):
            if self.here.text not in {"0", "1"}:
                self.fail("a sum runs over all entries here; write the rest as a condition")
            self.next()
        if braces:
            self.expect("}", opened)
        if self.takes("^"):
            _, self.at = joined(self.tokens, self.at)
        return token.text, condition

    def over(self, index: str, condition: Node | None, body: Callable[[], Node], token: Token) -> Node:
        if len(self.bound) >= MOST_SUMS:
            self.fail(f"more than {MOST_SUMS} sums lie in each other", token)
        self.bound.append(index)
        inside = body()
        self.bound.pop()
        return self.made(Sum(index, inside, condition, token.column))

    def run_together(self, token: Token) -> Node:
        """Names written without a gap: xy is x y, and s1 the first entry of s."""
        word = token.text
        parts = parted(word, self.words, self.scope) if len(word) <= LONGEST_WORD else []
        if not parts:
            known = sorted({name.name for name in self.words.names.values()})
            told = did_you_mean(word, known) or (f", which has {listed(known)}" if known else "")
            self.fail(f"{word!r} is not a name of this question{told}", token)
        replaced: list[Token] = []
        column = token.column
        for part in parts:
            if replaced and part.isdigit():
                replaced.append(Token("sign", "_", column, True))
            replaced.append(Token("number" if part.isdigit() else "name", part, column, True))
            column += len(part)
        self.at -= 1
        self.tokens[self.at : self.at + 1] = replaced
        self.next()
        return self.named(replaced[0])
