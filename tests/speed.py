"""Limits on time that hold on a slow and busy machine as well."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOP = 0.07  # seconds that `_loop` computes where the limits were chosen


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """At most so much computing, whatever else the machine does; a slower one gets as much more as it is slower."""
    started = time.process_time()
    yield
    spent = time.process_time() - started
    if spent >= seconds:
        assert spent < seconds * _slowness()


def _slowness() -> float:
    started = time.process_time()
    sum(n * n for n in range(1_000_000))
    return max(1.0, (time.process_time() - started) / LOOP)
