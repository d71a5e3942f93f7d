"""`kind: claim`: accuracies that a hand-in states in a table, beside what its own code gives under the same settings.

The code is run with several seeds, and how far those runs lie apart says what is near enough. What would disagree is
run with more seeds before it is told. The largest claims come first, within a budget of configurations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from math import isclose
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader import claims
from grader.answers import find
from grader.checks import GONE, Check, Reading, attempt, decide, failure_of
from grader.claims import Compared, Stated, Yardstick, compare
from grader.experiments import Pick, Run, Splits, read
from grader.experiments.splitting import USUAL, Split, divide
from grader.model import Finding, Table, Values, Verdict
from grader.probes import Setting

if TYPE_CHECKING:
    from grader.session import Student

SplitName = Literal["train", "valid", "test"]
Configuration = Mapping[str, bool | int | float | str]
MOST_TOLD = 12  # findings of one sort
_JUDGED_BY = {
    "least",
    "deviations",
    "most",
    "whole_rows",
    "empty",
    "asks",
}  # fields that may change without a look at the hand-in


class Look(BaseModel):
    """One thing that a stated number may mean: a series of a run, at one of its places."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    series: Annotated[str, Field(min_length=1)] = Field(
        description="What a run gives for each epoch, such as test accuracy."
    )
    at: Pick = Field(default="last", description="Which epoch's value.")


USUAL_COLUMNS: dict[SplitName, tuple[Look, ...]] = {
    "valid": (Look(series="valid accuracy", at="best"), Look(series="valid accuracy")),
    "test": (Look(series="test accuracy", at="best"), Look(series="test accuracy")),
}


@dataclass(frozen=True, slots=True)
class _Row:
    """One stated result and what became of it; `why` says why it was not compared."""

    claim: claims.Claim
    compared: tuple[Compared, ...] = ()
    why: str = ""
    failure: Finding | None = None  # of the code, in place of the stated result

    @property
    def disagrees(self) -> bool:
        return self.failure is not None or any(each.off for each in self.compared)

    @property
    def left(self) -> bool:
        """Whether it cannot be compared at all, and `why` says so."""
        return not (self.compared or self.failure or self.why == "budget")


