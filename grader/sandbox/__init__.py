"""Ways to start a worker, strongest first."""

from __future__ import annotations

from collections.abc import Callable

from grader.errors import SandboxError
from grader.sandbox import bubblewrap, container, landlock, process
from grader.sandbox.base import Limits, Process, Sandbox

__all__ = ["NAMES", "Limits", "Process", "Sandbox", "choose", "prestart"]

_BACKENDS: dict[str, tuple[Callable[[], str | None], Callable[[], Sandbox]]] = {
    "bubblewrap": (bubblewrap.probe, bubblewrap.BubblewrapSandbox),
    "landlock": (landlock.probe, landlock.LandlockSandbox),
    "container": (container.probe, container.ContainerSandbox),
    "process": (process.probe, process.ProcessSandbox),
}
NAMES = tuple(_BACKENDS)


def choose(name: str = "auto") -> Sandbox:
    """The sandbox of that name, or with "auto" the strongest one that works here."""
    reasons = []
    for each in _candidates(name):
        probe, backend = _BACKENDS[each]
        reason = probe()
        if reason is None:
            return backend()
        reasons.append(f"{each}: {reason}")
    raise SandboxError("No sandbox works here.\n" + "\n".join(reasons))


def prestart(sandbox: Sandbox, limits: Limits | None = None) -> Process:
    """A worker on its way up, to hand to a `Session` as `warm`: start it before the grader's own slow imports."""
    return sandbox.start(limits or Limits())


def _candidates(name: str) -> list[str]:
    if name == "auto":
        return [each for each in _BACKENDS if each != "container"]  # slow to start: for who asks for it
    if name not in _BACKENDS:
        from grader.wording import did_you_mean  # brings pydantic, which nobody waits for otherwise

        known = ("auto", *_BACKENDS)
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}."
        raise SandboxError(f"There is no sandbox {name!r}{hint}")
    return [name]
