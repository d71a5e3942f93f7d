"""Where the parts of the assignment are in a hand-in: in the file of their task, or where there is but one."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from grader.worker.describing import broken_places
from grader.worker.handin import Definition, HandIn, Part

from .names import BINARY_FILES, DATA, OF_TASK, PARTS, SOFTMAX_FILES, TRAINED_BY

_SOME_DATA = dict.fromkeys(DATA, np.ones((20, 785)))  # 784 pixels and the column for the bias


class Parts:
    """The definitions of one hand-in that are the assignment's parts."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self._found: dict[str, Definition] | None = None

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files or lines are broken."""
        found = {name: str(definition) for name, definition in self.found.items()}
        missing = {
            name: f"No {part.kind} {part.names[0]} was found for {_task(part)}."
            for name, part in PARTS.items()
            if name not in found
        }
        return {
            "found": found,
            "missing": missing,
            "broken": broken_places(self.handin, self.found),
        }

    def imported(self) -> dict[str, str]:
        """The packages that the graded files import, by name, and where."""
        return self.handin.imported_packages(sorted({definition.path for definition in self.found.values()}))

    @property
    def found(self) -> dict[str, Definition]:
        """The definition of each part that is there; what stands in a file of the other task is not meant."""
        if self._found is None:
            located = self.handin.locate(PARTS)
            if "batches" not in located and (kind := self._loader_class()):
                located["batches"] = kind
            self._tell_apart(located)
            self._go_back(located)
            self._found = {name: item for name, item in located.items() if not _of_other_task(name, item)}
            if "logistic-trainer" not in self._found and (loop := self._older_loop("binary")):
                self._found["logistic-trainer"] = loop
            if "softmax-trainer" not in self._found and (loop := self._older_loop("softmax")):
                self._found["softmax-trainer"] = loop
            loops = [
                item for name in TRAINED_BY.values() if (item := self._found.get(name)) and item.kind == "function"
            ]
            if "batches" not in self._found and loops:
                self._found["batches"] = loops[-1]  # which cuts its own; one shuffles in the last task at the latest
        return self._found

    def _loader_class(self) -> Definition | None:
        """A class whose objects yield the batches, as PyTorch's loader does."""
        part = replace(PARTS["batches"], kind="class")
        return next((item for item in self.handin.candidates(part) if "__iter__" in item.methods), None)

    def _tell_apart(self, located: dict[str, Definition]) -> None:
        """Where one file has a function for each task, take the one whose name says which; one may also serve both."""
        for kind, other in (("binary", "softmax"), ("softmax", "binary")):
            for name in (f"{kind}-loss", f"{kind}-accuracy"):
                item = located.get(name)
                if item is None or item != located.get(name.replace(kind, other)):
                    continue
                beside = [each for each in self.handin.candidates(PARTS[name]) if each.path == item.path]
                named = [each for each in beside if re.search(OF_TASK[kind], each.name, re.IGNORECASE)]
                plain = [each for each in beside if not re.search(OF_TASK[other], each.name, re.IGNORECASE)]
                located[name] = next(iter([*named, *plain]), item)

    def _go_back(self, located: dict[str, Definition]) -> None:
        """Where a file, such as a notebook, has one name for both tasks, take what the first has as it was before."""
        shared = (name for name in ("binary-loss", "binary-accuracy") if name in located)
        both = (located[name] for name in shared if located[name] == located.get(name.replace("binary", "softmax")))
        again = [last for first, last in map(self.handin.first_and_last, both) if first.line < last.line]
        if not again:
            return
        cut = min(again, key=lambda item: item.line)
        for name in {"binary", "binary-loss", "binary-accuracy", "logistic-trainer"} & located.keys():
            first, _ = self.handin.first_and_last(located[name])
            if first.path == cut.path and first.line < cut.line:
                located[name] = self.handin.until(first, cut.line)

    def _older_loop(self, kind: str) -> Definition | None:
        """The function `train(num_epochs, learning_rate, batch_size, l2_reg_lambda)` of an earlier year's hand-in."""
        files = BINARY_FILES if kind == "binary" else SOFTMAX_FILES
        listed = self.handin.candidates(Part("function", ("train",), files, strict=True))
        return next((item for item in listed if _digits(item.path) == _digits(files[0])), None)

    def load(self, name: str) -> Any:
        """The class or function that a part is; raises why it is not there."""
        if name not in self.found:
            self.handin.refuse(PARTS[name])
        made = self.handin.load(self.found[name])
        self.handin.supply(_SOME_DATA)
        return made

    @property
    def cuts_its_own(self) -> bool:
        """Whether an earlier year's `train` is all that makes batches."""
        return "batches" in self.found and self.found["batches"] in map(self.found.get, TRAINED_BY.values())

    def places_of(self, part: str) -> list[tuple[Any, str]]:
        """Everywhere that a function of the hand-in is called from."""
        for definition in self.found.values():
            with suppress(Exception):  # what cannot be loaded says so when it is asked for
                self.handin.load(definition)
        function = self.load(part)
        return [(m, name) for m in self.handin.modules() for name, value in list(vars(m).items()) if value is function]


def _task(part: Part) -> str:
    return f"{part.files[0]}.py" if part.files else "the course"


def _digits(path: str) -> str:
    """The task that a file's name speaks of; that of `assignment1.py` speaks of none."""
    found = re.search(r"task\D*([234])|(?<!\d)([234])(?!\d)", path.rpartition("/")[2], re.IGNORECASE)
    return found.group(1) or found.group(2) if found else ""


def _of_other_task(name: str, item: Definition) -> bool:
    """Whether a function that both tasks have is that of the other task."""
    if not name.endswith(("-loss", "-accuracy")):
        return False
    return _digits(item.path) not in ("", "2" if name.startswith("binary") else "3")