class Claim(Reading):
    """The accuracies in the hand-in's tables are those that its own code gives."""

    EXAMPLE = (
        "{kind: claim, heading: Learning rates, question: learning-rate, data: digits, best_by: valid accuracy, "
        "settings: {model: two-layer, hidden: 32, batch_size: 16, learning_rate: 1.0, reg: 0.001, epochs: 10, seed: 0}}"
    )
    RUNS = True
    ABSENT = frozenset({"no-table"})
    kind: Literal["claim"]
    settings: Annotated[dict[str, bool | int | float | str], Field(min_length=1)] = Field(
        description="The course's defaults, for all that a row does not tell."
    )
    question: str = Field(
        default="",
        description="A key of the answers' file, a cell's tag, or a heading; without it, every table of the hand-in.",
    )
    file: str = Field(default="answers.yaml", description="The answers' file.")
    heading: str = Field(default="", description="What the heading begins with, where it is not the question.")
    files: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=("*",), description="Where it is looked for: names with * and ?."
    )
    asks: dict[str, tuple[float, ...]] = Field(
        default_factory=dict, description="By setting: values that need a row each; a missing one costs its share."
    )
    names: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="By setting: what else it is called in tables."
    )
    bounds: dict[str, tuple[float, float]] = Field(
        default_factory=dict, description="By setting, from and to: no row beyond that is run."
    )
    columns: Annotated[dict[SplitName, tuple[Look, ...]], Field(min_length=1)] = Field(
        default=USUAL_COLUMNS, description="What a stated number may mean, by split; any of these is right."
    )
    printed: Literal["leave", "defaults"] = Field(
        default="leave", description="defaults: a final accuracy that a notebook printed is one of the defaults."
    )
    data: str = Field(
        default="digits", description="A data set: digits comes with the grader, mnist by --data mnist=PATH."
    )
    splits: Annotated[dict[str, Split], Field(min_length=1)] = Field(
        default=USUAL, description="How the data set is cut."
    )
    best_by: str = Field(default="", description="The series whose largest value picks the epoch called best.")
    budget: Annotated[int, Field(ge=0, le=100)] = Field(
        default=4, description="Rows that are run, the largest claim first; --budget overrides it."
    )
    seeds: Annotated[int, Field(ge=2, le=50)] = Field(default=3, description="Runs of each row.")
    confirm: Annotated[int, Field(ge=2, le=50)] = Field(
        default=12, description="Runs before a row is said to disagree."
    )
    seconds: Annotated[float, Field(gt=0, le=3600)] = Field(default=60.0, description="The most that one run may take.")
    least: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.01, description="So far from the mean of the runs, an accuracy still agrees."
    )
    deviations: Annotated[float, Field(ge=1)] = Field(
        default=5.0, description="Standard deviations, of log-odds, beyond which it disagrees."
    )
    most: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.15, description="So far beyond all runs, it disagrees whatever their deviation."
    )
    whole_rows: bool = Field(
        default=False, description="Whether the marker is told of accuracies that no whole number of rows gives."
    )
    empty: Literal["wait", 0] = Field(
        default="wait", description="What a hand-in without a table gets: it waits for a person, or earns 0."
    )

    @model_validator(mode="after")
    def _knows_its_settings(self) -> Claim:
        for name in (*self.names, *self.bounds, *self.asks):
            if name not in self.settings:
                raise ValueError(f"{name!r} is none of the settings")
        for name in self.asks:
            if not _is_number(self.settings[name]):
                raise ValueError(f"{name!r} is no number, so no row can be asked for by its value")
        return self

    def datasets(self) -> tuple[str, ...]:
        return (self.data,)

    def within(self, budget: int) -> Check:
        return self.model_copy(update={"budget": budget})

    # what is stated

    def read(self, files: Mapping[str, bytes]) -> Values:
        files = {name: content for name, content in files.items() if self._looks_into(name)}
        stated, tables, problem = self._stated(files)
        doubts = claims.trends(files, stated, self._words) if stated else ()
        return {
            "claims": [_plain(each) for each in stated],
            "doubts": [{"code": each.code, "message": each.message, "where": each.where} for each in doubts],
            "tables": tables,
            "problem": problem,
        }

    def _looks_into(self, name: str) -> bool:
        return any(fnmatchcase(name, each) or fnmatchcase(name, f"*/{each}") for each in self.files)

    def _stated(self, files: Mapping[str, bytes]) -> tuple[tuple[claims.Claim, ...], bool, str]:
        """What is stated, whether there is a table at all, and why nothing can be read."""
        if not self.question:
            return claims.read(files, self._words), claims.has_tables(files), ""
        found = find(files, self.question, self.file, self.heading)
        if found.value is None:
            return (), claims.has_tables(files), found.problem
        tables = not isinstance(found.value, str) or claims.has_tables({"answer.md": found.value.encode()})
        return claims.read_answer(found.value, found.where, self._words), tables, found.problem

    @property
    def _words(self) -> Mapping[str, tuple[str, ...]]:
        """What each setting that is a number may be called."""
        numbers = [name for name, value in self.settings.items() if _is_number(value)]
        return {name: (*claims.SETTINGS.get(name, ()), *self.names.get(name, ())) for name in numbers}

    def shown(self, seen: Values) -> tuple[str, str]:
        stated = [_claim(each) for each in seen["claims"]]
        lines = [f"{_in_words(each)}: {_numbers(each)}" for each in stated]
        return "\n".join(lines) or str(seen["problem"]), stated[0].where if stated else ""

    def guide(self, expected: Values) -> tuple[str, tuple[tuple[float, str], ...]]:
        return "What the hand-in's own code gives: the report has it beside each row that was run again.", ()

    # what the code gives

    def observe(self, student: Student, setting: Setting) -> Values:
        seen = {**self.read(student.files), "asked": self.model_dump(mode="json", exclude=_JUDGED_BY)}
        asked = self._asked([_claim(each) for each in seen["claims"]])
        if not asked:
            return {**seen, "runs": []}
        splits = divide(self.splits, setting.data[self.data])
        seeds = [int(each) for each in setting.rng("seeds").permutation(100_000)[: max(self.seeds, self.confirm)]]
        return {**seen, "runs": [self._again(*each, seeds, student, splits) for each in asked]}

    def _asked(self, stated: Sequence[claims.Claim]) -> list[tuple[Configuration, list[claims.Claim]]]:
        """The configurations to run, each with its claims: the largest claim first."""
        found: dict[tuple[tuple[str, Any], ...], tuple[Configuration, list[claims.Claim]]] = {}
        for claim in stated:
            if not self._problem(claim):
                configuration = self._configuration(claim)
                found.setdefault(tuple(sorted(configuration.items())), (configuration, []))[1].append(claim)
        return sorted(found.values(), key=lambda each: -max(map(self._size, each[1])))[: self.budget]

    def _size(self, claim: claims.Claim) -> float:
        """The accuracy that a claim is about: on the split that tells most of what it is worth."""
        return next(claim.splits[name].value for name in ("test", "valid", "train") if name in self._compared_in(claim))

    def _compared_in(self, claim: claims.Claim) -> list[str]:
        return [name for name in self.columns if name in claim.splits and 0 <= claim.splits[name].value <= 1]

    def _configuration(self, claim: claims.Claim) -> dict[str, bool | int | float | str]:
        told = {name: _like(self.settings[name], value) for name, value in claim.settings.items()}
        return {name: value for name, value in {**self.settings, **told}.items() if name != "seed"}

    def _problem(self, claim: claims.Claim) -> str:
        """Why a stated result cannot be run again, or nothing."""
        if claim.unread:
            return f"what it says of {', '.join(claim.unread)[:80]} is no setting that can be set here"
        if not claim.settings and not (claim.final and self.printed == "defaults"):
            return "it does not tell its settings"
        for name, value in claim.settings.items():
            if isinstance(self.settings[name], int) and value != int(value):
                return f"{_name(name)} {value:g} is no whole number"
            low, high = self.bounds.get(name, (-np.inf, np.inf))
            if not low <= value <= high:
                return f"{_name(name)} {value:g} is not between {low:g} and {high:g}"
        return "" if self._compared_in(claim) else "no accuracy between 0 and 1 is stated for a split that is compared"

    def _again(
        self,
        configuration: Configuration,
        stated: Sequence[claims.Claim],
        seeds: Sequence[int],
        student: Student,
        splits: Splits,
    ) -> Values:
        """The accuracies of a few runs; of more, where a stated one would disagree with those."""
        yardstick = self._yardstick(splits)
        values: dict[str, list[list[float | None]]] = {
            name: [[] for _ in looks] for name, looks in self.columns.items()
        }
        done: dict[str, Any] = {"settings": dict(configuration), "seeds": [], "values": values}
        for number, seed in enumerate(seeds):
            if number >= self.seeds and not any(
                each.doubtful for claim in stated for each in _each(claim, done, yardstick)
            ):
                break
            settings = {**configuration, "seed": seed}
            ask = partial(student.call, "experiment", settings, dict(splits.given), limit=self.seconds)
            told = attempt(ask)
            if failure_of(told):
                return {**done, "failure": told["failure"]}
            outcome = read(Run("claim", settings), told, splits, self.best_by)
            done["seeds"].append(seed)
            for name, looks in self.columns.items():
                for reading, look in zip(values[name], looks, strict=True):
                    reading.append(outcome.at(look.series, look.at))
        return done

    def _yardstick(self, splits: Splits) -> Yardstick:
        counts = {name: np.bincount(labels) for name, labels in splits.labels.items()}
        rows = {name: int(each.sum()) for name, each in counts.items()}
        chance = {name: float(each.max() / each.sum()) for name, each in counts.items()}
        return Yardstick(self.least, self.deviations, rows, chance, self.most)

    # the two beside each other

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        stated = [_claim(each) for each in seen["claims"]]
        if not stated:
            return self._nothing(seen)
        yardstick = self._yardstick(divide(self.splits, setting.data[self.data]))
        rows = [self._row(claim, seen["runs"], yardstick) for claim in stated]
        counted = [row for row in rows if row.compared or row.failure]
        missing = self._missing(stated)
        doubts = self._doubts(stated, seen["doubts"], counted, yardstick)
        findings = (*self._findings(rows), *self._told_missing(missing), *doubts)
        tables = (self._table(rows),)
        if not counted or (missing and any(row.left for row in rows)):  # an unreadable row may be the missing one
            return Verdict("manual", None, findings, tables=tables)
        there = 1 - len(missing) / max(1, sum(map(len, self.asks.values())))
        return decide(there * sum(not row.disagrees for row in counted) / len(counted), findings, tables=tables)

    def _missing(self, stated: Sequence[claims.Claim]) -> list[str]:
        """The rows that the sheet asks for and the hand-in does not have, in words."""
        told = [self._configuration(claim) for claim in stated if not self._problem(claim)]
        return [
            f"{_name(name)} {value:g}"
            for name, values in self.asks.items()
            for value in values
            if not any(isclose(float(each[name]), value, rel_tol=1e-6) for each in told)
        ]

    def _told_missing(self, missing: Sequence[str]) -> Iterator[Finding]:
        if missing:
            last = f" and one with {missing[-1]}" if len(missing) > 1 else ""
            message = (
                f"The sheet asks for a row with {', one with '.join(missing[:-1] or missing)}{last}; none was found."
            )
            yield Finding("rows-missing", message, "Train once with each, and state what came out.")

    def _nothing(self, seen: Values) -> Verdict:
        """A table that is not there costs what the rubric says; one that cannot be read waits for a person."""
        if seen["problem"]:
            return Verdict("manual", None, (Finding("unreadable", str(seen["problem"])),))
        if seen["tables"]:
            hint = "A row needs a column for each setting, and one for each accuracy, such as “test accuracy”."
            told = Finding("no-accuracies", "There are tables, but no accuracies beside their settings.", hint)
            return Verdict("manual", None, (told,))
        told = Finding("no-table", "No table with accuracies was found.", self._place())
        return decide(0, (told,)) if self.empty == 0 else Verdict("manual", None, (told,))

    def _place(self) -> str:
        if not self.question:
            return "Put one into a Markdown file or a text cell of a notebook."
        return f"Put one below a heading “{self.heading or self.question}”, or below that key in {self.file}."

    def _row(self, claim: claims.Claim, runs: Sequence[Values], yardstick: Yardstick) -> _Row:
        problem = self._problem(claim)
        if problem:
            return _Row(claim, why=problem)
        configuration = self._configuration(claim)
        run = next((each for each in runs if each["settings"] == configuration), None)
        if run is None:
            return _Row(claim, why="budget")
        failure = failure_of(run)
        if failure and failure.code in GONE:  # that may have been the machine
            return _Row(claim, why=failure.message)
        return (
            _Row(claim, failure=failure) if failure else _Row(claim, tuple(_each(claim, run, yardstick)), "no number")
        )

    def _findings(self, rows: Sequence[_Row]) -> Iterator[Finding]:
        wrong = [row for row in rows if row.disagrees]
        yield from (self._disagreement(row) for row in wrong[:MOST_TOLD])
        for row in [row for row in rows if row.left][:MOST_TOLD]:
            message = f"The row that states {_numbers(row.claim)} was not compared: {row.why.rstrip('.')}."
            hint = "It costs nothing. Each setting needs a column of its own, with one number in each row."
            yield Finding("not-compared", message, hint, row.claim.where)

    def _disagreement(self, row: _Row) -> Finding:
        which = f"With {_in_words(row.claim)} you state {_numbers(row.claim, [each.split for each in row.compared])}"
        if row.failure:
            message = f"{which}; your code ends with: {row.failure.message}"
            return Finding("claim-fails", message, row.failure.hint, row.failure.where or row.claim.where)
        off = [each for each in row.compared if each.off]
        which = f"With {_in_words(row.claim)} you state {_numbers(row.claim, [each.split for each in off])}"
        gives = " and ".join(f"{_range(each)} on {each.split}" if len(off) > 1 else _range(each) for each in off)
        far = max((each.off for each in off), key=abs)
        where = f"{abs(far):.2g} {'above' if far > 0 else 'below'} the nearest of them"
        message = f"{which}; your code gives {gives} over {off[0].runs} runs. That is {where}."
        return Finding("claim-differs", message, self._hint(row, off), row.claim.where)

    def _hint(self, row: _Row, off: Sequence[Compared]) -> str:
        rest = {name: value for name, value in self._configuration(row.claim).items() if name not in row.claim.settings}
        others = ", ".join(f"{_name(name)} {value}" for name, value in rest.items())
        usual = " and ".join(f"{each.accepted[0]:.2g} to {each.accepted[1]:.2g} on {each.split}" for each in off)
        return (
            f"With other seeds {usual} would be no surprise. Run it once more: is the number from an earlier version "
            f"of your code, or from settings that the table does not show? The others were {others}."
        )

    def _doubts(
        self, stated: Sequence[claims.Claim], trends: Sequence[Mapping[str, str]], rows: Sequence[_Row], by: Yardstick
    ) -> Iterator[Finding]:
        """What a person should look at; it changes no score."""
        apart = max((each.accepted[1] - each.accepted[0] for row in rows for each in row.compared), default=0.0)
        defaults = {name: float(value) for name, value in self.settings.items() if _is_number(value)}
        found = claims.contradictions(stated, defaults, by.rows if self.whole_rows else None, max(self.least, apart))
        told = [*found, *(Finding(**each) for each in trends)]
        for each in told[:MOST_TOLD]:
            hint = f"{each.hint} This alone costs nothing.".lstrip()
            yield Finding(each.code, each.message, hint, each.where)

    def _table(self, rows: Sequence[_Row]) -> Table:
        lines = []
        for row in rows[:50]:
            beside = {each.split: each for each in row.compared}
            for split in self._compared_in(row.claim) or list(row.claim.splits)[:1]:
                stated, measured = row.claim.splits[split], beside.get(split)
                gives = _range(measured) if measured else "fails" if row.failure else "not run again"
                verdict = ("disagrees" if measured.off else "agrees") if measured else ""
                lines.append((_in_words(row.claim), split, _short(stated.value), gives, verdict))
        title = f"Stated accuracies beside those of your code, on {self.data}"
        return Table(title, ("settings", "split", "stated", "your code", ""), tuple(lines))


