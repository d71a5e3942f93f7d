"""Histograms as SVG text, drawn as the charts are: a light grid, few ticks, and a text that says it all in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from grader.report import text
from grader.report.chart import AXIS, BOTTOM, COLOURS, GRID, HEIGHT, INK, LEFT, TOP, WIDTH

__all__ = ["Bins", "bins", "draw", "round_up", "strip"]

FEW, MANY = 10, 20  # bars
ENOUGH = 100  # values for the finer ones
STEPS = 4  # of the scale, or some more
RIGHT = 8.0


@dataclass(frozen=True, slots=True)
class Bins:
    """How many values lie between neighbouring edges; the last bar holds its upper edge too."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


def bins(values: Sequence[float], low: float, high: float) -> Bins:
    """The values in bars of equal width."""
    many = MANY if len(values) >= ENOUGH else FEW
    width = (high - low) / many or 1.0
    counts = [0] * many
    for value in values:
        counts[max(0, min(many - 1, int((value - low) / width + 1e-9)))] += 1
    return Bins(tuple(low + i * width for i in range(many + 1)), tuple(counts))


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, … that is no less."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= value * (1 - 1e-9))


def draw(title: str, found: Bins, x_label: str, mark: float | None = None) -> Markup:
    """The bars as an SVG element; `mark` is where the median lies."""
    step = max(1, int(round_up(max(found.counts, default=0) / STEPS)))
    top = step * max(1, math.ceil(max(found.counts, default=0) / step))
    words = [f"<title>{escape(title)}</title>", f"<desc>{escape(_in_words(found, x_label))}</desc>"]
    body = [*words, *_grid(top, step), *_bars(found, top), *_x_axis(found, x_label)]
    if mark is not None:
        body += _median(found, mark)
    look = 'font-family="Report Sans,Inter,system-ui,sans-serif" font-size="8.4"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" {look}>'
    )
    return Markup("\n".join([head, *body, "</svg>"]))  # noqa: S704 – every text in it was escaped above


def strip(share: float | None, label: str) -> Markup:
    """A share as one thin bar, for a cell of a table."""
    filled = 100 * min(max(share or 0.0, 0.0), 1.0)
    bar = f'<rect class="fill" x="0" y="0" width="{filled:.1f}" height="8" fill="{COLOURS[0]}"/>' if filled else ""
    return Markup(  # noqa: S704 – its one text is escaped
        '<svg xmlns="http://www.w3.org/2000/svg" class="strip" viewBox="0 0 100 8" preserveAspectRatio="none" '
        f'role="img"><title>{escape(label)}</title>'
        f'<rect class="track" x="0" y="0" width="100" height="8" fill="#e6eaee"/>{bar}</svg>'
    )


def _y(count: float, top: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * count / top


def _x(found: Bins, value: float) -> float:
    low, high = found.edges[0], found.edges[-1]
    return LEFT + (WIDTH - RIGHT - LEFT) * (value - low) / (high - low)


def _grid(top: int, step: int) -> list[str]:
    ticks = range(0, top + 1, step)
    lines = "".join(f"M{LEFT:g} {_y(tick, top):.1f}H{WIDTH - RIGHT:.1f}" for tick in ticks)
    return [
        f'<path class="grid" d="{lines}" fill="none" stroke="{GRID}" stroke-width=".7"/>',
        *(_label(LEFT - 5, _y(tick, top) + 3, str(tick), "end") for tick in ticks),
        _label(0, 9, "hand-ins", "start"),
    ]


def _bars(found: Bins, top: int) -> list[str]:
    bars = []
    for low, high, count in zip(found.edges, found.edges[1:], found.counts, strict=False):
        if not count:
            continue
        x, end, y = _x(found, low) + 0.7, _x(found, high) - 0.7, _y(count, top)
        told = f"{text.number(low)} to {text.number(high)}: {count}"
        place = f'x="{x:.1f}" y="{y:.1f}" width="{end - x:.1f}" height="{HEIGHT - BOTTOM - y:.1f}"'
        bars.append(f'<rect class="bar-of" {place} fill="{COLOURS[0]}"><title>{escape(told)}</title></rect>')
    return bars


def _x_axis(found: Bins, x_label: str) -> list[str]:
    step = max(1, (len(found.edges) - 1) // 5)
    ticks = found.edges[::step]
    line = f'd="M{LEFT:g} {HEIGHT - BOTTOM:g}H{WIDTH - RIGHT:.1f}" fill="none" stroke="{AXIS}"'
    return [
        f'<path class="axis" {line} stroke-width=".8"/>',
        *(_label(_x(found, tick), HEIGHT - BOTTOM + 12, text.number(tick), "middle") for tick in ticks),
        _label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, x_label, "middle"),
    ]


def _median(found: Bins, mark: float) -> list[str]:
    x = _x(found, max(found.edges[0], min(found.edges[-1], mark)))
    anchor = "end" if x > WIDTH / 2 else "start"
    words = f"median {text.number(mark)}"
    line = f'd="M{x:.1f} {TOP - 4:g}V{HEIGHT - BOTTOM:g}" fill="none" stroke="{INK}" stroke-dasharray="3 2"'
    return [
        f'<path class="mark" {line} stroke-width=".9"/>',
        _label(x - 3 if anchor == "end" else x + 3, TOP - 6, words, anchor),
    ]


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'


def _in_words(found: Bins, x_label: str) -> str:
    pairs = zip(found.edges, found.edges[1:], found.counts, strict=False)
    bars = [f"{text.number(low)} to {text.number(high)}: {count}" for low, high, count in pairs if count]
    return f"Hand-ins by {x_label}. {'; '.join(bars) or 'None'}."
