r"""The cells of a notebook run one after another, without Jupyter: what they print, show, draw and raise comes back.

cells = Cells(handin)
cells.run("x = 2\nx + 1", "hw1.ipynb, cell 3")["outputs"]  # [{"kind": "result", "text": "3", "html": ""}]
"""

from __future__ import annotations

import ast
import builtins
import io
import linecache
import os
import random
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.worker.notebooks import without_commands
from grader.worker.standins import StandIn

if TYPE_CHECKING:
    from grader.worker.handin import HandIn

__all__ = ["Cells"]

MOST_TEXT = 100_000  # characters that one cell puts out
MOST_OUTPUTS, MOST_FIGURES = 200, 20  # of one cell
LARGEST_FIGURE = 4 << 20  # bytes
DOTS = 100  # per inch
MOST_LEFT_OUT = 20  # lines that are told
OTHER_LANGUAGES = ("%%time", "%%timeit", "%%capture", "%%prun")  # the others than these hold no Python
UNSHOWN = ".*(FigureCanvasAgg is non-interactive|Unable to import Axes3D).*"  # figures are shown when a cell ends


class Cells:
    """One notebook as it runs; names stay from cell to cell."""

    def __init__(self, handin: HandIn) -> None:
        self._root = str(handin.root)
        self._module = ModuleType("__main__")
        self._names = vars(self._module)
        self._chance: tuple[Any, Any] | None = None
        self._put_out = _PutOut()
        os.environ["MPLBACKEND"] = "Agg"
        os.chdir(self._root)
        sys.modules["__main__"] = self._module
        builtins.input = self._input
        self._names.update(display=self._display, get_ipython=lambda: None)

    def run(self, source: str, place: str) -> dict[str, Any]:
        """What a cell put out, whether it came to its end, and the lines of it that only a notebook can run."""
        self._put_out = _PutOut()
        text, left_out = _python_of(source)
        ended = False
        with self._own_chance(), redirect_stdout(self._put_out.stream("stdout")):  # noqa: SIM117 – one is too long
            with redirect_stderr(self._put_out.stream("stderr")), warnings.catch_warnings():
                warnings.filterwarnings("ignore", UNSHOWN)
                try:
                    self._execute(text, f"{self._root}/{place}")
                    ended = True
                except BaseException as error:  # SystemExit too: it must not end what runs the cells
                    self._put_out.add(_failure(error, self._root))
                for figure in _figures():
                    self._put_out.add(figure)
        return {"outputs": self._put_out.told, "ended": ended, "left_out": left_out[:MOST_LEFT_OUT]}

    def _execute(self, text: str, filename: str) -> None:
        linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename  # for tracebacks
        tree = ast.parse(text, filename)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, filename, "exec", dont_inherit=True), self._names)
        if last is None or not isinstance(last, ast.Expr):
            return
        shown = eval(compile(ast.Expression(last.value), filename, "eval", dont_inherit=True), self._names)
        stands_in = type(shown).__module__ == StandIn.__module__  # such as what a mount returns
        if shown is not None and not stands_in and not text.rstrip().endswith(";"):
            self._names["_"] = shown
            self._put_out.add(_shown(shown, "result"))

    def _display(self, *values: object, **_: object) -> None:
        for value in values:
            self._put_out.add(_shown(value, "display"))

    def _input(self, prompt: object = "") -> str:
        """Nobody is there to ask: an empty line."""
        sys.stdout.write(f"{prompt}(an empty line was given)\n")
        return ""

    @contextmanager
    def _own_chance(self) -> Iterator[None]:
        """Global generators go on where the cell before left them, as they do in a notebook."""
        if self._chance is not None:
            random.setstate(self._chance[0])
            np.random.set_state(self._chance[1])
        try:
            yield
        finally:
            self._chance = random.getstate(), np.random.get_state()


