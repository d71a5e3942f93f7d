"""Hand-ins of a few files, opened as if nothing but numpy were installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.worker.handin import HandIn
from grader.worker.imports import Importer

Files = dict[str, str | bytes]
Open = Callable[[Files], HandIn]


@contextmanager
def opening(folder: Path) -> Iterator[Open]:
    """Write files below a folder and open it; all is forgotten afterwards."""
    opened: list[HandIn] = []

    def open_(files: Files) -> HandIn:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        opened.append(HandIn(folder))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Importer, "_installed", lambda self, name: name == "numpy")
        yield open_
        for each in opened:
            each.close()
