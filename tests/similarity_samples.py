"""Hand-ins that were written independently of each other, classes made up of their parts, and disguised copies."""

from __future__ import annotations

import ast
import builtins
import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from grader.intake import take

ROOT = Path(__file__).parent.parent
COURSES = ("aarhus-ml-handin2", "gatech-cs7643-a1", "ntnu-tdt4265-a1", "physics-ps5")
UNFINISHED = {  # examples that are the starter, or constants in its place
    "aarhus-ml-handin2": {"hand-in-08", "hand-in-09"},
    "gatech-cs7643-a1": {"hand-in-08", "hand-in-12", "hand-in-13"},
    "ntnu-tdt4265-a1": {"hand-in-04", "hand-in-10"},
    "physics-ps5": {"hand-in-06", "hand-in-09", "hand-in-10"},
}
SHORTEST = 22  # characters of a line without blanks; shorter ones everybody writes
MOST_ALIKE = 0.45  # of the lines of the shorter hand-in, or of its functions
SEVERAL = 4  # ways to write a function, for it to be in a made-up class
NAMES = [
    f"{a}{b}{c}" for a in ("ka", "lo", "mi", "ne", "ru", "sa") for b in ("ban", "col", "dor", "fin") for c in "aeiou"
]

Files = Mapping[str, bytes]


@cache
def independent(course: str) -> dict[str, Files]:
    """The hand-ins of a course of which no two share many lines as they are: nothing here knows the tool."""
    found: dict[str, Files] = {}
    for path in _hand_ins(course):
        files = {name: content for name, content in take(path).files.items() if name.endswith(".py")}
        if files and _is_python(files) and all(_alike(files, other) <= MOST_ALIKE for other in found.values()):
            found[path.name] = files
    return found


def _hand_ins(course: str) -> Iterator[Path]:
    for place in (ROOT / "tests" / "variants" / course / "right", ROOT / "submissions_example" / course):
        yield from (path for path in sorted(place.iterdir()) if path.is_dir() and path.name not in UNFINISHED[course])


def _is_python(files: Files) -> bool:
    """Whether all of it can be parsed, so that it can be disguised; a script that was saved from a notebook cannot."""
    try:
        return bool([_tree(content) for content in files.values()])
    except SyntaxError:
        return False


def _alike(files: Files, others: Files) -> float:
    own, other = _lines(files), _lines(others)
    return len(own & other) / max(1, min(len(own), len(other)))


def _lines(files: Files) -> set[str]:
    bare = (
        re.sub(r"\s+|#.*", "", line) for text in files.values() for line in text.decode("utf-8", "replace").split("\n")
    )
    return {line for line in bare if len(line) >= SHORTEST}


def made_up(course: str, count: int, seed: int) -> dict[str, dict[str, bytes]]:
    """A class: each has every function from one of those who wrote one of that name, in words of their own.

    No two have most functions from the same writers.
    """
    rng = random.Random(seed)
    written: dict[str, list[str]] = {}
    for files in independent(course).values():
        for function in _functions(files):
            written.setdefault(function.name, []).append(ast.unparse(function))
    several = {name: found for name, found in sorted(written.items()) if len(found) >= SEVERAL}
    taken: list[dict[str, str]] = []
    while len(taken) < count:
        own = {name: rng.choice(found) for name, found in several.items()}
        if all(sum(own[name] == other[name] for name in own) <= MOST_ALIKE * len(own) for other in taken):
            taken.append(own)
    return {
        f"student-{number:03}": disguised({"hw.py": _reworded("\n".join(own.values()), rng)}, rng)
        for number, own in enumerate(taken)
    }


def _reworded(text: str, rng: random.Random) -> bytes:
    return ast.unparse(ast.fix_missing_locations(_Reworded(rng).visit(ast.parse(text)))).encode()


