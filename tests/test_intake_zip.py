"""Hand-ins as zip archives: dangerous names, bombs, damage, and what is harmless in them."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest
from intake_samples import FLAGS, HANDIN, OFFSET, SIZE, many, patched, special, told, write_zip, zipped
from speed import within

from grader.errors import IntakeError
from grader.intake import IntakeLimits, take


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.py", "lead out"),
        ("a/../../evil.py", "lead out"),
        ("a/..", "lead out"),
        ("/etc/evil.py", "lead out"),
        ("//server/evil.py", "lead out"),
        ("C:/evil.py", "lead out"),
        ("c:evil.py", "lead out"),
        ("..\\evil.py", "backslash"),
        ("models\\evil.py", "backslash"),
        ("a\nevil.py", "unprintable"),
        ("evil.py\0.png", "unprintable"),
        ("evil\u202e.py", "unprintable"),
        ("x" * 256, "too long"),
        ("/".join(["d" * 200] * 6), "too long"),
        ("/".join(["d"] * 40), "too deeply nested"),
    ],
)
def test_dangerous_names_are_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = write_zip(tmp_path / "x.zip", [*HANDIN.items(), (name.replace("\0", "?"), b"evil")])
    path.write_bytes(path.read_bytes().replace(b"evil.py?.png", b"evil.py\0.png"))
    intake = take(path)
    assert intake.files == HANDIN
    assert reason in told(intake)
    assert told(intake).replace("\n", "").isprintable()
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["here", "x.zip"]


@pytest.mark.parametrize("name", [b"\0ain.py", b"m/\0n.py", b"\0\0\0\0\0\0\0"])
def test_a_null_character_does_not_cut_a_name(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped([("main.py", b""), ("x.py", b"")]).replace(b"main.py", name))
    intake = take(path)
    assert intake.submission.files == ("x.py",)
    assert "Names with unprintable characters are refused" in told(intake)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (stat.S_IFLNK | 0o777, "Links are not followed"),
        (stat.S_IFIFO | 0o644, "Pipes"),
        (stat.S_IFCHR | 0o644, "devices"),
        (stat.S_IFBLK | 0o644, "devices"),
        (stat.S_IFSOCK | 0o644, "sockets"),
    ],
)
def test_members_that_are_no_files_are_named(tmp_path: Path, mode: int, reason: str) -> None:
    path = write_zip(tmp_path / "x.zip", [*HANDIN.items(), (special("solution.py", mode), b"/etc/passwd")])
    intake = take(path)
    assert intake.files == HANDIN
    assert reason in told(intake)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", [*HANDIN.items(), ("bomb.py", bytes(3 << 20)), ("big.py", bytes(64 << 20))])
    intake = take(path)
    assert intake.files == HANDIN
    assert told(intake) == "Files that unpack to more than 200 times their size are not read (2): bomb.py, big.py."


def test_many_files_that_are_too_much_together_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", [(f"{i}.py", os.urandom(40_000)) for i in range(30)])
    with pytest.raises(IntakeError, match=r"x.zip: holds too much: at most 1 MiB of source text in 5,000 files"):
        take(path, IntakeLimits(total=1 << 20))
    with pytest.raises(IntakeError, match="in 29 files"):
        take(path, IntakeLimits(files=29))
    with pytest.raises(IntakeError, match="of names"):
        take(path, IntakeLimits(names=20))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [0, 1, 999, 1001, 4 << 20, (5 << 20), 0xFFFFFFFE])
def test_lying_sizes_are_damage_or_too_large(tmp_path: Path, method: int, size: int) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(patched(zipped([("lie.py", os.urandom(1000)), *HANDIN.items()], method), *SIZE, size))
    intake = take(path)
    assert intake.files == HANDIN
    assert "lie.py" in told(intake)


def test_a_wrong_checksum_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped([("main.py", b"right"), ("x.py", b"")], zipfile.ZIP_STORED).replace(b"right", b"wrong"))
    assert told(take(path)) == "Damaged files are not read: main.py."


def test_encrypted_members_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(patched(zipped([("secret.py", b"x"), *HANDIN.items()]), *FLAGS, 1))
    assert told(take(path)) == "Files behind a password are not read: secret.py."
    path.write_bytes(patched(zipped([("secret.py", b"x")]), *FLAGS, 1))
    with pytest.raises(IntakeError, match=r"no file in it to grade\. Files behind a password are not read: secret.py"):
        take(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_are_named_and_not_unpacked(tmp_path: Path, method: int) -> None:
    path = write_zip(tmp_path / "x.zip", [("main.py", bytes(1000))], method)
    with pytest.raises(IntakeError, match="Files packed in another way"):
        take(path)


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    content = zipped([("a.py", b"x" * 50), ("b.py", b"y" * 50)], zipfile.ZIP_STORED)
    path = tmp_path / "x.zip"
    path.write_bytes(patched(content, *OFFSET, 0, member=1))
    with pytest.raises(IntakeError, match=r"x.zip: members of the zip archive overlap"):
        take(path)


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["main.py", "main.py"], ["main.py"]),
        (["main.py", "MAIN.py"], ["MAIN.py"]),
        (["\u00fc.py", "u\u0308.py"], ["\u00fc.py"]),
        (["./main.py", "main.py"], ["main.py"]),
        (["a//b.py", "x.py", "a/b.py"], ["a/b.py", "x.py"]),
    ],
)
def test_of_equal_names_the_last_one_counts(tmp_path: Path, names: list[str], kept: list[str]) -> None:
    path = write_zip(tmp_path / "x.zip", [(name, str(number).encode()) for number, name in enumerate(names)])
    intake = take(path)
    assert list(intake.files) == kept
    assert str(len(names) - 1).encode() in intake.files.values()
    assert b"0" not in intake.files.values()
    assert "the last one counts" in told(intake)


def test_a_file_with_the_name_of_a_folder_is_left_out(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", [("models", b""), ("Models/net.py", b""), ("main.py", b"")])
    intake = take(path)
    assert list(intake.files) == ["Models/net.py", "main.py"]
    assert told(intake) == "Files that have the name of a folder are left out: models."


def test_names_in_other_encodings_are_read_as_well_as_can_be(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    content = zipped([("n__me.py", b"x"), ("main.py", b"")])
    path.write_bytes(content.replace(b"n__me", b"n\xc3\xa4me"))  # UTF-8, not declared
    assert "näme.py" in take(path).files
    path.write_bytes(content.replace(b"n__me", b"n\xe4_me"))  # Windows-1252, which nothing declares
    assert len(take(path).files) == 2
    for member, name in enumerate((b"n__me", b"main.")):
        path.write_bytes(
            patched(content.replace(name, b"n\xe4\xff_e"), *FLAGS, 0x800, member)
        )  # declared, but not UTF-8
        with pytest.raises(IntakeError, match="damaged"):
            take(path)


@pytest.mark.parametrize("count", [20_001, 70_000, 300_000])
def test_too_many_members_are_refused_in_bounded_time(tmp_path: Path, count: int) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(many(count))
    told = r"holds .* members; at most 20,000|its table of contents is longer"
    with within(5), pytest.raises(IntakeError, match=told):
        take(path)


def test_a_large_archive_of_few_files_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(many(20_000))
    with pytest.raises(IntakeError, match="in 5,000 files"):
        take(path)
    assert len(take(path, IntakeLimits(files=20_000)).files) == 20_000


def test_a_polyglot_is_read_as_the_archive_that_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"#!/bin/sh\nexit\n" + zipped(HANDIN.items()))
    assert take(path).files == HANDIN


def test_a_zip_archive_of_another_name_is_taken(tmp_path: Path) -> None:
    assert take(write_zip(tmp_path / "hand-in.rar", HANDIN.items())).files == HANDIN
