"""A training run's records are read in any form that students keep them in."""

from __future__ import annotations

from collections import namedtuple
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.worker.histories import named_series

Row = namedtuple("Row", ["loss", "acc"])

FORMS: dict[str, Any] = {
    "lists by name": {"loss": [3.0, 2.0, 1.0], "acc": [0.1, 0.2, 0.3]},
    "rows of dictionaries": [{"loss": 3.0, "acc": 0.1}, {"loss": 2.0, "acc": 0.2}, {"loss": 1.0, "acc": 0.3}],
    "named rows": [Row(3.0, 0.1), Row(2.0, 0.2), Row(1.0, 0.3)],
    "numbered rows of dictionaries": [(i, {"loss": 3.0 - i, "acc": 0.1 * (i + 1)}) for i in range(3)],
    "numbers by step": {"loss": {0: 3.0, 5: 2.0, 10: 1.0}, "acc": {0: 0.1, 5: 0.2, 10: 0.3}},
    "an object of the hand-in's": SimpleNamespace(loss=np.array([3.0, 2.0, 1.0]), acc=[0.1, 0.2, np.array([0.3])]),
    "an array of objects": {"loss": np.array([3.0, 2.0, 1.0], dtype=object), "acc": (0.1, 0.2, 0.3)},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_history_is_found_under_its_names(form: str) -> None:
    found = {name.split()[-1]: [float(np.mean(each)) for each in series] for name, series in named_series(FORMS[form])}
    assert found["loss"] == pytest.approx([3, 2, 1])
    assert found["acc"] == pytest.approx([0.1, 0.2, 0.3])


def test_rows_without_names_are_taken_by_columns() -> None:
    series = [[float(each) for each in found] for _, found in named_series([(3.0, 0.1), (2.0, 0.2), (1.0, 0.3)])]
    assert [3, 2, 1] in series
    assert [0.1, 0.2, 0.3] in series


@pytest.mark.parametrize("value", [{"X": np.zeros((300, 784))}, [SimpleNamespace(w=np.zeros((785, 10)))], "text", None])
def test_data_and_networks_are_no_history(value: Any) -> None:
    assert list(named_series(value)) == []
