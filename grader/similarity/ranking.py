"""Which hand-ins have much in common that few others have: an inverted index, so that only what is shared costs time.

A fingerprint that two have weighs 1, one that many have weighs less, and one that a fifth of the class has weighs
nothing: so does one write it. The score of a pair is the cosine of the two, drawn towards zero where there is little.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.similarity.prints import Numbers

__all__ = ["Index", "Scores", "indexed", "scores"]

USUAL = 0.2  # of the class
AT_LEAST = 5  # hand-ins that may have it in a small class before it is usual
LITTLE = 8.0  # fingerprints, added to what a score is divided by
CHUNK = 2_000_000  # pairs that are added up at once

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Index:
    """Every fingerprint of a class once, sorted, and how many hand-ins have it."""

    hashes: Numbers
    counts: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int64]  # the hand-ins by their numbers, those of one fingerprint after each other
    size: int  # hand-ins

    @property
    def weights(self) -> Matrix:
        """Of each fingerprint, from 0 to 1."""
        told = np.log((self.size + 1) / self.counts) / math.log((self.size + 1) / 2)
        return np.where(self.counts > max(AT_LEAST, USUAL * self.size), 0.0, np.minimum(told, 1.0))


@dataclass(frozen=True, slots=True)
class Scores:
    """For each two hand-ins, by their numbers, what they share; and what each has."""

    shared: Matrix
    whole: Matrix

    @property
    def cosine(self) -> Matrix:
        """The scores."""
        sizes = np.sqrt(self.whole)
        return self.shared / (np.outer(sizes, sizes) + LITTLE)

    def share(self, of: int, other: int) -> float:
        """The part of one's own text that the other has too."""
        return float(self.shared[of, other] / self.whole[of]) if self.whole[of] else 0.0


def indexed(found: Sequence[Numbers]) -> Index:
    """The index of a class; each hand-in has its fingerprints once."""
    owners = np.repeat(np.arange(len(found)), [len(each) for each in found])
    every = np.concatenate([np.zeros(0, np.uint64), *found])
    order = np.argsort(every, kind="stable")
    hashes, counts = np.unique(every, return_counts=True)
    return Index(hashes, counts.astype(np.int64), owners[order], len(found))


def scores(index: Index) -> Scores:
    """What all pairs share."""
    size, weights = index.size, index.weights
    whole = np.bincount(index.owners, np.repeat(weights, index.counts), minlength=size)
    shared = np.zeros(size * size)
    for flat, weight in _meetings(index, weights):
        shared += np.bincount(flat, weight, minlength=size * size)
    upper = shared.reshape(size, size)
    return Scores(upper + upper.T, whole.astype(np.float64))


def _meetings(index: Index, weights: Matrix) -> Iterator[tuple[npt.NDArray[np.int64], Matrix]]:
    """Each two hand-ins that meet in a fingerprint, as one number, with its weight; those of equal counts together."""
    starts = np.cumsum(index.counts) - index.counts
    for count in np.unique(index.counts[(index.counts > 1) & (weights > 0)]).tolist():
        mine = np.flatnonzero(index.counts == count)
        first, second = np.triu_indices(count, 1)
        for part in np.array_split(mine, math.ceil(len(mine) * len(first) / CHUNK)):
            who = index.owners[starts[part][:, None] + np.arange(count)]  # ascending, for the sort was stable
            flat = who[:, first] * index.size + who[:, second]
            yield flat.ravel(), np.repeat(weights[part], len(first))
