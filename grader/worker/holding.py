"""Where an object of a hand-in keeps its arrays, and what their names say.

    for path, array in leaves(network).items():
        print(shown(path), array.shape, "gradient" if is_gradient(path) else f"layer {layer_of(path)}")

A path leads from the object to one array: `(("attribute", "weights"), ("item", "W1"))` is `network.weights["W1"]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from grader.worker.handin import Unusable, spelled

__all__ = [
    "Path",
    "Step",
    "get",
    "gradient_leaves",
    "gradient_picture",
    "is_bias",
    "is_gradient",
    "last",
    "layer_of",
    "leaves",
    "namespace",
    "parameter_leaves",
    "put",
    "set_attribute",
    "shown",
]

Step = tuple[str, Any]  # ("attribute", name) or ("item", key or index)
Path = tuple[Step, ...]

_MOST_LEAVES = 200
_DEEPEST = 4  # steps
_LONGEST_LIST = 50  # items of a list that are looked at


def leaves(holder: Any, arrays_only: bool = False) -> dict[Path, Any]:
    """All arrays of an object, and numbers that stand for biases, each with the path that leads to it."""
    found: dict[Path, Any] = {}
    visited: set[int] = set()

    def visit(value: Any, path: Path) -> None:
        if len(found) > _MOST_LEAVES or len(path) > _DEEPEST:
            return
        if isinstance(value, np.ndarray):
            if value.dtype.kind in "fiu" and value.ndim <= 4:
                found[path] = value
        elif isinstance(value, (int, float, np.integer, np.floating)):
            if not arrays_only and not isinstance(value, bool) and path and is_bias(path):
                found[path] = np.asarray(value)
        elif id(value) not in visited:
            visited.add(id(value))
            for step, inner in _inside(value, path):
                visit(inner, (*path, step))

    visit(holder, ())
    return found


def gradient_leaves(holder: Any) -> dict[Path, Any]:
    """Those arrays of an object whose names say that they are gradients."""
    return _kept_gradients(holder) or _asked_for(holder)


def _kept_gradients(holder: Any) -> dict[Path, Any]:
    return {path: array for path, array in leaves(holder).items() if is_gradient(path)}


def _asked_for(holder: Any) -> dict[Path, Any]:
    """The gradients of an object that works them out when it is asked for them, where it keeps them from then on."""
    properties = {name for kind in type(holder).__mro__ for name, it in namespace(kind).items() if type(it) is property}
    paths: list[Path] = [(("attribute", name),) for name in sorted(properties)]
    told = {path: leaves(get(holder, path, None)) for path in paths if is_gradient(path)}
    return _kept_gradients(holder) or {(*path, *inner): a for path, held in told.items() for inner, a in held.items()}


def parameter_leaves(holder: Any) -> dict[Path, Any]:
    """All other arrays of an object."""
    return {path: array for path, array in leaves(holder).items() if not is_gradient(path)}


def gradient_picture(holder: Any) -> dict[Path, tuple[Any, ...]]:
    """What the gradients of an object are now, to see whether a call changed them."""
    return {path: (array.shape, array.tobytes()) for path, array in gradient_leaves(holder).items()}


def _inside(value: Any, path: Path) -> Iterator[tuple[Step, Any]]:
    if isinstance(value, dict):
        yield from ((("item", key), inner) for key, inner in list(value.items()))
    elif isinstance(value, (list, tuple)):
        yield from ((("item", place), inner) for place, inner in enumerate(value[:_LONGEST_LIST]))
    elif not isinstance(value, (str, bytes, type)) and not callable(getattr(type(value), "__get__", None)):
        names = dict(namespace(value))
        for kind in type(value).__mro__ if not path else ():
            shared = {
                name: inner for name, inner in namespace(kind).items() if isinstance(inner, (dict, list, np.ndarray))
            }
            names = {**shared, **names}
            names |= {name: getattr(value, name) for name in _slot_names(kind) if hasattr(value, name)}
        yield from ((("attribute", name), inner) for name, inner in names.items() if not str(name).startswith("__"))


def _slot_names(kind: type) -> list[str]:
    slots = namespace(kind).get("__slots__", ())
    return [slots] if isinstance(slots, str) else [name for name in slots if isinstance(name, str)]


def namespace(value: Any) -> Mapping[str, Any]:
    """The attributes that an object, class or module itself holds."""
    try:
        held = vars(value)
    except TypeError:
        return {}
    return held if isinstance(held, Mapping) else {}


# following a path


def get(holder: Any, path: Path, *default: Any) -> Any:
    """What a path leads to; where it is no longer there, the default, or else `Unusable`."""
    value = holder
    for kind, key in path:
        try:
            value = getattr(value, key) if kind == "attribute" else value[key]
        except (AttributeError, LookupError, TypeError, ValueError):
            if default:
                return default[0]
            raise Unusable(f"{type(holder).__name__} no longer has {shown(path)}.") from None
    return value


def put(holder: Any, path: Path, value: Any) -> None:
    """Set one array; the dictionary or list that holds it stays the same object."""
    inner = get(holder, path[:-1])
    kind, key = path[-1]
    try:
        if kind == "attribute":
            setattr(inner, key, value)
        else:
            inner[key] = value
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unusable(f"{type(holder).__name__}.{shown(path)} cannot be set.") from error


def set_attribute(holder: Any, name: str, value: Any) -> None:
    """Set an attribute; where that is a property that cannot be set, set the attribute that it returns."""
    try:
        setattr(holder, name, value)
    except AttributeError:
        meant = getattr(holder, name, None)
        behind = [key for key, inner in namespace(holder).items() if inner is meant]
        if len(behind) != 1:
            raise
        setattr(holder, behind[0], value)


def shown(path: Path) -> str:
    """A path for a message: `weights.W1`."""
    return ".".join(str(key) for _, key in path)


def last(path: Path) -> Any:
    """The name, key or index under which an array is kept."""
    return path[-1][1]


# what names say


@lru_cache(maxsize=4096)
def is_gradient(path: Path) -> bool:
    """Whether an array is a gradient by its name, or by the name of what holds it."""
    words = [spelled(str(key)) for _, key in path]
    return any(re.search(r"grad|delta|^d(w|b|weights?|bias(es)?|theta|params?)\d*$", word) for word in words)


@lru_cache(maxsize=4096)
def is_bias(path: Path) -> bool:
    """Whether an array is a bias, or a gradient of one, by its name."""
    if spelled(str(last(path))) in ("b", "db"):
        return True
    core = re.sub(r"grad(ient)?s?|params?|parameters?", "", _label(path))
    return bool(re.match(r"d?b(\d|ias|$)", core)) or "bias" in core


@lru_cache(maxsize=4096)
def layer_of(path: Path, layers: int = 2) -> int | None:
    """Which layer of so many an array's name points to, mostly counted from 1; None: it does not tell."""
    label = _label(path) + "".join(spelled(str(key)) for _, key in path[:-1] if re.search(r"\d", str(key)))
    digits = re.findall(r"\d+", label)
    if digits:
        return int(digits[0])
    words = ((r"second", 2), (r"out|last", layers), (r"hid|first|inp", 1))
    return next((layer for pattern, layer in words if re.search(pattern, label)), None)


def _label(path: Path) -> str:
    """The name of an array as it sounds; one in a list takes the list's name and its place."""
    *_, (_, key) = path
    if len(path) == 1 or (isinstance(key, str) and len(spelled(key)) > 1):
        return spelled(str(key))
    return spelled(str(path[-2][1])) + spelled(str(key))
