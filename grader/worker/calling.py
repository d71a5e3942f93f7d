"""Calls a student's functions whatever their parameters are called, and reads what they return.

Whatever goes wrong here through the student's values is `Unusable` or `Missing` or the student's own exception, so that
it can be told from a fault of the grader.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from grader.worker.handin import HandIn, Missing, MissingPackage, Unusable, spelled

__all__ = ["Array", "Offer", "call", "fit_arguments", "number", "numbers", "parameters_of"]

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
    except (Missing, MissingPackage, Unusable):
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
    chosen = _choose(what, [p for p in parameters if p.kind not in _VARIABLE], offers)
    given: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.kind in _VARIABLE or parameter.name not in chosen:
            continue
        before = [p for p in parameters[: parameters.index(parameter)] if p.kind in _POSITIONAL]
        if parameter.kind in _POSITIONAL and len(given) == len(before):
            given.append(chosen[parameter.name].value)
        else:
            named[parameter.name] = chosen[parameter.name].value
    return given + list(_rest(parameters, chosen, offers, named)), named


_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _choose(what: str, parameters: list[inspect.Parameter], offers: Sequence[Offer]) -> dict[str, Offer]:
    chosen: dict[str, Offer] = {}
    for parameter in parameters:
        fitting = (offer for offer in offers if re.fullmatch(offer.pattern, spelled(parameter.name)))
        offer = next(_free(fitting, chosen), None)
        if offer is not None:
            chosen[parameter.name] = offer
    for place, parameter in enumerate(parameters):
        if parameter.name in chosen or parameter.default is not inspect.Parameter.empty:
            continue
        free = list(_free(offers, chosen))
        if not free or place >= len(offers):
            raise Missing(f"{what} needs an argument `{parameter.name}`, which the course's text does not have.")
        chosen[parameter.name] = next(_free(offers[place : place + 1], chosen), free[0])
    return chosen


def _free(offers: Iterable[Offer], chosen: dict[str, Offer]) -> Iterator[Offer]:
    """The offers not chosen yet; by identity, for arrays do not compare to one truth value."""
    taken = {id(offer) for offer in chosen.values()}
    return (offer for offer in offers if id(offer) not in taken)


def _rest(
    parameters: list[inspect.Parameter], chosen: dict[str, Offer], offers: Sequence[Offer], named: dict[str, Any]
) -> Iterator[Any]:
    """What goes into `*args`, or else by the course's names into `**kwargs`, of a function that takes anything."""
    kinds = {parameter.kind for parameter in parameters}
    free = list(_free(offers, chosen))
    if inspect.Parameter.VAR_KEYWORD in kinds and all(offer.keyword for offer in free):
        named |= {offer.keyword: offer.value for offer in free}
    elif inspect.Parameter.VAR_POSITIONAL in kinds and not named:
        yield from (offer.value for offer in free)


def parameters_of(function: Any) -> list[inspect.Parameter] | None:
    """The parameters of a function, or None where Python cannot tell."""
    try:
        if isinstance(function, MethodType) and isinstance(function.__func__, FunctionType):
            bound = _signature(function.__func__)
            return list(bound[1:] if bound[:1] and bound[0].kind in _POSITIONAL else bound)
        return list(_signature(function))
    except Exception:  # what a hostile or a compiled object raises here is of no interest
        return None


@lru_cache(512)  # training asks for the same function at each step
def _signature(function: Any) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(function).parameters.values())


def number(value: Any, what: str) -> float | Array:
    """A single number as float; an array of another size stays an array, so that the mistake can be seen."""
    if value is None:
        raise Unusable(f"{what} is None.", "Is a return statement missing?")
    if callable(value):
        raise Unusable(f"{what} is a function, not a number.", "Are the parentheses of a call missing?")
    array = numbers(value, what)
    return float(array.reshape(())) if array.size == 1 else array


def numbers(value: Any, what: str) -> Array:
    """A copy of an array, or of lists of numbers, as an array of its own dtype."""
    if value is None:
        raise Unusable(f"{what} is None.", "Is a return statement missing?")
    if isinstance(value, np.ndarray) and value.size * max(value.itemsize, 1) > _LARGEST:
        raise Unusable(f"{what} has the shape {value.shape}, which is too large.")
    if isinstance(value, np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
        raise Unusable(f"{what} is a masked array with hidden entries.", "Return an ordinary array.")
    array = _array(value, what)
    if array.dtype.kind not in "biuf":
        raise Unusable(f"{what} is of type {_type(value)}; numbers were expected.")
    return array


def _array(value: Any, what: str) -> Array:
    if type(value) is np.ndarray and value.dtype != object:
        return value.copy()
    if type(value) is float:
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
