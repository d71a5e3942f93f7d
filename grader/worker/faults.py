"""What can be wrong with a hand-in so that a driver cannot go on."""

from __future__ import annotations

__all__ = ["Missing", "OutOfSight", "Unusable"]


class Missing(Exception):
    """Something that the course asks for is not in the hand-in."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Unusable(Exception):
    """Something is there, but what it gives cannot be used."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class OutOfSight(Exception):
    """Something may be there, where the grader cannot look at it: a person decides, and nobody makes it a zero."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