class _Reworded(ast.NodeTransformer):
    """Says the same in another way, here and there."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def visit(self, node: ast.AST) -> Any:
        node = self.generic_visit(node)
        if self.rng.random() < 0.5:
            return node
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                return ast.Assign([node.target], ast.BinOp(ast.Name(name, ast.Load()), op, value))
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return ast.Call(_numpy("dot"), [left, right], [])
            case ast.BinOp(left=left, op=ast.Add() | ast.Mult() as op, right=right):
                return ast.BinOp(right, op, left)
            case ast.Call(ast.Attribute(ast.Name("np"), "sum" | "mean" | "max" as name), [first, *rest], keywords):
                return ast.Call(ast.Attribute(first, name, ast.Load()), rest, keywords)
            case ast.Return(value=ast.expr() as value):
                return [
                    ast.Assign([ast.Name("result", ast.Store())], value),
                    ast.Return(ast.Name("result", ast.Load())),
                ]
        return node


def _numpy(name: str) -> ast.Attribute:
    return ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())


def disguised(files: Files, rng: random.Random) -> dict[str, bytes]:
    """A copy with other names, numbers, comments, blanks, an order of its own, and statements put in and swapped."""
    trees = {name: _tree(content) for name, content in files.items()}
    for tree in trees.values():
        own = sorted(_own_names(tree))
        _Renamed(dict(zip(own, rng.sample(NAMES, len(own)), strict=True))).visit(tree)
        for node in ast.walk(tree):
            _change(node, rng)
        tree.body = _reordered(tree.body, rng)
    return {name: _commented(text, rng) for name, text in _written(trees).items()}


def _tree(content: bytes) -> ast.Module:
    return ast.parse(content.decode("utf-8", "replace"))


def _written(trees: Mapping[str, ast.Module]) -> dict[str, bytes]:
    return {name: ast.unparse(ast.fix_missing_locations(tree)).encode() for name, tree in trees.items()}


def _functions(files: Files) -> Iterator[ast.FunctionDef]:
    for content in files.values():
        yield from (node for node in ast.walk(_tree(content)) if isinstance(node, ast.FunctionDef))


def _own_names(tree: ast.Module) -> set[str]:
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return own - {"self", "__all__"} - set(dir(builtins))


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.names.get(node.arg, node.arg))


def _change(node: ast.AST, rng: random.Random) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        node.value = round(node.value * rng.choice([1, 1.5, 2]), 6)
    if isinstance(node, ast.ClassDef):
        node.body = _reordered(node.body, rng)
    if isinstance(node, ast.FunctionDef | ast.For | ast.If):
        node.body = _swapped(node.body, rng)
    if isinstance(node, ast.FunctionDef) and rng.random() < 0.3:
        node.body.insert(rng.randrange(len(node.body)), ast.parse("print('here')").body[0])


def _reordered(body: list[ast.stmt], rng: random.Random) -> list[ast.stmt]:
    """Functions in another order, where they stood."""
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    rng.shuffle(functions)
    return [functions.pop() if isinstance(node, ast.FunctionDef) else node for node in body]


def _swapped(body: list[ast.stmt], rng: random.Random) -> list[ast.stmt]:
    """Neighbouring assignments changed in their order where neither needs the other."""
    body = list(body)
    for place in range(len(body) - 1):
        one, other = body[place], body[place + 1]
        if isinstance(one, ast.Assign) and isinstance(other, ast.Assign) and rng.random() < 0.5:
            made, used = _names(one, ast.Store), _names(other, ast.Load)
            if not made & (used | _names(other, ast.Store)) and not _names(other, ast.Store) & _names(one, ast.Load):
                body[place], body[place + 1] = other, one
    return body


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, context)}


def _commented(text: bytes, rng: random.Random) -> bytes:
    lines = text.decode().split("\n")
    return "\n".join(
        f"{line}  # {rng.randrange(1000)}" if line and rng.random() < 0.2 else line for line in lines
    ).encode()
