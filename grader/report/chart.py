"""Charts as SVG text: polylines, few ticks, a light grid, and names at the ends of the lines instead of a legend.

The same drawing serves HTML and PDF. Colours are attributes, which WeasyPrint reads; each element also has a class, by
which the HTML's style sheet recolours it in the dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from grader.model import Curve, NamedCurve, Series
from grader.report import text
from grader.report.scale import Scale, along, around, clipped, labels

Point = tuple[float, float]
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 330.0, 176.0, 36.0, 22.0, 30.0
LETTER, LINE = 4.9, 10.5  # the mean advance and the line height of the chart's text, for reserving room
MOST_SERIES, MOST_BUCKETS, LONGEST_NAME = 8, 80, 18
INK, GRID, AXIS = "#5b6570", "#e1e6eb", "#8a949e"
# Dark enough for text on white and apart for the colour-blind; the dashes tell lines apart without any colour.
COLOURS, DASHES = ("#0b5cad", "#b3470b", "#0f7a55", "#7a3e9d"), ("", "7 2 2 2", "2 2", "9 3")
REFERENCE_COLOUR, REFERENCE_DASHES = "#5b6570", ("4 2.6", "1.5 2.2")


@dataclass(frozen=True, slots=True)
class Line:
    """One series, ready to draw: runs of neighbouring finite points, and how they look."""

    name: str
    runs: tuple[tuple[Point, ...], ...]
    kind: str  # the class: "s0", "s1", … for the hand-in's lines, "ref" for the reference's
    colour: str
    dash: str
    breaks_off: bool  # whether values follow the last point that can be drawn, none of them a number


def draw(curve: Curve) -> Markup:
    """One chart as an SVG element with a title and a description for screen readers."""
    lines = _lines(curve)
    x, y = _scales(curve, lines)
    words = [f"<title>{escape(title(curve))}</title>", f"<desc>{escape(description(curve))}</desc>"]
    if not any(line.runs for line in lines):
        return _svg("chart", WIDTH, HEIGHT, [*words, _label(WIDTH / 2, HEIGHT / 2, "no values", "middle")])
    return _svg("chart", WIDTH, HEIGHT, [*words, *_frame(curve, x, y), *_marks(lines, x, y), *_names(lines, x, y)])


def title(curve: Curve) -> str:
    """What a chart shows, in one sentence: its title and where each line ends."""
    ends = [f"{_name(series)} ends at {text.number(points[-1][1])}" for series, points in _drawable(curve)]
    return text.one_line(f"{curve.title}: {text.listing(ends) or 'no values'}.", 300)


def description(curve: Curve) -> str:
    """The lines of a chart in words: first, last, lowest and highest value of each."""
    sentences = [_in_words(_name(series), points) for series, points in _drawable(curve)]
    return text.one_line(" ".join([f"{curve.y_label} against {curve.x_label}.", *sentences]), 1200)


def notes(curve: Curve) -> list[str]:
    """What a reader of the lines alone could miss: values that are no numbers, and lines that were left out."""
    found = [_missing(curve, series) for series in curve.series[:MOST_SERIES]]
    left_out = len(curve.series) - MOST_SERIES
    found.append(f"{text.plural(left_out, 'more line')} not drawn." if left_out > 0 else "")
    return [note for note in found if note]


def ring(given: float, undecided: float, label: str) -> Markup:
    """The score as a ring, in fractions of the whole: what was given, and lighter what is not decided yet."""
    given, reached = min(max(given, 0.0), 1.0), min(max(given + undecided, 0.0), 1.0)
    open_arc = _arc(reached, "undecided", "#b9c9db") if reached > given else ""
    arcs = [_arc(1.0, "track", "#e6eaee"), open_arc, _arc(given, "given", COLOURS[0])]
    percent = f"{math.floor(100 * given + 1e-9)}%"  # down, so that only the full score reads 100
    told = percent if undecided < 1 else "–"  # nothing is decided: that is no nought
    look = 'class="ink" font-size="21" font-weight="600" text-anchor="middle" fill="#1c2127"'
    words = f'<text x="50" y="57.5" {look}>{told}</text>'
    return _svg("ring", 100, 100, [f"<title>{escape(label)}</title>", *arcs, words])


def _lines(curve: Curve) -> list[Line]:
    counts = {"submission": 0, "reference": 0}
    lines = []
    for series in curve.series[:MOST_SERIES]:
        lines.append(_line(curve, series, counts[series.role]))
        counts[series.role] += 1
    return lines


def _line(curve: Curve, series: Series, index: int) -> Line:
    points = _points(curve, series)
    runs = tuple(tuple(_thin(run)) for run in _runs(points))
    breaks_off = bool(points) and not _is_finite(points[-1][1])
    if series.role == "reference":
        return Line(_name(series), runs, "ref", REFERENCE_COLOUR, REFERENCE_DASHES[index % 2], breaks_off)
    look = index % len(COLOURS)
    return Line(_name(series), runs, f"s{look}", COLOURS[look], DASHES[look], breaks_off)


def _points(curve: Curve, series: Series) -> list[tuple[float, float | None]]:
    # A run that was stopped has fewer values than places.
    return list(zip(curve.x, series.values, strict=False))


def _name(series: Series) -> str:
    return text.one_line(series.name, LONGEST_NAME)


def _runs(points: Iterable[tuple[float, float | None]]) -> list[list[Point]]:
    """The points between gaps; None, NaN and infinities are gaps."""
    grouped = groupby(points, key=lambda point: _is_finite(point[0]) and _is_finite(point[1]))
    return [[(clipped(x), clipped(y)) for x, y in group if y is not None] for finite, group in grouped if finite]


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _thin(run: Sequence[Point]) -> Sequence[Point]:
    """The lowest and the highest point of each of some buckets, so that spikes stay and the drawing stays small."""
    if len(run) <= 2 * MOST_BUCKETS:
        return run
    kept = {0, len(run) - 1}
    for bucket in range(MOST_BUCKETS):
        places = range(bucket * len(run) // MOST_BUCKETS, (bucket + 1) * len(run) // MOST_BUCKETS)
        kept |= {min(places, key=lambda i: run[i][1]), max(places, key=lambda i: run[i][1])}
    return [run[i] for i in sorted(kept)]


def _scales(curve: Curve, lines: Sequence[Line]) -> tuple[Scale, Scale]:
    room = 8 + LETTER * max((len(line.name) for line in lines), default=0)
    x = along([clipped(place) for place in curve.x if _is_finite(place)], LEFT, WIDTH - room)
    y = around([height for line in lines for run in line.runs for _, height in run], HEIGHT - BOTTOM, TOP)
    return x, y


def _frame(curve: Curve, x: Scale, y: Scale) -> list[str]:
    """Grid, axis, ticks and the names of the axes."""
    y_ticks, x_ticks = y.ticks(), _x_ticks(curve, x)
    x_names = _x_names(curve, x_ticks)
    grid = "".join(f"M{x.start:g} {y(tick):.1f}H{x.end:.1f}" for tick in y_ticks)
    y_label = text.one_line(curve.y_label, 40) + (" (log scale)" if y.logarithmic else "")
    return [
        f'<path class="grid" d="{grid}" fill="none" stroke="{GRID}" stroke-width=".7"/>',
        f'<path class="axis" d="M{x.start:g} {y.start:g}H{x.end:.1f}" fill="none" stroke="{AXIS}" stroke-width=".8"/>',
        *(_label(x.start - 5, y(tick) + 3, words, "end") for tick, words in zip(y_ticks, labels(y_ticks), strict=True)),
        *(_label(x(tick), y.start + 12, words, "middle") for tick, words in zip(x_ticks, x_names, strict=True)),
        _label(0, 9, y_label, "start"),
        _label((x.start + x.end) / 2, HEIGHT - 5, text.one_line(curve.x_label, 40), "middle"),
    ]


def _x_ticks(curve: Curve, x: Scale) -> list[float]:
    """Round places that exist: no half epochs, and the first one where there is room for it."""
    if isinstance(curve, NamedCurve):
        return list(curve.x)
    places = set(curve.x)
    whole = all(_is_finite(place) and float(place).is_integer() for place in places)
    ticks = [tick for tick in x.ticks() if not whole or tick.is_integer()]
    if len(places) == 1 and whole:
        return [float(place) for place in places]
    first_fits = not ticks or x(ticks[0]) - x.start > 16
    return [x.low, *ticks] if whole and first_fits else ticks


def _x_names(curve: Curve, ticks: Sequence[float]) -> list[str]:
    if isinstance(curve, NamedCurve):
        return [text.one_line(name, LONGEST_NAME) for name in curve.names]
    return labels(ticks)


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'


def _marks(lines: Sequence[Line], x: Scale, y: Scale) -> list[str]:
    """The lines, the reference's dashes on top so that both show where they meet; a cross where one breaks off."""
    ordered = sorted(lines, key=lambda line: line.kind == "ref")
    runs = [_run(line, run, x, y) for line in ordered for run in line.runs]
    return runs + [_cross(line, x, y) for line in ordered if line.breaks_off and line.runs]


