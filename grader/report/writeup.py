"""A write-up as HTML and as PDF, each section on a page of its own, with a map of sections to pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup

from grader.report import chart, code, drawing, markdown
from grader.report.album import Album
from grader.report.page import environment, style
from grader.report.pdf import Renderer
from grader.report.picture import mosaic

if TYPE_CHECKING:
    from grader.writeup.document import Document, PictureBlock
    from grader.writeup.texts import Explanation

__all__ = ["html", "pdf"]

DOCUMENTS = ("feedback", "writeup")


def html(document: Document) -> str:
    """The write-up as one self-contained page."""
    return _markup(document, Markup(style("screen", *DOCUMENTS)), _Pictures(inline=True))  # noqa: S704 – our own sheets


def pdf(document: Document, renderer: Renderer | None = None) -> tuple[bytes, list[Mapping[str, object]]]:
    """The write-up as tagged PDF, and for each section its id, its title and its first and last page."""
    pictures = _Pictures(inline=False)
    printed = (renderer or Renderer(*DOCUMENTS)).printed(_markup(document, None, pictures), pictures.content)
    starts = [printed.anchors[f"s{number + 1}"] for number in range(len(document.parts))]
    ends = [*(start - 1 for start in starts[1:]), printed.pages]
    return printed.pdf, [
        {"id": part.section.id, "title": part.section.title, "first": start, "last": max(start, end)}
        for part, start, end in zip(document.parts, starts, ends, strict=True)
    ]


def _markup(document: Document, css: Markup | None, pictures: _Pictures) -> str:
    template = environment().get_template("writeup/writeup.html.j2")
    return template.render(
        document=document,
        css=css,
        chart=chart,
        numbered=code.numbered,
        markdown=markdown.rendered,
        network=drawing.network,
        decision_map=drawing.decision_map,
        picture=pictures.add,
        explained=pictures.explained,
    )


class _Pictures(Album):
    """The pictures of a write-up."""

    def add(self, block: PictureBlock) -> str:
        """The address of a block's picture."""
        return self.address(mosaic(block.values, block.columns))

    def explained(self, explanation: Explanation) -> Markup:
        """The student's words, with the pictures that belong to them."""

        def picture(source: str, told: str) -> Markup | str:
            found = explanation.figures.find(source)
            return found if isinstance(found, str) else self.students(found, told)

        return markdown.rendered(explanation.text, picture)
