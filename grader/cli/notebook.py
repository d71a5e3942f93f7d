"""`grader notebook`: notebooks as documents, one or those of a class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exits import GRADED, INTERRUPTED, UNGRADED
from grader.cli.notebook_run import run
from grader.cli.options import shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.notebook_pdfs import NotebookPdf

__all__ = ["command"]


@click.group("notebook")
def command() -> None:
    """Run notebooks in the sandbox, and make documents of them.

    \b
    Example:  grader notebook to-pdf hw1.ipynb -o hw1.pdf
    """


@command.command("to-pdf", short_help="Make a PDF of each notebook.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="FILE.pdf for one, else a folder.")
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Notebooks at the same time. [default: the number of cores]"
)
@click.option(
    "--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 3600), metavar="N", help="For each notebook."
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def to_pdf(paths: tuple[Path, ...], out: Path, jobs: int | None, seconds: float, quiet: bool) -> None:
    """Make a PDF of each notebook, without LaTeX, a browser or running anything.

    PATH is a notebook, a folder, or a zip or tar archive; a folder of many hand-ins gives a folder for each. Every
    notebook gets a PDF: where something had to be left out, its first page says so, and a line here does.

    Exit codes: 0 all are written, 2 wrong input, 3 a hand-in could not be opened.

    \b
    Example:  grader notebook to-pdf submissions/ -o pdfs/
    """
    from grader.notebook_pdfs import convert, sources_in

    sources = sources_in(paths, out)
    made, failed = 0, False
    try:
        with _progress(len(sources), quiet=quiet) as advance:
            for source, group in convert(sources, out, jobs, seconds):
                made += sum(done.out is not None for done in group)
                failed = failed or any(done.out is None for done in group)
                for done in group:
                    _tell(done, quiet=quiet)
                advance(shown(source.path))
    except KeyboardInterrupt:
        click.echo(f"\nStopped: {made} PDFs are whole in {shown(out)}.", err=True)
        click.get_current_context().exit(INTERRUPTED)
    if not made and not failed:
        raise GraderError("There is no notebook in it.")
    if not quiet:
        click.echo(f"{made} {'PDF' if made == 1 else 'PDFs'}: {shown(out)}")
    click.get_current_context().exit(UNGRADED if failed else GRADED)


command.add_command(run)


@contextmanager
def _progress(count: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, for more than one."""
    from grader.cli import terminal

    screen = terminal.console()
    if quiet or count < 2 or not screen.is_terminal:
        yield lambda _: None
    else:
        with terminal.progress(screen, count) as advance:
            yield advance


def _tell(done: NotebookPdf, *, quiet: bool) -> None:
    from grader.report.text import one_line

    told = "".join(f" {one_line(notice, 300)}" for notice in done.notices)
    if done.out is None:
        click.echo(f"{one_line(done.name, 200)}: no PDF.{told}", err=True)
    elif not quiet:
        click.echo(f"{shown(done.out)}{':' if told else ''}{told}")
