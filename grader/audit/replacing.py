"""Whether `uses` works: the reference, with its own helpers put in their place, calls them and is still right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from grader.again import Helpers
from grader.driver import read_driver
from grader.grading import Key, judge_one, observe_one, prepare
from grader.report.text import listing
from grader.rubric import Criterion
from grader.session import Session

if TYPE_CHECKING:
    from grader.audit.bench import Setup

__all__ = ["not_replaced"]


def not_replaced(setup: Setup) -> dict[str, str]:
    """By criterion, why a helper that it uses cannot be replaced; empty where each one can."""
    using = [each for each in setup.quick.criteria if each.uses]
    if not using:
        return {}
    key, helpers = prepare(setup.quick, setup.seed, {}, setup.sandbox), Helpers(setup.rubric, setup.sandbox)
    try:
        found = {each.id: _problem(each, key, setup, helpers) for each in using}
    finally:
        helpers.close()
    return {id_: problem for id_, problem in found.items() if problem}


def _problem(criterion: Criterion, key: Key, setup: Setup, helpers: Helpers) -> str:
    wanted = {each.check.helper() for each in setup.rubric.criteria if each.id in criterion.uses}
    asked: set[str] = set()

    def ask(name: str, *arguments: Any) -> Any:
        asked.add(name)
        return helpers.call(name, *arguments)

    size, stand_ins = setup.first_size, {name: partial(ask, name) for name in sorted(wanted)}
    driver = read_driver(setup.rubric.driver)
    with Session(setup.course.files, driver, setup.sandbox, stand_ins=stand_ins) as session:
        seen = observe_one(criterion, session, key.setting(size).named(criterion.id))
    verdict = judge_one(criterion, key, seen, size)
    if verdict.status != "passed":
        first = verdict.findings[0]
        return f"{first.message} {first.where}".rstrip()
    unasked = sorted(wanted - asked)
    return f"Nobody calls {listing(unasked)}." if unasked else ""
