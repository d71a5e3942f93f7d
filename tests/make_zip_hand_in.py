"""Builds the example hand-ins that are zips: right ones, packed the way a Mac and a Windows editor leave them.

One extra folder on top, `__MACOSX` and `.DS_Store` beside the files, CRLF line ends, a byte order mark in one file.
Run it to write the zips; the bytes are the same every time, because times, modes and order are fixed and nothing is
compressed.
"""

import codecs
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Zip:
    """What is packed, and as what."""

    source: Path
    target: Path
    top: str
    file_with_mark: str


ZIPS = (
    Zip(
        ROOT / "tests/variants/gatech-cs7643-a1/right/forward_calls_backward",
        ROOT / "submissions_example/gatech-cs7643-a1/hand-in-11.zip",
        "hw1_code",
        "models/_base_network.py",
    ),
    Zip(
        ROOT / "tests/variants/physics-ps5/right/augmented_matrices",
        ROOT / "submissions_example/physics-ps5/hand-in-08.zip",
        "PS5 final",
        "ps5.py",
    ),
    Zip(
        ROOT / "tests/variants/aarhus-ml-handin2/right/arguments_and_methods_renamed",
        ROOT / "submissions_example/aarhus-ml-handin2/hand-in-07.zip",
        "handin 2",
        "net_classifier.py",
    ),
    Zip(
        ROOT / "tests/variants/ntnu-tdt4265-a1/right/shifted_by_128",
        ROOT / "submissions_example/ntnu-tdt4265-a1/hand-in-09.zip",
        "assignment1",
        "task2a.py",
    ),
)
MOMENT = (2024, 2, 9, 22, 14, 36)
FINDER_VIEW = b"\x00\x00\x00\x01Bud1" + bytes(24)  # how a .DS_Store begins
RESOURCE_FORK = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(58)  # how a ._ file begins


def main() -> None:
    """Write the zips into the example hand-ins."""
    for each in ZIPS:
        each.target.write_bytes(zip_bytes(each))


def zip_bytes(packed: Zip) -> bytes:
    """Return the zip as bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members(packed).items()):
            archive.writestr(entry(name), content)
    return buffer.getvalue()


def members(packed: Zip) -> dict[str, bytes]:
    """Return what the zip holds: name in the zip to content."""
    sources = [path for path in packed.source.rglob("*") if path.suffix in {".py", ".yaml"}]
    files = {path.relative_to(packed.source).as_posix(): with_crlf(path.read_bytes()) for path in sources}
    files[packed.file_with_mark] = codecs.BOM_UTF8 + files[packed.file_with_mark]
    top = packed.top
    proper = {f"{top}/{name}": content for name, content in files.items()}
    forks = {f"__MACOSX/{top}/{name}": RESOURCE_FORK for name in map(fork_name, files)}
    return proper | forks | {f"{top}/.DS_Store": FINDER_VIEW, f"__MACOSX/{top}/._.DS_Store": RESOURCE_FORK}


def with_crlf(text: bytes) -> bytes:
    """Return the text with the line ends of Windows."""
    return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def fork_name(name: str) -> str:
    """Return the name under which a Mac packs a file's resource fork, `models/._sgd.py` for `models/sgd.py`."""
    path = Path(name)
    return path.with_name(f"._{path.name}").as_posix()


def entry(name: str) -> zipfile.ZipInfo:
    """Return the header of one member, the same on every system."""
    info = zipfile.ZipInfo(name, date_time=MOMENT)
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info


if __name__ == "__main__":
    main()
