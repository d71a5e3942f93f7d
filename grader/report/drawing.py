"""A network with its weights numbered, and a prediction over a plane, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from grader.report.chart import AXIS, INK
from grader.report.scale import Scale, along, labels
from grader.report.text import one_line

if TYPE_CHECKING:
    from grader.writeup.document import MapBlock
    from grader.writeup.spec import Network

__all__ = ["decision_map", "network"]

WIDTH, HEIGHT = 520.0, 330.0
RADIUS = 13.0
FILL, EDGE, LINE = "#f3f6f9", "#39434e", "#b9c2cc"
FONT = 'font-family="Report Sans,Inter,system-ui,sans-serif"'
SIDE, LEFT, BOTTOM, TOP = 300.0, 44.0, 34.0, 18.0
LEVELS = 10
OVERLAP = 0.2  # of neighbouring rows, so that no paper shows between them
MOST_CELLS = 160  # along a side of a map
ZERO, HALF, ONE = (90, 140, 200), (248, 248, 248), (222, 138, 74)
POINTS = ("#0b3d78", "#9a3d06", "#0f7a55", "#7a3e9d")


def network(drawn: Network) -> Markup:
    """Units as circles, their bias in them; weights as lines with their names near the unit that they lead to."""
    places = [list(_layer(number, size, drawn.layers)) for number, size in enumerate(drawn.layers)]
    lines, words, first = [], [], 1
    for before, after in pairwise(places):
        names = _names(drawn.weight, first, len(before), len(after))
        first += len(after) * (len(before) + 1)
        for i, start in enumerate(before):
            for j, end in enumerate(after):
                lines.append(f'<path d="M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}" stroke="{LINE}"/>')
                words.append(_weight(start, end, i, names[i + 1][j] if names else ""))
        if names:
            words += [_text(x, y + 3, name, "middle") for (x, y), name in zip(after, names[0], strict=True)]
    circles = [_unit(x, y) for layer in places for x, y in layer]
    ends = [*_outside(places[0], drawn.inputs, -1), *_outside(places[-1], drawn.outputs, 1)]
    title = f"A network of {' – '.join(map(str, drawn.layers))} units"
    return _svg("network", WIDTH, HEIGHT, title, [*lines, *circles, *words, *ends])


def _unit(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:g}" fill="{FILL}" stroke="{EDGE}"/>'


def _layer(number: int, size: int, layers: Sequence[int]) -> Iterator[tuple[float, float]]:
    x = 60 + (WIDTH - 120) * number / (len(layers) - 1)
    step = min(62.0, (HEIGHT - 2 * RADIUS - 8) / max(1, max(layers) - 1)) * (1.6 if size <= 3 else 1.0)
    for place in range(size):
        yield x, HEIGHT / 2 + (place - (size - 1) / 2) * step


def _names(letter: str, first: int, before: int, after: int) -> list[list[str]]:
    """The biases of a layer, then the weights from each unit before it."""
    if not letter:
        return []
    return [[f"{letter}{first + row * after + place}" for place in range(after)] for row in range(before + 1)]


def _weight(start: tuple[float, float], end: tuple[float, float], place: int, name: str) -> str:
    """A weight's name on its line; those of neighbouring units at other distances, so that they keep apart."""
    if not name:
        return ""
    share = 0.80 - 0.17 * (place % 3)
    x, y = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
    back = f'<rect x="{x - 9:.1f}" y="{y - 5:.1f}" width="18" height="10" fill="#ffffff"/>'
    return back + _text(x, y + 3, name, "middle")


def _outside(places: Sequence[tuple[float, float]], names: Sequence[str], side: int) -> Iterator[str]:
    for (x, y), name in zip(places, names, strict=False):
        yield _text(x + side * (RADIUS + 6), y + 3, name, "end" if side < 0 else "start")


