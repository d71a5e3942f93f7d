from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.strict_yaml import MAX_BYTES, Place, parse


def problems(text: str | bytes) -> list[str]:
    document = parse(text.encode() if isinstance(text, str) else text)
    return [f"{problem.place.line}:{problem.place.column}: {problem.message}" for problem in document.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-5", 1e-5),
        ("1E5", 1e5),
        ("-1.5e+3", -1500.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("-.inf", -math.inf),
        ("0", 0),
        ("+3", 3),
        ("010", 10),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("1:30", "1:30"),
        ("0x1f", "0x1f"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("2026-01-31", "2026-01-31"),
        ("1e", "1e"),
        ("'5'", "5"),
        ('"true"', "true"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("[1, {b: 2}]", [1, {"b": 2}]),
    ],
)
def test_a_word_is_read_as_yaml_1_2_reads_it(written: str, value: Any) -> None:
    read = parse(f"a: {written}".encode()).value["a"]
    assert read == value
    assert type(read) is type(value)


def test_nan_is_a_number() -> None:
    assert math.isnan(parse(b".nan").value)


@pytest.mark.parametrize("key", ["no", "on", "5", "true", "null", "<<"])
def test_a_key_is_always_text(key: str) -> None:
    assert parse(f"{key}: 1".encode()).value == {key: 1}


def test_every_value_and_key_knows_its_place() -> None:
    document = parse(b"# a comment\nsections:\n  - id: x\n    points: [1, 22]\n")
    assert document.place(("sections", 0)) == Place(3, 5)
    assert document.place(("sections", 0, "points", 1)) == Place(4, 17)
    assert document.key_place(("sections", 0, "points")) == Place(4, 5)


def test_what_is_not_there_has_the_place_of_what_is_around_it() -> None:
    document = parse(b"a:\n  - b: 1\n")
    assert document.place(("a", 0, "missing", 3)) == document.place(("a", 0)) == Place(2, 5)


@pytest.mark.parametrize("loader", ["libyaml", "python"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["1:1: the file is empty"]),
        ("# nothing\n", ["1:1: the file is empty"]),
        ("a: 1\nb: 2\na: [3]\n", ["3:1: the key 'a' is already there in line 1"]),
        (
            "a: {b: 1, b: 2, b: 3}",
            ["1:11: the key 'b' is already there in line 1", "1:17: the key 'b' is already there in line 1"],
        ),
        (
            "a: &x 1\nb: *x",
            [
                "1:4: the anchor &x is not supported; write the value out where it is needed",
                "2:4: the alias *x is not supported; write the value out",
            ],
        ),
        ("a: !!int 1", ["1:4: the tag !!int is not supported; write the plain value"]),
        (
            "title: Softmax: the basics",
            ["1:15: a ': ' is not expected here; put the text in quotes, or mend the indentation"],
        ),
        ("a:\n\tb: 1", ["2:1: a tab cannot indent; use spaces"]),
        ("a: @home", ["1:4: text cannot start with '@'; put it in quotes"]),
        ("a: 'one\nb: two", ["1:4: the quote that opens here is not closed"]),
        (
            "a: [1, 2\nb: 3",
            ["2:2: the list that opens with [ in line 1 is not closed before this, or a comma is missing"],
        ),
        (
            "a: {b: 1\nc: 2",
            ["2:2: the mapping that opens with { in line 1 is not closed before this, or a comma is missing"],
        ),
        (
            "a:\n  b: 1\n c: 2",
            ["3:2: this does not fit what starts in line 1; mend the indentation, a quote or a bracket"],
        ),
        ("a: - b", ["1:4: a list cannot start here; begin it on a line of its own"]),
        ("a: 1\n---\nb: 2", ["3:1: a second document starts here; a file holds one"]),
        ("{a}: 1", ["1:1: a key is text, not a list or a mapping; put text that starts with [ or { in quotes"]),
        ("a: 1e999", ["1:4: the number 1e999 is too large"]),
        ("a: 12345678901234567890", ["1:4: the number 12345678901234567890 is too large"]),
        ("a: \x07", ["1:4: the control character '\\x07' does not belong in YAML"]),
        ("[" * 40, ["1:32: this is nested deeper than 30 levels"]),
    ],
)
def test_a_problem_is_told_with_its_place(
    text: str, told: list[str], loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if loader == "python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert problems(text) == told


def test_what_stands_beside_a_repeated_key_is_read_all_the_same() -> None:
    assert parse(b"a: 1\na: {x: 2}\nb: 3\n").value == {"a": 1, "b": 3}


def test_text_that_is_not_utf_8_is_told_with_its_place() -> None:
    assert problems(b"a: 1\nb: caf\xe9\n") == ["2:7: the file is not UTF-8 text from here on; save it as UTF-8"]


def test_a_byte_order_mark_is_no_problem() -> None:
    assert parse(b"\xef\xbb\xbfa: 1").value == {"a": 1}


def test_a_huge_file_is_not_read() -> None:
    assert problems(b"a" * (MAX_BYTES + 1)) == ["1:1: the file has 1048577 bytes; more than 1048576 are not read"]


def test_a_bomb_of_aliases_stops_at_the_first_one() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    document = parse("\n".join(lines).encode())
    assert document.value is None
    assert document.problems[-1].message == "the alias *a0 is not supported; write the value out"


@given(st.binary(max_size=60) | st.text("ab:-[]{}'\"\n\t &*!#|>%@1.,?", max_size=40).map(str.encode))
def test_any_bytes_give_a_value_or_a_problem(content: bytes) -> None:
    document = parse(content)
    assert document.problems or document.values


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False)
    | st.text("abc no:1", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcde", min_size=1), inner, max_size=3),
    max_leaves=12,
)


@given(PLAIN)
def test_plain_values_that_pyyaml_wrote_come_back(value: Any) -> None:
    document = parse(yaml.safe_dump(value).encode())
    assert document.value == value
    assert document.problems == ()
