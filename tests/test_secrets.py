"""The seed of a run: kept for grading again, and nowhere else that a student or a student's code could look."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from test_cli import grader

from grader.channel import Channel

SEED = 0x5EC1_2E7C_A4A1
SPELLINGS = (str(SEED).encode(), f"{SEED:x}".encode(), SEED.to_bytes(6, "little"), SEED.to_bytes(6, "big"))


def shown(content: bytes) -> bool:
    return any(spelling in content for spelling in SPELLINGS)


def unpacked(path: Path) -> Iterator[bytes]:
    """A file, and what is compressed in it."""
    content = path.read_bytes()
    yield content
    starts = [0, *(found.end() for found in re.finditer(rb"stream\r?\n", content))]
    for start in starts:
        try:
            yield zlib.decompressobj().decompress(content[start:])
        except zlib.error:
            continue


@pytest.mark.slow
def test_the_seed_is_kept_for_the_instructor_and_never_told_to_a_hand_in_or_a_student(
    examples: Path, quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []
    send = Channel._send

    def recorded(channel: Channel, frame: Sequence[memoryview], deadline: float) -> None:
        sent.append(b"".join(frame))
        send(channel, frame, deadline)

    monkeypatch.setattr(Channel, "_send", recorded)
    out = tmp_path / "out"
    ended = grader("grade", examples / "hand-in-05", "-o", out, "--seed", SEED, "--jobs", 1, "--rubric", quick)
    assert ended.exit_code == 0
    assert len(sent) > 5
    assert not any(map(shown, sent))
    places = [path for path in out.rglob("*") if path.is_file() and any(map(shown, unpacked(path)))]
    assert [path.name for path in places] == ["run.json"]
    assert places[0].stat().st_mode & 0o077 == 0
