"""What several commands make of their options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli.completing import course_or_file, listed, sandboxes

if TYPE_CHECKING:
    from grader.rubric import Rubric

__all__ = ["data_paths", "formats_option", "rubric_option", "sandbox_option", "shown"]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

sandbox_option = click.option(
    "--sandbox",
    default="auto",
    show_default=True,
    metavar="NAME",
    shell_complete=sandboxes,
    help="auto, bubblewrap, landlock, container or process.",
)


def rubric_option(what: str, *, required: bool = False) -> Callable[[Decorated], Decorated]:
    """`--rubric`, with what it is for here."""
    return click.option("--rubric", required=required, metavar="COURSE|FILE", shell_complete=course_or_file, help=what)


def formats_option(known: Sequence[str], default: str) -> Callable[[Decorated], Decorated]:
    """`--format`, a list with commas of these words; all of them where it is empty."""

    def read(ctx: click.Context, option: click.Parameter, value: str) -> tuple[str, ...]:
        wanted = tuple(dict.fromkeys(part.strip().lower() for part in value.split(",") if part.strip()))
        for name in wanted:
            if name not in known:
                raise click.BadParameter(f"{name!r} is not one of {', '.join(known)}.", ctx, option)
        return wanted or tuple(known)

    offer = listed(known)
    return click.option(
        "--format",
        "formats",
        metavar="LIST",
        default=default,
        show_default=True,
        callback=read,
        shell_complete=offer,
        help=f"What to write, of {', '.join(known)}.",
    )


def data_paths(rubric: Rubric, given: Iterable[str]) -> dict[str, Path | None]:
    """Where each data set that the rubric needs lies; None is for those that come with the grader."""
    from grader.data import parse_data_option

    paths = dict(parse_data_option(each) for each in given)
    return {name: paths.get(name) for name in rubric.datasets}


def shown(path: Path) -> str:
    """A path for people, without characters that would steer a terminal."""
    from grader.report.text import one_line

    return one_line(path.resolve().name if str(path) == "." else path, 300)
