"""Which folders a worker needs to read: the system's libraries, Python, the allowed packages, and its own code."""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import cache
from pathlib import Path

from grader.errors import SandboxError

__all__ = ["WORKER", "interpreter", "package_folders", "package_paths", "readable", "site_folders", "system_folders"]

WORKER = Path(__file__).resolve().parent.parent / "worker"


def readable(packages: tuple[str, ...]) -> list[str]:
    """Everything that a worker may read, but for the `site_folders` in it."""
    folders = dict.fromkeys(os.path.realpath(folder) for folder in system_folders())
    inside = [folder for folder in folders if not any(folder.startswith(f"{other}/") for other in folders)]
    return [*inside, "/etc/ld.so.cache", "/dev/urandom", *package_paths(packages), str(WORKER)]


def system_folders() -> list[str]:
    """The folders of shared libraries and of Python itself."""
    usual = [path for path in ("/usr", "/lib", "/lib32", "/lib64") if os.path.exists(path)]
    prefix = os.path.realpath(sys.base_prefix)
    return usual if prefix.startswith("/usr/") or prefix == "/usr" else [*usual, prefix]


@cache
def site_folders() -> list[str]:
    """Folders of installed packages inside the system's folders; a reference solution may be installed there."""
    roots = {"/usr", "/usr/local", os.path.realpath(sys.base_prefix)}
    patterns = ("lib*/python3*/site-packages", "lib*/python3*/dist-packages")
    found = (path for root in roots for pattern in patterns for path in Path(root).glob(pattern))
    return sorted({os.path.realpath(path) for path in found if path.is_dir()})


def package_paths(packages: tuple[str, ...]) -> list[str]:
    """The packages' own folders, and those with the shared libraries that wheels put beside them."""
    folders = package_folders(packages)
    candidates = [path for name, folder in folders.items() for path in (folder, *_libraries(name, folder))]
    return [path for path in dict.fromkeys(candidates) if os.path.isdir(path)]


def _libraries(name: str, folder: str) -> list[str]:
    """Where a wheel may have put them: it names the folder after the distribution, as `pillow.libs` beside `PIL`."""
    if name == "numpy":  # which is called as its distribution is; looking takes a while, and every start needs it
        return [f"{folder}.libs"]
    from importlib.metadata import packages_distributions

    distributions = packages_distributions().get(name, [])
    return [f"{folder}.libs", *(f"{os.path.dirname(folder)}/{each.lower()}.libs" for each in distributions)]


@cache
def package_folders(names: tuple[str, ...]) -> dict[str, str]:
    """Where the packages are installed, found without importing them."""
    found = {}
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise SandboxError(f"The package {name} is not installed beside the grader; hand-ins need it.")
        found[name] = os.path.realpath(next(iter(spec.submodule_search_locations)))
    return found


def interpreter() -> str:
    """The interpreter itself, not a virtual environment's link to it."""
    return os.path.realpath(sys.executable)
