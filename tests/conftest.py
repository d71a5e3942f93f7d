"""What several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def examples() -> Path:
    """The example hand-ins of the first course."""
    return ROOT / "submissions_example" / "gatech-cs7643-a1"
