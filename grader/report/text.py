"""Words and numbers for readers. Whatever a hand-in wrote comes out as plain, visible text of bounded length."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import TypeGuard

LONGEST = 2000
HARMLESS = "\n\t\u200c\u200d\u00ad"  # joiners and the soft hyphen too: names and emoji need them
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # Unicode categories: control, format, surrogate, private, separators
MARKS_IN_A_ROW = 4  # more combining marks than any script needs would be painted over the lines above and below
Cell = str | float | None


def visible(text: object, limit: int = LONGEST) -> str:
    """The text, shortened, with characters that hide, reorder or break other text written as escapes."""
    # Shortened before and after: the first bounds the work, the second what the escapes have added.
    raw = shorten(str(text), limit).replace("\r\n", "\n")
    if raw.isascii() and raw.isprintable():  # most texts, and the quick way out
        return raw
    return shorten("".join(map(_escaped, _without_stacks(raw))), limit)


def one_line(text: object, limit: int) -> str:
    """Visible text without line breaks, for titles and running headers."""
    return shorten(" ".join(visible(text).split()), limit)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last of them “…” where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def points(value: float) -> str:
    """Points as people write them: 2.5, 10, 3.33."""
    return _trimmed(f"{value:.2f}")


def number(value: float, digits: int = 3) -> str:
    """One number with that many significant digits: 0.412, 1830, 2.5e−7."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e6:
        size = math.floor(math.log10(abs(value)))
        return _trimmed(f"{value:.{max(0, digits - 1 - size)}f}")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return _minus(f"{_trimmed(mantissa)}e{int(exponent)}")


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals, so that it lines up with others: 0.30."""
    return _minus(f"{value:.{decimals}f}")


def column(cells: Sequence[Cell]) -> list[str]:
    """The texts of one table column; its numbers get the same count of decimals, so that they line up."""
    decimals = _decimals([abs(cell) for cell in cells if _is_number(cell) and math.isfinite(cell) and cell])
    return [_cell(cell, decimals) for cell in cells]


def is_numeric(cells: Sequence[Cell]) -> bool:
    """Whether a column holds numbers and gaps only."""
    return any(map(_is_number, cells)) and all(cell is None or _is_number(cell) for cell in cells)


def plural(count: int, one: str, many: str = "") -> str:
    """“1 criterion”, “3 criteria”."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listing(parts: Sequence[str]) -> str:
    """“a, b and c”."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def quoted(titles: Sequence[str]) -> str:
    """“a” and “b”, for titles that hold commas and words of their own."""
    return listing([f"“{title}”" for title in titles])


def _without_stacks(text: str) -> list[str]:
    """The characters, without combining marks piled on other marks."""
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return kept


def _escaped(character: str) -> str:
    if character in HARMLESS or not (unicodedata.category(character) in HIDDEN or _is_noncharacter(character)):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_noncharacter(character: str) -> bool:
    return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF


def _trimmed(decimal: str) -> str:
    decimal = decimal.rstrip("0").rstrip(".") if "." in decimal else decimal
    return "0" if decimal == "-0" else _minus(decimal)


def _minus(text: str) -> str:
    return re.sub(r"-(?=\d)", "−", text)


def _is_number(cell: object) -> TypeGuard[float]:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _decimals(sizes: Sequence[float]) -> int | None:
    """How many decimals a column needs at most four of; None where only powers of ten can say it."""
    if sizes and (max(sizes) >= 1e7 or min(sizes) < 1e-4):
        return None
    texts = [f"{size:.4f}".rstrip("0") for size in sizes]
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def _cell(cell: Cell, decimals: int | None) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return visible(cell, 300)
    if decimals is None or not math.isfinite(cell):
        return number(cell)
    return _minus(f"{cell:.{decimals}f}")
