"""One test for each check."""

import unittest
from collections.abc import Callable

import solution
from gradescope_utils.autograder_utils.decorators import weight
from homework import replay


class TestHomework(unittest.TestCase):
    """The tests, added below."""


def _test(name: str) -> Callable[[unittest.TestCase], None]:
    @weight(1)
    def test(self: unittest.TestCase) -> None:
        replay.check(name, solution)

    test.__doc__ = name
    return test


for each in replay.names():
    setattr(TestHomework, f"test_{each}", _test(each))
