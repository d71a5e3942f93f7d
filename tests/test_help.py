"""What a person sees who asks for help: an example that works for each command, and words that the shell completes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from grader.cli import commands

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "install.md").read_text("utf-8")


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command that does something."""
    if not isinstance(command, click.Group):
        yield words
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found
        yield from leaves(found, (*words, name))


def asked(words: tuple[str, ...]) -> click.Command:
    found: click.Command = commands
    for word in words:
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), word)
        assert inner
        found = inner
    return found


@pytest.mark.parametrize("words", list(leaves(commands)), ids=" ".join)
def test_the_help_of_each_command_has_an_example_with_options_that_exist(words: tuple[str, ...]) -> None:
    told = CliRunner().invoke(commands, [*words, "--help"])
    assert told.exit_code == 0
    examples = re.findall(r"^ *(?:Examples?: +)?grader (.+)$", told.stdout[told.stdout.find("Example") :], re.MULTILINE)
    assert examples
    options = {name for option in asked(words).params for name in (*option.opts, *option.secondary_opts)}
    for example in examples:
        given = shlex.split(example, comments=True)
        assert given[: len(words)] == list(words)
        assert {each.partition("=")[0] for each in given if each.startswith("-")} <= options


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("grader ex", ["export"]), ("grader export out --to c", ["canvas", "csv"])],
)
def test_the_shell_completes_commands_options_and_formats(typed: str, offered: list[str]) -> None:
    environment = {
        **os.environ,
        "_GRADER_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }
    told = [sys.executable, "-m", "grader"]
    done = subprocess.run(told, env=environment, capture_output=True, text=True, check=True)
    assert set(offered) <= {line.partition(",")[2] for line in done.stdout.splitlines()}


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_a_shell_are_those_of_the_page(shell: str) -> None:
    assert f"_GRADER_COMPLETE={shell}_source grader" in PAGE
    environment = {**os.environ, "_GRADER_COMPLETE": f"{shell}_source"}
    if shell == "bash":  # it looks for a bash that is new enough
        environment["PATH"] = os.environ.get("PATH", "/usr/bin:/bin")
    told = [sys.executable, "-m", "grader"]
    assert "grader" in subprocess.run(told, env=environment, capture_output=True, text=True, check=True).stdout
