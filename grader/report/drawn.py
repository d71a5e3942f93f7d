"""A stranger's SVG made harmless: shapes and words of a plot, written anew; nothing that loads, runs or multiplies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from grader.report.raster import Unusable
from grader.report.text import visible

__all__ = ["drawn"]

LONGEST, MOST_PARTS, DEEPEST, MOST_USES = 2 << 20, 20_000, 40, 4000
LARGEST_SIDE = 5000  # units
SVG = "{http://www.w3.org/2000/svg}"
LEAVES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
HOLDERS = frozenset({"svg", "g", "defs", "clipPath", "text", "tspan"})
ATTRIBUTES = frozenset(
    {
        *("d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "points", "width", "height"),
        *("id", "transform", "viewBox", "clip-path", "clip-rule", "text-anchor", "preserveAspectRatio"),
    }
)
STYLES = frozenset(
    {
        *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap"),
        *("stroke-linejoin", "stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "opacity"),
        *("font-size", "font-weight", "font-style", "font-family", "font", "text-anchor"),
    }
)
FUNCTIONS = frozenset({"rgb", "translate", "scale", "rotate", "matrix"})
_HARMFUL = re.compile(r"[<>&;{}\\:/@]")
_INSIDE = re.compile(r"url\(#[\w-]+\)")


def drawn(source: str) -> bytes:
    """The drawing as an SVG of our own making.

    Raises:
        Unusable: it is no SVG, is too large, or holds what no plot needs.
    """
    if len(source) > LONGEST:
        raise Unusable("the drawing is too large")
    try:
        told = import_module("defusedxml.ElementTree").fromstring(source)
    except ImportError:
        raise Unusable("that needs nbconvert, which is not installed") from None
    except Exception:  # not XML, or entities that multiply
        raise Unusable("the drawing is damaged") from None
    if told.tag not in (f"{SVG}svg", "svg"):
        raise Unusable("it is no drawing inside")
    return _Copy(told).made()


class _Copy:
    """One drawing on its way through."""

    def __init__(self, told: Any) -> None:
        self._told = told
        self._leaves = {each.get("id") for each in told.iter() if _name(each) in LEAVES}
        self._parts = self._uses = 0

    def made(self) -> bytes:
        root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **_attributes(self._told)})
        if not all(0 < _length(root.get(side, "1")) <= LARGEST_SIDE for side in ("width", "height")):
            raise Unusable("the drawing has no size that fits a page")
        self._copy(self._told, root, 0)
        return tostring(root)

    def _copy(self, told: Any, into: Element, depth: int) -> None:
        for child in told:
            self._parts += 1
            if self._parts > MOST_PARTS or depth > DEEPEST:
                raise Unusable("the drawing has too many parts")
            name = _name(child)
            if name in LEAVES:
                SubElement(into, name, _attributes(child))
            elif name in HOLDERS:
                made = SubElement(into, name, _attributes(child))
                made.text = visible(child.text or "", 300).strip() if name in ("text", "tspan") else None
                self._copy(child, made, depth + 1)
            elif name == "use":
                self._use(child, into)

    def _use(self, told: Any, into: Element) -> None:
        """A glyph or a marker once more; only of what holds no others, or a few lines would become billions."""
        target = told.get("href") or told.get("{http://www.w3.org/1999/xlink}href") or ""
        self._uses += 1
        if target[:1] == "#" and target[1:] in self._leaves and self._uses <= MOST_USES:
            SubElement(into, "use", {**_attributes(told), "href": target})


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""  # comments have a function there


def _attributes(element: Any) -> dict[str, str]:
    told: Mapping[str, str] = element.attrib
    kept = {name: value for name, value in told.items() if name in ATTRIBUTES and _harmless(value)}
    styles = dict(each.split(":", 1) for each in told.get("style", "").split(";") if ":" in each)
    styles |= {name: told[name] for name in STYLES & told.keys()}
    looks = {name.strip(): value.strip() for name, value in styles.items()}
    return kept | {name: value for name, value in looks.items() if name in STYLES and _harmless(value)}


def _harmless(value: str) -> bool:
    called = set(re.findall(r"([\w-]{0,40})\s?\(", value))
    return bool(_INSIDE.fullmatch(value)) or (called <= FUNCTIONS and not _HARMFUL.search(value))


def _length(told: str) -> float:
    number = re.match(r"\d+(\.\d+)?([eE]\+?\d{1,3})?", told)
    return float(number[0]) if number else 0.0
