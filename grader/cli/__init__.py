"""The command line: parses, calls, prints. Each command is one file, imported when it is called."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import IO, Any

import click

from grader.cli.exits import INTERRUPTED, UNGRADED, WRONG_INPUT
from grader.errors import GraderError

__all__ = ["main"]

COMMANDS = (
    *("audit", "batch", "check", "doctor", "export", "grade", "init", "kit", "marks"),
    *("notebook", "rejudge", "review", "schema", "similar", "stats", "writeup"),
)
MACHINES_FAULTS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR}
    | {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)
KEPT = "What was written is whole; nothing else was, and no score is lost or zero by it."


class Commands(click.Group):
    """The commands by name; a `GraderError` of theirs, or a fault of the machine's, becomes one message."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GraderError as error:
            raise _Told(str(error)) from None
        except OSError as error:
            if error.errno not in MACHINES_FAULTS:
                raise
            raise _Faulty(_machines_fault(error)) from None
        except MemoryError:
            raise _Faulty(f"There is not enough memory. {KEPT}") from None
        except KeyboardInterrupt:
            click.echo("\nStopped.", err=True)
            sys.exit(INTERRUPTED)


def _machines_fault(error: OSError) -> str:
    return f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}. {KEPT}"


class _Told(click.ClickException):
    exit_code = WRONG_INPUT

    def show(self, file: IO[Any] | None = None) -> None:
        from grader.report.text import visible

        click.secho("grader: ", fg="red", bold=True, nl=False, err=True)
        click.echo(visible(self.message), err=True)


class _Faulty(_Told):
    exit_code = UNGRADED


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"grader {version('dlgrader')}")
        ctx.exit()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def commands() -> None:
    """Grades numpy deep-learning homework.

    \b
    Students:     grader check            grader writeup -o report.pdf
    Instructors:  grader batch submissions.zip -o results/

    \b
    Completion:   eval "$(_GRADER_COMPLETE=bash_source grader)"   (or zsh_source, fish_source)

    Exit codes: 0 graded, 1 below --fail-under, 2 wrong input, 3 something is not graded.
    """


def main() -> None:
    """Run the command that was typed, and end the process."""
    # One thread is enough for inputs of this size, it starts faster, and equal inputs give equal sums.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a sign that the terminal does not know must not end the run
    commands(prog_name="grader")
