"""Classes as platforms lay them out, written by hand: each is a mapping of paths to contents, as a folder or a zip."""

from __future__ import annotations

import io
import os
import signal
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from grader.batch import Graded, Outcome, Plan, Work
from grader.model import Score

Files = Mapping[str, bytes]

METADATA = """\
submission_11:
  :submitters:
  - :name: Ada Example
    :sid: '1001'
    :email: ada@example.org
  :created_at: 2026-11-20 21:03:04.123456000 Z
  :score: 10.0
  :status: processed
  :results:
    tests: []
submission_12:
  :submitters:
  - :name: Ben Example
    :email: ben@example.org
  - :name: Cem Example
    :sid:
    :email: cem@example.org
  :created_at: 2026-11-20 22:00:00.000000000 Z
submission_13:
  :submitters:
  - :name: Ada Example
    :sid: '1001'
    :email: ada@example.org
  :created_at: 2026-11-21 08:00:00.000000000 Z
submission_14:
  :submitters: []
  :created_at: 2026-11-21 09:00:00.000000000 Z
"""


def code(text: str) -> bytes:
    """A file by which one version is told from another."""
    return f"# {text}\n".encode()


def packed(files: Files) -> bytes:
    """A zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def gradescope() -> Files:
    """An export: a wrapper folder, the metadata, folders; one student sent two submissions, one nobody's."""
    folder = "assignment_77_export"
    return {
        f"{folder}/submission_metadata.yml": METADATA.encode(),
        f"{folder}/submission_11/softmax.py": code("first"),
        f"{folder}/submission_12/hw/softmax.py": code("of two"),
        f"{folder}/submission_13/softmax.py": code("second"),
        f"{folder}/submission_14/softmax.py": code("nobody's"),
        "__MACOSX/._assignment_77_export": b"\0",
    }


def canvas() -> Files:
    """A download: an archive, single files sent again, a late one, a text, an anonymous one."""
    return {
        "exampleada_101_9001_hw1.zip": packed({"hw1/softmax.py": code("packed")}),
        "exampleben_LATE_102_9002_softmax.py": code("first"),
        "exampleben_LATE_102_9003_softmax-1.py": code("second"),
        "exampleben_LATE_102_9004_utils.py": code("utils"),
        "examplecem_103_9005_part-1.py": code("his own number"),
        "examplecem_103_text.html": b"<p>hello</p>",
        "anon_x7f3_9006_softmax.py": code("anonymous"),
    }


def moodle() -> Files:
    """A download: an archive in a folder, files in folders, files without folders, a text only."""
    return {
        "Ada Example_4711_assignsubmission_file_/hw1.zip": packed({"softmax.py": code("packed")}),
        "Ben Example_4712_assignsubmission_file/softmax.py": code("plain"),
        "Ben Example_4712_assignsubmission_onlinetext/onlinetext.html": b"<p>hello</p>",
        "Cem Example_4713_assignsubmission_file_softmax.py": code("flat"),
        "Cem Example_4713_assignsubmission_file_utils.py": code("utils"),
        "Dan Example_4714_assignsubmission_onlinetext/onlinetext.html": b"<p>nothing else</p>",
        "eve_x_Eve Example_4715_assignsubmission_file/softmax.py": code("on a site with usernames"),
        "Participant_4716_assignsubmission_file/softmax.py": code("blind"),
        "Default group_assignsubmission_file/softmax.py": code("of nobody's group"),
    }


def github() -> Files:
    """Clones of one assignment beside a folder that is none."""
    return {
        "hw1-ada/.git/config": b"[core]\n",
        "hw1-ada/softmax.py": code("ada"),
        "hw1-adam-x/.git/config": b"[core]\n",
        "hw1-adam-x/softmax.py": code("adam"),
        "notes/readme.md": b"# notes\n",
    }


def plain() -> Files:
    """What no platform made."""
    return {
        "ada/softmax.py": code("folder"),
        "ben.zip": packed({"ben/softmax.py": code("packed")}),
        "results/run.json": b"{}",
        "roster.csv": b"name\n",
    }


def as_folder(files: Files, place: Path) -> Path:
    """The class in a folder."""
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def as_zip(files: Files, place: Path) -> Path:
    """The class in one archive."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "class.zip").write_bytes(packed(files))
    return place / "class.zip"


def as_tar(files: Files, place: Path, packing: str = "gz", before: str = "./") -> Path:
    """The class in one tar archive, as `tar czf class.tar.gz .` makes it: folders have members of their own."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"class.tar{'.' if packing else ''}{packing}"
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
    with tarfile.open(path, f"w:{packing}") as archive:  # type: ignore[call-overload]  # any mode
        for name in sorted(folders):
            member = tarfile.TarInfo(before + name)
            member.type = tarfile.DIRTYPE
            archive.addfile(member)
        for name, content in files.items():
            member = tarfile.TarInfo(before + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def as_plain_tar(files: Files, place: Path) -> Path:
    """The class in a tar archive that is not packed, without a dot before its names."""
    return as_tar(files, place, "", "")


def die_over_b(work: Work, plan: Plan) -> Graded:
    """Grades like one whose process dies over a hand-in, whoever runs it."""
    if work.task.id == "b":
        os.kill(os.getpid(), signal.SIGKILL)
    return Graded(Outcome(work.task, Score(1, 1), complete=True))
