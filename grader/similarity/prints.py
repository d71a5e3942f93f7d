"""The fingerprints of a hand-in: of each kind some hundreds of numbers, in the place of its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.similarity.nouns import Kind, Text
from grader.similarity.reading import looked_at, texts, tokens
from grader.similarity.winnowing import Grain, grams, winnowed

__all__ = ["GRAINS", "KINDS", "Baseline", "Numbers", "Prints", "baseline", "prints"]

KINDS: tuple[Kind, ...] = ("code", "words")
GRAINS: Mapping[Kind, Grain] = {"code": Grain(10, 4), "words": Grain(5, 3)}
MOST_TOKENS = 60_000  # of one kind, of one hand-in: nobody wrote more

Numbers = npt.NDArray[np.uint64]
Baseline = Mapping[Kind, Numbers]
"""The hashes of what was given to everybody, sorted."""


@dataclass(frozen=True, slots=True)
class Prints:
    """A hand-in's hashes of each kind, each once, without what was given."""

    of: Mapping[Kind, Numbers]
    cut: bool  # whether it is so long that a part of it was left out


def prints(files: Mapping[str, bytes], given: Baseline) -> Prints:
    """The fingerprints of the texts that there is room for."""
    found: dict[Kind, list[Numbers]] = {kind: [] for kind in KINDS}
    left = dict.fromkeys(KINDS, MOST_TOKENS)
    own = texts(files)
    chosen = looked_at(own)
    for place in chosen:
        for kind, read in tokens(own[place]).items():
            hashes = grams(read.codes[: left[kind]], GRAINS[kind].k)
            left[kind] = max(0, left[kind] - len(read.codes))
            found[kind].append(hashes[winnowed(hashes, GRAINS[kind].w)])
    cut = len(chosen) < len(own) or not all(left.values())
    return Prints({kind: _without(_once(found[kind]), given[kind]) for kind in KINDS}, cut)


def baseline(given: Iterable[Text]) -> Baseline:
    """All hashes of these texts, not the winnowed ones only: others are the least where a student wrote around them."""
    found: dict[Kind, list[Numbers]] = {kind: [] for kind in KINDS}
    for text in given:
        for kind, read in tokens(text).items():
            found[kind].append(grams(read.codes, GRAINS[kind].k))
    return {kind: _once(hashes) for kind, hashes in found.items()}


def _once(hashes: list[Numbers]) -> Numbers:
    return np.unique(np.concatenate(hashes)) if hashes else np.zeros(0, np.uint64)


def _without(hashes: Numbers, given: Numbers) -> Numbers:
    return hashes[~np.isin(hashes, given, assume_unique=True)]
