"""What to say of a word on the command line that is not known, besides that it is not: the one that was meant."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import Path

import click

from grader.report.text import visible

__all__ = ["with_hint"]

NO_PATH = re.compile(r"(?:Path|File|Directory) ('.*'|\".*\") does not exist\.$", re.DOTALL)
NO_CHOICE = re.compile(r"('.*'|\".*\") is not one of ", re.DOTALL)
NO_COMMAND = re.compile(r"No such command ('.*'|\".*\")\.$", re.DOTALL)
DRIVE = re.compile(r"([A-Za-z]):[\\/]")


def with_hint(error: click.UsageError) -> click.UsageError:
    """The error with one more sentence, where there is something to say."""
    hint = "" if getattr(error, "possibilities", None) else _meant(error, error.message)
    if not hint:
        return error
    told = error.message + visible(hint)
    if isinstance(error, click.BadParameter):
        return click.BadParameter(told, error.ctx, error.param, error.param_hint)
    return click.UsageError(told, error.ctx)


def _meant(error: click.UsageError, message: str) -> str:
    if found := NO_PATH.search(message):
        return _path(_said(found))
    if (found := NO_CHOICE.match(message)) and isinstance(error, click.BadParameter) and error.param:
        return _nearest(_said(found), list(getattr(error.param.type, "choices", ())))
    if (found := NO_COMMAND.match(message)) and error.ctx and isinstance(error.ctx.command, click.Group):
        return _nearest(_said(found), error.ctx.command.list_commands(error.ctx))
    return ""


def _said(found: re.Match[str]) -> str:
    return str(ast.literal_eval(found[1]))  # click shows what was typed as Python would


def _path(typed: str) -> str:
    if drive := DRIVE.match(typed):
        rest = typed[drive.end() :].replace("\\", "/")
        return f" On Windows the grader runs inside WSL, where this is '/mnt/{drive[1].lower()}/{rest}'."
    if "\\" in typed and Path(typed.replace("\\", "/")).exists():
        return " Did you mean '{}'?".format(typed.replace("\\", "/"))
    place = Path(typed)
    try:
        names = [path.name for path in place.parent.iterdir()]
    except OSError:
        return ""
    return _nearest(place.name, names)


def _nearest(word: str, known: Sequence[str]) -> str:
    from grader.wording import closest

    found = closest(word, known)
    return f" Did you mean '{found}'?" if found else ""
