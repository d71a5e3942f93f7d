"""Values kept between runs under a digest of all that decides on them: a JSON file each, whole or not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.errors import GraderError
from grader.paths import cache_folder
from grader.writing import write

__all__ = ["Kept"]


class Kept:
    """A folder of the cache; what cannot be read or written is done again, and nothing else comes of it."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self.folder = (folder or cache_folder()) / name

    def get(self, digest: str) -> Mapping[str, Any] | None:
        """What was kept under this name."""
        try:
            found = json.loads((self.folder / f"{digest}.json").read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def forget(self, digest: str) -> None:
        """Have it done again."""
        (self.folder / f"{digest}.json").unlink(missing_ok=True)

    def put(self, digest: str, value: Mapping[str, Any]) -> None:
        """Keep a value."""
        with suppress(OSError, GraderError):
            write(self.folder / f"{digest}.json", json.dumps(value), private=True)
