"""The Python files of a hand-in, read without running them: their text, what they define and what they import."""

from __future__ import annotations

import ast
import codecs
import io
import os
import re
import tokenize
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from grader.worker.later_python import in_earlier_words
from grader.worker.notebooks import NOTEBOOK, code_of, without_commands

__all__ = ["Broken", "Definition", "Import", "Source", "aside", "read_sources", "superseded", "top_level"]

_SKIPPED = frozenset(
    {
        "__MACOSX",
        "__pycache__",
        ".git",
        ".idea",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".venv",
        ".vscode",
        "node_modules",
        "site-packages",
        "venv",
    }
)
_LFS_POINTER = "version https://git-lfs.github.com/spec/"
_LARGEST = 4 << 20  # bytes of one source file; what is longer is data
_LARGEST_NOTEBOOK = 32 << 20  # bytes; its pictures are in it
_ASIDE = frozenset(
    {
        "archive",
        "backup",
        "backups",
        "bak",
        "copy",
        "deprecated",
        "draft",
        "drafts",
        "old",
        "previous",
        "scratch",
        "test",
        "tests",
        "tmp",
    }
)


@dataclass(frozen=True)
class Broken:
    """A file, or a line of it, that cannot be used."""

    where: str  # "models/sgd.py:12"
    message: str


@dataclass(frozen=True)
class Definition:
    """A class or function at the top level of a file."""

    kind: Literal["class", "function"]
    name: str
    path: str
    line: int
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda = field(compare=False, repr=False)

    @property
    def bases(self) -> tuple[str, ...]:
        """The last names of a class's bases: `models.Base` is "Base"."""
        bases = self.node.bases if isinstance(self.node, ast.ClassDef) else []
        return tuple(
            base.attr if isinstance(base, ast.Attribute) else base.id
            for base in bases
            if isinstance(base, (ast.Attribute, ast.Name))
        )

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of a class's own methods."""
        body = self.node.body if isinstance(self.node, ast.ClassDef) else []
        return tuple(item.name for item in body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)))

    def __str__(self) -> str:
        return f"{self.path}: {self.kind} {self.name}"


@dataclass(frozen=True)
class Import:
    """One import of one file: `from models.sgd import SGD` has the name `models.sgd` and the member `SGD`."""

    name: str
    members: tuple[str, ...]
    level: int  # the number of leading dots
    line: int


@dataclass(frozen=True)
class Source:
    """One file: its text as Python will see it, and what is in it."""

    path: str
    text: str
    tree: ast.Module | None = field(repr=False)
    broken: Broken | None = None
    definitions: tuple[Definition, ...] = ()
    imports: tuple[Import, ...] = ()
    guarded: tuple[tuple[int, int], ...] = ()  # line ranges in which a failing import is expected
    repaired: str = ""  # what had to be mended to read it
    cells: tuple[tuple[int, int], ...] = ()  # of a notebook: the line where each cell of code begins, and its number

    def guards(self, line: int) -> bool:
        """Whether an import that fails in this line is caught by the file itself."""
        return any(first <= line <= last for first, last in self.guarded)


def read_sources(root: Path) -> dict[str, Source]:
    """All Python files below `root` by relative path, shallow ones first."""
    paths = sorted(_walk(root), key=lambda path: (path.count("/"), path))
    return {path: _read(root, path) for path in paths}


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not _skipped(Path(folder, name)))
        for name in sorted(files):
            if name.lower().endswith((".py", NOTEBOOK)) and not name.startswith("._") and Path(folder, name).is_file():
                path = Path(folder, name).relative_to(root).as_posix()
                if not path.lower().endswith(NOTEBOOK):
                    yield path
                elif f"{name}.py" not in files:
                    yield f"{path}.py"  # every source is a module of some name


def _skipped(folder: Path) -> bool:
    return folder.name in _SKIPPED or folder.is_symlink() or (folder / "pyvenv.cfg").exists()


@lru_cache(1024)  # asked of every definition for every part that it could be
def aside(path: str) -> bool:
    """Whether a path looks like a test, an old copy, scratch work or a notebook, which count last."""
    *folders, file = path.lower().removesuffix(".py").split("/")
    if file.endswith(NOTEBOOK):
        return True
    words = {word for folder in folders for word in re.split(r"[\W_\d]+", folder)}
    return bool(
        words & _ASIDE or re.search(r"^tests?_|_tests?$|^conftest$|(^|[\W_])(old|backup|bak|copy)\d*$|\(\d+\)$", file)
    )


@lru_cache(4096)
def superseded(path: str) -> bool:
    """Whether a file's name says that a better one followed; of notebooks this is all that tells which one counts."""
    stem = path.lower().rpartition("/")[2].removesuffix(".py").removesuffix(NOTEBOOK)
    return bool({*re.split(r"[\W_\d]+", stem)} & (_ASIDE | {"attempt", "try"}))


