"""A hand-in's classes: their methods by any of the names they go by, and what their source says of them.

    update = find_method(optimizer, ("update", "step"))
    if "apply_penalty" not in mentioned(handin, type(optimizer), ("update", "step")): ...

Looking at the source costs nothing and runs nothing; what it cannot tell has to be tried.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import FunctionType
from typing import Any

from grader.worker.calling import parameters_of
from grader.worker.handin import Definition, HandIn, likeness
from grader.worker.holding import namespace

__all__ = [
    "arguments_written",
    "call_by_name",
    "find_method",
    "items_written",
    "mentioned",
    "methods_called",
    "names_called",
    "own_classes",
    "script_of",
    "syntax_of",
    "without_self",
]


def find_method(holder: Any, names: Sequence[str]) -> Callable[..., Any] | None:
    """The method of an object that goes by one of these names, the likeliest first."""
    by_class = _offered_by_class(type(holder), tuple(names))  # type: ignore[arg-type]  # classes can be hashed
    offered = {**by_class, **_offered(namespace(holder), names)}
    for name in sorted(offered, key=lambda name: -offered[name]):
        method = getattr(holder, name, None)
        if callable(method):
            return method  # type: ignore[no-any-return]
    return None


@lru_cache(256)  # training asks the same of the same class at each step
def _offered_by_class(kind: Any, names: tuple[str, ...]) -> dict[str, float]:
    owners = kind.__mro__[:-1]
    return {name: fit for owner in owners for name, fit in _offered(namespace(owner), names).items()}


def _offered(held: Mapping[str, Any], names: Sequence[str]) -> dict[str, float]:
    fits = ((name, likeness(str(name), names, strict=True)) for name in list(held))
    return {name: fit for name, fit in fits if fit}


def call_by_name(kind: type, name: str) -> None:
    """Have a method's other names, as in `__call__ = forward`, go by its first: what replaces that replaces all."""
    method = getattr(kind, name, None)
    if not isinstance(method, FunctionType):
        return

    def through(self: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(type(self), name) is not method:  # a class below has another of that name, which is not meant
            return method(self, *args, **kwargs)
        return getattr(self, name)(*args, **kwargs)

    aliases = {other for owner in kind.__mro__[:-1] for other, held in namespace(owner).items() if held is method}
    for other in aliases - {name}:
        if getattr(kind, other) is method:
            setattr(kind, other, through)


def without_self(method: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The method, or the plain function behind it where it takes `count` arguments in all: `self` was forgotten."""
    parameters = parameters_of(method)
    required = [
        p for p in parameters or () if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters or ())
    plain = getattr(method, "__func__", None)
    forgot_self = parameters is not None and len(required) == count - 1 and len(parameters) < count and not takes_any
    return plain if forgot_self and plain is not None else method


def own_classes(handin: HandIn) -> list[type]:
    """The classes that the hand-in's loaded modules define."""
    modules = handin.modules()
    items = (item for module in modules for item in list(vars(module).values()))
    return list(dict.fromkeys(item for item in items if isinstance(item, type) and _module(item) in modules))


def _module(kind: type) -> Any:
    return sys.modules.get(kind.__module__)


# what the source says


def syntax_of(handin: HandIn, kind: type) -> dict[str, list[ast.AST]]:
    """The syntax trees of a class's methods by their names, those of its bases included."""
    methods: dict[str, list[ast.AST]] = {}
    names = {base.__name__ for base in kind.__mro__}
    for definition in handin.definitions:
        if isinstance(definition.node, ast.ClassDef) and definition.name in names:
            for item in definition.node.body:
                if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    methods.setdefault(item.name, []).append(item)
    return methods


def mentioned(handin: HandIn, kind: type, starts: Sequence[str]) -> set[str]:
    """The names of attributes that some methods of a class use, directly or through other methods."""
    methods = syntax_of(handin, kind)
    waiting = [name for name in methods if likeness(name, starts, strict=True)]
    reached: set[str] = set(waiting)
    while waiting:
        for node in methods.get(waiting.pop(), ()):
            names = {item.attr for item in ast.walk(node) if isinstance(item, ast.Attribute)}
            waiting += [name for name in names - reached if name in methods]
            reached |= names
    return reached


def items_written(handin: HandIn, kind: type) -> set[tuple[str, Any]]:
    """The attributes and keys for which a class itself says `self.attribute[key] = …`."""
    return {
        (node.value.attr, node.slice.value)
        for nodes in syntax_of(handin, kind).values()
        for method in nodes
        for node in ast.walk(method)
        if isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Attribute)
        and isinstance(node.slice, ast.Constant)
    }


def methods_called(node: ast.AST) -> set[str]:
    """The names of what is called as `anything.name(…)` in some source."""
    return {
        item.func.attr for item in ast.walk(node) if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute)
    }


def names_called(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names of what is called in some source, as functions or as methods of anything."""
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr


def script_of(tree: ast.Module) -> list[ast.stmt]:
    """What a file does when it is run, its main function included."""
    return [each for each in tree.body if not isinstance(each, (ast.FunctionDef, ast.ClassDef)) or each.name == "main"]


def arguments_written(definition: Definition) -> str:
    """The arguments of a function, or of a class's constructor, as the student wrote them."""
    node = definition.node
    if isinstance(node, ast.ClassDef):
        first = next(
            (item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None
        )
        return ast.unparse(first.args) if first else ""
    return ast.unparse(node.args)
