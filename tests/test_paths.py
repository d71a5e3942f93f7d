"""Data folders are found in a checkout and in a wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import paths
from grader.errors import GraderError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty installed package."""
    folder = tmp_path / "site-packages" / "grader"
    folder.mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(folder / "paths.py"))
    return folder


def test_a_checkout_has_its_templates() -> None:
    assert (paths.data_folder("report_templates") / "base" / "base.css").is_file()


def test_in_a_wheel_the_own_copy_wins_over_a_neighbour_of_the_same_name(package: Path) -> None:
    (package.parent / "reference").mkdir()
    (package / "_data" / "reference").mkdir(parents=True)
    assert paths.data_folder("reference") == package / "_data" / "reference"


def test_a_missing_folder_is_named_with_the_places_where_it_was_looked_for(package: Path) -> None:
    with pytest.raises(GraderError, match=r"'rubrics' is not there; looked for .*_data.* and .*rubrics"):
        paths.data_folder("rubrics")