def _read(root: Path, path: str) -> Source:
    is_notebook = not (root / path).is_file()
    try:
        data = (root / (path.removesuffix(".py") if is_notebook else path)).read_bytes()
    except OSError as error:
        return _unreadable(path, f"cannot be read: {error.strerror}")
    if len(data) > (_LARGEST_NOTEBOOK if is_notebook else _LARGEST):
        return _unreadable(path, f"is {len(data) >> 20} MiB long; it was not read")
    text, repaired = _decode(data)
    if text.startswith(_LFS_POINTER):
        return _unreadable(path, "is a Git-LFS pointer; the file itself was not handed in")
    if is_notebook:
        return _of_notebook(path, text)
    source = replace(_parsed(path, text), repaired=repaired)
    return _mended(source) if source.broken else source


def _of_notebook(path: str, text: str) -> Source:
    try:
        code, cells = code_of(text)
        source = _parsed(path, code)
        return replace(_mended(source) if source.broken else source, cells=cells)
    except (ValueError, TypeError, AttributeError, RecursionError, MemoryError):
        return _unreadable(path, "cannot be read as a notebook")


_MENDS: tuple[tuple[Callable[[str], str], str], ...] = (
    (without_commands, "it has lines that only a notebook can run"),
    (in_earlier_words, "it has lines that only Python 3.12 and later can read"),
)


def _mended(source: Source) -> Source:
    """A broken file in other words, if it is whole then."""
    for mend, why in _MENDS:
        with suppress(ValueError, RecursionError, MemoryError):
            mended = _parsed(source.path, mend(source.text))
            if not mended.broken:
                return replace(mended, repaired=why)
    return source


@lru_cache(64)  # a worker that looks at one reference with many small changes reads each text once
def _parsed(path: str, text: str) -> Source:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, path)
    except SyntaxError as error:
        return Source(path, text, None, Broken(f"{path}:{error.lineno or 1}", f"{type(error).__name__}: {error.msg}"))
    except (ValueError, RecursionError, MemoryError) as error:
        return _unreadable(path, f"cannot be read as Python: {type(error).__name__}")
    guarded = tuple(_guarded(tree))
    return Source(path, text, tree, None, tuple(_definitions(tree, path)), tuple(_imports(tree, text)), guarded)


def _unreadable(path: str, message: str) -> Source:
    return Source(path, "", None, Broken(f"{path}:1", f"The file {message}."))


def _decode(data: bytes) -> tuple[str, str]:
    """The text with plain line ends, and what had to be mended."""
    repaired = ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, repaired = data.decode("utf-16", "replace"), "it is encoded in UTF-16, which Python does not read"
    else:
        try:
            text = data.decode(tokenize.detect_encoding(io.BytesIO(data).readline)[0])
        except (SyntaxError, UnicodeDecodeError, LookupError):
            text, repaired = _decode_anyhow(data), "its encoding is not the one it names, or not UTF-8"
    if "\0" in text:
        text, repaired = text.replace("\0", ""), "it contains null bytes"
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), repaired


def _decode_anyhow(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those inside of `if`, `try` and `with` included."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            yield from top_level(statement.body)
            yield from top_level(getattr(statement, "orelse", []))
            for handler in getattr(statement, "handlers", []):
                yield from top_level(handler.body)


def _definitions(tree: ast.Module, path: str) -> Iterator[Definition]:
    found = list(_defined(tree, path))
    by_name = {each.name: each for each in found}
    for statement in top_level(tree.body):
        if isinstance(statement, ast.Assign) and (known := by_name.get(_name(statement.value))):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            found += [replace(known, name=name, line=statement.lineno) for name in names if name not in by_name]
    yield from found


def _defined(tree: ast.Module, path: str) -> Iterator[Definition]:
    for statement in top_level(tree.body):
        if isinstance(statement, ast.ClassDef):
            yield Definition("class", statement.name, path, statement.lineno, statement)
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield Definition("function", statement.name, path, statement.lineno, statement)
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            yield from (Definition("function", name, path, statement.lineno, statement.value) for name in names)


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """What `ast.walk` gives, and in its order, without the expressions, which are nearly all of it."""
    waiting: deque[ast.AST] = deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        for block in ("body", "handlers", "orelse", "finalbody", "cases"):
            waiting.extend(getattr(node, block, ()))


_IMPORTING = ("__import__", "import_module")  # functions


def _imports(tree: ast.Module, text: str) -> Iterator[Import]:
    for node in ast.walk(tree) if any(word in text for word in _IMPORTING) else _statements(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, (), 0, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield Import(node.module or "", tuple(alias.name for alias in node.names), node.level, node.lineno)
        elif isinstance(node, ast.Call) and _name(node.func) in _IMPORTING and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield Import(first.value.lstrip("."), (), len(first.value) - len(first.value.lstrip(".")), node.lineno)


def _guarded(tree: ast.Module) -> Iterator[tuple[int, int]]:
    for node in _statements(tree):
        tries = isinstance(node, ast.Try) and any(_catches(handler.type) for handler in node.handlers)
        suppresses = isinstance(node, ast.With) and any(_suppresses(item.context_expr) for item in node.items)
        if tries or suppresses:
            assert isinstance(node, (ast.Try, ast.With))
            yield node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno


def _catches(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(
        name is None or _name(name) in ("BaseException", "Exception", "ImportError", "ModuleNotFoundError")
        for name in names
    )


def _suppresses(expression: ast.expr) -> bool:
    return (
        isinstance(expression, ast.Call)
        and _name(expression.func) == "suppress"
        and any(map(_catches, expression.args))
    )


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
