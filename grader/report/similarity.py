"""What hand-ins have in common as one HTML page: the pairs, and of the first ones both texts side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from markupsafe import Markup

from grader.report import bars
from grader.report.page import environment, style
from grader.report.text import one_line, plural, visible

if TYPE_CHECKING:
    from grader.similarity import Comparison, Listed, Span, Text

__all__ = ["html"]

HUES = 8  # colours of passages, over and over
AROUND = 2  # lines before and after a passage
LONGEST_LINE = 240
MOST_LINES = 900  # of one side of a pair
MOST_ROWS = 200  # of the table


class Told(NamedTuple):
    """One passage in words."""

    id: str
    hue: int
    kind: str
    tokens: str
    places: tuple[str, str]
    others: str


def html(found: Comparison, title: str) -> str:
    """The page; there is no script in it, and it asks for nothing."""
    shown = {(each.pair.first, each.pair.second): place for place, each in enumerate(found.listed, 1)}
    return (
        environment()
        .get_template("similarity/similarity.html.j2")
        .render(
            found=found,
            title=title,
            css=Markup(style("screen", "feedback", "class", "similarity")),  # noqa: S704 – the project's own style sheets
            chart=_chart(found),
            rows=[(pair, shown.get((pair.first, pair.second))) for pair in found.ranked[:MOST_ROWS]],
            percent=_percent,
            strip=bars.strip,
            told=_told,
            sides=_sides,
        )
    )


def _chart(found: Comparison) -> Markup:
    values = [100 * each for each in found.highest]
    return bars.draw("The highest similarity of each hand-in", bars.bins(values, 0, 100), "similarity in %")


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.005 else "–"


def _told(listed: Listed, place: int) -> list[Told]:
    return [
        Told(
            f"p{place}-{i}",
            i % HUES,
            each.kind,
            plural(each.tokens, "token") if each.kind == "code" else plural(each.tokens, "word"),
            (_place(listed.first, each.first), _place(listed.second, each.second)),
            f"also in {plural(each.others, 'other hand-in')}" if each.others else "in no other hand-in",
        )
        for i, each in enumerate(listed.passages)
    ]


def _place(texts: Sequence[Text], span: Span) -> str:
    text = texts[span.text]
    first, last = (text.content.count("\n", 0, place) + 1 for place in (span.start, max(span.start, span.end - 1)))
    lines = f"line {first}" if first == last else f"lines {first}–{last}"
    return f"{one_line(text.name, 80)}, {lines}"


def _sides(listed: Listed, place: int) -> tuple[Markup, Markup]:
    """Both texts, as far as they hold passages; a passage leads to where it stands on the other side."""
    first = [(i, each.first) for i, each in enumerate(listed.passages)]
    second = [(i, each.second) for i, each in enumerate(listed.passages)]
    return _side(listed.first, first, f"p{place}", "ab"), _side(listed.second, second, f"p{place}", "ba")


def _side(texts: Sequence[Text], spans: Sequence[tuple[int, Span]], pair: str, way: str) -> Markup:
    made = [Markup()]
    left = MOST_LINES
    order: dict[int, int] = {}  # the texts with the first passages first
    for place, (_, span) in enumerate(spans):
        order.setdefault(span.text, place)
    seen: set[int] = set()
    for text_number, text in sorted(enumerate(texts), key=lambda each: order.get(each[0], 0)):
        own = [(i, span) for i, span in spans if span.text == text_number]
        if own and left > 0:
            lines = list(_lines(text.content, own))[:left]
            left -= len(lines)
            made.append(Markup('<div class="file">{}</div>').format(one_line(text.name, 120)))
            made += [_line(line, pair, way, seen) for line in lines]
    if left <= 0:
        made.append(Markup('<div class="gap">… more is not shown here</div>'))
    return Markup().join(made)


class Line(NamedTuple):
    """A line of a text in pieces, each with its passage or -1; the number 0 is for lines that are left out."""

    number: int
    pieces: tuple[tuple[int, str], ...]


def _lines(content: str, spans: Sequence[tuple[int, Span]]) -> Iterator[Line]:
    """The lines with passages and some around them."""
    painted = np.full(len(content) + 1, -1, np.int16)
    for i, span in sorted(spans, key=lambda each: each[1].start - each[1].end):  # the shorter one over the longer one
        painted[span.start : span.end] = i
    begins = [0, *(place + 1 for place, sign in enumerate(content) if sign == "\n"), len(content) + 1]
    marked = [bool((painted[a:b] >= 0).any()) for a, b in pairwise(begins)]
    kept = [any(marked[max(0, i - AROUND) : i + AROUND + 1]) for i in range(len(marked))]
    for is_kept, group in groupby(range(len(kept)), key=kept.__getitem__):
        numbers = list(group)
        if not is_kept and len(numbers) > AROUND:
            yield Line(0, ((-1, f"… {plural(len(numbers), 'line')}"),))
            continue
        for i in numbers:
            yield Line(i + 1, _pieces(content, painted, begins[i], min(begins[i + 1] - 1, begins[i] + LONGEST_LINE)))


def _pieces(
    content: str, painted: np.ndarray[tuple[int], np.dtype[np.int16]], start: int, end: int
) -> tuple[tuple[int, str], ...]:
    groups = groupby(range(start, end), key=lambda place: int(painted[place]))
    return tuple((i, "".join(content[place] for place in places)) for i, places in groups)


def _line(line: Line, pair: str, way: str, seen: set[int]) -> Markup:
    if not line.number:
        return Markup('<div class="gap">{}</div>').format(line.pieces[0][1])
    made = Markup().join(_piece(i, told, pair, way, seen) for i, told in line.pieces)
    return Markup('<div class="ln"><span class="no">{}</span>{}</div>').format(line.number, made)


def _piece(i: int, told: str, pair: str, way: str, seen: set[int]) -> Markup:
    shown = visible(told).replace("\n", " ")
    if i < 0 or not told.strip():
        return Markup("{}").format(shown)
    blanks = shown[: len(shown) - len(shown.lstrip())]
    name = Markup(' id="{}{}-{}"').format(pair, way[0], i) if i not in seen else Markup()
    seen.add(i)
    return Markup('{}<a class="m{}"{} href="#{}{}-{}">{}</a>').format(
        blanks, i % HUES, name, pair, way[1], i, shown.lstrip()
    )
