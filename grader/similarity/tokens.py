"""A text as tokens with their places: what renaming, reformatting and commenting cannot change of code, words of prose.

One pattern reads all Python, whole or broken, in one walk; nothing in it is ever tried twice.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_TOKENS", "Tokens", "code_tokens", "comments", "words"]

MOST_TOKENS = 60_000  # of one text; a hand-in of that length nobody wrote

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

PYTHON = re.compile(
    r"""(?P<comment>\#[^\n]*+)
    |(?P<string>(?:[bBfFrRuUtT]{1,2}+(?=['"]))?+(?:
        \"\"\"(?:[^"\\]++|\\.?+|"(?!""))*+(?:\"\"\"|\Z)|'''(?:[^'\\]++|\\.?+|'(?!''))*+(?:'''|\Z)
        |"(?:[^"\\\n]++|\\.)*+"?+|'(?:[^'\\\n]++|\\.)*+'?+))
    |(?P<number>(?:\d|\.\d)(?:[\w.]|(?<=[eE])[+-])*+)
    |(?P<name>[^\W\d]\w*+)
    |(?P<sign>\*\*=?|//=?|<<=?|>>=?|->|:=|[-+*/%@&|^=!<>]=|[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
IMPORT = re.compile(r"^[ \t]*+(?:import|from)\b[^\n(]*+(?:\([^)]{0,2000}+\))?+", re.MULTILINE)
LINE_ENDS = re.compile(r"[ \t]*+(?:#|\n|\Z)")
WORD = re.compile(r"[^\W_]++(?:['’][^\W_]++)*+")
KEYWORDS = frozenset(keyword.kwlist)
CALLED = frozenset(name for name in dir(builtins) if name.islower())
LIBRARY = frozenset(
    name
    for holder in (np, np.ndarray, np.random, np.random.Generator, np.linalg, str, list, dict)
    for name in dir(holder)
    if name.islower() and not name.startswith("_")
)
"""What a student did not name, and so cannot rename."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What was read, as a number for each token, and from where to where each stands in the text."""

    codes: Numbers
    starts: Places
    ends: Places


def code_tokens(text: str) -> Tokens:
    """Python's tokens, with names, numbers and strings folded; comments, docstrings, imports and blanks are none."""
    return _tokens(islice(_of_code(IMPORT.sub(_blank, text)), MOST_TOKENS))


def words(text: str) -> Tokens:
    """The words in lower case, numbers as they are; signs between them are no tokens."""
    found = ((_as_read(each[0]), *each.span()) for each in WORD.finditer(text))
    return _tokens(islice(found, MOST_TOKENS))


def comments(text: str) -> str:
    """The text with all code blanked out that is neither a comment nor a docstring, so that places stay the same."""
    kept, last = [], 0
    for each, is_words in _read(text):
        if is_words:
            kept += [_blanks(text[last : each.start()]), each[0]]
            last = each.end()
    return "".join([*kept, _blanks(text[last:])])


def _of_code(text: str) -> Iterator[tuple[str, int, int]]:
    before = ""
    for each, is_words in _read(text):
        if is_words:
            continue
        kind, told = each.lastgroup or "", each[0]
        if kind == "name":
            told = _folded(told, before, text[each.end() : each.end() + 1])
        before = {"number": "0", "string": "''"}.get(kind, told)
        yield before, *each.span()


def _read(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Each token, and whether it is a comment, or a string with nothing else in its lines, as docstrings are."""
    end = 0
    for each in PYTHON.finditer(text):
        alone = not end or "\n" in text[end : each.start()]
        yield (
            each,
            each.lastgroup == "comment"
            or (each.lastgroup == "string" and alone and LINE_ENDS.match(text, each.end()) is not None),
        )
        end = each.end()


def _folded(name: str, before: str, after: str) -> str:
    own = name in KEYWORDS or (before == "." and name in LIBRARY) or (after == "(" and name in CALLED)
    return name if own else "x"


def _as_read(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("’", "'")


def _blank(found: re.Match[str]) -> str:
    return _blanks(found[0])


def _blanks(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _tokens(found: Iterator[tuple[str, int, int]]) -> Tokens:
    told = list(found)
    codes = np.fromiter((zlib.crc32(each.encode("utf-8", "replace")) for each, _, _ in told), np.uint64, len(told))
    places = np.array([(start, end) for _, start, end in told], np.int64).reshape(-1, 2)
    return Tokens(codes, places[:, 0], places[:, 1])
