"""The same configurations with several seeds: how far a course's numbers vary from run to run, for reproductions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from grader.experiments import Bench, Outcome, Run, Settings, perform
from grader.kept import Kept
from grader.writeup.document import value_of
from grader.writeup.spec import Writeup

__all__ = ["Row", "repeat"]


@dataclass(frozen=True)
class Row:
    """One configuration, and each value of the write-up once for each seed."""

    settings: Settings
    values: Mapping[str, tuple[float | None, ...]]
    problems: tuple[str, ...] = ()

    def mean(self, name: str) -> float | None:
        """The mean over the seeds that gave a number."""
        found = self._numbers(name)
        return fmean(found) if found else None

    def deviation(self, name: str) -> float | None:
        """The standard deviation of one run, from at least two."""
        found = self._numbers(name)
        return stdev(found) if len(found) > 1 else None

    def _numbers(self, name: str) -> list[float]:
        return [value for value in self.values[name] if value is not None]


def repeat(
    configurations: Sequence[Settings],
    seeds: Sequence[int],
    writeup: Writeup,
    bench: Bench,
    jobs: int,
    kept: Kept | None = None,
    watch: Callable[[Outcome], None] | None = None,
) -> list[Row]:
    """A row for each configuration, which lists what differs from the write-up's settings; `seed` is one of those."""
    runs = [
        [Run("repeat", {**writeup.settings, **each, "seed": seed}, f"seed {seed}") for seed in seeds]
        for each in configurations
    ]
    done: dict[object, Outcome] = {}
    for outcome in perform([run for row in runs for run in row], bench, jobs, kept):
        done[outcome.run.key] = outcome
        if watch:
            watch(outcome)
    pairs = zip(configurations, runs, strict=True)
    return [_row(settings, [done[run.key] for run in row], writeup) for settings, row in pairs]


def _row(settings: Settings, outcomes: Sequence[Outcome], writeup: Writeup) -> Row:
    values = {name: tuple(value_of(each, value) for each in outcomes) for name, value in writeup.values.items()}
    problems = tuple(f"{each.run.label}: {each.failure.message}" for each in outcomes if each.failure)
    return Row(settings, values, problems)
