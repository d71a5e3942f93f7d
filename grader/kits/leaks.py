"""Is anything of the solution in a folder for students? In its files, their archives and notebooks, or its history."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from grader.errors import GraderError

__all__ = ["leaks", "said_in", "secrets_of"]

SHORTEST = 14  # characters without blanks; what is shorter is in any code
CACHES = frozenset({"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".mypy_cache", ".ruff_cache"})
LARGEST = 64 << 20  # bytes
DEEPEST = 3  # archives in archives
MOST_TOLD = 3


def secrets_of(reference: Mapping[str, bytes], given: Mapping[str, bytes]) -> frozenset[str]:
    """The lines of a reference that students are not given, without blanks and comments."""
    shown = "\n".join(_bare(content.decode("utf-8")) for content in given.values())
    return frozenset(line for content in reference.values() for line in _lines(content) if line not in shown)


def leaks(folder: Path, secrets: frozenset[str], known: Collection[bytes]) -> list[str]:
    """What should not be in the folder, a sentence each.

    Args:
        known: the grader's own files and the course's driver; they may say what the solution says too.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if ".git" in name.parts:
            continue
        if name.name in CACHES or name.suffix == ".pyc":
            found.append(f"{name}: a cache; remove it, it may hold what it was made of.")
        elif path.is_file():
            found += _in_file(str(name), path.read_bytes(), secrets, known)
    return found + list(_in_history(folder, secrets, known))


def said_in(text: str, secrets: Collection[str]) -> list[str]:
    """The lines of the solution that a text says, the longest first."""
    bare = _bare(text)
    return sorted((line for line in secrets if line in bare), key=lambda line: (-len(line), line))


def _lines(content: bytes) -> Iterator[str]:
    for line in content.decode("utf-8", "replace").splitlines():
        bare = _bare(re.sub(r"(^|\s)#.*", "", line))
        if len(bare) >= SHORTEST:
            yield bare


def _bare(text: str) -> str:
    """The text without blanks, and with one kind of quotes."""
    return "".join(text.split()).replace("'", '"')


def _in_file(name: str, content: bytes, secrets: frozenset[str], known: Collection[bytes], deep: int = 0) -> list[str]:
    if content in known:
        return []
    if len(content) > LARGEST:
        return [f"{name}: too large to look through."]
    if content[:2] == b"PK" and deep < DEEPEST:
        return _in_archive(name, content, secrets, known, deep)
    text = _notebook(content) if _is_notebook(name, content) else content.decode("utf-8", "replace")
    said = said_in(text, secrets)
    told = [f"{name}: {len(said)} of the solution's lines, such as “{said[0][:80]}”."] if said else []
    return told + ([f"{name}: a notebook with outputs; clear them."] if _has_outputs(name, content) else [])


def _in_archive(name: str, content: bytes, secrets: frozenset[str], known: Collection[bytes], deep: int) -> list[str]:
    found = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                if entry.file_size > LARGEST:
                    found.append(f"{name}/{entry.filename}: too large to look through.")
                    continue
                found += _in_file(f"{name}/{entry.filename}", archive.read(entry), secrets, known, deep + 1)
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        found.append(f"{name}: an archive that cannot be looked into ({type(error).__name__}).")
    return found


def _is_notebook(name: str, content: bytes) -> bool:
    """By its name, or by what is in it, for objects of a history have no name."""
    return name.endswith(".ipynb") or (content.lstrip()[:1] == b"{" and b'"cells"' in content)


def _notebook(content: bytes) -> str:
    """All texts of a notebook, its outputs among them."""
    try:
        return "\n".join(_texts(json.loads(content)))
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield "".join(value)
    else:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for each in parts:
            yield from _texts(each)


def _has_outputs(name: str, content: bytes) -> bool:
    if not _is_notebook(name, content):
        return False
    try:
        cells = json.loads(content)["cells"]
        return any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


def _in_history(folder: Path, secrets: frozenset[str], known: Collection[bytes]) -> Iterator[str]:
    """Each object of the repository in this folder, those that no branch names any more too."""
    if not (folder / ".git").exists():
        return
    for id_, kind, content in _objects(folder):
        if kind == "tree":
            continue
        for told in _in_file(f"history, {kind} {id_[:12]}", content, secrets, known):
            yield f"{told} Start a new history for students."


def _objects(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """The id, kind and content of every object in the repository, one after the other."""
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), "cat-file", "--batch", "--batch-all-objects"]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as git:
            assert git.stdout
            while head := git.stdout.readline().decode().split():
                content = git.stdout.read(int(head[2]))
                git.stdout.read(1)
                yield head[0], head[1], content
    except OSError:
        raise GraderError(f"{folder}: its history cannot be read; git is not installed.") from None
    if git.returncode:
        raise GraderError(f"{folder}: its history cannot be read by git.")
