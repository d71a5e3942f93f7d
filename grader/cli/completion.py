"""`grader completion`: the lines with which a shell completes what is typed."""

from __future__ import annotations

import click

__all__ = ["command"]

VARIABLE = "_GRADER_COMPLETE"  # by which the shell asks


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print what makes a shell complete commands, options, courses, formats and hand-ins.

    Put the line of the example into ~/.bashrc, with zsh in the place of bash into ~/.zshrc. For fish, write it to
    ~/.config/fish/completions/grader.fish.

    \b
    Example:  eval "$(grader completion bash)"
              grader completion fish > ~/.config/fish/completions/grader.fish
    """
    from click.shell_completion import get_completion_class

    from grader.cli import commands

    kind = get_completion_class(shell)
    assert kind is not None  # click knows these three
    click.echo(kind(commands, {}, "grader", VARIABLE).source())
