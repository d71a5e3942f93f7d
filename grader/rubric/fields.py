"""What a rubric file may say, field by field; the check kinds add their own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.probes import Shape
from grader.wording import KEBAB

__all__ = ["NEEDED_SIZES", "CriterionFields", "OwnFields", "RubricFields", "SectionFields"]

_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
Id = Annotated[str, Field(pattern=KEBAB)]
Text = Annotated[str, Field(min_length=1)]
SizeName = Annotated[str, Field(pattern="^[a-z][a-z-]*$")]
Count = Annotated[int, Field(ge=1, le=100_000)]
NEEDED_SIZES = ("inputs", "classes")  # batches for a model are drawn with them
_SIZES: Any = {"additionalProperties": False}


class RubricFields(BaseModel):
    """What a hand-in of one course is asked for, and the points for it."""

    model_config = _STRICT

    id: Id = Field(description="The rubric's name, such as gatech-cs7643-a1.")
    title: Text = Field(description="The heading of every report.")
    course: str = Field("", description="The course and the assignment.")
    reference: Text | None = Field(
        None, description="The reference solution: a folder of reference/, or a path from here. Default: the id."
    )
    driver: Text = Field(
        "driver", description="The file that knows how to call this course's hand-ins, or the folder of a package."
    )
    models: dict[str, dict[str, Shape]] = Field(
        {}, description="The canonical parameters of each model and their shapes, in names of sizes."
    )
    sizes: dict[str, Annotated[dict[SizeName, Count], Field(json_schema_extra=_SIZES)]] = Field(
        min_length=1,
        description="Sizes by name; where there are models, each has inputs and classes. The first that the hand-in's "
        "models support is used.",
    )
    carried: float = Field(
        0.5,
        ge=0,
        le=1,
        description="The share where a criterion fails only by a mistake that is charged elsewhere.",
    )
    sections: list[dict[str, Any]] = Field(min_length=1, description="The parts of the report.")


class OwnFields(BaseModel):
    """Where a student writes about a section; the report shows that beside its criteria."""

    model_config = _STRICT

    headings: tuple[Text, ...] = Field((), description="What its heading begins with, after its number.")
    tags: tuple[Text, ...] = Field((), description="Tags of the notebook cells that hold it.")
    template: str = Field("", description="What stands there before a student writes.")
    required: bool = Field(True, description="Whether the report says so where there is nothing.")

    @model_validator(mode="after")
    def _has_a_name(self) -> OwnFields:
        if not (self.headings or self.tags):
            raise ValueError("own needs headings or tags, or nobody knows where the answer stands")
        return self


class SectionFields(BaseModel):
    """Criteria that belong together under one heading."""

    model_config = _STRICT

    id: Id = Field(description="The section's name; no other section has it.")
    title: Text = Field(description="The heading.")
    description: str = Field("", description="One sentence below the heading.")
    own: OwnFields | None = Field(None, description="Where the student's own text and figures for it stand.")
    criteria: list[dict[str, Any]] = Field(min_length=1, description="What is looked at.")


class CriterionFields(BaseModel):
    """One thing that earns points. The fields that are not listed here are those of its check kind."""

    model_config = _STRICT

    id: Id = Field(description="The criterion's name; no other criterion of the rubric has it.")
    title: Text = Field(description="What a student reads.")
    points: float = Field(gt=0, le=100_000, description="The points for doing all of it right.")
    kind: str = Field(description="How it is looked at.")
    visibility: Literal["public", "hidden"] = Field("public", description="Whether students see it early.")
    requires: tuple[str, ...] = Field(
        (), description="Criteria above this one; where one of them fails, this one is not judged."
    )
    uses: tuple[str, ...] = Field(
        (),
        description="Criteria for helper functions; where one of them fails, this one is judged once more with the "
        "reference's helper in its place.",
    )
    credit: bool = Field(
        True, description="Whether a recognised mistake leaves its share of these points, and one made elsewhere too."
    )
    package: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")] | None = Field(
        None, description="A package that it needs; where that is not installed, this is skipped and costs nothing."
    )
    description: str = Field("", description="One sentence more.")
    read: Annotated[str, Field(pattern="^https?://")] | None = Field(None, description="A link for who loses points.")
