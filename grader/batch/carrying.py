"""A plan that travels: the course's files and the data go along, for whoever grades without this machine's disk."""

from __future__ import annotations

import pickle
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.nouns import Plan
from grader.driver import DRIVER, read_driver
from grader.errors import GraderError
from grader.paths import MISTAKES
from grader.rubric import Rubric, reference_files
from grader.versions import own_versions

if TYPE_CHECKING:
    from grader.grading import Key
    from grader.mistakes.bank import Bank
    from grader.sandbox import Sandbox

__all__ = ["Unpacked", "carried"]

RUBRIC, REFERENCE, KNOWN = "rubric", "reference", "known"


def carried(plan: Plan, key: Key, sandbox: Sandbox) -> Plan:
    """The plan with all that it names by a path."""
    from grader.mistakes.bank import Bank

    course = {f"{REFERENCE}/{name}": content for name, content in reference_files(key.rubric.reference).items()}
    course[f"{RUBRIC}/{key.rubric.path.name}"] = key.rubric.path.read_bytes()
    course |= read_driver(key.rubric.driver).files
    mistakes, bank = key.rubric.folder / MISTAKES, b""
    if mistakes.is_file():
        course[f"{RUBRIC}/{MISTAKES}"] = mistakes.read_bytes()
        known = Bank(key.rubric, sandbox)
        course |= {f"{KNOWN}/{name}": content for name, content in known.files().items()}
        bank = pickle.dumps(known)
    places = {name: place for name, place in plan.data.items() if place is None}
    packed = pickle.dumps((own_versions(), replace(key, data={n: d for n, d in key.data.items() if n not in places})))
    return replace(plan, key=packed, data=places, course=course, bank=bank)


class Unpacked:
    """What was carried, on the disk of whoever grades; it is removed with this process."""

    def __init__(self, plan: Plan, sandbox: Sandbox) -> None:
        versions, key = pickle.loads(plan.key)  # written by `carried`
        _refuse_others(versions)
        self._folder = tempfile.TemporaryDirectory(prefix="grader-course-")
        root = Path(self._folder.name)
        for name, content in plan.course.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        self._root, self._plan, self._sandbox = root, plan, sandbox
        self.key: Key = replace(key, rubric=self._here(key.rubric))

    def bank(self) -> Bank:
        """The known mistakes, as the sender has seen them."""
        bank: Bank = pickle.loads(self._plan.bank)  # written by `carried`
        return bank.moved(self._here(bank.rubric), self._root / KNOWN, self._sandbox)

    def _here(self, rubric: Rubric) -> Rubric:
        path = self._root / RUBRIC / rubric.path.name
        return replace(rubric, path=path, driver=self._root / DRIVER, reference=self._root / REFERENCE)


def _refuse_others(versions: dict[str, str]) -> None:
    """Unequal versions may come to unequal results."""
    mine = own_versions()
    other = [f"{name} {mine[name]} here, {versions[name]} there" for name in mine if mine[name] != versions[name]]
    if other:
        raise GraderError(f"This worker's versions are not those of who began the run: {'; '.join(other)}.")
