"""An attack costs only the attacker: the session gives the right failure and goes on, and nothing is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sandbox_samples import DRIVER, FINE, LIMITS, children, left_behind, linux_only, usable

from grader.errors import SandboxError, StudentError
from grader.sandbox import bubblewrap, choose, container, prestart
from grader.sandbox.base import Limits, Sandbox
from grader.sandbox.bubblewrap import BubblewrapSandbox
from grader.sandbox.folders import package_paths, readable, site_folders
from grader.sandbox.linux import harden_grader
from grader.sandbox.nursery import Nursery
from grader.sandbox.process import ProcessSandbox
from grader.session import Session
from grader.worker.lockdown import filter_program, without

SHORT = replace(LIMITS, request=0.4)  # for what will not come back
HOLDING = ["bubblewrap", "landlock", pytest.param("container", marks=pytest.mark.slow)]


@pytest.fixture(params=["bubblewrap", "landlock", "nursery in bubblewrap", "nursery in landlock"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    how, _, name = request.param.rpartition(" in ")
    if not how:
        yield usable(name)
        return
    nursery = Nursery(usable(name), LIMITS)
    yield nursery
    nursery.close()


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for private folders, which has to be empty again in the end."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)  # unlike `tmp_path`, a worker of another user gets at it
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    folder.rmdir()


def attacked(source: str, sandbox: Sandbox, limits: Limits = LIMITS) -> tuple[Any, str, Session]:
    """What `attack` of a hand-in comes to, what it printed, and the session, closed; a fresh worker has to follow."""
    with Session({"work.py": source.encode(), "good.py": FINE.encode()}, DRIVER, sandbox, limits) as session:
        student = session.student()
        try:
            came: Any = student.call("run", "attack")
        except StudentError as error:
            came = error.failure
        printed = student.output()
        assert session.student().call("run", "fine") == 1
    return came, printed, session


ATTACKS = {
    "leave at import": ("import os; os._exit(0)\ndef attack(): pass", "died"),
    "kill itself": ("import os, signal\ndef attack(): os.kill(os.getpid(), signal.SIGKILL)", "died"),
    "abort": ("import os\ndef attack(): os.abort()", "died"),
    "crash": ("import ctypes\ndef attack(): ctypes.string_at(0)", "died"),
    "endless loop": ("def attack():\n    while True: pass", "timeout"),
    "endless loop in C": ("def attack(): return 9 ** 9 ** 9", "timeout"),
    "endless loop that swallows everything": (
        (
            "import signal\ndef attack():\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
            "    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
        ),
        "timeout",
    ),
    "hog at once": ("import numpy as np\ndef attack(): return np.ones(10 * 2**30 // 8).sum()", "exception"),
    "hog in pieces": (
        "import numpy as np\ndef attack():\n    kept = []\n    while True: kept.append(np.zeros(1 << 22))",
        "exception",
    ),
    "map shared memory": ("import mmap\ndef attack(): return [mmap.mmap(-1, 1 << 28) for _ in range(40)]", "exception"),
    "many threads": (
        (
            "import threading, time\ndef attack():\n"
            "    for _ in range(2000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
        ),
        "exception",
    ),
    "garbage into every descriptor": (
        (
            "import os\ndef attack():\n    for fd in range(3, 64):\n        try: os.write(fd, b'x' * 100)\n"
            "        except OSError: pass\n    return 1"
        ),
        "protocol",
    ),
    "half a frame, then sleep": (
        (
            "import os, struct, time\ndef attack():\n    for fd in range(3, 64):\n"
            "        try: os.write(fd, struct.pack('<4sIQ', b'GRD1', 100, 0) + b'{')\n"
            "        except OSError: pass\n    time.sleep(60)"
        ),
        "timeout",
    ),
    "close every descriptor": ("import os\ndef attack(): os.closerange(0, 100); return 1", "died"),
    "close every descriptor and stay": (
        "import os\ndef attack():\n    os.closerange(0, 100)\n    while True: pass",
        ("died", "timeout"),
    ),
    "flood": ("def attack():\n    while True: print('x' * 100000)", "timeout"),
    "fill the disk": (
        "def attack():\n    with open('big', 'wb') as file:\n        while True: file.write(bytes(1 << 20))",
        "exception",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_costs_only_the_attacker(attack: str, sandbox: Sandbox, temporary: Path) -> None:
    source, code = ATTACKS[attack]
    before = children()
    came, printed, _ = attacked(source, sandbox, SHORT if "timeout" in code else LIMITS)
    allowed = (code,) if isinstance(code, str) else code
    assert came.code in allowed, came
    assert len(printed) < LIMITS.output + 100
    assert not left_behind(before)


def test_an_answer_given_in_the_workers_name_is_noticed(sandbox: Sandbox, temporary: Path) -> None:
    source = """
