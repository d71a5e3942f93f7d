"""Texts of our drawings put where they begin.

Of each text that is anchored at its middle or end, WeasyPrint makes an object of its own in the PDF, a fifth of a small
report; where a text ends follows from the widths of its letters in the shipped fonts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from xml.etree.ElementTree import Element

from grader.paths import data_folder

__all__ = ["begun"]

SVG = "{http://www.w3.org/2000/svg}"
FACES = {"400": "Inter-Regular.otf", "600": "Inter-SemiBold.otf"}  # by weight, as base/paper.css has them
SHARES = {"middle": 0.5, "end": 1.0}  # how much of a text stands before its anchor


def begun(page: Element) -> None:
    """Anchor each text of the page's drawings at its beginning."""
    for drawing in page.iter(f"{SVG}svg"):
        for text in drawing.iter(f"{SVG}text"):
            if (share := SHARES.get(text.get("text-anchor", ""))) and (width := _width(text, drawing)) is not None:
                text.set("x", f"{float(text.get('x', '0')) - share * width:.2f}")
                del text.attrib["text-anchor"]


def _width(text: Element, drawing: Element) -> float | None:
    """How wide the text is; unknown where a letter is not in our font."""
    face = FACES.get(text.get("font-weight", "400"))
    size = text.get("font-size") or drawing.get("font-size")
    if face is None or size is None or len(text):
        return None
    advances = [_advance(face)(letter) for letter in text.text or ""]
    return None if None in advances else float(size) * sum(each for each in advances if each is not None)


@cache
def _advance(face: str) -> Callable[[str], float | None]:
    """How far a letter of this font moves the next one, in font sizes."""
    font = import_module("fontTools.ttLib").TTFont(data_folder("report_templates") / "fonts" / face)
    letters, widths, size = font.getBestCmap(), font["hmtx"].metrics, font["head"].unitsPerEm
    known = {letter: widths[name][0] / size for letter, name in letters.items()}
    return lambda letter: known.get(ord(letter))
