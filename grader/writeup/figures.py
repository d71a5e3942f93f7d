"""Which picture of the hand-in a source in the student's text means."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

__all__ = ["Figures"]

SHOWN = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Figures:
    """The pictures that a text can show: files of the hand-in, and those that a notebook holds."""

    files: Mapping[str, bytes] = field(default_factory=dict)  # by path
    known: Collection[str] = ()  # every path of the hand-in, read or not
    held: Mapping[str, bytes] = field(default_factory=dict)  # by source: outputs and attachments
    folders: tuple[str, ...] = ("",)  # of the texts

    def find(self, source: str) -> bytes | str:
        """The content of a picture, or why it is not shown."""
        if source in self.held:
            return self.held[source]
        if re.match(r"data:", source, re.IGNORECASE):
            return "pictures inside the text are not shown; put it beside the text as a file"
        if re.match(r"[a-z][a-z0-9+.-]*:|//", source, re.IGNORECASE):
            return "pictures from elsewhere are not loaded; put it into the hand-in as a file"
        way = unquote(source).replace("\\", "/").partition("#")[0].partition("?")[0]
        if PurePosixPath(way).suffix.lower() not in SHOWN:
            return "only PNG and JPEG are shown; save it as one of them"
        return self._file([posixpath.normpath(posixpath.join(folder, way)) for folder in (*self.folders, "")])

    def _file(self, ways: Collection[str]) -> bytes | str:
        """The first of these paths that there is, whatever case its letters have."""
        by_key = {name.casefold(): name for name in (*self.known, *self.files)}
        names = [by_key[way.casefold()] for way in ways if way.casefold() in by_key]
        if not names:
            return "the hand-in has no such file"
        return self.files.get(names[0], "it is too large, or cannot be read")
