"""A hand-in's script run once more, on a table of the grader's, with some of its functions watched.

    run = watch(handin, "ps5.ipynb", {"forward_pass": {"x": INPUTS, "w": VECTOR}}, Table("x,y", rows))
    run.calls[0].given["x"]

Much of a hand-in lies outside of functions, or in functions that only its own script knows how to call. What it does
there shows in what it gives to the functions that the course prescribes. Long trainings are cut to a few epochs.
"""

from __future__ import annotations

import ast
import builtins
import io
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, fit_arguments, parameters_of
from grader.worker.faults import Missing
from grader.worker.handin import HandIn
from grader.worker.patience import begin
from grader.worker.sources import Source

__all__ = ["Called", "Run", "Table", "watch"]

_LONG, _EPOCHS = 2_000, 20  # what counts further than the one counts epochs, and then as many as the other
_FILE = "data.csv"  # what a script is told to read
_TABLES = (".csv", ".dat", ".tsv", ".txt")
_RECORDER = "_watched_by_the_grader"
_MOST_CALLS = 50_000
_MOST_CALLS_KEPT = 50  # of one function, of which the variables are kept


@dataclass(frozen=True)
class Table:
    """What the script reads wherever it reads a table."""

    header: str
    rows: Array


@dataclass(frozen=True, eq=False)
class Called:
    """One call of a watched function: copies of what it was given, by role, and of what it gave back."""

    name: str
    given: Mapping[str, Any]
    returned: Any


@dataclass
class Run:
    """What happened while a script ran."""

    calls: list[Called] = field(default_factory=list)
    variables: list[Mapping[str, Any]] = field(default_factory=list)  # at the end, of files and of functions


def watch(handin: HandIn, path: str, watched: Mapping[str, Mapping[str, str]], table: Table) -> Run:
    """Run one file as a script.

    Args:
        watched: the functions by their names in the hand-in, or `Class.method`, with a pattern for the parameter of
            each role.
    """
    run = Run()
    begin()

    def changed(source: Source) -> Source:
        return _changed(source, frozenset(watched), source.path == path)

    with handin.anew(changed) as importer, _watched_by(_recorder(run, watched)), _reading(table):
        with suppress(Exception, SystemExit), _variables_kept(importer.relative, run), np.errstate(all="ignore"):
            importer.module(path)
        run.variables += [dict(vars(module)) for module in importer.loaded.values()]
        handin.forgive(importer)
    return run


# the text


def _changed(source: Source, watched: frozenset[str], is_script: bool) -> Source:
    if source.tree is None:
        return source
    tree = _Changes(watched, is_script).visit(deepcopy(source.tree))
    return replace(source, tree=ast.fix_missing_locations(tree))


class _Changes(ast.NodeTransformer):
    """Counts epochs shorter, lets a script know that it is one, and has calls of some functions recorded."""

    def __init__(self, watched: frozenset[str], is_script: bool) -> None:
        self._watched = watched
        self._is_script = is_script
        self._inside = ""  # which class, as `Class.`

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.copy_location(ast.Constant(_EPOCHS), node) if _is_long(node.value) else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        left, right = getattr(node.left, "value", None), getattr(node.right, "value", None)
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            powers = isinstance(node.op, ast.Pow) and 1 < left <= 10 and 0 < right <= 12
            if (powers and _is_long(left**right)) or (isinstance(node.op, ast.Mult) and _is_long(left * right)):
                return ast.copy_location(ast.Constant(_EPOCHS), node)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A number that is asked for at the keyboard, or behind the script's name, counts epochs; a text is a file."""
        counts = isinstance(node.func, ast.Name) and node.func.id in ("float", "int")
        if counts and len(node.args) == 1 and _is_asked_for(node.args[0]):
            return ast.copy_location(ast.Constant(_EPOCHS), node)
        return ast.copy_location(ast.Constant(_FILE), node) if _is_asked_for(node) else self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return ast.copy_location(ast.Constant(_FILE), node) if _is_asked_for(node) else self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        if _is_now_and_then(node):
            return ast.copy_location(ast.Constant(True), node)
        if self._is_script and ast.unparse(node) in ("__name__ == '__main__'", "'__main__' == __name__"):
            return ast.copy_location(ast.Constant(True), node)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outside, self._inside = self._inside, f"{node.name}."
        self.generic_visit(node)
        self._inside = outside
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        name = next((each for each in (node.name, self._inside + node.name) if each in self._watched), None)
        if name is not None:
            recorder = ast.Call(ast.Name(_RECORDER, ast.Load()), [ast.Constant(name)], [])
            node.decorator_list.append(ast.copy_location(recorder, node))
        return node


