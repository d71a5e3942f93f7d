"""The curves among what fit leaves behind, and whether they are right."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from grader.worker.calling import Array, numbers
from grader.worker.handin import Unusable
from grader.worker.histories import named_series
from grader.worker.holding import namespace


def numbers_kept(network: Any) -> Iterator[tuple[str, Any]]:
    """The series of numbers that a network or its class holds, by the names that lead to them."""
    held = [dict(namespace(kind)) for kind in reversed(type(network).__mro__[:-1])]
    own = {name: value for each in held for name, value in each.items() if not name.startswith("__")}
    return ((path, copy.copy(value)) for path, value in named_series({**own, **namespace(network)}))


def added_since(network: Any, before: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The same without what an earlier fit has left in lists that are never emptied."""
    for path, value in numbers_kept(network):
        old = before.get(path, ())
        goes_on = len(old) < len(value) and all(map(np.array_equal, old, value))
        yield path, value[len(old) :] if goes_on else value


def curves_in(kept: Iterable[tuple[str, Any]], epochs: int) -> dict[str, list[Array]]:
    """The series of one number per epoch, by what their names say."""
    found: dict[str, list[Array]] = {}
    unnamed: list[Array] = []
    for path, value in kept:
        with suppress(Unusable):
            series = numbers(value, "The history").astype(np.float64).reshape(-1)
            if len(series) in (epochs, epochs + 1):
                names = quantities(path)
                for name in names:
                    found.setdefault(name, []).append(series)
                if not names:
                    unnamed.append(series)
    if not found and len(unnamed) >= 4:  # in any order or language: what they hold tells which is which
        found = {f"{part} {kind}": unnamed for part in ("training", "validation") for kind in ("loss", "accuracy")}
    return found


def quantities(path: str) -> list[str]:
    """Which of the four curves a name is for."""
    words = path.lower()
    kind = "accuracy" if re.search(r"acc|score", words) else "loss" if re.search(r"loss|cost|err|ce\b", words) else ""
    part = "validation" if re.search(r"val|test|dev|out", words) else "training"
    return [f"{part} {kind}"] if kind else []


def share_right(series: Array, rows: Sequence[Sequence[float]], part: str) -> float:
    """The share of entries that are a measured value after the epoch, or in training before it."""
    entries = series[1:] if len(series) == len(rows[0]) else series
    choices = [row[1:] for row in rows] + ([row[:-1] for row in rows] if part == "training" else [])
    shares = [float(np.mean(np.isclose(entries, choice, rtol=1e-4, atol=1e-6))) for choice in choices]
    percent = [float(np.mean(np.isclose(entries / 100, choice, rtol=1e-4, atol=1e-6))) for choice in choices]
    return max(*shares, *percent)
