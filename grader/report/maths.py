"""LaTeX formulas → SVG by ziamath, which is imported with the first one: it is slow to load and may be missing.

A formula that cannot be drawn is shown as it was written.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from importlib import import_module
from typing import Any

from markupsafe import Markup, escape

from grader.report.text import shorten, visible

__all__ = ["formula"]

LONGEST = 1200  # characters; more than a page's width of LaTeX
DEEPEST = 24  # braces and environments inside each other
SIZE = 16.0  # ziamath's units to one em
WIDEST, TALLEST = 60.0, 60.0  # em; what is larger would leave the page


# Between \left and \right, ziamath makes a sum with one limit a thousand lines high, unless its limits are asked for.
_SUM = re.compile(r"(\\(?:sum|prod|coprod|bigcup|bigcap))(?=\s*[_^])")


@lru_cache(4096)
def formula(latex: str, display: bool = False) -> Markup:
    """One formula as an inline SVG whose baseline is the text's; its source in code style where that fails."""
    source = " ".join(latex.split())
    fits = len(source) <= LONGEST and _depth(source) <= DEEPEST
    drawn = _drawn(source, display) if fits else None
    if drawn is None and fits and display and _SUM.search(source):
        drawn = _drawn(_SUM.sub(r"\1\\limits", source), display)
    if drawn is None:
        return Markup('<code class="unset-math">{}</code>').format(visible(shorten(source, LONGEST), LONGEST))
    return drawn


def _depth(source: str) -> int:
    depth = deepest = 0
    for opened in re.findall(r"\\begin|\\left|\{|\\end|\\right|\}", source):
        depth += 1 if opened in ("\\begin", "\\left", "{") else -1
        deepest = max(deepest, depth)
    return deepest


def _drawn(source: str, display: bool) -> Markup | None:
    try:
        with warnings.catch_warnings(action="ignore"):  # of things that the two libraries will have to change
            ziamath = _ziamath()
        drawing = ziamath.Latex(source, size=SIZE, inline=not display).svgxml()
        left, top, width, height = (float(number) for number in drawing.get("viewBox").split())
    except Exception:  # whatever a student's LaTeX does to the two libraries, the page is made
        return None
    if not (0 < width <= WIDEST * SIZE and 0 < height <= TALLEST * SIZE):
        return None
    return _svg(drawing, source, (left, top, width, height))


def _svg(drawing: Any, source: str, box: tuple[float, float, float, float]) -> Markup:
    """The drawing in units of the text around it."""
    left, top, width, height = box
    style = f"width:{width / SIZE:.3f}em;height:{height / SIZE:.3f}em;vertical-align:{-(top + height) / SIZE:.3f}em"
    paths = "".join(_path(part) for part in drawing.iter())
    label = escape(visible(source, 300))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="math" style="{style}" role="img"'
    view = f'viewBox="{left:.2f} {top:.2f} {width:.2f} {height:.2f}"'
    return Markup(f"{head} {view}><title>{label}</title>{paths}</svg>")  # noqa: S704 – numbers, and an escaped label


def _path(part: Any) -> str:
    """A glyph or a line as a path; anything else of the drawing is left out."""
    name = part.tag.rpartition("}")[2]
    if name == "path" and re.fullmatch(r"[MLHVCSQTAZmlhvcsqtaz0-9eE+\-., ]*", part.get("d", "")):
        return f'<path d="{_short(part.get("d"))}"{_moved(part)}/>'
    if name == "rect":
        x, y, width, height = (float(part.get(side, 0)) for side in ("x", "y", "width", "height"))
        return f'<path d="M{x:.2f} {y:.2f}h{width:.2f}v{height:.2f}h{-width:.2f}z"/>'
    return ""


def _moved(part: Any) -> str:
    transform = part.get("transform", "")
    return f' transform="{transform}"' if re.fullmatch(r"[a-z(), 0-9.\-]+", transform) else ""


def _short(d: str) -> str:
    return " ".join(re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", d).split())


def _ziamath() -> Any:
    ziamath = import_module("ziamath")
    ziamath.config.svg2 = False  # paths in place of shared symbols: no ids that could meet on one page
    return ziamath
