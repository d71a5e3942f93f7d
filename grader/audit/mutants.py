"""Wrong solutions made from the reference by small systematic changes of its syntax tree.

General mutation tools do not make the slips of this homework (`X @ (W + b)`, `[:, y]`, `+=` for `=`, an axis, a
transpose), so the operators are our own. Each mutant is one replaced piece of source text: comments and layout stay,
and an instructor can read its difference at a glance.
"""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Mutant", "emptied", "functions_of", "mutants", "touched"]

Change = Callable[[ast.AST], Iterator[tuple[str, ast.AST]]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed place: `function` is the qualified name of what holds it, such as "TwoLayerNet.forward"."""

    id: str
    file: str
    function: str
    line: int
    change: str  # "drop the transpose"
    source: bytes  # the whole changed file

    def difference(self, files: Mapping[str, bytes]) -> str:
        """The change as a unified diff without context."""
        old, new = (text.decode("utf-8").splitlines() for text in (files[self.file], self.source))
        lines = difflib.unified_diff(old, new, self.file, self.file, lineterm="", n=0)
        return "\n".join(lines)

    def apply(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """All files of the hand-in that this mutant is."""
        return {**files, self.file: self.source}


def mutants(files: Mapping[str, bytes], functions: Mapping[str, object]) -> Iterator[Mutant]:
    """Every mutant of the functions named "file.py:Class.function", each different text once, in a fixed order."""
    for file in sorted({name.split(":")[0] for name in functions}):
        source = files[file]
        seen = {source}
        for name, function in _functions(ast.parse(source)):
            if f"{file}:{name}" in functions:
                for number, mutant in enumerate(_of_function(file, name, function, source, seen)):
                    yield Mutant(f"{file}:{name}:{number}", *mutant)


def functions_of(files: Mapping[str, bytes]) -> list[str]:
    """All functions that could be changed, as "file.py:Class.function"."""
    sources = {file: source for file, source in files.items() if file.endswith(".py")}
    return [f"{file}:{name}" for file, source in sources.items() for name, _ in _functions(ast.parse(source))]


def touched(file: str, old: bytes, new: bytes) -> frozenset[str] | None:
    """The functions whose bodies differ between two texts of a file; None where anything else differs too."""
    if not file.endswith(".py"):
        return None
    try:
        (frame, bodies), (new_frame, new_bodies) = _taken_apart(old), _taken_apart(new)
    except SyntaxError:
        return None
    if frame != new_frame:
        return None
    return frozenset(f"{file}:{name}" for name, body in bodies.items() if body != new_bodies[name])


def emptied(source: bytes, name: str, statement: str) -> bytes:
    """A file in which one function does nothing but this statement."""
    tree = ast.parse(source)
    for found, function in _functions(tree):
        if found == name:
            function.body = ast.parse(statement).body
    return ast.unparse(tree).encode()


def _taken_apart(source: bytes) -> tuple[str, dict[str, str]]:
    """A file without the bodies of its functions, and these bodies."""
    tree = ast.parse(source)
    bodies = {}
    for name, function in _functions(tree):
        bodies[name] = "\n".join(ast.dump(statement) for statement in function.body)
        function.body = [ast.Pass()]
    return ast.dump(tree), bodies


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{f.name}", f) for f in node.body if isinstance(f, ast.FunctionDef))


def _of_function(
    file: str, name: str, function: ast.FunctionDef, source: bytes, seen: set[bytes]
) -> Iterator[tuple[str, str, int, str, bytes]]:
    places = [node for statement in _body(function) for node in ast.walk(statement)]
    names = _local_names(function)
    for node in places:
        for change in (*_CHANGES, _other_variable(names)):
            for title, replacement in change(node):
                text = _replaced(source, node, replacement)
                if text not in seen and _parses(text):
                    seen.add(text)
                    yield file, name, getattr(node, "lineno", 0), title, text


def _body(function: ast.FunctionDef) -> list[ast.stmt]:
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return function.body[1:] if documented else function.body


def _local_names(function: ast.FunctionDef) -> list[str]:
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    arguments = {a.arg for a in function.args.args if a.arg != "self"}
    return sorted(stored | arguments)


def _replaced(source: bytes, node: ast.AST, replacement: ast.AST) -> bytes:
    """The source with the node's text exchanged; a replaced expression stays one operand."""
    assert isinstance(node, ast.expr | ast.stmt)
    assert node.end_lineno
    assert node.end_col_offset is not None
    lines = source.splitlines(keepends=True)
    start = sum(len(line) for line in lines[: node.lineno - 1]) + node.col_offset
    end = sum(len(line) for line in lines[: node.end_lineno - 1]) + node.end_col_offset
    text = ast.unparse(ast.fix_missing_locations(replacement))
    if isinstance(node, ast.stmt):
        indent = b" " * node.col_offset
        new = text.encode().replace(b"\n", b"\n" + indent)
    else:
        simple = isinstance(replacement, ast.Name | ast.Constant | ast.Attribute | ast.Call | ast.Subscript)
        new = (text if simple else f"({text})").encode()
    return source[:start] + new + source[end:]


def _parses(source: bytes) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


# The operators: each takes a node and yields titles and replacements.


_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
}


