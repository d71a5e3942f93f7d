"""A notebook as HTML and as PDF: text with its formulas, code, and what it put out, all of it bounded.

nbconvert's own exporters trust what they convert: they put its HTML and its scripts into the page. Here everything
passes through what the reports know of strangers' words already.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

from markupsafe import Markup, escape

from grader.report import markdown
from grader.report.code import coloured
from grader.report.drawn import drawn
from grader.report.page import environment, style
from grader.report.pdf import Renderer
from grader.report.printout import printed
from grader.report.raster import Unusable, kind, safe
from grader.report.shown_html import harmless
from grader.report.text import listing, one_line, plural, visible

if TYPE_CHECKING:
    from grader.notebooks import Cell, Notebook, Output

__all__ = ["DOCUMENTS", "html", "pdf"]

DOCUMENTS = ("feedback", "writeup", "notebook")
MOST_CODE = 240  # lines of one cell
MOST_PICTURES, MOST_CELLS = 80, 600
ROOM = 600_000  # characters of one document
LONGEST_LINE = 400
RASTER = ("image/png", "image/jpeg")

Beside = Mapping[str, bytes]
"""Pictures that lie beside the notebook, by path from its folder."""


def html(notebook: Notebook, name: str, beside: Beside | None = None) -> str:
    """The notebook as one self-contained page."""
    css = Markup(style("screen", *DOCUMENTS))  # noqa: S704 – the project's own style sheets
    return _Sheet(notebook, name, beside or {}, inline=True).markup(css)


def pdf(notebook: Notebook, name: str, beside: Beside | None = None, renderer: Renderer | None = None) -> bytes:
    """The notebook as tagged PDF; equal notebooks give equal bytes."""
    sheet = _Sheet(notebook, name, beside or {}, inline=False)
    markup = sheet.markup(None)
    return (renderer or Renderer(*DOCUMENTS)).printed(markup, sheet.pictures).pdf


@dataclass
class _Sheet:
    """One document in the making."""

    notebook: Notebook
    name: str
    beside: Beside
    inline: bool
    pictures: dict[str, bytes] = field(default_factory=dict)
    room: int = ROOM
    left_out: dict[str, None] = field(default_factory=dict)

    def markup(self, css: Markup | None) -> str:
        cells = [self._cell(cell) for cell in self.notebook.cells[:MOST_CELLS]]
        if len(self.notebook.cells) > MOST_CELLS:
            self._say(f"Cells after the {MOST_CELLS}th.")
        return (
            environment()
            .get_template("notebook/notebook.html.j2")
            .render(
                css=css,
                title=_title(self.notebook) or self.name,
                name=self.name,
                cells=[cell for cell in cells if cell["parts"]],
                facts=_facts(self.notebook),
                notes=[*self.notebook.notes, *_order(self.notebook)],
                left_out=list(self.left_out),
            )
        )

    def _cell(self, cell: Cell) -> dict[str, object]:
        told: dict[str, object] = {"number": cell.number, "kind": cell.kind, "count": cell.count}
        if self.room <= 0:
            self._say(f"Everything from cell {cell.number} on, because the document would be too long.")
            self.room = -(1 << 60)
            return told | {"parts": []}
        if cell.kind == "markdown":
            parts = [("text", self._text(cell.source, cell))] if cell.source.strip() else []
        elif cell.kind == "raw":
            parts = [("printed", printed(cell.source))] if cell.source.strip() else []
        else:
            parts = [("code", self._code(cell))] if cell.source.strip() else []
            parts += [part for output in cell.outputs for part in self._output(output, cell)]
        self.room -= _cost(cell.source) if cell.kind == "markdown" else sum(map(_cost_of, parts))
        return told | {"parts": parts}

    # text

    def _text(self, source: str, cell: Cell) -> Markup:
        texts = re.split(r"\(data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=]+)\)", source)
        held = {
            f"inside-{n}": {media: told} for n, (media, told) in enumerate(zip(texts[1::3], texts[2::3], strict=True))
        }
        plain = "".join(f"{text}(attachment:inside-{n})" for n, text in enumerate(texts[:-1:3])) + texts[-1]
        if len(plain) > markdown.LONGEST:
            self._say(f"The end of the text in cell {cell.number}.")
        find = self._finder({**cell.attachments, **held})
        return markdown.rendered(_without_tags(plain[: 2 * markdown.LONGEST]), find)

    def _finder(self, held: Mapping[str, Mapping[str, str]]) -> Callable[[str, str], Markup | str]:
        def find(source: str, told: str) -> Markup | str:
            address = unquote(source)
            if address.startswith("attachment:"):
                forms = held.get(address.removeprefix("attachment:"), {})
                form = next((forms[media] for media in RASTER if media in forms), None)
                return "the notebook does not hold it" if form is None else self._of_base64(form, told)
            if re.match(r"[a-z][a-z0-9+.-]*:|//", address, re.IGNORECASE):
                return "pictures from elsewhere are not loaded"
            content = self.beside.get(address.removeprefix("./"))
            return "it does not lie beside the notebook" if content is None else self._picture(content, told)

        return find

    # code and outputs

    def _code(self, cell: Cell) -> Markup:
        lines = cell.source.rstrip().split("\n")
        shown = [visible(line[:LONGEST_LINE]).replace("\n", " ") or " " for line in lines]
        if len(lines) <= MOST_CODE:
            return Markup("\n").join(coloured(shown))
        self._say(f"{len(lines) - MOST_CODE:,} of {len(lines):,} lines of code in cell {cell.number}.")
        head = 3 * MOST_CODE // 4
        gap = Markup('<span class="gap">… {} lines …</span>').format(f"{len(lines) - MOST_CODE:,}")
        before, after = (Markup("\n").join(coloured(part)) for part in (shown[:head], shown[head - MOST_CODE :]))
        return Markup().join([before, gap, after])

    def _output(self, output: Output, cell: Cell) -> list[tuple[str, Markup]]:
        if output.kind == "error":
            return [("failed", printed(output.text, 20, 20))]
        if output.kind == "stream":
            printout = "warned" if output.name == "stderr" else "printed"
            return [(printout, printed(output.text))] if output.text.strip() else []
        return self._shown(output, cell)

    def _shown(self, output: Output, cell: Cell) -> list[tuple[str, Markup]]:
        """The best of the forms that can be shown, and otherwise the text, with a word on why."""
        forms, told = output.forms, f"put out by cell {cell.number}"
        if raster := next((forms[media] for media in RASTER if media in forms), None):
            return [("picture", _or_why(self._of_base64(raster, told)))]
        if "image/svg+xml" in forms:
            return [("picture", _or_why(self._drawing(forms["image/svg+xml"], told)))]
        for media in ("text/latex", "text/markdown"):
            if media in forms:
                return [("text", self._text(forms[media], cell))]
        page = forms.get("text/html")
        if page and (table := harmless(page)):
            return [("table", table)]
        if page:
            self._say(f"HTML that cell {cell.number} put out; its text is shown instead, where there is one.")
        return [("printed", printed(output.text))] if output.text.strip() else []

    # pictures

    def _of_base64(self, form: str, told: str) -> Markup | str:
        try:
            return self._picture(base64.b64decode(form), told)
        except (binascii.Error, ValueError):
            return self._unshown("it is damaged")

    def _picture(self, content: bytes, told: str) -> Markup | str:
        if len(self.pictures) >= MOST_PICTURES:
            return self._unshown(f"a document shows at most {MOST_PICTURES}")
        try:
            return self._image(safe(content, quick=True), told)
        except Unusable as why:
            return self._unshown(str(why))

    def _drawing(self, source: str, told: str) -> Markup | str:
        try:
            return self._image(drawn(source), told)
        except Unusable as why:
            return self._unshown(str(why))

    def _image(self, made: bytes, told: str) -> Markup:
        address = f"picture:{len(self.pictures)}"
        self.pictures[address] = made
        if self.inline:
            address = f"data:{kind(made)};base64,{base64.b64encode(made).decode()}"
        return Markup('<img src="{}" alt="{}">').format(
            address, one_line(told, 200) or "a picture without a description"
        )

    def _unshown(self, why: str) -> str:
        self._say(f"A picture, because {why}.")
        return why

    def _say(self, sentence: str) -> None:
        if len(self.left_out) < 30:
            self.left_out[sentence] = None


def _cost(source: str) -> int:
    """What laying out a text takes, in characters of plain print; a formula's drawing is long, and is not counted."""
    return len(source) + 300 * source.count("$") + 40 * source.count("|")


