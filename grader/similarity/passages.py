"""What two hand-ins have in common, as passages in both texts: the longest first, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.similarity.nouns import Kind, Passage, Span, Text
from grader.similarity.prints import GRAINS, MOST_TOKENS, Baseline
from grader.similarity.ranking import Index
from grader.similarity.reading import looked_at, tokens
from grader.similarity.winnowing import grams

__all__ = ["passages"]

MOST_PLACES = 6  # of the same few tokens in one hand-in; what stands there more often tells nothing
MOST_RUNS = 4_000
MOST_PASSAGES = 60  # of one kind

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def passages(
    first: Sequence[Text], second: Sequence[Text], given: Baseline, indexes: Mapping[Kind, Index], kinds: Iterable[Kind]
) -> tuple[Passage, ...]:
    """The passages by these kinds in their order, each with how many others have some of it."""
    return tuple(
        passage
        for kind in kinds
        for passage in _of_kind(kind, _laid_out(first, kind), _laid_out(second, kind), given[kind], indexes[kind])
    )


@dataclass(frozen=True, slots=True)
class _Laid:
    """All hashes of a hand-in in a row, and where the tokens that each begins with and ends with stand."""

    hashes: npt.NDArray[np.uint64]
    text: Places
    starts: Places
    ends: Places
    token: Places  # the number of its first token; those of two texts are far from each other


def _laid_out(texts: Sequence[Text], kind: Kind) -> _Laid:
    k, parts, began = GRAINS[kind].k, [], 0
    for number in looked_at(texts):
        read = tokens(texts[number]).get(kind)
        if read is None or len(read.codes) < k or began > MOST_TOKENS:
            continue
        hashes = grams(read.codes, k)
        many = len(hashes)
        places = np.arange(many)
        parts.append((hashes, np.full(many, number), read.starts[:many], read.ends[k - 1 :], began + places))
        began += len(read.codes) + k
    if not parts:
        nothing = np.zeros(0, np.int64)
        return _Laid(np.zeros(0, np.uint64), nothing, nothing, nothing, nothing)
    return _Laid(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _of_kind(kind: Kind, first: _Laid, second: _Laid, given: npt.NDArray[np.uint64], index: Index) -> Iterator[Passage]:
    k = GRAINS[kind].k
    taken = np.zeros(_length(first, k), bool), np.zeros(_length(second, k), bool)
    found = 0
    for one, other, length in _runs(first, second, given):
        for begin, end in _free(taken, first.token[one], second.token[other], length, k):
            if found >= MOST_PASSAGES:
                return
            a, b = slice(one + begin, one + end), slice(other + begin, other + end)
            others = _others(first.hashes[a], index)
            if others is None:
                continue
            taken[0][first.token[a.start] : first.token[a.stop - 1] + k] = True
            taken[1][second.token[b.start] : second.token[b.stop - 1] + k] = True
            found += 1
            yield Passage(kind, _span(first, a), _span(second, b), end - begin + k - 1, others)


def _length(laid: _Laid, k: int) -> int:
    return int(laid.token[-1]) + k if len(laid.token) else 0


def _span(laid: _Laid, run: slice) -> Span:
    return Span(int(laid.text[run.start]), int(laid.starts[run.start]), int(laid.ends[run.stop - 1]))


def _runs(first: _Laid, second: _Laid, given: npt.NDArray[np.uint64]) -> list[tuple[int, int, int]]:
    """Where equal hashes follow each other in both, as two places and how many; the longest first."""
    a, b = _meeting(first.hashes, second.hashes, given)
    if not len(a):
        return []
    order = np.lexsort((a, first.token[a] - second.token[b]))
    a, b = a[order], b[order]
    apart = (np.diff(first.token[a]) != 1) | (np.diff(second.token[b]) != 1)
    begins = np.concatenate([[0], np.flatnonzero(apart) + 1])
    lengths = np.diff(np.concatenate([begins, [len(a)]]))
    longest = np.argsort(-lengths, kind="stable")[:MOST_RUNS]
    return [(int(a[begins[run]]), int(b[begins[run]]), int(lengths[run])) for run in longest]


def _meeting(
    first: npt.NDArray[np.uint64], second: npt.NDArray[np.uint64], given: npt.NDArray[np.uint64]
) -> tuple[Places, Places]:
    """All two places with the same hash, but for what was given and what stands everywhere."""
    common = np.setdiff1d(np.intersect1d(first, second), given, assume_unique=True)
    ones, others = _by_hash(first, common), _by_hash(second, common)
    met = [
        (one, other)
        for one, other in zip(ones, others, strict=True)
        if len(one) <= MOST_PLACES and len(other) <= MOST_PLACES
    ]
    a = [np.repeat(one, len(other)) for one, other in met]
    b = [np.tile(other, len(one)) for one, other in met]
    nothing = np.zeros(0, np.int64)
    return np.concatenate([nothing, *a]), np.concatenate([nothing, *b])


def _by_hash(hashes: npt.NDArray[np.uint64], common: npt.NDArray[np.uint64]) -> list[Places]:
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    begins, ends = np.searchsorted(ordered, common, "left"), np.searchsorted(ordered, common, "right")
    return [order[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


def _free(taken: tuple[Flags, Flags], one: int, other: int, length: int, k: int) -> list[tuple[int, int]]:
    """The stretches of a run, in hashes, of which no token is in another passage yet."""
    tokens = length + k - 1
    used = taken[0][one : one + tokens] | taken[1][other : other + tokens]
    edges = np.flatnonzero(np.diff(np.concatenate([[True], used, [True]]).astype(np.int8)))
    stretches = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(begin, end - k + 1) for begin, end in stretches if end - begin >= k]


def _others(hashes: npt.NDArray[np.uint64], index: Index) -> int | None:
    """How many further hand-ins have the rarest of it; None where all of it is usual."""
    if not len(index.hashes):
        return None
    places = np.minimum(np.searchsorted(index.hashes, hashes), len(index.hashes) - 1)
    known = places[index.hashes[places] == hashes]
    rare = known[(index.weights[known] > 0) & (index.counts[known] > 1)]
    return max(0, int(index.counts[rare].min()) - 2) if len(rare) else None
