"""A session answers every question in time, whatever the worker says or does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import channel
from grader.driver import Driver, read_driver
from grader.errors import SandboxError, StudentError
from grader.sandbox.base import Limits
from grader.sandbox.clock import Effort, effort
from grader.sandbox.process import ProcessSandbox
from grader.session import Handle, Session
from grader.worker.wire import PREFIX, decode, encode, lengths

DRIVER = read_driver(Path(__file__).parent / "worker_fixtures" / "driver.py")
LIMITS = Limits(request=0.5, total=30.0)
FINE = "def fine():\n    return 1\n"


def open_session(source: str, limits: Limits = LIMITS) -> Session:
    return Session({"work.py": (FINE + source).encode()}, DRIVER, ProcessSandbox(), limits)


def failure_of(call: Callable[[], Any]) -> Any:
    with pytest.raises(StudentError) as caught:
        call()
    return caught.value.failure


# with a real worker


@pytest.fixture(scope="module")
def shared() -> Iterator[Session]:
    """One session for the tests that leave the worker alive."""
    source = """
import sys, random
import numpy as np

class Hostile(Exception):
    def __str__(self): raise ValueError("no")

class Long(Exception):
    def __str__(self): return "x" * 100_000_000

class Endless(Exception):
    __slots__ = ()
    def __str__(self): return str(Text("ok"))

class Text(str):
    def __getitem__(self, key): raise RuntimeError("no")
    def encode(self, *args): raise RuntimeError("no")

def raises(which):
    errors = {"value": ValueError("shapes (3,4)"), "exit": SystemExit(0), "interrupt": KeyboardInterrupt(),
              "base": BaseException("base"), "hostile": Hostile(), "long": Long(), "generator": GeneratorExit(),
              "group": ExceptionGroup("many", [ValueError("one")]), "endless": Endless()}
    raise errors[which]

