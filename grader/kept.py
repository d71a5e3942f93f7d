"""Values kept between runs under a digest of all that decides on them: a JSON file each, whole or not there."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.paths import cache_folder

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
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=f".{digest[:8]}.")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(value, file)
            os.replace(name, self.folder / f"{digest}.json")
        except OSError:
            return
