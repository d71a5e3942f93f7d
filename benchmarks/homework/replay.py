"""The checks as recorded calls: the same functions with the same inputs, compared with what the reference answered.

It is copied beside other graders' tests, with the calls in `calls/`, one file for each check.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grader.worker import wire
from homework.direct import Direct, Vocabulary

CALLS = Path(__file__).resolve().parent / "calls"
ALIKE = 0.9  # the share of held-out rows on which a net that was trained alike has to agree


def names() -> list[str]:
    """The checks that there are."""
    return sorted(path.stem for path in CALLS.glob("*.frame"))


def check(name: str, homework: Any) -> None:
    """Make the calls of one check.

    Raises:
        AssertionError: an answer is not the reference's.
    """
    student, made = Direct(Vocabulary(homework)), dict[int, Any]()
    for number, call in enumerate(_read(name)):
        arguments, keywords = _with_objects(call["arguments"], made), _with_objects(call["keywords"], made)
        answer = student.call(call["function"], *arguments, **keywords)
        if call["made"]:
            made[number] = answer
        elif call["function"] == "train":
            _trained_alike(answer, call["answer"])
        else:
            _same(answer, call["answer"], call["function"])


def _read(name: str) -> list[dict[str, Any]]:
    frame = (CALLS / f"{name}.frame").read_bytes()
    start = wire.PREFIX.size
    header, _ = wire.lengths(frame[:start])
    calls: list[dict[str, Any]] = wire.decode(frame[start : start + header], frame[start + header :])
    return calls


def _with_objects(value: Any, made: Mapping[int, Any]) -> Any:
    """The recorded value, with the models and optimizers of earlier calls in it."""
    if isinstance(value, wire.Reference):
        return made[value.number]
    if isinstance(value, list):
        return [_with_objects(each, made) for each in value]
    if isinstance(value, dict):
        return {name: _with_objects(each, made) for name, each in value.items()}
    return value


def _trained_alike(answer: Any, expected: Any) -> None:
    agree = float(np.mean(answer["predictions"][-1] == expected["predictions"][-1]))
    assert agree >= ALIKE, f"after training, {agree:.0%} of the predictions are as expected"


def _same(answer: Any, expected: Any, where: str) -> None:
    if isinstance(expected, dict):
        assert set(expected) <= set(answer), f"{where}: {sorted(expected)} expected, got {sorted(answer)}"
        for name, each in expected.items():
            _same(answer[name], each, f"{where}: {name}")
    elif isinstance(expected, list):
        assert len(answer) == len(expected), f"{where}: {len(expected)} values expected, got {len(answer)}"
        for got, each in zip(answer, expected, strict=True):
            _same(got, each, where)
    elif expected is None or isinstance(expected, str):
        assert answer == expected, f"{where}: {expected!r} expected, got {answer!r}"
    else:
        assert np.shape(answer) == np.shape(expected), f"{where}: the shape is not {np.shape(expected)}"
        assert np.allclose(answer, expected, rtol=1e-6, atol=1e-9), f"{where}: the values are not the expected ones"
