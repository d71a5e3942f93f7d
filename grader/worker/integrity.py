"""Notices which functions a hand-in replaced; it decides nothing, an instructor reads it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from types import FunctionType, ModuleType

__all__ = ["Integrity", "picture"]

_WATCHED = (
    "builtins",
    "json",
    "math",
    "numpy",
    "numpy.linalg",
    "numpy.random",
    "numpy.testing",
    "os",
    "random",
    "sys",
    "time",
    "unittest.case",
)
_MEANT_TO_BE_REPLACED = {"displayhook", "excepthook", "unraisablehook", "stderr", "stdin", "stdout"}
_ALSO_PUBLIC = {"_exit", "__import__", "__build_class__"}
_MOST = 20  # sentences; a hand-in that replaces everything needs no longer list


@cache  # a nursery takes it for all its workers
def picture() -> Mapping[str, Mapping[str, object]]:
    """The public functions as they are before anything of a hand-in is there, by module and name."""
    return {name: dict(_functions(sys.modules[name])) for name in _WATCHED if name in sys.modules}


class Integrity:
    """What a hand-in replaced since that picture was taken."""

    def __init__(self) -> None:
        self._functions = picture()
        self._own_files = tuple({_folder(module) for module in (sys.modules["os"], sys.modules["numpy"])})

    def seen(self) -> list[str]:
        """One sentence for each function that was replaced since."""
        return [f"{name} was replaced" for name in islice(self._replaced(), _MOST)]

    def _replaced(self) -> Iterator[str]:
        for name in _WATCHED:
            module = sys.modules.get(name)
            if isinstance(module, ModuleType):
                yield from (f"{name}.{function}" for function in self._changes(name, module))

    def _changes(self, name: str, module: ModuleType) -> Iterator[str]:
        before = self._functions.get(name)
        if before is None:  # loaded by the hand-in: a function is foreign when its code lies outside Python and numpy
            yield from (key for key, value in _functions(module) if self._foreign(value))
        else:
            now = vars(module)
            yield from (key for key, value in before.items() if now.get(key) is not value)

    def _foreign(self, function: object) -> bool:
        return isinstance(function, FunctionType) and not function.__code__.co_filename.startswith(self._own_files)


def _functions(module: ModuleType) -> Iterator[tuple[str, object]]:
    """The public functions and classes of a module by name, without what is meant to be replaced."""
    for name, value in list(vars(module).items()):
        public = not name.startswith("_") or name in _ALSO_PUBLIC
        if public and callable(value) and name not in _MEANT_TO_BE_REPLACED:
            yield name, value


def _folder(module: ModuleType) -> str:
    return (module.__file__ or "/").rpartition("/")[0] + "/"
