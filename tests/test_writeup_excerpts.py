"""Excerpts of the student's code: which lines are shown, and what hostile files may cost."""

from __future__ import annotations

import json

import pytest
from speed import within

from grader.report.code import numbered
from grader.writeup.excerpts import Line, excerpts
from grader.writeup.spec import Code

NET = """\
def relu(x):
    return x

class Net:
    @staticmethod
    def fit(x):
        def step(): pass
        return x
"""


def shown(functions: list[str], files: dict[str, str], lines: int = 60) -> list[tuple[str, str, str]]:
    asked = Code(functions=tuple(functions), lines=max(lines, 3))
    found, _ = excerpts(asked, {name: text.encode() for name, text in files.items()})
    return [(each.file, each.name, " ".join(str(line.number or line.text) for line in each.lines)) for each in found]


def notes(files: dict[str, bytes]) -> tuple[str, ...]:
    return excerpts(Code(functions=("relu",)), files)[1]


@pytest.mark.parametrize(
    ("functions", "files", "found"),
    [
        (["relu"], {"net.py": NET}, [("net.py", "relu", "1 2")]),
        (["Net.fit"], {"net.py": NET}, [("net.py", "Net.fit", "5 6 7 8")]),
        (["FIT", "*fit", "step"], {"net.py": NET}, [("net.py", "Net.fit", "5 6 7 8"), ("net.py", "Net.fit.step", "7")]),
        (["Net"], {"net.py": NET}, [("net.py", "Net", "4 5 6 7 8")]),
        (["relu"], {"a/net.py": "def relu(): pass", "z.py": NET}, [("z.py", "relu", "1 2")]),
        (["relu"], {"net.py": "def relu(): pass\n" + NET}, [("net.py", "relu", "2 3")]),
        (["relu"], {"net.py": "\r\n\r\ndef relu(x):\r\n  return x"}, [("net.py", "relu", "3 4")]),
        (["relu"], {"net.py": "x = 1"}, []),
        (["relu"], {"net.txt": NET}, []),
        (["relu"], {}, []),
    ],
)
def test_a_function_is_shown_with_the_numbers_of_its_lines(
    functions: list[str], files: dict[str, str], found: list[tuple[str, str, str]]
) -> None:
    assert shown(functions, files) == found


def test_of_a_long_function_first_its_docstring_goes_and_then_its_middle() -> None:
    told = "def f():\n    '''One.\n\n    Two.\n    '''\n" + "    x = 1\n" * 6
    assert shown(["f"], {"a.py": told}, 11) == [("a.py", "f", "1 2 3 4 5 6 7 8 9 10 11")]
    assert shown(["f"], {"a.py": told}, 8) == [("a.py", "f", "1 2 … 3 lines … 6 7 8 9 10 11")]
    assert shown(["f"], {"a.py": told}, 3) == [("a.py", "f", "1 2 … 8 lines … 11")]


def test_in_a_notebook_the_last_definition_counts_and_magic_is_no_mistake() -> None:
    cells = ["%matplotlib inline\n!ls\ndef relu(x):\n    return 1", "def relu(x):\n    return 2", "x = ("]
    made = [{"cell_type": "code", "metadata": {}, "source": c, "outputs": [], "execution_count": 1} for c in cells]
    notebook = json.dumps({"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": made})
    assert shown(["relu"], {"hw.ipynb": notebook}) == [("hw.ipynb, code cell 2", "relu", "1 2")]
    first = json.dumps({"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": made[:1]})
    assert shown(["relu"], {"hw.ipynb": first}) == [("hw.ipynb, code cell 1", "relu", "3 4")]


def test_what_is_not_there_is_said_and_so_is_why_a_file_cannot_be_read() -> None:
    assert notes({"net.py": b"x = 1"}) == ("No function relu was found in *.py or *.ipynb.",)
    assert notes({"net.py": b"def relu(x:\n"})[1].startswith("net.py:1: nothing of it can be shown, because Python")
    assert notes({"net.py": NET.encode(), "old.py": b"def f(:"}) == ()


@pytest.mark.parametrize(
    "source",
    ["-" * 50_000 + "1", "(" * 50_000, "1+" * 50_000 + "1", "x" * 300_000, "a." * 50_000 + "a", "\0", "lambda: " * 9000]
    + ["".join(" " * n + "if x:\n" for n in range(150)), "[" * 150 + "]" * 150, "not " * 20_000 + "x", "'\\d'"],
    ids=lambda source: source[:6],
)
def test_a_hostile_file_costs_its_own_excerpt_only(source: str) -> None:
    with within(5):
        found = shown(["relu", "none"], {"bad.py": source, "net.py": NET})
    assert found == [("net.py", "relu", "1 2")]


def test_lines_are_shown_as_they_are_and_are_never_a_tag() -> None:
    lines = [Line(9, "    if x < 1:  # <b>"), Line(None, "… 3 lines …"), Line(13, "x = '''</pre>"), Line(14, "")]
    made = str(numbered(lines))
    assert made.startswith('<span class="ln"><span class="no">9</span>    <span class="k">if </span>x &lt; 1:  ')
    assert '<span class="c"># &lt;b&gt;</span>' in made
    assert '<span class="gap">… 3 lines …</span>' in made
    assert "&lt;/pre&gt;" in made
    assert "</pre" not in made


def test_lines_with_very_many_words_of_colour_are_shown_plain() -> None:
    made = str(numbered([Line(n, "if x " * 20) for n in range(1, 201)]))
    assert 'class="k"' not in made
    assert made.count('class="ln"') == 200
