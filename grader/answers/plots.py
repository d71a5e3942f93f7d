"""What the code of a plot tells, read and never run: whether its axes have names, and what its curves are called."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Plot", "definitions", "plot"]

LONGEST = 200_000  # characters of one cell or file
DEEPEST = 4  # functions that call each other
MOST_CALLS = 5000
AXES = {"xlabel": "x", "set_xlabel": "x", "supxlabel": "x", "ylabel": "y", "set_ylabel": "y", "supylabel": "y"}
DRAWS = frozenset(
    {
        *("plot", "semilogx", "semilogy", "loglog", "scatter", "bar", "barh", "hist", "imshow", "matshow", "errorbar"),
        *("contour", "contourf", "pcolormesh", "step", "stem", "boxplot", "violinplot", "fill_between", "pie"),
    }
)
NAMES_ITSELF = frozenset({"sns", "seaborn", "px", "plotly", "alt", "altair", "df", "pd"})  # these name axes unasked

Functions = Mapping[str, ast.FunctionDef]


@dataclass
class Plot:
    """What was found; where something is decided only while it runs, it is not known."""

    draws: bool = False
    axes: set[str] = field(default_factory=set)  # x and y, where a name for them is given
    names: list[str] = field(default_factory=list)  # in labels and legends
    unknown: bool = False  # whether some of it is done where nobody can look


def definitions(sources: Iterable[str]) -> dict[str, ast.FunctionDef]:
    """The functions that these cells and files define; the last of a name counts, as in a notebook."""
    trees = (tree for source in sources if (tree := _tree(source)))
    return {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def plot(source: str, functions: Functions) -> Plot:
    """What one cell draws, by itself and by functions of the hand-in that it calls."""
    found = Plot()
    tree = _tree(source)
    if tree is None:
        found.unknown = True
        return found
    for call in _calls(tree, functions, set(), DEEPEST):
        _look(call, found, functions)
    return found


def _tree(source: str) -> ast.Module | None:
    if len(source) > LONGEST:
        return None
    plain = re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _calls(node: ast.AST, functions: Functions, seen: set[str], depth: int) -> Iterator[ast.Call]:
    """The calls in a piece of code, and those in the functions that it calls."""
    inside = [each for each in ast.walk(node) if isinstance(each, ast.Call)][:MOST_CALLS]
    yield from inside
    for name in dict.fromkeys(_name(call.func) for call in inside):
        if depth and name in functions and name not in seen:
            seen.add(name)
            yield from _calls(functions[name], functions, seen, depth - 1)


def _look(call: ast.Call, found: Plot, functions: Functions) -> None:
    name, words = _name(call.func), {word.arg: word.value for word in call.keywords if word.arg}
    if name in AXES and _says(call.args[0] if call.args else words.get(name.removeprefix("set_"))):
        found.axes.add(AXES[name])
    for word in ("xlabel", "ylabel"):
        if word in words and name not in AXES and _says(words[word]):
            found.axes.add(word[0])
    found.draws = found.draws or name in DRAWS
    if name in DRAWS or name == "legend":
        _curves(call, words, found)
    begins = call.func
    while isinstance(begins, ast.Attribute):
        begins = begins.value
    of_others = _name(begins) in NAMES_ITSELF or (name == "plot" and {"x", "y"} & words.keys())
    elsewhere = isinstance(call.func, ast.Name) and name not in functions and re.search("plot|draw|curve|fig", name)
    found.unknown = found.unknown or bool(of_others or elsewhere) or any(word.arg is None for word in call.keywords)


def _curves(call: ast.Call, words: Mapping[str, ast.expr], found: Plot) -> None:
    """The names in `label=…` and in `legend([...])`."""
    told = [words[word] for word in ("label", "labels") if word in words]
    told += call.args[-1:] if _name(call.func) == "legend" else []
    for expression in told:
        parts = expression.elts if isinstance(expression, ast.List | ast.Tuple) else [expression]
        for each in parts:
            if isinstance(each, ast.Constant):
                found.names.append(str(each.value)[:80])
            else:
                found.unknown = True


def _says(told: ast.expr | None) -> bool:
    """Whether it is a name: anything but nothing and an empty text."""
    return told is not None and not (isinstance(told, ast.Constant) and not str(told.value or "").strip())


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
