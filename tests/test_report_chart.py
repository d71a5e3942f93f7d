"""Charts are drawn from any curve, small, in well-formed SVG, and with the same content in words."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Curve, Series
from grader.report import chart

SVG = "{http://www.w3.org/2000/svg}"
FLOATS = st.floats(allow_nan=True, allow_infinity=True)


def curve(*values: float | None, name: str = "your hand-in", role: str = "submission") -> Curve:
    """A loss curve over the epochs."""
    x = tuple(float(epoch) for epoch in range(1, len(values) + 1))
    return Curve(
        "Training loss",
        "epoch",
        "loss",
        x,
        (Series(name, values, "reference" if role == "reference" else "submission"),),
    )


def drawn(of: Curve) -> ElementTree.Element:
    """The parsed drawing."""
    return ElementTree.fromstring(chart.draw(of))


def texts(of: Curve) -> list[str]:
    """The words on the drawing."""
    return [element.text or "" for element in drawn(of).iter(f"{SVG}text")]


@given(st.lists(st.tuples(FLOATS, st.none() | FLOATS), max_size=30), st.text(max_size=50))
def test_whatever_the_values_the_drawing_is_well_formed_and_stays_in_its_frame(
    points: list[tuple[float, float | None]], name: str
) -> None:
    x, y = (tuple(place for place, _ in points), tuple(value for _, value in points))
    svg = chart.draw(Curve(name, name, name, x, (Series(name, y), Series(name, y[::-1], "reference"))))
    ElementTree.fromstring(svg)
    places = re.findall(r'points="([^"]*)"', svg)
    numbers = [float(number) for place in places for number in re.split("[ ,]", place)]
    assert all(-0.1 <= number <= chart.WIDTH + 0.1 for number in numbers)


def test_thousands_of_points_are_thinned_but_the_spike_stays() -> None:
    values = [1.0] * 2000
    values[777] = 9.0
    line = drawn(curve(*values)).find(f"{SVG}polyline")
    assert line is not None
    places = line.attrib["points"].split()
    assert len(places) <= 2 * chart.MOST_BUCKETS + 2
    heights = [float(place.split(",")[1]) for place in places]
    assert heights.count(min(heights)) == 1


def test_a_gap_splits_the_line_and_a_point_alone_is_a_dot() -> None:
    drawing = drawn(curve(2.0, None, 1.5, 1.4, math.nan, 1.2))
    assert len(drawing.findall(f"{SVG}polyline")) == 1
    assert len(drawing.findall(f"{SVG}circle")) == 2


def test_one_epoch_is_a_dot_above_its_number() -> None:
    assert "1" in texts(curve(0.9))
    assert len(drawn(curve(0.9)).findall(f"{SVG}circle")) == 1


def test_a_run_that_diverges_gets_a_cross_and_a_note() -> None:
    diverging = curve(2.3, 9.0, math.nan, math.inf)
    assert chart.notes(diverging) == ["your hand-in breaks off: no number from epoch 3 on."]
    assert any("l6 6" in path.attrib["d"] for path in drawn(diverging).iter(f"{SVG}path"))


def test_a_few_gaps_are_counted() -> None:
    assert chart.notes(curve(2.3, None, 1.0)) == ["your hand-in has 1 gap where the value is not a number."]


def test_orders_of_magnitude_get_a_logarithmic_axis_that_says_so() -> None:
    assert "loss (log scale)" in texts(curve(1e9, 1.0, 1e-3))


def test_a_flat_line_is_not_blown_up_into_noise() -> None:
    line = drawn(curve(1.0, 1.0001, 1.0)).find(f"{SVG}polyline")
    assert line is not None
    heights = [float(place.split(",")[1]) for place in line.attrib["points"].split()]
    assert max(heights) - min(heights) < 2


def test_ticks_are_whole_epochs_and_start_at_the_first() -> None:
    numbers = [word for word in texts(curve(*[1.0, 0.5, 0.4])) if re.fullmatch(r"\d", word)]
    assert numbers == ["1", "2", "3"]


def test_the_reference_is_dashed_and_its_label_apart_from_the_hand_in() -> None:
    both = Curve(
        "Loss", "epoch", "loss", (1.0, 2.0), (Series("mine", (1.0, 0.5)), Series("theirs", (1.0, 0.5), "reference"))
    )
    dashes = [line.attrib.get("stroke-dasharray") for line in drawn(both).iter(f"{SVG}polyline")]
    assert dashes == [None, "4 2.6"]
    heights = [float(label.attrib["y"]) for label in drawn(both).iter(f"{SVG}text") if label.text in ("mine", "theirs")]
    assert abs(heights[0] - heights[1]) >= chart.LINE - 0.2


def test_the_words_for_screen_readers_say_what_the_lines_show() -> None:
    falling = curve(2.3, 1.0, 0.4)
    assert chart.title(falling) == "Training loss: your hand-in ends at 0.4."
    assert (
        chart.description(falling)
        == "loss against epoch. your hand-in: 3 values, from 2.3 to 0.4, lowest 0.4, highest 2.3."
    )


def test_more_lines_than_can_be_told_apart_are_left_out_and_counted() -> None:
    crowd = Curve("Runs", "epoch", "loss", (1.0, 2.0), tuple(Series(f"run {k}", (1.0, 2.0)) for k in range(10)))
    assert len(drawn(crowd).findall(f"{SVG}polyline")) == chart.MOST_SERIES
    assert chart.notes(crowd) == ["2 more lines not drawn."]


def test_a_curve_without_values_says_so() -> None:
    assert "no values" in texts(curve())


@pytest.mark.parametrize(
    ("share", "undecided", "words"),
    [
        (0.996, 0.0, "99%"),
        (1.0, 0.0, "100%"),
        (0.0, 0.0, "0%"),
        (1.2, 0.0, "100%"),
        (0.0, 0.5, "0%"),
        (0.0, 1.0, "–"),
    ],
)
def test_only_the_full_score_reads_100_and_no_score_is_no_nought(share: float, undecided: float, words: str) -> None:
    ring = ElementTree.fromstring(chart.ring(share, undecided, "score"))
    assert [element.text for element in ring.iter(f"{SVG}text")] == [words]
