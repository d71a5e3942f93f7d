"""The folder that students start from: what of a reference becomes a TODO, and how a leak is found."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result as Ended

from grader.cli import commands
from grader.driver import find_driver, read_driver
from grader.errors import GraderError
from grader.kits.leaks import leaks, secrets_of
from grader.kits.skeleton import skeletons
from grader.rubric import reference_files

ROOT = Path(__file__).resolve().parent.parent
COURSES = sorted(path.parent.name for path in (ROOT / "rubrics").glob("*/rubric.yaml"))
SOLUTION = b'''"""Layers.

Their derivatives are x * (1 - x).
"""
import numpy as np

EPSILON = 1e-12  # keeps the logarithm finite
SIZE = 3
ORDER = sorted(range(3), key=lambda i: -i)


def softmax(z, axis=1, size=SIZE):
    """Turn scores into probabilities: exp(z) / sum exp(z).

    The largest is subtracted first.
    """
    shifted = z - z.max(axis=axis, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=axis, keepdims=True)


def _helper(values):
    return values[ORDER] + EPSILON


def _asked_for(values):
    return -np.log(values + EPSILON).mean()


class Net:
    hidden = 4

    def __init__(self):
        self.weights = {"W1": np.zeros((3, 4))}


print(softmax(np.eye(3)))

if __name__ == "__main__":
    print(softmax(np.eye(4)))
'''
LEFT = '''"""Layers."""
import numpy as np
SIZE = 3


def softmax(z, axis=1, size=SIZE):
    """Turn scores into probabilities."""
    # BEGIN YOUR CODE
    raise NotImplementedError("TODO")
    # END YOUR CODE


def _asked_for(values):
    # BEGIN YOUR CODE
    raise NotImplementedError("TODO")
    # END YOUR CODE


class Net:
    hidden = 4

    def __init__(self):
        # BEGIN YOUR CODE
        raise NotImplementedError("TODO")
        # END YOUR CODE


if __name__ == '__main__':
    print(softmax(np.eye(4)))
'''
MARKED = b"""def f(x):
    y = x + 1
    ### BEGIN SOLUTION
    return y * 17.25
    ### END SOLUTION
