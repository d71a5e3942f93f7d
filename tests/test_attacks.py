"""Every attack of the suite, for real, in each sandbox that claims to hold it."""

from __future__ import annotations

import pytest
from attack_suite import ATTACKS, EXAMPLES, HONEST, graded, honest, judged, tried

from grader.sandbox import bubblewrap, landlock

PROBES = {"bubblewrap": bubblewrap.probe, "landlock": landlock.probe}
LONGEST = 90.0  # seconds: two strikes for each of a few criteria, each at most a request's or a training's time


@pytest.fixture(params=PROBES)
def sandbox(request: pytest.FixtureRequest) -> str:
    reason = PROBES[request.param]()
    if reason:
        pytest.skip(reason)
    return str(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_nothing_learns_nothing_and_harms_nobody(name: str, sandbox: str) -> None:
    attack = ATTACKS[name]
    came = tried(attack, sandbox)
    assert came.result.score.given is not None
    assert came.base.score.given is not None
    assert came.result.score.given <= came.base.score.given
    assert not came.leaks
    assert came.seconds < LONGEST
    assert attack.sees in came.told
    assert judged(graded(EXAMPLES / HONEST, sandbox)) == judged(honest(HONEST, sandbox))
