"""From a course's write-up and a hand-in to the runs to do: sweeps, and the student's own file of settings."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from grader.data import DataSet
from grader.experiments import Run, Splits
from grader.experiments.splitting import divide
from grader.report.text import number, one_line
from grader.sandbox.packages import installed
from grader.strict_yaml import parse
from grader.wording import listed
from grader.writeup.spec import Config, Data, Experiment, Setting, Writeup

__all__ = ["Planned", "label", "plan", "splits"]

LONGEST_WORD = 60


@dataclass(frozen=True)
class Planned:
    """The runs of each experiment, in order, and what was met on the way."""

    runs: Mapping[str, tuple[Run, ...]]
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by experiment, for the student
    read: frozenset[str] = frozenset()  # the files of settings that were read
    absent: Mapping[str, str] = field(default_factory=dict)  # by experiment, the package that it would need

    @property
    def all(self) -> list[Run]:
        """Each configuration once, although several experiments may ask for it."""
        once: dict[Any, Run] = {}
        for run in (run for runs in self.runs.values() for run in runs):
            once.setdefault(run.key, run)
        return list(once.values())


def plan(
    writeup: Writeup, files: Mapping[str, bytes], *, preview: bool, there: Callable[[str], bool] = installed
) -> Planned:
    """The runs that the write-up asks for; in a preview, with its quick settings.

    What needs a package that is not `there` has no runs.
    """
    runs: dict[str, tuple[Run, ...]] = {}
    notes: dict[str, tuple[str, ...]] = {}
    read: set[str] = set()
    absent = {
        id_: each.package for id_, each in writeup.experiments.items() if each.package and not there(each.package)
    }
    for id_, experiment in writeup.experiments.items():
        own = _own_settings(experiment.config, writeup, files) if experiment.config else _Own()
        read |= own.read
        quick = {**writeup.quick, **experiment.quick} if preview else {}
        changed = [writeup.names.get(name, name) for name in quick if name in own.settings]
        notes[id_] = (*own.notes, *([f"The preview has its own {listed(changed)}."] if changed else []))
        base = {**writeup.settings, **experiment.settings, **own.settings, **quick}
        if id_ in absent:
            notes[id_] = (f"{experiment.title}: not run, because {absent[id_]} is not installed here.",)
        runs[id_] = tuple(_swept(id_, experiment, base, writeup)) if own.found and id_ not in absent else ()
    return Planned(runs, notes, frozenset(read), absent)


def label(settings: Mapping[str, Setting], names: Mapping[str, str]) -> str:
    """Settings in words: "learning rate 0.1, λ 0.001"."""
    return ", ".join(f"{names.get(name, name)} {_shown(value)}" for name, value in settings.items())


def splits(data: Data, source: DataSet) -> Splits:
    """The rows of each split: the driver's, and the labels that stay here.

    Raises:
        GraderError: a split has no rows.
    """
    return divide(data.splits, source)


def _swept(id_: str, experiment: Experiment, base: Mapping[str, Setting], writeup: Writeup) -> Iterator[Run]:
    for values in itertools.product(*experiment.sweep.values()):
        swept = dict(zip(experiment.sweep, values, strict=True))
        yield Run(id_, {**base, **swept}, label(swept, writeup.names) or experiment.title)


def _shown(value: Setting) -> str:
    return number(value, 6) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class _Own:
    """What the student's own file asks for."""

    settings: Mapping[str, Setting] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    read: frozenset[str] = frozenset()
    found: bool = True


def _own_settings(config: Config, writeup: Writeup, files: Mapping[str, bytes]) -> _Own:
    name = _first_match(config.files, files)
    if name is None:
        return _Own(notes=(f"Nothing was run: the hand-in has no file {config.files[0]}.",), found=False)
    read = parse(files[name])
    if not isinstance(read.value, Mapping):
        where = read.problems[0] if read.problems else None
        why = f"line {where.place.line}: {where.message}" if where else "it holds no settings"
        return _Own(notes=(f"Nothing was run: {name} cannot be read ({one_line(why, 200)}).",), found=False)
    settings: dict[str, Setting] = {}
    notes = [f"Settings from {one_line(name, 80)}."]
    for key, setting in config.keys.items():
        found = _inside(read.value, key.split("."))
        if found is None:
            continue
        words = config.values.get(setting, {})
        value, problem = _usable(words.get(str(found), found), setting, writeup, words)
        if problem:
            notes.append(f"{name}: {key} is {one_line(found, LONGEST_WORD)}; {problem}")
        else:
            settings[setting] = value
    return _Own(settings, tuple(notes), frozenset({name}))


def _first_match(patterns: tuple[str, ...], files: Mapping[str, bytes]) -> str | None:
    """The first file that a pattern fits, at the top of the hand-in or below a folder."""
    for pattern in patterns:
        fits = [name for name in files if fnmatchcase(name, pattern) or fnmatchcase(name, f"*/{pattern}")]
        if fits:
            return min(fits, key=lambda name: (name.count("/"), name))
    return None


def _inside(value: Any, way: list[str]) -> Any:
    for key in way:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _usable(value: Any, setting: str, writeup: Writeup, words: Mapping[str, Setting]) -> tuple[Any, str]:
    """The value as the setting's own kind, or why the course's default is used instead."""
    default = writeup.settings[setting]
    instead = f"the course's {_shown(default)} was used."
    if words:
        return (value, "") if value in words.values() else (None, f"known are {', '.join(words)}; {instead}")
    if isinstance(default, (bool, str)):
        fits = type(value) is type(default) and len(str(value)) <= LONGEST_WORD
        return (value, "") if fits else (None, instead)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None, f"a number is expected; {instead}"
    if isinstance(default, int) and value != int(value):
        return None, f"a whole number is expected; {instead}"
    low, high = writeup.bounds.get(setting, (-math.inf, math.inf))
    if not low <= value <= high:
        return None, f"from {number(low)} to {number(high)} is possible; {instead}"
    return int(value) if isinstance(default, int) else float(value), ""
