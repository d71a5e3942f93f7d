"""Hand-ins as they arrive: untidy ones are tidied, hostile ones are refused by name, and nothing is written."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_samples import HANDIN, MODEL, in_parts, told, write_folder, write_zip, zipped

from grader.errors import IntakeError
from grader.intake import Intake, IntakeLimits, source_text, take
from grader.intake.names import safe_id

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
    assert "Files that change while they are read are left out (2): a.py, b.py." in told(intake)


@pytest.mark.parametrize(("function", "name"), [("open", "locked.py"), ("scandir", "closed")])
def test_code_that_may_not_be_read_here_costs_nobody_points(
    function: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_folder(tmp_path / "x", HANDIN | {"locked.py": b"", "closed/x.py": b""})
    refuse(monkeypatch, function, name)
    with pytest.raises(IntakeError, match=f"{name} cannot be read here, and nothing is graded by halves"):
        take(root)


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
