"""The whole story: fingerprints of each hand-in, what pairs share, and the first pairs with their passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from grader.errors import GraderError
from grader.similarity.nouns import Comparison, HandIn, Kind, Listed, Pair, Shares
from grader.similarity.passages import passages
from grader.similarity.prints import KINDS, Baseline, Prints, prints
from grader.similarity.ranking import Index, Scores, indexed, scores
from grader.similarity.reading import texts

__all__ = ["compare"]

MOST_RANKED = 1000
OFTEN = 2  # of a pair where both were in that many already, the texts are not shown again
MOST = 6000  # hand-ins: what all pairs share is kept in memory
LEAST = 0.05  # the score of what is listed

Progress = Callable[[str], None]


def compare(hand_ins: Sequence[HandIn], given: Baseline, listed: int, done: Progress = lambda _: None) -> Comparison:
    """The pairs with the most in common.

    Args:
        listed: so many pairs, with their texts.
        done: is told the id of each hand-in that was read.

    Raises:
        GraderError: fewer than two can be read, or there are too many.
    """
    if len(hand_ins) > MOST:
        raise GraderError(f"{len(hand_ins):,} hand-ins are too many to be compared at once; {MOST:,} are not.")
    found, unread = _all_prints(hand_ins, given, done)
    if len(found) < 2:
        told = "".join(f"\n{id_}: {why}" for id_, why in list(unread.items())[:5])
        raise GraderError(f"There are no two hand-ins to compare.{told}")
    read = [each for each in hand_ins if each.id in found]
    indexes = {kind: indexed([found[each.id].of[kind] for each in read]) for kind in KINDS}
    shared = {kind: _apart(scores(index), read) for kind, index in indexes.items()}
    best = np.maximum(*(shared[kind].cosine for kind in KINDS))
    by_id = {each.id: each for each in read}
    ranked = [_pair(read, one, other, shared) for one, other in _highest(best)]
    return Comparison(
        tuple(each.id for each in read),
        len(read) * (len(read) - 1) // 2,
        tuple(best.max(axis=1).tolist()),
        tuple(ranked),
        tuple(_with_texts(pair, by_id, given, indexes) for pair in _varied(ranked, listed)),
        unread,
        tuple(each.id for each in read if found[each.id].cut),
    )


def _all_prints(
    hand_ins: Sequence[HandIn], given: Baseline, done: Progress
) -> tuple[dict[str, Prints], Mapping[str, str]]:
    found, unread = {}, {}
    for each in hand_ins:
        try:
            found[each.id] = prints(each.read(), given)
        except GraderError as error:
            unread[each.id] = str(error)
        done(each.id)
    return found, unread


def _apart(found: Scores, read: Sequence[HandIn]) -> Scores:
    """The scores without pairs of one person's own hand-ins, as a student has who is in two groups."""
    shared = found.shared.copy()
    by_person: dict[str, list[int]] = {}
    for number, each in enumerate(read):
        for key in each.people:
            by_person.setdefault(key, []).append(number)
    for own in by_person.values():
        for one, other in combinations(own, 2):
            shared[one, other] = shared[other, one] = 0.0
    return Scores(shared, found.whole)


def _highest(best: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs with the highest scores, by their numbers; equal ones in the order of the class."""
    upper = np.triu(best, 1)
    first, second = np.nonzero(upper >= LEAST)
    order = np.argsort(-upper[first, second], kind="stable")[:MOST_RANKED]
    return list(zip(first[order].tolist(), second[order].tolist(), strict=True))


def _varied(ranked: Sequence[Pair], most: int) -> list[Pair]:
    """The first pairs; where many copied from each other, not each with each."""
    shown: Counter[str] = Counter()
    chosen: list[Pair] = []
    for pair in ranked:
        if len(chosen) < most and min(shown[pair.first], shown[pair.second]) < OFTEN:
            chosen.append(pair)
            shown.update((pair.first, pair.second))
    return chosen


def _pair(read: Sequence[HandIn], one: int, other: int, shared: Mapping[Kind, Scores]) -> Pair:
    kinds = {
        kind: Shares(float(of.cosine[one, other]), of.share(one, other), of.share(other, one))
        for kind, of in shared.items()
    }
    return Pair(read[one].id, read[other].id, kinds)


def _with_texts(pair: Pair, by_id: Mapping[str, HandIn], given: Baseline, indexes: Mapping[Kind, Index]) -> Listed:
    first, second = (texts(by_id[id_].read()) for id_ in (pair.first, pair.second))
    kinds = sorted(KINDS, key=lambda kind: -pair.kinds[kind].score)
    return Listed(pair, first, second, passages(first, second, given, indexes, kinds))