"""
SECRET = "shifted = z - z.max(axis=axis, keepdims=True)"
Put = Callable[[Path], None]


def grader(*arguments: object) -> Ended:
    return CliRunner().invoke(commands, [str(each) for each in arguments])


@pytest.fixture
def secrets() -> frozenset[str]:
    reference = {"layers.py": SOLUTION}
    return secrets_of(reference, skeletons(reference, "_asked_for"))


def test_without_markers_every_body_becomes_a_todo() -> None:
    assert skeletons({"layers.py": SOLUTION}, "model._asked_for(x)")["layers.py"].decode() == LEFT


def test_with_markers_only_what_is_between_them_goes() -> None:
    made = skeletons({"a.py": MARKED, "b.py": b"given = 'as it is'\n", "answers.yaml": b"pi: 3.14\n"}, "")
    assert made["a.py"].decode() == (
        'def f(x):\n    y = x + 1\n    # BEGIN YOUR CODE\n    raise NotImplementedError("TODO")\n    # END YOUR CODE\n'
    )
    assert made["b.py"] == b"given = 'as it is'\n"
    assert made["answers.yaml"] == b"pi:\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# BEGIN SOLUTION\nx = 1\n", r"a\.py:1: BEGIN SOLUTION has no END SOLUTION"),
        (b"x = 1\n# END SOLUTION\n", r"a\.py:2: END SOLUTION has no partner"),
        (b"# BEGIN SOLUTION\n# BEGIN SOLUTION\n", r"a\.py:2: BEGIN SOLUTION has no partner"),
        (
            b"def f(\n# BEGIN SOLUTION\nx):\n# END SOLUTION\n    pass\n",
            r"a\.py: without the solution this is no Python",
        ),
    ],
)
def test_a_marker_that_fits_nothing_is_told_with_its_line(content: bytes, message: str) -> None:
    with pytest.raises(GraderError, match=message):
        skeletons({"a.py": content}, "")


def test_values_of_yaml_go_and_keys_stay() -> None:
    made = skeletons({"c.yaml": b"Train: {rate: 0.5, sizes: [1, 2]}\nname: sgd\n"}, "")["c.yaml"]
    assert made == b"Train:\n  rate:\n  sizes:\nname:\n"


@pytest.mark.parametrize("course", COURSES)
def test_a_course_without_its_solution_says_none_of_it(course: str, tmp_path: Path) -> None:
    folder = ROOT / "reference" / course
    reference = reference_files(folder if folder.is_dir() else ROOT / "reference" / "gatech-cs7643-a1")
    driver = find_driver(ROOT / "rubrics" / course / "driver")
    made = skeletons(reference, read_driver(driver).text if driver else "")
    for name, content in made.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    secrets = secrets_of(reference, made)
    assert len(secrets) >= 6
    assert leaks(tmp_path, secrets, ()) == []


def _python(folder: Path) -> None:
    (folder / "old.py").write_text(f"def f(z, axis):\n    {SECRET}\n")


def _other_blanks(folder: Path) -> None:
    (folder / "old.txt").write_text("shifted=z-z.max( axis = axis,keepdims =True )  # mine")


def _archive(folder: Path) -> None:
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("layers.py", SOLUTION)
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    (folder / "data.bin").write_bytes(outer.getvalue())


def _source_in_notebook(folder: Path) -> None:
    _notebook(folder, [SECRET[:20], SECRET[20:]], [])


def _output_in_notebook(folder: Path) -> None:
    _notebook(folder, ["x = 1"], [{"output_type": "stream", "text": ["def f():\n", f"    {SECRET}\n"]}])


def _harmless_output(folder: Path) -> None:
    _notebook(folder, ["x = 1"], [{"output_type": "stream", "text": ["1\n"]}])


def _notebook(folder: Path, source: list[str], outputs: list[object]) -> None:
    cell = {"cell_type": "code", "source": source, "outputs": outputs, "execution_count": None}
    (folder / "a.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}))


def _cache(folder: Path) -> None:
    (folder / "__pycache__").mkdir()


def _deleted_in_history(folder: Path) -> None:
    (folder / "old.py").write_bytes(SOLUTION)
    _commit_and_delete(folder, "old.py")


def _notebook_in_history(folder: Path) -> None:
    _source_in_notebook(folder)  # in parts, as notebooks keep it
    _commit_and_delete(folder, "a.ipynb")


def _commit_and_delete(folder: Path, name: str) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(folder)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"], ["rm", "-q", name]):
        subprocess.run([*git, *command], check=True)
    subprocess.run([*git, "commit", "-qm", "less", "--allow-empty"], check=True)
    assert not (folder / name).exists()


def _said_in_a_commit(folder: Path) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(folder)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-qm", f"Mend {SECRET}", "--allow-empty"], check=True)


@pytest.mark.parametrize(
    ("put", "told"),
    [
        (_python, "old.py: 1 of the solution's lines"),
        (_other_blanks, "old.txt: 1 of the solution's lines"),
        (_archive, "data.bin/inner.zip/layers.py: "),
        (_source_in_notebook, "a.ipynb: 1 of the solution's lines"),
        (_output_in_notebook, "a.ipynb: 1 of the solution's lines"),
        (_harmless_output, "a.ipynb: a notebook with outputs"),
        (_cache, "__pycache__: a cache"),
        (_deleted_in_history, "history, blob "),
        (_notebook_in_history, "history, blob "),
        (_said_in_a_commit, "history, commit "),
    ],
)
def test_what_a_folder_gives_away_is_found(put: Put, told: str, tmp_path: Path, secrets: frozenset[str]) -> None:
    if put in (_deleted_in_history, _notebook_in_history, _said_in_a_commit) and shutil.which("git") is None:
        pytest.skip("git is not installed")
    (tmp_path / "layers.py").write_text(LEFT)
    assert leaks(tmp_path, secrets, ()) == []
    put(tmp_path)
    assert any(each.startswith(told) for each in leaks(tmp_path, secrets, ()))


def test_the_graders_own_code_may_look_like_a_solution(tmp_path: Path, secrets: frozenset[str]) -> None:
    content = f"def f(z, axis):\n    {SECRET}\n".encode()
    (tmp_path / "own.py").write_bytes(content)
    assert leaks(tmp_path, secrets, {content}) == []


@pytest.mark.slow
def test_a_starter_scores_next_to_nothing_and_gives_nothing_away(quick: Path, tmp_path: Path) -> None:
    folder = tmp_path / "homework"
    ended = grader("kit", "starter", "--rubric", quick, "-o", folder)
    assert ended.exit_code == 0, ended.output
    assert "scores next to nothing, and holds nothing of the solution" in ended.output
    assert "1 of 2 criteria are not in it: relu (hidden)" in ended.output
    checked = grader("check", folder)
    assert checked.exit_code == 0, checked.output
    assert "0 of 60 points" in checked.output
    assert "NotImplementedError" in (folder / "models" / "_base_network.py").read_text("utf-8")


@pytest.mark.slow
def test_a_folder_that_scores_does_not_go_to_students(quick: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "submissions_example" / "gatech-cs7643-a1" / "hand-in-01", tmp_path / "homework")
    ended = grader("kit", "check", tmp_path / "homework", "--rubric", quick)
    assert ended.exit_code == 1
    assert "It gets 100.0% of the points" in ended.output
    assert "They come from" in ended.output
    assert "should not go to students as it is" in ended.output


@pytest.mark.slow
def test_the_commands_of_the_page_make_what_it_says(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [(ROOT / "docs" / "how-to" / name).read_text("utf-8") for name in ("gradescope.md", "repositories.md")]
    lines = re.findall(r"^\$ grader (kit .*)$", "\n".join(pages), re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    for line in lines:
        ended = grader(*line.replace("gatech-cs7643-a1", str(quick)).split())
        assert ended.exit_code == 0, f"{line}: {ended.output}"
    assert len(lines) == 5
    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert made >= {
        "autograder.zip",
        "homework-1/.github/workflows/grade.yml",
        "homework-1/.gitlab-ci.yml",
        "homework-1/.grader/check.sh",
        "homework-1/utils.py",
    }


def test_a_damaged_history_is_told(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(GraderError, match="its history cannot be read"):
        leaks(tmp_path, frozenset(), ())
