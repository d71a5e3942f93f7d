"""What several commands make of their options."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.rubric import Rubric

__all__ = ["data_paths", "needed", "sandbox_option", "shown"]

sandbox_option = click.option(
    "--sandbox",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="auto, bubblewrap, landlock, container or process.",
)


def needed(rubric: Rubric) -> list[str]:
    """The names of the data sets that the rubric's criteria ask for, each once."""
    return sorted({name for criterion in rubric.criteria for name in criterion.check.datasets()})


def data_paths(rubric: Rubric, given: Iterable[str]) -> dict[str, Path | None]:
    """Where each data set that the rubric needs lies; None is for those that come with the grader."""
    from grader.data import parse_data_option

    paths = dict(parse_data_option(each) for each in given)
    return {name: paths.get(name) for name in needed(rubric)}


def shown(path: Path) -> str:
    """A path for people, without characters that would steer a terminal."""
    from grader.report.text import one_line

    return one_line(path.resolve().name if str(path) == "." else path, 300)
