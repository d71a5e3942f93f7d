"""Classes of any size, made up from a seed: some hand-ins have trouble, and some have bad names."""

from __future__ import annotations

import random

from grader.model import Score, Status
from grader.statistics import Row, Statistics
from grader.statistics.row import Asked, Named

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "=HYPERLINK(1)",
    "\u202egnp.exe",
    "../../etc",
    "ünï cødé 漢字 😀",
    "{{ 7*7 }}",
    "lone \ud800 surrogate",
)
TITLES = ("Softmax", "Cross-entropy", "Forward pass", "Gradient of <W1> & b1", "SGD step", "Regularization", "Training")
MISTAKES = (
    "Not averaged over the batch",
    "The bias is never moved",
    "Softmax along the <wrong> axis",
    "A term too many",
)


def statistics(count: int, seed: int = 1, *, hostile: bool = False) -> Statistics:
    """A class of so many hand-ins."""
    draw = random.Random(seed)
    asked = tuple(Asked(f"c{i}", title, "Part", 10.0, i % 3 == 2) for i, title in enumerate(TITLES))
    rows = [_row(f"hand-in-{i:04d}", draw, asked) for i in range(count)]
    if hostile:
        rows += [_row(name, draw, asked) for name in HOSTILE]
    return Statistics("Softmax & two layers", "A course", "sample", tuple(sorted(rows, key=lambda row: row.id)), asked)


def _row(name: str, draw: random.Random, asked: tuple[Asked, ...]) -> Row:
    if draw.random() < 0.01:
        return Row(name, problem="The archive <b>holds</b> no file.", seconds=0.1)
    skill = min(1.0, max(0.05, draw.gauss(0.75, 0.25)))
    verdicts: dict[str, Status] = {}
    points: dict[str, float | None] = {}
    mistakes: list[Named] = []
    for each in asked:
        verdict, given = _verdict(draw, skill)
        verdicts[each.id], points[each.id] = verdict, given
        if verdict == "partial":
            number = draw.randrange(len(MISTAKES))
            mistakes.append(Named(f"m{number}", MISTAKES[number], each.id, 10 - (given or 0.0)))
    decided = sum(each.points for each in asked if points[each.id] is not None)
    given = sum(each for each in points.values() if each is not None)
    odd = ("It replaced `numpy.sum`.",) if draw.random() < 0.02 else ()
    score = Score(given if decided else None, 10.0 * len(asked))
    return Row(name, score, decided, verdicts, points, tuple(mistakes), odd, seconds=draw.lognormvariate(0.5, 0.6))


def _verdict(draw: random.Random, skill: float) -> tuple[Status, float | None]:
    if draw.random() < 0.005:
        return "ungraded", None
    if draw.random() < 0.02:
        return "manual", None
    if draw.random() < skill:
        return "passed", 10.0
    return ("partial", 5.0) if draw.random() < 0.6 else ("failed", 0.0)
