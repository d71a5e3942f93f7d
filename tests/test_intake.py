"""Hand-ins as they arrive: untidy ones are tidied, hostile ones are refused by name, and nothing is written."""

from __future__ import annotations

import io
import os
import socket
import stat
import struct
import tempfile
import time
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import IntakeError
from grader.intake import Intake, IntakeLimits, source_text, take
from grader.intake.names import safe_id

MODEL = b"class TwoLayerNet:\r\n    pass\n"
HANDIN = {"main.py": b"import models\n", "models/__init__.py": b"", "models/two_layer_nn.py": MODEL}
Members = Iterable[tuple[str | zipfile.ZipInfo, bytes]]


def write_folder(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", method) as archive:
        warnings.simplefilter("ignore")  # duplicate names are what some tests are about
        for member, content in members:
            archive.writestr(member, content)
    return target.getvalue()


def write_zip(path: Path, members: Members, method: int = zipfile.ZIP_DEFLATED) -> Path:
    path.write_bytes(zipped(members, method))
    return path


def patched(content: bytes, field: int, form: str, value: int, member: int = 0) -> bytes:
    """A field of a member's record in the table of contents, replaced."""
    changed = bytearray(content)
    start = -1
    for _ in range(member + 1):
        start = content.index(b"PK\x01\x02", start + 1)
    struct.pack_into(form, changed, start + field, value)
    return bytes(changed)


FLAGS, SIZE, OFFSET = (8, "<H"), (24, "<I"), (42, "<I")


def special(name: str, mode: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = mode << 16
    return member


def told(intake: Intake) -> str:
    return "\n".join(intake.submission.ignored)


# What is taken


def test_a_folder_and_its_archive_give_the_same_submission(tmp_path: Path) -> None:
    folder = take(write_folder(tmp_path / "hand-in 7", HANDIN))
    archive = take(write_zip(tmp_path / "hand-in 7.zip", HANDIN.items()))
    assert folder.files == archive.files == HANDIN
    assert folder.submission.id == archive.submission.id == "hand-in 7"
    assert folder.submission.files == archive.submission.files == tuple(sorted(HANDIN))
    assert folder.submission.digest == archive.submission.digest
    assert folder.submission.ignored == archive.submission.ignored == ()


def test_bytes_are_not_changed(tmp_path: Path) -> None:
    source = b"\xef\xbb\xbfx = 1\r\n\xff"
    assert take(write_folder(tmp_path, {"main.py": source})).files["main.py"] == source


@pytest.mark.parametrize(
    "change",
    [{"main.py": b"other"}, {"new.py": b""}, {"figure.png": b"1"}, {"models/two_layer_nn.py": MODEL + b"\n"}],
)
def test_the_digest_tells_every_change(tmp_path: Path, change: dict[str, bytes]) -> None:
    before = take(write_folder(tmp_path / "a", HANDIN)).submission.digest
    assert take(write_folder(tmp_path / "b", HANDIN | change)).submission.digest != before


@pytest.mark.parametrize("wrapper", ["hw1", "hw 1 (final)", "hw1/Assignment 1/code", "hw1/hw1", "./hw1"])
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_superfluous_top_folders_are_taken_away(tmp_path: Path, wrapper: str, form: str) -> None:
    files = {f"{wrapper}/{name}": content for name, content in HANDIN.items()} | {"__MACOSX/._hw1": b"x"}
    path = write_folder(tmp_path / "x", files) if form == "folder" else write_zip(tmp_path / "x.zip", files.items())
    assert take(path).files == HANDIN


@pytest.mark.parametrize(
    ("files", "keep"),
    [
        (["models/__init__.py", "models/net.py"], ()),  # a flat package imports its own modules by this name
        (["models/net.py"], ("models", "optimizer")),
        (["hw1/models/net.py", "hw1/main.py"], ("hw1",)),
        (["main.py", "models/net.py"], ()),
    ],
)
def test_a_top_folder_that_belongs_to_the_hand_in_stays(
    tmp_path: Path, files: list[str], keep: tuple[str, ...]
) -> None:
    path = write_zip(tmp_path / "x.zip", [(name, b"") for name in files])
    assert list(take(path, keep=keep).files) == sorted(files)


def test_only_source_text_travels_and_the_rest_is_known_by_name(tmp_path: Path) -> None:
    suffixes = ("", ".py", ".ipynb", ".yaml", ".yml", ".json", ".txt", ".md", ".csv", ".toml", ".cfg")
    source = {f"file{suffix}": b"x" for suffix in suffixes} | {"OTHER.PY": b"x"}
    others = {
        f"file{suffix}": b"x" for suffix in (".png", ".pdf", ".npy", ".npz", ".pkl", ".pyc2", ".so", ".pth", ".zip")
    }
    intake = take(write_folder(tmp_path, source | others))
    assert set(intake.files) == set(source)
    assert set(intake.submission.files) == set(source | others)
    assert "the name is known (8): file.npy, file.npz, file.pdf and 5 more." in told(intake)
    assert "Archives inside the hand-in are not opened: file.zip." in told(intake)


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_large_file_is_named_and_not_read(tmp_path: Path, form: str) -> None:
    files = {"main.py": b"", "data/train.csv": os.urandom(3000), "data/small.csv": b"1" * 1024}
    path = write_folder(tmp_path / "x", files) if form == "folder" else write_zip(tmp_path / "x.zip", files.items())
    intake = take(path, IntakeLimits(file=1024))
    assert sorted(intake.files) == ["data/small.csv", "main.py"]
    assert "data/train.csv" in intake.submission.files
    assert told(intake) == "Files over 0.000976562 MiB are not read: data/train.csv."


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_what_no_student_wrote_is_left_out_and_each_kind_is_told_once(tmp_path: Path, form: str) -> None:
    noise = [
        "__MACOSX/._main.py",
        "__MACOSX/models/._x.py",
        "._main.py",
        ".DS_Store",
        "models/.DS_Store",
        "Thumbs.db",
        "__pycache__/main.cpython-311.pyc",
        "models/__pycache__/net.cpython-311.pyc",
        ".ipynb_checkpoints/main-checkpoint.ipynb",
        ".git/config",
        ".git/objects/aa/bb",
        "venv/lib/python3.11/site-packages/numpy/__init__.py",
        "my env/pyvenv.cfg",
        "my env/lib/numpy.py",
        "my env/bin/activate",
        "node_modules/x/y.json",
    ]
    files = HANDIN | dict.fromkeys(noise, b"x")
    path = write_folder(tmp_path / "x", files) if form == "folder" else write_zip(tmp_path / "x.zip", files.items())
    intake = take(path)
    assert intake.files == HANDIN
    assert sorted(sentence.split(":")[0] for sentence in intake.submission.ignored) == [
        "Caches are left out (3)",
        "Files of the operating system are left out (5)",
        "Installed packages are left out (3)",
        "Version histories are left out",
    ]


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_an_environment_in_the_top_folder_does_not_hide_the_hand_in(tmp_path: Path, form: str) -> None:
    files = HANDIN | {"pyvenv.cfg": b"", "lib/python3.11/x.py": b"", "bin/activate": b"", "Scripts/pip.py": b""}
    path = write_folder(tmp_path / "x", files) if form == "folder" else write_zip(tmp_path / "x.zip", files.items())
    intake = take(path)
    assert intake.files == HANDIN
    assert told(intake) == "Installed packages are left out: its top folder."


def test_git_lfs_pointers_are_named(tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    intake = take(write_folder(tmp_path, HANDIN | {"models/net.py": pointer}))
    assert "models/net.py" not in intake.files
    assert told(intake) == "Git LFS pointers stand where files should be: models/net.py."


def test_empty_and_read_only_files_are_taken(tmp_path: Path) -> None:
    write_folder(tmp_path, {"empty.py": b"", "fixed.py": b"x"})
    (tmp_path / "fixed.py").chmod(0o444)
    assert take(tmp_path).files == {"empty.py": b"", "fixed.py": b"x"}


@pytest.mark.parametrize(
    "name",
    [
        "-rf.py",
        "a b.py",
        "100%.py",
        "{{ x }}.py",
        "con.py",
        "x.py.",
        "übung.py",
        "日本.py",
        "=1+1.csv",
        "'\"<b>.py",
        "..x.py",
    ],
)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_odd_but_harmless_names_are_kept(tmp_path: Path, name: str, form: str) -> None:
    files = {name: b"", "main.py": b""}
    path = write_folder(tmp_path / "x", files) if form == "folder" else write_zip(tmp_path / "x.zip", files.items())
    assert name in take(path).submission.files


def test_accents_are_composed_so_that_names_from_a_mac_are_found(tmp_path: Path) -> None:
    assert list(take(write_zip(tmp_path / "x.zip", [("u\u0308bung.py", b""), ("main.py", b"")])).files) == [
        "main.py",
        "\u00fcbung.py",
    ]


# Folders


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    secret = write_folder(tmp_path / "secret", {"solution.py": b"secret"})
    root = write_folder(tmp_path / "x", HANDIN)
    (root / "solution.py").symlink_to(secret / "solution.py")
    (root / "folder").symlink_to(secret)
    (root / "loop").symlink_to(root)
    (root / "broken.py").symlink_to("nowhere")
    intake = take(root)
    assert intake.files == HANDIN
    assert told(intake) == "Links are not followed (4): broken.py, folder, loop and 1 more."


def test_pipes_and_sockets_do_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_folder(tmp_path / "x", HANDIN)
    os.mkfifo(root / "pipe.py")
    monkeypatch.chdir(root)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        intake = take(root)
    assert intake.files == HANDIN
    assert told(intake) == "Pipes, sockets and devices are left out (2): pipe.py, socket.py."


def test_a_file_that_becomes_a_pipe_or_a_link_does_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_folder(tmp_path / "x", HANDIN | {"a.py": b"", "b.py": b""})
    real = os.open

    def swapped(path: str, flags: int) -> int:
        if path.endswith(("a.py", "b.py")):
            os.unlink(path)
            os.mkfifo(path) if path.endswith("a.py") else os.symlink("/etc/passwd", path)
        return real(path, flags)

    monkeypatch.setattr(os, "open", swapped)
    intake = take(root)
    assert intake.files == HANDIN
    assert "Files that change while they are read are left out: a.py." in told(intake)


def test_what_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_folder(tmp_path / "x", HANDIN | {"locked.py": b"", "closed/x.py": b""})
    refuse(monkeypatch, "open", "locked.py")
    refuse(monkeypatch, "scandir", "closed")
    intake = take(root)
    assert intake.files == HANDIN
    assert told(intake) == "Without permission to read, or gone (2): closed, locked.py."


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, "scandir", tmp_path.name)
    with pytest.raises(IntakeError, match="cannot be read: Permission denied"):
        take(tmp_path)


def refuse(monkeypatch: pytest.MonkeyPatch, function: str, name: str) -> None:
    """As for a user without permission; the tests may run as one who has every permission."""
    real = getattr(os, function)

    def refusing(path: Any, *args: Any) -> Any:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied")
        return real(path, *args)

    monkeypatch.setattr(os, function, refusing)


def test_undecodable_and_unprintable_names_are_refused_in_printable_words(tmp_path: Path) -> None:
    write_folder(tmp_path, HANDIN)
    for name in (b"caf\xe9.py", b"a\nb.py", b"\x1b[31m.py", "\u202eyp.x.py".encode(), b"a\\b.py"):
        (tmp_path / os.fsdecode(name)).touch()
    intake = take(tmp_path)
    assert intake.files == HANDIN
    assert told(intake).isascii()
    assert "Names with unprintable characters are refused (4): '\\x1b[31m.py', 'a\\nb.py', 'caf\\udce9.py'" in told(
        intake
    )
    assert "Names with a backslash are refused" in told(intake)


def test_a_very_deep_folder_is_not_descended_into(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "x", HANDIN)
    for _ in range(60):
        folder = folder / "d"
        folder.mkdir()
        (folder / "x.py").touch()
    intake = take(tmp_path / "x")
    assert len(intake.files) == 3 + 23
    assert "too deeply nested" in told(intake)


# Archives


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
    started = time.process_time()
    with pytest.raises(IntakeError, match=r"holds .* members; at most 20,000|its table of contents is longer"):
        take(path)
    assert time.process_time() - started < 5


def in_parts(content: bytes) -> bytes:
    """An archive that says it is one of two, in the record that stands before its last 22 bytes."""
    return content[:-22] + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 2) + content[-22:]


def many(count: int) -> bytes:
    """An archive of that many empty files, made by hand because zipfile takes its time."""
    local = b"".join(
        struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 5, 0) + b"%05x" % i for i in range(count)
    )
    table = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 5, 0, 0, 0, 0, 0, i * 35) + b"%05x" % i
        for i in range(count)
    )
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(table), len(local))
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(local) + len(table), 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return local + table + end64 + locator + end


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


