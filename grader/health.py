"""What works on this machine, and what to do about the rest."""

from __future__ import annotations

import os
import pkgutil
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Literal

from grader.errors import GraderError

__all__ = ["Health", "Sign", "doctor"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at; without what is vital there is no grading."""

    name: str
    state: Literal["works", "optional", "broken"]
    told: str


@dataclass(frozen=True, slots=True)
class Health:
    """What was looked at on this machine, one after the other."""

    signs: tuple[Sign, ...]

    @property
    def can_grade(self) -> bool:
        """Whether hand-ins can be graded here."""
        return all(sign.state != "broken" for sign in self.signs)


def doctor() -> Health:
    """What works here (sandboxes, PDF, data, courses) and what to do about the rest."""
    return Health(tuple(_signs()))


def _signs() -> Iterator[Sign]:
    yield Sign("grader", "works", version("dlgrader"))
    yield Sign("Python", "works", f"{platform.python_version()} ({sys.executable})")
    yield _numpy()
    yield from _sandboxes()
    yield _pdf()
    yield _gradebook()
    yield _review()
    yield _data()
    yield from _courses()


def _numpy() -> Sign:
    import numpy as np

    threads = os.environ.get("OPENBLAS_NUM_THREADS", "all cores")
    return Sign("numpy", "works", f"{np.__version__}, BLAS threads: {threads} here, 1 in the sandbox")


def _sandboxes() -> Iterator[Sign]:
    """One line for each, strongest first as `--sandbox auto` takes them; one that works is enough."""
    from grader import sandbox

    try:
        best = sandbox.choose().name
    except GraderError as error:
        yield Sign("sandbox", "broken", str(error))
        return
    for module in pkgutil.iter_modules(sandbox.__path__):
        probe = getattr(import_module(f"{sandbox.__name__}.{module.name}"), "probe", None)
        if probe is None:
            continue
        reason = probe()
        told = reason or sandbox.choose(module.name).describe()
        used = " (used)" if module.name == best else ""
        yield Sign(f"sandbox {module.name}", "optional" if reason else "works", told + used)


def _pdf() -> Sign:
    from grader.report import pdf_problem

    problem = pdf_problem()
    return Sign("PDF", "optional" if problem else "works", problem or f"WeasyPrint {version('weasyprint')} with Pango")


def _gradebook() -> Sign:
    from grader.gradebook import MISSING, is_available

    if not is_available():
        return Sign("gradebook", "optional", MISSING)
    return Sign("gradebook", "works", f"SQLAlchemy {version('sqlalchemy')}: SQLite, or another database by --book URL")


def _review() -> Sign:
    from grader.review import MISSING, is_available

    if not is_available():
        return Sign("marking page", "optional", MISSING)
    return Sign("marking page", "works", f"Starlette {version('starlette')}: grader review OUT")


def _data() -> Sign:
    from grader.data import load

    try:
        digits = load("digits")
    except GraderError as error:
        return Sign("data", "broken", str(error))
    return Sign(
        "data", "works", f"digits, {len(digits.y_train) + len(digits.y_test):,} images; MNIST: --data mnist=FOLDER"
    )


def _courses() -> Iterator[Sign]:
    from grader.paths import data_folder
    from grader.rubric import load_rubric

    for path in sorted(data_folder("rubrics").glob("*/rubric.yaml")):
        try:
            rubric = load_rubric(path)
        except GraderError as error:
            yield Sign(f"course {path.parent.name}", "optional", str(error))
        else:
            points = f"{len(rubric.criteria)} criteria, {rubric.maximum:g} points"
            yield Sign(f"course {rubric.id}", "works", f"{rubric.title}: {points}")
