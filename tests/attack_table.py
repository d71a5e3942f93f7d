"""Try every attack in every sandbox, and write what came of it into docs/explanation/security.md: `make attacks`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from attack_suite import ATTACKS, EVERYWHERE, SANDBOXES, claimed, made

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "security.md"
BEGIN, END = "<!-- attacks: begin -->\n", "<!-- attacks: end -->\n"
HELD, FAILED, NOT_CLAIMED, NOT_TRIED = "held", "**failed**", "not claimed", "not tried"
ANYWHERE = ""  # what needs no sandbox

Outcomes = dict[tuple[str, str], str]


class Record:
    """What pytest found out, by the name of the attack and of the sandbox."""

    def __init__(self) -> None:
        self.outcomes: Outcomes = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        named = re.search(r"\[(.*)\]$", report.nodeid)
        if named is None or (report.when != "call" and report.outcome != "failed"):
            return
        sandbox, _, name = named[1].partition("-")
        place = (name, sandbox) if sandbox in SANDBOXES and name in ATTACKS else (named[1], ANYWHERE)
        self.outcomes[place] = HELD if report.outcome == "passed" else FAILED


def main() -> int:
    """Run the suite, write the table, and end as the suite does."""
    os.environ[EVERYWHERE] = "yes"  # for the processes that pytest starts
    record = Record()
    suite = str(Path(__file__).with_name("test_attacks.py"))
    options = ["-q", "-n", "auto", "-k", "not documentation"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # the plugin's package is imported here already
    ended = pytest.main([*options, suite], plugins=[record])
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + table(record.outcomes) + END + rest.split(END)[1], "utf-8")
    return int(ended)


def rows() -> list[tuple[int, str]]:
    """Every attack with its number in the list of attacks, in the order of that list."""
    listed = [*((each.line, each.name) for each in ATTACKS.values()), *((m.line, m.name) for m in made().values())]
    return sorted(listed, key=lambda row: row[0])


def table(outcomes: Mapping[tuple[str, str], str]) -> str:
    """The table in Markdown."""
    lines = [_row(["line", "attack", *SANDBOXES]), _row(["---"] * (2 + len(SANDBOXES)))]
    lines += [
        _row([str(line), name, *(_cell(name, sandbox, outcomes) for sandbox in SANDBOXES)]) for line, name in rows()
    ]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(name: str, sandbox: str, outcomes: Mapping[tuple[str, str], str]) -> str:
    if name not in ATTACKS:
        return outcomes.get((name, ANYWHERE), NOT_TRIED)
    if not claimed(ATTACKS[name], sandbox):
        return NOT_CLAIMED
    return outcomes.get((name, sandbox), NOT_TRIED)


if __name__ == "__main__":
    sys.exit(main())
