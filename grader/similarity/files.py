"""The ranked pairs for other programs: CSV and JSON, without any text of a hand-in."""

from __future__ import annotations

import json
from collections.abc import Mapping

from grader.sheets.tables import table
from grader.similarity.nouns import Comparison, Pair
from grader.similarity.prints import KINDS

__all__ = ["to_csv", "to_json"]

COLUMNS = (
    "rank",
    "first",
    "second",
    "similarity",
    *(f"{kind}_{column}" for kind in KINDS for column in ("similarity", "of_first", "of_second")),
)


def to_csv(found: Comparison) -> bytes:
    """A row for each pair, the one with the most in common first."""
    return table(COLUMNS, (_row(rank, pair) for rank, pair in enumerate(found.ranked, 1)), ".csv")


def to_json(found: Comparison) -> str:
    """The same, with what was compared."""
    told = {
        "hand_ins": found.hand_ins,
        "pairs_compared": found.pairs,
        "highest": dict(zip(found.hand_ins, (round(each, 4) for each in found.highest), strict=True)),
        "pairs": [_row(rank, pair) for rank, pair in enumerate(found.ranked, 1)],
        "not_read": found.unread,
        "read_in_part": found.cut,
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _row(rank: int, pair: Pair) -> Mapping[str, object]:
    row: dict[str, object] = {"rank": rank, "first": pair.first, "second": pair.second}
    row["similarity"] = round(pair.score, 4)
    for kind in KINDS:
        shares = pair.kinds[kind]
        row[f"{kind}_similarity"] = round(shares.score, 4)
        row[f"{kind}_of_first"], row[f"{kind}_of_second"] = round(shares.first, 4), round(shares.second, 4)
    return row