# What is refused


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.zip", b"", "not a zip archive, although its name ends in .zip: it is empty"),
        ("x.zip", b"hello", "not a zip archive, although its name ends in .zip: its first bytes are of another kind"),
        ("x.ZIP", b"Rar!\x1a\x07", "begins like a RAR archive"),
        ("x.zip", b"7z\xbc\xaf\x27\x1c", "begins like a 7z archive"),
        ("x.zip", b"\n<!doctype html>", "begins like an HTML"),
        ("x.zip", zipped(HANDIN.items())[:-40], "begins like a zip archive that was cut off"),
        # Debian 12's Python does not take it for an archive at all.
        ("x.zip", in_parts(zipped(HANDIN.items())), "the zip archive is damaged: .* multiple disks|that was cut off"),
        ("main.py", b"x = 1", "is a single file. Name the folder that it lies in"),
        ("hw1.json", b"{}", r"is a single file, JSON or a notebook. Accepted are a folder and an archive"),
        ("x.tar.zst", b"\x28\xb5\x2f\xfd", "is a single file, a Zstandard archive. Accepted"),
        ("x.zip", zipped([]), "no file in it to grade"),
        ("x.zip", zipped([("a/", b""), ("b/c/", b"")]), "no file in it to grade"),
        ("x.zip", zipped([("__MACOSX/._x", b"")]), "no file in it to grade. Files of the operating system"),
        (
            "x.zip",
            zipped([("hw/a.zip", b""), ("hw/b.tar", b"")]),
            r"nothing but other archives \(a.zip, b.tar\). Unpack it once",
        ),
        ("x.zip", zipped([("a\\b.py", b"")]), "no file in it to grade. Names with a backslash"),
    ],
)
def test_what_is_no_hand_in_is_told_with_what_is_accepted(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(IntakeError, match=message) as caught:
        take(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: ")


def test_a_path_that_is_not_there_gets_a_guess(tmp_path: Path) -> None:
    (tmp_path / "hand-in-07").mkdir()
    with pytest.raises(IntakeError, match=r"hand-in-7: is not there. Did you mean 'hand-in-07'\?"):
        take(tmp_path / "hand-in-7")
    with pytest.raises(IntakeError, match="is not there"):
        take(tmp_path / "nowhere" / "hand-in-7")
    with pytest.raises(IntakeError, match="cannot be opened: File name too long"):
        take(tmp_path / ("x" * 300))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.zip")
    with pytest.raises(IntakeError, match="neither a folder nor a file"):
        take(tmp_path / "x.zip")


def test_an_empty_folder_and_too_large_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="no file in it to grade"):
        take(tmp_path)
    write_folder(tmp_path, {f"{i}/x.py": b"" for i in range(6)})
    with pytest.raises(IntakeError, match="more than 11 files and folders"):
        take(tmp_path, IntakeLimits(entries=11))
    assert len(take(tmp_path, IntakeLimits(entries=12)).files) == 6


# Names and text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hand-in-01", "hand-in-01"),
        ("Müller, Anna (2)", "Müller, Anna (2)"),
        ("a/b\\c:d", "a_b_c_d"),
        ("  two   blanks \n", "two blanks"),
        ("..", "_"),
        (".hidden", "_hidden"),
        ("-rf", "_rf"),
        ("{{ 7*7 }}%", "__ 7_7 ___"),
        ("\u202eevil\x1b[0m", "_evil_[0m"),
        ("", "submission"),
        ("u\u0308", "\u00fc"),
        ("x" * 300, "x" * 60),
        ("\udcff", "_"),
    ],
)
def test_an_identifier_can_be_printed_and_be_a_file_name(text: str, expected: str) -> None:
    assert safe_id(text) == expected


