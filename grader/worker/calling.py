"""Calls a student's functions whatever their parameters are called, and reads what they return.

Whatever goes wrong here through the student's values is `Unusable` or `Missing` or the student's own exception, so that
it can be told from a fault of the grader.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any, NamedTuple

import numpy as np

from grader.worker.handin import HandIn, Missing, MissingPackage, OutOfSight, Unusable, spelled
from grader.worker.plain import has_hidden

__all__ = [
    "Array",
    "Offer",
    "call",
    "fit_arguments",
    "named_numbers",
    "number",
    "numbers",
    "parameters_of",
    "takes",
    "takes_first",
]

Array = np.ndarray[Any, np.dtype[Any]]

_LARGEST = 1 << 29  # bytes; an array that only pretends to be large must not be copied
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Offer:
    """A value that a function may take, and how a parameter that wants it may be called."""

    value: Any
    pattern: str  # for the whole name, in lower case and without underscores
    keyword: str = ""  # the course's own name for it, where a function takes any keyword


def call(handin: HandIn, what: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What the function returns; an error that did not arise in the hand-in's own lines is `Unusable`."""
    try:
        return function(*args, **kwargs)
    except (Missing, MissingPackage, OutOfSight, Unusable):
        raise
    except Exception as error:
        if handin.last_frame(error):
            raise
        raise Unusable(f"{what} could not be called: {handin.told(error)}") from error


def fit_arguments(what: str, function: Any, offers: Sequence[Offer]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments for a function: by the names of its parameters, else by their order."""
    parameters = parameters_of(function)
    if parameters is None:
        return [offer.value for offer in offers], {}
    wanted = tuple(_Wanted(p.name, p.kind, p.default is p.empty) for p in parameters)
    given, named = _plan(what, wanted, tuple((offer.pattern, offer.keyword) for offer in offers))
    return [offers[index].value for index in given], {name: offers[index].value for name, index in named.items()}


class _Wanted(NamedTuple):
    """A parameter of a function, as far as it matters for what it is given."""

    name: str
    kind: Any
    required: bool


@lru_cache(512)  # training asks for the same plan at each step
def _plan(
    what: str, wanted: tuple[_Wanted, ...], offers: tuple[tuple[str, str], ...]
) -> tuple[tuple[int, ...], dict[str, int]]:
    """Which offers go where, by their indices: those by position, and those by keyword."""
    chosen = _choose(what, [p for p in wanted if p.kind not in _VARIABLE], offers)
    given: list[int] = []
    named: dict[str, int] = {}
    for place, parameter in enumerate(wanted):
        if parameter.kind in _VARIABLE or parameter.name not in chosen:
            continue
        before = [p for p in wanted[:place] if p.kind in _POSITIONAL]
        if parameter.kind in _POSITIONAL and len(given) == len(before):
            given.append(chosen[parameter.name])
        else:
            named[parameter.name] = chosen[parameter.name]
    free = [index for index in range(len(offers)) if index not in chosen.values()]
    kinds = {parameter.kind for parameter in wanted}
    if inspect.Parameter.VAR_KEYWORD in kinds and all(offers[index][1] for index in free):
        named |= {offers[index][1]: index for index in free}
    elif inspect.Parameter.VAR_POSITIONAL in kinds and not named:
        given += free
    return tuple(given), named


_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _choose(what: str, wanted: list[_Wanted], offers: tuple[tuple[str, str], ...]) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for parameter in wanted:
        name = spelled(parameter.name)
        fitting = (
            i for i, (pattern, _) in enumerate(offers) if i not in chosen.values() and re.fullmatch(pattern, name)
        )
        index = next(fitting, None)
        if index is not None:
            chosen[parameter.name] = index
    for place, parameter in enumerate(wanted):
        if parameter.name in chosen or not parameter.required:
            continue
        free = [index for index in range(len(offers)) if index not in chosen.values()]
        if not free or place >= len(offers):
            raise Missing(f"{what} needs an argument `{parameter.name}`, which the course's text does not have.")
        chosen[parameter.name] = place if place in free else free[0]
    return chosen


def parameters_of(function: Any) -> list[inspect.Parameter] | None:
    """The parameters of a function, or None where Python cannot tell."""
    try:
        if isinstance(function, MethodType) and isinstance(function.__func__, FunctionType):
            bound = _signature(function.__func__)
            return list(bound[1:] if bound[:1] and bound[0].kind in _POSITIONAL else bound)
        return list(_signature(function))
    except Exception:  # what a hostile or a compiled object raises here is of no interest
        return None


def takes(function: Any, pattern: str, required: bool = False) -> bool:
    """Whether a function has a parameter whose whole name, as it sounds, fits a pattern; one it needs, if required."""
    parameters = (p for p in parameters_of(function) or () if not required or p.default is p.empty)
    return any(re.fullmatch(pattern, spelled(parameter.name)) for parameter in parameters)


def takes_first(function: Any, *patterns: str) -> bool:
    """Whether a function's first parameters, besides `self`, fit these patterns in this order."""
    names = [spelled(parameter.name) for parameter in parameters_of(function) or ()]
    names = names[1:] if names[:1] == ["self"] else names
    return len(names) >= len(patterns) and all(map(re.fullmatch, patterns, names))


@lru_cache(512)  # training asks for the same function at each step
def _signature(function: Any) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(function).parameters.values())


