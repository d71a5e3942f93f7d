"""The pictures of one document: in the page itself, or beside it under addresses that the renderer alone knows."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from markupsafe import Markup

from grader.model import Own
from grader.report import markdown
from grader.report.drawn import drawn
from grader.report.raster import Unusable, kind, safe
from grader.report.text import one_line

__all__ = ["Album"]

MOST_PICTURES = 40  # of the student's own in one report


@dataclass
class Album:
    """Pictures under the addresses by which a page names them."""

    inline: bool
    content: dict[str, bytes] = field(default_factory=dict)
    shown: int = 0  # pictures of the student's own

    def words(self, own: Own) -> Markup:
        """A student's words on a section, with the pictures that belong to them."""

        def picture(source: str, told: str) -> Markup | str:
            found = own.pictures.get(source)
            return "it is not in the hand-in, or is not shown" if found is None else self.students(found, told)

        return markdown.rendered(own.text, picture)

    def students(self, content: bytes, told: str) -> Markup | str:
        """A picture of the student's own, made harmless; or why it is not shown."""
        self.shown += 1
        if self.shown > MOST_PICTURES:
            return f"a report shows at most {MOST_PICTURES} pictures"
        is_drawing = content.lstrip().startswith(b"<")
        try:
            address = self.address(drawn(content.decode("utf-8", "replace")) if is_drawing else safe(content))
        except Unusable as why:
            return str(why)
        return Markup('<img src="{}" alt="{}">').format(
            address, one_line(told, 200) or "a picture of the student's own"
        )

    def address(self, made: bytes) -> str:
        """The address of a picture of our own making."""
        if self.inline:
            return f"data:{kind(made)};base64,{base64.b64encode(made).decode()}"
        address = f"picture:{len(self.content)}"
        self.content[address] = made
        return address
