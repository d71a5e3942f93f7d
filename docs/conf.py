"""The site that `make docs` makes of these pages: Sphinx reads them as they are, and each link has to lead somewhere.

Nothing is fetched while it is made, and a page that would fetch something while it is read ends the build.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

FONTS = Path(__file__).resolve().parent.parent / "report_templates" / "fonts"

project = "dlgrader"
extensions = ["myst_parser"]
exclude_patterns = ["_*"]
smartquotes = False  # code in docstrings has straight quotes, and texts have the right ones already
nitpicky = True  # names that lead nowhere are warnings too

myst_heading_anchors = 4  # links lead to headings by GitHub's names for them

html_theme = "furo"
html_title = "dlgrader"
html_static_path = ["_static", *sorted(str(font) for font in FONTS.glob("*-*.*"))]
html_css_files = ["site.css"]
html_theme_options = {
    mode: {
        "font-stack": '"Report Sans", system-ui, sans-serif',
        "font-stack--monospace": '"Report Mono", ui-monospace, monospace',
        "color-brand-primary": colour,
        "color-brand-content": colour,
        "color-brand-visited": colour,
    }
    for mode, colour in (("light_css_variables", "#0b5cad"), ("dark_css_variables", "#6fb1f5"))
}
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

LISTED = re.compile(r"^[-|] \[(.+?)\]\((.+?)\.md\)", re.MULTILINE)
FETCHED = re.compile(r"""(?:<(?:script|img|iframe|source)\b[^>]*\bsrc|<link\b[^>]*\bhref)=["']?(?:https?:)?//[^>]*>""")
FETCHED_BY_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?(?:https?:)?//[^)]*""")


def setup(app: Sphinx) -> None:
    """Connect the two steps below."""
    app.connect("source-read", _give_sidebar)
    app.connect("build-finished", _refuse_outside_requests)


def _give_sidebar(app: Sphinx, page: str, source: list[str]) -> None:
    """Make the sidebar of the lists of links that readers on GitHub see too: of the first page, and of the kinds."""
    if page == "index":
        source[0] += "".join(_part_of_sidebar(part) for part in re.split(r"^## ", source[0], flags=re.MULTILINE)[1:])
    elif page == "reference/checks":
        source[0] += _part_of_sidebar("\n" + source[0])


def _part_of_sidebar(part: str) -> str:
    caption, _, text = part.partition("\n")
    links = (f"{name.strip('`')} <{target}>" for name, target in LISTED.findall(text))
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", "```{toctree}", *options, "", *links, "```", ""])


def _refuse_outside_requests(app: Sphinx, error: Exception | None) -> None:
    signs = {".html": FETCHED, ".css": FETCHED_BY_STYLE}
    files = [file for file in Path(app.outdir).rglob("*") if file.suffix in signs]
    found = [f"{file.name}: {hit[0]}" for file in files for hit in signs[file.suffix].finditer(file.read_text("utf-8"))]
    if found and not error:
        raise SphinxError("\n".join(["the site would fetch from elsewhere:", *found]))
