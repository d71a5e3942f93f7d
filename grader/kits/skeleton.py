"""A reference's files without the solution: what is between its markers becomes a TODO, or else every body.

    # BEGIN SOLUTION
    …
    # END SOLUTION

Where no file of a reference has such markers, all bodies of functions become TODOs; what else was there for them only,
private functions, constants that nothing left needs, the later lines of docstrings, goes too. In YAML, values go.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from typing import Any

import yaml

from grader.errors import GraderError
from grader.strict_yaml import parse

__all__ = ["has_markers", "skeletons"]

MARKER = re.compile(r"^(?P<indent>[ \t]*)#+[ \t]*(?P<which>BEGIN|END) SOLUTION\b.*$")
OPEN, CLOSE = "# BEGIN YOUR CODE", "# END YOUR CODE"
TODO = "raise NotImplementedError('TODO')"
ANSWERS = "answers.yaml"  # nothing of it may stay, with markers or without


def skeletons(files: Mapping[str, bytes], driver: str) -> dict[str, bytes]:
    """The files as students get them.

    Args:
        driver: whose text names the private functions that a hand-in has to have.

    Raises:
        GraderError: a marker has no partner, or what is left is no Python.
    """
    marked = any(map(has_markers, files.values()))
    made = {}
    for name, content in files.items():
        text = content.decode("utf-8")
        if name.endswith(".yaml") and (not marked or name.rpartition("/")[2] == ANSWERS):
            left = _emptied(content)
        else:
            left = _between(text, name) if marked else _bodies(text, name, driver)
        made[name] = left.encode()
    return made


def has_markers(content: bytes) -> bool:
    """Whether a file says itself what of it is the solution."""
    return any(map(MARKER.match, content.decode("utf-8", "replace").splitlines()))


def _between(text: str, name: str) -> str:
    """The text with a TODO in place of what is between each two markers."""
    kept: list[str] = []
    begun = 0
    for number, line in enumerate(text.splitlines(), 1):
        found = MARKER.match(line)
        if found and (found["which"] == "BEGIN") == bool(begun):
            raise GraderError(f"{name}:{number}: {found['which']} SOLUTION has no partner.")
        if found and not begun:
            begun = number
            kept += _todo(found["indent"], name)
        elif found:
            begun = 0
        elif not begun:
            kept.append(line)
    if begun:
        raise GraderError(f"{name}:{begun}: BEGIN SOLUTION has no END SOLUTION.")
    return _python("\n".join(kept) + "\n", name)


def _todo(indent: str, name: str) -> list[str]:
    body = [TODO.replace("'", '"')] if name.endswith(".py") else []
    return [indent + line for line in (OPEN, *body, CLOSE)]


def _bodies(text: str, name: str, driver: str) -> str:
    """The module with names, arguments and first lines of docstrings, and a TODO for each body."""
    tree = _Emptier(driver).visit(ast.parse(text, name))
    tree.body = _needed(tree.body)
    lines: list[str] = []
    for line in ast.unparse(ast.fix_missing_locations(tree)).splitlines():
        if re.match(r"(class|def|async def|@|if __name__)", line) and lines and not lines[-1].startswith("@"):
            lines = [*_without_last_blanks(lines), "", ""]
        indent = line[: len(line) - len(line.lstrip())]
        lines += _todo(indent, name) if line.strip() == TODO else [line]
    return _python("\n".join(lines) + "\n", name)


def _without_last_blanks(lines: list[str]) -> list[str]:
    return _without_last_blanks(lines[:-1]) if lines and not lines[-1] else lines


class _Emptier(ast.NodeTransformer):
    """Empties functions, and takes out the private ones that nobody outside asks for."""

    def __init__(self, driver: str) -> None:
        self.driver = driver

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = _with_doc(node, [self.visit(each) for each in node.body])
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.body = _with_doc(node, [self.visit(each) for each in node.body]) or [ast.Pass()]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef | None:
        if node.name.startswith("_") and not node.name.endswith("__") and not self._asked_for(node.name):
            return None
        node.body = [*_with_doc(node, []), ast.parse(TODO).body[0]]
        return node

    def _asked_for(self, name: str) -> bool:
        return re.search(rf"\b{re.escape(name)}\b", self.driver) is not None


def _with_doc(node: Any, body: list[Any]) -> list[Any]:
    """The body, its docstring cut to the first sentence: formulas of the solution stand further down."""
    doc = ast.get_docstring(node)
    rest = [each for each in body if each is not None and not _is_text(each)]
    if not doc:
        return rest
    first = re.split(r": |\.\s", doc.strip().partition("\n")[0])[0].rstrip(".:")
    return [ast.Expr(ast.Constant(f"{first}.")), *rest]


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _needed(body: list[Any]) -> list[Any]:
    """Definitions, imports, and the assignments that these still name; other statements are the solution's."""
    kept = [each for each in body if isinstance(each, ast.stmt) and (_stays(each) or _is_text(each))]
    names = _names(kept)
    while True:
        more = [each for each in body if each not in kept and _assigned(each) & names]
        if not more:
            return [each for each in body if each in kept]
        kept += more
        names |= _names(more)


def _stays(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):  # if __name__ == "__main__": main()
        return ast.unparse(node.test).startswith("__name__") and len(node.body) == 1 and not node.orelse
    return isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom) or "__all__" in _assigned(
        node
    )


def _assigned(node: Any) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {each.id for each in targets if isinstance(each, ast.Name)}


def _names(nodes: Collection[ast.AST]) -> set[str]:
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


def _emptied(content: bytes) -> str:
    """The YAML with its keys and without its values."""
    return yaml.safe_dump(_without_values(parse(content).value), sort_keys=False).replace(": null\n", ":\n")


def _without_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_values(each) for key, each in value.items()}
    return None


def _python(text: str, name: str) -> str:
    if name.endswith(".py"):
        try:
            ast.parse(text)
        except SyntaxError as error:
            raise GraderError(f"{name}: without the solution this is no Python (line {error.lineno}).") from None
    return text
