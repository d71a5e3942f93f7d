"""`kind: structure`: the parts that the course asks for are there, and nothing that it forbids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from grader.checks import Check, decide
from grader.model import Finding, Values, Verdict
from grader.probes import Setting
from grader.wording import did_you_mean

if TYPE_CHECKING:
    from grader.session import Student


class Structure(Check):
    """The hand-in has the asked files, classes and signatures, and does not import what is forbidden."""

    EXAMPLE = "{kind: structure, parts: [softmax-regression, two-layer, optimizer], forbidden: [torch, jax]}"
    TELLS_MISTAKES = False
    kind: Literal["structure"]
    parts: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="What has to be there, by the driver's names for it; each has an equal share."
    )
    forbidden: tuple[str, ...] = Field(
        default=(), description="Packages that must not be imported; one that is leaves no points."
    )

    def observe(self, student: Student, setting: Setting) -> Values:
        return {"described": student.call("describe"), "imports": student.call("imported")}

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        described = seen["described"]
        missing = [part for part in self.parts if part not in described["found"]]
        forbidden = _forbidden(self.forbidden, seen["imports"])
        share = 1 - len(missing) / len(self.parts)
        findings = (*forbidden, *_broken(described), *_missing(missing, described))
        return decide(0 if forbidden else share, findings)

    def problem(self, expected: Values, setting: Setting) -> str:
        found = expected["described"]["found"]
        missing = (part for part in self.parts if part not in found)
        return "; ".join(f"the driver finds no part {part!r} in it{did_you_mean(part, found)}" for part in missing)


def _forbidden(names: tuple[str, ...], imports: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "forbidden-module",
            f"The hand-in imports {name}, which this course does not allow.",
            "Write the step in numpy; the point of the exercise is to do it by hand.",
            str(imports[name]),
        )
        for name in names
        if name in imports
    )


def _broken(described: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(
        Finding("syntax-error", str(file["message"]), "Run the file once by itself.", str(file["where"]))
        for file in described.get("broken", ())
    )


def _missing(parts: list[str], described: Mapping[str, Any]) -> tuple[Finding, ...]:
    told = described.get("missing", {})
    return tuple(Finding("missing-part", str(told.get(part, f"{part} was not found."))) for part in parts)


CHECK = Structure
