"""The key for public inputs is kept between checks, is another for another course, and no secret one is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.check import command
from grader.errors import GraderError
from grader.grading import PUBLIC_SEED, Key, prepare
from grader.keys import public_key
from grader.rubric import load_rubric
from grader.sandbox import choose


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "keys"


def refuse() -> Key:
    raise AssertionError("the reference was run again")


@pytest.fixture
def kept(quick: Path) -> Callable[[], Key]:
    """A key that is kept already, and asked for once more without anybody to make it."""
    rubric = load_rubric(quick)
    size = next(iter(rubric.sizes))
    one = replace(rubric, sizes={size: rubric.sizes[size]})
    public_key(rubric, size, {}, {}, partial(prepare, one, PUBLIC_SEED, {}, choose("process")))
    return partial(public_key, rubric, size, {}, {}, refuse)


def test_a_kept_key_is_the_one_that_was_made(kept: Callable[[], Key], quick: Path) -> None:
    made = prepare(load_rubric(quick), PUBLIC_SEED, {}, choose("process"))
    read = kept()
    assert read.expected
    assert set(read.expected) <= set(made.expected)
    for size, seen in read.expected.items():
        assert {id_: str(each.values) for id_, each in seen.criteria.items()} == {
            id_: str(each.values) for id_, each in made.expected[size].criteria.items()
        }


def test_a_damaged_file_is_made_again(kept: Callable[[], Key], cache: Path) -> None:
    for file in cache.rglob("*.*"):
        file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(AssertionError, match="run again"):
        kept()


def test_another_rubric_finds_nothing(kept: Callable[[], Key], quick: Path, tmp_path: Path) -> None:
    other = tmp_path / "rubric.yaml"
    other.write_text(quick.read_text("utf-8") + "\n# mended\n", "utf-8")
    rubric = load_rubric(other)
    with pytest.raises(AssertionError, match="run again"):
        public_key(rubric, next(iter(rubric.sizes)), {}, {}, refuse)


def test_where_nothing_can_be_kept_the_key_is_made_each_time(quick: Path, cache: Path) -> None:
    cache.parent.write_text("not a folder")
    rubric = load_rubric(quick)
    made: list[Key] = []

    def make() -> Key:
        made.append(prepare(rubric, PUBLIC_SEED, {}, choose("process")))
        return made[-1]

    for _ in range(2):
        public_key(rubric, next(iter(rubric.sizes)), {}, {}, make)
    assert len(made) == 2


@pytest.mark.parametrize(("seed", "written"), [("0", True), ("12345", False)])
def test_only_the_key_that_everybody_may_know_is_written_down(
    seed: str, written: bool, quick: Path, examples: Path, cache: Path
) -> None:
    ended = CliRunner().invoke(command, [str(examples / "hand-in-01"), "--rubric", str(quick), "--seed", seed, "-q"])
    assert ended.exit_code == 0, ended.output
    assert cache.is_dir() == written


def test_a_reference_that_fails_is_told_each_time(quick: Path, cache: Path) -> None:
    rubric = load_rubric(quick)

    def fail() -> Key:
        raise GraderError("the reference fails its own check")

    for _ in range(2):
        with pytest.raises(GraderError, match="fails its own"):
            public_key(rubric, next(iter(rubric.sizes)), {}, {}, fail)
    assert not cache.exists()
