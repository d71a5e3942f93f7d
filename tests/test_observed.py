"""Observations as a file: they come back as they were, and nothing in them is ever evaluated."""

from __future__ import annotations

import pickle
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.model import Failure, Finding, Observation, Observations
from grader.observed import LARGEST, Seen, pack, unpack
from grader.observed.asked import Overheard, digest
from grader.session import Handle

VALUES: dict[str, Any] = {
    "array": np.arange(6.0).reshape(2, 3),
    "flags": np.array([True, False]),
    "nested": [{"a": None, "b": [1, 2.5, "ü"]}, float("inf")],
    "none": None,
}
FAILURE = Failure("student", "timeout", "It took too long.", "Look for a loop.", "a.py:3")
SEEN = Seen(
    Observations(
        "d" * 64,
        "small",
        {"one": Observation(VALUES, None, "printed", 0.5), "two": Observation({}, FAILURE)},
        ("It replaced numpy.sum.",),
        (Finding("spelling", "A name."),),
        {"python": "3"},
        {"one": Observation({"x": 1.0})},
    ),
    {"two": Observation({"y": np.zeros(3, np.float32)})},
)


def test_observations_come_back_as_they_were() -> None:
    packed = pack(SEEN)
    assert packed
    back = unpack(packed)
    assert back.observations.criteria["one"].values["array"].tolist() == VALUES["array"].tolist()
    assert back.observations.criteria["one"].values["flags"].dtype == bool
    assert back.observations.criteria["one"].values["nested"] == VALUES["nested"]
    assert back.observations.criteria["two"].failure == FAILURE
    assert back.again["two"].values["y"].dtype == np.float32
    for name in ("submission", "size", "integrity", "remarks", "environment"):
        assert getattr(back.observations, name) == getattr(SEEN.observations, name)
    assert pack(back) == packed


def test_what_is_too_large_or_cannot_be_said_is_not_kept() -> None:
    noise = np.random.default_rng(0).integers(0, 255, LARGEST + 2**16, np.uint8)
    for values in ({"x": noise}, {"x": object()}):
        assert pack(Seen(Observations("d", "small", {"one": Observation(values)}))) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"nonsense", zlib.compress(b""), zlib.compress(b"GRD1"), pickle.dumps([1]), (pack(SEEN) or b"")[:-20]],
)
def test_another_file_is_told_and_not_read(data: bytes) -> None:
    with pytest.raises(GraderError, match="no observations"):
        unpack(data)


@given(st.binary(max_size=60))
@settings(deadline=None, max_examples=50)
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    with pytest.raises(GraderError):
        unpack(zlib.compress(data))


class Student:
    """Answers anything."""

    alive = True

    def call(self, function: str, *arguments: Any, **more: Any) -> str:
        return "answer"

    make = call


def asked(*arguments: Any, **more: Any) -> str:
    student = Overheard(Student())  # type: ignore[arg-type]
    assert student.call("loss", *arguments, **more) == "answer"
    assert student.alive
    return student.asked


X = np.arange(6.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([X], [X.reshape(2, 3)]),
        ([X], [X.astype("f4")]),
        ([X], [X + 1e-12]),
        ([X], [X.tolist()]),
        ([[1, 2], [3]], [[1], [2, 3]]),
        ([{"a": 1}], [{"a": 1, "b": 2}]),
        (["1"], [1]),
        ([None], [False]),
        ([Handle(1, "two-layer")], [Handle(1, "softmax")]),
    ],
)
def test_other_requests_have_another_digest(one: list[Any], other: list[Any]) -> None:
    assert asked(*one) != asked(*other)
    assert digest(one) != digest(other)


def test_equal_requests_have_one_digest_whatever_number_an_object_has() -> None:
    assert asked(X, Handle(1, "two-layer"), reg=0.1) == asked(X.copy(), Handle(7, "two-layer"), reg=0.1, limit=9.0)
