"""`grader similar`: which hand-ins of a class have much in common, for a person to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exits import GRADED, UNGRADED
from grader.cli.options import rubric_option, shown

if TYPE_CHECKING:
    from grader.handins import HandIn as Found
    from grader.intake.bundle import Bundle
    from grader.similarity import Baseline, Comparison, HandIn

__all__ = ["command"]

FORMS = (".html", ".csv", ".json")
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
    from grader.handins import find
    from grader.intake.bundle import open_bundle
    from grader.similarity import compare

    given = _given(rubric, baseline)
    with open_bundle(path) as bundle:
        hand_ins = [_hand_in(each, bundle) for each in find(bundle).hand_ins]
        with _progress(len(hand_ins), quiet=quiet) as done:
            found = compare(hand_ins, given, pairs if any(out.suffix.lower() == ".html" for out in outs) else 0, done)
    for out in outs:
        _write(out, found, path)
    if not quiet:
        _tell(found, outs)
    for id_, why in found.unread.items():
        _complain(id_, why)
    click.get_current_context().exit(UNGRADED if found.unread else GRADED)


def _hand_in(found: Found, bundle: Bundle) -> HandIn:
    from grader.similarity import HandIn

    people = frozenset(key for person in found.people for key in person.keys)
    return HandIn(found.id, partial(_files, found, bundle), people)


def _files(found: Found, bundle: Bundle) -> Mapping[str, bytes]:
    return bundle.take(found.id, found.parts).files


def _given(rubric: str | None, folders: Sequence[Path]) -> Baseline:
    """What everybody was given: the starter of a course, and what was named."""
    from grader.intake import take
    from grader.similarity import baseline, texts

    given = [text for folder in folders for text in texts(take(folder).files)]
    return baseline([*given, *(texts(_starter(rubric)) if rubric else ())])


def _starter(named: str) -> Mapping[str, bytes]:
    from grader.kits.skeleton import skeletons
    from grader.rubric import find_rubric, load_rubric, reference_files

    rubric = load_rubric(find_rubric(named))
    driver = rubric.driver.read_text("utf-8") if rubric.driver.is_file() else ""
    asked = "\n".join(criterion.description for criterion in rubric.criteria)
    return {**skeletons(reference_files(rubric.reference), driver), "asked.md": asked.encode()}


@contextmanager
def _progress(count: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal."""
    from grader.cli import terminal

    screen = terminal.console()
    if quiet or not screen.is_terminal:
        yield lambda _: None
    else:
        with terminal.progress(screen, count) as advance:
            yield advance


def _write(out: Path, found: Comparison, path: Path) -> None:
    from grader.batch import write
    from grader.report.similarity import html
    from grader.similarity.files import to_csv, to_json

    makers: Mapping[str, Callable[[], str | bytes]] = {
        ".html": lambda: html(found, path.resolve().name),
        ".csv": lambda: to_csv(found),
        ".json": lambda: to_json(found),
    }
    write(out, makers[out.suffix.lower()](), private=True)


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
