"""What the commands print with: signs, colours, bars, and text that cannot steer the terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

from grader.model import CriterionResult, Finding, Result, Score, SectionResult, Status
from grader.report import story, text

if TYPE_CHECKING:
    from grader.batch import Outcome
    from grader.classroom.rejudge import Change
    from grader.handins import HandIn
    from grader.sheets.people import Person
    from grader.similarity import Pair

__all__ = [
    "bar",
    "change_table",
    "class_table",
    "console",
    "counting",
    "counts",
    "first_things",
    "hand_in_table",
    "kind",
    "learning",
    "pair_table",
    "plain_line",
    "progress",
    "remark",
    "score",
    "section",
    "sign",
    "verdicts",
]

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
NARROWEST = 10  # characters of a line behind what it is indented by
BAR = 30  # characters
MOST_FIRST_THINGS = 3
LONGEST = 600  # characters of one finding's message
MOST_LINES = 8
KINDS = ("graded", "unchanged", "partly graded", "not graded")
MANY = 60  # from so many hand-ins on, a table has only those that somebody should look at
LONGEST_NAME = 120


def console(stream: TextIO | None = None) -> Console:
    """A console that takes no text for markup."""
    stream = stream or sys.stdout
    width = None if stream.isatty() else WIDTH_IN_A_PIPE
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def section(judged: SectionResult) -> Iterator[RenderableType]:
    """The lines of one section: its title, its criteria, and below each what was found."""
    yield Text.assemble("\n", (judged.title, "bold"), ("  " + score(judged.score), "bright_black"))
    told: set[Finding] = set()
    for criterion in judged.criteria:
        new = [each for each in criterion.findings if criterion.verdict != "passed" or each not in told]
        told.update(criterion.findings)  # where nothing is lost, saying it once for a section will do
        yield from _criterion(replace(criterion, findings=tuple(new)))


def bar(judged: Score, width: int = BAR) -> Text:
    """A score as a bar, which is full only where nothing is missing."""
    share = (judged.given or 0.0) / judged.maximum if judged.maximum else 0.0
    filled = min(width, int(share * width + 1e-9))
    colour = "green" if share >= 0.8 else "yellow" if share >= 0.5 else "red"
    return Text.assemble(("█" * filled, colour), ("░" * (width - filled), "bright_black"))


def score(judged: Score, of: str = "/") -> str:
    """Points given of the maximum; a dash where nothing is decided."""
    given = "–" if judged.given is None else text.points(judged.given)
    return f"{given}{of}{text.points(judged.maximum)}"


def sign(status: Status, wide: bool = True) -> Text:
    """A verdict by its sign, its word and its colour."""
    mark, word = story.WORDS[status]
    return Text(f"{mark} {word.lower():<10}" if wide else mark, COLOURS[status])


def verdicts(found: Mapping[Status, int]) -> Text:
    """Counts of verdicts in one line."""
    parts = (sign(status, wide=False).append(f" {found[status]}") for status in COLOURS if found.get(status))
    return Text("  ").join(parts)


def first_things(result: Result) -> Iterator[RenderableType]:
    """What to do first, or that nothing is left to do."""
    steps = story.first_steps(result, MOST_FIRST_THINGS)
    if steps:
        yield Text("\nFix first", "bold")
    for number, step in enumerate(steps, 1):
        yield _Hanging(f"  {number}. ", Text.assemble((step.title, "bold"), f" ({_in_points(step.lost)})"))
        yield from _finding(step.finding, 5)
    if behind := story.behind(result):
        yield Text(f"  {behind}", "bright_black")


def _in_points(lost: float) -> str:
    return f"{text.points(lost)} {'point' if text.points(lost) == '1' else 'points'}"


def remark(found: Finding) -> RenderableType:
    """Something harmless that is worth knowing."""
    told = " ".join(filter(None, (found.message, found.hint, found.where)))
    return Text(f"\nBy the way: {text.one_line(told, LONGEST)}", "bright_black")


def class_table(outcomes: Sequence[Outcome]) -> Iterator[RenderableType]:
    """A row for each hand-in, or of many only for those to look at; below the table, what is to be seen there."""
    shown = outcomes if len(outcomes) < MANY else [each for each in outcomes if _needs_a_look(each)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("Hand-in", overflow="fold")
    table.add_column("Score", justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("Criteria")
    table.add_column("Time", justify="right")
    for outcome in shown:
        table.add_row(*_row(outcome))
    if shown:
        yield table
    for outcome in shown:
        for told in (outcome.problem, outcome.notice, *outcome.integrity):
            if told:
                yield Text.assemble((_name(outcome), "bold"), f": {text.one_line(told, LONGEST)}")


def hand_in_table(hand_ins: Sequence[HandIn], matched: Mapping[str, str]) -> Table:
    """Whose hand-ins these are, one in a row, without columns in which nothing would be told."""
    rows = [_of_hand_in(each, matched.get(each.id, "")) for each in hand_ins]
    headings = ("Hand-in", "Who", "Found by", "Sent", "Version", "Files")
    told = [number for number in range(len(headings)) if any(row[number] for row in rows)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for number in told:
        table.add_column(headings[number], overflow="fold")
    for row in rows:
        table.add_row(*(row[number] for number in told))
    return table


def _of_hand_in(hand_in: HandIn, found_by: str) -> tuple[str, ...]:
    who = " + ".join(_known_as(person) for person in hand_in.people) or "not told"
    late = "late" if hand_in.late else text.one_line(hand_in.submitted, 40)
    version = f"{hand_in.version} of {hand_in.of}" if hand_in.of > 1 else ""
    files = ", ".join(name or folder for folder, name in hand_in.parts)
    shown = text.one_line
    return shown(hand_in.id, 60), shown(who, 120), found_by, late, version, shown(files, 80)


def _known_as(person: Person) -> str:
    """A person as the platform names them, with what tells them from others of that name."""
    told = [text for column, text in person.told.items() if text and column not in ("submitted", "late")]
    return " ".join(dict.fromkeys(told)) or ", ".join(sorted(person.keys))


def _needs_a_look(outcome: Outcome) -> bool:
    return bool(outcome.problem or outcome.notice or outcome.integrity or not outcome.complete)


def plain_line(outcome: Outcome) -> Text:
    """One hand-in in one line."""
    if outcome.problem:
        return Text(f"{_name(outcome)}  not graded: {text.one_line(outcome.problem, LONGEST)}")
    judged = (Text(f"{_name(outcome)}  {score(outcome.score)}"), verdicts(outcome.verdicts))
    return Text("  ").join((*judged, Text(f"{outcome.seconds:.1f} s")))


def change_table(changes: Sequence[Change]) -> Table:
    """Whose scores move, by how much, and through which criteria."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("Hand-in")
    for heading in ("Before", "After", "By"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Criteria")
    for each in changes:
        moved = ", ".join(f"{id_} {_points(old)} → {_points(new)}" for id_, (old, new) in each.criteria.items())
        by = f"{'+' if each.difference > 0 else ''}{text.points(each.difference)}"
        table.add_row(text.one_line(each.hand_in, 40), _points(each.before.given), _points(each.after.given), by, moved)
    return table


def pair_table(pairs: Sequence[Pair]) -> Table:
    """Who has how much in common with whom."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in ("First", "Second"):
        table.add_column(heading, overflow="fold")
    for heading in ("Code", "Words"):
        table.add_column(heading, justify="right", no_wrap=True)
    for pair in pairs:
        shares = (f"{100 * pair.kinds[kind].score:.0f}%" for kind in pair.kinds)
        table.add_row(text.one_line(pair.first, 60), text.one_line(pair.second, 60), *shares)
    return table


def _points(given: float | None) -> str:
    return "–" if given is None else text.points(given)


@contextmanager
def learning(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Tells, where it has to be done, that the course's known mistakes are looked at: once, then they are kept."""
    screen = console(sys.stderr)
    if quiet:
        yield None
        return
    if not screen.is_terminal:
        yield lambda done, of: _say_once(screen) if done == 1 else None
        return
    with screen.status("") as status:
        yield lambda done, of: status.update(f"Looking at the course's known mistakes, once: {done} of {of}")


def _say_once(screen: Console) -> None:
    screen.print("Looking at the course's known mistakes, once.")


@contextmanager
def publishing() -> Iterator[Callable[[int, int], None]]:
    """Tells on a terminal how many reports are drawn."""
    screen = console(sys.stderr)
    if not screen.is_terminal:
        yield lambda done, of: None
        return
    with screen.status("") as status:
        yield lambda done, of: status.update(f"Drawing reports: {done} of {of}")


@contextmanager
def progress(screen: Console, count: int) -> Iterator[Callable[[str], None]]:
    """A bar that goes on with each hand-in, with the rate and the time left; it is gone at the end."""
    whole = Column(no_wrap=True)
    columns = (
        BarColumn(BAR // 2),
        MofNCompleteColumn(table_column=whole),
        TimeElapsedColumn(table_column=whole),
        _Rate(table_column=whole),
        TimeRemainingColumn(table_column=whole),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
    )
    with Progress(*columns, console=screen, transient=True, expand=True) as shown:
        bar_of_all = shown.add_task("starting", total=count)
        yield lambda told: shown.update(bar_of_all, advance=1, description=told)


def counting(advance: Callable[[str], None]) -> Callable[[Outcome], None]:
    """The bar of a class, which tells how many came out how."""
    kinds: Counter[str] = Counter()

    def go_on(outcome: Outcome) -> None:
        kinds[kind(outcome)] += 1
        advance(f"{counts(kinds)} · {outcome.task.id}")

    return go_on


def kind(outcome: Outcome) -> str:
    """What became of a hand-in, in a word or two."""
    if outcome.problem:
        return "not graded"
    return "unchanged" if outcome.unchanged else "graded" if outcome.complete else "partly graded"


def counts(kinds: Mapping[str, int]) -> str:
    """How many of each kind, the usual ones first."""
    return ", ".join(f"{kinds[name]} {name}" for name in KINDS if kinds.get(name))


class _Rate(ProgressColumn):
    """How many are done in a minute."""

    def render(self, task: Task) -> Text:
        rate = 60 * (task.speed or 0)
        return Text(f"{rate:.3g}/min" if 0 < rate < 1000 else f"{rate:,.0f}/min" if rate else "", "bright_black")


def _row(outcome: Outcome) -> tuple[RenderableType, ...]:
    seconds = f"{outcome.seconds:.1f} s"
    if outcome.problem:
        return _name(outcome), "–", Text("not graded", COLOURS["ungraded"]), "", seconds
    return _name(outcome), score(outcome.score), bar(outcome.score, 12), verdicts(outcome.verdicts), seconds


def _name(outcome: Outcome) -> str:
    return text.one_line(outcome.task.id, LONGEST_NAME)


def _criterion(criterion: CriterionResult) -> Iterator[RenderableType]:
    head = Text.assemble("  ", sign(criterion.verdict), f"{score(criterion.score):>8}  ")
    yield _Hanging(head, Text(text.one_line(criterion.title, 200)))
    for finding in criterion.findings:
        yield from _finding(finding, 6)


def _finding(finding: Finding, depth: int) -> Iterator[RenderableType]:
    yield _indented(finding.message, depth)
    if finding.hint:
        yield _indented(finding.hint, depth, "italic", "→ ")
    where = "" if finding.where in finding.message else finding.where
    if where or finding.read:
        yield _indented("  ".join(filter(None, (where, finding.read))), depth, "cyan")


def _indented(told: str, depth: int, style: str = "", mark: str = "") -> RenderableType:
    """Text of a hand-in or a check, made visible and below each other."""
    lines = text.visible(told, LONGEST).expandtabs(4).splitlines()
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"… {len(lines) - MOST_LINES} more lines"]
    return _Hanging(Text.assemble(" " * depth, (mark, style)), Text("\n".join(lines), style))


class _Hanging:
    """Text behind something at the start of its first line; its further lines begin where the first one does."""

    def __init__(self, head: str | Text, told: Text) -> None:
        self.head = Text(head) if isinstance(head, str) else head
        self.told = told

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        depth = self.head.cell_len
        for number, line in enumerate(self.told.wrap(console, max(options.max_width - depth, NARROWEST))):
            line.rstrip()  # spaces at the end of a line would be in what is piped or copied
            yield Text.assemble(self.head if number == 0 else " " * depth, line)
