"""Archives and folders that attack whoever opens them: honest files are taken, and nothing is ever written to disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attack_suite import attack

from grader.errors import IntakeError
from grader.intake import Intake, take

Member = tuple[str, bytes]

HONEST: list[Member] = [("models/a.py", b"x = 1\n"), ("utils.py", b"y = 2\n")]
LONGEST = 10.0  # seconds


def zipped(members: Sequence[Member], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name)
            member.filename = name  # as it is, backslashes and all
            member.compress_type = method
            archive.writestr(member, content)
    return buffer.getvalue()


def tarred(members: Sequence[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """A tar archive of the honest files and these."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for header, content in [*((_header(name), content) for name, content in HONEST), *members]:
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return buffer.getvalue()


def _header(name: str, **fields: Any) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(header, field, value)
    return header


def kept_apart(name: str, line: int, member: str, told: str) -> None:
    """A member with this name is refused in these words; the honest ones are taken."""

    def run(folder: Path) -> None:
        assert told in " ".join(honest_files_of(folder, zipped([*HONEST, (member, b"evil = 1\n")])).submission.ignored)

    attack(name, line)(run)


def honest_files_of(folder: Path, content: bytes, name: str = "hand-in.zip") -> Intake:
    """What is taken of an archive: just the honest files, in bounded time, with nothing written anywhere."""
    intake = taken(folder, content, name)
    assert intake.files == dict(HONEST)
    return intake


def taken(folder: Path, content: bytes, name: str = "hand-in.zip") -> Intake:
    place = folder / "inside"
    place.mkdir()
    (place / name).write_bytes(content)
    started = time.monotonic()
    try:
        return take(place / name)
    finally:
        assert time.monotonic() - started < LONGEST
        assert [str(path.relative_to(folder)) for path in sorted(folder.rglob("*"))] == ["inside", f"inside/{name}"]


def refused(folder: Path, content: bytes, told: str, name: str = "hand-in.zip") -> None:
    """Not taken at all, for a reason that is told."""
    with pytest.raises(IntakeError) as refusal:
        taken(folder, content, name)
    assert told in str(refusal.value)


# Names that lead elsewhere

kept_apart("a name that climbs out", 63, "../../evil.py", "lead out")
kept_apart("a name that climbs out from deep inside", 63, "models/../../evil.py", "lead out")
kept_apart("an absolute name", 63, "/etc/cron.d/evil.py", "lead out")
kept_apart("a name with a drive letter", 63, "C:/evil.py", "lead out")
kept_apart("a name of backslashes", 63, "..\\..\\evil.py", "backslash")
kept_apart("a folder beside, whose name begins alike", 63, "../inside-evil/evil.py", "lead out")
kept_apart("a name with a line end", 66, "models/a\n.py", "unprintable")
kept_apart("a name that reads backwards", 66, "models/\u202eyp.lmth", "unprintable")
kept_apart("a name with terminal controls", 66, "models/\x1b]0;owned\x07.py", "unprintable")
kept_apart("a name of 300 characters", 66, "x" * 300 + ".py", "too long")
kept_apart("a path of 2,000 characters", 66, "/".join(["d" * 100] * 20) + ".py", "too long")
kept_apart("forty folders in each other", 66, "d/" * 40 + "x.py", "too deeply nested")
kept_apart("what systems leave behind", 66, "__MACOSX/._a.py", "Files of the operating system")
kept_apart("compiled files beside the source", 45, "models/__pycache__/a.cpython-311.pyc", "Caches are left out")
kept_apart("a compiled library beside the source", 45, "models/a.so", "Only source text is read")
kept_apart("a nested bomb", 65, "inner.zip", "Archives inside the hand-in are not opened")


@attack("odd but harmless names", 66)
def odd_names(folder: Path) -> None:
    names = ["-rf.py", "%s%n.py", "{{ 7 * 7 }}.py", "CON.py", "a .py", "name..py", "x" * 250 + ".py"]
    intake = taken(folder, zipped([*HONEST, *((name, b"") for name in names)]))
    assert set(intake.files) == {*dict(HONEST), *names}


@attack("names that differ in case or accents only", 66)
def same_names(folder: Path) -> None:
    members = [*HONEST, ("MODELS/A.PY", b"evil = 1\n"), ("u\u0308.py", b""), ("\u00fc.py", b"")]
    intake = taken(folder, zipped(members))
    assert len({name.casefold() for name in intake.files}) == len(intake.files) == 3
    assert "differ at most in case" in " ".join(intake.submission.ignored)


# Members that are no files


def _special(mode: int, content: bytes, name: str = "models/link.py") -> bytes:
    buffer = io.BytesIO(zipped(HONEST))
    with zipfile.ZipFile(buffer, "a") as archive:
        member = zipfile.ZipInfo(name)
        member.create_system = 3
        member.external_attr = mode << 16
        archive.writestr(member, content)
    return buffer.getvalue()


@attack("a symbolic link in an archive", 64)
def link(folder: Path) -> None:
    intake = honest_files_of(folder, _special(stat.S_IFLNK | 0o777, b"/etc/passwd"))
    assert "Links are not followed: models/link.py" in " ".join(intake.submission.ignored)


