"""Packages that a course allows beside numpy: a driver names them, and a worker has those that are installed here.

    PACKAGES = ("torch",)  # in a driver

Some are too large to be asked of everybody, so a course has to do without them where they are not there.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from threading import Lock

from grader.driver import Driver

__all__ = ["ONE_COMPILES", "allowed", "installed"]

ONE_COMPILES = Lock()  # two threads that parse at once make Python 3.11 fail over its recursion depth
_NAME = "PACKAGES"


def installed(package: str) -> bool:
    """Whether a package could be imported here; it is not imported."""
    return importlib.util.find_spec(package) is not None


@lru_cache(16)
def allowed(driver: Driver) -> tuple[str, ...]:
    """The packages that a driver names, as far as they are installed, with all that they need themselves."""
    found: dict[str, None] = {}
    waiting = [name for _, source in driver.files for name in _named(source) if installed(name)]
    while waiting:
        name = waiting.pop()
        if name not in found and _is_folder(name):
            found[name] = None
            waiting.extend(_needed(name))
    return tuple(found)


def _named(source: bytes) -> tuple[str, ...]:
    """What a line `PACKAGES = (…)` of the driver says."""
    if _NAME.encode() not in source:  # which spares most drivers the parsing
        return ()
    try:
        with ONE_COMPILES:
            body = ast.parse(source).body
    except (SyntaxError, ValueError):  # told where the driver is loaded
        return ()
    lines = (each for each in body if isinstance(each, ast.Assign))
    values = (each.value for each in lines if any(isinstance(t, ast.Name) and t.id == _NAME for t in each.targets))
    return tuple(str(name) for value in values for name in ast.literal_eval(value))


def _is_folder(package: str) -> bool:
    spec = importlib.util.find_spec(package)
    return spec is not None and bool(spec.submodule_search_locations) and bool(spec.origin)


def _needed(package: str) -> Iterator[str]:
    """The packages of the distributions that this one's distribution requires, but for its extras."""
    by_distribution: dict[str, list[str]] = {}
    for name, distributions in packages_distributions().items():
        for distribution in distributions:
            by_distribution.setdefault(_plain(distribution), []).append(name)
    for distribution in packages_distributions().get(package, ()):
        for requirement in _requirements(distribution):
            if "extra ==" not in requirement:
                yield from by_distribution.get(_plain(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]), ())


def _requirements(distribution: str) -> list[str]:
    try:
        return requires(distribution) or []
    except PackageNotFoundError:
        return []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
