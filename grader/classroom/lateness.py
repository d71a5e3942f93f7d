"""What a late hand-in costs, by the course's own file; results and the gradebook keep the points without it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from grader.errors import GraderError
from grader.model import Score
from grader.strict_yaml import parse

__all__ = ["Course", "Drop", "Late", "load_course", "penalty", "submitted"]

Percent = Annotated[float, Field(ge=0, le=100)]


class Late(BaseModel):
    """So many percent of the maximum for each day begun; nothing within the grace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    percent_per_day: Percent
    at_most_percent: Percent = 100
    grace_minutes: Annotated[float, Field(ge=0)] = 0


class Drop(BaseModel):
    """Of these assignments, so many with the lowest percents do not count; one of them always does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lowest: Annotated[int, Field(ge=1)]
    of: tuple[str, ...]  # as `due` has them


class Course(BaseModel):
    """A course's own rules, in a file that several assignments share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    due: dict[str, AwareDatetime]  # by assignment, with its time zone
    late: Late
    drop: tuple[Drop, ...] = ()


def load_course(path: Path) -> Course:
    """The rules in a course file.

    Raises:
        GraderError: it cannot be used; the message says where.
    """
    read = parse(path.read_bytes())
    problems = [f"{path}:{each.place.line}:{each.place.column}: {each.message}" for each in read.problems]
    if problems:
        raise GraderError("\n".join(problems))
    try:
        return Course.model_validate_json(json.dumps(read.value))
    except ValidationError as error:
        told = []
        for each in error.errors(include_url=False):
            place = read.place(tuple(each["loc"]))
            told.append(f"{path}:{place.line}:{place.column}: {'.'.join(map(str, each['loc']))}: {each['msg']}")
        raise GraderError("\n".join(told)) from None


def submitted(told: Mapping[str, str]) -> datetime | None:
    """When a hand-in came, as a roster's column `submitted` has it; None where it is not said with a time zone."""
    try:
        found = datetime.fromisoformat(told.get("submitted", "").strip())
    except ValueError:
        return None
    return found if found.tzinfo else None


def penalty(score: Score, late_by: timedelta, rule: Late) -> float:
    """The points that are lost by being late; never more than there are."""
    if score.given is None or late_by <= timedelta(minutes=rule.grace_minutes):
        return 0.0
    days = math.ceil(late_by / timedelta(days=1))
    percent = min(days * rule.percent_per_day, rule.at_most_percent)
    return round(min(score.maximum * percent / 100, score.given), 2)
