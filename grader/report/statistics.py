"""A class in numbers as one HTML page, whose table a small script sorts and filters, and the same on paper."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from grader.paths import data_folder
from grader.report import bars
from grader.report.page import environment, style
from grader.report.text import fixed, one_line, points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.report.pdf import Renderer
    from grader.statistics import Discrimination, Row, Statistics

__all__ = ["DOCUMENTS", "html", "pdf"]

DOCUMENTS = ("feedback", "class")  # the style sheets, for a `Renderer`
MOST_ON_PAPER = 400  # hand-ins; more would be a book that nobody reads, and the tables have them all
LONGEST = 160
STATUSES = ("graded", "to mark", "partly", "not graded")
LOOKS = ("ungraded", "to mark", "integrity")


def html(statistics: Statistics, links: Mapping[str, Sequence[str]]) -> str:
    """The page; `links` are the files that there are of each hand-in, such as report.html."""
    css, script = style("screen", *DOCUMENTS), _script()
    return _render(
        statistics,
        css=Markup(css),  # noqa: S704 – the project's own style sheets
        script=Markup(script),  # noqa: S704 – the project's own script
        data=_data(statistics, links),
        policy=_policy(f"\n{css}\n", script),
    )


def pdf(statistics: Statistics, renderer: Renderer) -> bytes:
    """The same on paper, by a renderer that has the `DOCUMENTS`."""
    return renderer.printed(_render(statistics, css=None, script=None, data=None, policy="")).pdf


def _render(statistics: Statistics, **parts: Any) -> str:
    template = environment().get_template("class/class.html.j2")
    return template.render(
        statistics=statistics,
        scores=statistics.scores,
        times=statistics.times,
        charts=_charts(statistics),
        strip=bars.strip,
        percent=_percent,
        duration=_duration,
        discrimination=_discrimination,
        titles={each.id: one_line(each.title or each.id, LONGEST) for each in statistics.asked},
        statuses=[(each, sum(row.status == each for row in statistics.rows)) for each in STATUSES],
        looked_at=[row for row in statistics.rows if row.looks],
        why=_why,
        most_on_paper=MOST_ON_PAPER,
        **parts,
    )


def _charts(statistics: Statistics) -> list[tuple[str, Markup]]:
    """The histograms of scores and times."""
    drawn = []
    scores, times = statistics.scores, statistics.times
    if scores:
        found = bars.bins(statistics.percents, 0, 100)
        drawn.append(("Scores", bars.draw("Scores in percent", found, "score in %", scores.median)))
    if times:
        # The slowest tenth of a large class would squeeze all others into one bar; they are in the last one.
        most = sorted(statistics.seconds)[int(0.99 * (len(statistics.seconds) - 1))]
        found = bars.bins(statistics.seconds, 0, bars.round_up(most))
        drawn.append(("Time each took", bars.draw("Seconds for each hand-in", found, "seconds", times.median)))
    return drawn


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{fixed(100 * share, 1)}%"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{fixed(seconds, 2)} s"
    return f"{fixed(seconds / 60, 1)} min" if seconds < 7200 else f"{fixed(seconds / 3600, 1)} h"


def _discrimination(found: Discrimination | None) -> str:
    return "–" if found is None else f"{fixed(found.r, 2)} ({fixed(found.low, 2)} to {fixed(found.high, 2)})"


def _why(row: Row) -> str:
    """In words, why a person should look at it."""
    waiting = sum(verdict == "manual" for verdict in row.verdicts.values())
    undecided = sum(verdict == "ungraded" for verdict in row.verdicts.values())
    told = [
        row.problem,
        f"{undecided} could not be graded" if undecided else "",
        f"{waiting} to mark" if waiting else "",
        *row.integrity,
    ]
    return one_line("; ".join(filter(None, told)), 400)


def _data(statistics: Statistics, links: Mapping[str, Sequence[str]]) -> Markup:
    """What the script shows, as JSON in which nothing can end the element that holds it."""
    mistakes = [each.id for each in statistics.mistakes]
    places = {id_: place for place, id_ in enumerate(mistakes)}
    told = {
        "mistakes": [[one_line(each.title, LONGEST), each.hand_ins] for each in statistics.mistakes],
        "statuses": STATUSES,
        "looks": LOOKS,
        "rows": [_row(row, statistics, places, links.get(row.id, ())) for row in statistics.rows],
    }
    text = json.dumps(told, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 – no sign of markup is left in it


def _row(row: Row, statistics: Statistics, places: Mapping[str, int], files: Sequence[str]) -> list[Any]:
    lost = [i for i, each in enumerate(statistics.asked) if row.verdicts.get(each.id) in _LOST]
    return [
        one_line(row.id, LONGEST) or "?",
        STATUSES.index(row.status),
        None if row.score.given is None else points(row.score.given),
        points(row.score.maximum),
        None if row.percent is None else round(row.percent, 2),
        None if row.seconds is None else round(row.seconds, 2),
        [LOOKS.index(each) for each in row.looks],
        _why(row),
        sorted({places[each.id] for each in row.mistakes}),
        lost,
        # Only names of folders become addresses: a colon or a slash would make another place of them.
        [f"{quote(row.id, safe='', errors='replace')}/{file}" for file in files],
    ]


_LOST = frozenset({"failed", "partial", "error", "skipped"})


@cache
def _script() -> str:
    return (data_folder("report_templates") / "class" / "class.js").read_text("utf-8").strip()


def _policy(css: str, script: str) -> Markup:
    """The one style sheet and the one script may run, and nothing may be fetched."""
    return Markup(  # noqa: S704 – hashes
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'"
    )


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
