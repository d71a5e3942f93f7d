"""What the commands print with: signs, colours, bars, and text that cannot steer the terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from grader.model import CriterionResult, Finding, Result, Score, SectionResult, Status
from grader.report import story, text

__all__ = ["bar", "console", "counts", "first_things", "remark", "score", "section", "sign", "verdicts"]

COLOURS: Mapping[Status, str] = {
    "passed": "green",
    "partial": "yellow",
    "failed": "red",
    "error": "red",
    "skipped": "bright_black",
    "manual": "cyan",
    "ungraded": "magenta",
}
WIDTH_IN_A_PIPE = 120
BAR = 30  # characters
MOST_FIRST_THINGS = 3
LONGEST = 600  # characters of one finding's message
MOST_LINES = 8


def console(stream: TextIO | None = None) -> Console:
    """A console that takes no text for markup."""
    stream = stream or sys.stdout
    width = None if stream.isatty() else WIDTH_IN_A_PIPE
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def section(judged: SectionResult) -> Iterator[RenderableType]:
    """The lines of one section: its title, its criteria, and below each what was found."""
    yield Text.assemble("\n", (judged.title, "bold"), ("  " + score(judged.score), "bright_black"))
    for criterion in judged.criteria:
        yield from _criterion(criterion)


def bar(judged: Score) -> Text:
    """A score as a bar; the points stand beside it."""
    share = (judged.given or 0.0) / judged.maximum if judged.maximum else 0.0
    filled = min(BAR, int(share * BAR + 0.5))
    colour = "green" if share >= 0.8 else "yellow" if share >= 0.5 else "red"
    return Text.assemble(("█" * filled, colour), ("░" * (BAR - filled), "bright_black"), f"  {score(judged, ' of ')}")


def score(judged: Score, of: str = "/") -> str:
    """Points given of the maximum; a dash where nothing is decided."""
    given = "–" if judged.given is None else text.points(judged.given)
    return f"{given}{of}{text.points(judged.maximum)}"


def sign(status: Status, wide: bool = True) -> Text:
    """A verdict by its sign, its word and its colour."""
    mark, word = story.WORDS[status]
    return Text(f"{mark} {word.lower():<10}" if wide else mark, COLOURS[status])


def counts(result: Result) -> dict[Status, int]:
    """How many criteria have each verdict, in the order of `verdicts`."""
    found = Counter(criterion.verdict for criterion in story.criteria(result))
    return {status: found[status] for status in COLOURS if found[status]}


def verdicts(found: Mapping[Status, int]) -> Text:
    """Counts of verdicts in one line."""
    line = Text()
    for status, count in found.items():
        line.append("  " if line else "")
        line.append(f"{story.WORDS[status][0]} {count}", COLOURS[status])
    return line


def first_things(result: Result) -> Iterator[RenderableType]:
    """What to do first, or that nothing is left to do."""
    steps = story.first_steps(result)[:MOST_FIRST_THINGS]
    if steps:
        yield Text("\nFix first", "bold")
    for number, step in enumerate(steps, 1):
        yield Text.assemble(f"  {number}. ", (step.title, "bold"), f" ({text.points(step.lost)} points)")
        yield from _indented(step.finding.hint or step.finding.message, 5)
        if step.finding.where:
            yield from _indented(step.finding.where, 5, "cyan")
    if behind := story.behind(result):
        yield Text(f"  {behind}", "bright_black")


def remark(found: Finding) -> RenderableType:
    """Something harmless that is worth knowing."""
    told = " ".join(filter(None, (found.message, found.hint, found.where)))
    return Text(f"\nBy the way: {text.one_line(told, LONGEST)}", "bright_black")


def _criterion(criterion: CriterionResult) -> Iterator[RenderableType]:
    points = score(criterion.score)
    yield Text.assemble("  ", sign(criterion.verdict), f"{points:>8}  ", text.one_line(criterion.title, 200))
    for finding in criterion.findings:
        yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[RenderableType]:
    yield from _indented(finding.message, 6)
    if finding.hint:
        yield from _indented(finding.hint, 6, "italic", "→ ")
    if finding.where or finding.read:
        yield from _indented("  ".join(filter(None, (finding.where, finding.read))), 6, "cyan")


def _indented(told: str, depth: int, style: str = "", lead: str = "") -> Iterator[RenderableType]:
    """Text of a hand-in or a check, made visible; the terminal wraps it inside the indentation."""
    lines = text.visible(told, LONGEST).expandtabs(4).splitlines()
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"… {len(lines) - MOST_LINES} more lines"]
    yield Padding(Text(lead + "\n".join(lines), style), (0, 0, 0, depth))