@attack("a link to a folder, and a file written through it", 64)
def write_through(folder: Path) -> None:
    buffer = io.BytesIO(_special(stat.S_IFLNK | 0o777, str(folder / "outside").encode(), "out"))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("out/evil.py", "evil = 1\n")
    intake = taken(folder, buffer.getvalue())
    assert set(intake.files) == {*dict(HONEST), "out/evil.py"}  # a name like any other: nothing is unpacked


@attack("a device and a pipe in an archive", 64)
def device(folder: Path) -> None:
    intake = honest_files_of(folder, _special(stat.S_IFCHR | 0o666, b""))
    assert "Pipes, sockets and devices are left out" in " ".join(intake.submission.ignored)


@attack("a tar archive of links and devices", 64)
def tar(folder: Path) -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    specials = [_header(f"models/{number}.py", type=kind, linkname="/etc/passwd") for number, kind in enumerate(kinds)]
    intake = honest_files_of(folder, tarred([(header, b"") for header in specials]), "hand-in.tar")
    told = " ".join(intake.submission.ignored)
    assert "Links are not followed (2)" in told
    assert "Pipes, sockets and devices are left out (3)" in told


@attack("a link in a tar archive, and a file written through it", 64)
def write_through_tar(folder: Path) -> None:
    link = _header("models/out", type=tarfile.SYMTYPE, linkname=str(folder))
    intake = taken(folder, tarred([(link, b""), (_header("models/out/evil.py"), b"evil = 1\n")]), "hand-in.tar")
    assert set(intake.files) == {*dict(HONEST), "models/out/evil.py"}  # a name like any other: nothing is unpacked


@attack("names in a tar archive that lead elsewhere", 63)
def tar_names(folder: Path) -> None:
    names = ["../../evil.py", "/etc/cron.d/evil.py", "models/../../evil.py", "C:/evil.py", "..\\..\\evil.py"]
    names += ["models/\x1b]0;owned\x07.py", "models/\u202eyp.lmth", "x" * 300 + ".py", "d/" * 40 + "x.py"]
    intake = honest_files_of(folder, tarred([(_header(name), b"evil = 1\n") for name in names]), "hand-in.tar")
    told = " ".join(intake.submission.ignored)
    for reason in ("lead out of the hand-in are refused (4)", "backslash", "unprintable characters are refused (2)"):
        assert reason in told
    assert "too long or too deeply nested are refused (2)" in told


@attack("a name in a tar archive that its header hides", 63)
def hidden_name(folder: Path) -> None:
    header = _header("models/harmless.py", pax_headers={"path": "../../evil.py"})
    intake = honest_files_of(folder, tarred([(header, b"evil = 1\n")]), "hand-in.tar")
    assert "lead out of the hand-in are refused" in " ".join(intake.submission.ignored)


@attack("links in a folder", 39)
def links_in_a_folder(folder: Path) -> None:
    secret = folder / "secret.py"
    secret.write_text("CANARY = 1\n")
    (folder / "x").mkdir()
    (folder / "x" / "a.py").write_text("x = 1\n")
    (folder / "x" / "solution.py").symlink_to(secret)
    (folder / "x" / "all").symlink_to("/")
    os.mkfifo(folder / "x" / "pipe.py")
    intake = take(folder / "x")
    assert intake.files == {"a.py": b"x = 1\n"}
    assert "Links are not followed (2): all, solution.py" in " ".join(intake.submission.ignored)


# Bombs


@attack("a bomb of one large file", 65)
def ratio_bomb(folder: Path) -> None:
    intake = honest_files_of(folder, zipped([*HONEST, ("bomb.py", bytes(64 << 20))]))
    assert "200 times their size" in " ".join(intake.submission.ignored)


def tar_bomb(ending: str, pack: Callable[[bytes], bytes]) -> None:
    """An archive of zeros, which pack a thousandfold, is not opened."""

    def run(folder: Path) -> None:
        content = pack(tarred([(_header("bomb.py"), bytes(32 << 20))]))
        refused(folder, content, "200 times its size, as a bomb does", f"hand-in.{ending}")

    attack(f"a bomb of one large file in a .{ending}", 65)(run)


tar_bomb("tar.gz", gzip.compress)
tar_bomb("tar.bz2", bz2.compress)
tar_bomb("tar.xz", partial(lzma.compress, preset=0))


@attack("a sparse file of a terabyte in a tar archive", 65)
def sparse(folder: Path) -> None:
    notes = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 40)}
    header = _header("models/sparse.py", pax_headers={**notes, "GNU.sparse.name": "models/sparse.py"})
    content = tarred([(header, b"1\n1099511627776\n1\n".ljust(512, b"\0"))])
    assert "Sparse files are not read" in " ".join(honest_files_of(folder, content, "hand-in.tar").submission.ignored)


@attack("headers of a tar archive without end", 65)
def endless_headers(folder: Path) -> None:
    note = b"30 comment=" + b"x" * 18 + b"\n"
    notes = [(_header("note", type=tarfile.XHDTYPE), note * 30_000) for _ in range(20)]
    refused(folder, tarred(notes), "its headers are too long", "hand-in.tar")


