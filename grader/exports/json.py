"""Result ⇄ JSON: the grader's own format, for the gradebook and for whoever writes another export.

The text follows `grader.model` field by field. `curves` and `tables` are there only where there are any; a number
that is not finite is null; equal results give equal texts but for `timings`, which come last.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
from collections.abc import Iterable, Mapping
from functools import cache
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
        result: Result = _read(Result, told, "result")
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


def _read(hint: Any, told: Any, where: str) -> Any:
    """What was told, as the type that the model's field has."""
    origin, inside = get_origin(hint), get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _read_noun(hint, told, where)
    if origin in (Union, types.UnionType):
        return _read_one_of(inside, told, where)
    if origin is tuple:
        return _read_tuple(inside, told, where)
    if origin is Literal:
        return _expect(told in inside, told, where, " or ".join(map(repr, inside)))
    if origin is Mapping:
        _expect(isinstance(told, dict), told, where, "an object")
        return {name: _read(inside[1], part, f"{where}.{name}") for name, part in told.items()}
    return told if hint is Any else _read_simple(hint, told, where)


def _read_noun(noun: type, told: Any, where: str) -> Any:
    _expect(isinstance(told, dict), told, where, "an object")
    hints = _hints(noun)
    for name in told:
        if name not in hints:
            raise ValueError(f"{where} has an unknown part {name!r}")
    for field in dataclasses.fields(noun):
        if field.name not in told and _is_needed(field):
            raise ValueError(f"{where} lacks {field.name!r}")
    return noun(**{name: _read(hints[name], part, f"{where}.{name}") for name, part in told.items()})


@cache
def _hints(noun: type) -> Mapping[str, Any]:
    return get_type_hints(noun)


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _read_one_of(alternatives: tuple[Any, ...], told: Any, where: str) -> Any:
    if told is None and type(None) in alternatives:
        return None
    simple = [alternative for alternative in alternatives if alternative is not type(None)]
    fitting = [alternative for alternative in simple if isinstance(told, str) == (alternative is str)]
    return _read((fitting or simple)[0], told, where)


def _read_tuple(inside: tuple[Any, ...], told: Any, where: str) -> tuple[Any, ...]:
    _expect(isinstance(told, list), told, where, "a list")
    return tuple(_read(inside[0], part, f"{where}[{number}]") for number, part in enumerate(told))


def _read_simple(hint: type, told: Any, where: str) -> Any:
    if hint is float:
        finite = type(told) is int or (type(told) is float and math.isfinite(told))
        return math.nan if told is None else _expect(finite, told, where, "a finite number")
    return _expect(type(told) is hint, told, where, {str: "text", int: "a whole number"}.get(hint, hint.__name__))


def _expect(right: bool, told: Any, where: str, expected: str) -> Any:
    if not right:
        raise ValueError(f"{where} must be {expected}, not {json.dumps(told)[:60]}")
    return told
