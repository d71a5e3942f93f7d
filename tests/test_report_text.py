"""Texts and numbers for readers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report import text


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("plain\nlines\tand tabs", "plain\nlines\tand tabs"),
        ("bell \x07", "bell \\x07"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("\u2066isolate", "\\u2066isolate"),
        ("lone \ud800", "lone \\ud800"),
        ("no character \uffff", "no character \\uffff"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("private \ue000", "private \\ue000"),
        ("שלום 漢字 👩\u200d💻", "שלום 漢字 👩\u200d💻"),
        ("Z" + "\u0300" * 50 + "a", "Z" + "\u0300" * 4 + "a"),
        ("dos\r\nlines", "dos\nlines"),
    ],
)
def test_what_would_hide_or_reorder_text_is_shown_as_an_escape(given_text: str, shown: str) -> None:
    assert text.visible(given_text) == shown


@given(st.text(alphabet=st.characters(), max_size=300), st.integers(1, 200))
def test_any_text_can_be_written_and_keeps_the_limit(anything: str, limit: int) -> None:
    shown = text.visible(anything, limit)
    assert len(shown) <= limit
    shown.encode("utf-8")


@pytest.mark.parametrize(("value", "shown"), [(2.5, "2.5"), (10.0, "10"), (10 / 3, "3.33"), (0.0, "0"), (-1.5, "−1.5")])
def test_points_are_written_as_people_write_them(value: float, shown: str) -> None:
    assert text.points(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.41234, "0.412"),
        (1830.2, "1830"),
        (2.5e-7, "2.5e−7"),
        (-1e30, "−1e30"),
        (0.0, "0"),
        (-0.0, "0"),
        (999999.9, "1000000"),
        (math.nan, "NaN"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers_have_three_digits(value: float, shown: str) -> None:
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ((0.05, 0.1, 1.0), ["0.05", "0.10", "1.00"]),
        ((1.0, 20.0, None), ["1", "20", "–"]),
        ((0.93217, 1.0), ["0.9322", "1.0000"]),
        ((1e-9, 1.0), ["1e−9", "1"]),
        ((-0.5, math.nan), ["−0.5", "NaN"]),
        (("adam", True, 0.5), ["adam", "yes", "0.5"]),
    ],
)
def test_the_numbers_of_a_column_line_up(cells: tuple[text.Cell, ...], shown: list[str]) -> None:
    assert text.column(cells) == shown


@pytest.mark.parametrize(
    ("parts", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listings_read_as_a_sentence(parts: list[str], shown: str) -> None:
    assert text.listing(parts) == shown
