"""A PDF of every notebook, and nothing harmful in it."""

from __future__ import annotations

import base64
import io
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from markupsafe import Markup
from notebook_samples import DRAWING, HOSTILE_SVG, STYLES, TABLE, code, figure, notebook, printed, shown, text
from pypdf import PdfReader
from speed import within

from grader.checks.figure import Figure
from grader.cli import commands
from grader.errors import GraderError
from grader.notebook_pdfs.press import Press, Room
from grader.notebooks import Notebook, read
from grader.probes import Setting
from grader.report.drawn import drawn
from grader.report.notebook import DOCUMENTS, html, pdf
from grader.report.pdf import Renderer
from grader.report.printout import printed as printout
from grader.report.raster import Unusable
from grader.report.shown_html import harmless


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(*DOCUMENTS)


PHRASES = {
    "colab": ["Discussion", "was the best", "Cell 12 · run 9", "Mounted at /content/drive"],
    "old": ["Problem set 5", "… 4,966 lines …", "epoch 4999"],
    "magics": ["another order than they stand in; see cell 2", "%%bash"],
    "logs": ["… 19,966 lines …", "100%", "shapes do not fit", "1 cell that ended in an error"],
    "figures": ["0.91", "11 cells, 9 of code and 7 pictures"],
    "hostile": ["short", "Not shown here", "the drawing is damaged"],
    "empty": ["Your answer here"],
    "cut off": ["4 cells could be read"],
    "merge conflict": ["The file is damaged"],
    "in UTF-16": ["%%bash"],
}


@pytest.mark.parametrize("style", STYLES)
def test_every_style_becomes_a_pdf_that_says_what_is_in_it(style: str, renderer: Renderer, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(pdf(read(STYLES[style]), f"{style}.ipynb", {}, renderer))
    told = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    words = " ".join(told.split())
    assert [phrase for phrase in PHRASES[style] if phrase not in words] == []


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    page = html(read(STYLES["hostile"]), "hostile.ipynb")
    assert "<script" not in page
    assert "<iframe" not in page
    assert "file:///etc/passwd" not in page.replace("(file:///etc/passwd)", "").replace("(file:///etc/passwd:", "")
    assert "default-src 'none'" in page


@pytest.mark.slow
def test_equal_notebooks_give_equal_bytes(renderer: Renderer) -> None:
    once, again = (pdf(read(STYLES["figures"]), "f.ipynb", {}, renderer) for _ in range(2))
    assert once == again
    assert len(PdfReader(io.BytesIO(once)).pages) == 4


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (
            text("<img src='attachment:a.png' width=3>", attachments={"a.png": {"image/png": figure()}}),
            'alt="a picture',
        ),
        (text(f"![plot](data:image/png;base64,{figure()})"), 'alt="plot"'),
        (text("![mine](plots/a.png)"), 'alt="mine"'),
        (text("![x](../a.png)"), "does not lie beside"),
        (text("a<br>b <font color=red>c</font> `<br>`"), "<code>&lt;br&gt;</code>"),
        (code("x", shown(image_png=figure(), text_html="<b>not this</b>")), 'alt="put out by cell 1"'),
        (code("x", shown(text_latex="$$x^2$$")), "<svg"),
        (code("x", shown(text_html="<div id=plotly></div><script>1</script>", text_plain="Figure()")), "Figure()"),
        (code("\n".join(f"x{n} = {n}" for n in range(500))), "… 260 lines …"),
    ],
)
def test_what_a_cell_holds_is_shown(cell: dict[str, object], told: str) -> None:
    assert told in html(read(notebook([cell])), "x.ipynb", {"plots/a.png": base64.b64decode(figure())})


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\r\nb\rc\n", "a\nc"),
        ("\x1b[31mred\x1b[0m <b>", '<span class="ansi-red-fg">red</span> &lt;b&gt;'),
        ("\x1b]0;title\x07x\x1b[2J\x07", "x\\x07"),
        ("x" * 500, "x" * 399 + "…"),
        ("\n".join(map(str, range(100))), "… 66 lines …"),
        ("\x1b[1m.\x1b[0m" * 400, "." * 300),
        ("\n".join(["\x1b[1m.\x1b[0m" * 9] * 30), ".........\n........."),
    ],
)
def test_a_printout_is_shown_as_a_terminal_would(raw: str, shown: str) -> None:
    assert shown in printout(raw)


def test_html_is_shown_as_its_table_or_not_at_all() -> None:
    made = harmless(TABLE)
    assert isinstance(made, Markup)
    assert "<td>0.91</td>" in made
    assert "style" not in made
    assert harmless("<p>" + "<ul><li>" * 60) is None
    assert harmless("<table><tr>" + "<td>1</td>" * 60) is None
    assert harmless("<script>alert(1)</script>") is None


