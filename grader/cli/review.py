"""`grader review`: a local page with which people mark written answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import rubric_option, shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.gradebook.book import Book
    from grader.review.desk import Desk
    from grader.review.door import Keys
    from grader.rubric import Rubric

__all__ = ["command", "desk_of"]

LOOPBACK = "127.0.0.1"


@click.command("review")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--marker", default="", metavar="NAME", help="Offered as the marker's name. [default: asked in the page]")
@click.option("--names", is_flag=True, help="Show whose answers they are.")
@click.option("--host", default=LOOPBACK, show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="[default: a free one]")
@rubric_option("The rubric with the model answers. [default: the run's]")
@click.option("--book", metavar="FILE|URL", help="The gradebook. [default: OUT/gradebook.db]")
def command(out: Path, marker: str, names: bool, host: str, port: int, rubric: str | None, book: str | None) -> None:
    """Mark the answers in OUT in the browser, alone or several at once.

    It prints a link that lets in one person. Answers of one question stand one after the other, without names, beside
    the model answer and the rubric's levels; ? tells the keys. Marks go to the gradebook at once, so Ctrl-C loses
    nothing. Only this machine can reach the page, unless --host says otherwise.

    \b
    Example:  grader review results/
    """
    from grader.classroom.book import opened
    from grader.review import MISSING, is_available

    if not is_available():
        raise GraderError(MISSING)
    gradebook = opened(out, book)
    try:
        _serve(out, book, desk_of(out, gradebook, rubric), marker=marker, names=names, place=(host, port))
    finally:
        gradebook.close()


def desk_of(out: Path, book: Book, named: str | None) -> Desk:
    """What there is to mark in a folder of results.

    Raises:
        GraderError: its rubric cannot be found, or is another one.
    """
    from grader.classroom.results import assignment_of, run_of
    from grader.review.desk import Desk

    told = run_of(out)
    rubric = _rubric(out, told, named)
    assignment = assignment_of(out, book)
    if rubric.id != assignment:
        raise GraderError(f"{out} was graded by {assignment!r}, and {rubric.id!r} is something else.")
    return Desk(out, book, assignment, rubric, str(told.get("seed", assignment)))


def _rubric(out: Path, told: dict[str, Any], named: str | None) -> Rubric:
    from grader.rubric import find_rubric, load_rubric

    if named is not None:
        return load_rubric(find_rubric(named))
    try:
        path = Path(told["rubric"]["path"])
    except (KeyError, TypeError):
        path = Path()
    if not path.is_file():
        raise GraderError(f"{out}: the rubric that it was graded by is not there any more; name it: --rubric")
    return load_rubric(path)


def _serve(out: Path, named: str | None, desk: Desk, *, marker: str, names: bool, place: tuple[str, int]) -> None:
    from grader.classroom.publishing import publish
    from grader.publishing import unpublished
    from grader.review.door import Keys
    from grader.review.pages import Pages
    from grader.review.press import Press
    from grader.review.serving import bound, serve

    keys = Keys()
    press = Press(
        lambda advance: publish(out, desk.entries(), named, advance)[1],
        lambda: len(unpublished(out, desk.entries())),
    )
    with bound(*place) as listening:
        port = listening.getsockname()[1]
        pages = Pages(desk, press, keys, names=names, marker=marker, host=place[0])
        _greet(place[0], port, keys)
        serve(pages.app(f"review-{port}"), listening)
    press.stop()
    click.echo(f"\nStopped. Every mark is in the gradebook of {shown(out)}.")


def _greet(host: str, port: int, keys: Keys) -> None:
    from grader.review.door import is_loopback

    told = f"[{host}]" if ":" in host else host
    if not is_loopback(host):
        click.echo(
            f"Anybody who can reach {told} sees this page's door, and nothing that passes is encrypted: no TLS.\n"
            "The link keeps others out, but not who listens on the network. Better: ssh -L, to a page on this machine.",
            err=True,
        )
    click.echo(
        f"To mark, open this link. It works once; the page makes more for other markers.\n\n"
        f"  http://{told}:{port}/enter?token={keys.link()}\n\nCtrl-C ends it."
    )
