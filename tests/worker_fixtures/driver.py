"""A driver for the tests of session and sandbox: it calls whatever function of the hand-in it is asked for."""

from __future__ import annotations

from typing import Any

from grader.worker.handin import HandIn, Unusable


class Driver:
    """The vocabulary of these tests."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin

    def run(self, name: str, *arguments: Any) -> Any:
        """What the hand-in's function returns."""
        return self.handin.load(next(each for each in self.handin.definitions if each.name == name))(*arguments)

    def find(self, name: str) -> None:
        """Look for a function that may be missing."""
        self.handin.find_function([name], strict=True)

    def echo(self, value: Any) -> Any:
        """The value itself."""
        return value

    def refuse(self) -> None:
        """Say that something cannot be used, as a driver does."""
        raise Unusable("W1 came back as None.")

    def stumble(self) -> None:
        """A mistake of the driver's own."""
        raise KeyError("driver")
