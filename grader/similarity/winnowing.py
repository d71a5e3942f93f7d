"""Winnowing: few hashes that stand for a text, at least one in each stretch of some length.

The hash of every k tokens in a row is taken, and of each w neighbours the least is kept (Schleimer, Wilkerson and
Aiken, Winnowing: Local Algorithms for Document Fingerprinting, 2003). So no match shorter than k tokens is found, and
every one of k + w - 1 or more is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Grain", "grams", "winnowed"]

BASE, MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
SHIFT = np.uint64(29)


@dataclass(frozen=True, slots=True)
class Grain:
    """How fine a text is looked at: tokens in a row, and neighbouring hashes of which one is kept."""

    k: int
    w: int


def grams(codes: npt.NDArray[np.uint64], k: int) -> npt.NDArray[np.uint64]:
    """The hash of every k tokens in a row."""
    count = len(codes) - k + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    hashes = np.zeros(count, np.uint64)
    for place in range(k):  # sums and products are modulo 2 to the 64
        hashes = hashes * BASE + codes[place : place + count] + np.uint64(1)
    hashes ^= hashes >> SHIFT
    hashes *= MIX
    return hashes ^ (hashes >> SHIFT)


def winnowed(hashes: npt.NDArray[np.uint64], w: int) -> npt.NDArray[np.int64]:
    """The places of the least hash of each w neighbours; of equal ones, that of the last."""
    if len(hashes) < w:
        return np.zeros(0, np.int64) if not len(hashes) else np.array([_last_least(hashes)], np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(hashes, w)
    least = w - 1 - windows[:, ::-1].argmin(axis=1)
    return np.unique(least + np.arange(len(least)))


def _last_least(hashes: npt.NDArray[np.uint64]) -> int:
    return len(hashes) - 1 - int(hashes[::-1].argmin())
