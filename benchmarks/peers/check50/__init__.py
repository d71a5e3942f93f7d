"""One check for each check, each in a copy of the hand-in's folder, as check50 does it."""

from collections.abc import Callable
from typing import Any

from homework import replay

import check50
import check50.py


@check50.check()
def exists() -> None:
    """The hand-in exists."""
    check50.exists("solution.py")


def _check(name: str) -> Callable[[], None]:
    def check() -> None:
        solution: Any = check50.py.import_("solution.py")
        try:
            replay.check(name, solution)
        except AssertionError as error:
            raise check50.Failure(str(error)) from None

    check.__name__, check.__doc__ = name.replace("-", "_"), name
    decorated: Callable[[], None] = check50.check(exists)(check)
    return decorated


for each in replay.names():
    globals()[each.replace("-", "_")] = _check(each)
