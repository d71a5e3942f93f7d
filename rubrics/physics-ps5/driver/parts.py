"""Which parts of the course a hand-in has, and how each can be called: as a function, of a class, or by its script."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from grader.worker.calling import Offer, call, fit_arguments
from grader.worker.describing import describe_parts
from grader.worker.handin import Definition, HandIn, OutOfSight, likeness
from grader.worker.methods import names_called, script_of
from grader.worker.sources import aside
from grader.worker.watching import Table, watch

from .names import BACKWARD, BACKWARD_ROLES, FORWARD, FORWARD_ROLES, OF_CLASS, PARTS, WEIGHTS
from .network_class import NetworkClass
from .places import HEADER, drawn_table
from .script import Script


class Parts:
    """The functions of one hand-in, by the names of the course's parts."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self._found: dict[str, Definition] | None = None
        self._class: NetworkClass | None = None

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files or lines are broken."""
        told = describe_parts(self.handin, PARTS, self.found)
        if network := self.network_class():
            told["found"] |= dict.fromkeys((FORWARD, BACKWARD), str(network))
            told["missing"] = {name: each for name, each in told["missing"].items() if name not in (FORWARD, BACKWARD)}
        return told

    def imported(self) -> dict[str, str]:
        """The packages that the files of the two functions import, by name, and where."""
        paths = {self.found[name].path for name in (FORWARD, BACKWARD) if name in self.found}
        return self.handin.imported_packages(sorted(paths)) if paths else {}

    @property
    def found(self) -> dict[str, Definition]:
        """The definition of each part that is there."""
        if self._found is None:
            located = self.handin.locate(PARTS)
            if located.get(FORWARD) == located.get(BACKWARD):  # one function whose name is a little like both
                located.pop(FORWARD, None)
            self._found = {name: each for name, each in located.items() if not self._belongs_to_twin(each, located)}
        return self._found

    def _belongs_to_twin(self, definition: Definition, located: Mapping[str, Definition]) -> bool:
        """Whether a helper lies in a file that uses PyTorch while the two functions lie elsewhere."""
        home = {located[name].path for name in (FORWARD, BACKWARD) if name in located}
        imports = self.handin.sources[definition.path].imports
        return definition.path not in home and any(item.name.partition(".")[0] == "torch" for item in imports)

    def part(self, name: str) -> Callable[..., Any]:
        """The function of this name; raises why there is none that can be called."""
        if name in self.found:
            return self.handin.load(self.found[name])  # type: ignore[no-any-return]
        if not self.has(name):
            self._refuse(name)
        return self.of_class().functions()[name]

    def has(self, name: str) -> bool:
        """Whether there is such a function, or a method of the network's class."""
        network = self.network_class()
        methods = network.methods if network and name in OF_CLASS else ()
        return name in self.found or any(likeness(method, PARTS[name].names, strict=True) for method in methods)

    def of_class(self) -> NetworkClass:
        """The network's class, used as functions."""
        definition = self.network_class()
        if self._class is None and definition is not None:
            self._class = NetworkClass(self.handin.load(definition), self.call)
        assert self._class is not None  # asked for only where there is such a class
        return self._class

    def network_class(self) -> Definition | None:
        """A class that has both passes as its methods, where they are no functions."""
        if FORWARD in self.found and BACKWARD in self.found:
            return None
        return self._likeliest_class

    @cached_property
    def _likeliest_class(self) -> Definition | None:
        """The first class with both passes that holds all weights; a layer has both as well, and only some."""
        fitting = [item for item in self.handin.definitions if _has_both_passes(item)]
        return next(
            (item for item in fitting[1:] and fitting if self._holds_all_weights(item)), next(iter(fitting), None)
        )

    def _holds_all_weights(self, item: Definition) -> bool:
        try:
            network = NetworkClass(self.handin.load(item), self.call)
            return bool(network.weights(network.made(np.ones(WEIGHTS))).shape == (WEIGHTS,))
        except Exception:  # the one that is used tells what is wrong with it
            return False

    def _refuse(self, name: str) -> NoReturn:
        if name not in (FORWARD, BACKWARD) and self.scripts:
            raise OutOfSight(
                f"There is no {PARTS[name]} and what your script does instead could not be followed: "
                "a person has to look."
            )
        self.handin.refuse(PARTS[name])

    @cached_property
    def scripts(self) -> list[str]:
        """The files whose own top level, or main function, calls the forward pass; the likeliest first."""
        known = {name.rpartition(".")[2] for name in self.names_of_passes()}
        home = {self.found[name].path for name in (FORWARD, BACKWARD) if name in self.found}
        known |= {network.name} if (network := self.network_class()) else set()
        callers = {item.name: set(names_called([item.node])) for item in self.handin.definitions}
        while more := {name for name, called in callers.items() if name not in known and called & known}:
            known |= more
        trees = {path: source.tree for path, source in self.handin.sources.items() if source.tree}
        scripts = [path for path, tree in trees.items() if known & set(names_called(script_of(tree)))]
        return sorted(scripts, key=lambda path: (aside(path), path not in home))

    def names_of_passes(self) -> dict[str, Mapping[str, str]]:
        """The functions or methods of both passes by their names in the hand-in, and the roles of their arguments."""
        network = self.network_class()
        names: dict[str, Mapping[str, str]] = {}
        for part, roles in ((FORWARD, FORWARD_ROLES), (BACKWARD, BACKWARD_ROLES)):
            if part in self.found:
                names[self.found[part].name] = roles
            elif network:
                fitting = (name for name in network.methods if likeness(name, PARTS[part].names, strict=True))
                names |= {f"{network.name}.{name}": roles for name in fitting}
        return names

    @cached_property
    def script(self) -> Script | None:
        """What the hand-in's script does with a table of the grader's."""
        passes = self.names_of_passes()
        if not self.scripts or len(passes) < 2:
            return None
        table = drawn_table()
        run = watch(self.handin, self.scripts[0], passes, Table(HEADER, table))
        script = Script(table, run, [name for name, roles in passes.items() if roles is BACKWARD_ROLES])
        return script if script.steps else None

    def or_by_script(self, ask: Callable[[], Any], look: Callable[[Script], Any]) -> Any:
        """What a function of the hand-in tells, or, where there is none that can be asked, its script."""
        try:
            return ask()
        except NotImplementedError:
            raise
        except Exception as error:
            told = look(self.script) if self.script else None
            if told is not None:
                return told
            if not self._wants_the_scripts(error):
                raise
            raise OutOfSight(
                f"Your script knows how to call this, and the grader does not ({self.handin.told(error).rstrip('.')}): "
                "a person has to look."
            ) from error

    def _wants_the_scripts(self, error: Exception) -> bool:
        """Whether a function failed for want of what only the script has: objects of its own, or its variables."""
        if isinstance(error, NameError):
            trees = [tree for path in self.scripts if (tree := self.handin.sources[path].tree)]
            lines = [
                each for tree in trees for each in tree.body if not isinstance(each, (ast.FunctionDef, ast.ClassDef))
            ]
            nodes = (node for line in lines for node in ast.walk(line) if isinstance(node, ast.Name))
            return any(node.id == error.name for node in nodes if isinstance(node.ctx, ast.Store))
        handed = r"'numpy\.ndarray' object (has no attribute|is not callable)"
        misfits = isinstance(error, (AttributeError, TypeError)) and bool(re.match(handed, str(error)))
        return misfits and bool(self.scripts)

    def call(self, function: Callable[..., Any], offers: Sequence[Offer]) -> Any:
        """What a function gives for these arguments, by the names of its parameters."""
        name = getattr(function, "__name__", "function")
        given, named = fit_arguments(name, function, offers)
        with np.errstate(all="ignore"):
            return call(self.handin, name, function, *given, **named)


def _has_both_passes(item: Definition) -> bool:
    passes = (PARTS[name].names for name in (FORWARD, BACKWARD))
    return all(any(likeness(method, names, strict=True) for method in item.methods) for names in passes)
