"""Result ⇄ JSON: the grader's own format, for the gradebook and for whoever writes another export.

The text follows `grader.model` field by field. `curves` and `tables` are there only where there are any; a number
that is not finite is null; equal results give equal texts but for `timings`, which come last.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from numbers import Integral, Real
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from grader.errors import GraderError
from grader.model import Result, Score

__all__ = ["from_json", "to_json", "to_lines"]

LEFT_OUT_WHEN_EMPTY = frozenset({"curves", "tables"})


def to_json(result: Result) -> str:
    """The result as text that ends with a line end."""
    return json.dumps(_plain(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_lines(results: Iterable[Result]) -> str:
    """The same as JSON lines: one result a line, in ASCII, because some readers see line ends in U+2028 too."""
    return "".join(json.dumps(_plain(each), allow_nan=False) + "\n" for each in results)


def from_json(text: str) -> Result:
    """The result that `to_json` wrote.

    Raises:
        GraderError: the text is not such a result; the message says where.
    """
    try:
        told = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse)
        result: Result = _reader(Result)(told)
    except _Wrong as error:
        raise GraderError(f"this is not a result of this grader: result{error.where}{error}") from None
    except (ValueError, RecursionError) as error:
        raise GraderError(f"this is not a result of this grader: {error}") from None
    return result


def _plain(value: Any) -> Any:
    """The value in dictionaries, lists, text and numbers."""
    if isinstance(value, Score):
        return {"given": _rounded(value.given), "maximum": _rounded(value.maximum)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: _plain(part) for name, part in told.items() if part or name not in LEFT_OUT_WHEN_EMPTY}
    if isinstance(value, Mapping):
        return {_text(str(key)): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, str):
        return _text(value)
    return _number(value)


def _rounded(points: float | None) -> Any:
    return None if points is None else _number(round(float(points), 4))


def _text(value: str) -> str:
    """The text, with a question mark for what UTF-8 cannot hold."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _number(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    raise TypeError(f"a result cannot hold {type(value).__name__}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError(f"a name comes twice among {', '.join(name for name, _ in pairs)}")
    return told


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


class _Wrong(ValueError):
    """What was told does not have the model's type; whoever holds the part adds where it is."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.where = ""

    def inside(self, place: str) -> _Wrong:
        self.where = place + self.where
        return self


_Reader = Callable[[Any], Any]


@cache
def _reader(hint: Any) -> _Reader:
    """What reads a value of the type that a field of the model has; made once, for a class is read often."""
    origin, inside = get_origin(hint), get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _noun_reader(hint)
    if origin in (Union, types.UnionType):
        return partial(_read_one_of, inside)
    if origin is tuple:
        return partial(_read_tuple, _reader(inside[0]))
    if origin is Literal:
        return partial(_read_literal, inside)
    if origin is Mapping:
        return partial(_read_mapping, _reader(inside[1]))
    return _as_it_is if hint is Any else partial(_read_simple, hint)


def _noun_reader(noun: type) -> _Reader:
    readers = {name: _reader(hint) for name, hint in get_type_hints(noun).items()}
    needed = [field.name for field in dataclasses.fields(noun) if _is_needed(field)]

    def read(told: Any) -> Any:
        _expect(isinstance(told, dict), told, "an object")
        for name in told:
            if name not in readers:
                raise _Wrong(f" has an unknown part {name!r}")
        for name in needed:
            if name not in told:
                raise _Wrong(f" lacks {name!r}")
        return noun(**_parts(told, readers.__getitem__))

    return read


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _parts(told: Mapping[str, Any], reader_of: Callable[[str], _Reader]) -> dict[str, Any]:
    read = {}
    for name, part in told.items():
        try:
            read[name] = reader_of(name)(part)
        except _Wrong as error:
            raise error.inside(f".{name}") from None
    return read


def _read_mapping(reader: _Reader, told: Any) -> dict[str, Any]:
    _expect(isinstance(told, dict), told, "an object")
    return _parts(told, lambda _: reader)


def _read_one_of(alternatives: tuple[Any, ...], told: Any) -> Any:
    if told is None and type(None) in alternatives:
        return None
    simple = [alternative for alternative in alternatives if alternative is not type(None)]
    fitting = [alternative for alternative in simple if isinstance(told, str) == (alternative is str)]
    return _reader((fitting or simple)[0])(told)


def _read_tuple(reader: _Reader, told: Any) -> tuple[Any, ...]:
    _expect(isinstance(told, list), told, "a list")
    read = []
    for part in told:
        try:
            read.append(reader(part))
        except _Wrong as error:
            raise error.inside(f"[{len(read)}]") from None
    return tuple(read)


def _read_literal(allowed: tuple[Any, ...], told: Any) -> Any:
    return _expect(told in allowed, told, " or ".join(map(repr, allowed)))


def _read_simple(hint: type, told: Any) -> Any:
    if hint is float:
        finite = type(told) is int or (type(told) is float and math.isfinite(told))
        return math.nan if told is None else _expect(finite, told, "a finite number")
    return _expect(type(told) is hint, told, {str: "text", int: "a whole number"}.get(hint, hint.__name__))


def _as_it_is(told: Any) -> Any:
    return told


def _expect(right: bool, told: Any, expected: str) -> Any:
    if not right:
        raise _Wrong(f" must be {expected}, not {json.dumps(told)[:60]}")
    return told
