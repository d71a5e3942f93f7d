"""A driver of several modules does what one file does: alone, in a class, in kits, on a cluster and in an audit."""

from __future__ import annotations

import ast
import json
import pickle
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import Grader, audit_rubric
from grader.batch import carrying
from grader.batch.nouns import Plan
from grader.cli import commands
from grader.driver import Driver, find_driver, read_driver
from grader.errors import GraderError, RubricError, StudentError
from grader.grading import grade, prepare
from grader.intake import take
from grader.rubric import load_rubric
from grader.sandbox import choose
from grader.sandbox.packages import allowed
from grader.sandbox.process import ProcessSandbox
from grader.session import Session
from grader.starting import start_assignment

RUBRICS = sorted((Path(__file__).parents[1] / "rubrics").iterdir())
DRIVERS = [place for folder in RUBRICS if (place := find_driver(folder / "driver"))]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new assignment, whose driver is then taken apart into three modules."""
    start_assignment("hw1", tmp_path_factory.mktemp("new"))
    folder = tmp_path_factory.getbasetemp() / "new0" / "hw1"
    text = (folder / "driver.py").read_text("utf-8")
    head, rest = text.split("PARTS = {", 1)
    parts, rest = rest.split('SCORES = r"', 1)
    names, rest = rest.split("\n\n\nclass Driver:", 1)
    body, batch = rest.split("\n\n\ndef _batch(", 1)
    modules = {
        "__init__": f"{head}from .batches import _batch\nfrom .names import PARTS, SCORES\n\nclass Driver:{body}",
        "names": f'from grader.worker.handin import Part\n\nPARTS = {{{parts}\nSCORES = r"{names}\n',
        "batches": f"{head}from .names import B1, W1\n\ndef _batch({batch}",
    }
    (folder / "driver").mkdir()
    for name, source in modules.items():
        (folder / "driver" / f"{name}.py").write_text(source, "utf-8")
    (folder / "driver.py").unlink()
    return folder


def failure(files: dict[str, str], *call: str) -> str:
    """What is told of a driver of these modules."""
    driver = Driver(tuple((f"driver/{name}.py", text.encode()) for name, text in sorted(files.items())))
    with Session({}, driver, ProcessSandbox()) as session, pytest.raises(StudentError) as caught:
        session.student().call(*call)
    assert (caught.value.failure.fault, caught.value.failure.code) == ("grader", "driver")
    return caught.value.failure.message


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {
                "__init__": "from .sums import Driver",
                "sums": "class Driver:\n  def __init__(self, h): ...\n  def add(self):\n    return 1 / 0",
            },
            "ZeroDivisionError: division by zero (driver/sums.py:4)",
        ),
        ({"__init__": "\n\nfrom .sum import add", "sums": "x = 1"}, "No module named 'grader.worker.driver.sum'"),
        ({"__init__": "\n\nfrom .sum import add", "sums": "x = 1"}, "(driver/__init__.py:3)"),
        ({"__init__": "from .sums import add", "sums": "\ndef add(:"}, "(sums.py, line 2)"),
        ({"__init__": "from .sums import *", "sums": "x = 1"}, "KeyError: 'Driver'"),
    ],
)
def test_an_error_of_a_driver_names_the_module_and_the_line(files: dict[str, str], told: str) -> None:
    assert told in failure(files, "add")


def test_modules_see_each_other_in_any_order_and_late(course: Path) -> None:
    files = {
        "__init__": "from . import ends\nfrom .starts import START\nclass Driver:\n  def __init__(self, handin): ...\n"
        "  def all(self):\n    from .late import LATE\n    return [START, ends.END, LATE, __name__, ends.__file__]",
        "ends": "from . import starts\nEND = starts.START + 1",
        "starts": "from . import ends\nSTART = 1",
        "late": "LATE = 3",
    }
    driver = Driver(tuple((f"driver/{name}.py", text.encode()) for name, text in sorted(files.items())))
    with Session({"late.py": b"LATE = 4"}, driver, ProcessSandbox()) as session:
        told = [1, 2, 3, "grader.worker.driver", "driver/ends.py"]
        assert session.student().call("all") == told
        session.change({})
        assert session.student().call("all") == told


def test_a_class_is_graded_with_it_and_named_slips_too(course: Path, tmp_path: Path) -> None:
    hand_ins = str(course / "submissions")
    ended = CliRunner().invoke(
        commands, ["batch", hand_ins, "--rubric", str(course), "-o", str(tmp_path), "--jobs", "2"]
    )
    assert ended.exit_code == 0, ended.output
    scores = {path.parent.name: json.loads(path.read_text("utf-8")) for path in tmp_path.glob("*/result.json")}
    assert scores["hand-in-01"]["score"]["given"] == 20
    assert "mistake:gradient-sum" in str(scores["hand-in-02"])


def test_a_check_uses_it(course: Path) -> None:
    ended = CliRunner().invoke(commands, ["check", str(course / "submissions" / "hand-in-01"), "--rubric", str(course)])
    assert (ended.exit_code, "18 of 18 points" in ended.output) == (0, True), ended.output


@pytest.mark.slow
def test_an_audit_uses_it(course: Path) -> None:
    found = audit_rubric(course, jobs=2, sample=30, seed=1)
    assert found.of("undecided", "beyond") == []
    assert found.share_accepted == 100


def test_the_autograders_zip_and_the_starter_carry_all_of_it(course: Path, tmp_path: Path) -> None:
    made = CliRunner().invoke(commands, ["kit", "gradescope", "--rubric", str(course), "-o", str(tmp_path / "a.zip")])
    assert made.exit_code == 0, made.output
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "a")
    rubric = load_rubric(next((tmp_path / "a").rglob("rubric.yaml")))
    assert rubric.driver.name == "driver"
    assert read_driver(rubric.driver) == read_driver(course / "driver")


def test_it_goes_along_to_whoever_grades_without_this_disk(course: Path) -> None:
    sandbox = choose("auto")
    key = prepare(load_rubric(course / "rubric.yaml"), 1, {}, sandbox)
    plan = carrying.carried(Plan(b"", {}, "auto", frozenset()), key, sandbox)
    there = carrying.Unpacked(pickle.loads(pickle.dumps(plan)), sandbox)
    assert read_driver(there.key.rubric.driver) == read_driver(course / "driver")
    intake = take(course / "submissions" / "hand-in-01")
    assert grade(intake.submission, intake.files, there.key, sandbox).score.given == 20
    there._folder.cleanup()  # otherwise with the process that grades


@pytest.mark.parametrize("changed", ["__init__.py", "names.py", "more.py"])
def test_the_digest_of_a_rubric_changes_with_each_module(course: Path, changed: str) -> None:
    path, before = course / "driver" / changed, load_rubric(course / "rubric.yaml").digest
    old = path.read_bytes() if path.exists() else None
    path.write_bytes((old or b"") + b"# changed\n")
    try:
        assert load_rubric(course / "rubric.yaml").digest != before
    finally:
        path.unlink() if old is None else path.write_bytes(old)
    assert load_rubric(course / "rubric.yaml").digest == before


@pytest.mark.parametrize(
    ("there", "named", "found"),
    [
        (["driver.py"], "driver", "driver.py"),
        (["driver.py"], "driver.py", "driver.py"),
        (["driver/__init__.py"], "driver", "driver"),
        (["driver/__init__.py", "driver.py"], "driver", "driver"),
        (["driver/__init__.py", "driver.py"], "driver.py", "driver.py"),
        (["driver/names.py"], "driver", None),
        (["driver/__init__.py"], "driver.py", None),
    ],
)
def test_a_driver_is_found_as_an_import_would_find_it(
    tmp_path: Path, there: list[str], named: str, found: str | None
) -> None:
    (tmp_path / "driver").mkdir()
    for name in there:
        (tmp_path / name).touch()
    assert find_driver(tmp_path / named) == (tmp_path / found if found else None)


def test_files_that_are_no_modules_are_left_where_they_are(tmp_path: Path) -> None:
    for name in ("__init__.py", "names.py", "._names.py", "names (1).py", "notes.md"):
        (tmp_path / name).touch()
    assert [name for name, _ in read_driver(tmp_path).files] == ["driver/__init__.py", "driver/names.py"]


def test_a_folder_that_is_no_package_is_told(course: Path, tmp_path: Path) -> None:
    (tmp_path / "driver").mkdir()
    (tmp_path / "rubric.yaml").write_bytes((course / "rubric.yaml").read_bytes())
    with pytest.raises(RubricError, match=r"the driver '.*driver' has no __init__\.py"):
        load_rubric(tmp_path / "rubric.yaml")


def test_packages_are_named_in_any_module() -> None:
    sources = (("driver/__init__.py", b"from .nets import *"), ("driver/nets.py", b"PACKAGES = ('jinja2',)"))
    assert "jinja2" in allowed(Driver(sources))


def test_two_drivers_of_one_text_in_other_modules_have_other_digests() -> None:
    one = Driver((("driver/__init__.py", b"x"), ("driver/a.py", b"y")))
    assert one.digest != replace(one, files=(("driver/__init__.py", b"x"), ("driver/b.py", b"y"))).digest


def test_a_slip_in_a_module_is_told_before_anything_is_graded(course: Path, tmp_path: Path) -> None:
    path = course / "driver" / "batches.py"
    before = path.read_text("utf-8")
    path.write_text(before.replace("X.copy()", "X.copied()"), "utf-8")
    try:
        with pytest.raises(GraderError, match=r"\(driver/batches\.py:\d+\)"), Grader(course, seed=1) as grader:
            grader.grade(course / "solution")
    finally:
        path.write_text(before, "utf-8")


@pytest.mark.parametrize("place", DRIVERS, ids=lambda place: place.parent.name)
def test_a_courses_driver_imports_what_a_worker_has(place: Path) -> None:
    usual = sys.stdlib_module_names | {"numpy", "torch"}  # the second where a driver asks for it
    for name, source in read_driver(place).files:
        for node in ast.walk(ast.parse(source)):
            imported = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                imported.append(node.module or "")
            strange = [each for each in imported if each.partition(".")[0] not in usual]
            assert [each for each in strange if not each.startswith("grader.worker.")] == [], name
