"""A course's driver as it goes into the sandbox: the source of one file, or of the modules of a package.

It lies in `driver.py`, or in `driver/__init__.py` with modules beside it, which import each other by
`from .names import …`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DRIVER", "Driver", "find_driver", "read_driver"]

DRIVER = "driver"


@dataclass(frozen=True, slots=True)
class Driver:
    """What its files hold, by names that no folder of this machine is in."""

    files: tuple[tuple[str, bytes], ...]  # of "driver.py" alone, or of "driver/__init__.py" and others; sorted

    @classmethod
    def of(cls, source: bytes) -> Driver:
        """A driver of one file."""
        return cls(((f"{DRIVER}.py", source),))

    @property
    def name(self) -> str:
        """The file or folder, as a rubric beside it names it."""
        return self.files[0][0].partition("/")[0]

    @property
    def text(self) -> str:
        """All that it says, for whoever looks for words in it."""
        return "\n".join(content.decode("utf-8", "replace") for _, content in self.files)

    @property
    def digest(self) -> str:
        """One name for all of it."""
        told = (f"{name} {hashlib.sha256(content).hexdigest()}\n" for name, content in self.files)
        return hashlib.sha256("".join(told).encode()).hexdigest()


def find_driver(place: Path) -> Path | None:
    """The file or the package's folder that is meant; `driver` means `driver.py` too, as it does in an import."""
    if place.is_file() or (place / "__init__.py").is_file():
        return place
    file = place.with_name(f"{place.name}.py")
    return file if file.is_file() else None


def read_driver(place: Path) -> Driver:
    """What the driver at this file or folder consists of.

    Raises:
        OSError: it cannot be read.
    """
    place = find_driver(place) or place
    if not place.is_dir():
        return Driver.of(place.read_bytes())
    modules = sorted(path for path in place.glob("*.py") if path.stem.isidentifier())  # no `._names.py` of a Mac
    return Driver(tuple((f"{DRIVER}/{path.name}", path.read_bytes()) for path in modules))
