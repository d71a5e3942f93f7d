"""What a person sees who asks for help: an example that works for each command, and words that the shell completes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from grader.cli import COMMANDS, commands

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "install.md").read_text("utf-8")


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


@pytest.mark.parametrize("name", ["check", "batch", "grade", "audit", "writeup", "similar", "doctor", "kit starter"])
def test_the_help_of_a_command_that_can_end_otherwise_tells_its_exit_codes(name: str) -> None:
    told = CliRunner().invoke(commands, [*name.split(), "--help"]).stdout
    assert "Exit codes: 0 " in told


def test_the_list_of_commands_tells_each_in_a_whole_line() -> None:
    told = CliRunner().invoke(commands, ["--help"], env={"COLUMNS": "80"}).stdout
    assert "..." not in told.partition("One's own work:")[2]
    assert all(re.search(rf"^  {name} .*\.$", told, re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize("group", ["kit", "marks", "notebook"])
def test_no_line_in_the_list_of_a_group_is_cut_off(group: str) -> None:
    told = CliRunner().invoke(commands, [group, "--help"], env={"COLUMNS": "80"}).stdout
    assert "..." not in told.partition("Commands:")[2]


OFFERS = [
    ("grader ex", ["export"]),
    ("grader export out --to c", ["canvas", "classroom50", "csv"]),
    ("grader check --rubric p", ["physics-ps5"]),
    ("grader audit nt", ["ntnu-tdt4265-a1"]),
    ("grader check --sandbox l", ["landlock"]),
    ("grader stats results --format html,p", ["html,parquet", "html,pdf"]),
    ("grader marks history results hand-in-0", ["hand-in-05", "hand-in-07"]),
    ("grader completion z", ["zsh"]),
]


@pytest.fixture
def typing(tmp_path: Path) -> dict[str, str]:
    """An environment in which `grader` is this one, and a folder of results lies at hand."""
    for name in ("hand-in-05", "hand-in-07"):
        (tmp_path / "results" / name).mkdir(parents=True)
        (tmp_path / "results" / name / "result.json").write_text("{}")
    typed = tmp_path / "bin" / "grader"
    typed.parent.mkdir()
    typed.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m grader "$@"\n')
    typed.chmod(0o755)
    path = f"{typed.parent}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PWD": str(tmp_path)}


@pytest.mark.parametrize(("typed", "offered"), OFFERS)
def test_commands_options_and_values_are_offered(
    typed: str, offered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "results" / "hand-in-05").mkdir(parents=True)
    (tmp_path / "results" / "hand-in-05" / "result.json").write_text("{}")
    shutil.copytree(tmp_path / "results" / "hand-in-05", tmp_path / "results" / "hand-in-07")
    monkeypatch.chdir(tmp_path)
    *words, last = typed.split()[1:]
    found = ShellComplete(commands, {}, "grader", "_GRADER_COMPLETE").get_completions(words, last)
    assert sorted(each.value for each in found) == offered


SHELLS = {  # each is asked as it would ask itself when Tab is pressed, and prints what it would offer
    "bash": r"""
        eval "$(grader completion bash)"; complete -p grader >/dev/null || exit 1
        COMP_WORDS=(TYPED); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _grader_completion grader
        printf "%s\n" "${COMPREPLY[@]}" """,
    "fish": 'grader completion fish | source; complete -C "TYPED"',
    "zsh": r"""
        autoload -U compinit; compinit -u; eval "$(grader completion zsh)"; [[ $_comps[grader] == _grader_* ]] || exit 1
        compadd() { local those=${@[-1]}; print -l ${(P)those} }  # outside of a prompt there is nobody to offer it to
        _describe() { local those=$3; print -l ${(P)those} }
        words=(TYPED); CURRENT=${#words}; _grader_completion""",
}
PLAIN = {"bash": "--norc", "fish": "--no-config", "zsh": "-f"}


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes(shell: str, typing: dict[str, str], tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    for typed, offered in OFFERS[1:3]:
        told = [shell, PLAIN[shell], "-c", SHELLS[shell].replace("TYPED", typed)]
        done = subprocess.run(told, cwd=tmp_path, env=typing, capture_output=True, text=True, check=True)
        found = [re.split("[\t,]", line)[-1 if shell == "bash" else 0] for line in done.stdout.splitlines()]
        assert set(offered) <= set(found), done.stdout + done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_a_shell_are_those_of_the_page(shell: str) -> None:
    assert f"grader completion {shell}" in PAGE
    assert "_GRADER_COMPLETE" in CliRunner().invoke(commands, ["completion", shell]).stdout
