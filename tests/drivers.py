"""The courses' drivers as modules of the tests' own process, whether they are files or packages."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from grader.driver import find_driver

ROOT = Path(__file__).parents[1]


def driver_module(course: str) -> ModuleType:
    """The module that holds the course's class `Driver`."""
    place = find_driver(ROOT / "rubrics" / course / "driver")
    assert place is not None
    name = f"driver_of_{course.replace('-', '_')}"
    inside = [str(place)] if place.is_dir() else None
    file = place / "__init__.py" if inside else place
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
