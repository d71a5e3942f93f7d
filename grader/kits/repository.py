"""What goes into a repository that students can read: the public part of a rubric, and the CI that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from grader.kits import File, Kit, template
from grader.kits.rubric import open_part
from grader.kits.wheel import wheel
from grader.paths import KIT
from grader.rubric import Rubric

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.sandbox import Sandbox

__all__ = ["github", "gitlab", "public"]


def public(rubric: Rubric, data: Mapping[str, DataSet], sandbox: Sandbox) -> Kit:
    """The folder with which a student checks a hand-in: no solution, no hidden criterion, no hidden input."""
    name, content = wheel()
    files = {
        "README.md": File(template("public.md")),
        "check.sh": File(template("check.sh"), executable=True),
        name: File(content),
        **open_part(rubric, data, sandbox),
    }
    return {f"{KIT}/{path}": file for path, file in files.items()}


def github(rubric: Rubric, data: Mapping[str, DataSet], sandbox: Sandbox) -> Kit:
    """The same with a workflow and a composite action for GitHub."""
    return {
        ".github/workflows/grade.yml": File(template("grade.yml")),
        ".github/actions/grade/action.yml": File(template("action.yml")),
        **public(rubric, data, sandbox),
    }


def gitlab(rubric: Rubric, data: Mapping[str, DataSet], sandbox: Sandbox) -> Kit:
    """The same with a job for GitLab."""
    return {".gitlab-ci.yml": File(template("gitlab-ci.yml")), **public(rubric, data, sandbox)}
