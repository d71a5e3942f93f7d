"""As much of pandas as a hand-in needs to read a table of numbers, in numpy."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from grader.worker.absent import Absent
from grader.worker.series import Labelled, Labels, Series, labels, places_of

__all__ = ["FRAMES"]


class DataFrame(Labelled):
    """A table of numbers whose columns have names."""

    _names: list[Any]

    def __init__(self, data: Any = None, columns: Any = None, index: Any = None, **options: Any) -> None:
        if isinstance(data, DataFrame):
            columns, index, data = data._names if columns is None else columns, data.index, data.values
        if isinstance(data, dict):
            columns, data = list(data), np.column_stack([np.asarray(column) for column in data.values()])
        if data is None:
            data = np.empty((0, 0 if columns is None else len(columns)))
        super().__init__(data, index)
        self._names = list(range(self._values.shape[1]) if columns is None else columns)

    def _like(self, values: Any, index: Any = None) -> Any:
        return DataFrame(values, self._names, index)

    @property
    def columns(self) -> Labels:
        return labels(self._names)

    @columns.setter
    def columns(self, names: Sequence[Any]) -> None:
        self._names = list(names)

    @property
    def T(self) -> DataFrame:
        return DataFrame(self._values.T, self.index.tolist(), self._names)

    def _over(self, function: Callable[..., Any], axis: Any, **options: Any) -> Any:
        if axis is None:
            return function(self._values, **options)
        by_rows = axis in (1, "columns")
        return Series(function(self._values, axis=int(by_rows), **options), self.index if by_rows else self._names)

    def _at(self, key: Any) -> Any:
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        rows, columns = (np.asarray(each) if isinstance(each, (list, Labelled)) else each for each in (rows, columns))
        names, values = self.columns[columns], self._values[rows]
        if isinstance(rows, (int, np.integer)):
            return Series(values[columns], names) if np.ndim(names) else values[columns]
        if isinstance(columns, (int, np.integer)):
            return Series(values[:, columns], self.index[rows])
        return DataFrame(values[:, columns], list(names), self.index[rows])

    def _named(self, key: Any) -> Any:
        return self._at(self._places(key))

    def _places(self, key: Any) -> tuple[Any, Any]:
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        return places_of(self.index, rows), places_of(self.columns, columns)

    def _put_named(self, key: Any, value: Any) -> None:
        if not isinstance(key, tuple):
            super()._put_named(key, value)
        elif isinstance(key[1], str) and key[1] not in self._names:
            self[key[1]] = np.nan
            self._put_named(key, value)
        else:
            rows, columns = self._places(key)
            whole = np.arange(len(self))[rows], np.arange(len(self._names))[columns]
            pairs = np.ix_(*whole) if all(map(np.ndim, whole)) else whole
            self._values = np.array(self._values)
            self._values[pairs] = np.asarray(value)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, (str, int)):
            if key not in self._names:
                raise KeyError(key)
            return Series(self._values[:, self._names.index(key)], self.index)
        if isinstance(key, (list, tuple, Labels)) and all(each in self._names for each in key):
            return DataFrame(self._values[:, [self._names.index(each) for each in key]], list(key), self.index)
        return self._at(np.asarray(key) if isinstance(key, (list, Labelled)) else key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, (list, Labels)):
            for place, name in enumerate(key):
                self[name] = np.asarray(value)[:, place] if np.ndim(value) > 1 else value
            return
        column = np.broadcast_to(np.asarray(value).T if np.ndim(value) > 1 else np.asarray(value), (len(self),))
        if key in self._names:
            self._values = np.array(self._values)
            self._values[:, self._names.index(key)] = column
        else:
            self._values = np.column_stack([self._values, column])
            self._names = [*self._names, key]

    def __getattr__(self, name: str) -> Any:
        return self[name] if not name.startswith("_") and name in self._names else super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and name in self.__dict__.get("_names", ()):
            self[name] = value
        else:
            super().__setattr__(name, value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._names)

    def __contains__(self, name: Any) -> bool:
        return name in self._names

    def keys(self) -> Labels:
        return self.columns

    def items(self) -> Iterator[tuple[Any, Series]]:
        return ((name, self[name]) for name in self._names)

    def pop(self, name: Any) -> Series:
        column: Series = self[name]
        place = self._names.index(name)
        self._values = np.delete(self._values, place, axis=1)
        self._names = [each for each in self._names if each != name]
        return column

    def rename(self, columns: Any = None, **options: Any) -> DataFrame:
        named = columns if callable(columns) else lambda name: (columns or {}).get(name, name)
        return DataFrame(self._values, [named(name) for name in self._names], self.index)

    def drop(self, labels: Any = None, axis: Any = 0, columns: Any = None, index: Any = None, **options: Any) -> Any:
        if columns is None and axis in (1, "columns"):
            columns, labels = labels, None
        if columns is not None:
            gone = {columns} if isinstance(columns, str) else set(columns)
            return self[[each for each in self._names if each not in gone]]
        return self._at(~np.isin(self.index, np.asarray(labels if index is None else index)))

    def sort_values(self, by: Any, ascending: bool = True, **options: Any) -> Any:
        order = np.lexsort([self[name].values for name in ([by] if isinstance(by, str) else list(by))[::-1]])
        return self._at(order if ascending else order[::-1])

    def apply(self, function: Any, axis: Any = 0, **options: Any) -> Any:
        """What a function makes of each column, or of each row."""
        by_rows = axis in (1, "columns")
        told = (
            [function(self._at(row)) for row in range(len(self))] if by_rows else [function(c) for _, c in self.items()]
        )
        names = self.index if by_rows else self._names
        if all(np.ndim(each) == 0 for each in told):
            return Series(told, names)
        return DataFrame(np.stack([np.asarray(each) for each in told], axis=int(not by_rows)), self._names, self.index)

    def agg(self, how: Any) -> Any:
        """One statistic of each column by its name, or several of them as rows."""
        if isinstance(how, str):
            return getattr(self, how)()
        if callable(how):
            return self.apply(how)
        if not isinstance(how, (list, tuple)) or not all(isinstance(each, str) for each in how):
            return Absent("pandas", "agg")
        return DataFrame(np.stack([np.asarray(getattr(self, each)()) for each in how]), self._names, list(how))

    aggregate = agg

    def describe(self, **options: Any) -> DataFrame:
        low, middle, high = np.percentile(self._values, [25, 50, 75], axis=0) if len(self) else np.zeros((3, 0))
        told: DataFrame = self.agg(["count", "mean", "std", "min", "max"])
        rows = np.vstack([told.values[:4], low, middle, high, told.values[4:]])
        return DataFrame(rows, self._names, ["count", "mean", "std", "min", "25%", "50%", "75%", "max"])

    def info(self, **options: Any) -> None:
        return None

    def groupby(self, by: Any, **options: Any) -> Any:
        return _Groups(self, by) if by in self._names else Absent("pandas", "groupby")

    def iterrows(self) -> Iterator[tuple[Any, Series]]:
        return ((number, self._at(row)) for row, number in enumerate(self.index.tolist()))

    def to_dict(self, *arguments: Any, **options: Any) -> Any:
        return {name: column.tolist() for name, column in self.items()} if "list" in arguments else Absent("pandas")


class _Groups(Absent):
    """The rows of a table by what stands in one of its columns."""

    def __init__(self, frame: DataFrame, by: Any) -> None:
        super().__init__("pandas", "groupby")
        self.__dict__.update(frame=frame, by=by)

    def __getattr__(self, name: str) -> Any:
        return getattr(Absent("pandas"), name)

    def __getitem__(self, key: object) -> Any:
        return Absent("pandas")

    def __iter__(self) -> Iterator[tuple[Any, DataFrame]]:
        return ((value, self.get_group(value)) for value in self.__dict__["frame"][self.__dict__["by"]].unique())

    def get_group(self, value: Any) -> DataFrame:
        frame: DataFrame = self.__dict__["frame"]
        group: DataFrame = frame[frame[self.__dict__["by"]] == value]
        return group


def read_csv(
    path: Any,
    *arguments: Any,
    header: Any = 0,
    names: Sequence[str] | None = None,
    skiprows: Any = 0,
    usecols: Any = None,
    **options: Any,
) -> DataFrame:
    """A table of numbers from a file."""
    with open(path, encoding="utf-8-sig") as file:
        lines = [[cell.strip() for cell in line] for line in csv.reader(file) if line]
    lines = lines[skiprows if isinstance(skiprows, int) else len(skiprows) :]
    first = lines.pop(0) if header == 0 and names is None else []
    if names is not None and lines and not _is_number(lines[0][0]):
        del lines[0]
    table = DataFrame(np.array(lines, dtype=np.float64), names or first or None)
    return table if usecols is None else table[[each if each in table else table.columns[each] for each in usecols]]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def concat(tables: Sequence[Any], axis: Any = 0, ignore_index: bool = False, **options: Any) -> Any:
    """Tables below each other, or beside each other."""
    parts = list(tables)
    if axis in (1, "columns"):
        names = [name for place, each in enumerate(parts) for name in (getattr(each, "_names", None) or [place])]
        return DataFrame(np.column_stack([np.asarray(each) for each in parts]), names, parts[0].index)
    index = None if ignore_index else np.concatenate([each.index for each in parts])
    return parts[0]._like(np.concatenate([np.asarray(each) for each in parts]), index)


def to_numeric(values: Any, **options: Any) -> Any:
    """Numbers, which all values here are."""
    return values


FRAMES: dict[str, Any] = {
    "DataFrame": DataFrame,
    "Series": Series,
    "concat": concat,
    "read_csv": read_csv,
    "to_numeric": to_numeric,
}
