"""What was observed of a reference, in files that take the place of its code.

For those who may know the numbers that a right solution gives, on inputs that everybody knows, but not the solution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.errors import GraderError
from grader.model import Observation, Observations
from grader.observed import Seen, pack, unpack
from grader.rubric.files import EXPECTED

__all__ = ["keep", "kept"]


def keep(expected: Mapping[str, Observations]) -> dict[str, bytes]:
    """A file for each of the sizes.

    Raises:
        GraderError: something that was observed is too large for a file.
    """
    files = {}
    for size, seen in expected.items():
        packed = pack(Seen(replace(seen, criteria={id_: _bare(each) for id_, each in seen.criteria.items()})))
        if packed is None:
            raise GraderError("What the reference gives is too large to be kept in a file.")
        files[f"{size}{EXPECTED}"] = packed
    return files


def _bare(seen: Observation) -> Observation:
    """Without what is another one each time, so that the same reference gives the same bytes."""
    return replace(seen, seconds=0.0, output="")


def kept(folder: Path) -> dict[str, Observations] | None:
    """What the folder holds in place of code, by the name of the sizes; None where it holds no such files.

    Raises:
        GraderError: a file is something else.
    """
    files = sorted(folder.glob(f"*{EXPECTED}"))
    try:
        return {path.name.removesuffix(EXPECTED): unpack(path.read_bytes()).observations for path in files} or None
    except (OSError, GraderError) as error:
        raise GraderError(f"{folder}: what is expected cannot be read: {error}") from None
