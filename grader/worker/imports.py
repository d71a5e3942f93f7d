"""Imports a hand-in's own modules wherever they lie, and puts stand-ins where packages are not there.

Students run their code from a folder and on a path that nobody knows. So a module of the hand-in is looked for where
Python would find it from that file's project folder, then beside the file, then anywhere in the hand-in. Python's own
caches, compiled files and `sys.path` play no part: what is run is the text that was read.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from grader.worker import older_numpy
from grader.worker.faults import Unusable
from grader.worker.later_python import offer_names
from grader.worker.notebooks import NOTEBOOK
from grader.worker.patience import TooLong, patient
from grader.worker.sources import Broken, Source, aside
from grader.worker.standins import DRAWING, FORBIDDEN, OFFERED, Lost, MissingPackage, StandIn
from grader.worker.statements import bound, compiled, failed_statement, inside, of_environment, tolerated

if TYPE_CHECKING:
    from importlib.abc import Loader
else:  # which does nothing, and brings `importlib.resources` with it
    Loader = object

__all__ = ["Importer", "innermost", "told"]

_ALWAYS_STAND_IN = FORBIDDEN | DRAWING
_KNOWN = _ALWAYS_STAND_IN | {"numba", "pandas", "scipy", "tqdm"}
"""None of these is a folder of a hand-in: `from sklearn.utils import shuffle` does not mean its `utils.py`."""

_QUIET = DRAWING | {"yaml"}  # the courses' own files import these; that is not worth a remark
_COPY = re.compile(r"(\s*\(\d+\)|[\s_-]+copy(\s*\d+)?|-\d+)$")  # what a second download adds to a name
_LONGEST_MESSAGE = 300  # characters
_LOST = Lost(NameError())


class Importer(Loader):
    """Finds and loads the modules of one hand-in, and knows what became of them."""

    def __init__(
        self, root: Path, sources: dict[str, Source], refused: Mapping[str, str], note: Callable[[str], None]
    ) -> None:
        self.sources = sources
        self._refused = refused
        self._note = note
        self._running: list[str] = []  # files whose import has begun and has not ended, the innermost last
        self.loaded: dict[str, ModuleType] = {}  # by path
        self.seen: dict[str, str] = {}  # packages asked for at run time, and where first
        self.skipped: list[Broken] = []  # lines that could not be run here
        self._lost: dict[str, BaseException] = {}  # names that such lines would have bound, and why they did not
        self.remarks: dict[str, None] = {}  # in order, each once
        self._prefix = f"{root}/"
        self._names: dict[str, str] = {}  # module name -> path of a file or folder
        self._members = _members(sources)
        self._failed: dict[str, tuple[BaseException, TracebackType | None]] = {}
        self._replaced: dict[str, ModuleType | None] = {}
        self._specs: dict[int, Any] = {}
        self._open()

    def _open(self) -> None:
        sys.meta_path.insert(0, self)
        offer_names()
        older_numpy.offer(self.relative, self._remark)

    def close(self) -> None:
        """Forget everything: the next hand-in in this process finds nothing of this one."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        older_numpy.withdraw(self.relative)
        for name, module in list(sys.modules.items()):
            spec = getattr(module, "__dict__", {}).get("__spec__")
            if getattr(spec, "loader", None) is self:
                del sys.modules[name]

    @contextmanager
    def anew(self, changed: Callable[[Source], Source]) -> Iterator[Importer]:
        """Another importer, of these files with some changes; meanwhile this one's modules are out of the way."""
        own = {name: module for name, module in sys.modules.items() if self._owns(name)}
        self.close()
        sources = {path: changed(source) for path, source in self.sources.items()}
        fresh = Importer(Path(self._prefix), sources, self._refused, self._note)
        try:
            yield fresh
        finally:
            fresh.close()
            self._open()
            sys.modules.update(own)

    # what the hand-in's loader asks

    def module(self, path: str) -> ModuleType:
        """The module of a file, imported once; a failed import raises the same error again."""
        if path in self._failed:
            error, traceback = self._failed[path]
            raise error.with_traceback(traceback)
        if path not in self.loaded:
            try:
                self.loaded[path] = importlib.import_module(self._register(path))
            except BaseException as error:
                self._failed[path] = (error, error.__traceback__)
                raise
        return self.loaded[path]

    def lost(self, error: BaseException) -> tuple[str, BaseException] | None:
        """The name that is not there, as this machine lacks what its line needs, where an error tells of one."""
        named = error.name if isinstance(error, NameError) else None
        told = (each for each in self._lost.items() if each[1] is error or each[0] == named)
        return next((each for each in told if of_environment(each[1])), None)

    def supply(self, values: Mapping[str, Any]) -> None:
        """Give the modules these values for names whose lines could not be run here."""
        lost = [name for name in values if name in self._lost]
        for module in self.loaded.values() if lost else ():
            held = vars(module)
            held.update({name: values[name] for name in lost if isinstance(held.get(name, _LOST), Lost)})

    def until(self, path: str, line: int) -> str:
        """The path under which a file can be imported as it stands before one of its lines."""
        part, source = f"{path.removesuffix('.py')}_until_{line}.py", self.sources[path]
        if source.tree is not None:
            before = ast.Module([each for each in source.tree.body if each.lineno < line], [])
            self.sources.setdefault(part, replace(source, tree=before))
        return part

    def relative(self, filename: object) -> str:
        """The path inside the hand-in, or nothing."""
        return filename[len(self._prefix) :] if isinstance(filename, str) and filename.startswith(self._prefix) else ""

    def resolve(self, name: str, level: int, requester: str) -> str:
        """The path of the file or folder that an import means, or nothing when it is not the hand-in's."""
        folder = _folder(requester)
        if level:
            starts = [folder.rsplit("/", level - 1)[0] if level > 1 and folder.count("/") >= level - 2 else folder]
        else:
            starts = self._folders(requester, 1)
        head, *rest = name.split(".")
        found = next((self._members[start][head] for start in starts if head in self._members.get(start, {})), "")
        for part in rest:
            folder = _folder(found) if found.endswith("/__init__.py") else found
            found = self._members.get(folder, {}).get(part, found)
        return found

    # importlib's side

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is: the hand-in's own, a stand-in, or None for Python to go on looking."""
        parent, _, last = name.rpartition(".")
        if name in self._names:
            return self._spec(name, self._names[name])
        if isinstance(sys.modules.get(parent), StandIn):
            return ModuleSpec(name, self, is_package=True)
        if parent and not self._owns(parent):
            return None
        requester, line, probing = self._requester()
        if not requester:
            return None
        guarded = self.sources[requester].guards(line) if requester in self.sources else False
        if parent:
            return self._find_member(name, parent, last, requester, guarded or probing)
        return self._find_top(name, requester, line, guarded or probing)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """A stand-in, a package made up, the module that is already there under another name, or an ordinary one."""
        state = spec.loader_state
        if state is None:
            return StandIn(spec.name)
        if state in self.loaded:
            self._specs[id(spec)] = self.loaded[state].__spec__
            return self.loaded[state]
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the file's text; `__init__.py` files and folders without one are never a reason to fail."""
        spec = module.__spec__
        assert spec is not None
        if spec.loader_state is None:
            return
        if id(spec) in self._specs:
            module.__spec__ = self._specs.pop(id(spec))
            return
        path = spec.loader_state
        self.loaded[path] = module
        try:
            if path.endswith(".py"):
                module.__file__ = self._prefix + path
                source = self.sources[path]
                with self._noted(source.path):
                    self._run(source, module)
            elif path.startswith("?"):
                vars(module)["__getattr__"] = self._anywhere
        except BaseException as error:
            if not path.endswith("__init__.py"):
                self.loaded.pop(path, None)
                raise
            self._skip(path, error)

    # finding

    def _find_member(self, name: str, parent: str, last: str, requester: str, strict: bool) -> ModuleSpec | None:
        """`models.sgd`: in the folder of the package, else in another folder of its name, else anywhere."""
        paths: list[str] = list(getattr(sys.modules.get(parent), "__path__", []))
        folders = [self.relative(path).rstrip("/") for path in paths]
        found = next((self._members[folder][last] for folder in folders if last in self._members.get(folder, {})), None)
        if found is None and not strict:
            tail = parent.rpartition(".")[2]
            others = sorted(self._folders(requester, 1), key=lambda folder: folder.rpartition("/")[2] != tail)
            found = next((self._members[folder][last] for folder in others if last in self._members[folder]), None)
            if found:
                self._remark(f"`{name}` was taken from {found}.")
        if found is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return self._spec(name, found)

    def _find_top(self, name: str, requester: str, line: int, strict: bool) -> ModuleSpec | None:
        """`models`, `utils` or `tqdm`, asked for by a file of the hand-in."""
        folders = self._folders(requester, self._depth(requester))
        always = name in _ALWAYS_STAND_IN and name not in OFFERED
        known = name in sys.stdlib_module_names or (not always and self._installed(name))
        if known:  # a stray folder of the same name elsewhere in the hand-in is not meant
            folders = folders[: requester.count("/") + 1]
        found = next((self._members[folder][name] for folder in folders if name in self._members[folder]), None)
        if found is not None:
            return self._spec(name, found)
        self.seen.setdefault(name, f"{requester}:{line}")
        if known or strict:
            return None
        if name not in _KNOWN and self._pretended(name):
            self._remark(f"There is no folder {name}; its modules were looked for everywhere in the hand-in.")
            return self._spec(name, "")
        if name not in _QUIET:
            self._remark(f"`{name}` is not available here; a stand-in was used.")
        return ModuleSpec(name, self, is_package=True)

    def _anywhere(self, name: str) -> Any:
        """A class or function by its name, for a package that is not there: `from models import TwoLayerNet`."""
        for path, source in self.sources.items():
            if any(definition.name == name for definition in source.definitions):
                return getattr(self.module(path), name)
        raise AttributeError(name)

    def _installed(self, name: str) -> bool:
        finders = [finder for finder in sys.meta_path if finder is not self and not isinstance(finder, Importer)]
        return any(finder.find_spec(name, None) for finder in finders)

    def _pretended(self, name: str) -> bool:
        """Whether some file imports, from a package that is not there, what the hand-in has elsewhere."""
        own = {_stem(path) for path in self.sources} | {folder.rpartition("/")[2] for folder in self._members}
        own |= {definition.name for source in self.sources.values() for definition in source.definitions}
        for source in self.sources.values():
            for item in source.imports:
                head, *rest = item.name.split(".")
                if head == name and item.level == 0 and own & {*rest[:1], *item.members}:
                    return True
        return False

    def _spec(self, name: str, found: str) -> ModuleSpec:
        """A spec for a file, a package's `__init__.py`, a folder without one, or (empty) a package made up."""
        package = not found.endswith(".py") or found.endswith("__init__.py")
        spec = ModuleSpec(name, self, origin=self._prefix + found, is_package=package, loader_state=found or f"?{name}")
        if package:
            folders = [_folder(found) if found.endswith(".py") else found] if found else self._folders("", 0)
            spec.submodule_search_locations = [self._prefix + folder for folder in folders]
        return spec

    def _folders(self, requester: str, depth: int) -> list[str]:
        """Where a file's imports are looked for: its project's folder, those above, those beside it, all others."""
        above = [_folder(requester)]
        while above[-1]:
            above.append(_folder(above[-1]))
        first = [*above[depth:], *above[:depth]]
        others = sorted(self._members, key=lambda folder: (aside(folder + "/x"), folder.count("/"), folder))
        return [folder for folder in dict.fromkeys([*first, *others]) if folder in self._members]

    def _owns(self, name: str) -> bool:
        spec = getattr(sys.modules.get(name), "__dict__", {}).get("__spec__")
        return getattr(spec, "loader", None) is self

    def _requester(self) -> tuple[str, int, bool]:
        """The file and line of the hand-in that asks for a module, and whether it only asks if it is there."""
        frame: FrameType | None = sys._getframe(2)
        probing = False
        while frame is not None:
            namespace = frame.f_globals
            path = self.relative(frame.f_code.co_filename) or self.relative(namespace.get("__file__"))
            if path:
                return path, frame.f_lineno, probing
            if not str(namespace.get("__name__")).startswith("importlib"):
                return "", 0, probing
            probing = probing or namespace.get("__name__") == "importlib.util"
            frame = frame.f_back
        return "", 0, probing

    # naming

    def _register(self, path: str) -> str:
        """Give a file the module name that its own imports expect, and return it."""
        parts = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
        depth = self._depth(path)
        folders = parts[:-1][max(0, len(parts) - 1 - depth) :]
        names = [*["handin"] * (depth - len(folders)), *folders, parts[-1]]
        names = [part.replace(".", "_") for part in names]
        if self._taken(names[0], path, len(names) - 1):
            names[0] = f"handin_{names[0]}"
        while self._taken(names[0], path, len(names) - 1):
            names[0] += "_"
        for count in range(1, len(names)):
            self._names[".".join(names[:count])] = self._package(path, len(names) - count)
        self._names[".".join(names)] = path
        return ".".join(names)

    def _depth(self, path: str) -> int:
        """How many folders belong to a file's module name: one, unless relative imports reach further up."""
        folder = _folder(path)
        beside = [source for source in self.sources.values() if _folder(source.path) == folder]
        dots = [item.level for source in beside for item in source.imports]
        return max([1 if folder else 0, *dots])

    def _taken(self, name: str, path: str, up: int) -> bool:
        """Whether a top-level name already belongs to somebody else."""
        if name in sys.modules and not self._owns(name):
            return True
        own = self._package(path, up) if up else path
        spec = getattr(sys.modules.get(name), "__spec__", None)
        held = self._names.get(name, getattr(spec, "loader_state", own))
        return name in sys.stdlib_module_names or held != own

    def _package(self, path: str, up: int) -> str:
        """The `__init__.py`, or else the folder, that lies `up` folders above a file."""
        folder = path
        for _ in range(up):
            folder = _folder(folder)
        initial = f"{folder}/__init__.py".lstrip("/")
        return initial if initial in self.sources else folder

    # running

    @contextmanager
    def _noted(self, path: str) -> Iterator[None]:
        """Tell which file is about to run, so that the grader knows it if nothing ever comes back."""
        if path in self._refused:
            raise Unusable(self._refused[path])
        self._running.append(path)
        self._note(path)
        try:
            yield
        finally:
            self._running.pop()
        # Not where it failed: telling how may hang as well, and would be this file's doing.
        self._note(self._running[-1] if self._running else "")

    def _run(self, source: Source, module: ModuleType) -> None:
        """Run a file; a line outside of all functions that fails because of this machine is left out, and said so."""
        if source.repaired:
            self._remark(f"{source.path} could be read, though {source.repaired}.")
        if source.tree is None:
            self._refuse(source)
        with patient(lambda name: bool(self.relative(name))):
            self._run_statements(source, source.tree.body, module)  # type: ignore[union-attr]

    def _run_statements(self, source: Source, statements: list[ast.stmt], module: ModuleType) -> None:
        filename = self._prefix + source.path
        while statements:
            try:
                exec(compiled(statements, source, filename), vars(module))
                return
            except BaseException as error:
                failed = failed_statement(statements, error, filename)
                if failed is None:
                    raise
                cause = tolerated(statements[failed], error, self._lost) or self._aside(statements[failed], error)
                if source.path.endswith(f"{NOTEBOOK}.py") and isinstance(error, Exception):
                    cause = cause or error  # the cells of a notebook are run one by one, and not always in order
                if cause is None:
                    raise
                self._lost |= dict.fromkeys(bound(statements[failed]), cause)
                if isinstance(statements[failed], (ast.Import, ast.ImportFrom)):
                    self._make_up_for(statements[failed], module, cause)
                self._skip(f"{source.path}:{statements[failed].lineno}", cause)
                statements = statements[failed + 1 :]

    def _aside(self, statement: ast.stmt, error: BaseException) -> BaseException | None:
        """The error of a line that only tries out what the file defines, or that others were left out before.

        A test of the student's own that fails says nothing new, and a network that was not trained has no score.
        """
        defines = isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        if defines or not isinstance(error, Exception):
            return None
        tries = isinstance(statement, (ast.Assert, ast.Expr)) or inside(error, self.relative)
        return error if tries or self.skipped else None

    def _make_up_for(self, statement: ast.stmt, module: ModuleType, error: BaseException) -> None:
        """Bind what a failed import should have bound: the hand-in's own by its name, else what raises the error."""
        for alias in statement.names if isinstance(statement, (ast.Import, ast.ImportFrom)) else ():
            name = alias.asname or alias.name.partition(".")[0]
            if name in vars(module) or name == "*":
                continue
            try:
                vars(module)[name] = self._anywhere(alias.name)
            except Exception:
                vars(module)[name] = Lost(error)

    def _refuse(self, source: Source) -> None:
        """Raise what importing a broken file raises."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source.text, self._prefix + source.path, "exec", dont_inherit=True)
        assert source.broken is not None
        raise ImportError(source.broken.message, path=self._prefix + source.path)

    def _skip(self, where: str, error: BaseException) -> None:
        where = where if ":" in where else f"{where}:{innermost(error, self.relative).rpartition(':')[2] or 1}"
        self.skipped.append(Broken(where, told(error).replace(self._prefix, "")))

    def _remark(self, sentence: str) -> None:
        self.remarks[sentence] = None


def innermost(error: BaseException, relative: Callable[[object], str]) -> str:
    """The deepest line of the hand-in that an error passed through, as `models/x.py:41`, or nothing."""
    if isinstance(error, SyntaxError) and relative(error.filename):
        return f"{relative(error.filename)}:{error.lineno or 1}"
    if isinstance(error, ImportError) and relative(error.path):
        return f"{relative(error.path)}:1"
    found, traceback = "", error.__traceback__
    while traceback is not None:
        path = relative(traceback.tb_frame.f_code.co_filename)
        found = f"{path}:{traceback.tb_lineno}" if path else found
        traceback = traceback.tb_next
    return found


def told(error: BaseException) -> str:
    """An exception in one line; one whose text cannot be shown is told as such."""
    try:
        text = str.__getitem__(str(error), slice(_LONGEST_MESSAGE))
        if isinstance(error, (MissingPackage, TooLong)) and text:
            return text  # our own words
    except BaseException:  # a hostile `__str__` may raise anything
        text = "(its message cannot be shown)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _members(sources: dict[str, Source]) -> dict[str, dict[str, str]]:
    """For each folder what is in it by name; a package wins over a file, and a file over a bare folder."""
    members: dict[str, dict[str, str]] = {"": {}}
    for path in sources:
        folder, stem = _folder(path), _stem(path)
        if stem != "__init__":
            members.setdefault(folder, {}).setdefault(stem, path)
        while folder:
            members.setdefault(folder, {})
            initial = f"{folder}/__init__.py"
            parent, name = members.setdefault(_folder(folder), {}), folder.rpartition("/")[2]
            if initial in sources or name not in parent:
                parent[name] = initial if initial in sources else folder
            folder = _folder(folder)
    for held in members.values():
        for name, path in list(held.items()):
            held.setdefault(_COPY.sub("", name), path)  # `sgd (1).py` stands for `sgd.py` where that is not there
    return members


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _stem(path: str) -> str:
    return path.rpartition("/")[2][:-3]
