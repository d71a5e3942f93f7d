"""A single notebook as a hand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from grader.intake.entry import Entry, IntakeLimits, LeftOut, Listing
from grader.intake.folder import read
from grader.intake.names import refusal

__all__ = ["listing"]


@contextmanager
def listing(path: Path, limits: IntakeLimits) -> Iterator[Listing]:
    """The one file."""
    file = path.resolve()
    if reason := refusal(file.name, limits):
        yield Listing((), (LeftOut(reason, file.name),))
    else:
        yield Listing((Entry(file.name, file.stat().st_size, partial(read, str(file), limits.of(file.name))),), ())
