"""`kind: batches`: the batches of an epoch hold every row once, with its own label, in the asked sizes and order.

These are properties, so the reference's random numbers are not needed. The rows are numbered, and the number stands
both in the inputs and in the label. A course whose training makes its batches itself is asked with `shuffle: always`;
one that lets a short last batch go says `short: free`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from grader.checks import Check, attempt, decide, failure_of, share
from grader.compare import numbers
from grader.compare.explanations import Array
from grader.model import Finding, Values, Verdict
from grader.probes import Setting

if TYPE_CHECKING:
    from grader.session import Student


class Batches(Check):
    """Sizes, order, shuffling that keeps pairs together, and no row lost or doubled."""

    EXAMPLE = "{kind: batches, rows: 23, batch_size: 5}"
    kind: Literal["batches"]
    rows: Annotated[int, Field(ge=7, le=2000)] = Field(
        default=23, description="The rows that are cut into batches; take a number that leaves a short last one."
    )
    batch_size: Annotated[int, Field(ge=2, le=500)] = Field(default=5, description="The rows of a batch.")
    shuffle: Literal["asked", "always"] = Field(
        default="asked",
        description="asked: the function is told whether to shuffle. always: training shuffles by itself.",
    )
    short: Literal["kept", "free"] = Field(
        default="kept",
        description="kept: a short last batch has to be there. free: it may be left out, or its rows shared out.",
    )
    drop_last: bool = Field(
        default=False, description="Whether the function can also be told to leave out a short last batch."
    )

    def drawn_by(self) -> tuple[str, ...]:
        return ("inputs",)

    def observe(self, student: Student, setting: Setting) -> Values:
        def batches(rows: int, size: int, shuffle: bool, seed: int | None = None, *more: bool) -> Any:
            X, y = _numbered(rows, setting.sizes["inputs"])
            return attempt(lambda: {"batches": student.call("batches", X, y, size, shuffle, seed, *more)})

        always = self.shuffle == "always"
        plain = {} if always else {"plain": batches(self.rows, self.batch_size, False, 3)}  # a seed is no wish
        dropped = {"dropped": batches(self.rows, self.batch_size, False, None, True)} if self.drop_last else {}
        return {
            **plain,
            "even": batches(self._even, self.batch_size, always),
            "larger": batches(self.rows, self.batch_size + 2, always),
            "shuffled": batches(self.rows, self.batch_size, True, 1),
            "again": batches(self.rows, self.batch_size, True, 2),
            **dropped,
        }

    @property
    def _even(self) -> int:
        return self.rows - self.rows % self.batch_size

    def signature(self, seen: Values) -> Values:
        epochs = {name: _Epoch.of(value) for name, value in seen.items()}
        plain, told = epochs.get("plain"), dict[str, Any]()
        for name, epoch in epochs.items():
            told[name] = _traits(epoch, plain) if epoch else seen[name] if failure_of(seen[name]) else None
            if epoch and self.short == "free" and self._sizes(epoch, *self._asked(name)) is None:
                told[name]["sizes"] = "as asked"
                told[name]["rows"] = _traits(epoch.whole, plain)["rows"]
        shuffled, again = epochs["shuffled"], epochs["again"]
        if shuffled and again:
            told["again"]["as before"] = shuffled.rows == again.rows
        return told

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        first, count = ("plain", self.rows) if self.shuffle == "asked" else ("even", self._even)
        crash = failure_of(seen[first]) or (None if _holds_any(seen[first]) else _NO_BATCHES)
        if crash:
            return decide(0, (crash,), crashed=True)
        epochs = {name: _Epoch.of(value) for name, value in seen.items()}
        looked_at = {first: count, "shuffled": self.rows, "again": self.rows}
        opinions = [  # with their weights: a label beside the wrong row spoils everything after it
            (1, self._sizes(epochs[first], count)),
            (1, self._sizes(epochs["even"], self._even) or self._sizes(epochs["larger"], self.rows, more=2)),
            (2, self._complete(epochs, looked_at)),
            (3, _pairs(epochs, looked_at, self.rows)),
            (1, self._order(epochs)),
        ]
        if self.drop_last:
            opinions.append((1, _dropped(epochs["dropped"], self.rows, self.batch_size)))
        failures = tuple(f for value in seen.values() if (f := failure_of(value)))
        return decide(share(opinions), tuple(dict.fromkeys((*failures, *(f for _, f in opinions if f)))))

    def _asked(self, name: str) -> tuple[int, int]:
        """The rows that were handed over, and by how much the batches should be larger."""
        return (self._even if name == "even" else self.rows), (2 if name == "larger" else 0)

    def _sizes(self, epoch: _Epoch | None, rows: int, more: int = 0) -> Finding | None:
        size = self.batch_size + more
        whole, rest = [size] * (rows // size), [rows % size] * (rows % size > 0)
        if epoch and (epoch.sizes == whole + rest or (self.short == "free" and _is_free(epoch.sizes, rows, size))):
            return None
        got = epoch.sizes if epoch else "no batches of rows and labels"
        if isinstance(got, list) and len(got) > 12:
            got = f"{len(got)} batches"
        return Finding(
            "batch-sizes",
            f"{rows} rows in batches of {size} came back as {got}; expected {whole + rest}.",
            _SIZES if epoch and _once(epoch.rows, rows, 0) else "Count each example: where are the last ones?",
        )

    def _complete(self, epochs: dict[str, _Epoch | None], looked_at: dict[str, int]) -> Finding | None:
        for name, count in looked_at.items():
            epoch = epochs[name]
            spare = count % self.batch_size if self.short == "free" else 0
            if epoch is None or not _once(epoch.rows, count, spare):
                shuffled = " when shuffled" if name in ("shuffled", "again") and self.shuffle == "asked" else ""
                return Finding("rows-lost", f"Not every row comes exactly once in an epoch{shuffled}.", _ONCE)
        return None

    def _order(self, epochs: dict[str, _Epoch | None]) -> Finding | None:
        if self.shuffle == "asked":
            return _order(epochs["plain"], epochs["shuffled"], epochs["again"], self.rows)
        for name in ("shuffled", "again"):
            epoch = epochs[name]
            if epoch is None or len(epoch.rows) < self.rows // 2 or epoch.rows == sorted(epoch.rows):
                return Finding("not-shuffled", "The rows come in the order in which they were given.", _EPOCHS)
            if epoch.companies <= _neighbours(self.rows, self.batch_size):
                return Finding("not-mixed", "The same rows share a batch in every epoch.", _EPOCHS)
        first, second = epochs["shuffled"], epochs["again"]
        if first and second and first.rows == second.rows:  # chance begins at the same place for both
            return Finding("not-shuffled-again", "Every epoch takes the rows in the same order.", _AGAIN)
        return None


def _traits(epoch: _Epoch, plain: _Epoch | None) -> dict[str, Any]:
    """What can be said of an epoch whatever random numbers shuffled it."""
    rows, labels = epoch.rows, [int(label) for batch in epoch.by_labels for label in batch]
    start = len(set(rows))  # padding may follow
    return {
        "sizes": str(epoch.sizes),
        "rows": str(rows) if rows[:start] == sorted(rows[:start]) else "mixed",
        "labels": "in order" if labels == sorted(labels) else "mixed",
        "twice": len(set(rows)) < len(rows),
        "paired": all(np.array_equal(a, b) for a, b in zip(epoch.by_inputs, epoch.by_labels, strict=True)),
        "batches in order": all(list(batch) == sorted(batch) for batch in epoch.by_inputs),
        "batches as without shuffling": [set(batch) for batch in epoch.by_inputs]
        == [set(batch) for batch in plain.by_inputs]
        if plain
        else all(max(company) - min(company) < len(company) for company in epoch.companies if company),
    }


class _Epoch:
    """One epoch as it came back: the row numbers by the inputs and by the labels, batch by batch."""

    def __init__(self, by_inputs: list[Array], by_labels: list[Array]) -> None:
        self.by_inputs, self.by_labels = by_inputs, by_labels

    @classmethod
    def of(cls, value: Any) -> _Epoch | None:
        """The epoch, or None where what came back are not batches of rows and labels."""
        listed = value.get("batches") if isinstance(value, dict) else None
        pairs = [_pair(batch) for batch in listed] if isinstance(listed, list) else []
        if not pairs or any(pair is None for pair in pairs):
            return None
        return cls([pair[0] for pair in pairs if pair], [pair[1] for pair in pairs if pair])

    @property
    def sizes(self) -> list[int]:
        return [len(rows) for rows in self.by_inputs]

    @property
    def unequal(self) -> tuple[int, int] | None:
        """The numbers of rows and of labels in the first batch where they differ."""
        sizes = ((len(rows), len(labels)) for rows, labels in zip(self.by_inputs, self.by_labels, strict=True))
        return next(((rows, labels) for rows, labels in sizes if rows != labels), None)

    @property
    def whole(self) -> _Epoch:
        """The epoch without a last, shorter batch."""
        end = len(self.by_inputs) - (len(self.by_inputs[-1]) < len(self.by_inputs[0]))
        return _Epoch(self.by_inputs[:end], self.by_labels[:end])

    @property
    def companies(self) -> set[frozenset[int]]:
        """Which rows come together, in whatever order."""
        return {frozenset(int(row) for row in batch) for batch in self.by_inputs}

    @property
    def rows(self) -> list[int]:
        return [int(row) for batch in self.by_inputs for row in batch]


def _holds_any(value: Any) -> bool:
    """Whether anything came back that could be batches."""
    return bool(value.get("batches")) if isinstance(value, dict) else False


def _numbered(rows: int, inputs: int) -> tuple[Array, Array]:
    """Row i holds i, i + 1/inputs, …; its label is i."""
    numbers_ = np.arange(rows)
    return numbers_[:, None] + np.arange(inputs) / inputs, numbers_.astype(np.int64)


def _pair(batch: Any) -> tuple[Array, Array] | None:
    if not isinstance(batch, list) or len(batch) != 2:
        return None
    X, y = numbers(batch[0]), numbers(batch[1])
    if X is None or y is None or (X.size and X.ndim < 2):
        return None
    if X.size == 0:
        return np.zeros(0), y.reshape(-1)
    return X.reshape(len(X), -1)[:, 0], y.reshape(-1)


def _is_free(sizes: list[int], rows: int, size: int) -> bool:
    """Whether these are batches without the last, short one, or as many as that makes, all of nearly the same size."""
    shared_out = sum(sizes) == rows and max(sizes) - min(sizes) <= 1 and len(sizes) in (rows // size, -(-rows // size))
    return shared_out or sizes == [size] * (rows // size)


def _once(rows: list[int], count: int, spare: int) -> bool:
    """Whether these are the rows up to a count, each once, but for so many that may be left out."""
    return len(set(rows)) == len(rows) >= count - spare and set(rows) <= set(range(count))


def _neighbours(rows: int, size: int) -> set[frozenset[int]]:
    """Which rows come together where nothing is shuffled."""
    return {frozenset(range(start, min(start + size, rows))) for start in range(0, rows, size)}


def _dropped(epoch: _Epoch | None, rows: int, size: int) -> Finding | None:
    kept = list(range(rows // size * size))
    if epoch and epoch.sizes == [size] * (rows // size) and epoch.rows == kept:
        return None
    got = epoch.sizes if epoch else "no batches of rows and labels"
    return Finding(
        "last-batch-kept",
        f"{rows} rows in batches of {size} without the last, short one came back as {got}.",
        "Which batches remain when the last one may not be short?",
    )


def _pairs(epochs: dict[str, _Epoch | None], names: Iterable[str], rows: int) -> Finding | None:
    for name in names:
        epoch, when = epochs[name], _WHEN.get(name, "")
        if odd := epoch.unequal if epoch else None:
            return Finding("pairs-broken", f"A batch holds {odd[0]} rows and {odd[1]} labels{when}.", _CUTS)
        if (
            epoch is None
            or len(epoch.rows) < rows // 2
            or not all(np.array_equal(a, b) for a, b in zip(epoch.by_inputs, epoch.by_labels, strict=True))
        ):
            return Finding("pairs-broken", f"Rows and labels do not belong together{when}.", _PAIRS)
    return None


def _order(plain: _Epoch | None, shuffled: _Epoch | None, again: _Epoch | None, rows: int) -> Finding | None:
    if plain is None or len(plain.rows) < rows // 2 or plain.rows != sorted(plain.rows):
        return Finding("order-changed", "Without shuffling the rows do not keep their order.", _EPOCHS)
    if shuffled is None or len(shuffled.rows) < rows // 2 or shuffled.rows == sorted(shuffled.rows):
        return Finding("not-shuffled", "With shuffling the rows keep their order.", _EPOCHS)
    if again is None or again.rows == sorted(again.rows):
        return Finding("not-shuffled", "With shuffling a second epoch keeps the rows in order.", _EPOCHS)
    if shuffled.companies == plain.companies:
        return Finding("not-mixed", "With shuffling the same rows still share a batch in every epoch.", _EPOCHS)
    return None


_NO_BATCHES = Finding("no-batches", "No batches came back.", "Print what your function returns for ten rows.")
_WHEN = {"shuffled": " after shuffling", "again": " after shuffling a second time"}
_SIZES = "No row is lost. How many does each batch but the last have, and how many were asked for?"
_ONCE = "Count each example once per epoch."
_PAIRS = "Is each image still next to its label?"
_CUTS = "Where does a batch begin and end, for the rows and for the labels?"
_EPOCHS = "Print the first ten row numbers with and without shuffling."
_AGAIN = "Print the first ten row numbers of two epochs."

CHECK = Batches
