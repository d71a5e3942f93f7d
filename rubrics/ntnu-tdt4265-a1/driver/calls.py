"""Calls of a hand-in's functions with the arguments that they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grader.worker.calling import Offer, call, fit_arguments
from grader.worker.handin import HandIn


class Calls:
    """Calls of the functions of one hand-in."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin

    def call(self, what: str, function: Callable[..., Any], offers: Sequence[Offer]) -> Any:
        """What a function returns, or raises."""
        given, named = fit_arguments(what, function, offers)
        return call(self.handin, what, function, *given, **named)
