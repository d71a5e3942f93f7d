"""Files that are there as a whole or not at all, whatever ends the process that writes them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from grader.errors import GraderError

__all__ = ["new_file", "write"]


def write(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a file; a `private` one is for its owner only."""
    with new_file(path, private=private) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def new_file(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """The file to be; it takes its place once the block has come to its end."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileNotFoundError:  # only where the system itself makes the folders, as below /proc
        raise GraderError(f"{path.parent}: no folder can be made there.") from None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:  # which would name the temporary file
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        if not private:
            os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException as error:
        os.unlink(name)
        if isinstance(error, OSError):  # a full disk does not say by itself what it has no room for
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


@cache
def _umask() -> int:
    """What the user's new files may not allow; temporary files are for the owner only."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