def _run(line: Line, run: Sequence[Point], x: Scale, y: Scale) -> str:
    if len(run) == 1:
        place, height = run[0]
        centre = f'cx="{x(place):.1f}" cy="{y(height):.1f}"'
        return f'<circle class="dot {line.kind}" {centre} r="2.6" fill="{line.colour}"/>'
    places = " ".join(f"{x(place):.1f},{y(height):.1f}" for place, height in run)
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    return f'<polyline {_stroke(line)}{dash} points="{places}"/>'


def _cross(line: Line, x: Scale, y: Scale) -> str:
    place, height = x(line.runs[-1][-1][0]), y(line.runs[-1][-1][1])
    strokes = f"M{place - 3:.1f} {height - 3:.1f}l6 6M{place - 3:.1f} {height + 3:.1f}l6 -6"
    return f'<path {_stroke(line)} d="{strokes}"/>'


def _stroke(line: Line) -> str:
    return f'class="line {line.kind}" fill="none" stroke="{line.colour}" stroke-width="1.6"'


def _names(lines: Sequence[Line], x: Scale, y: Scale) -> list[str]:
    """Each line's name at the height of its end, moved where two would touch."""
    ends = sorted(((y(line.runs[-1][-1][1]), line) for line in lines if line.runs), key=lambda end: end[0])
    heights = _apart([height for height, _ in ends])
    return [_end_label(line, x.end + 6, height + 3) for height, (_, line) in zip(heights, ends, strict=True)]


