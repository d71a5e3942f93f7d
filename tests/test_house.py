"""What holds of all files of the toolkit: the public names, the size of things, words, and what importing costs."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import grader

ROOT = Path(grader.__file__).parent.parent
SOURCES = sorted(ROOT.glob("grader/**/*.py"))
MOST_LINES = 500
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCES
    if path.name not in {"__main__.py", "main.py"}  # these run when they are imported
]
HEAVY = {"numpy", "pydantic", "yaml", "jinja2", "rich", "weasyprint"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_one_can_read(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_promises(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("name", MODULES)
def test_exported_members_are_sorted_and_there(name: str) -> None:
    module = importlib.import_module(name)
    names = getattr(module, "__all__", [])
    assert list(names) == sorted(names, key=_as_isort)
    assert all(hasattr(module, each) for each in names)


def _as_isort(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name


def test_every_public_name_can_be_imported_from_the_package() -> None:
    assert grader.__all__ == sorted(grader.__all__)
    assert dir(grader) == grader.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = grader.nothing


@pytest.mark.parametrize(
    "module", ["grader", "grader.cli", "grader.cli.check", "grader.cli.grade", "grader.cli.writeup", "grader.sandbox"]
)
def test_a_command_starts_before_anything_heavy_is_imported(module: str) -> None:
    code = f"import sys, {module}; print(*{HEAVY} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.split() == []


def test_only_the_command_line_prints() -> None:
    printing = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert not {path for path in printing if not path.startswith("grader/cli/")}
