"""What a hand-in has of a course's parts, and what is missing or broken, as `describe` tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.worker.handin import Definition, HandIn, Part
from grader.worker.methods import arguments_written

__all__ = ["broken_places", "describe_parts", "missing_parts", "signatures"]


def describe_parts(handin: HandIn, parts: Mapping[str, Part], found: Mapping[str, Definition]) -> dict[str, Any]:
    """Which parts of the course are there, which are missing, and which files or lines are broken."""
    return {
        "found": {name: str(definition) for name, definition in found.items()},
        "missing": missing_parts(parts, found),
        "broken": broken_places(handin, found),
        "signatures": signatures(found),
    }


def missing_parts(parts: Mapping[str, Part], found: Mapping[str, Definition]) -> dict[str, str]:
    """For each part that is not there, a sentence that says so."""
    return {name: f"No {part} was found." for name, part in parts.items() if name not in found}


def broken_places(handin: HandIn, found: Mapping[str, Definition]) -> list[dict[str, str]]:
    """Files that Python cannot read, and lines at which importing a part fails, each once."""
    broken = [(item.where, item.message) for item in handin.broken()]
    for definition in found.values():
        try:
            handin.load(definition)
        except SyntaxError:  # in a file that is listed already
            continue
        except Exception as error:
            broken.append((handin.last_frame(error) or definition.path, handin.told(error)))
    return [{"where": where, "message": message} for where, message in dict.fromkeys(broken)]


def signatures(found: Mapping[str, Definition]) -> list[str]:
    """Each part's name and arguments as the student wrote them."""
    return [f"{name}: {definition.name}({arguments_written(definition)})" for name, definition in found.items()]
