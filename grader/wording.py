"""What is wrong with a value that an instructor wrote, in plain words: pydantic finds it, this says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from grader.strict_yaml import Path

__all__ = ["KEBAB", "Slip", "closest", "did_you_mean", "in_words", "listed", "slips", "texts_of"]

KEBAB = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that is wrong: the way to it, and a sentence without a full stop."""

    path: Path
    message: str
    at_key: bool = False  # the key is meant, not its value
    whole: bool = False  # each field is right, but together they do not add up


Errors = Sequence[tuple[type[BaseModel], ValidationError]]


def slips(errors: Errors, data: Mapping[str, Any], known: Sequence[str], what: str) -> Iterator[Slip]:
    """Everything that pydantic found in the mapping `data`, whose fields are `known`; `what` is "a section" or so."""
    unknown: list[_Found] = []
    missing: list[_Found] = []
    wrong: dict[Path, list[_Found]] = {}
    for model, error in errors:
        for details in error.errors(include_url=False):
            found = _found(details, model, data)
            if len(found.path) == 1:
                found = replace(found, fields=tuple(known))
            if found.type == "extra_forbidden":
                unknown.append(found)
            elif found.type == "missing":
                missing.append(found)
            elif not _is_echo(found):
                wrong.setdefault(found.path, []).append(found)
    meant = {(*found.path[:-1], closest(str(found.path[-1]), found.fields)) for found in unknown}
    yield from (_unknown_key(found, what) for found in unknown)
    yield from (_missing_key(found, what) for found in missing if found.path not in meant)
    yield from (_wrong_value(same_place) for same_place in wrong.values())


