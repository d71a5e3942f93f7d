"""Numbers with a name for each, as pandas has them: a column of a table, or one number for each column.

Columns are named, rows keep their numbers, and whatever is computed is what numpy computes. What is not known here can
be called and has no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from grader.worker.absent import Absent, MissingPackage

__all__ = ["Labelled", "Labels", "Series", "labels", "places_of"]

Array = np.ndarray[Any, np.dtype[Any]]


class Labels(np.ndarray[Any, np.dtype[Any]]):
    """The numbers of rows or the names of columns."""

    @property
    def values(self) -> Array:
        return np.asarray(self)

    def isin(self, others: Any) -> Array:
        return np.isin(np.asarray(self), list(others))

    def to_list(self) -> list[Any]:
        return list(self.tolist())

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(name) if name.startswith("_") else MissingPackage("pandas")


def labels(names: Any) -> Labels:
    """These numbers as they are, or names as what they are."""
    told = np.asarray(names)
    return np.array(list(names), dtype=object).view(Labels) if told.dtype.kind in "USO" else told.view(Labels)


class Labelled(NDArrayOperatorsMixin):
    """Values with a number or a name for each row; arithmetic goes by place."""

    _values: Array
    index: Labels

    def __init__(self, values: Any, index: Any = None) -> None:
        self._values = np.asarray(values)
        self.index = labels(np.arange(len(self._values)) if index is None else index)

    def _like(self, values: Any, index: Any = None) -> Any:
        raise NotImplementedError

    def _at(self, key: Any) -> Any:
        raise NotImplementedError

    def _named(self, key: Any) -> Any:
        raise NotImplementedError

    def _put_at(self, key: Any, value: Any) -> None:
        self._values = np.array(self._values)
        self._values[_plain(key)] = value

    def _put_named(self, key: Any, value: Any) -> None:
        """Write rows by their numbers, or one below the others where there is none of that number."""
        if isinstance(key, (int, np.integer)) and key not in self.index:
            self.index = labels(np.append(self.index, key))
            self._values = np.concatenate([self._values, np.full_like(self._values, 0.0, shape=(1, *self.shape[1:]))])
        self._put_at(places_of(self.index, key), value)

    def __getattr__(self, name: str) -> Any:
        """What an array has, which numpy's functions ask for too, is the array's; all else is absent."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._values, name) if hasattr(np.ndarray, name) else Absent("pandas", name)

    @property
    def values(self) -> Array:
        return self._values

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self._values)

    @property
    def iloc(self) -> _Places:
        return _Places(self._at, self._put_at)

    @property
    def loc(self) -> _Places:
        return _Places(self._named, self._put_named)

    iat, at = iloc, loc

    def to_numpy(self, dtype: Any = None, **options: Any) -> Array:
        return np.array(self._values, dtype=dtype)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        return np.array(self._values, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        result = getattr(ufunc, method)(*map(_plain, inputs), **options)
        largest = next((each for each in inputs if isinstance(each, Labelled) and each.shape == np.shape(result)), None)
        return result if largest is None else largest._like(result, largest.index)

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

    def isnull(self) -> Any:
        return self._like(np.isnan(self._values), self.index)

    def notnull(self) -> Any:
        return self._like(~np.isnan(self._values), self.index)

    isna, notna = isnull, notnull

    def dropna(self, **options: Any) -> Any:
        return self._at(~np.isnan(self._values).reshape(len(self), -1).any(axis=1))

    def drop_duplicates(self, **options: Any) -> Any:
        return self._at(np.sort(np.unique(self._values, axis=0, return_index=True)[1]))

    def sample(self, n: int | None = None, frac: float | None = None, random_state: Any = None, **options: Any) -> Any:
        count = round(frac * len(self)) if frac is not None else n or 1
        drawn = random_state if hasattr(random_state, "permutation") else np.random.RandomState(random_state)
        return self._at(drawn.permutation(len(self))[:count])

    def abs(self) -> Any:
        return self._like(np.abs(self._values), self.index)

    def round(self, decimals: int = 0) -> Any:
        return self._like(np.round(self._values, decimals), self.index)

    def _over(self, function: Callable[..., Any], axis: Any, **options: Any) -> Any:
        """One number for each column, or for each row; of a column, one number."""
        raise NotImplementedError

    def mean(self, axis: Any = 0, **options: Any) -> Any:
        return self._over(np.mean, axis)

    def median(self, axis: Any = 0, **options: Any) -> Any:
        return self._over(np.median, axis)

    def std(self, axis: Any = 0, ddof: int = 1, **options: Any) -> Any:
        return self._over(np.std, axis, ddof=ddof)

    def var(self, axis: Any = 0, ddof: int = 1, **options: Any) -> Any:
        return self._over(np.var, axis, ddof=ddof)

    def min(self, axis: Any = 0, **options: Any) -> Any:
        return self._over(np.min, axis)

    def max(self, axis: Any = 0, **options: Any) -> Any:
        return self._over(np.max, axis)

    def sum(self, axis: Any = 0, **options: Any) -> Any:
        return self._over(np.sum, axis)

    def count(self, axis: Any = 0, **options: Any) -> Any:
        return self.notnull().sum(axis)

    def any(self, axis: Any = 0, **options: Any) -> Any:
        return self._over(np.any, axis)

    def all(self, axis: Any = 0, **options: Any) -> Any:
        return self._over(np.all, axis)


class _Places:
    """What stands in the brackets of `iloc` and `loc`."""

    def __init__(self, take: Callable[[Any], Any], put: Callable[[Any, Any], None]) -> None:
        self._take, self._put = take, put

    def __getitem__(self, key: Any) -> Any:
        return self._take(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._put(key, value)


class Series(Labelled):
    """One column, or one number for each of some names."""

    def __init__(self, data: Any = None, index: Any = None, dtype: Any = None, **options: Any) -> None:
        if isinstance(data, dict):
            data, index = list(data.values()), list(data)
        if data is None or np.ndim(data) == 0:
            data = np.full(len(() if index is None else index), np.nan if data is None else data)
        super().__init__(np.asarray(data, dtype=dtype), index)

    def _like(self, values: Any, index: Any = None) -> Any:
        return Series(values, index)

    def _at(self, key: Any) -> Any:
        taken = self._values[_plain(key)]
        return Series(taken, self.index[_plain(key)]) if np.ndim(taken) else taken

    def _named(self, key: Any) -> Any:
        return self._at(places_of(self.index, key))

    def _over(self, function: Callable[..., Any], axis: Any, **options: Any) -> Any:
        return function(self._values, **options)

    def __getitem__(self, key: Any) -> Any:
        return self._at(key) if isinstance(key, slice) or _is_place(self.index, key) else self._named(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        put = self._put_at if isinstance(key, slice) or _is_place(self.index, key) else self._put_named
        put(key, value)

    def __getattr__(self, name: str) -> Any:
        return self[name] if not name.startswith("_") and name in self.index.tolist() else super().__getattr__(name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def tolist(self) -> list[Any]:
        return list(self._values.tolist())

    to_list = tolist

    def items(self) -> Iterator[tuple[Any, Any]]:
        return zip(self.index, self._values, strict=True)

    def unique(self) -> Array:
        return np.unique(self._values)

    def nunique(self) -> int:
        return len(self.unique())

    def isin(self, others: Any) -> Any:
        return Series(np.isin(self._values, list(others)), self.index)

    def value_counts(self, normalize: bool = False, **options: Any) -> Any:
        values, counts = np.unique(self._values, return_counts=True)
        most_first = np.argsort(-counts, kind="stable")
        return Series(counts[most_first] / (len(self) if normalize else 1), values[most_first])

    def map(self, function: Any) -> Any:  # as pandas calls it
        change = function.__getitem__ if isinstance(function, dict) else function
        return Series([change(value) for value in self._values], self.index)

    def replace(self, changes: dict[Any, Any]) -> Any:
        return self.map(lambda value: changes.get(value, value))

    def apply(self, function: Any) -> Any:
        return self.map(function)


def places_of(index: Any, key: Any) -> Any:
    """The places of rows that are meant by their numbers, names or a mask; a range of them holds its end."""
    key, listed = _plain(key), np.asarray(index).tolist()
    if isinstance(key, slice):
        first = None if key.start is None else listed.index(key.start)
        return slice(first, _end(listed, key.stop), key.step)
    if isinstance(key, np.ndarray) and key.dtype == bool:
        return key
    places = {name: place for place, name in enumerate(listed)}
    return [places[name] for name in key.tolist()] if isinstance(key, np.ndarray) else places[key]


def _end(listed: list[Any], label: Any) -> int | None:
    if label is None:
        return None
    return listed.index(label) + 1 if label in listed else sum(each <= label for each in listed)


def _plain(value: Any) -> Any:
    """The array behind labelled values, and a list as one."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return np.asarray(value) if isinstance(value, (list, Labelled)) else value


def _is_place(index: Labels, key: Any) -> bool:
    """Whether a whole number cannot be the name of a row, because rows are named otherwise."""
    return isinstance(key, (int, np.integer)) and index.dtype == object
