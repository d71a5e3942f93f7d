"""The site of the documentation is made only where every link leads somewhere and no page asks another server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INDEX = "# Site\n\n## Pages\n\n- [One](one.md): a page\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A site of two pages, set up as the real one is."""
    pytest.importorskip("sphinx", reason="the extra docs is not installed")
    (tmp_path / "report_templates").symlink_to(ROOT / "report_templates")
    folder = tmp_path / "docs"
    shutil.copytree(ROOT / "docs" / "_static", folder / "_static")
    shutil.copy(ROOT / "docs" / "conf.py", folder)
    (folder / "index.md").write_text(INDEX, "utf-8")
    (folder / "one.md").write_text("# One\n\n[Back](index.md#pages)\n", "utf-8")
    return folder


def made(docs: Path) -> subprocess.CompletedProcess[str]:
    """As `make docs` does it."""
    line = [
        sys.executable,
        "-m",
        "sphinx",
        "--fail-on-warning",
        "--keep-going",
        "--quiet",
        str(docs),
        str(docs / "_site"),
    ]
    return subprocess.run(line, capture_output=True, text=True)


@pytest.mark.slow
def test_the_first_pages_lists_are_the_sidebar(docs: Path) -> None:
    ended = made(docs)
    assert (ended.returncode, ended.stderr) == (0, "")
    page = (docs / "_site" / "one.html").read_text("utf-8")
    assert 'href="#">One</a>' in page.split('class="sidebar-tree"')[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("[a](nowhere.md)", "'myst' cross-reference target not found: 'nowhere.md'"),
        ("[a](index.md#nowhere)", "local id not found in doc 'index': 'nowhere'"),
        ("![a](nowhere.png)", "image file not readable: nowhere.png"),
        ("![a](https://example.org/a.png)", "the site would fetch from elsewhere"),
        ("<script src='//example.org/a.js'></script>", "the site would fetch from elsewhere"),
    ],
)
def test_a_page_that_leads_nowhere_or_elsewhere_ends_the_build(docs: Path, added: str, told: str) -> None:
    page = docs / "one.md"
    page.write_text(f"{page.read_text('utf-8')}\n{added}\n", "utf-8")
    ended = made(docs)
    assert ended.returncode != 0
    assert told in ended.stderr


@pytest.mark.slow
def test_a_page_that_no_list_names_ends_the_build(docs: Path) -> None:
    (docs / "lost.md").write_text("# Lost\n", "utf-8")
    ended = made(docs)
    assert ended.returncode != 0
    assert "document isn't included in any toctree" in ended.stderr
