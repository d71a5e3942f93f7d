"""`grader notebook run`: a notebook run anew in the sandbox, as a notebook or as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exits import GRADED, UNGRADED
from grader.cli.options import sandbox_option, shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.execution import Executed
    from grader.intake import Intake

__all__ = ["run"]

FORMATS = (".ipynb", ".pdf")


@click.command("run")
@click.argument("path", type=click.Path(exists=True, path_type=Path), metavar="PATH")
@click.option(
    "-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="FILE.ipynb or FILE.pdf."
)
@click.option(
    "--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 3600), metavar="N", help="For each cell."
)
@click.option(
    "--total", default=600.0, show_default=True, type=click.FloatRange(1, 36000), metavar="N", help="Seconds for all."
)
@click.option("--memory", default=4096, show_default=True, type=click.IntRange(256), metavar="MIB", help="For all.")
@click.option("--package", "packages", multiple=True, metavar="NAME", help="May be imported, as numpy may. Repeatable.")
@click.option("--go-on", is_flag=True, help="Run the cells after one that raised, too.")
@sandbox_option
@click.option("--trust-submissions", is_flag=True, help="Accept a sandbox that does not hold hostile code.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def run(
    path: Path,
    out: Path,
    seconds: float,
    total: float,
    memory: int,
    packages: tuple[str, ...],
    go_on: bool,
    sandbox: str,
    trust_submissions: bool,
    quiet: bool,
) -> None:
    """Run a notebook's cells in the sandbox, and keep what they put out.

    PATH is a notebook, or a hand-in with one, whose other files then lie beside it. There is no network, no Jupyter and
    nobody to answer input(); !pip, %cd and the like are left out, with a note. Figures need --package matplotlib, where
    that is installed. The notebook itself is not changed.

    Exit codes: 0 every cell came to its end, 2 wrong input, 3 a cell raised, took too long, or was not run.

    \b
    Example:  grader notebook run hw1.ipynb -o executed.ipynb --package matplotlib
              grader notebook run hw1.ipynb -o executed.pdf --go-on
    """
    from grader.execution import Room, execute
    from grader.notebooks import read
    from grader.sandbox import choose
    from grader.sandbox.packages import installed

    if out.suffix.lower() not in FORMATS:
        raise GraderError(f"{shown(out)}: the name has to end in {' or '.join(FORMATS)}.")
    if missing := [each for each in packages if not installed(each)]:
        raise GraderError(f"--package {missing[0]}: it is not installed beside the grader.")
    chosen = choose(sandbox)
    if not (chosen.isolates or trust_submissions):
        raise GraderError(f"The {chosen.name} sandbox does not hold hostile code; if you trust it: --trust-submissions")
    intake, name = _taken(path)
    room = Room(seconds, total, memory << 20, packages)
    found = execute(read(intake.files[name]), name, intake.files, chosen, room, go_on)
    _write(found, out, name, intake)
    if not quiet:
        _tell(found, out)
    click.get_current_context().exit(UNGRADED if found.failed or found.not_run else GRADED)


def _taken(path: Path) -> tuple[Intake, str]:
    """The hand-in, and which file of it is its notebook."""
    from grader.intake import take

    intake = take(path, pictures=True)
    names = [name for name in intake.files if name.lower().endswith(".ipynb")]
    if len(names) != 1:
        raise GraderError(f"{shown(path)}: there has to be one notebook in it; there are {len(names)}.")
    return intake, names[0]


def _write(found: Executed, out: Path, name: str, intake: Intake) -> None:
    from grader.execution import as_json
    from grader.writing import write

    if out.suffix.lower() == ".pdf":
        write(out, _pdf(found, name, intake))
    else:
        write(out, as_json(found.notebook))


def _pdf(found: Executed, name: str, intake: Intake) -> bytes:
    from grader.notebook_pdfs.press import Press
    from grader.report import pdf_problem

    if problem := pdf_problem():
        raise GraderError(problem)
    press = Press()
    try:
        return press.press(found.notebook, name.rpartition("/")[2], intake.pictures).pdf
    finally:
        press.close()


def _tell(found: Executed, out: Path) -> None:
    from grader.report.text import one_line

    cells = [cell for cell in found.notebook.cells if cell.kind == "code" and cell.count is not None]
    click.echo(f"{len(cells)} {'cell' if len(cells) == 1 else 'cells'} run: {shown(out)}")
    for told, numbers in (("raised", found.failed), ("not run", found.not_run)):
        if numbers:
            click.echo(f"{told}: {'cell' if len(numbers) == 1 else 'cells'} {', '.join(map(str, numbers))}")
    for note in found.notebook.notes:
        click.echo(one_line(note, 400))
