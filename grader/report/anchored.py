"""Texts of our drawings put where they begin, and those of a chart that look alike put into one.

Of each text that is anchored at its middle or end, WeasyPrint makes an object of its own in the PDF, a fifth of a small
report, and it sets every text twice, as a whole and letter by letter. Where each letter stands follows from the widths
of letters in the shipped fonts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from itertools import accumulate
from xml.etree.ElementTree import Element

from grader.paths import data_folder

__all__ = ["begun"]

SVG = "{http://www.w3.org/2000/svg}"
FACES = {"400": "Inter-Regular.otf", "600": "Inter-SemiBold.otf"}  # by weight, as base/paper.css has them
SHARES = {"start": 0.0, "middle": 0.5, "end": 1.0}  # how much of a text stands before its anchor
PLACE = ("x", "y", "text-anchor")


def begun(page: Element) -> None:
    """Anchor each text of the page's drawings at its beginning, and join those of a chart."""
    for drawing in page.iter(f"{SVG}svg"):
        alike: dict[object, Element] = {}
        for text in drawing.findall(f"{SVG}text"):
            places = _places(text, drawing)
            if not places:
                continue
            text.set("x", " ".join(f"{place:.2f}" for place in places))
            text.set("y", " ".join([text.get("y", "0")] * len(places)))
            text.attrib.pop("text-anchor", None)
            look = tuple(sorted(pair for pair in text.items() if pair[0] not in PLACE))
            if drawing.get("class") == "chart" and alike.setdefault(look, text) is not text:
                _join(alike[look], text)
                drawing.remove(text)


def _join(first: Element, other: Element) -> None:
    for name in ("x", "y"):
        first.set(name, f"{first.get(name)} {other.get(name)}")
    first.text = f"{first.text}{other.text}"


def _places(text: Element, drawing: Element) -> list[float]:
    """Where each letter begins; nothing where a letter is not in our font, or white space would be drawn together."""
    words = text.text or ""
    face, share = FACES.get(text.get("font-weight", "400")), SHARES.get(text.get("text-anchor", "start"))
    size = text.get("font-size") or drawing.get("font-size")
    if face is None or share is None or size is None or len(text) or words != " ".join(words.split()):
        return []
    advances = [each for letter in words if (each := _advance(face)(letter)) is not None]
    if len(advances) < len(words):
        return []
    start = float(text.get("x", "0")) - share * float(size) * sum(advances)
    return [start + float(size) * before for before in accumulate(advances[:-1], initial=0.0)]


@cache
def _advance(face: str) -> Callable[[str], float | None]:
    """How far a letter of this font moves the next one, in font sizes."""
    font = import_module("fontTools.ttLib").TTFont(data_folder("report_templates") / "fonts" / face)
    letters, widths, size = font.getBestCmap(), font["hmtx"].metrics, font["head"].unitsPerEm
    known = {letter: widths[name][0] / size for letter, name in letters.items()}
    return lambda letter: known.get(ord(letter))