def _cost_of(part: tuple[str, Markup]) -> int:
    kind, made = part
    return 4 * len(made) if kind == "table" else 2000 if kind == "picture" else min(len(made), 50_000)


def _or_why(picture: Markup | str) -> Markup:
    return picture if isinstance(picture, Markup) else Markup("<em>[picture: {}]</em>").format(escape(visible(picture)))


_UNSEEN = re.compile(r"<!--.{0,4000}?-->|<(script|style)\b.{0,8000}?(?:</\1 ?>|\Z)", re.DOTALL | re.IGNORECASE)
_IMG = re.compile(r"<img\b[^>]{0,500}?\bsrc\s*=\s*[\"']?([^\"'\s>]{1,2000})[^>]{0,500}>", re.IGNORECASE)
_LOOKS = re.compile(r"</?(?:center|font|div|span|p|b|i|u|em|strong|a|small|figure|h[1-6])\b[^<>]*>", re.IGNORECASE)


def _without_tags(text: str) -> str:
    """Markdown in which pictures and line breaks that were written as HTML are Markdown too, and looks are gone."""
    pieces = re.split(r"(```.*?(?:```|\Z)|`[^`\n]*`)", text, flags=re.DOTALL)
    for place in range(0, len(pieces), 2):
        plain = _UNSEEN.sub("", pieces[place])
        plain = _IMG.sub(lambda found: f"![]({found[1]})", plain)
        pieces[place] = _LOOKS.sub("", re.sub(r"<br\s*/?>", "  \n", plain, flags=re.IGNORECASE))
    return "".join(pieces)