def test_a_drawing_keeps_its_shapes_and_loses_what_loads() -> None:
    kept = drawn(DRAWING).decode()
    assert 'href="#m"' in kept
    assert "epoch" in kept
    assert "#1f77b4" in kept
    hostile = drawn(HOSTILE_SVG).decode()
    assert not any(each in hostile for each in ("script", "image", "onload", "url(", "use"))


@pytest.mark.parametrize("source", ["", "<svg", "<p/>", '<svg xmlns="http://www.w3.org/2000/svg" width="1e9"/>'])
def test_what_is_no_drawing_is_refused(source: str) -> None:
    with pytest.raises(Unusable):
        drawn(source)


@pytest.mark.parametrize(
    "cell",
    [
        code("x", printed("x" * 2_000_000)),
        code("x", printed("\x1b[" * 100_000)),
        text("<img " * 20_000),
        text("<!--" * 20_000),
        text("![" * 20_000),
        code("x", shown(text_html="<td" * 60_000, text_plain="y")),
        code("x", shown(image_svg="<svg xmlns='http://www.w3.org/2000/svg' style='" + "fill:rgb(" * 20_000 + "'/>")),
        code("\n" * 200_000),
    ],
    ids=range(8),
)
def test_what_is_made_to_be_slow_is_not(cell: dict[str, object]) -> None:
    content = notebook([text("# Loss"), cell])
    check = Figure(kind="figure", question="loss")
    with within(5):
        html(read(content), "x.ipynb")
        check.judge(check.read({"x.ipynb": content}), {}, Setting(1, {}, {}))


class Struggling(Press):
    """A press for which the first documents are too much."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures
        self.made: list[Notebook] = []

    def _made(self, notebook: Notebook, name: str, beside: object) -> bytes | str:
        self.made.append(notebook)
        return b"%PDF" if len(self.made) > self.failures else "laying it out took more than 60 seconds"


@pytest.mark.parametrize(
    ("failures", "note", "cells"), [(0, "", 6), (1, "only its text is shown", 6), (2, "Nothing of it could be", 0)]
)
def test_where_laying_out_fails_less_is_laid_out(failures: int, note: str, cells: int) -> None:
    press = Struggling(failures)
    pressed = press.press(read(STYLES["magics"]), "m.ipynb")
    assert pressed.pdf == b"%PDF"
    assert bool(pressed.notice) == bool(failures)
    assert note in " ".join(press.made[-1].notes)
    assert len(press.made[-1].cells) == cells


def test_a_press_that_gets_no_time_says_so_and_can_be_closed() -> None:
    press = Press(Room(seconds=0.0001))
    with pytest.raises(GraderError, match=r"took more than 0\.0001 seconds"):
        press.press(read(STYLES["empty"]), "e.ipynb")
    press.close()


def test_a_class_gets_its_pdfs_and_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "class" / "anna").mkdir(parents=True)
    (tmp_path / "class" / "anna" / "hw.ipynb").write_bytes(STYLES["empty"])
    (tmp_path / "class" / "ben.ipynb").write_bytes(b"no notebook")
    (tmp_path / "class" / "carl.zip").write_bytes(b"no zip")
    out = tmp_path / "pdfs"
    done = CliRunner().invoke(commands, ["notebook", "to-pdf", str(tmp_path / "class"), "-o", str(out), "--jobs", "1"])
    assert done.exit_code == 3
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.pdf")) == ["anna/hw.pdf", "ben.pdf"]
    assert "carl.zip: no PDF." in done.output
    assert "cannot be read as a notebook" in done.output


def test_pictures_beside_a_single_notebook_are_found_in_its_folder_only(tmp_path: Path) -> None:
    from grader.notebook_pdfs import _near

    mine, other = tmp_path / "mine", tmp_path / "a.png"
    (mine / "plots").mkdir(parents=True)
    for path in (mine / "plots" / "b.png", other):
        path.write_bytes(base64.b64decode(figure()))
    (mine / "link.png").symlink_to(other)
    named = "![](plots/b.png) ![](../a.png) ![](link.png) <img src='./plots/b.png'> ![](/etc/x.png) ![](none.png)"
    assert list(_near(mine / "x.ipynb", {"x.ipynb": notebook([text(named)])})) == ["plots/b.png"]


@pytest.mark.slow
def test_a_notebook_of_a_hundred_megabytes_becomes_a_pdf(tmp_path: Path) -> None:
    file = tmp_path / "long.ipynb"
    file.write_bytes(
        notebook([text("# Long"), code("train()", printed("Epoch 3: loss 0.123 [=====>....]\n" * 2_600_000))])
    )
    assert file.stat().st_size > 100 << 20
    done = CliRunner().invoke(commands, ["notebook", "to-pdf", str(file), "-o", str(tmp_path / "long.pdf")])
    assert done.exit_code == 0
    assert len(PdfReader(tmp_path / "long.pdf").pages) == 1
