"""The fields of a model as tables in Markdown: what a rubric may say, in the words of its schema."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from grader import probes
from grader.checks import kinds
from grader.schema import result_schema

Schema = Mapping[str, Any]
DIMENSION = ["whole number from 0 to 100000", "text"]
PLAIN = {"string": "text", "boolean": "true or false", "object": "mapping", "array": "list", "null": "null"}


def cells(*texts: str) -> str:
    """One row of a table."""
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"


def kind(name: str) -> str:
    """What a check kind may say: a table for each model."""
    return "\n".join(_models(kinds()[name], "Fields", leave=("kind",))).strip()


def kind_list() -> str:
    """Every check kind, with its first sentence and a link to its page."""
    rows = [cells(f"[`{name}`](checks/{name}.md)", _sentence(check)) for name, check in kinds().items()]
    return "\n".join([cells("kind", "what it looks at"), cells("---", "---"), *rows])


def models(*given: tuple[str, type[BaseModel]], known: Mapping[str, str] | None = None) -> str:
    """A table for each of these models, under its heading; those in `known` are told elsewhere."""
    return "\n".join(line for heading, model in given for line in _models(model, heading, known=known or {}))


def nouns(*given: type) -> str:
    """A table for each of these dataclasses as result.json holds it; what a field is stands beside it in the source."""
    schema = result_schema()
    parts = {"Result": schema, **schema["$defs"]}
    return "\n".join(line for noun in given for line in _noun(noun, parts[noun.__name__])).strip()


def arguments() -> str:
    """A table for each argument of a call."""
    known = [probe for probe in vars(probes).values() if isinstance(probe, type) and probe.__name__ in ARGUMENTS]
    tables = (_models(probe, next(iter(probe.model_fields)), level="###") for probe in known)
    return "\n".join(line for table in tables for line in table).strip()


ARGUMENTS = ("Normal", "Uniform", "Probabilities", "Pixels", "Labels", "Fixed", "Model", "Optimizer")
TOLD = dict.fromkeys(ARGUMENTS, "../rubric.md#arguments")


def _models(
    model: type[BaseModel],
    heading: str,
    leave: Sequence[str] = (),
    known: Mapping[str, str] = TOLD,
    level: str = "##",
) -> Iterator[str]:
    schema = model.model_json_schema(ref_template="{model}")
    parts = {name: part for name, part in schema.get("$defs", {}).items() if name not in known}
    said = [] if level == "##" else [_sentence(model), ""]
    yield from (f"{level} {heading}", "", *said, *_table(schema, leave, known), "")
    for name, part in parts.items():
        yield from (f"### {_short(name)}", "", _first(part.get("description", "")), "", *_table(part, (), known), "")


def _table(schema: Schema, leave: Sequence[str], known: Mapping[str, str]) -> Iterator[str]:
    yield cells("field", "what it says", "value", "default")
    yield cells("---", "---", "---", "---")
    needed = schema.get("required", ())
    for name, field in schema["properties"].items():
        if name not in leave:
            default = "**needed**" if name in needed else _default(field.get("default"))
            yield cells(f"`{name}`", field.get("description", ""), _value(field, known), default)


def _default(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    told = json.dumps(value, ensure_ascii=False).replace('"', "")
    return f"`{re.sub(r'e-0', 'e-', told)}`" if len(told) <= 60 else "the usual ones"


def _value(field: Schema, known: Mapping[str, str]) -> str:
    """What may stand there, in words."""
    if "$ref" in field:
        return _link(field["$ref"], known)
    if "const" in field or "enum" in field:
        return " or ".join(f"`{each}`" for each in field.get("enum", [field.get("const")]))
    choices = field.get("anyOf") or field.get("oneOf")
    if choices:
        return _one_of([_value(each, known) for each in choices])
    if field.get("type") in ("integer", "number"):
        return _number(field)
    if field.get("type") == "array":
        return _list(field, known)
    inner = field.get("additionalProperties")
    if field.get("type") == "object" and isinstance(inner, Mapping):
        return f"by name: {_value(inner, known)}"
    return PLAIN.get(str(field.get("type")), "anything")


def _one_of(values: Sequence[str]) -> str:
    told = list(dict.fromkeys(values))
    if told == DIMENSION:
        return "number or size"
    return "an [argument](../rubric.md#arguments)" if all("#arguments" in each for each in told) else " or ".join(told)


def _number(field: Schema) -> str:
    word = "whole number" if field["type"] == "integer" else "number"
    least, most = field.get("minimum"), field.get("maximum")
    above, below = field.get("exclusiveMinimum"), field.get("exclusiveMaximum")
    if least is not None and most is not None:
        return f"{word} from {least:g} to {most:g}"
    lower = f" of at least {least:g}" if least is not None else f" above {above:g}" if above is not None else ""
    upper = f" up to {most:g}" if most is not None else f" below {below:g}" if below is not None else ""
    return word + (f"{lower}," if lower and upper else lower) + upper


def _list(field: Schema, known: Mapping[str, str]) -> str:
    if "prefixItems" in field:
        return f"[{', '.join(_value(each, known) for each in field['prefixItems'])}]"
    items = _value(field["items"], known) if field.get("items") else "anything"
    return "list of " + re.sub(r"^(whole )?number\b", r"\1numbers", items).replace("or size", "or sizes")


def _link(name: str, known: Mapping[str, str]) -> str:
    return f"[{_short(name)}]({known.get(name, f'#{_short(name).lower()}')})"


def _short(name: str) -> str:
    return re.sub(r"Fields$", "", re.split(r"__|/", name)[-1].lstrip("_"))


def _noun(noun: type, schema: Schema) -> Iterator[str]:
    comments = dict(re.findall(r"^    (\w+): [^#\n]+?  # (.+)$", inspect.getsource(noun), re.MULTILINE))
    yield from (f"### {noun.__name__}", "", _sentence(noun), "", cells("field", "what it is", "value", "there"))
    yield cells("---", "---", "---", "---")
    for name, field in schema["properties"].items():
        said = comments.get(name, "")
        there = "always" if name in schema["required"] else "unless empty"
        yield cells(f"`{name}`", said[:1].upper() + said[1:], _value(field, {}), there)
    yield ""


def _sentence(noun: type) -> str:
    return _first(noun.__doc__ or "")


def _first(text: str) -> str:
    return " ".join(text.strip().split("\n\n")[0].split())