@attack("twenty thousand members of a tar archive and one", 65)
def many_in_tar(folder: Path) -> None:
    refused(folder, _header("x.py").tobuf() * 20_001, "holds more than 20,000 members", "hand-in.tar")


@attack("a size in a tar archive of a terabyte", 65)
def terabyte_in_tar(folder: Path) -> None:
    whole = bytearray(tarred([]))
    whole[124:136] = (1 << 40).to_bytes(12, "big")
    whole[124] = 0x80
    sum_of_bytes = sum(whole[:148]) + 8 * 32 + sum(whole[156:512])
    whole[148:156] = b"%06o\0 " % sum_of_bytes
    refused(folder, bytes(whole), "was cut off", "hand-in.tar")


@attack("a bomb of overlapping members", 65)
def overlapping(folder: Path) -> None:
    content = bytearray(zipped([(f"{n}.py", b"x" * 1000) for n in range(9)]))
    start = struct.unpack("<I", content[-6:-2])[0]
    while content[start : start + 4] == b"PK\x01\x02":  # every member begins where the first does
        content[start + 42 : start + 46] = bytes(4)
        name, extra, comment = struct.unpack("<HHH", content[start + 28 : start + 34])
        start += 46 + name + extra + comment
    refused(folder, bytes(content), "overlap, as in a zip bomb")


def _with_size(content: bytes, size: int) -> bytes:
    """The archive with another unpacked size in the table of contents' last entry."""
    changed = bytearray(content)
    place = changed.rfind(b"PK\x01\x02")
    changed[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(changed)


@attack("a size that lies downwards", 65)
def small_lie(folder: Path) -> None:
    intake = honest_files_of(folder, _with_size(zipped([*HONEST, ("b.py", b"x" * 100_000)]), 10))
    assert "Damaged files are not read" in " ".join(intake.submission.ignored)


@attack("a size that lies upwards", 65)
def large_lie(folder: Path) -> None:
    honest_files_of(folder, _with_size(zipped([*HONEST, ("b.py", b"x" * 100)]), 0xFFFFFFF0))


@attack("twenty thousand members and one", 65)
def many(folder: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}.py", b"")
    refused(folder, buffer.getvalue(), "members; at most 20,000 are taken")


@attack("a table of contents that claims terabytes", 65)
def zip64(folder: Path) -> None:
    end = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**60, 2**60, 2**62, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    refused(folder, end + locator + last, "")


@attack("many files that are too much together", 65)
def together(folder: Path) -> None:
    text = bytes(range(256)) * 15_000
    refused(folder, zipped([(f"{n}.py", text) for n in range(20)], zipfile.ZIP_STORED), "holds too much")


# What is not what it seems


@attack("a password", 66)
def encrypted(folder: Path) -> None:
    content = bytearray(zipped([*HONEST, ("b.py", b"x = 3\n")]))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rfind(sign) + place] |= 1
    intake = honest_files_of(folder, bytes(content))
    assert "behind a password" in " ".join(intake.submission.ignored)


@attack("an archive that was cut off", 66)
def truncated(folder: Path) -> None:
    refused(folder, zipped(HONEST)[:80], "a zip archive that was cut off")


@attack("a tar archive that was cut off", 66)
def truncated_tar(folder: Path) -> None:
    refused(folder, gzip.compress(tarred([]))[:-20], "was cut off. Ask for it again", "hand-in.tar.gz")


@attack("a zip archive at the end of a tar archive", 66)
def zip_in_tar(folder: Path) -> None:
    content = tarred([(_header("inner.zip"), zipped([("evil.py", b"evil = 1\n")]))])
    honest_files_of(folder, content.rstrip(b"\0") + bytes(1024 + 512), "hand-in.zip")


@attack("an archive that is a PDF as well", 66)
def polyglot(folder: Path) -> None:
    honest_files_of(folder, b"%PDF-1.7\n1 0 obj\n" + zipped(HONEST))


@attack("another archive that calls itself zip", 66)
def rar(folder: Path) -> None:
    refused(folder, b"Rar!\x1a\x07\x01\x00" + bytes(100), "it begins like a RAR archive")


@attack("a page in the place of the archive", 66)
def page(folder: Path) -> None:
    refused(folder, b"<html><script>alert(1)</script></html>", "it begins like an HTML or XML page")


@attack("nothing at all", 67)
def empty(folder: Path) -> None:
    refused(folder, zipped([]), "there is no file in it to grade")


@attack("a file that is also a folder", 67)
def clash(folder: Path) -> None:
    content = zipped([("models", b""), ("models/a.py", b"x = 1\n"), ("utils.py", b"y = 2\n")])
    assert "have the name of a folder" in " ".join(honest_files_of(folder, content).submission.ignored)


@attack("everything in five folders around it", 67)
def wrapped(folder: Path) -> None:
    honest_files_of(folder, zipped([(f"a/b/c/d/e/{name}", content) for name, content in HONEST]))
