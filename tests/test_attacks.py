"""Every attack of the suite, for real, in each sandbox that claims to hold it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attack_suite import ATTACKS, CANARY, SANDBOXES, claimed, honest_is_as_ever, made, pairs, tried
from attack_table import BEGIN, END, HELD, NOT_CLAIMED, PAGE, rows

LONGEST = 120.0  # seconds: the time of a whole hand-in, and as much again for a busy machine to end it


@pytest.mark.slow
@pytest.mark.parametrize(("sandbox", "name"), pairs())
def test_an_attack_earns_nothing_learns_nothing_and_harms_nobody(sandbox: str, name: str) -> None:
    if reason := SANDBOXES[sandbox]():
        pytest.skip(reason)
    attack = ATTACKS[name]
    came = tried(attack, sandbox)
    assert came.result.score.given is not None
    assert came.base.score.given is not None
    assert came.result.score.given <= came.base.score.given
    assert [came.points[id_][0] for id_ in attack.nothing_in] == [0] * len(attack.nothing_in)
    assert attack.costs is None or came.lost <= set(attack.costs)
    assert not re.search(rf"{CANARY}\w", came.shown)
    assert attack.sees in came.told
    assert came.seconds < LONGEST
    assert honest_is_as_ever(sandbox)


@pytest.mark.parametrize("name", made())
def test_a_file_or_a_text_harms_nobody_who_reads_it(name: str, tmp_path: Path) -> None:
    made()[name].run(tmp_path)


def test_the_table_in_the_documentation_has_every_attack() -> None:
    written = PAGE.read_text("utf-8").split(BEGIN)[1].split(END)[0]
    cells = [line.strip("| ").split(" | ") for line in written.splitlines()[2:]]
    assert [(int(line), name) for line, name, *_ in cells] == rows()
    expected = {
        name: [HELD if claimed(attack, each) else NOT_CLAIMED for each in SANDBOXES] for name, attack in ATTACKS.items()
    }
    assert {name: each for _, name, *each in cells} == dict.fromkeys(made(), [HELD] * len(SANDBOXES)) | expected
    assert len(cells) >= 110