import os
from grader.worker.wire import encode
def attack():
    for fd in range(3, 64):
        try: os.write(fd, encode({"id": 2, "ok": True, "value": 100}))
        except OSError: pass
    return 1
"""
    with Session({"work.py": source.encode()}, DRIVER, sandbox, LIMITS) as session:

        def attack_and_go_on() -> None:
            session.student().call("run", "attack")  # the value is a claim like any other; the second answer is not
            session.student().call("echo", 2)

        with pytest.raises(StudentError, match="channel"):
            attack_and_go_on()
        assert session.student().call("echo", 2) == 2
        assert any("channel" in sentence for sentence in session.facts().integrity)


# Forbidden by the lockdown: each would succeed for an ordinary process of the grader's own user.
DEEDS = {
    "fork": "os.fork()",
    "start a program": "__import__('subprocess').run(['/bin/true'])",
    "become a daemon": "os.setsid()",
    "open a socket": "__import__('socket').socket()",
    "kill the grader": f"os.kill({os.getpid()}, 0)",
    "kill the parent": "os.kill(os.getppid(), 0)",
    "kill everyone": "os.kill(-1, 0)",
    "stop the grader by a descriptor's signal": f"__import__('fcntl').fcntl(1, 8, {os.getpid()})",
    "slow the grader down": f"os.setpriority(os.PRIO_PROCESS, {os.getpid()}, 5)",
    "pin the grader": f"os.sched_setaffinity({os.getpid()}, [0])",
    "limit the grader": f"__import__('resource').prlimit({os.getpid()}, __import__('resource').RLIMIT_NOFILE, (9, 9))",
    "raise its own limit": "__import__('resource').setrlimit(__import__('resource').RLIMIT_AS, (1 << 40, 1 << 40))",
    "read the accounts": "open('/etc/passwd').read()",
    "list the root": "(os.listdir('/proc'), os.listdir('/etc'))",
    "read the grader's environment": f"open('/proc/{os.getpid()}/environ').read()",
    "read the grader's memory": f"open('/proc/{os.getpid()}/mem', 'rb')",
    "read this test": f"open({__file__!r}).read()",
    "read the grader": f"open({str(Path(sys.modules['grader.session'].__file__ or ''))!r}).read()",
    "list the installed packages": f"os.listdir({str(Path(pytest.__file__).parent.parent)!r})",
    "write beside itself": "open('/usr/evil.pth', 'w')",
    "write into numpy": "open(__import__('numpy').__file__, 'a')",
    "write into the worker": "open(__import__('sys').modules['__main__'].__file__, 'a')",
    "memory that is not counted": "os.memfd_create('x')",
}


@linux_only
@pytest.mark.parametrize("name", HOLDING)
def test_forbidden_deeds_fail(name: str, temporary: Path) -> None:
    source = "import os\ndef attack(deed): return repr(eval(deed))[:100]\n"
    with Session({"work.py": source.encode()}, DRIVER, usable(name), LIMITS) as session:
        student = session.student()
        done = {}
        for deed, expression in DEEDS.items():
            try:
                done[deed] = student.call("run", "attack", expression)
            except StudentError as error:
                if error.failure.code != "exception":
                    done[deed] = error.failure
        assert not done
        assert session.student() is student  # nothing of this cost the worker


def test_the_worker_knows_nothing_of_the_grader(
    sandbox: Sandbox, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "canary-in-the-environment")
    source = """
