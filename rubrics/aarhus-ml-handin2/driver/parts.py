"""Finds the class of the network and its functions, wherever they are."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.worker.calling import call, fit_arguments
from grader.worker.handin import Definition, HandIn, Missing, Part, likeness
from grader.worker.methods import find_method

from .forms import size_offers
from .names import HELPERS, METHODS, NET


class Parts:
    """Finds the class of the network and its functions, wherever they are."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files are broken."""
        broken = [{"where": item.where, "message": item.message} for item in self.handin.broken()]
        definition = self.definition()
        if definition is None:
            lost = dict.fromkeys(("net", *METHODS), f"No class {NET.names[0]} was found.")
            return {"found": {}, "missing": lost, "broken": broken, "signatures": []}
        found, signatures = {"net": str(definition)}, []
        try:
            kind = self.handin.load(definition)
        except SyntaxError:
            kind = None
        except Exception as error:
            kind = None
            broken.append(
                {"where": self.handin.last_frame(error) or definition.path, "message": self.handin.told(error)}
            )
        for part, names in METHODS.items():
            name = (
                _name_of(kind, names) if kind else next((m for m in definition.methods if likeness(m, names, True)), "")
            )
            if name:
                found[part] = f"{definition.name}.{name}"
                signatures.append(f"{part}: {name}({_written(definition, name)})")
        missing = {
            part: f"{definition.name} has no method {names[0]}." for part, names in METHODS.items() if part not in found
        }
        return {"found": found, "missing": missing, "broken": broken, "signatures": signatures}

    def imported(self) -> dict[str, str]:
        """The packages that the graded file imports, by name, and where."""
        definition = self.definition()
        return self.handin.imported_packages([definition.path]) if definition else {}

    def definition(self) -> Definition | None:
        return self.handin.locate({"net": NET}).get("net")

    def network(self, sizes: Mapping[str, int]) -> Any:
        definition = self.definition()
        if definition is None:
            self.handin.refuse(NET)
        kind = self.handin.load(definition)
        given, named = fit_arguments(f"{kind.__name__}.__init__", kind, size_offers(sizes))
        return call(self.handin, kind.__name__, kind, *given, **named)

    def helper(self, helper: str) -> Callable[..., Any] | None:
        """A function of the hand-in by one of its usual names, or None; what its file raises is raised here too."""
        definition = self.definition()
        if definition is None:
            self.handin.refuse(NET)
        part = Part("function", HELPERS[helper], strict=True)
        found = {item.path for item in self.handin.candidates(part)}
        if found and found.isdisjoint(self.handin.reached([definition.path])):  # such as an earlier hand-in's
            return self._own_method(part.names)
        return self.function(HELPERS[helper], definition)

    def function(self, names: Sequence[str], near: Definition | None) -> Callable[..., Any] | None:
        """A function outside of classes, else a method of the network."""
        near = near or self.definition()
        try:
            return self.handin.find_function(names, near=near.path if near else "", strict=True)
        except Missing:
            return self._own_method(names)

    def _own_method(self, names: Sequence[str]) -> Callable[..., Any] | None:
        """A method of the network's class, or None."""
        definition = self.definition()
        if definition is None or not _name_of(self.handin.load(definition), names):
            return None
        return find_method(self.network({"inputs": 13, "hidden": 8, "classes": 5}), names)

    def method(self, network: Any, part: str) -> Callable[..., Any]:
        if isinstance(network, Bound):
            return network.method
        method = find_method(network, METHODS[part])
        if method is None:
            raise Missing(f"{type(network).__name__} has no method {METHODS[part][0]}.")
        return method


@dataclass
class Bound:
    """A network whose cost_grad is this method, while another one stands in its place."""

    method: Callable[..., Any]
    network: Any


def _name_of(kind: Any, names: Sequence[str]) -> str:
    """The name of the method of a class that goes by one of these names, the likeliest first."""
    offered = {name: likeness(name, names, strict=True) for name in dir(kind) if callable(getattr(kind, name, None))}
    best = max(offered, key=lambda name: offered[name], default="")
    return best if best and offered[best] else ""


def _written(definition: Definition, name: str) -> str:
    """The arguments of a method as the student wrote them."""
    body = definition.node.body if isinstance(definition.node, ast.ClassDef) else []
    found = next((item for item in body if isinstance(item, ast.FunctionDef) and item.name == name), None)
    return ast.unparse(found.args) if found else ""
