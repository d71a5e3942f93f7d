"""`grader init`: a new assignment in the current folder."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]

TOLD = {
    "rubric.yaml": "what is asked, and the points",
    "driver.py": "how hand-ins are called; it runs in the sandbox",
    "solution": "the reference: what it does is what is expected",
    "mistakes.yaml": "known mistakes, which reports name",
    "variants.yaml": "what `grader audit` changes, and what has to stay right",
    "submissions": "two hand-ins to try it on: a right one, and one with a slip",
}


@click.command("init")
@click.argument("name")
def command(name: str) -> None:
    """Start a new assignment: a folder NAME with a small rubric that works.

    It holds a rubric, a driver, a reference solution, known mistakes and two example hand-ins, for a linear classifier.
    Change one after the other into your own, and let `grader audit` tell what the rubric does not notice.

    \b
    Example:  grader init my-course-hw1
    """
    from grader.starting import start_assignment

    start_assignment(name, Path())
    click.echo(f"{name}/")
    for part, what in TOLD.items():
        click.echo(f"  {part:<14} {what}")
    click.echo(f"\nTry it:   grader grade {name}/submissions --rubric {name} -o results/")
    click.echo(f"Prove it: grader audit {name}")