import gc, json, os, sys
def attack():
    fds = []
    for fd in range(64):
        try: os.fstat(fd); fds.append(fd)
        except OSError: pass
    return json.dumps({"environ": dict(os.environ), "argv": sys.argv, "path": sys.path, "fds": fds,
        "modules": sorted(name for name in sys.modules if name.partition(".")[0] == "grader")})
"""
    seen = json.loads(attacked(source, sandbox)[0])
    assert "canary" not in json.dumps(seen)
    assert set(seen["environ"]) <= {
        *("PATH", "HOME", "TMPDIR", "LANG", "LC_CTYPE", "PYTHONHASHSEED", "PWD"),
        *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"),
    }
    assert seen["argv"] == ["worker"]
    assert len(seen["fds"]) == 4  # nothing, two outputs and the channel
    assert not any("site-packages" in path for path in seen["path"])
    assert all(name == "grader" or name.startswith("grader.worker") for name in seen["modules"])


def test_harmless_habits_work(sandbox: Sandbox, temporary: Path) -> None:
    source = """
import os, sys, tempfile, threading, warnings
import numpy as np
def attack():
    with open(os.devnull, "w") as nothing: print("quiet", file=nothing)
    with open("weights.npz", "wb") as file: np.savez(file, W=np.ones(3))
    with tempfile.NamedTemporaryFile() as file: file.write(b"x")
    thread = threading.Thread(target=np.linalg.svd, args=(np.eye(5),)); thread.start(); thread.join()
    sys.stdout = sys.stderr = None
    return float(np.load("weights.npz")["W"].sum() + np.random.default_rng().random() * 0)