def _arithmetic(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BinOp):
        for other in _OPERATORS.get(type(node.op), ()):
            yield "another operator", _with(node, op=other())
    if isinstance(node, ast.AugAssign):
        for other in _OPERATORS.get(type(node.op), ())[:1]:
            yield "another operator", _with(node, op=other())


def _operands(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BinOp):
        yield "drop the right operand", node.left
        yield "drop the left operand", node.right
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield "swap the operands", _with(node, left=node.right, right=node.left)
    if isinstance(node, ast.UnaryOp):
        yield "drop the sign", node.operand


def _parentheses(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.BinOp):
        inner = node.left
        if type(inner.op) is not type(node.op):
            moved = ast.BinOp(inner.right, node.op, node.right)
            yield "move the parenthesis", ast.BinOp(inner.left, inner.op, moved)
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.BinOp):
        inner = node.right
        if type(inner.op) is not type(node.op):
            yield "move the parenthesis", ast.BinOp(ast.BinOp(node.left, node.op, inner.left), inner.op, inner.right)


def _transposes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "drop the transpose", node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            operand = getattr(node, side)
            if not (isinstance(operand, ast.Attribute) and operand.attr == "T"):
                yield f"transpose the {side} operand", _with(node, **{side: ast.Attribute(operand, "T", ast.Load())})
        yield "product entry by entry", _with(node, op=ast.Mult())
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield "matrix product", _with(node, op=ast.MatMult())


def _keywords(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Call):
        for index, keyword in enumerate(node.keywords):
            rest = [k for i, k in enumerate(node.keywords) if i != index]
            yield f"drop {keyword.arg}", _with(node, keywords=rest)
            if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
                other = ast.keyword("axis", ast.Constant(0 if keyword.value.value else 1))
                yield "another axis", _with(node, keywords=[*rest, other])


def _arguments(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Call) and len(node.args) > 1:
        for index in range(len(node.args) - 1):
            args = list(node.args)
            args[index], args[index + 1] = args[index + 1], args[index]
            yield "swap two arguments", _with(node, args=args)
        yield "drop an argument", _with(node, args=node.args[:-1])


def _constants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        old = node.value
        for value in dict.fromkeys((old + 1, old - 1, 0, old * 2)):
            if value != old and value >= 0:
                yield f"{old} becomes {value}", ast.Constant(value)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "the opposite", ast.Constant(not node.value)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        others = {"W1": ["W2"], "W2": ["W1"], "b1": ["b2"], "b2": ["b1"], "train": ["valid"], "W": ["b", ""]}
        for other in others.get(node.value, []):
            yield f"{node.value!r} becomes {other!r}", ast.Constant(other)


