"""Hand-ins for the tests of the intake: folders, and zip archives that are sound, damaged or lying."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.intake import Intake

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
