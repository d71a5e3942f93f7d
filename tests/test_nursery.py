"""Forked workers are as separate as others: nothing of one hand-in reaches the next, and no death lasts."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sandbox_samples import DRIVER, FINE, LIMITS, children, left_behind, usable

from grader.errors import StudentError
from grader.sandbox.base import Limits
from grader.sandbox.nursery import Nursery, _Child
from grader.session import Session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@pytest.fixture(params=["bubblewrap", "landlock"])
def nursery(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    sandbox = usable(request.param)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # unlike `tmp_path`, a worker of another user gets at it
        monkeypatch.setattr(tempfile, "tempdir", folder)
        before = children()
        made = Nursery(sandbox, LIMITS)
        yield made
        made.close()
        assert not left_behind(before)
        assert os.listdir(folder) == []


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something comes true: the system takes its time to end a process."""
    until = time.monotonic() + 60.0
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


def told(nursery: Nursery, source: str, *arguments: Any) -> Any:
    with Session({"work.py": source.encode()}, DRIVER, nursery, LIMITS) as session:
        answer = session.student().call("run", "attack", *arguments)
        assert isinstance(session._student._worker._process, _Child)  # type: ignore[union-attr]
        return answer


HARMLESS = "def attack(): return 1\n"
LEAVINGS = {
    "a file": "open('left', 'w').write('secret')",
    "a file in its own home": "open(os.environ['HOME'] + '/left', 'w').write('secret')",
    "a folder that nobody may enter": "os.makedirs('a/b'); os.chmod('a', 0)",
    "its whole folder shut": "open('left', 'w'); os.chmod('.', 0)",
    "hard names": "[open(name, 'w') for name in ('-rf', 'line\\nbreak', '\\udcff', 'x' * 250)]",
    "a full disk": "open('big', 'wb').write(bytes(10 << 20))",
    "very deep folders": "[(os.mkdir('d' * 200), os.chdir('d' * 200)) for _ in range(100)]",
    "a link to itself": "os.symlink('.', 'loop'); os.link('work.py', 'other') if os.path.exists('work.py') else None",
}
LOOK = """
import os
def attack():
    base = os.environ["HOME"]
    found = sorted(os.path.join(at, name)[len(base):] for at, below, files in os.walk(base) for name in below + files)
    return "|".join(found)
"""


def test_the_next_hand_in_finds_nothing_of_the_one_before(nursery: Nursery) -> None:
    before = told(nursery, LOOK)
    assert "work.py" in before
    for what, deed in LEAVINGS.items():
        told(nursery, f"import os\ndef attack():\n    try: {deed}\n    except OSError: pass\n    return 1\n")
        assert told(nursery, LOOK) == before, what


def test_what_one_hand_in_changes_in_python_and_numpy_the_next_one_does_not_meet(nursery: Nursery) -> None:
    spoil = "import sys, numpy as np\ndef attack():\n    np.sum = np.argmax = None\n    sys.spoilt = 1\n"
    told(nursery, spoil)
    look = "import sys\nimport numpy as np\ndef attack(): return [hasattr(sys, 'spoilt'), int(np.sum([1, 2]))]"
    assert told(nursery, look) == [False, 3]


def test_a_worker_holds_its_own_descriptors_only(nursery: Nursery) -> None:
    source = """
import os
def attack():
    held = []
    for number in range(1100):
        try: os.fstat(number)
        except OSError: continue
        held.append(number)
    return held
"""
    held = told(nursery, source)
    assert held[:3] == [0, 1, 2]
    assert len(held) == 4  # and its channel


def test_a_worker_cannot_end_its_nursery(nursery: Nursery) -> None:
    source = """
import os, signal
def attack():
    refused = 0
    for pid in (os.getppid(), 1, 0, -1):
        try: os.kill(pid, signal.SIGKILL)
        except OSError: refused += 1
    return refused
"""
    assert told(nursery, source) == 4
    assert told(nursery, HARMLESS) == 1


@pytest.mark.parametrize(
    "death", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.abort()", "__import__('time').sleep(9)"]
)
def test_a_workers_death_costs_the_next_one_nothing(nursery: Nursery, death: str) -> None:
    with Session({"work.py": f"import os\ndef attack(): {death}\n".encode()}, DRIVER, nursery, LIMITS) as session:
        mother = nursery.pid
        with pytest.raises(StudentError):
            session.student().call("run", "attack", limit=0.5)
        session.student()
        assert nursery.pid == mother
    assert told(nursery, HARMLESS) == 1


def test_a_nursery_that_was_killed_is_replaced(nursery: Nursery) -> None:
    assert told(nursery, HARMLESS) == 1
    first = nursery._mother
    assert first is not None
    first.kill()
    assert told(nursery, HARMLESS) == 1
    assert nursery._mother is not first


def test_the_death_of_a_nursery_ends_the_worker_and_is_told_as_a_death(nursery: Nursery) -> None:
    with Session({"work.py": FINE.encode()}, DRIVER, nursery, LIMITS) as session:
        student = session.student()
        assert nursery._mother is not None
        os.kill(_inmost(nursery.pid or 0), signal.SIGKILL)
        assert soon(lambda: student._worker._process.ended() is not None)
        with pytest.raises(StudentError) as caught:
            student.call("run", "fine")
        assert caught.value.failure.code == "died"
        assert session.student().call("run", "fine") == 1


def _inmost(pid: int) -> int:
    """The nursery itself: its worker's parent."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    deeper = below and Path(f"/proc/{below[0]}/task/{below[0]}/children").read_text().split()
    return _inmost(int(below[0])) if deeper else pid


def test_while_one_worker_lives_another_comes_from_a_sandbox_of_its_own(nursery: Nursery) -> None:
    with Session({"work.py": FINE.encode()}, DRIVER, nursery, LIMITS) as session:
        session.student()
        other = nursery.start(LIMITS)
        assert not isinstance(other, _Child)
        other.kill()
        assert session.student().call("run", "fine") == 1


@pytest.mark.parametrize("other", [{"files": 1 << 20}, {"packages": ("numpy", "yaml")}])
def test_what_needs_another_sandbox_gets_one(nursery: Nursery, other: dict[str, Any]) -> None:
    process = nursery.start(replace(LIMITS, **other))
    process.kill()
    assert not isinstance(process, _Child)


def test_each_worker_has_its_own_limits(nursery: Nursery) -> None:
    source = "import json, resource\ndef attack(): return json.dumps(resource.getrlimit(resource.RLIMIT_AS))"
    for memory in (600 << 20, 700 << 20):
        limits = replace(LIMITS, memory=memory)
        with Session({"work.py": source.encode()}, DRIVER, nursery, limits) as session:
            assert json.loads(session.student().call("run", "attack")) == [memory, memory]


def test_a_sandbox_that_cannot_nurse_starts_each_worker_itself() -> None:
    started = []

    class Container:
        name, isolates, demands, nurses = "container", True, (), False

        def start(self, limits: Limits, nursery: bool = False) -> str:
            started.append(nursery)
            return "a worker"

    made = Nursery(Container())  # type: ignore[arg-type]
    assert started == []
    assert made.start(LIMITS) == "a worker"  # type: ignore[comparison-overlap]
    assert started == [False]
