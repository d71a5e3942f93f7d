"""`grader kit`: what to upload to Gradescope, and what to put where students work."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.exits import BELOW
from grader.cli.options import data_paths, rubric_option, sandbox_option, shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.data import DataSet
    from grader.kits import Kit
    from grader.rubric import Rubric
    from grader.sandbox import Sandbox

__all__ = ["command"]

the_rubric_option = rubric_option("The rubric.", required=True)
force_option = click.option("--force", is_flag=True, help="Overwrite files that are there already.")
folder_option = click.option(
    "-o", "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to."
)


@click.group("kit")
def command() -> None:
    """Make what Gradescope, GitHub and GitLab run, and what students start from.

    Each brings this very grader as a wheel. The one for Gradescope holds the whole rubric and the reference; those for
    students hold public criteria only, and numbers in place of the reference's code.
    """


@command.command("gradescope")
@the_rubric_option
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The zip to write.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Draws the hidden inputs. [default: random]")
@click.option(
    "--hidden",
    type=click.Choice(["hidden", "after_due_date", "after_published", "visible"]),
    default="hidden",
    show_default=True,
    help="When students see hidden criteria.",
)
@click.option("--extra", "extras", multiple=True, type=click.Choice(["torch"]), help="Install this too.")
@click.option("--data", multiple=True, metavar="NAME=PATH", help="A data set to pack, such as mnist=data/.")
def gradescope(
    rubric: str, out: Path, seed: int | None, hidden: str, extras: tuple[str, ...], data: tuple[str, ...]
) -> None:
    """Write the autograder zip for Gradescope. It holds the reference: keep it to yourself.

    \b
    Example:  grader kit gradescope --rubric gatech-cs7643-a1 -o autograder.zip
    """
    from grader.batch import write
    from grader.kits import zipped
    from grader.kits.gradescope import gradescope

    loaded = _rubric(rubric)
    places = {name: place for name, place in data_paths(loaded, data).items() if place is not None}
    kit = gradescope(loaded, secrets.randbits(48) if seed is None else seed, hidden, extras, places)
    write(out, zipped(kit), private=True)
    click.echo(f"{shown(out)}: {len(kit)} files, {loaded.maximum:g} points. For you only: it holds the reference.")


@command.command("github", short_help="Write a workflow for GitHub.")
@the_rubric_option
@folder_option
@force_option
@sandbox_option
def github(rubric: str, out: Path, force: bool, sandbox: str) -> None:
    """Write a workflow and an action for GitHub, with the public part of the rubric, into a repository.

    \b
    Example:  grader kit github --rubric gatech-cs7643-a1 -o homework-1/
    """
    from grader.kits.repository import github

    _write_public(rubric, out, force, sandbox, github)


@command.command("gitlab", short_help="Write a job for GitLab.")
@the_rubric_option
@folder_option
@force_option
@sandbox_option
def gitlab(rubric: str, out: Path, force: bool, sandbox: str) -> None:
    """Write a job for GitLab, with the public part of the rubric, into a repository.

    \b
    Example:  grader kit gitlab --rubric gatech-cs7643-a1 -o homework-1/
    """
    from grader.kits.repository import gitlab

    _write_public(rubric, out, force, sandbox, gitlab)


@command.command("starter", short_help="Write the folder that students start from.")
@the_rubric_option
@folder_option
@force_option
@sandbox_option
def starter(rubric: str, out: Path, force: bool, sandbox: str) -> None:
    """Write the folder that students start from: the reference with TODOs in place of the solution.

    What is a solution is between the lines `# BEGIN SOLUTION` and `# END SOLUTION` of the reference; without any, it is
    every function's body. The folder is graded and searched before it is told to be fit for students.

    \b
    Example:  grader kit starter --rubric gatech-cs7643-a1 -o homework-1/
    """
    from grader.kits import write_folder
    from grader.kits.starter import starter

    loaded = _rubric(rubric)
    with _ready(loaded, sandbox) as (data, chosen):
        kit = starter(loaded, data, chosen)
    write_folder(kit, out, force=force)
    _tell_left_out(loaded)
    _check(loaded, out, sandbox)


@command.command("check", short_help="Say whether a folder can go to students.")
@the_rubric_option
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@sandbox_option
def check(rubric: str, folder: Path, sandbox: str) -> None:
    """Look whether a folder can go to students: it scores next to nothing, and holds nothing of the solution.

    Searched are files, archives, notebooks and their outputs, caches, and every object of a git history.

    \b
    Example:  grader kit check homework-1/ --rubric gatech-cs7643-a1
    """
    _check(_rubric(rubric), folder, sandbox)


def _write_public(
    named: str,
    out: Path,
    force: bool,
    sandbox: str,
    made: Callable[[Rubric, Mapping[str, DataSet], Sandbox], Kit],
) -> None:
    from grader.kits import write_folder

    rubric = _rubric(named)
    with _ready(rubric, sandbox) as (data, chosen):
        kit = made(rubric, data, chosen)
    write_folder(kit, out, force=force)
    click.echo(f"{shown(out)}/: {len(kit)} files.")
    _tell_left_out(rubric)


def _check(rubric: Rubric, folder: Path, sandbox: str) -> None:
    from grader.kits.starter import problems, said_by_driver
    from grader.report.text import visible

    with _ready(rubric, sandbox) as (data, chosen):
        found = problems(folder, rubric, secrets.randbits(48), data, chosen)
    for problem in found:
        click.echo(visible(problem), err=True)
    if found:
        click.echo(f"{shown(folder)}/ should not go to students as it is.", err=True)
        click.get_current_context().exit(BELOW)
    if said := said_by_driver(rubric):
        told = f"{len(said)} of the solution's lines" if len(said) > 1 else "one of the solution's lines"
        click.echo(
            visible(f"The driver, which goes along, says {told} too: “{said[0][:80]}”. Read it before students do.")
        )
    click.echo(f"{shown(folder)}/: scores next to nothing, and holds nothing of the solution.")


def _rubric(named: str) -> Rubric:
    from grader.rubric import find_rubric, load_rubric

    return load_rubric(find_rubric(named))


@contextmanager
def _ready(rubric: Rubric, sandbox: str) -> Iterator[tuple[Mapping[str, Any], Sandbox]]:
    """The rubric's data sets, which have to come with the grader, and a sandbox."""
    from grader.data import load
    from grader.sandbox import choose

    try:
        data = {name: load(name, place) for name, place in data_paths(rubric, ()).items()}
    except GraderError as error:
        raise GraderError(f"{error}\nStudents check with data sets that come with the grader only.") from None
    yield data, choose(sandbox)


def _tell_left_out(rubric: Rubric) -> None:
    from grader.kits.rubric import left_out
    from grader.report.text import one_line

    gone = left_out(rubric)
    if gone:
        told = ", ".join(f"{id_} ({why})" for id_, why in gone.items())
        click.echo(f"{len(gone)} of {len(rubric.criteria)} criteria are not in it: {one_line(told, 600)}.")
