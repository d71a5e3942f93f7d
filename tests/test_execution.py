"""Notebooks run anew in the sandbox: outputs as Jupyter would have them, bounded, and whatever a worker claims."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner, Result
from notebook_samples import code, notebook, text

from grader.cli import commands
from grader.execution import PNG, Executed, Room, _Run, as_json, execute
from grader.notebooks import Cell, Output, read
from grader.sandbox import choose

ROOM = Room(cell=10)
TRACEBACK = """\
hw.ipynb, cell 6, line 1, in <module>
    g(0)
hw.ipynb, cell 5, line 2, in g
    return 1 / x
ZeroDivisionError: division by zero"""


def executed(*cells: str, go_on: bool = True, room: Room = ROOM, files: Mapping[str, bytes] | None = None) -> Executed:
    """A notebook of these cells, run."""
    return execute(read(notebook([*map(code, cells)])), "hw.ipynb", files or {}, choose(), room, go_on)


def told(found: Executed) -> list[list[tuple[str, str]]]:
    """By cell, the kind and text of each output."""
    return [[(output.kind, output.text) for output in cell.outputs] for cell in found.notebook.cells]


def test_cells_put_out_what_they_print_show_and_raise() -> None:
    found = executed(
        "!pip install x\n%matplotlib inline\nfrom google.colab import drive\ndrive.mount('/content')",
        "import sys\nfor i in range(2):\n    print(i)\nprint('oh', file=sys.stderr)\n_ = 3",
        "import numpy as np\nnp.arange(3)",
        "x = input('name? ')\nx;",
        "def g(x):\n    return 1 / x",
        "g(0)",
        "%%bash\nls",
        "import sys\nsys.exit(1)",
        "from utils import twice\ndisplay(twice(4), open('data.csv').read())",
        "x = (",
        files={"utils.py": b"def twice(x):\n    return 2 * x\n", "data.csv": b"a,b"},
    )
    assert told(found) == [
        [("stream", "(left out here: !pip install x)\n(left out here: %matplotlib inline)\n")],
        [("stream", "0\n1\n"), ("stream", "oh\n")],
        [("shown", "array([0, 1, 2])")],
        [("stream", "name? (an empty line was given)\n")],
        [],
        [("error", TRACEBACK)],
        [("stream", "(left out here: %%bash)\n")],
        [("error", "hw.ipynb, cell 8, line 2, in <module>\n    sys.exit(1)\nSystemExit: 1")],
        [("shown", "8"), ("shown", "'a,b'")],
        [("error", "line 1: x = (\nSyntaxError: '(' was never closed (hw.ipynb, cell 10, line 1)")],
    ]
    assert found.failed == (6, 8, 10)


def test_after_a_cell_that_raises_none_is_run_unless_asked_for() -> None:
    found = executed("1 / 0", "2", go_on=False)
    assert (found.failed, found.not_run) == ((1,), (2,))
    assert [cell.count for cell in found.notebook.cells] == [1, None]


def test_a_cell_without_an_end_costs_its_time_and_those_after_it_are_not_run() -> None:
    found = executed("1", "while True: pass", "3", room=Room(cell=1))
    assert (found.failed, found.not_run) == ((2,), (3,))
    assert told(found)[1] == [("error", "The cell did not finish within 1 s.")]


@pytest.mark.parametrize(
    "hostile",
    [
        "import os\nos._exit(0)",
        "import socket\nsocket.create_connection(('127.0.0.1', 80))",
        "open('/etc/passwd').read()",
        "import subprocess\nsubprocess.run(['ls'])",
        "x = bytearray(1 << 40)",
    ],
)
def test_a_hostile_cell_gets_nothing(hostile: str) -> None:
    assert executed(hostile).failed == (1,)


def test_what_a_cell_puts_out_is_bounded() -> None:
    found = executed(
        "while True:\n    print('x' * 1000)\n    n = globals().get('n', 0) + 1\n    if n > 5000: break", "'y' * 10**8"
    )
    assert [sum(len(told_) for _, told_ in cell) < 130_000 for cell in told(found)] == [True, True]
    assert told(found)[0][0][1].endswith("(more was printed, and is left out)\n")


def test_the_same_notebook_gives_the_same_bytes_and_chance_goes_on_from_cell_to_cell() -> None:
    cells = ("import random, numpy as np\nrandom.random(), np.random.rand()", "random.random(), np.random.rand()")
    first, second = executed(*cells), executed(*cells)
    assert as_json(first.notebook) == as_json(second.notebook)
    assert told(first)[0] != told(first)[1]


def test_the_new_notebook_is_one_that_jupyter_reads() -> None:
    found = execute(read(notebook([text("# A\n"), code("print(1)\n2"), code("1 / 0")])), "hw.ipynb", {}, choose(), ROOM)
    made = nbformat.reads(as_json(found.notebook), as_version=4)
    nbformat.validate(made)
    assert [output.output_type for output in made.cells[1].outputs] == ["stream", "execute_result"]
    assert made.cells[2].outputs[0].ename == "ZeroDivisionError"


class Claims:
    """A worker that says whatever a test wants."""

    alive = True

    def __init__(self, claim: Any) -> None:
        self.claim = claim

    def call(self, *_: Any, **__: Any) -> Any:
        return self.claim


@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        (None, []),
        ([], []),
        ({"outputs": "x"}, []),
        ({"outputs": [None, 3, {}, {"kind": "figure"}, {"kind": "figure", "png": np.zeros(9, np.uint8)}]}, []),
        ({"outputs": [{"kind": "figure", "png": np.frombuffer(PNG, np.uint8)}]}, [("shown", "<Figure>")]),
        ({"outputs": [{"kind": "figure", "png": np.frombuffer(PNG, np.uint8).astype(float)}]}, []),
        ({"outputs": [{"kind": "stream", "name": 3, "text": ["x"]}]}, [("stream", "")]),
        ({"outputs": [{"kind": "error", "lines": {"a": 1}}]}, [("error", "")]),
        ({"outputs": [{"kind": "error", "lines": ["x"] * 1000}]}, [("error", "\n".join(["x"] * 40))]),
        ({"outputs": [{"kind": "result", "text": "x", "html": 3}]}, [("shown", "x")]),
        ({"left_out": [1, None], "outputs": []}, [("stream", "(left out here: 1)\n(left out here: None)\n")]),
        ({"outputs": [{"kind": "stream", "text": "x"}] * 1000}, [("stream", "x")] * 250),
    ],
)
def test_whatever_a_worker_claims_becomes_outputs_of_the_right_form(claim: Any, kept: list[tuple[str, str]]) -> None:
    made = _Run(Claims(claim), "hw.ipynb", go_on=True).cell(Cell(1, "code", "x"))  # type: ignore[arg-type]
    assert [(output.kind, output.text) for output in made.outputs] == kept


def test_pictures_together_have_a_limit() -> None:
    big = np.concatenate([np.frombuffer(PNG, np.uint8), np.zeros(4 << 20, np.uint8)])
    run = _Run(Claims({"outputs": [{"kind": "figure", "png": big}] * 20}), "hw.ipynb", go_on=True)  # type: ignore[arg-type]
    made = run.cell(Cell(1, "code", "x"))
    assert len(made.outputs) == 15
    assert isinstance(made.outputs[0], Output)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is not installed")
def test_figures_are_drawn() -> None:
    found = executed(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()", room=Room(packages=("matplotlib",))
    )
    assert "image/png" in found.notebook.cells[0].outputs[0].forms


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["notebook", "run", *map(str, arguments)])


def test_the_command_writes_the_notebook_and_tells_what_went_wrong(tmp_path: Path) -> None:
    (tmp_path / "hw.ipynb").write_bytes(notebook([code("print(6 * 7)"), code("1 / 0"), code("3")]))
    ended = run(tmp_path / "hw.ipynb", "-o", tmp_path / "out.ipynb")
    assert ended.exit_code == 3, ended.output
    assert "raised: cell 2\nnot run: cell 3" in ended.stdout
    assert json.loads((tmp_path / "out.ipynb").read_text("utf-8"))["cells"][0]["outputs"][0]["text"] == "42\n"


@pytest.mark.slow
def test_the_command_writes_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "hw.ipynb").write_bytes(notebook([code("print(6 * 7)")]))
    assert run(tmp_path / "hw.ipynb", "-o", tmp_path / "out.pdf").exit_code == 0
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "x.docx"), "has to end in"),
        (("-o", "x.ipynb", "--package", "no_such_package"), "not installed"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "hw.ipynb").write_bytes(notebook([code("1")]))
    ended = run(tmp_path / "hw.ipynb", *arguments)
    assert ended.exit_code == 2
    assert message in ended.stderr


def test_a_hand_in_without_a_notebook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "a.py").write_text("x = 1")
    assert "there are 0" in run(tmp_path / "hw", "-o", tmp_path / "x.ipynb").stderr