def texts_of(wanted: Any, hint: Any, data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in `data`, which is of type `hint`, that stands where the type `wanted` is asked for."""
    if hint == wanted and isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        chosen = next((branch for tag, branch in _branches(hint) if tag in data), hint)
        for key, value in data.items():
            yield from texts_of(wanted, _inside(chosen, key), value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from texts_of(wanted, _inside(hint, number), value, (*path, number))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the known word that looks most like `word`, or nothing."""
    match = closest(word, known)
    return f"; did you mean {match!r}?" if match else ""


def in_words(value: Any) -> str:
    """A value of a YAML file as a sentence names it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"text {value if len(value) <= 40 else value[:39] + '…'!r}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, Mapping) else f"{value!r}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like `word`, if any does."""
    from difflib import get_close_matches  # only where something is wrong already

    spellings = {name.lower(): name for name in known}
    matches = get_close_matches(word.lower(), spellings, n=1, cutoff=0.6)
    return spellings[matches[0]] if matches else None


@dataclass(frozen=True, slots=True)
class _Found:
    """One of pydantic's errors with its path in the file; `fields` are those of the mapping in which it lies."""

    path: Path
    type: str
    message: str
    input: Any
    context: Mapping[str, Any]
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    at_key: bool


def _found(details: Any, model: type[BaseModel], data: Any) -> _Found:
    """The error with pydantic's location, which also names branches of unions, followed through the data."""
    path: Path = ()
    hint: Any = model
    fields: tuple[str, ...] = ()
    for part in details["loc"]:
        branches = dict(_branches(hint))
        if isinstance(part, str) and part in branches:
            hint = branches[part]
            continue
        if isinstance(part, int) or (isinstance(data, Mapping) and (part in data or details["type"] == "missing")):
            path = (*path, part)
            fields = _fields(hint) or fields
            hint = _inside(hint, part)
            data = _entry(data, part)
    tags = tuple(dict(_branches(hint)))
    at_key = "[key]" in details["loc"]
    return _Found(path, details["type"], details["msg"], details["input"], details.get("ctx", {}), fields, tags, at_key)


def _entry(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None


def _alternatives(hint: Any) -> tuple[Any, ...]:
    """The types that a hint allows, without the wrapping of `Annotated`, but for the members' tags."""
    if get_origin(hint) is Annotated and not _tag(hint):
        return _alternatives(get_args(hint)[0])
    if get_origin(hint) is Union or type(hint).__name__ == "UnionType":
        return tuple(alternative for member in get_args(hint) for alternative in _alternatives(member))
    return (hint,)


def _tag(hint: Any) -> str | None:
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((extra.tag for extra in extras if isinstance(extra, Tag)), None)


def _branches(hint: Any) -> Iterator[tuple[str, Any]]:
    for alternative in _alternatives(hint):
        tag = _tag(alternative)
        if tag:
            yield tag, get_args(alternative)[0]


def _fields(hint: Any) -> tuple[str, ...]:
    models = (a for a in _alternatives(hint) if isinstance(a, type) and issubclass(a, BaseModel))
    return tuple(name for model in models for name in model.model_fields)


def _inside(hint: Any, part: str | int) -> Any:
    """The type of the field, value or entry `part` of something of type `hint`."""
    for alternative in _alternatives(hint):
        if isinstance(alternative, type) and issubclass(alternative, BaseModel):
            if part in alternative.model_fields:
                return alternative.model_fields[str(part)].annotation
        elif get_args(alternative) and get_origin(alternative) is not Literal:
            return get_args(alternative)[-1 if isinstance(part, str) else 0]
    return None


def _is_echo(found: _Found) -> bool:
    """Whether a list is called too short only because its entries are wrong, which is told already."""
    return found.type == "too_short" and len(found.input) != found.context["actual_length"]


def _unknown_key(found: _Found, what: str) -> Slip:
    key = str(found.path[-1])
    owner = what if len(found.path) == 1 else _name(found.path[:-1])
    fields = [name for name in found.fields if name != "kind"] or ["no fields"]
    rest = did_you_mean(key, found.fields) or f"; it has {listed(fields)}"
    return Slip(found.path, f"{owner} has no field {key!r}{rest}", at_key=True)


def _missing_key(found: _Found, what: str) -> Slip:
    owner = what if len(found.path) == 1 else _name(found.path[:-1])
    return Slip(found.path[:-1], f"{owner} needs a field {found.path[-1]!r}")


def _wrong_value(found: list[_Found]) -> Slip:
    """One sentence for one value, also where pydantic tried several types and tells of each."""
    first = next((f for f in found if f.type not in _TYPES), None)
    if first is None:
        return _wrong_type(found[0], list(dict.fromkeys(_TYPES[f.type] for f in found)))
    return Slip(first.path, _sentence(first), first.at_key, whole=not first.path)


def _wrong_type(found: _Found, types: list[str]) -> Slip:
    expected = _SIZE if types == ["a whole number", "text"] else listed(types, "or")
    quotes = "; put it in quotes" if types == ["text"] and isinstance(found.input, bool | int | float) else ""
    told = "but is left empty" if found.input is None else f"not {in_words(found.input)}"
    return Slip(found.path, f"{_name(found.path)} must be {expected}, {told}{quotes}", found.at_key)


def _sentence(found: _Found) -> str:
    name, told = _name(found.path), in_words(found.input)
    if found.type in _LIMITS:
        limit = next(iter(found.context.values()))
        return f"{name} must be {_LIMITS[found.type]} {limit:g}, not {told}"
    if found.type == "finite_number":
        return f"{name} must be a finite number, not {told}"
    if found.type == "literal_error":
        choices = re.findall("'([^']*)'", found.context["expected"])
        return f"{name} must be {found.context['expected']}, not {told}{did_you_mean(str(found.input), choices)}"
    if found.type == "string_pattern_mismatch":
        return f"{name} must be {_PATTERNS.get(found.context['pattern'], 'spelled otherwise')}, not {told}"
    if found.type in ("too_short", "string_too_short"):
        return _too_short(name, found)
    if found.type in ("too_long", "string_too_long"):
        return f"{name} must have at most {found.context['max_length']} entries, not {len(found.input)}"
    if found.type in ("value_error", "assertion_error"):
        return str(found.context.get("error", found.message)).rstrip(".")
    keys = found.input if isinstance(found.input, Mapping) else ()
    meant = next((hint for key in keys if (hint := did_you_mean(key, found.tags))), "")
    return f"{name}: {found.message[:1].lower()}{found.message[1:]}{meant}"


def _too_short(name: str, found: _Found) -> str:
    least = found.context["min_length"]
    return f"{name} must not be empty" if least == 1 else f"{name} must have at least {least} entries"


def _name(path: Path) -> str:
    """`points`, `entry 2 of arguments`."""
    if path and isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of {_name(path[:-1])}"
    return str(path[-1]) if path else "this"


_SIZE = "a whole number or the name of a size"
_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "empty",
}
_LIMITS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}
_PATTERNS = {
    KEBAB: "lower-case words joined by hyphens, such as 'two-layer'",
    "^[a-z][a-z-]*$": "lower-case letters and hyphens, such as 'hidden'",
    "^[a-z]$": "one lower-case letter",
    "^https?://": "a link that starts with https://",
}