def test_the_folder_here_has_a_name_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_folder(tmp_path / "hand-in.v2", HANDIN)
    monkeypatch.chdir(root)
    assert take(Path(".")).submission.id == "hand-in.v2"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"\xef\xbb\xbfx = 1", "x = 1"),
        ("naïve".encode(), "naïve"),
        (b"x = '\xff'", "x = '\ufffd'"),
        (b"# -*- coding: latin-1 -*-\n# \xe9", "# -*- coding: latin-1 -*-\n# é"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=ISO_8859-1 :\n# \xe9", None),
        (b"# coding: punycode\nx", "# coding: punycode\nx"),
        (b"# coding: zlib_codec\nx", "# coding: zlib_codec\nx"),
        (b"\0", "\0"),
        (b"", ""),
    ],
)
def test_source_text_is_read_for_people(content: bytes, text: str | None) -> None:
    shown = source_text(content)
    assert shown == text if text is not None else shown.endswith("# é")


# Anything at all

LIMITS = IntakeLimits(file=2_000, total=5_000, entries=20, files=10, names=500, depth=5)
WHOLE = zipped([*HANDIN.items(), ("a.png", b"png" * 99), ("deep/er/x.csv", b"1,2\n" * 200)])


def take_bytes(content: bytes) -> Intake | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.zip")
        path.write_bytes(content)
        try:
            return take(path, LIMITS)
        except IntakeError:
            return None
        finally:
            assert os.listdir(folder) == ["x.zip"]