def number(value: Any, what: str) -> float | Array:
    """A single number as float; an array of another size stays an array, so that the mistake can be seen."""
    if type(value) in _NUMBERS:  # asked twice for each step of a training
        return float(value)
    if value is None:
        raise _nothing(what)
    if callable(value):
        raise Unusable(f"{what} is a function, not a number.", "Are the parentheses of a call missing?")
    array = numbers(value, what)
    return float(array.reshape(())) if array.size == 1 else array


def _nothing(what: str) -> Unusable:
    """The failure of what is not there; “what f returned” is said in fewer words."""
    is_call = what.startswith("What ") and what.endswith(" returned")
    told = f"{what.removeprefix('What ')} None" if is_call else f"{what} is None"
    return Unusable(f"{told}.", "Is a return statement missing?")


def numbers(value: Any, what: str) -> Array:
    """A copy of an array, or of lists of numbers, as an array of its own dtype."""
    if value is None:
        raise _nothing(what)
    if isinstance(value, np.ndarray) and value.size * max(value.itemsize, 1) > _LARGEST:
        raise Unusable(f"{what} has the shape {value.shape}, which is too large.")
    if has_hidden(value):
        raise Unusable(f"{what} is a masked array with hidden entries.", "Return an ordinary array.")
    array = _array(value, what)
    if array.dtype.kind not in "biuf":
        raise Unusable(f"{what} is of type {_type(value)}; numbers were expected.")
    return array


def named_numbers(value: Any, names: Sequence[str], what: str) -> dict[str, Array]:
    """Several arrays by these names, from a tuple or a list in this order, or from a dictionary with such keys."""
    held: Any = value
    if isinstance(value, dict):
        found = {spelled(str(key)): inner for key, inner in value.items()}
        held = [found[spelled(name)] for name in names if spelled(name) in found]
    if not isinstance(held, (list, tuple)) or len(held) != len(names):
        raise Unusable(f"{what} is not {len(names)} arrays.", f"Return {', '.join(names)}, in this order.")
    return {
        name: numbers(inner, f"{name} in {what[:1].lower()}{what[1:]}") for name, inner in zip(names, held, strict=True)
    }


_NUMBERS = (float, np.float64, np.float32)


def _array(value: Any, what: str) -> Array:
    if type(value) is np.ndarray and value.dtype != object:
        return value.copy()
    if type(value) in _NUMBERS:
        return np.array(value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = np.array(value, subok=False)
            return np.array(array, dtype=np.float64) if array.dtype == object else array
    except MissingPackage:
        raise
    except Exception as error:
        raise Unusable(f"{what} is of type {_type(value)} and cannot be read as an array of numbers.") from error


def _type(value: Any) -> str:
    return str(type(value).__name__)[:60]
