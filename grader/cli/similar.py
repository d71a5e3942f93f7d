"""`grader similar`: which hand-ins of a class have much in common, for a person to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.classroom.similar import FORMS
from grader.cli.exits import GRADED, UNGRADED
from grader.cli.options import rubric_option, shown

if TYPE_CHECKING:
    from grader.similarity import Comparison

__all__ = ["command"]

MOST_PRINTED = 10


def _forms(ctx: click.Context, option: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:
    for path in value:
        if path.suffix.lower() not in FORMS:
            raise click.BadParameter(f"{shown(path)}: the name has to end in {', '.join(FORMS)}.", ctx, option)
    return value


@click.command("similar")
@click.argument("path", type=click.Path(exists=True, path_type=Path), metavar="FOLDER|ZIP")
@click.option(
    "-o",
    "--out",
    "outs",
    multiple=True,
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_forms,
    metavar="FILE",
    help="The page, FILE.html, or the ranked pairs as FILE.csv or FILE.json. Repeatable.",
)
@rubric_option("What its starter gives to everybody counts for nobody.")
@click.option(
    "--baseline",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH",
    help="A folder, archive or notebook that everybody was given. Repeatable.",
)
@click.option(
    "--pairs",
    default=25,
    show_default=True,
    type=click.IntRange(1, 200),
    metavar="N",
    help="So many with both texts.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def command(
    path: Path, outs: tuple[Path, ...], rubric: str | None, baseline: tuple[Path, ...], pairs: int, quiet: bool
) -> None:
    """Show which hand-ins of a class have much in common: code with other names, and words.

    It takes a class as `grader batch` does; of several versions the latest counts, and two hand-ins of one person are
    no pair. The page shows both texts side by side, for you only. It proves nothing, and no score depends on it.

    Exit codes: 0 all were compared, 2 wrong input, 3 a hand-in could not be read.

    \b
    Example:  grader similar submissions.zip --rubric gatech-cs7643-a1 -o similar.html
    """
    from grader.classroom.similar import compared

    shows_texts = any(out.suffix.lower() == ".html" for out in outs)
    with ExitStack() as bar:
        begin = partial(_progress, bar, quiet=quiet)
        made = compared(path, rubric, baseline, pairs if shows_texts else 0, begin)
    for out in outs:
        made.write(out)
    found = made.comparison
    if not quiet:
        _tell(found, outs)
    for id_, why in found.unread.items():
        _complain(id_, why)
    click.get_current_context().exit(UNGRADED if found.unread else GRADED)


def _progress(stack: ExitStack, count: int, *, quiet: bool) -> Callable[[str], None]:
    """A bar on a terminal, until the stack is closed."""
    from grader.cli import terminal

    screen = terminal.console()
    if quiet or not screen.is_terminal:
        return lambda _: None
    return stack.enter_context(terminal.progress(screen, count))


def _tell(found: Comparison, outs: Sequence[Path]) -> None:
    from grader.cli import terminal

    screen = terminal.console()
    screen.print(f"{len(found.hand_ins)} hand-ins, {found.pairs:,} pairs compared.")
    if found.ranked:
        screen.print(terminal.pair_table(found.ranked[:MOST_PRINTED]))
    screen.print(f"Written, for you only: {', '.join(map(shown, outs))}.", soft_wrap=True)
    screen.print("It proves nothing: read both texts.")


def _complain(id_: str, why: str) -> None:
    from grader.report.text import one_line

    click.echo(f"{one_line(id_, 120)} was not compared: {one_line(why, 400)}", err=True)
