"""Names of files: which are refused, which are of no interest, and how they are told to a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from grader.intake.entry import IntakeLimits, LeftOut
from grader.paths import KIT

__all__ = [
    "ARCHIVES",
    "DAMAGED",
    "DOCUMENTS",
    "LINK",
    "PICTURES",
    "SOURCE",
    "SPECIAL",
    "noise",
    "refusal",
    "safe_id",
    "sentences",
    "split",
    "without_ending",
]

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz")  # that are opened
SOURCE = frozenset({"", ".py", ".ipynb", ".yaml", ".yml", ".json", ".txt", ".md", ".csv", ".toml", ".cfg"})
PICTURES = frozenset({".png", ".jpg", ".jpeg"})
DOCUMENTS = frozenset({".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".tex", ".html", ".htm"})  # for persons only

LINK = "Links are not followed"
UNREADABLE = "Without permission to read"
CHANGED = "Files that change while they are read are left out"
SPECIAL = "Pipes, sockets and devices are left out"
DAMAGED = "Damaged files are not read"

UNPRINTABLE = "Names with unprintable characters are refused"
BACKSLASH = 'Names with a backslash are refused; between folders belongs "/"'
OUTSIDE = "Names that lead out of the hand-in are refused"
LONG = "Names that are too long or too deeply nested are refused"

SYSTEM = "Files of the operating system are left out"
CACHES = "Caches are left out"
HISTORY = "Version histories are left out"
INSTALLED = "Installed packages are left out"
COURSE = "The course's own files are left out"
NOISE: Mapping[str, str] = {
    "__macosx": SYSTEM,
    ".ds_store": SYSTEM,
    ".spotlight-v100": SYSTEM,
    ".trashes": SYSTEM,
    "desktop.ini": SYSTEM,
    "icon\r": SYSTEM,
    "thumbs.db": SYSTEM,
    "__pycache__": CACHES,
    ".ipynb_checkpoints": CACHES,
    ".mypy_cache": CACHES,
    ".pytest_cache": CACHES,
    ".ruff_cache": CACHES,
    ".git": HISTORY,
    ".hg": HISTORY,
    ".svn": HISTORY,
    ".venv": INSTALLED,
    "venv": INSTALLED,
    ".github": COURSE,
    KIT: COURSE,
    "node_modules": INSTALLED,
    "site-packages": INSTALLED,
}
OF_AN_ENVIRONMENT = frozenset({"bin", "etc", "include", "lib", "lib64", "pyvenv.cfg", "scripts", "share"})

NAMES_IN_A_SENTENCE = 3
LONGEST_NAME_SHOWN = 80
LONGEST_ID = 60  # characters; in UTF-8 at most 240 bytes, so that a file name can be made of it


def refusal(name: str, limits: IntakeLimits) -> str | None:
    """Why a path is not used at all; None when it is harmless."""
    if not name.isprintable():  # control and bidirectional characters, line ends, undecodable bytes
        return UNPRINTABLE
    if "\\" in name:
        return BACKSLASH
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or re.match("[A-Za-z]:", name):
        return OUTSIDE
    too_long = len(name.encode()) > limits.path or any(len(part.encode()) > limits.name for part in parts)
    return LONG if too_long or len(parts) > limits.depth else None


def noise(parts: tuple[str, ...], environments: Collection[tuple[str, ...]] = ()) -> LeftOut | None:
    """The outermost part of this path that no student wrote; `environments` are the folders with a pyvenv.cfg."""
    for depth, part in enumerate(parts):
        reason = SYSTEM if part.startswith("._") else NOISE.get(part.casefold())
        if reason:
            return LeftOut(reason, "/".join(parts[: depth + 1]))
        # Not the whole folder: an environment may have been made in the hand-in's own top folder.
        if parts[:depth] in environments and part.casefold() in OF_AN_ENVIRONMENT:
            return LeftOut(INSTALLED, "/".join(parts[:depth]) or "its top folder")
    return None


def split(name: str) -> tuple[str, ...]:
    """The parts of a name in an archive, without those that mean nothing."""
    return tuple(part for part in name.split("/") if part not in ("", "."))


def without_ending(name: str) -> str:
    """The name of an archive without what tells its format."""
    ending = next((each for each in sorted(ARCHIVES, key=len, reverse=True) if name.lower().endswith(each)), "")
    return name.removesuffix(name[-len(ending) :]) if ending else name.rpartition(".")[0] or name


def safe_id(text: str) -> str:
    """The text as an identifier that can be printed and be a file's name."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|%{}$`' else "_" for c in text)
    kept = re.sub(r"^[-.~]+", "_", kept)  # neither an option of a command, nor hidden, nor a home folder
    return kept[:LONGEST_ID].rstrip(" .") or "submission"


def sentences(left_out: Iterable[LeftOut]) -> tuple[str, ...]:
    """One sentence for each reason, in the order of their first appearance, with a count and some names."""
    names: dict[str, dict[str, None]] = {}
    for thing in left_out:
        names.setdefault(thing.reason, {})[thing.name] = None
    return tuple(_sentence(reason, list(found)) for reason, found in names.items())


def _sentence(reason: str, names: list[str]) -> str:
    shown = [_shown(name) for name in names[:NAMES_IN_A_SENTENCE]]
    more = len(names) - len(shown)
    count = f" ({len(names)})" if len(names) > 1 else ""
    return f"{reason}{count}: {', '.join(shown)}{f' and {more} more' if more else ''}."


def _shown(name: str) -> str:
    printable = name if name.isprintable() else ascii(name)
    return printable if len(printable) <= LONGEST_NAME_SHOWN else printable[: LONGEST_NAME_SHOWN - 1] + "…"
