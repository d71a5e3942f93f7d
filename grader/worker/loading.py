"""The course's driver as a module, or as a package whose modules import each other; it comes as code, not as files."""

from __future__ import annotations

import importlib
import marshal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from grader.worker.handin import HandIn

if TYPE_CHECKING:
    from importlib.abc import Loader
else:  # which does nothing, and brings `importlib.resources` with it
    Loader = object

__all__ = ["driver_class", "is_of_driver"]

_NAME = "grader.worker.driver"
_FOLDER, _FILE = "driver/", "driver.py"  # as its code says that it is compiled from


def driver_class(packed: Any) -> Callable[[HandIn], Any]:
    """The class `Driver` of what the grader packed: each file's code, or its source where that does not compile."""
    _forget()
    sys.meta_path.insert(0, _Modules(marshal.loads(packed.tobytes())))
    offered: Callable[[HandIn], Any] = vars(importlib.import_module(_NAME))["Driver"]
    return offered


def is_of_driver(filename: object) -> bool:
    """Whether code was compiled from a file of the driver."""
    return isinstance(filename, str) and (filename == _FILE or filename.startswith(_FOLDER))


def _forget() -> None:
    """An audit grades many trusted hand-ins in one worker, each with a driver that has seen no other."""
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, _Modules)]
    for name in [each for each in sys.modules if each == _NAME or each.startswith(f"{_NAME}.")]:
        del sys.modules[name]


class _Modules(Loader):
    """Finds the driver's modules in what was packed, and no other module."""

    def __init__(self, files: Mapping[str, CodeType | bytes]) -> None:
        self._files = files

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if name == _NAME:
            file = next(each for each in (_FILE, f"{_FOLDER}__init__.py") if each in self._files)
            return ModuleSpec(name, self, origin=file, is_package=file != _FILE)
        parent, _, last = name.rpartition(".")
        file = f"{_FOLDER}{last}.py"
        return ModuleSpec(name, self, origin=file) if parent == _NAME and file in self._files else None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None  # an ordinary one

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        file = str(module.__spec__.origin)
        module.__file__ = file
        code = self._files[file]
        exec(code if isinstance(code, CodeType) else compile(code, file, "exec", dont_inherit=True), vars(module))
