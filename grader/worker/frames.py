"""As much of pandas as a hand-in needs to read a table of numbers, in numpy.

Columns are named, rows keep their numbers, and whatever is computed with a table is what numpy computes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

__all__ = ["FRAMES"]

Array = np.ndarray[Any, np.dtype[Any]]


class _Labelled(NDArrayOperatorsMixin):
    """Values with a number for each row; arithmetic goes by place."""

    def __init__(self, values: Any, index: Any = None) -> None:
        self._values = np.asarray(values)
        self.index = np.arange(len(self._values)) if index is None else np.asarray(index)

    def _like(self, values: Any, index: Any = None) -> Any:
        raise NotImplementedError

    @property
    def values(self) -> Array:
        return self._values

    @property
    def shape(self) -> tuple[int, ...]:
        return self._values.shape

    @property
    def iloc(self) -> _Places:
        return _Places(self._at, self._put)

    @property
    def loc(self) -> _Places:
        return _Places(self._named, self._put)

    def _at(self, key: Any) -> Any:
        raise NotImplementedError

    def _named(self, key: Any) -> Any:
        raise NotImplementedError

    def _put(self, key: Any, row: Any) -> None:
        """Write a row by its number, or put it below the others where there is none of that number."""
        if not isinstance(key, (int, np.integer)):
            raise NotImplementedError
        if key not in self.index:
            self.index = np.append(self.index, key)
            self._values = np.concatenate([self._values, np.full_like(self._values, 0.0, shape=(1, *self.shape[1:]))])
        self._values[np.flatnonzero(self.index == key)[0]] = row

    def to_numpy(self, dtype: Any = None, **options: Any) -> Array:
        return np.array(self._values, dtype=dtype)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        return np.array(self._values, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [each._values if isinstance(each, _Labelled) else each for each in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        return self._like(result, self.index) if np.shape(result) == self.shape else result

    def __len__(self) -> int:
        return len(self._values)

    def __bool__(self) -> NoReturn:
        raise ValueError("The truth value of a table is ambiguous.")

    def head(self, n: int = 5) -> Any:
        return self._at(slice(n))

    def tail(self, n: int = 5) -> Any:
        return self._at(slice(-n, None))

    def copy(self, **options: Any) -> Any:
        return self._like(self._values.copy(), self.index)

    def astype(self, dtype: Any, **options: Any) -> Any:
        return self._like(self._values.astype(float if isinstance(dtype, dict) else dtype), self.index)

    def reset_index(self, **options: Any) -> Any:
        return self._like(self._values)

    def dropna(self, **options: Any) -> Any:
        return self._at(~np.isnan(self._values).reshape(len(self), -1).any(axis=1))

    def sample(self, n: int | None = None, frac: float | None = None, random_state: Any = None, **options: Any) -> Any:
        count = round(frac * len(self)) if frac is not None else n or 1
        return self._at(np.random.RandomState(random_state).permutation(len(self))[:count])

    def mean(self, axis: int = 0, **options: Any) -> Any:
        return self._values.mean(axis=axis)

    def std(self, axis: int = 0, ddof: int = 1, **options: Any) -> Any:
        return self._values.std(axis=axis, ddof=ddof)

    def var(self, axis: int = 0, ddof: int = 1, **options: Any) -> Any:
        return self._values.var(axis=axis, ddof=ddof)

    def min(self, axis: int = 0, **options: Any) -> Any:
        return self._values.min(axis=axis)

    def max(self, axis: int = 0, **options: Any) -> Any:
        return self._values.max(axis=axis)

    def sum(self, axis: int = 0, **options: Any) -> Any:
        return self._values.sum(axis=axis)

    def describe(self, **options: Any) -> Any:
        return self

    def info(self, **options: Any) -> None:
        return None


class _Places:
    """What stands in the brackets of `iloc` and `loc`."""

    def __init__(self, take: Callable[[Any], Any], put: Callable[[Any, Any], None]) -> None:
        self._take, self._put = take, put

    def __getitem__(self, key: Any) -> Any:
        return self._take(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._put(key, value)


class Series(_Labelled):
    """One column."""

    def _like(self, values: Any, index: Any = None) -> Any:
        return Series(values, index)

    def _at(self, key: Any) -> Any:
        taken = self._values[np.asarray(key) if isinstance(key, (list, _Labelled)) else key]
        return Series(taken, self.index[key]) if np.ndim(taken) else taken

    def _named(self, key: Any) -> Any:
        return self._at(_rows(self.index, key))

    def __getitem__(self, key: Any) -> Any:
        return self._named(key)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def tolist(self) -> list[Any]:
        return list(self._values.tolist())

    def unique(self) -> Array:
        return np.unique(self._values)

    def map(self, function: Any) -> Any:  # as pandas calls it
        change = function.__getitem__ if isinstance(function, dict) else function
        return Series([change(value) for value in self._values], self.index)

    def apply(self, function: Any) -> Any:
        return self.map(function)


class DataFrame(_Labelled):
    """A table of numbers whose columns have names."""

    def __init__(self, data: Any = None, columns: Any = None, index: Any = None) -> None:
        if isinstance(data, dict):
            columns, data = list(data), np.column_stack([np.asarray(column) for column in data.values()])
        if data is None:
            data = np.empty((0, len(columns or ())))
        super().__init__(data, index)
        self.columns = list(range(self._values.shape[1]) if columns is None else columns)

    def _like(self, values: Any, index: Any = None) -> Any:
        return DataFrame(values, self.columns, index)

    @property
    def T(self) -> Array:
        return self._values.T

    def _at(self, key: Any) -> Any:
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        rows = np.asarray(rows) if isinstance(rows, (list, _Labelled)) else rows
        names = np.array(self.columns, dtype=object)[columns]
        values = self._values[rows]
        if isinstance(rows, (int, np.integer)):
            return values[columns]
        if isinstance(columns, (int, np.integer)):
            return Series(values[:, columns], self.index[rows])
        return DataFrame(values[:, columns], list(names), self.index[rows])

    def _named(self, key: Any) -> Any:
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        taken = self._at(_rows(self.index, rows))
        return taken if isinstance(columns, slice) else taken[columns]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, (str, int)):
            if key not in self.columns:
                raise KeyError(key)
            return Series(self._values[:, self.columns.index(key)], self.index)
        if isinstance(key, (list, tuple)) and all(each in self.columns for each in key):
            return DataFrame(self._values[:, [self.columns.index(each) for each in key]], list(key), self.index)
        return self._at(np.asarray(key) if isinstance(key, (list, _Labelled)) else key)

    def __setitem__(self, key: Any, value: Any) -> None:
        column = np.broadcast_to(np.asarray(value).T if np.ndim(value) > 1 else np.asarray(value), (len(self),))
        if key in self.columns:
            self._values = np.array(self._values)
            self._values[:, self.columns.index(key)] = column
        else:
            self._values = np.column_stack([self._values, column])
            self.columns = [*self.columns, key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "columns" or name not in self.columns:
            raise AttributeError(f"'DataFrame' object has no attribute {name!r}")
        return self[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.columns)

    def drop(self, labels: Any = None, axis: Any = 0, columns: Any = None, index: Any = None, **options: Any) -> Any:
        if columns is None and axis in (1, "columns"):
            columns, labels = labels, None
        if columns is not None:
            gone = {columns} if isinstance(columns, str) else set(columns)
            return self[[each for each in self.columns if each not in gone]]
        return self._at(~np.isin(self.index, np.asarray(labels if index is None else index)))

    def iterrows(self) -> Iterator[tuple[Any, dict[Any, Any]]]:
        return (
            (number, dict(zip(self.columns, row, strict=True)))
            for number, row in zip(self.index, self._values, strict=True)
        )


def _rows(index: Array, key: Any) -> Any:
    """The places of rows that are meant by their numbers, or by a mask."""
    key = np.asarray(key) if isinstance(key, (list, _Labelled)) else key
    if isinstance(key, slice) or (isinstance(key, np.ndarray) and key.dtype == bool):
        return key
    places = {number: place for place, number in enumerate(index.tolist())}
    return [places[number] for number in key.tolist()] if isinstance(key, np.ndarray) else places[key]


def read_csv(
    path: Any, *arguments: Any, header: Any = 0, names: Sequence[str] | None = None, **options: Any
) -> DataFrame:
    """A table of numbers from a file."""
    with open(path, encoding="utf-8-sig") as file:
        lines = [[cell.strip() for cell in line] for line in csv.reader(file) if line]
    first = lines.pop(0) if header == 0 and names is None else []
    if names is not None and lines and not _is_number(lines[0][0]):
        del lines[0]
    return DataFrame(np.array(lines, dtype=np.float64), names or first or None)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


FRAMES = {"DataFrame": DataFrame, "Series": Series, "read_csv": read_csv}
