"""Hand-ins as tar archives, as programs make them and as nobody should: read in one go, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import shutil
import subprocess
import tarfile
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speed import within

from grader.cli.handins import find
from grader.errors import IntakeError
from grader.intake import Intake, IntakeLimits, take

HANDIN = {"main.py": b"import models\n", "models/__init__.py": b"", "models/two_layer_nn.py": b"x = 1\n" * 200}


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "tar": lambda content: content,
    "tar.gz": _gzipped,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
}
Members = Iterable[tuple[str | tarfile.TarInfo, bytes]]


def tarred(members: Members, form: int = tarfile.PAX_FORMAT) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for member, content in members:
            header = tarfile.TarInfo(member) if isinstance(member, str) else member
            header.size = header.size or len(content)
            archive.addfile(header, io.BytesIO(content))
    return target.getvalue()


def taken(folder: Path, content: bytes, name: str = "hand-in.tar", limits: IntakeLimits | None = None) -> Intake:
    (folder / name).write_bytes(content)
    return take(folder / name, limits or IntakeLimits())


def told(intake: Intake) -> str:
    return "\n".join(intake.submission.ignored)


def special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.type, header.linkname = kind, link
    return header


# As programs make them


@pytest.mark.parametrize("ending", PACKERS)
def test_a_folder_and_its_archive_give_the_same_submission(tmp_path: Path, ending: str) -> None:
    for name, content in HANDIN.items():
        path = tmp_path / "hand-in 7" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    folder = take(tmp_path / "hand-in 7")
    archive = taken(tmp_path, PACKERS[ending](tarred(HANDIN.items())), f"hand-in 7.{ending}")
    assert archive.files == HANDIN
    assert archive.submission.digest == folder.submission.digest
    assert archive.submission.id == "hand-in 7"
    assert archive.submission.ignored == ()


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar here")
@pytest.mark.parametrize("form", ["v7", "ustar", "oldgnu", "gnu", "pax"])
@pytest.mark.parametrize("packing", ["", "--gzip", "--bzip2", "--xz"])
def test_an_archive_of_the_usual_program_is_read(tmp_path: Path, form: str, packing: str) -> None:
    long = "d" * 60 + "/" + "e" * 60 + "/long.py"
    files = {"main.py": b"x = 1\n", "\u00fcbung/\u65e5\u672c.py": b"y = 2\n"}
    files |= {} if form == "v7" else {long: b"z = 3\n"}  # more than 99 characters do not fit
    for name, content in files.items():
        path = tmp_path / "hw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "hw" / "data.bin").write_bytes(os.urandom(100_000))
    (tmp_path / "hw" / "twice.py").hardlink_to(tmp_path / "hw" / "main.py")
    archive = tmp_path / "x.archive"
    command = ["tar", *filter(None, [packing]), f"--format={form}", "-cf", str(archive), "-C", str(tmp_path), "hw"]
    made = subprocess.run(command, capture_output=True, text=True)
    if "not found" in made.stderr or "Cannot exec" in made.stderr:
        pytest.skip(made.stderr)
    intake = take(archive)
    linked = {"main.py", "twice.py"} - set(intake.files)
    assert len(linked) == 1  # one of the two is a link to the other, as it happens
    assert {**intake.files, linked.pop(): b"x = 1\n"} == {**files, "twice.py": b"x = 1\n"}
    assert "data.bin" in intake.submission.files
    assert "Links are not followed" in told(intake)


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar here")
@pytest.mark.parametrize("form", ["oldgnu", "gnu", "pax"])
def test_sparse_files_are_named_and_what_follows_is_read(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.py").write_bytes(b"a = 1\n")
    (tmp_path / "b.py").write_bytes(b"b = 1\n")
    with (tmp_path / "aa.txt").open("wb") as file:
        for piece in range(60):  # more holes than the first header has room for
            file.seek(piece << 17)
            file.write(b"x" * 4096)
        file.truncate(1 << 40)
    command = ["tar", "--sparse", f"--format={form}", "-cf", "x.tar", "a.py", "aa.txt", "b.py"]
    subprocess.run(command, cwd=tmp_path, check=True)
    intake = take(tmp_path / "x.tar")
    assert list(intake.files) == ["a.py", "b.py"]
    assert "Sparse files are not read" in told(intake)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_no_student_wrote_and_what_is_no_text_is_told(tmp_path: Path, form: int) -> None:
    names = ["./._main.py", "__pycache__/x.pyc", "env/pyvenv.cfg", "env/lib/x.py", ".git/config", "a.png", "b.npy"]
    names += ["inner.tar.gz", "MAIN.PY"]
    intake = taken(tmp_path, tarred([*HANDIN.items(), *((name, b"x") for name in names)], form))
    assert list(intake.files) == ["MAIN.PY", "models/__init__.py", "models/two_layer_nn.py"]
    for reason in ("operating system", "Caches", "Installed", "histories", "Only source text", "Archives", "last one"):
        assert reason in told(intake)


def test_pictures_are_there_for_who_asks(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tarred([*HANDIN.items(), ("a.png", b"png"), ("b.png", b"p" * 2000)]))
    assert take(tmp_path / "x.tar", pictures=True).pictures == {"a.png": b"png", "b.png": b"p" * 2000}
    few = IntakeLimits(pictures=1000)
    assert take(tmp_path / "x.tar", few, pictures=True).pictures == {"a.png": b"png"}


def test_the_beginning_tells_the_format_whatever_the_name_says(tmp_path: Path) -> None:
    assert taken(tmp_path, PACKERS["tar.xz"](tarred(HANDIN.items())), "hand-in.zip").files == HANDIN
    inner = io.BytesIO()
    shutil.make_archive(str(tmp_path / "inner"), "zip", tmp_path, "hand-in.zip")
    inner.write((tmp_path / "inner.zip").read_bytes())
    content = tarred([*HANDIN.items(), ("inner.zip", inner.getvalue())])
    assert taken(tmp_path, content.rstrip(b"\0") + bytes(2048)).files == HANDIN  # not the zip archive at its end


@pytest.mark.parametrize(
    ("name", "id_"),
    [("a.tar", "a"), ("a.tgz", "a"), ("A.B.Tar.GZ", "A.B"), ("a.tar.bz2", "a"), ("a.txz", "a"), ("a.zip", "a")],
)
def test_an_archive_among_many_is_found_and_named(tmp_path: Path, name: str, id_: str) -> None:
    (tmp_path / "many").mkdir()
    for each in (name, "other.zip", "notes.pdf"):
        (tmp_path / "many" / each).write_bytes(b"")
    hand_ins, _ = find([tmp_path / "many"], tmp_path / "out")
    assert [each.id for each in hand_ins] == sorted([id_, "other"])


# As nobody should


@pytest.mark.parametrize("ending", PACKERS)
def test_an_archive_that_was_cut_off_is_refused(tmp_path: Path, ending: str) -> None:
    noise = random.Random(1).randbytes(30_000)
    whole = PACKERS[ending](tarred([("data.npy", noise), *HANDIN.items()]))
    for part in (0.1, 0.4, 0.7):
        with pytest.raises(IntakeError, match=r"was cut off\. Ask for it again"):
            taken(tmp_path, whole[: int(len(whole) * part)], f"x.{ending}")


@pytest.mark.parametrize("ending", ["tar.gz", "tar.bz2", "tar.xz"])
def test_a_packed_archive_with_a_wrong_checksum_is_refused(tmp_path: Path, ending: str) -> None:
    whole = bytearray(PACKERS[ending](tarred(HANDIN.items())))
    whole[{"tar.gz": -6, "tar.bz2": 11, "tar.xz": -30}[ending]] ^= 1
    with pytest.raises(IntakeError, match=r"the archive is damaged: .* Ask for it again"):
        taken(tmp_path, bytes(whole), f"x.{ending}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_gzipped(b"x = 1\n" * 200), "is packed, but no tar archive"),
        (_gzipped(b""), "was cut off"),
        (b"\x1f\x8b", "was cut off"),
        (_gzipped(bytes(10240)), "there is no file in it to grade"),
        (tarred([("a.py", b"")])[:512] + b"x" * 2048, "damaged behind its first 1 members"),
        (b"x" * 2048, "not a tar archive, although its name ends in .tar: its first bytes are of another kind"),
        (b"\x28\xb5\x2f\xfd" + bytes(512), "begins like a Zstandard archive"),
        (b"", "it is empty"),
    ],
)
def test_what_is_no_tar_archive_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(IntakeError, match=message):
        taken(tmp_path, content)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (IntakeLimits(entries=2), "holds more than 2 members"),
        (IntakeLimits(total=100, file=2000), "holds too much"),
        (IntakeLimits(files=2), "holds too much"),
        (IntakeLimits(unpacked=1 << 10), "unpacks to more than 0 MiB. Ask for it without data"),
        (IntakeLimits(seconds=0.0), "takes more than 0 seconds to unpack. Ask for it without data"),
    ],
)
def test_limits_are_told(tmp_path: Path, limits: IntakeLimits, message: str) -> None:
    with pytest.raises(IntakeError, match=message):
        taken(tmp_path, tarred(HANDIN.items()), limits=limits)


def test_a_large_file_is_named_and_not_read(tmp_path: Path) -> None:
    intake = taken(tmp_path, tarred([*HANDIN.items(), ("data.csv", b"1" * 3000)]), limits=IntakeLimits(file=2000))
    assert intake.files == HANDIN
    assert "data.csv" in intake.submission.files
    assert "are not read: data.csv" in told(intake)


@pytest.mark.parametrize(
    "record",
    [
        b"12 size=1000\n",
        b"99999999999999999999 path=a\n",
        b"0 path=a\n",
        b"13 size=99999\n",
        b"21 size=-" + b"9" * 11 + b"\n",
        "12 size=\u0665\n".encode(),
        b"x" * 500,
        b"22 GNU.sparse.size=1\n\n",
    ],
)
def test_any_note_on_a_member_is_read_or_passed_over(tmp_path: Path, record: bytes) -> None:
    note = special("note", tarfile.XHDTYPE)
    content = tarred([("main.py", b""), (note, record), ("a.py", b"x = 1\n"), ("b.py", b"")])
    try:
        assert "main.py" in taken(tmp_path, content).files
    except IntakeError as error:
        assert "cut off" in str(error) or "damaged behind" in str(error)  # noqa: PT017


def _bomb(ending: str) -> bytes:
    zeros = bytes(4 << 20)
    packer = {"tar.gz": gzip, "tar.bz2": bz2, "tar.xz": lzma}[ending]
    target = io.BytesIO()
    header = tarfile.TarInfo("data.npy")
    header.size = 1 << 40
    with packer.open(target, "wb") as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(16):
            file.write(zeros)
    return target.getvalue()


@pytest.mark.parametrize("ending", ["tar.gz", "tar.bz2", "tar.xz"])
def test_a_bomb_takes_neither_time_nor_memory(tmp_path: Path, ending: str) -> None:
    content = _bomb(ending)
    tracemalloc.start()
    try:
        with within(4), pytest.raises(IntakeError, match="200 times its size, as a bomb does"):
            taken(tmp_path, content, f"x.{ending}")
        assert tracemalloc.get_traced_memory()[1] < 16 << 20  # the dictionary of an xz archive has 8
    finally:
        tracemalloc.stop()


def test_headers_without_end_are_refused(tmp_path: Path) -> None:
    note = b"30 comment=" + b"x" * 18 + b"\n"
    notes = [(special("note", tarfile.XHDTYPE), note * 30_000) for _ in range(20)]
    with pytest.raises(IntakeError, match="its headers are too long"):
        taken(tmp_path, tarred([*HANDIN.items(), *notes]))
    with pytest.raises(IntakeError, match="its headers are too long"):
        taken(tmp_path, tarred([*HANDIN.items(), (special("x", tarfile.GNUTYPE_LONGNAME), b"x" * (1 << 21))]))


# Anything at all

LIMITS = IntakeLimits(file=2_000, total=5_000, entries=20, files=10, names=500, depth=5, unpacked=1 << 20)
WHOLE = {
    form: tarred([*HANDIN.items(), ("a.png", b"png" * 99), ("d" * 120 + "/x.csv", b"1,2\n" * 200)], form)
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
}


@given(
    st.sampled_from(list(WHOLE.values())),
    st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 255)), max_size=8),
    st.sampled_from(list(PACKERS)),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_a_spoiled_archive_is_refused_or_within_limits(
    whole: bytes, edits: list[tuple[int, int]], ending: str, before: bool
) -> None:
    content = bytearray(whole if before else PACKERS[ending](whole))
    for position, value in edits:
        content[position % len(content)] = value
    with tempfile.TemporaryDirectory() as folder:
        try:
            intake = taken(Path(folder), PACKERS[ending](bytes(content)) if before else bytes(content), "x", LIMITS)
        except IntakeError:
            return
        assert os.listdir(folder) == ["x"]
    assert all(len(each) <= LIMITS.file for each in intake.files.values())
    assert sum(map(len, intake.files.values())) <= LIMITS.total
    assert all(name.isprintable() and not {"", ".", ".."} & set(name.split("/")) for name in intake.submission.files)
