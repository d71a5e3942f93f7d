"""The statements of a file that is run: which one failed, whether it may be left out, and what it would have bound."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType

from grader.worker.patience import TooLong
from grader.worker.sources import Source
from grader.worker.standins import MissingPackage, of_stand_in

__all__ = ["bound", "compiled", "failed_statement", "inside", "of_environment", "tolerated"]

_ENVIRONMENT = (OSError, EOFError, MissingPackage, SystemExit, TooLong)
"""What a line outside of all functions may raise because this is not the student's machine: no data, no time."""

_OF_NOTEBOOKS = frozenset({"display", "get_ipython"})
"""What is there without an import in a notebook only, and remains in a script that was saved from one."""


def compiled(statements: list[ast.stmt], source: Source, filename: str) -> CodeType:
    """Some statements of a file as code, under what the file says of the future."""
    flags = 0
    assert source.tree is not None
    for statement in source.tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            flags |= sum(getattr(__import__("__future__"), alias.name).compiler_flag for alias in statement.names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code: CodeType = compile(ast.Module(statements, []), filename, "exec", flags, dont_inherit=True)
    return code


def failed_statement(statements: list[ast.stmt], error: BaseException, filename: str) -> int | None:
    """Which of a file's statements an error came out of."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename != filename:
        traceback = traceback.tb_next
    if traceback is None or traceback.tb_frame.f_code.co_name != "<module>":
        return None
    line = traceback.tb_lineno
    firsts = [min([s.lineno, *(d.lineno for d in getattr(s, "decorator_list", []))]) for s in statements]
    return max((index for index, first in enumerate(firsts) if first <= line), default=None)


def tolerated(statement: ast.stmt, error: BaseException, lost: dict[str, BaseException]) -> BaseException | None:
    """The reason why a failing statement may be left out, or None when it may not."""
    if isinstance(error, NameError) or (isinstance(error, AttributeError) and isinstance(error.obj, ModuleType)):
        if error.name in lost:  # here, or in the file that it comes from
            return lost[error.name]
        if error.name in _OF_NOTEBOOKS:
            return error
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        asked = (lost[alias.name] for alias in statement.names if alias.name in lost)
        return next(asked, error) if isinstance(error, (Exception, SystemExit)) else None
    nobody_typed = isinstance(error, IndexError) and "argv" in ast.unparse(statement)
    return error if nobody_typed or of_environment(error) else None


def of_environment(error: BaseException) -> bool:
    """Whether a line fails here because this is not the student's machine, and not by its own fault."""
    return isinstance(error, _ENVIRONMENT) or of_stand_in(error)


def inside(error: BaseException, relative: Callable[[object], str]) -> bool:
    """Whether an error came out of a function of the hand-in, not out of a line of a file itself."""
    names, traceback = ["<module>"], error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        names += [code.co_name] if relative(code.co_filename) else []
        traceback = traceback.tb_next
    return names[-1] != "<module>"


def bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement would have bound."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            yield node.name
