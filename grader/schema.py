"""JSON Schemas (2020-12): of a rubric and a write-up, so that an editor completes and explains them, and of a result.

`python -m grader.schema` writes them into rubrics/. A rubric names its schema in its first line:
`# yaml-language-server: $schema=../rubric.schema.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from grader.checks import Check, kinds
from grader.exports.json import LEFT_OUT_WHEN_EMPTY
from grader.model import Result
from grader.paths import data_folder
from grader.rubric.fields import CriterionFields, RubricFields, SectionFields
from grader.strict_yaml import parse
from grader.writeup.spec import Writeup

__all__ = ["result_schema", "rubric_schema", "write_schemas", "writeup_schema"]

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rubric_schema() -> Schema:
    """The schema of a rubric file, with one branch for the criteria of each check kind."""
    models: list[type[BaseModel]] = [RubricFields, SectionFields, *kinds().values()]
    references, told = models_json_schema(
        [(model, "validation") for model in models], schema_generator=_Untitled, ref_template="#/$defs/{model}"
    )
    parts: dict[str, Schema] = told["$defs"]
    own = _own_fields()
    for name, kind in kinds().items():
        branch = parts[_target(references[(kind, "validation")])]
        branch.update(_beside(branch, own), examples=[_example(kind)])
        branch["properties"]["kind"] = {"const": name}
    parts["SectionFields"]["properties"]["criteria"]["items"] = {"$ref": "#/$defs/Criterion"}
    rubric = parts.pop("RubricFields")
    rubric["properties"]["sections"]["items"] = {"$ref": "#/$defs/SectionFields"}
    parts["Criterion"] = _criterion(own, {name: references[(kind, "validation")] for name, kind in kinds().items()})
    return _tidy({"$schema": DIALECT, **rubric, "title": "Rubric", "$defs": dict(sorted(parts.items()))})


def result_schema() -> Schema:
    """The schema of what `grader.exports.json` writes."""
    told = TypeAdapter(Result).json_schema(schema_generator=_Untitled)
    parts = told.pop("$defs")
    for noun in (told, *parts.values()):
        noun["required"] = [name for name in noun["properties"] if name not in LEFT_OUT_WHEN_EMPTY]
        noun["additionalProperties"] = False
    told["properties"]["submission"] = _object(id="string", digest="string", files="list", ignored="list")
    told["properties"]["rubric"] = _object(id="string", title="string", digest="string")
    return _tidy({"$schema": DIALECT, **told, "title": "Result", "$defs": dict(sorted(parts.items()))})


def writeup_schema() -> Schema:
    """The schema of a writeup.yaml."""
    told = Writeup.model_json_schema(schema_generator=_Untitled, ref_template="#/$defs/{model}")
    parts = told.pop("$defs")
    parts["Show"].update(minProperties=1, maxProperties=1)  # each entry is one thing
    return _tidy({"$schema": DIALECT, **told, "title": "Write-up", "$defs": dict(sorted(parts.items()))})


def write_schemas(folder: Path) -> None:
    """Write rubric.schema.json, result.schema.json and writeup.schema.json."""
    for name, schema in (("rubric", rubric_schema()), ("result", result_schema()), ("writeup", writeup_schema())):
        (folder / f"{name}.schema.json").write_text(as_text(schema), "utf-8")


def as_text(schema: Schema) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class _Untitled(GenerateJsonSchema):
    """Schemas without the titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _own_fields() -> Schema:
    """What every criterion may say, whatever its kind."""
    own = CriterionFields.model_json_schema(schema_generator=_Untitled)
    told = [(kind.__doc__ or "").split("\n")[0] for kind in kinds().values()]
    own["properties"]["kind"].update(enum=list(kinds()), enumDescriptions=told)  # editors show these while one chooses
    return own


def _beside(branch: Schema, own: Schema) -> Schema:
    """A kind's fields beside the criterion's own, which are described once, where the kind is not yet known."""
    fields = branch["properties"]
    return {"properties": {**fields, **dict.fromkeys(own["properties"], True)}, "additionalProperties": False}


def _example(kind: type[Check]) -> Any:
    return parse(kind.EXAMPLE.encode()).value


def _criterion(own: Schema, branches: Mapping[str, Schema]) -> Schema:
    choices = [
        {"if": {"properties": {"kind": {"const": name}}, "required": ["kind"]}, "then": branch}
        for name, branch in branches.items()
    ]
    return {**{key: own[key] for key in ("description", "type", "properties", "required")}, "allOf": choices}


def _object(**parts: str) -> Schema:
    text = {"type": "string"}
    types = {"string": text, "list": {"type": "array", "items": text}}
    properties = {name: types[kind] for name, kind in parts.items()}
    return {"type": "object", "properties": properties, "required": list(parts)}


def _target(reference: Schema) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[-1]


def _tidy(schema: Schema) -> Schema:
    """The schema with short names for its parts, and without the titles of classes."""
    text = json.dumps(schema)
    for name in schema["$defs"]:
        short = ".".join(name.split("__")[-2:]).removesuffix("Fields")
        text = text.replace(f'"{name}"', f'"{short}"').replace(f'"#/$defs/{name}"', f'"#/$defs/{short}"')
    tidied: Schema = json.loads(text)
    for part in tidied["$defs"].values():
        part.pop("title", None)
    return tidied


if __name__ == "__main__":
    write_schemas(data_folder("rubrics"))
