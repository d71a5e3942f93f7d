"""A hand-in as its driver sees it: classes and functions found by name, imported when they are first used.

    handin = HandIn(Path("hand-in"))
    SGD = handin.find_class(["SGD", "GradientDescent"], files=["sgd"])
    remarks = handin.remarks()

Nothing is run before something is asked for, and what is broken in one file leaves the others usable.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache, partial
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Literal, NoReturn

from grader.worker.faults import Missing, OutOfSight, Unusable
from grader.worker.imports import Importer, innermost, told
from grader.worker.notebooks import NOTEBOOK
from grader.worker.patience import begin
from grader.worker.sources import Broken, Definition, Import, Source, aside, read_sources, superseded
from grader.worker.standins import MissingPackage

__all__ = [
    "Broken",
    "Definition",
    "HandIn",
    "Missing",
    "MissingPackage",
    "OutOfSight",
    "Part",
    "Unusable",
    "last_frame",
    "likeness",
    "spelled",
]

_ALIKE = 0.8  # from this likeness on, another spelling counts as the same name
_STARTUP = frozenset({"conftest.py", "sitecustomize.py", "usercustomize.py"})
_COMPILED = (".so", ".pyd", ".dll", ".dylib", ".pth")
_MOST_ANCHORS = 100


@dataclass(frozen=True)
class Part:
    """Something a course asks for: the names it goes by, best first, and the files it usually lies in."""

    kind: Literal["class", "function"]
    names: tuple[str, ...]
    files: tuple[str, ...] = ()
    strict: bool = False  # only these names, however spelled; nothing that merely looks alike
    methods: tuple[str, ...] = ()  # a class of another name in such a file counts when it has one of these
    does: str = ""  # what it is for, where the course prescribes no name: "standardises the inputs"

    def __str__(self) -> str:
        """The part as a student may look for it."""
        if not self.does:
            return f"{self.kind} {self.names[0]}"
        return f"{self.kind} that {self.does}, such as {' or '.join(f'`{name}`' for name in self.names[:2])},"


def _nobody(path: str) -> None:
    """Nobody wants to know."""


class HandIn:
    """The Python files below one folder.

    Args:
        refused: files that are not run, and why.
        note: is told which file is about to run, and "" when none is running any more.
    """

    def __init__(
        self, root: Path, refused: Mapping[str, str] = MappingProxyType({}), note: Callable[[str], None] = _nobody
    ) -> None:
        self.root = Path(os.path.realpath(root))
        self.sources: Mapping[str, Source] = read_sources(self.root)
        self.definitions = tuple(item for source in self.sources.values() for item in source.definitions)
        begin()
        self._importer = Importer(self.root, dict(self.sources), refused, note)
        self._odd = tuple(self._odd_files())  # once, for this is asked for after every call
        _CURRENT[:] = [self]

    def close(self) -> None:
        """Take the hand-in's modules out of this process again."""
        self._importer.close()
        _CURRENT[:] = [handin for handin in _CURRENT if handin is not self]

    def anew(self, changed: Callable[[Source], Source]) -> AbstractContextManager[Importer]:
        """The hand-in's files with some changes, to be imported once more beside what is imported already."""
        return self._importer.anew(changed)

    def forgive(self, other: Importer) -> None:
        """Say nothing more of lines that were left out here, and could be run by another importer."""
        still = {item.where for item in other.skipped}
        self._importer.skipped[:] = [item for item in self._importer.skipped if item.where in still]

    # finding

    def find_class(
        self, names: Sequence[str], *, files: Sequence[str] = (), near: str = "", strict: bool = False
    ) -> type:
        """The class that goes by one of these names, or is spelled much like one; raises `Missing`."""
        found = self._find(Part("class", tuple(names), tuple(files), strict), near)
        if not isinstance(found, type):
            raise Unusable(f"{names[0]} is not a class.")
        return found

    def find_function(
        self, names: Sequence[str], *, files: Sequence[str] = (), near: str = "", strict: bool = False
    ) -> Callable[..., Any]:
        """The function outside of classes that goes by one of these names; raises `Missing`."""
        found = self._find(Part("function", tuple(names), tuple(files), strict), near)
        if not callable(found):
            raise Unusable(f"{names[0]} is not a function.")
        return found  # type: ignore[no-any-return]

    def _find(self, part: Part, near: str) -> Any:
        candidates = sorted(self.candidates(part), key=lambda item: self._cost(part, item, near))
        if not candidates:
            self.refuse(part)
        return self.load(candidates[0])

    def candidates(self, part: Part) -> tuple[Definition, ...]:
        """All definitions that could be the part, the likeliest first; tests and old copies only for want of others."""
        alike = [item for item in self.definitions if item.kind == part.kind and _fits(part, item) > 0]
        proper = [item for item in alike if not aside(item.path)]
        return tuple(sorted(proper or alike, key=lambda item: self._cost(part, item, "")))

    def locate(self, parts: Mapping[str, Part]) -> dict[str, Definition]:
        """For each part its definition, all from one copy of the project where there are several."""
        candidates = {name: self.candidates(part) for name, part in parts.items()}
        anchors = dict.fromkeys(item.path for listed in candidates.values() for item in listed)

        def choice(anchor: str) -> dict[str, Definition]:
            return {
                name: min(listed, key=lambda item: self._cost(parts[name], item, anchor))
                for name, listed in candidates.items()
                if listed
            }

        def cost(anchor: str) -> float:
            return sum(self._cost(parts[name], item, anchor) for name, item in choice(anchor).items())

        best = min(list(anchors)[:_MOST_ANCHORS], key=cost, default="")
        return choice(best)

    def first_and_last(self, item: Definition) -> tuple[Definition, Definition]:
        """Where its file defines the same name first and last; a notebook may do so for each of its tasks."""
        same = [
            each for each in self.definitions if (each.path, each.kind, each.name) == (item.path, item.kind, item.name)
        ]
        return same[0], same[-1]

    def until(self, item: Definition, line: int) -> Definition:
        """A definition in its file as that stands before one of its lines, with all that it calls from there."""
        return replace(item, path=self._importer.until(item.path, line))

    def refuse(self, part: Part) -> NoReturn:
        """Raise why a part is not there: the error of the broken file that should hold it, or `Missing`."""
        for source in self.sources.values():
            if source.broken and (
                part.names[0] in source.text or _likest(_stem(source.path), part.files or part.names)
            ):
                self.module(source.path)
        raise Missing(f"No {part} was found in the hand-in.")

    def _cost(self, part: Part, item: Definition, near: str) -> float:
        """How far a definition is from what is wanted: its name counts most, then where it lies."""
        distance = _distance(near, item.path) if near else 0
        fit = _fits(part, item) + 0.05 * _likest(_stem(item.path), part.files)
        return 100 * (1 - fit) + 4 * distance + item.path.count("/") + 100 * aside(item.path) + superseded(item.path)

    # importing

    def load(self, definition: Definition) -> Any:
        """The class or function itself; raises whatever importing its file raises."""
        module = self.module(definition.path)
        try:
            return vars(module)[definition.name]
        except KeyError:
            raise Missing(f"{definition} is not there once the file was imported.") from None

    def module(self, path: str) -> ModuleType:
        """The module of one file, imported once, under the package name that its own imports expect."""
        return self._importer.module(path)

    def modules(self) -> tuple[ModuleType, ...]:
        """The hand-in's modules that are loaded now."""
        return tuple(self._importer.loaded.values())

    def supply(self, values: Mapping[str, Any]) -> None:
        """Give the hand-in's modules these values for names whose lines could not be run here, such as its data."""
        self._importer.supply(values)

    # what to tell

    def broken(self) -> tuple[Broken, ...]:
        """Files that Python cannot read."""
        return tuple(source.broken for source in self.sources.values() if source.broken)

    def remarks(self) -> list[dict[str, str]]:
        """What the student should know and that costs nothing: `code`, `message` and, where known, `where`."""
        told = [{"code": "import", "message": self.placed(each), "where": ""} for each in self._importer.remarks]
        for (_, reason), places in self._left_out().items():
            lines = "This line" if len(places) == 1 else f"This line and {len(places) - 1} more below it"
            verb = "was" if len(places) == 1 else "were"
            message = f"{lines} could not be run here and {verb} left out ({self.clean(reason).rstrip('.')})."
            told.append({"code": "line-left-out", "message": self.placed(message), "where": self.placed(places[0])})
        return told

    def _left_out(self) -> dict[tuple[str, str], list[str]]:
        """Where lines were left out, by their file and the reason."""
        found: dict[tuple[str, str], list[str]] = {}
        for item in dict.fromkeys(self._importer.skipped):
            found.setdefault((item.where.rpartition(":")[0], item.message), []).append(item.where)
        return found

    def integrity(self) -> list[str]:
        """What an instructor should know, in plain words."""
        written = {item.name.partition(".")[0] for source in self.sources.values() for item in source.imports}
        hidden = [
            f"{where} imports {name} without saying so in the file."
            for name, where in self._importer.seen.items()
            if name not in written
        ]
        return [*hidden, *self._odd]

    def imported_packages(self, starts: Sequence[str] = ()) -> dict[str, str]:
        """The packages from elsewhere by name, and where each is imported first, such as "models/x.py:3".

        Args:
            starts: Count only files that these files import, directly or not; without it, all files.
        """
        files = [self._importer.sources[path].path for path in starts]
        paths = self.reached(files) if files else list(self.sources)
        found: dict[str, str] = {}
        for path in paths:
            for item in self.sources[path].imports:
                head = item.name.partition(".")[0]
                if head and not item.level and not self._own(head, item, path):
                    found.setdefault(head, f"{path}:{item.line}")
        return found | {name: where for name, where in self._importer.seen.items() if name not in found}

    def _own(self, head: str, item: Import, path: str) -> bool:
        standard = head in sys.stdlib_module_names
        return not standard and bool(self._importer.resolve(head, item.level, path))

    def reached(self, starts: Sequence[str]) -> list[str]:
        """The files that these files import, directly or not, and they themselves."""
        reached = dict.fromkeys(starts)
        waiting = list(starts)
        while waiting:
            for path in self._asked_by(waiting.pop()):
                if path in self.sources and path not in reached:
                    reached[path] = None
                    waiting.append(path)
        return [path for path in reached if path in self.sources]

    def _asked_by(self, path: str) -> Iterator[str]:
        for item in self.sources[path].imports if path in self.sources else ():
            for name in (item.name, *(f"{item.name}.{member}".lstrip(".") for member in item.members)):
                found = self._importer.resolve(name, item.level, path)
                yield found if found.endswith(".py") else f"{found}/__init__.py".lstrip("/")

    def _odd_files(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
            for name in sorted(files):
                path = Path(folder, name).relative_to(self.root).as_posix()
                stem = name.removesuffix(".py")
                if name in _STARTUP or name.endswith(_COMPILED):
                    yield f"{path} is in the hand-in; it was not used."
                elif (
                    name.endswith(".py")
                    and (stem in sys.stdlib_module_names or stem == "numpy")
                    and stem not in ("code", "test")
                ):
                    yield f"{path} has the name of a module that Python or numpy needs."

    # errors

    def last_frame(self, error: BaseException) -> str:
        """The deepest line of the hand-in's own files that an error passed through, as "models/x.py:41", or nothing."""
        return innermost(error, self._importer.relative)

    def clean(self, text: str) -> str:
        """A text without this machine's paths: those of the hand-in become relative, others lose their start."""
        text = text.replace(f"{self.root}/", "").replace(str(self.root), ".")
        for folder in _machine_folders():
            text = text.replace(f"{folder}/", "")
        return text

    def placed(self, text: str) -> str:
        """A text with places in notebooks as their readers count them: `a.ipynb, cell 3, line 2`."""
        if f"{NOTEBOOK}.py" not in text:
            return text
        for path, source in self.sources.items():
            if path.endswith(f"{NOTEBOOK}.py"):
                names = f"{re.escape(path)}|{re.escape(path.rpartition('/')[2])}"
                text = re.sub(rf"({names})(?:(?::|, line )(\d+))?", partial(_place, source), text)
        return text

    def unavailable(self, error: BaseException) -> str:
        """Which name is not there because its line could not be run here, in a sentence, where that is the error."""
        found = self._importer.lost(error)
        return f"`{found[0]}` is not there: its line could not be run here ({self.told(found[1])})." if found else ""

    def told(self, error: BaseException) -> str:
        """An error in one line, without this machine's paths."""
        return self.clean(told(error))


def _place(source: Source, found: re.Match[str]) -> str:
    """A place in the text of a notebook's code as one in the notebook."""
    name, line = found[1].removesuffix(".py"), int(found[2] or 0)
    start, number = next((each for each in reversed(source.cells) if each[0] <= line), (0, 0))
    return f"{name}, cell {number}, line {line - start + 1}" if number else name


_CURRENT: list[HandIn] = []


def last_frame(error: BaseException) -> str:
    """The deepest line of the current hand-in's own files that an error passed through, or nothing."""
    return next((handin.last_frame(error) for handin in _CURRENT), "")


@lru_cache(4096)
def spelled(name: str) -> str:
    """A name as it sounds: `_baseNetwork`, `base_network` and `BaseNetwork` are the same."""
    return re.sub(r"[\W_]+", "", name).lower()


def likeness(name: str, wanted: Sequence[str], strict: bool = False) -> float:
    """How much a name is like one of those wanted, from 0 (not at all) to 1 (the first of them)."""
    return _likeness(name, tuple(wanted), strict)


@lru_cache(4096)  # training asks the same question at each step
def _likeness(name: str, wanted: tuple[str, ...], strict: bool) -> float:
    best = 0.0
    for rank, other in enumerate(wanted):
        ours, theirs = spelled(name), spelled(other)
        if ours == theirs:
            best = max(best, 1 - 0.005 * rank)
        elif not strict and min(len(ours), len(theirs)) >= 3:
            best = max(best, _resemblance(ours, theirs) - 0.005 * rank)
    return best


def _resemblance(ours: str, theirs: str) -> float:
    if ours.startswith(theirs) or ours.endswith(theirs) or (len(theirs) >= 6 and theirs in ours):
        return 0.85
    if len(theirs) < 6 or _letters_shared(ours, theirs) < _ALIKE:
        return 0.0
    ratio = SequenceMatcher(None, ours, theirs).ratio()
    return 0.9 * ratio if ratio >= _ALIKE else 0.0


def _letters_shared(ours: str, theirs: str) -> float:
    """What `SequenceMatcher.ratio` cannot exceed, and most names do not come near; a tenth of its work."""
    shared = sum(min(ours.count(letter), theirs.count(letter)) for letter in set(ours))
    return 2 * shared / (len(ours) + len(theirs))


def _fits(part: Part, item: Definition) -> float:
    """How well a definition's name, or else its file, is like a part; 0: not at all."""
    if "TestCase" in item.bases:
        return 0.0
    fit = likeness(item.name, part.names, part.strict)
    if (
        not fit
        and part.methods
        and _likest(_stem(item.path), part.files) >= _ALIKE
        and set(part.methods) & set(item.methods)
    ):
        return 0.6
    return fit


def _likest(name: str, wanted: Sequence[str]) -> float:
    return likeness(name, wanted) if wanted else 0.0


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def _distance(one: str, other: str) -> int:
    """How many steps lead from one file's folder to the other's."""
    ours, theirs = one.split("/")[:-1], other.split("/")[:-1]
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False)))
    return len(ours) + len(theirs) - 2 * shared


def _machine_folders() -> list[str]:
    """The folders of Python and of temporary files, longest first."""
    folders = {
        sys.prefix,
        sys.base_prefix,
        os.path.dirname(os.__file__),
        os.environ.get("TMPDIR", "/tmp"),  # as every sandbox sets it; `tempfile` would import much
        os.environ.get("HOME", ""),
    }
    folders |= {path for path in sys.path if os.path.isabs(path)}
    return sorted((folder.rstrip("/") for folder in folders if len(folder) > 1), key=len, reverse=True)
