"""What the pages say is so: their rubrics load, their commands exist, their sessions print what they show.

`python tests/test_docs.py` writes anew what follows from the code; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import click
import pytest
import reference_pages
import yaml

import grader
from grader.checks import kinds
from grader.cli import commands, exits
from grader.errors import RubricError
from grader.rubric import load_rubric

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SESSION = re.compile(
    r"<!-- session: (?P<command>.+?)(?: from “(?P<start>.+)”)? -->\n```console\n(?P<shown>.*?)```\n<!-- end -->",
    re.DOTALL,
)
COMMAND = re.compile(r"\bgrader ([a-z]+)((?: [^`\n|>&]*)?)")


def block(page: str, language: str) -> str:
    """The first block of this language on a page."""
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def rubric_file(tmp_path: Path) -> Path:
    """A place from which the reference and the driver lie as the page says."""
    for folder in ("reference", "rubrics"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    file = tmp_path / "mine" / "hw1" / "hw2.yaml"
    file.parent.mkdir(parents=True)
    return file


def test_the_rubric_of_the_page_loads(rubric_file: Path) -> None:
    rubric_file.write_text(block("how-to/rubric.md", "yaml"), "utf-8")
    rubric = load_rubric(rubric_file)
    assert [criterion.id for criterion in rubric.criteria] == ["softmax", "gradient", "extremes"]
    assert rubric.maximum == 12


def test_the_message_of_the_page_is_the_one_that_comes(rubric_file: Path) -> None:
    told = block("how-to/rubric.md", "text").strip()
    wrong = re.search(r"kind '(\w+)'", told)
    assert wrong
    rubric_file.write_text(block("how-to/rubric.md", "yaml").replace("kind: gradient", f"kind: {wrong[1]}"), "utf-8")
    with pytest.raises(RubricError) as error:
        load_rubric(rubric_file)
    assert told.split(": ", 1)[1] in str(error.value)


def test_every_kind_has_a_page() -> None:
    assert sorted(path.stem for path in (ROOT / "docs" / "reference" / "checks").iterdir()) == list(kinds())


def test_the_workflow_of_the_page_is_yaml() -> None:
    workflow = yaml.safe_load(block("tutorials/ci.md", "yaml"))
    assert any("grader check" in step.get("run", "") for step in workflow["jobs"]["grade"]["steps"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_and_options_of_a_page_exist(page: Path) -> None:
    for name, rest in COMMAND.findall(page.read_text("utf-8")):
        command = commands.get_command(click.Context(commands), name)
        if command is None:
            assert not rest.strip().startswith("-"), f"{page.name}: grader {name}{rest}"
            continue
        if isinstance(command, click.Group) and rest.split():
            command = command.get_command(click.Context(command), rest.split()[0])
            assert command, f"{page.name}: grader {name}{rest}"
        options = {o for p in command.params if isinstance(p, click.Option) for o in (*p.opts, *p.secondary_opts)}
        used = set(re.findall(r"(?<= )--?[a-z][a-z-]*", rest))
        assert used <= options | {"--help"}, f"{page.name}: grader {name}{rest}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if reference_pages.MADE.search(page.read_text("utf-8"))], ids=str
)
def test_what_a_page_says_of_the_code_is_what_the_code_has(page: Path) -> None:
    text = page.read_text("utf-8")
    assert reference_pages.renewed(text) == text, "run python tests/test_docs.py"


def test_every_name_of_the_python_api_has_its_place() -> None:
    page = (ROOT / "docs" / "reference" / "python-names.md").read_text("utf-8")
    assert sorted(re.findall(r"^### (\w+)$", page, re.MULTILINE)) == sorted(grader.__all__)


def test_the_page_on_exit_codes_tells_each() -> None:
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text("utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert told == {code for name, code in vars(exits).items() if name.isupper()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(page.parent / target), f"{page.name}: {target}#{anchor}"


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if SESSION.search(page.read_text("utf-8"))], ids=str)
def test_a_session_prints_what_the_page_shows(page: Path) -> None:
    text = page.read_text("utf-8")
    assert renewed(text) == text


@pytest.mark.slow
def test_the_examples_of_the_python_api_give_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "submissions").mkdir()
    for name in ("hand-in-05", "hand-in-07"):
        shutil.copytree(ROOT / "submissions_example" / "gatech-cs7643-a1" / name, tmp_path / "submissions" / name)
    shutil.copytree(ROOT / "submissions_example" / "aarhus-ml-handin2" / "hand-in-01", tmp_path / "hand-in-2")
    code = "import doctest, sys; print(doctest.testfile(sys.argv[1], module_relative=False))"
    told = [sys.executable, "-c", code, str(ROOT / "docs" / "reference" / "python-api.md")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(told, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert re.fullmatch(r"TestResults\(failed=0, attempted=[1-9]\d*\)\n", done.stdout)


@pytest.mark.slow
def test_the_suite_of_the_page_runs_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_softmax.py").write_text(block("how-to/pytest.md", "python"), "utf-8")
    (tmp_path / "submissions").symlink_to(ROOT / "submissions_example" / "gatech-cs7643-a1")
    command = re.search(r"^\$ pytest (.*)$", block("how-to/pytest.md", "console"), re.MULTILINE)
    assert command
    told = [sys.executable, "-m", "pytest", "-p", "grader.pytest_plugin", *command[1].split()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(told, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "2 failed, 1 passed" in done.stdout


def test_the_criterion_of_the_page_on_pytest_loads(rubric_file: Path) -> None:
    (rubric_file.parent / "tests").mkdir()
    (rubric_file.parent / "tests" / "test_softmax.py").write_text(block("how-to/pytest.md", "python"), "utf-8")
    criterion = textwrap.indent(block("how-to/pytest.md", "yaml"), "      ")
    rubric_file.write_text(block("how-to/rubric.md", "yaml") + criterion, "utf-8")
    assert load_rubric(rubric_file).criteria[-1].kind == "pytest"


@pytest.mark.slow
def test_the_assignment_of_the_page_gives_the_points_of_the_page_and_passes_its_audit(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "new-course.md").read_text("utf-8")
    for name, text in re.findall(r"```(?:python|yaml)\n# (\S+)\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    shown = dict(re.findall(r"^\| (hand-in-\d+) \| (\d+) \|", page, re.MULTILINE))
    with grader.Grader(tmp_path, seed=7) as course:
        assert course.rubric.id == "late-bikes"
        points = {path.name: course.grade(path).score.given for path in (tmp_path / "submissions").iterdir()}
    assert points == {name: float(given) for name, given in shown.items()}
    found = grader.audit_rubric(tmp_path, sample=80, jobs=2)
    assert (found.share_caught, found.share_accepted) == (100, 100)
    assert found.of("undecided") == []


def renewed(text: str) -> str:
    """The page with each session as it is now."""
    return SESSION.sub(lambda found: _session(found["command"], found["start"]), text)


def _session(command: str, start: str | None) -> str:
    """What a command prints, or the part of it that begins with a line."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    shown = re.sub(r"\b\d+\.\d s\b", "… s", "\n".join(lines)).strip("\n")
    if start:
        shown = f"…\n\n{shown[shown.index(start) :]}"
    told = f"{command} from “{start}”" if start else command
    return f"<!-- session: {told} -->\n```console\n$ {command}\n{shown}\n```\n<!-- end -->"


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(renewed(reference_pages.renewed(each.read_text("utf-8"))), "utf-8")
