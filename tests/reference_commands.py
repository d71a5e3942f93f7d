"""The commands as a page in Markdown, in the words of their own help."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
from reference_fields import cells

from grader.cli import commands

__all__ = ["command_pages", "walk"]

Words = tuple[str, ...]


def command_pages() -> str:
    """Every command under its heading: what it is for, an example, its options."""
    return "\n".join(line for words, command in walk(commands) if words for line in _told(words, command)).strip()


def walk(command: click.Command, words: Words = ()) -> Iterator[tuple[Words, click.Command]]:
    """Every command, groups before what is in them, with the words that name it."""
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found
            yield from walk(found, (*words, name))


def _told(words: Words, command: click.Command) -> Iterator[str]:
    name = " ".join(("grader", *words))
    context = click.Context(command, info_name=name)
    yield from (f"{'#' * (len(words) + 1)} {name}", "")
    yield from (line for paragraph in _paragraphs(command.help or "") for line in (paragraph, ""))
    if isinstance(command, click.Group):
        return
    yield from (f"Usage: `{name} {' '.join(command.collect_usage_pieces(context))}`", "")
    options = [option for option in command.params if isinstance(option, click.Option)]
    if options:
        yield from (cells("option", "what it does"), cells("---", "---"))
        yield from (_row(option, context) for option in options)
        yield ""


def _row(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    assert record
    return cells(f"`{record[0]}`", re.sub(r"  +", " ", record[1]).replace("*", "\\*").replace("<", "\\<"))


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text, with its examples as blocks."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in paragraph.replace("\b", "").strip().split("\n")]
        if lines[0].startswith("Example"):
            shown = "\n".join(f"$ {re.sub(r'^Examples?: +', '', line)}" for line in lines)
            yield f"```console\n{shown}\n```"
        else:
            yield " ".join(lines)