"""
    assert attacked(source, sandbox)[0] == 3.0


def test_output_is_capped_and_told(sandbox: Sandbox, temporary: Path) -> None:
    came, printed, session = attacked("def attack(): print('x' * 10**6); return 2", sandbox)
    assert came == 2
    assert len(printed) < LIMITS.output + 100
    assert printed.endswith("[… cut here]")
    assert any("printed" in sentence for sentence in session.facts().integrity)


@linux_only
def test_a_worker_does_not_end_with_the_thread_that_asked_for_it(sandbox: Sandbox, temporary: Path) -> None:
    session = Session({"work.py": FINE.encode()}, DRIVER, sandbox, LIMITS)
    thread = threading.Thread(target=session.student)
    thread.start()
    thread.join()
    time.sleep(0.3)
    with session:
        assert session.student().call("run", "fine") == 1


@linux_only
def test_workers_end_with_the_grader(sandbox: Sandbox, tmp_path: Path) -> None:
    program = (
        "import sys, time\nfrom grader.sandbox import choose, prestart\n"
        f"worker = prestart(choose({sandbox.name!r}))\nworker.channel.recv(1)\nprint(worker._popen.pid, flush=True)\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", program]
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1], env=env) as grader:
        assert grader.stdout
        worker = int(grader.stdout.readline())
        grader.kill()
    harden_grader()
    for _ in range(6000):
        if not Path(f"/proc/{worker}/stat").exists() or ") Z" in Path(f"/proc/{worker}/stat").read_text():
            return
        time.sleep(0.01)
    pytest.fail("the worker lives on")


FILLERS = {
    "one file after another": "[open(f'{n}', 'wb').write(bytes(4 << 20)) for n in range(10_000)]",
    "a great many empty files": "[open(f'{n}', 'wb').close() for n in range(1_000_000)]",
    "one file after another, while it prints": (
        "[(open(f'{n}', 'wb').write(bytes(4 << 20)), print('x' * 200_000)) for n in range(10_000)]"
    ),
    "files that lie very deep": (
        "[(os.mkdir('d' * 200), os.chdir('d' * 200), open('f', 'wb').write(bytes(4 << 20))) for n in range(10_000)]"
    ),
}


@linux_only
@pytest.mark.parametrize("filler", FILLERS)
def test_a_worker_that_fills_the_disk_is_ended(filler: str, temporary: Path) -> None:
    source = f"import os\ndef attack(): {FILLERS[filler]}\n"
    with Session({"work.py": source.encode()}, DRIVER, usable("landlock"), LIMITS) as session:
        with pytest.raises(StudentError) as caught:
            session.student().call("run", "attack", limit=20)
        written = sum(path.stat().st_blocks * 512 for path in temporary.rglob("*") if path.is_file())
    assert caught.value.failure.code in {"died", "exception"}
    assert written <= 64 * LIMITS.files


@linux_only
@pytest.mark.slow
def test_a_container_ends_with_its_hand_in_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox, before, new_name = usable("container"), children(), container._new_name
    names: list[str] = []
    monkeypatch.setattr(container, "_new_name", lambda: names.append(new_name()) or names[-1])
    for name in ("endless loop", "hog at once", "crash", "flood"):
        source, code = ATTACKS[name]
        came, printed, _ = attacked(source, sandbox, SHORT if "timeout" in code else LIMITS)
        assert came.code in ((code,) if isinstance(code, str) else code)
        assert len(printed) < LIMITS.output + 100
    listed = container._run("ps", "--all", "--format", "{{.Names}}").stdout.decode().split()
    assert len(names) > 4
    assert not set(listed) & set(names)
    assert not left_behind(before)


def test_a_kill_may_be_repeated(sandbox: Sandbox, temporary: Path) -> None:
    worker = prestart(sandbox)
    worker.kill()
    worker.kill()
    assert worker.ended() is not None


def test_an_unknown_sandbox_is_refused_by_name() -> None:
    with pytest.raises(SandboxError, match="auto, bubblewrap, landlock, container, process"):
        choose("virtual-machine")


def test_a_sandbox_that_does_not_work_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader import sandbox as module

    broken = {name: (lambda: "it is broken", BubblewrapSandbox) for name in ("bubblewrap", "landlock")}
    monkeypatch.setattr(module, "_BACKENDS", {**module._BACKENDS, **broken})
    assert isinstance(choose(), ProcessSandbox)
    with pytest.raises(SandboxError, match="it is broken"):
        choose("bubblewrap")


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns"),
        ("bwrap: No permissions to create new namespace, likely because", "containers"),
        ("bwrap: Creating new namespace failed: nesting depth or", "max_user_namespaces"),
        ("bwrap: something new", "something new"),
    ],
)
def test_a_probe_that_fails_says_what_to_do(said: str, advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess[bytes]([], 1, b"", said.encode())
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bubblewrap, "_try", lambda: failed)
    assert advice in (bubblewrap.probe.__wrapped__() or "")


def test_only_the_allowed_packages_can_be_read() -> None:
    site = Path(package_paths(("numpy",))[0]).parent
    allowed = [Path(path) for each in readable(("numpy",)) for path in without(each, site_folders())]
    assert all(site != path and path not in site.parents for path in allowed)
    assert site / "numpy" in allowed


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_jump_of_the_filter_stays_inside_it(machine: str) -> None:
    program = filter_program(machine, 1234)
    steps = [program[start : start + 8] for start in range(0, len(program), 8)]
    jumps = [(place, step[2], step[3]) for place, step in enumerate(steps) if step[0] & 7 == 5]
    assert all(place + 1 + max(yes, no) < len(steps) for place, yes, no in jumps)
    assert steps[-1][0] == 6
