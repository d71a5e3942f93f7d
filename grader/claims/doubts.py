"""What cannot be in stated results, or does not fit them: for the marker's eye, and never a score by itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from grader.answers.places import notes
from grader.claims.tables import SETTINGS, Claim, Stated
from grader.model import Finding

__all__ = ["contradictions", "trends"]

SPREAD = 0.004  # test accuracies of the same configuration seldom differ by more
COARSE = 1e-9


def contradictions(
    claims: Sequence[Claim],
    defaults: Mapping[str, float] | None = None,
    rows: Mapping[str, int] | None = None,
    spread: float = SPREAD,
) -> tuple[Finding, ...]:
    """What cannot be: shares outside 0 … 1 or of no whole number of rows, and one configuration with two results.

    Args:
        defaults: the course's settings, for what a table does not tell.
        rows: how many rows each split has.
    """
    single = [finding for claim in claims for finding in _impossible(claim, rows or {})]
    return (*single, *_stated_twice(claims, defaults or {}, spread))


def trends(
    files: Mapping[str, bytes], claims: Sequence[Claim], settings: Mapping[str, Sequence[str]] = SETTINGS
) -> tuple[Finding, ...]:
    """Sentences on how the accuracy changes with a setting that the hand-in's own tables contradict."""
    found: dict[str, Finding] = {}
    for note in notes(files):
        if note.code:
            continue
        for sentence in re.split(r"(?<=[.!?])\s+|\n\s*\n", note.text[:100_000]):
            for name, sign in _said(sentence[:400], settings):
                seen = _direction(claims, name)
                if seen and seen != sign:
                    found.setdefault(sentence, _trend(sentence, name, seen, note.file))
    return tuple(found.values())


def _impossible(claim: Claim, rows: Mapping[str, int]) -> Iterator[Finding]:
    for split, stated in claim.splits.items():
        what = f"The {split} accuracy {stated.value:.10g}"
        if not 0 <= stated.value <= 1:
            yield Finding("impossible-accuracy", f"{what} is no share of the rows.", where=claim.where)
        elif split in rows and not _is_share(stated, rows[split]):
            told = f"{what} is no whole number of {rows[split]} rows, however it was rounded."
            yield Finding("impossible-share", told, "Was it taken over other rows?", claim.where)


def _is_share(stated: Stated, rows: int) -> bool:
    """Whether some k of the rows gives this number, rounded or cut after its last digit."""
    least, most = (stated.value - stated.step / 2) * rows, (stated.value + stated.step) * rows
    return math.floor(most + COARSE) >= math.ceil(least - COARSE)


def _stated_twice(claims: Sequence[Claim], defaults: Mapping[str, float], spread: float) -> Iterator[Finding]:
    """The same configuration with results that differ by more than two runs of it do."""
    told = [claim for claim in claims if claim.settings]
    for first, second in combinations(told, 2):
        if {**defaults, **first.settings} != {**defaults, **second.settings}:
            continue
        for split in first.splits.keys() & second.splits.keys():
            a, b = first.splits[split].value, second.splits[split].value
            if abs(a - b) > spread:
                message = f"The {split} accuracy with {_words(first, second)} is stated as {a:.4g} and as {b:.4g}."
                where = first.where if first.where == second.where else f"{first.where}; {second.where}"
                yield Finding("stated-twice", message, "Were other settings changed in between?", where)


def _words(first: Claim, second: Claim) -> str:
    settings = {**second.settings, **first.settings}
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in settings.items())


_LESS = r"small(?:er)?|low(?:er)?|less|decreas\w*|reduc\w*|drop\w*|fall\w*|shrink\w*|worse"
_MORE = r"larg(?:er|e)|high(?:er)?|big(?:ger)?|more|increas\w*|grow\w*|ris\w*|rais\w*|improv\w*|better"
_CHANGE = re.compile(rf"\b(?:(?P<less>{_LESS})|(?P<more>{_MORE}))\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not?|never|neither|until|unless|but|however|while|whereas|too)\b", re.IGNORECASE)


def _said(sentence: str, settings: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int]]:
    """The setting that a plain sentence is on, and 1 where it has the accuracy grow with it, else -1."""
    changes = list(_CHANGE.finditer(sentence))
    accuracy = re.search(r"\baccurac(?:y|ies)\b", sentence, re.IGNORECASE)
    if len(changes) != 2 or not accuracy or _DENIED.search(sentence) or "|" in sentence:
        return
    named = {name for name, spellings in settings.items() for each in (name, *spellings) if _names(each, sentence)}
    if len(named) == 1:
        signs = [1 if change["more"] else -1 for change in changes]
        yield named.pop(), signs[0] * signs[1]


def _names(spelling: str, sentence: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(spelling.replace('_', ' '))}(?!\w)", sentence, re.IGNORECASE))


def _direction(claims: Iterable[Claim], name: str) -> int:
    """1 where the stated accuracies only grow with the setting, -1 where they only fall, else 0."""
    for split in ("test", "valid", "train"):
        points = sorted(
            (claim.settings[name], claim.splits[split].value)
            for claim in claims
            if set(claim.settings) == {name} and split in claim.splits
        )
        pairs = [(a, b) for (x, a), (y, b) in combinations(points, 2) if x < y and abs(a - b) > SPREAD]
        rising = sum(a < b for a, b in pairs)
        if len(points) > 2 and pairs and rising in (0, len(pairs)):
            return 1 if rising else -1
    return 0


def _trend(sentence: str, name: str, seen: int, file: str) -> Finding:
    direction = "grows" if seen > 0 else "falls"
    quoted, setting = " ".join(sentence.split())[:200], name.replace("_", " ")
    message = f"“{quoted}” does not fit the table, where the accuracy {direction} with {setting}."
    return Finding("trend", message, "Compare the sentence with the table once more.", file)