def check(intake: Intake | None) -> None:
    if intake is None:
        return
    submission, files = intake.submission, intake.files
    assert set(files) <= set(submission.files)
    assert len(files) <= LIMITS.files
    assert len(submission.files) <= LIMITS.entries
    assert all(len(content) <= LIMITS.file for content in files.values())
    assert sum(map(len, files.values())) <= LIMITS.total
    assert len({name.casefold() for name in submission.files}) == len(submission.files)
    for name in submission.files:
        parts = name.split("/")
        assert name.isprintable()
        assert len(parts) <= LIMITS.depth
        assert not {"", ".", ".."} & set(parts)
        assert not any("/".join(parts[:depth]) in submission.files for depth in range(1, len(parts)))
    assert all(sentence.isprintable() and len(sentence) < 500 for sentence in submission.ignored)


@given(st.binary(max_size=400))
@settings(max_examples=50, deadline=None)
def test_any_bytes_are_refused_or_within_limits(content: bytes) -> None:
    check(take_bytes(content))
    check(take_bytes(content + zipped([])))


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8),
    st.integers(0, len(WHOLE)),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_a_spoiled_archive_is_refused_or_within_limits(edits: list[tuple[int, int]], cut: int, cuts: bool) -> None:
    content = bytearray(WHOLE)
    for position, value in edits:
        content[position] = value
    check(take_bytes(bytes(content[:cut]) + bytes(content[cut + cuts :])))


NAMES = st.lists(
    st.sampled_from(["a", "A", "..", ".", "", "b.py", "ü", "u\u0308", "\\", "\n", "venv", "C:"]), max_size=7
)


@given(st.lists(st.tuples(NAMES.map("/".join) | st.text(max_size=20), st.binary(max_size=3_000)), max_size=25))
@settings(max_examples=100, deadline=None)
def test_any_names_are_refused_or_within_limits(members: list[tuple[str, bytes]]) -> None:
    members = [(name, content) for name, content in members if name.partition("\0")[0] and _encodable(name)]
    check(take_bytes(zipped(members)))


def _encodable(name: str) -> bool:
    return not any(0xD800 <= ord(character) < 0xE000 for character in name)
