"""Optional packages: a driver names them, and a worker gets those that are installed with what they need."""

from __future__ import annotations

import pytest

from grader.driver import Driver
from grader.sandbox.packages import allowed, installed


@pytest.mark.parametrize(
    ("driver", "names"),
    [
        ("PACKAGES = ('jinja2',)", {"jinja2", "markupsafe"}),
        ("PACKAGES = ['jinja2', 'no_such_package']", {"jinja2", "markupsafe"}),
        ("PACKAGES = ('no_such_package',)", set()),
        ("x = 3", set()),
        ("def (", set()),
    ],
)
def test_a_driver_gets_the_installed_packages_that_it_names_and_theirs(driver: str, names: set[str]) -> None:
    assert set(allowed(Driver.of(driver.encode()))) == names


def test_a_package_is_installed_or_not() -> None:
    assert installed("numpy")
    assert not installed("no_such_package")
