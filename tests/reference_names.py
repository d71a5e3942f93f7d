"""The Python API as a page in Markdown: signatures and sentences as the source has them."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from typing import Any

import grader

__all__ = ["names"]


def names(*given: str) -> str:
    """These public names, each under its heading with its signature and what it says."""
    return "\n".join(line for name in given for line in _name(name, getattr(grader, name))).strip()


def _name(name: str, noun: Any) -> Iterator[str]:
    yield from (f"### {name}", "", *_block(_signature(name, noun)), *_said(noun))
    if inspect.isclass(noun):
        for method, function in vars(noun).items():
            if not method.startswith("_") and (callable(function) or isinstance(function, property)):
                yield from _method(name, method, function)


def _method(name: str, method: str, function: Any) -> Iterator[str]:
    if isinstance(function, property):
        yield from (f"`{name}.{method}`: {_first(function.fget)}", "")
    elif inspect.isfunction(function) and function.__doc__:
        yield from (*_block(_signature(method, function)), *_said(function))


def _block(text: str) -> list[str]:
    return ["```python", text, "```", ""]


def _signature(name: str, noun: Any) -> str:
    """The first line of its definition, as Python that can be read."""
    if inspect.isclass(noun):
        bases = ", ".join(base.__name__ for base in noun.__bases__ if base is not object)
        return f"class {name}{f'({bases})' if bases else ''}:{_fields(noun) or ' ...'}"
    told = inspect.signature(noun)
    given, returned = [each.replace("'", '"') for each in _parameters(told)], _type(told.return_annotation)
    if hasattr(noun, "__wrapped__"):
        returned = returned.replace("Iterator", "ContextManager")
    one = f"def {name}({', '.join(given)}) -> {returned}: ..."
    if len(one) <= 100:
        return one
    return f"def {name}(\n" + "".join(f"    {each},\n" for each in given) + f") -> {returned}: ..."


def _parameters(told: inspect.Signature) -> Iterator[str]:
    kinds = [each.kind for each in told.parameters.values()]
    for place, each in enumerate(told.parameters.values()):
        if each.kind is each.KEYWORD_ONLY and not {each.KEYWORD_ONLY, each.VAR_POSITIONAL} & set(kinds[:place]):
            yield "*"
        star = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        note = "" if each.annotation is each.empty else f": {_type(each.annotation)}"
        yield f"{star}{each.name}{note}{'' if each.default is each.empty else f' = {each.default!r}'}"
        if each.kind is each.POSITIONAL_ONLY and each.POSITIONAL_ONLY not in kinds[place + 1 :]:
            yield "/"


def _type(annotation: Any) -> str:
    return annotation.strip("\"'") if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _fields(noun: type) -> str:
    if dataclasses.is_dataclass(noun):
        public = [each for each in dataclasses.fields(noun) if not each.name.startswith("_")]
        return "".join(f"\n    {each.name}: {each.type}" for each in public)
    if "__init__" in vars(noun) and not issubclass(noun, Exception):
        return "\n    " + _signature("__init__", noun.__init__).replace("\n", "\n    ")
    return ""


def _said(noun: Any) -> Iterator[str]:
    text = inspect.cleandoc(noun.__doc__ or "")
    for paragraph in text.split("\n\n"):
        raises = re.match(r"(Raises|Args|Returns):\n", paragraph)
        if raises:
            rest = inspect.cleandoc(paragraph[raises.end() :]).split("\n")
            lines = re.sub(r"\n\s+", " ", "\n".join(rest)).split("\n")
            yield from (f"{raises[1]}:", "")
            yield from (re.sub(r"^(\w+): ", r"- `\1`: ", line) for line in lines)
            yield ""
        else:
            yield from (" ".join(paragraph.split()), "")


def _first(noun: Any) -> str:
    return " ".join((noun.__doc__ or "").strip().split("\n\n")[0].split())
