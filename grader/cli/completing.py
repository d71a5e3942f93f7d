"""What the shell offers for a word that is being typed: courses, sandboxes, formats, hand-ins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

__all__ = ["course_or_file", "hand_ins", "listed", "sandboxes"]

Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

OWN_FILES = ("./", "../", "/", "~")  # how a path begins that is no course


def course_or_file(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The courses that come with the grader; files, where none begins like this."""
    from grader.paths import data_folder

    courses = [path.parent.name for path in sorted(data_folder("rubrics").glob("*/rubric.yaml"))]
    fitting = [] if incomplete.startswith(OWN_FILES) else [each for each in courses if each.startswith(incomplete)]
    return [CompletionItem(each) for each in fitting] or [CompletionItem(incomplete, type="file")]


def sandboxes(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the sandboxes."""
    from grader.sandbox import NAMES

    return _beginning(incomplete, ["auto", *NAMES])


def hand_ins(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The hand-ins that have a result in the folder named before."""
    out = ctx.params.get("out")
    found = sorted(path.parent.name for path in Path(out).glob("*/result.json")) if out else []
    return _beginning(incomplete, found)


def listed(known: Sequence[str]) -> Offer:
    """What goes on a list with commas of some of these words."""

    def offer(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[CompletionItem]:
        *before, last = incomplete.split(",")
        rest = [each for each in known if each not in before and each.startswith(last)]
        return [CompletionItem(",".join([*before, each])) for each in rest]

    return offer


def _beginning(incomplete: str, words: Sequence[str]) -> list[CompletionItem]:
    return [CompletionItem(each) for each in words if each.startswith(incomplete)]
