"""The few functions of scikit-learn and pandas that write labels as rows with a one in the column of each, in numpy."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from grader.worker.frames import DataFrame

__all__ = ["ENCODERS", "get_dummies", "table"]

Array = np.ndarray[Any, np.dtype[Any]]


class _Sparse(np.ndarray[Any, np.dtype[Any]]):
    """Rows that are asked to be written out, as a sparse matrix of SciPy is."""

    def toarray(self) -> Array:
        return np.array(self)

    todense = toarray


class OneHotEncoder:
    """A column for each value that a column has."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self._is_sparse = options.get("sparse_output", options.get("sparse", True))

    def fit(self, X: Any, y: Any = None) -> Self:
        values, given = table(X), self.options.get("categories", "auto")
        self.categories_ = (
            [np.unique(column) for column in values.T] if isinstance(given, str) else list(map(np.array, given))
        )
        return self

    def transform(self, X: Any) -> Array:
        known = zip(table(X).T, self.categories_, strict=True)
        rows = np.concatenate([_marked(column, values) for column, values in known], axis=1)
        return rows.view(_Sparse) if self._is_sparse else rows

    def fit_transform(self, X: Any, y: Any = None) -> Array:
        return self.fit(X).transform(X)


class LabelBinarizer:
    """A column for each label; of two labels, one column for the second."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def fit(self, y: Any) -> Self:
        self.classes_ = np.unique(np.asarray(y))
        return self

    def transform(self, y: Any) -> Array:
        return label_binarize(y, classes=self.classes_)

    def fit_transform(self, y: Any) -> Array:
        return self.fit(y).transform(y)


def label_binarize(y: Any, *, classes: Any) -> Array:
    """A column for each of these labels; of two of them, one column for the second."""
    rows = _marked(np.asarray(y).reshape(-1), np.asarray(classes)).astype(np.int64)
    return rows[:, 1:] if rows.shape[1] == 2 else rows


def get_dummies(data: Any, dtype: Any = bool, **options: Any) -> Any:
    """A table with a column for each value that there is."""
    values = np.asarray(data).reshape(-1)
    names = np.unique(values)
    return DataFrame(_marked(values, names).astype(dtype), columns=list(names))


def _marked(values: Array, known: Array) -> Array:
    return np.asarray(values[:, None] == known[None, :], dtype=np.float64)


def table(X: Any, dtype: Any = None) -> Array:
    """The values, with the complaint of scikit-learn where they are no table."""
    values = np.asarray(X, dtype=dtype)
    if values.ndim != 2:
        raise ValueError(f"Expected 2D array, got {values.ndim}D array instead")
    return values


ENCODERS: dict[str, Any] = {each.__name__: each for each in (LabelBinarizer, OneHotEncoder, label_binarize)}