class _PutOut:
    """What one cell puts out, in its order, and no more than there is room for."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self._left = MOST_TEXT

    def add(self, output: dict[str, Any]) -> None:
        """One more output; of what is too much, nothing."""
        size = sum(len(part) for part in output.values() if isinstance(part, str))
        if len(self.told) < MOST_OUTPUTS and (size <= self._left or output["kind"] == "error"):
            self.told.append(output)
            self._left -= size

    def stream(self, name: str) -> io.TextIOBase:
        """Where prints of this name go."""
        return _Stream(lambda text: self._print(name, text))

    def _print(self, name: str, text: str) -> None:
        if self._left <= 0:
            return
        cut = text[: self._left]
        self._left -= len(cut)
        note = "\n(more was printed, and is left out)\n" if self._left <= 0 else ""
        last = self.told[-1] if self.told else {}
        if last.get("name") == name:
            last["text"] += cut + note
        elif len(self.told) < MOST_OUTPUTS:
            self.told.append({"kind": "stream", "name": name, "text": cut + note})


class _Stream(io.TextIOBase):
    def __init__(self, put: Callable[[str], None]) -> None:
        self._put = put

    def write(self, text: str) -> int:
        self._put(str(text))
        return len(text)

    def writable(self) -> bool:
        return True


def _python_of(source: str) -> tuple[str, list[str]]:
    """The cell's Python, and the lines that only a notebook can run."""
    if source.startswith("%%") and not source.startswith(OTHER_LANGUAGES):
        return "", source.split("\n")[:1]
    magic, _, rest = source.partition("\n") if source.startswith("%%") else ("", "", source)
    text = without_commands(rest)
    lines = zip(rest.split("\n"), text.split("\n"), strict=True)
    left_out = [before.strip()[:200] for before, after in lines if before != after]
    return f"\n{text}" if magic else text, [magic[:200]] * bool(magic) + left_out


def _shown(value: object, kind: str) -> dict[str, Any]:
    """A value as a notebook shows it: in words, and as a table where it knows how."""
    html = ""
    with suppress(Exception):
        made = value._repr_html_()  # type: ignore[attr-defined]
        html = made if type(made) is str else ""
    return {"kind": kind, "text": repr(value)[: MOST_TEXT // 2], "html": html[: MOST_TEXT // 2]}


def _figures() -> Iterator[dict[str, Any]]:
    """The figures that are open, as PNG; they are closed."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or isinstance(pyplot, StandIn):
        return
    for number in list(pyplot.get_fignums())[:MOST_FIGURES]:
        file = io.BytesIO()
        try:
            pyplot.figure(number).savefig(file, format="png", dpi=DOTS, bbox_inches="tight")
        except Exception as error:  # a formula that matplotlib cannot read, or millions of points
            yield {"kind": "stream", "name": "stderr", "text": f"A figure could not be drawn: {error}\n"[:500]}
            continue
        if file.tell() <= LARGEST_FIGURE:
            yield {"kind": "figure", "png": np.frombuffer(file.getvalue(), np.uint8)}
    pyplot.close("all")


def _failure(error: BaseException, root: str) -> dict[str, Any]:
    """An exception, with the lines of the notebook and of its modules that it went through."""
    name = str(type.__dict__["__name__"].__get__(type(error)))
    lines = [f"{name}: {_message(error)}"]
    with suppress(Exception):
        frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.startswith(root)]
        lines = [*(_frame(each, root) for each in frames[-20:]), *lines]
    if isinstance(error, SyntaxError) and error.lineno:
        lines.insert(0, f"line {error.lineno}: {(error.text or '').strip()[:200]}")
    return {"kind": "error", "name": name[:200], "value": _message(error), "lines": lines}


def _frame(frame: traceback.FrameSummary, root: str) -> str:
    told = f"{frame.filename[len(root) + 1 :]}, line {frame.lineno}, in {frame.name}\n    {(frame.line or '').strip()}"
    return told[:500]


def _message(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:
        return "(its message cannot be shown)"
