"""A notebook's bytes made small before anything reads them: what is cut are outputs, and single texts of megabytes.

It is one walk over the brackets and strings of the JSON, so that neither time nor memory depend on what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

__all__ = ["MOST_BYTES", "within"]

MOST_BYTES = 256 << 20  # of a notebook that is looked at
MOST_TOKENS = 8_000_000  # strings and brackets, of all walks together; some seconds
ROOMS = (4 << 20, 256 << 10, 16 << 10, 1 << 10)  # bytes for the outputs of one cell, each tried until it fits

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
_OUTPUTS = re.compile(rb"\s*:\s*\[")
_CLOSES = {ord("["): b"]", ord("{"): b"}"}


def within(content: bytes, room: int) -> bytes:
    """The notebook in at most `room` bytes if cutting its outputs achieves that; otherwise as it is."""
    left = MOST_TOKENS
    for of_a_cell in ROOMS:
        if len(content) <= room:
            break
        cut = _Cut(content, min(of_a_cell, room), left)
        content, left = cut.made(), cut.left
    return content


@dataclass
class _Cut:
    """One walk over a notebook."""

    content: bytes
    room: int
    left: int  # strings and brackets that may still be looked at
    parts: list[bytes] = field(default_factory=list)
    kept: int = 0  # everything before it is in `parts`, or left out

    def made(self) -> bytes:
        """The notebook with less in it; what has more parts than anybody could have written stays as it is."""
        walk = islice(_TOKEN.finditer(self.content), self.left)
        for token in walk:
            self.left -= 1
            start, end = token.span()
            if self.content[start:end] == b'"outputs"' and _OUTPUTS.match(self.content, end):
                self._outputs(walk)
            elif end - start > max(self.room, 1 << 16):  # a picture in the text, or the state of a widget
                self._leave_out(start, end, b'""')
        return b"".join([*self.parts, self.content[self.kept :]])

    def _outputs(self, walk: Iterator[re.Match[bytes]]) -> None:
        """Walk to the end of one cell's outputs, and keep no more of them than there is room for."""
        opened: list[int] = []
        began, cut, put = 0, 0, b""
        for token in walk:
            self.left -= 1
            sign = self.content[token.start()]
            if sign in _CLOSES:
                opened.append(sign)
                began = began or token.start()
            elif sign != ord('"') and opened:
                opened.pop()
            if not opened:
                break
            if not cut and opened[-1] == ord("[") and token.end() - began > self.room and sign not in _CLOSES:
                # The last whole part of a list ends here, or did before this one, which alone is too long.
                cut = token.end()
                put = _note(len(opened) == 1) + b"".join(_CLOSES[each] for each in reversed(opened))
        else:
            return
        if token.end() - began <= self.room:
            return
        if cut and cut - began <= 2 * self.room:
            self._leave_out(cut, token.end(), put)
        else:
            self._leave_out(began, token.end(), b"[" + _note(True)[1:] + b"]")

    def _leave_out(self, start: int, end: int, instead: bytes) -> None:
        self.parts += [self.content[self.kept : start], instead]
        self.kept = end


def _note(is_output: bool) -> bytes:
    """What stands in place of the rest: an output of its own, or one more line of a list."""
    told = rb'"\n(the rest of this output was left out, because it is very long)\n"'
    return b', {"output_type": "stream", "name": "stderr", "text": %s}' % told if is_output else b", " + told
