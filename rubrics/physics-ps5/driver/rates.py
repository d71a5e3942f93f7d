"""The learning rate of a hand-in that is not handed one: kept in its objects, or beside its functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.worker.handin import Unusable, spelled
from grader.worker.histories import entries
from grader.worker.holding import namespace, put, set_attribute
from grader.worker.naming import RATE

_DEEPEST = 3  # such as self.layers[0].optimizer.eta


def keep_rate(network: Any, eta: float) -> None:
    """Let a network learn at this rate, be it an attribute of its own, of its class, or of what it holds."""
    for kind in type(network).__mro__:
        for name in _rates_in(namespace(kind)):
            set_attribute(network, name, eta)
    _keep_inside(network, eta, 0)


def _keep_inside(holder: Any, eta: float, depth: int) -> None:
    held = {} if isinstance(holder, np.ndarray) else dict(entries(holder))
    for name in _rates_in(held):
        try:
            put(holder, (("item" if isinstance(holder, dict) else "attribute", name),), eta)
        except Unusable:  # what cannot be changed remains as it is, and the step will tell
            continue
    if depth < _DEEPEST:
        for inner in held.values():
            _keep_inside(inner, eta, depth + 1)


def _rates_in(held: Any) -> list[str]:
    return [name for name, value in held.items() if _is_rate(name) and isinstance(value, (int, float))]


def _is_rate(name: Any) -> bool:
    return isinstance(name, str) and bool(re.fullmatch(RATE, spelled(name)))


@contextmanager
def rate_beside(function: Callable[..., Any], eta: float) -> Iterator[None]:
    """Inside, a function that reads its learning rate from a variable of its file reads this one."""
    function = getattr(function, "__func__", function)
    code, beside = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    names = [name for name in getattr(code, "co_names", ()) if name in beside]
    before = {name: beside[name] for name in _rates_in({name: beside[name] for name in names})}
    beside.update(dict.fromkeys(before, eta))
    try:
        yield
    finally:
        beside.update(before)