def _comparisons(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    others: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
        ast.Gt: [ast.Lt, ast.GtE],
        ast.GtE: [ast.Lt, ast.Gt],
        ast.Lt: [ast.Gt, ast.LtE],
        ast.LtE: [ast.Gt, ast.Lt],
        ast.Eq: [ast.NotEq, ast.GtE],
        ast.NotEq: [ast.Eq],
        ast.Is: [ast.IsNot],
        ast.IsNot: [ast.Is],
    }
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in others.get(type(node.ops[0]), []):
            yield "another comparison", _with(node, ops=[other()])


_FUNCTIONS = {
    "sum": ["mean", "max"],
    "mean": ["sum", "max"],
    "max": ["min", "mean", "sum"],
    "min": ["max"],
    "argmax": ["argmin", "max"],
    "maximum": ["minimum"],
    "zeros": ["ones"],
    "ones": ["zeros"],
    "exp": ["abs", "log"],
    "log": ["log2", "log10", "exp"],
    "sigmoid": ["sigmoid_dev", "ReLU"],
    "sigmoid_dev": ["sigmoid", "ReLU_dev"],
    "ReLU": ["ReLU_dev", "sigmoid"],
    "ReLU_dev": ["ReLU", "sigmoid_dev"],
    "softmax": ["sigmoid"],
    "weights": ["gradients"],
    "gradients": ["weights"],
}


def _functions_called(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Attribute):
        for other in _FUNCTIONS.get(node.attr, []):
            yield f"{node.attr} becomes {other}", _with(node, attr=other)
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        yield "drop the call", node.args[0]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_value(node.func.value):
        yield "drop the method", node.func.value


def _is_value(node: ast.AST) -> bool:
    return not (isinstance(node, ast.Name) and node.id in {"np", "self"}) and not (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    )


def _indices(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        first, second = node.slice.elts
        yield "index whole columns", _with(node, slice=ast.Tuple([ast.Slice(), second], ast.Load()))
        yield "swap the indices", _with(node, slice=ast.Tuple([second, first], ast.Load()))
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        for bound in ("lower", "upper"):
            value = getattr(node.slice, bound)
            if value is not None:
                yield f"drop the {bound} bound", _with(node, slice=_with(node.slice, **{bound: None}))
                shifted = ast.BinOp(value, ast.Add(), ast.Constant(1))
                yield f"the {bound} bound plus one", _with(node, slice=_with(node.slice, **{bound: shifted}))


def _statements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.For | ast.AnnAssign):
        yield "remove the statement", ast.Pass()
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript | ast.Attribute):
        yield "+= for =", ast.AugAssign(_stored(node.targets[0]), ast.Add(), node.value)
        if isinstance(node.targets[0], ast.Subscript):
            local = ast.Name("unused", ast.Store())
            yield "assign to a local name", ast.Assign([local], node.value, lineno=node.lineno)
    if isinstance(node, ast.AugAssign):
        yield "= for an update", ast.Assign([node.target], node.value, lineno=node.lineno)
    if isinstance(node, ast.If):
        yield "always", _with(node, test=ast.Constant(True))
        yield "never", _with(node, test=ast.Constant(False))
    if isinstance(node, ast.For):
        yield "stop after the first round", _with(node, body=[*node.body, ast.Break()])
    if isinstance(node, ast.Return) and node.value is not None:
        yield "return nothing", ast.Return(None)
        if isinstance(node.value, ast.Tuple):
            yield "swap what is returned", ast.Return(ast.Tuple(node.value.elts[::-1], ast.Load()))
            yield "return only the first", ast.Return(node.value.elts[0])


def _other_variable(names: list[str]) -> Change:
    def change(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            for other in names:
                if other != node.id:
                    yield f"{node.id} becomes {other}", ast.Name(other, ast.Load())

    return change


def _stored(target: ast.expr) -> ast.Name | ast.Attribute | ast.Subscript:
    copied = copy.deepcopy(target)
    assert isinstance(copied, ast.Name | ast.Attribute | ast.Subscript)
    return copied


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


_CHANGES: tuple[Change, ...] = (
    _arithmetic,
    _operands,
    _parentheses,
    _transposes,
    _keywords,
    _arguments,
    _constants,
    _comparisons,
    _functions_called,
    _indices,
    _statements,
)