def _each(claim: claims.Claim, run: Values, yardstick: Yardstick) -> Iterator[Compared]:
    """The stated accuracies of one row beside those of the runs."""
    for split, readings in run["values"].items():
        if split in claim.splits and 0 <= claim.splits[split].value <= 1:
            compared = compare(split, claim.splits[split], readings, yardstick)
            if compared is not None:
                yield compared


def _plain(claim: claims.Claim) -> Values:
    return {
        "settings": dict(claim.settings),
        "splits": {name: [stated.value, stated.step] for name, stated in claim.splits.items()},
        "where": claim.where,
        "unread": list(claim.unread),
        "final": claim.final,
    }


def _claim(plain: Values) -> claims.Claim:
    splits = {name: Stated(value, step) for name, (value, step) in plain["splits"].items()}
    return claims.Claim(plain["settings"], splits, plain["where"], tuple(plain["unread"]), plain["final"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _like(default: Any, value: float) -> int | float:
    return int(value) if isinstance(default, int) else float(value)


def _in_words(claim: claims.Claim) -> str:
    return ", ".join(f"{_name(name)} {value:g}" for name, value in claim.settings.items()) or (
        "the course's settings" if claim.final else "no settings told"
    )


def _name(setting: str) -> str:
    return setting.replace("_", " ")


def _numbers(claim: claims.Claim, splits: Sequence[str] = ()) -> str:
    told = [(name, stated) for name, stated in claim.splits.items() if not splits or name in splits]
    return " and ".join(f"{name} accuracy {_short(stated.value)}" for name, stated in told)


def _range(compared: Compared) -> str:
    low, high = _short(compared.low), _short(compared.high)
    return low if low == high else f"{low} to {high}"


def _short(value: float) -> str:
    return f"{value:.4g}"


CHECK = Claim
