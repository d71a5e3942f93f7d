"""Code that students wrote in notebooks, as files of notebooks and as scripts saved from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.worker.handin import HandIn
from grader.worker.notebooks import code_of, without_commands

CELLS = [
    ("markdown", "# Problem 1"),
    ("code", "%matplotlib inline\nimport math"),
    ("code", "%%time\ndef double(x):\n    return 2 * x"),
    ("code", "the loss falls, as it should"),
    ("code", "%%bash\nls -l"),
    ("code", "undefined + 1"),
    ("code", ["def triple(x):\n", "    !echo hello\n", "    return 3 * x"]),
]


def notebook() -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in CELLS]})


def opened(folder: Path, files: dict[str, str]) -> HandIn:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return HandIn(folder)


def test_functions_of_a_notebook_are_found_and_run(tmp_path: Path) -> None:
    handin = opened(tmp_path, {"my work (1).ipynb": notebook()})
    assert handin.find_function(["double"])(2) == 4
    assert handin.find_function(["triple"])(2) == 6
    handin.close()


@pytest.mark.parametrize("damage", [lambda text: text[:-20], lambda text: f"<<<<<<< HEAD\n{text}"])
def test_of_a_damaged_notebook_the_whole_cells_are_found(tmp_path: Path, damage: Callable[[str], str]) -> None:
    handin = opened(tmp_path, {"a.ipynb": damage(notebook())})
    assert handin.broken() == ()
    assert handin.find_function(["double"])(2) == 4
    handin.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("my work (1).ipynb.py:1", "my work (1).ipynb, cell 2, line 1"),
        ("my work (1).ipynb.py:2", "my work (1).ipynb, cell 2, line 2"),
        ("my work (1).ipynb.py:3", "my work (1).ipynb, cell 3, line 1"),
        ("in my work (1).ipynb.py", "in my work (1).ipynb"),
        ("net.py:3", "net.py:3"),
    ],
)
def test_places_are_told_by_cell_and_line(text: str, told: str, tmp_path: Path) -> None:
    handin = opened(tmp_path, {"my work (1).ipynb": notebook()})
    assert handin.placed(text) == told
    handin.close()


def test_a_line_that_was_left_out_is_told_by_its_cell(tmp_path: Path) -> None:
    handin = opened(tmp_path, {"a.ipynb": notebook()})
    handin.find_function(["double"])
    assert [each["where"] for each in handin.remarks() if each["code"] == "line-left-out"] == [
        "a.ipynb, cell 6, line 1"
    ]
    handin.close()


def test_a_file_counts_before_a_notebook(tmp_path: Path) -> None:
    handin = opened(tmp_path, {"a.ipynb": notebook(), "zz.py": "def double(x):\n    return x + x + 0.5\n"})
    assert handin.find_function(["double"])(2) == 4.5
    handin.close()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"cells": [1]}', "[" * 100_000])
def test_a_notebook_that_is_none_is_told_as_broken(tmp_path: Path, text: str) -> None:
    handin = opened(tmp_path, {"a.ipynb": text, "b.py": "def double(x):\n    return 2 * x\n"})
    assert [item.message for item in handin.broken()] == ["The file cannot be read as a notebook."]
    assert handin.find_function(["double"])(2) == 4
    handin.close()


def test_a_script_saved_from_a_notebook_runs_without_the_notebooks_commands(tmp_path: Path) -> None:
    commands = "%matplotlib inline\n!pip install x\nget_ipython().run_line_magic('time', '')\n"
    handin = opened(tmp_path, {"hw.py": f"{commands}def double(x):\n    return 2 * x\n"})
    assert handin.find_function(["double"])(2) == 4
    assert any("lines that only a notebook can run" in remark["message"] for remark in handin.remarks())
    handin.close()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("x = 1\n%time x + 1", "x = 1\npass"),
        ("if x:\n    !ls", "if x:\n    pass"),
        ("files = !ls\nsum?", "pass\npass"),
        ("y = (7\n%b)", "y = (7\n%b)"),
        ("def f(:\n    pass", "def f(:\n    pass"),
    ],
)
def test_only_commands_are_taken_out(text: str, left: str) -> None:
    assert without_commands(text) == left


def test_a_cell_that_is_no_python_stays_as_a_comment() -> None:
    assert "# the loss falls" in code_of(notebook())[0]


def test_a_function_without_def_is_one_too(tmp_path: Path) -> None:
    handin = opened(tmp_path, {"hw.py": "double = lambda x: 2 * x\n"})
    assert handin.find_function(["double"])(2) == 4
    handin.close()