def _apart(heights: Sequence[float]) -> list[float]:
    """Sorted heights, at least one line of text apart and above the axis."""
    spread = list(heights)
    for i in range(1, len(spread)):
        spread[i] = max(spread[i], spread[i - 1] + LINE)
    lowest = HEIGHT - BOTTOM
    for i in reversed(range(len(spread))):
        spread[i] = min(spread[i], lowest - LINE * (len(spread) - 1 - i))
    return spread


def _end_label(line: Line, x: float, y: float) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}"'
    return f'<text class="name {line.kind}" {place} font-weight="600" fill="{line.colour}">{escape(line.name)}</text>'


def _arc(fraction: float, kind: str, colour: str) -> str:
    """A part of the ring, clockwise from the top."""
    look = f'class="{kind}" fill="none" stroke="{colour}" stroke-width="9"'
    if fraction >= 1:
        return f'<circle {look} cx="50" cy="50" r="44"/>'
    angle = 2 * math.pi * fraction
    end = f"{50 + 44 * math.sin(angle):.2f} {50 - 44 * math.cos(angle):.2f}"
    return f'<path {look} d="M50 6A44 44 0 {int(fraction > 0.5)} 1 {end}"/>' if fraction > 0 else ""


def _svg(kind: str, width: float, height: float, body: Iterable[str]) -> Markup:
    # The fonts are named here because WeasyPrint does not apply the document's style sheet inside an SVG.
    look = 'font-family="Report Sans,Inter,system-ui,sans-serif" font-size="8.4"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {width:g} {height:g}" role="img" {look}>'
    )
    return Markup("\n".join([head, *filter(None, body), "</svg>"]))  # noqa: S704 – every text in it was escaped above


def _drawable(curve: Curve) -> list[tuple[Series, list[Point]]]:
    """The series that have something to draw, with their finite points."""
    drawn = curve.series[:MOST_SERIES]
    pairs = [(series, [point for run in _runs(_points(curve, series)) for point in run]) for series in drawn]
    return [(series, points) for series, points in pairs if points]


def _in_words(name: str, points: Sequence[Point]) -> str:
    heights = [height for _, height in points]
    first, last, lowest, highest = map(text.number, (heights[0], heights[-1], min(heights), max(heights)))
    return f"{name}: {text.plural(len(points), 'value')}, from {first} to {last}, lowest {lowest}, highest {highest}."


def _missing(curve: Curve, series: Series) -> str:
    points = _points(curve, series)
    gaps = [x for x, y in points if not _is_finite(y)]
    if not gaps:
        return ""
    if len(gaps) == len(points):
        return f"{_name(series)} has no values."
    if all(not _is_finite(y) for x, y in points if x >= gaps[0]):
        place = f"{text.one_line(curve.x_label, 20)} {text.number(gaps[0], 6)}"
        return f"{_name(series)} breaks off: no number from {place} on."
    return f"{_name(series)} has {text.plural(len(gaps), 'gap')} where the value is not a number."
