"""What stands in one cell of a spreadsheet: texts of hand-ins made harmless, and numbers without a doubt."""

from __future__ import annotations

from grader.report.text import one_line

__all__ = ["amount", "cell"]

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four: the same signs, full width
LONGEST_CELL = 1000


def amount(points: float | None) -> str:
    """Points for a machine: 12.5, 10, 3.33; nothing where there are none."""
    return "" if points is None else f"{round(points, 4) + 0.0:.4f}".rstrip("0").rstrip(".")  # -0.0 + 0.0 is 0.0


def cell(value: str | float | None) -> str:
    """A value for a spreadsheet, which would take some texts for formulas and run them."""
    if not isinstance(value, str):
        return amount(value)
    text = one_line(value, LONGEST_CELL)
    return f"'{text}" if text.startswith(FORMULA) else text
