"""The command line: parses, calls, prints. Each command is one file, imported when it is called."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import IO, Any

import click

from grader.cli.exits import INTERRUPTED, UNGRADED, WRONG_INPUT
from grader.errors import GraderError

__all__ = ["main"]

GROUPS = {  # by who types them, each with what fits into a line
    "One's own work": {
        "check": "Say what a hand-in would lose, and what to fix first.",
        "writeup": "Run the course's experiments, and write the report.",
        "notebook": "Run notebooks in the sandbox, and make PDFs of them.",
    },
    "A class": {
        "batch": "Grade what Gradescope, Canvas, Moodle or GitHub give.",
        "grade": "Grade folders and archives that are named one by one.",
        "review": "Mark written answers in the browser.",
        "marks": "Take points and comments of people, in a spreadsheet.",
        "rejudge": "Judge again by a mended rubric, without running code.",
        "export": "Write results for a platform, CI or a spreadsheet.",
        "stats": "Tell the class in numbers: scores, mistakes, who waits.",
        "similar": "Show which hand-ins have much in common.",
    },
    "An assignment": {
        "init": "Start a new one, with a small rubric that works.",
        "audit": "Look for wrong solutions that a rubric lets through.",
        "kit": "Make what platforms run, and what students start from.",
        "schema": "Print the JSON Schema of a rubric, for an editor.",
    },
    "This machine": {
        "doctor": "Say what works here, and what to type where it does not.",
        "completion": "Let the shell complete what is typed.",
    },
}
COMMANDS = tuple(sorted(name for group in GROUPS.values() for name in group))
MACHINES_FAULTS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR}
    | {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)
NOT_ALLOWED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(list(group.items()), col_max=12)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _stoppable():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _stoppable():
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            from grader.cli.usage import with_hint

            raise with_hint(error) from None
        except GraderError as error:
            raise _Told(str(error)) from None
        except OSError as error:
            if error.errno not in MACHINES_FAULTS:
                raise
            raise _Faulty(_machines_fault(error)) from None
        except MemoryError:
            raise _Faulty(f"There is not enough memory. {KEPT}") from None


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C ends the process with a word; of click's own the exit code would be another."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nStopped.", err=True)
        sys.exit(INTERRUPTED)


def _machines_fault(error: OSError) -> str:
    told = f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}."
    return f"{told} {'Name a place where you may write. ' if error.errno in NOT_ALLOWED else ''}{KEPT}"


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
    Completion:   eval "$(grader completion bash)"    (or zsh; fish: see grader completion --help)

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
