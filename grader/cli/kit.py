"""`grader kit`: what to upload to Gradescope, and what to put where students work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from grader.cli.exits import BELOW
from grader.cli.options import rubric_option, sandbox_option, shown

if TYPE_CHECKING:
    from grader.kits.making import Extra, MadeKit, Shown
    from grader.rubric import Rubric

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

    \b
    Example:  grader kit starter --rubric my-course-hw1/ -o homework-1/
              grader kit gradescope --rubric my-course-hw1/ -o autograder.zip
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
    rubric: str, out: Path, seed: int | None, hidden: Shown, extras: tuple[Extra, ...], data: tuple[str, ...]
) -> None:
    """Write the autograder zip for Gradescope. It holds the reference: keep it to yourself.

    \b
    Example:  grader kit gradescope --rubric gatech-cs7643-a1 -o autograder.zip
    """
    from grader.data import parse_data_option
    from grader.kits.making import gradescope_kit

    loaded = _rubric(rubric)
    kit = gradescope_kit(loaded, seed=seed, hidden=hidden, extras=extras, data=dict(map(parse_data_option, data)))
    kit.write(out)
    click.echo(
        f"{shown(out)}: {len(kit.files)} files, {loaded.maximum:g} points. For you only: it holds the reference."
    )


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
    _write_public(rubric, out, force, sandbox, "github")


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
    _write_public(rubric, out, force, sandbox, "gitlab")


@command.command("starter", short_help="Write the folder that students start from.")
@the_rubric_option
@folder_option
@force_option
@sandbox_option
def starter(rubric: str, out: Path, force: bool, sandbox: str) -> None:
    """Write the folder that students start from: the reference with TODOs in place of the solution.

    What is a solution is between the lines `# BEGIN SOLUTION` and `# END SOLUTION` of the reference; without any, it is
    every function's body. The folder is graded and searched before it is told to be fit for students.

    Exit codes: 0 it can go to students, 1 it should not as it is, 2 wrong input.

    \b
    Example:  grader kit starter --rubric gatech-cs7643-a1 -o homework-1/
    """
    from grader.kits.making import starter_kit

    loaded = _rubric(rubric)
    kit = starter_kit(loaded, sandbox=sandbox)
    kit.write(out, force=force)
    _tell_left_out(loaded, kit)
    _check(loaded, out, sandbox)


@command.command("check", short_help="Say whether a folder can go to students.")
@the_rubric_option
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@sandbox_option
def check(rubric: str, folder: Path, sandbox: str) -> None:
    """Look whether a folder can go to students: it scores next to nothing, and holds nothing of the solution.

    Searched are files, archives, notebooks and their outputs, caches, and every object of a git history.

    Exit codes: 0 it can go to students, 1 it should not as it is, 2 wrong input.

    \b
    Example:  grader kit check homework-1/ --rubric gatech-cs7643-a1
    """
    _check(_rubric(rubric), folder, sandbox)


def _write_public(named: str, out: Path, force: bool, sandbox: str, platform: Literal["github", "gitlab"]) -> None:
    from grader.kits.making import repository_kit

    rubric = _rubric(named)
    kit = repository_kit(rubric, platform, sandbox=sandbox)
    kit.write(out, force=force)
    click.echo(f"{shown(out)}/: {len(kit.files)} files.")
    _tell_left_out(rubric, kit)


def _check(rubric: Rubric, folder: Path, sandbox: str) -> None:
    from grader.kits.making import kit_problems
    from grader.kits.starter import said_by_driver
    from grader.report.text import visible

    found = kit_problems(folder, rubric, sandbox=sandbox)
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


def _tell_left_out(rubric: Rubric, kit: MadeKit) -> None:
    from grader.report.text import one_line

    if kit.left_out:
        told = ", ".join(f"{id_} ({why})" for id_, why in kit.left_out.items())
        click.echo(f"{len(kit.left_out)} of {len(rubric.criteria)} criteria are not in it: {one_line(told, 600)}.")
