"""Which definitions of a hand-in are the course's parts, and what else lies beside them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from grader.worker.calling import Offer, call, fit_arguments, parameters_of
from grader.worker.describing import describe_parts
from grader.worker.handin import Definition, HandIn
from grader.worker.holding import leaves
from grader.worker.methods import find_method
from grader.worker.naming import CLASSES, HIDDEN, INPUTS

from .names import INITIAL, PARTS

__all__ = ["Parts"]


class Parts:
    """The course's classes and functions in one hand-in."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin

    @cached_property
    def found(self) -> dict[str, Definition]:
        """The definition of each part that is there."""
        return self.handin.locate(PARTS)

    def describe(self) -> dict[str, Any]:
        """Which parts are there, which are missing, and which files or lines are broken."""
        return describe_parts(self.handin, PARTS, self.found)

    def imported(self) -> dict[str, str]:
        """The packages that the graded files import, by name, and where."""
        paths = {definition.path for definition in self.found.values()}
        return self.handin.imported_packages(sorted(paths))

    def load(self, name: str) -> Any:
        """The class or function itself; raises `Missing`, or whatever importing its file raises."""
        if name not in self.found:
            self.handin.refuse(PARTS[name])
        return self.handin.load(self.found[name])

    def construct(self, model: str, sizes: dict[str, int]) -> Any:
        """A network of these sizes, as the hand-in builds it."""
        kind = self.load(model)
        offers = [Offer(sizes["inputs"], INPUTS, "input_size"), Offer(sizes["classes"], CLASSES, "num_classes")]
        if model == "two-layer":
            offers.append(Offer(sizes["hidden"], HIDDEN, "hidden_size"))
        given, named = fit_arguments(f"{kind.__name__}.__init__", kind, offers)
        network = call(self.handin, kind.__name__, kind, *given, **named)
        if not leaves(network, arrays_only=True):
            initial = find_method(network, INITIAL)
            if initial is not None and not parameters_of(initial):
                call(self.handin, initial.__name__, initial)
        return network

    def graded_paths(self) -> set[str]:
        """The files beside the batches and the optimizer that may hold a training loop."""
        folders = {definition.path.rpartition("/")[0] for definition in self.found.values()}
        beside = {path for path in self.handin.sources if path.rpartition("/")[0] in folders}
        return beside | {path for path in self.handin.sources if path.rpartition("/")[2] in ("main.py", "train.py")}
