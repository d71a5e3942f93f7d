"""A page of ours as WeasyPrint takes it in, without the work that only a stranger's page needs.

WeasyPrint reads HTML in Python with all that browsers forgive, styles pseudo-elements for footnotes at every element,
and looks up each variable of a style sheet at each element. Our pages are well-formed, have no footnotes, and their
variables never change. What is not well-formed after all is read WeasyPrint's way; both give the same pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any
from xml.etree import ElementTree

from grader.paths import data_folder
from grader.report.anchored import begun

__all__ = ["reader", "written_out"]

FIELDS = {"base_url", "url_fetcher", "media_type", "wrapper_element", "etree_element"}
_EMPTY = re.compile(r'<(col|meta|br|img|hr)\b((?:[^<>"]|"[^"]*")*?)/?>')
_DROPPED = re.compile(r"(<pre\b[^<>]*>)\n")  # HTML has no line break there, XML does
_VARIABLE = re.compile(r"(--[\w-]+):\s*([^;]+);")


def reader(weasyprint: Any) -> Callable[[str, Any], Any]:
    """A function from a page and a fetcher to the `HTML` that WeasyPrint lays out."""
    agent = weasyprint.CSS(string=(data_folder("report_templates") / "base" / "agent.css").read_text("utf-8"))
    wrap = import_module("cssselect2").ElementWrapper.from_html_root

    def filled(page: Any, root: ElementTree.Element, fetcher: Any) -> None:
        page.base_url, page.url_fetcher, page.media_type = None, fetcher, "print"
        page.wrapper_element, page.etree_element = wrap(root), root

    ours = type("Page", (weasyprint.HTML,), {"__init__": filled, "_ua_stylesheets": lambda *_, **__: [agent]})
    known = vars(weasyprint.HTML(string="<p>")).keys() == FIELDS and hasattr(weasyprint.HTML, "_ua_stylesheets")

    def read(markup: str, fetcher: Any) -> Any:
        root = _root(markup) if known else None  # a later WeasyPrint may hold a page differently
        return ours(root, fetcher) if root is not None else weasyprint.HTML(string=markup, url_fetcher=fetcher)

    return read


def written_out(css: str) -> str:
    """The style sheet with each `var(--name)` replaced by what `:root` says it is."""
    values = dict(_VARIABLE.findall(css))
    return re.sub(r"var\((--[\w-]+)\)", lambda found: values[found[1]], css)


def _root(markup: str) -> ElementTree.Element | None:
    """The page as a tree; nothing where it is not well-formed."""
    try:
        # The head is our own, so nobody else can declare an entity that grows.
        root = ElementTree.fromstring(_DROPPED.sub(r"\1", _EMPTY.sub(r"<\1\2/>", markup)))
    except (ElementTree.ParseError, ValueError):  # the latter where a letter cannot be encoded
        return None
    begun(root)
    return root