def _title(notebook: Notebook) -> str:
    """The first heading of the text."""
    texts = (cell.source[:5000] for cell in notebook.cells[:10] if cell.kind == "markdown")
    found = (re.search(r"^ {0,3}#{1,2}\s+(.+?)\s*#*$", text, re.MULTILINE) for text in texts)
    return next((re.sub(r"[*_`$]|<[^>]*>", "", heading[1]) for heading in found if heading), "")


def _facts(notebook: Notebook) -> str:
    code = [cell for cell in notebook.cells if cell.kind == "code"]
    pictures = sum(any(form.startswith("image/") for form in each.forms) for cell in code for each in cell.outputs)
    failed = sum(any(each.kind == "error" for each in cell.outputs) for cell in code)
    parts = [plural(len(notebook.cells), "cell"), f"{len(code)} of code", plural(pictures, "picture")]
    return listing([*parts, *([f"{plural(failed, 'cell')} that ended in an error"] if failed else [])])


def _order(notebook: Notebook) -> Sequence[str]:
    """What the numbers of the runs tell about the outputs that stand there."""
    run = [cell for cell in notebook.cells if cell.kind == "code" and cell.count is not None]
    early = next((later for cell, later in pairwise(run) if (later.count or 0) < (cell.count or 0)), None)
    if early is None:
        return ()
    return (f"Its cells were last run in another order than they stand in; see cell {early.number}.",)
