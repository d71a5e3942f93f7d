"""Source files as text to show: the bytes themselves go to Python unchanged."""

from __future__ import annotations

import re

__all__ = ["source_text"]

COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
OLD_ENCODINGS = frozenset({"latin-1", "latin1", "iso-8859-1", "iso-8859-15", "cp1252", "windows-1252"})


def source_text(content: bytes) -> str:
    """The text of a source file, without a byte-order mark and with Unix line ends; never fails."""
    text = content.removeprefix(b"\xef\xbb\xbf").decode(_encoding(content), errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(content: bytes) -> str:
    """UTF-8, unless the first two lines name one of few others: some codecs are slow, or are no text encodings."""
    cookies = (COOKIE.match(line) for line in content[:500].splitlines()[:2])
    named = next((cookie[1].decode().lower().replace("_", "-") for cookie in cookies if cookie), "utf-8")
    return named if named in OLD_ENCODINGS else "utf-8"
