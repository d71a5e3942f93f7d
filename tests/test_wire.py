"""The wire carries plain values both ways and believes nothing."""

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.worker.wire import PREFIX, Caps, Reference, WireError, decode, encode, lengths, parts

DTYPES = ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]
arrays = st.sampled_from(DTYPES).flatmap(
    lambda name: hnp.arrays(np.dtype(name), hnp.array_shapes(min_dims=0, min_side=0))
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | texts
values = st.recursive(
    scalars | arrays | st.builds(Reference, st.integers(0, 1000)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "d", "f", "o", "x"]), inner, max_size=2)
    ),
    max_leaves=12,
)


def there_and_back(value: Any) -> Any:
    frame = bytearray(encode(value))  # as both ends read it
    header, body = lengths(frame[: PREFIX.size])
    assert len(frame) == PREFIX.size + header + body
    return decode(frame[PREFIX.size : PREFIX.size + header], frame[PREFIX.size + header :])


def same(one: Any, other: Any) -> bool:
    """Whether two values agree in type, dtype, shape and every bit that counts."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        )
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    return bool(one == other)


@given(values)
def test_every_plain_value_arrives_as_it_was_sent(value: Any) -> None:
    assert same(there_and_back(value), value)


@given(arrays)
def test_an_array_arrives_owned_contiguous_aligned_and_writeable(array: np.ndarray[Any, Any]) -> None:
    flags = there_and_back(array).flags
    assert flags.owndata
    assert flags.c_contiguous
    assert flags.aligned
    assert flags.writeable


@pytest.mark.parametrize("before", [0, 3, 8])
def test_a_large_array_stays_where_it_arrived_if_that_is_a_place_for_one(before: int) -> None:
    sent = [np.ones(before, np.uint8), np.arange(1e5), np.ones(1 << 19, bool)]
    _, numbers, truths = came = there_and_back(sent)
    assert same(came, sent)
    assert numbers.flags.owndata == (before % 8 != 0)
    assert all(each.flags.behaved and each.flags.c_contiguous for each in came)
    numbers[:] = 0
    assert truths.all()


@given(values)
def test_a_frame_is_what_its_parts_are(value: Any) -> None:
    assert b"".join(parts(value)) == encode(value)


@pytest.mark.parametrize(
    "array",
    [np.arange(6.0).reshape(2, 3).T, np.arange(9)[::-2], np.asfortranarray(np.ones((3, 2))), np.arange(3, dtype=">i4")],
)
def test_an_array_of_any_layout_can_be_sent(array: np.ndarray[Any, Any]) -> None:
    assert np.array_equal(there_and_back(array), array)


def test_numpy_scalars_and_tuples_become_plain() -> None:
    assert same(there_and_back((np.float32(0.5), np.int8(3), np.bool_(True))), [0.5, 3, True])


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_decode_or_raise_wire_error(header: bytes, body: bytes) -> None:
    with contextlib.suppress(WireError):
        decode(header, body)


@given(trees, st.binary(max_size=64))
def test_any_json_decodes_or_raises_wire_error(tree: Any, body: bytes) -> None:
    with contextlib.suppress(WireError):
        decode(json.dumps(tree).encode(), body)


@settings(max_examples=300)
@given(values, st.data())
def test_a_damaged_frame_decodes_or_raises_wire_error(value: Any, data: st.DataObject) -> None:
    frame = bytearray(encode(value))
    frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        header, _ = lengths(frame[: PREFIX.size])
        decode(frame[PREFIX.size : PREFIX.size + header], frame[PREFIX.size + header :])
    except WireError:
        pass


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("", b""),
        ("NaN", b""),
        ("-Infinity", b""),
        ("1e999", b""),
        ("1" * 30, b""),
        ("9" * 1_000_000, b""),
        (str(2**64), b""),
        ("[" * 200_000, b""),
        ("[" * 30 + "]" * 30, b""),
        ('{"a":["O",[1]]}', bytes(8)),
        ('{"a":["f8",[1]]}', bytes(16)),
        ('{"a":["f8",[2]]}', bytes(8)),
        ('{"a":["f8",[-1]]}', bytes(8)),
        ('{"a":["f8",[true]]}', bytes(8)),
        ('{"a":["f8",[1.0]]}', bytes(8)),
        ('{"a":["<f8",[1]]}', bytes(8)),
        ('{"a":["f8",[0,4611686018427387904,4]]}', b""),
        ('{"a":["u1",[65536,65536,65536,65536]]}', b""),
        ('{"a":["u1",[1,1,1,1,1,1,1,1,1]]}', bytes(1)),
        ('{"a":["u1"]}', b""),
        ('{"a":"u1"}', b""),
        ('{"d":[["x",1],["x",2]]}', b""),
        ('{"d":[[1,2]]}', b""),
        ('{"d":{"x":1}}', b""),
        ('{"f":"Infinity"}', b""),
        ('{"o":1.5}', b""),
        ('{"o":true}', b""),
        ('{"x":1}', b""),
        ("{}", b""),
        ('{"a":["u1",[0]],"a":["u1",[0]]}', b""),
        ('"\\ud800"', b""),
        ('{"d":[["\\udfff",1]]}', b""),
        ("1 2", b""),
        ("null", b"x"),
    ],
)
def test_a_hostile_frame_is_refused(header: str, body: bytes) -> None:
    with pytest.raises(WireError):
        decode(header.encode(), body)


def test_a_header_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(WireError):
        decode(b'"\xff"', b"")


@pytest.mark.parametrize(
    "prefix",
    [
        b"",
        b"GRD1" + bytes(11),
        PREFIX.pack(b"GRD2", 0, 0),
        PREFIX.pack(b"GRD1", 2**32 - 1, 0),
        PREFIX.pack(b"GRD1", 0, 2**64 - 1),
    ],
)
def test_a_hostile_prefix_is_refused_before_anything_is_read(prefix: bytes) -> None:
    with pytest.raises(WireError):
        lengths(prefix)


def test_counts_are_capped_on_both_sides() -> None:
    few = Caps(nodes=10, arrays=2, depth=2)
    for value in ([0] * 20, [np.zeros(1)] * 3, [[[[0]]]]):
        with pytest.raises(WireError):
            encode(value, few)
        frame = encode(value)
        header, _ = lengths(frame[: PREFIX.size])
        with pytest.raises(WireError):
            decode(frame[PREFIX.size : PREFIX.size + header], frame[PREFIX.size + header :], few)


@pytest.mark.parametrize(
    "value",
    [
        {1: 2},
        {"x": object()},
        2**64,
        "\ud800",
        np.array([None]),
        np.array(["text"]),
        np.array([1j]),
        np.ma.masked_array([1.0], [True]),
        np.broadcast_to(0.0, (1 << 20, 1 << 20)),
        b"bytes",
        {3},
    ],
)
def test_what_is_not_plain_cannot_be_sent(value: Any) -> None:
    with pytest.raises(WireError):
        encode(value)


def test_a_bool_is_true_or_false_whatever_byte_it_came_as() -> None:
    assert decode(b'{"a":["b1",[3]]}', b"\x00\x01\x07").tobytes() == b"\x00\x01\x01"