def _is_asked_for(node: ast.expr) -> bool:
    """Whether it is what a person types: `input(…)`, or `sys.argv[1]`."""
    return bool(re.fullmatch(r"input\(.*\)|(sys\.)?argv\[[1-9]\]", ast.unparse(node), re.DOTALL))


def _is_now_and_then(node: ast.Compare) -> bool:
    """Whether it is true in every so many epochs, such as `epoch % 1000 == 0`; the few that are run all count."""
    every = node.left.right if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Mod) else None
    often = isinstance(every, ast.Constant) and isinstance(every.value, int) and every.value >= _EPOCHS
    return often and isinstance(node.ops[0], ast.Eq) and ast.unparse(node.comparators[0]) == "0"


def _is_long(value: object) -> bool:
    return isinstance(value, (int, float)) and value >= _LONG and value == int(min(value, 1e300))


# the calls


@contextmanager
def _watched_by(recorder: Callable[[str], Any]) -> Iterator[None]:
    setattr(builtins, _RECORDER, recorder)
    try:
        yield
    finally:
        delattr(builtins, _RECORDER)


def _recorder(run: Run, watched: Mapping[str, Mapping[str, str]]) -> Callable[[str], Any]:
    def recorder(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def recorded(function: Callable[..., Any]) -> Callable[..., Any]:
            names = [parameter.name for parameter in parameters_of(function) or ()]
            roles = _roles(name, function, names, watched[name])

            @wraps(function)
            def call(*args: Any, **kwargs: Any) -> Any:
                given = dict(zip(names, args, strict=False)) | kwargs
                copies = {roles[key]: _copy(value) for key, value in given.items() if key in roles}
                returned = function(*args, **kwargs)
                if len(run.calls) < _MOST_CALLS:
                    run.calls.append(Called(name, copies, _copy(returned)))
                return returned

            return call

        return recorded

    return recorder


def _roles(name: str, function: Callable[..., Any], names: list[str], patterns: Mapping[str, str]) -> dict[str, str]:
    """The role of each parameter by its name."""
    offers = [Offer("", "self|cls"), *(Offer(role, pattern) for role, pattern in patterns.items())]
    try:
        given, named = fit_arguments(name, function, offers)
    except Missing:
        return {}
    return {key: role for key, role in (dict(zip(names, given, strict=False)) | named).items() if role}


def _copy(value: Any) -> Any:
    try:
        return deepcopy(value)
    except Exception:  # an object that cannot be copied is of no use to us either
        return value


@contextmanager
def _variables_kept(belongs: Callable[[str], str], run: Run) -> Iterator[None]:
    """Keep the variables with which each of the hand-in's functions returned last."""
    entered: Counter[CodeType] = Counter()
    last: dict[CodeType, Mapping[str, Any]] = {}

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if not belongs(code.co_filename) or entered[code] > _MOST_CALLS_KEPT:
            return None
        entered[code] += 1
        frame.f_trace_lines = False
        return leave

    def leave(frame: FrameType, event: str, argument: Any) -> None:
        if event == "return" and frame.f_code.co_name != "<module>":
            last[frame.f_code] = dict(frame.f_locals)

    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(None)
        run.variables += last.values()


# the table


@contextmanager
def _reading(table: Table) -> Iterator[None]:
    """Inside, each file of a table that is opened for reading is this one, and none is missed."""
    path = Path("a_table_of_the_grader.csv").absolute()
    np.savetxt(path, table.rows, "%.17g", ",", header=table.header, comments="")  # a class is read with int(), too
    replaced: list[tuple[Any, str]] = [(builtins, "open"), (io, "open"), (np, "loadtxt"), (np, "genfromtxt")]
    replaced += [(os.path, "exists"), (os.path, "isfile"), (Path, "exists"), (Path, "is_file")]
    originals = [getattr(holder, name) for holder, name in replaced]
    for (holder, name), original in zip(replaced, originals, strict=True):
        setattr(holder, name, _redirected(original, str(path)))
    try:
        yield
    finally:
        for (holder, name), original in zip(replaced, originals, strict=True):
            setattr(holder, name, original)
        path.unlink(missing_ok=True)


def _redirected(opened: Callable[..., Any], table: str) -> Callable[..., Any]:
    def open_(file: Any, *args: Any, **kwargs: Any) -> Any:
        writes = {"w", "a", "x"} & set(str(kwargs.get("mode", args[0] if args else "")))
        is_table = isinstance(file, (str, Path)) and str(file).lower().endswith(_TABLES)
        return opened(type(file)(table) if is_table and not writes else file, *args, **kwargs)

    return open_