def recursion(): return recursion()
def hog(): return np.ones(10 * 2**30 // 8)
def syntax(): return eval("1 +")
def prints():
    print("hello \\x1b[31mred\\x1b[0m \\u202egnol", end="\\r\\n")
    print("to the other", file=sys.stderr)
def draws(): return [random.random(), float(np.random.rand()), np.random.default_rng().random() >= 0]
def change(X): X[:] = 7; return X
def returns(which):
    class Array(np.ndarray): pass
    return {"object": object(), "huge": np.broadcast_to(0.0, (10**6, 10**6)), "ragged": np.array([[1], [1, 2]], object),
            "complex": np.array([1j]), "masked": np.ma.masked_array([1.0, 2.0], [True, False]), "key": {(1, 2): 3},
            "deep": __import__("functools").reduce(lambda deep, _: [deep], range(100), 0), "text": np.array(["a"]),
            "function": len, "half": np.float16(0.5), "long": np.longdouble(0.5), "matrix": np.matrix([[1.0]]),
            "subclass": np.ones(2).view(Array), "objects": np.array([1, 2.5], object), "zero": np.array(3.0),
            "nan": float("nan"), "tuple": (1, None), "unmasked": np.ma.masked_array([1.0]), "numbers": {1: True},
            "surrogate": "a\\ud800", "big": 10**30}[which]
"""
    with Session(
        {"work.py": (FINE + source).encode(), "bad.py": b"def broken(:\n"}, DRIVER, ProcessSandbox()
    ) as session:
        yield session


def test_values_and_arrays_go_there_and_back(shared: Session) -> None:
    X = np.arange(12.0).reshape(3, 4)
    back = shared.student().call("echo", {"X": X, "n": [1, None, "ü", np.int64(5), (True, 2.5)]})
    assert np.array_equal(back["X"], X)
    assert back["n"] == [1, None, "ü", 5, [True, 2.5]]


@pytest.mark.parametrize(
    ("which", "message"),
    [
        ("value", "ValueError: shapes (3,4)"),
        ("exit", "SystemExit: 0"),
        ("interrupt", "KeyboardInterrupt"),
        ("base", "BaseException: base"),
        ("generator", "GeneratorExit"),
        ("hostile", "Hostile: (its message cannot be shown)"),
        ("endless", "Endless: ok"),
        ("long", "Long: xxx"),
        ("group", "ExceptionGroup: many (1 sub-exception)"),
    ],
)
def test_whatever_is_raised_is_told_with_its_place(shared: Session, which: str, message: str) -> None:
    failure = failure_of(lambda: shared.student().call("run", "raises", which, limit=10.0))
    assert (failure.fault, failure.code) == ("student", "exception")
    assert failure.message.startswith(message)
    assert len(failure.message) <= 500
    assert failure.where.startswith("work.py:")


@pytest.mark.parametrize(
    ("call", "fault", "code", "said"),
    [
        (["run", "recursion"], "student", "exception", "RecursionError"),
        (["run", "hog"], "student", "exception", "Unable to allocate 10"),
        (["run", "syntax"], "student", "exception", "SyntaxError"),
        (["find", "nowhere"], "student", "missing", "nowhere"),
        (["refuse"], "student", "unusable-value", "W1 came back as None."),
        (["stumble"], "grader", "driver", "KeyError"),
        (["no_such_function"], "grader", "driver", "no_such_function"),
        (["__init__"], "grader", "driver", "__init__"),
    ],
)
def test_each_failure_has_its_fault_and_code(
    shared: Session, call: list[str], fault: str, code: str, said: str
) -> None:
    failure = failure_of(lambda: shared.student().call(*call))
    assert (failure.fault, failure.code) == (fault, code)
    assert said in failure.message


def test_running_out_of_memory_names_the_limit(shared: Session) -> None:
    assert "2048 MiB" in failure_of(lambda: shared.student().call("run", "hog")).hint


@pytest.mark.parametrize("which", ["object", "huge", "ragged", "complex", "masked", "key", "deep", "text", "function"])
def test_a_value_that_is_not_plain_is_the_students_failure(shared: Session, which: str) -> None:
    assert failure_of(lambda: shared.student().call("run", "returns", which)).code == "unusable-value"


@pytest.mark.parametrize(
    ("which", "plain"),
    [
        ("half", 0.5),
        ("long", 0.5),
        ("matrix", np.ones((1, 1))),
        ("subclass", np.ones(2)),
        ("objects", np.array([1, 2.5])),
        ("zero", np.array(3.0)),
        ("tuple", [1, None]),
        ("unmasked", np.ones(1)),
        ("numbers", {"1": True}),
        ("surrogate", "a?"),
        ("big", 1e30),
    ],
)
def test_exotic_values_arrive_as_what_they_stand_for(shared: Session, which: str, plain: Any) -> None:
    back = shared.student().call("run", "returns", which)
    assert type(back) is type(plain)
    assert np.shape(back) == np.shape(plain)
    assert np.all(np.equal(back, plain))


def test_objects_stay_in_the_worker_and_are_shared(shared: Session) -> None:
    student = shared.student()
    X = student.make("echo", np.zeros(3))
    student.call("run", "change", X)
    assert student.call("echo", [X])[0].tolist() == [7.0, 7.0, 7.0]


def test_inputs_are_copies(shared: Session) -> None:
    X = np.zeros(3)
    shared.student().call("run", "change", X)
    assert not X.any()


def test_every_request_sees_the_same_random_numbers(shared: Session) -> None:
    assert shared.student().call("run", "draws") == shared.student().call("run", "draws")


def test_prints_are_kept_once_and_made_safe(shared: Session) -> None:
    student = shared.student()
    student.output()
    student.call("run", "prints")
    assert student.output() == "hello \ufffd[31mred\ufffd[0m \ufffdgnol\nto the other\n"
    assert student.output() == ""


def test_replaced_functions_are_named() -> None:
    source = """
import builtins, json, numpy as np, numpy.testing
numpy.testing.assert_allclose = lambda *args, **kwargs: None
np.allclose = np.array = np.asarray = np.ascontiguousarray = lambda *args, **kwargs: True
json.dumps = json.loads = None
"""
    with open_session(source) as session:
        student = session.student()
        assert student.call("run", "fine") == 1
        assert np.array_equal(student.call("echo", np.ones(2)), np.ones(2))
        assert {
            "numpy.testing.assert_allclose was replaced",
            "numpy.allclose was replaced",
            "json.dumps was replaced",
        } <= {*session.facts().integrity}


def test_after_a_timeout_there_is_a_fresh_worker_and_old_handles_are_told_apart() -> None:
    with open_session("def loop(*_):\n    print('still here')\n    while True: pass\n") as session:
        student = session.student()
        handle = student.make("echo", 5)
        failure = failure_of(lambda: student.call("run", "loop"))
        assert failure.code == "timeout"
        assert "0.5 s" in failure.message
        assert "still here" in student.output()
        assert failure_of(lambda: student.call("echo", 1)) == failure
        fresh = session.student()
        assert fresh is not student
        assert fresh.call("run", "fine") == 1
        assert failure_of(lambda: fresh.call("echo", handle)).code == "stale-handle"


def test_the_third_call_like_two_lost_ones_is_not_tried() -> None:
    with open_session("import os\ndef out(*_): os._exit(3)\ndef other(): return 2\n") as session:
        failures = [failure_of(lambda: session.student().call("run", "out")) for _ in range(3)]
        assert [each.code for each in failures] == ["died"] * 3
        assert "exit status 3" in failures[0].message
        assert "second time, so it was not tried again" in failures[2].message
        assert session.student().call("run", "other") == 2


def test_large_answers_are_refused_when_there_is_no_more_room_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.session._ALL_LARGE", 5 << 20)
    with open_session("import numpy as np\ndef large():\n    return np.ones(1 << 18)\n") as session:
        student = session.student()
        assert [student.call("run", "large").size for _ in range(2)] == [1 << 18] * 2
        for _ in range(2):
            failure = failure_of(lambda: student.call("run", "large"))
            assert (failure.fault, failure.code) == ("student", "unusable-value")
            assert "more than 5 MiB" in failure.message
        assert student.call("run", "fine") == 1  # what is small still comes through


def test_the_whole_hand_ins_time_is_kept_too() -> None:
    with open_session("def loop():\n    while True: pass\n", Limits(request=9.0, total=3.0)) as session:
        session.student()
        assert failure_of(lambda: session.student().call("run", "loop")).code == "timeout"
        assert "whole hand-in" in failure_of(lambda: session.student().call("run", "fine")).message


def test_a_warm_worker_is_used_first() -> None:
    warm = ProcessSandbox().start(LIMITS)
    with Session({"work.py": FINE.encode()}, DRIVER, ProcessSandbox(), LIMITS, warm) as session:
        assert session.student().call("run", "fine") == 1
    assert warm.ended() is not None


def test_a_warm_worker_that_is_never_used_is_ended() -> None:
    warm = ProcessSandbox().start(LIMITS)
    Session({}, DRIVER, ProcessSandbox(), LIMITS, warm).close()
    assert warm.ended() is not None


def test_a_driver_that_is_broken_is_the_graders_fault() -> None:
    with Session({}, Driver.of(b"class Driver(: pass"), ProcessSandbox(), LIMITS) as session:
        failure = failure_of(session.student)
        assert failure.fault == "grader"
        assert failure_of(session.student) == failure


# with a worker that is played here


Reply = Callable[[int], bytes]
UP = encode({"id": 0, "up": {"python": "3"}})


class Played:
    """A worker whose frames are written by the test: one reply for each request."""

    name = "played"
    isolates = False
    demands: tuple[str, ...] = ()

    def __init__(self, *replies: Reply, up: bytes = UP) -> None:
        self.channel, self._far = socket.socketpair()
        self.output, self._written = os.pipe()
        self.pid: int | None = None
        self._replies = [lambda number: encode({"id": number, "ok": True}), *replies]  # the first is for `load`
        self._far.sendall(up)
        self._player = threading.Thread(target=self._play)
        self._player.start()

    def describe(self) -> str:
        return "nothing"

    def start(self, limits: Limits) -> Played:
        return self

    def ended(self) -> int | None:
        return None

    def kill(self) -> None:
        self.channel.close()
        self._player.join()
        self._far.close()
        os.close(self.output)
        os.close(self._written)

    def _play(self) -> None:
        for reply in self._replies:
            prefix = self._far.recv(PREFIX.size, socket.MSG_WAITALL)
            if not prefix:
                return
            header, body = lengths(prefix)
            rest = self._far.recv(header + body, socket.MSG_WAITALL)
            with suppress(BrokenPipeError):  # nobody waits any more
                self._far.sendall(reply(decode(rest[:header], rest[header:])["id"]))


def failing(**failure: Any) -> Reply:
    return lambda number: encode({"id": number, "ok": False, "failure": failure})


def answer(number: int) -> bytes:
    return encode({"id": number, "ok": True, "value": 1})


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (lambda n: answer(n + 1), "protocol"),
        (lambda n: answer(n) + b"x", "protocol"),
        (lambda n: answer(n) * 2, "protocol"),
        (lambda n: encode([n]), "protocol"),
        (lambda n: encode({"id": float(n)}), "protocol"),
        (lambda n: encode({"id": True, "ok": True}), "protocol"),
        (lambda n: b"\0" * 100, "protocol"),
        (lambda n: PREFIX.pack(b"GRD1", 2**32 - 1, 0), "protocol"),
        (lambda n: PREFIX.pack(b"GRD1", 8, 1 << 40), "protocol"),
        (lambda n: PREFIX.pack(b"GRD1", 200_000, 0) + b"[" * 200_000, "protocol"),
        (lambda n: PREFIX.pack(b"GRD1", 4, 0) + b"\xff\xff\xff\xff", "protocol"),
        (lambda n: encode({"id": n, "ok": False}), "protocol"),
        (failing(fault="nobody", code="exception", message="", hint="", where=""), "protocol"),
        (failing(fault="student", code="invented", message="", hint="", where=""), "protocol"),
        (failing(fault="student", code="exception", message=1, hint="", where=""), "protocol"),
        (lambda n: answer(n)[:20], "timeout"),
        (lambda n: b"", "timeout"),
        (failing(fault="student", code="exception", message="x" * 10_000, hint="", where="\x1b]0;"), "exception"),
    ],
)
def test_a_reply_that_breaks_the_rules_is_a_failure_and_never_a_value(reply: Reply, code: str) -> None:
    limits = Limits(request=0.3 if code == "timeout" else 30.0)
    with Session({}, Driver.of(b""), Played(reply), limits) as session:
        failure = failure_of(lambda: session.student().call("anything"))
    assert failure.code == code
    assert len(failure.message) <= 500
    assert "\x1b" not in failure.where


@pytest.mark.parametrize(
    ("used", "eager", "waits"),
    [
        (0.0, True, True),  # others had the processor
        (0.0, False, False),  # it sleeps
        (0.3, True, False),  # it had its time
    ],
)
def test_a_worker_gets_the_time_that_others_took_from_it(
    used: float, eager: bool, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    efforts = iter([Effort(1.0, eager)])
    monkeypatch.setattr(channel, "effort", lambda pid: next(efforts, Effort(1.0 + used, eager)))
    monkeypatch.setattr(channel, "_LOOK", 0.02)

    def late(number: int) -> bytes:
        time.sleep(0.5)
        return answer(number)

    played = Played(late)
    played.pid = 1
    with Session({}, Driver.of(b""), played, Limits(request=0.3)) as session:
        student = session.student()
        if waits:
            assert student.call("anything") == 1
        else:
            assert failure_of(lambda: student.call("anything")).code == "timeout"


def test_a_process_tells_its_effort_with_that_of_its_children() -> None:
    script = "import os, time\nos.fork()\nwhile True: pass\n"
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    try:
        until = time.monotonic() + 60
        while ((seen := effort(process.pid)) is None or seen.seconds < 0.3) and time.monotonic() < until:
            time.sleep(0.05)
        assert seen is not None
        assert seen.eager
        assert seen.seconds >= 0.3
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_process_that_is_gone_tells_nothing() -> None:
    assert effort(2**22 + 1) is None


def test_a_reply_to_a_question_not_yet_asked_is_refused() -> None:
    played = Played(lambda number: answer(number) + answer(number + 1))
    with Session({}, Driver.of(b""), played, Limits(request=0.5)) as session:
        assert failure_of(lambda: session.student().call("anything")).code == "protocol"


@pytest.mark.parametrize("up", [b"\0" * 16, encode({"id": 0}), encode({"id": 3, "up": {}}), b""])
def test_a_worker_that_does_not_come_up_is_the_machines_fault(up: bytes) -> None:
    with Session({}, Driver.of(b""), Played(up=up), Limits(start=0.2)) as session, pytest.raises(SandboxError):
        session.student()


@pytest.mark.parametrize(
    ("lockdown", "missing"),
    [
        ("limits AS, Landlock 7, seccomp", ""),
        ("limits AS, no Landlock, seccomp", "could not apply Landlock"),
        ("limits AS, Landlock 7, no seccomp", "could not apply seccomp"),
        ("", "could not apply Landlock and seccomp"),
    ],
)
def test_a_worker_that_holds_less_than_its_sandbox_promises_is_not_used(lockdown: str, missing: str) -> None:
    played = Played(up=encode({"id": 0, "up": {"lockdown": lockdown}}))
    played.demands = ("Landlock", "seccomp")
    with Session({}, Driver.of(b""), played, LIMITS) as session:
        if not missing:
            session.student()
            return
        with pytest.raises(SandboxError, match=missing):
            session.student()


def test_a_file_whose_import_never_comes_back_is_not_run_a_third_time() -> None:
    files = {"stuck.py": b"import os\ndef other(): pass\nos._exit(3)\n", "work.py": FINE.encode()}
    for each in range(4):
        files["stuck.py"] += f"def attack{each}(): pass\n".encode()
    with Session(files, DRIVER, ProcessSandbox(), LIMITS) as session:
        told = [failure_of(lambda n=n: session.student().call("run", f"attack{n}")) for n in range(4)]  # type: ignore[misc]
        assert session.student().call("run", "fine") == 1
    assert [failure.code for failure in told] == ["died", "died", "unusable-value", "unusable-value"]
    assert "Importing stuck.py does not finish" in told[3].message


def test_handles_are_values() -> None:
    assert Handle(1, "build two-layer") == Handle(1, "build two-layer")
