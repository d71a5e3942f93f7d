"""`grader review`: a local page with which people mark written answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import rubric_option, shown

if TYPE_CHECKING:
    from grader.review.opening import Review

__all__ = ["command"]


@click.command("review")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--marker", default="", metavar="NAME", help="Offered as the marker's name. [default: asked in the page]")
@click.option("--names", is_flag=True, help="Show whose answers they are.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
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
    from grader.review.opening import prepared

    made = prepared(out, marker=marker, names=names, place=(host, port), rubric=rubric, book=book)
    with made as review:
        _greet(review)
        review.serve()
    click.echo(f"\nStopped. Every mark is in the gradebook of {shown(out)}.")


def _greet(review: Review) -> None:
    from grader.review.door import is_loopback

    if not is_loopback(review.host):
        click.echo(
            f"Anybody who can reach {review.host} sees this page's door, and nothing that passes is encrypted.\n"
            "The link keeps others out, but not who listens on the network. Better: ssh -L, to a page on this machine.",
            err=True,
        )
    click.echo(
        f"To mark, open this link. It works once; the page makes more for other markers.\n\n"
        f"  {review.link()}\n\nCtrl-C ends it."
    )