def decision_map(block: MapBlock) -> Markup:
    """The prediction in ten steps of colour, with the points on it."""
    values, x_places, y_places = _thinned(block)
    x = along([float(value) for value in x_places], LEFT, LEFT + SIDE)
    y = along([float(value) for value in y_places], TOP + SIDE, TOP)
    fields = [f'<path d="{d}" fill="{colour}"/>' for d, colour in _fields(values, x_places, y_places)]
    dots = [_dot(x(a), y(b), k) for a, b, k in block.points if x.low <= a <= x.high and y.low <= b <= y.high]
    title = f"{block.title}: the prediction over {block.labels[0]} and {block.labels[1]}"
    return _svg("map", LEFT + SIDE + 8, TOP + SIDE + BOTTOM, title, [*fields, *dots, *_axes(block, x, y)])


def _thinned(block: MapBlock) -> tuple[Any, Any, Any]:
    rows, columns = (max(1, math.ceil(size / MOST_CELLS)) for size in block.values.shape)
    return block.values[::rows, ::columns], block.x[::columns], block.y[::rows]


def _fields(values: Any, x_places: Any, y_places: Any) -> Iterator[tuple[str, str]]:
    """For each step of colour one path of all cells with it, neighbours in a row joined."""
    wide, high = SIDE / max(1, len(x_places)), SIDE / max(1, len(y_places))
    upwards = y_places[0] <= y_places[-1]
    paths: dict[int, list[str]] = {}
    for row, line in enumerate(values.tolist()):
        top = TOP + (SIDE - (row + 1) * high if upwards else row * high)
        start = 0
        for step, cells in groupby(map(_step, line)):
            count = sum(1 for _ in cells)
            box = f"M{LEFT + start * wide:.2f} {top:.2f}h{count * wide:.2f}v{high + OVERLAP:.2f}h{-count * wide:.2f}z"
            paths.setdefault(step, []).append(box)
            start += count
    for step, boxes in sorted(paths.items()):
        yield "".join(boxes), _colour(step)


def _step(value: float) -> int:
    return min(LEVELS - 1, max(0, int(value * LEVELS))) if math.isfinite(value) else -1


def _colour(step: int) -> str:
    if step < 0:
        return "#dddddd"
    share = (step + 0.5) / LEVELS * 2 - 1
    end = ONE if share > 0 else ZERO
    return "#" + "".join(f"{round(a + (b - a) * abs(share)):02x}" for a, b in zip(HALF, end, strict=True))


def _dot(x: float, y: float, k: int) -> str:
    look = f'r="2.6" fill="{POINTS[k % len(POINTS)]}" stroke="#ffffff" stroke-width=".7"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" {look}/>'


def _axes(block: MapBlock, x: Scale, y: Scale) -> Iterator[str]:
    yield f'<path d="M{LEFT:g} {TOP:g}v{SIDE:g}h{SIDE:g}" fill="none" stroke="{AXIS}" stroke-width=".8"/>'
    for tick, words in zip(x.ticks(), labels(x.ticks()), strict=True):
        yield _text(x(tick), TOP + SIDE + 12, words, "middle")
    for tick, words in zip(y.ticks(), labels(y.ticks()), strict=True):
        yield _text(LEFT - 5, y(tick) + 3, words, "end")
    yield _text(LEFT + SIDE / 2, TOP + SIDE + 26, block.labels[0], "middle")
    yield _text(4, TOP - 8, block.labels[1], "start")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="tick" {place} fill="{INK}">{escape(one_line(words, 40))}</text>'


def _svg(kind: str, width: float, height: float, title: str, body: Sequence[str]) -> Markup:
    look = f'{FONT} font-size="8.4" stroke-width=".8" role="img"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {width:g} {height:g}" {look}>'
    inside = "\n".join(filter(None, body))
    return Markup(f"{head}<title>{escape(one_line(title, 200))}</title>\n{inside}\n</svg>")  # noqa: S704 – escaped above
