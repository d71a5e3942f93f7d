"""What `grader audit` prints: the shares first, then who survived and how, tables, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.audit import Audit, Fate, Group, Outcome
from grader.report import audit as advice
from grader.report import text

__all__ = ["tell"]

MOST_SHOWN = 20  # outcomes of one list
SET_ASIDE: dict[Fate, str] = {"equivalent": "equivalent", "open": "left open by the course", "beyond": "not looked at"}


def tell(audit: Audit, screen: Console) -> None:
    """Print an audit."""
    tables = (_parts(audit), _criteria(audit), *_idle(audit))
    for part in (_shares(audit), *_lists(audit), *tables, _time(audit), *_verdict(audit)):
        screen.print(part)


def _shares(audit: Audit) -> RenderableType:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_row(Text("\nWrong solutions", "bold"), f"\n{len(audit.wrong)}", "")
    caught, survived = len(audit.of("caught")), len(audit.of("survived"))
    table.add_row("  lose points", str(caught), Text(f"{audit.share_caught:.2f}%", _colour(audit.share_caught, 99.5)))
    table.add_row("  get full marks", str(survived), "" if not survived else f"{100 - audit.share_caught:.2f}%")
    for fate, words in SET_ASIDE.items():
        table.add_row(Text(f"  set aside: {words}", "bright_black"), str(len(audit.of(fate))), "")
    if audit.of("undecided"):
        table.add_row(Text("  not decided", "magenta"), str(len(audit.of("undecided"))), "")
    placed = Text(f"{audit.share_placed:.2f}%", _colour(audit.share_placed, 95))
    table.add_row("  of those that lose points, on their own criterion", "", placed)
    table.add_row(Text("Right solutions", "bold"), str(len(audit.right)), "")
    accepted = Text(f"{audit.share_accepted:.2f}%", _colour(audit.share_accepted, 100))
    table.add_row("  get full marks", str(len(audit.of("accepted"))), accepted)
    return table


def _colour(share: float, wanted: float) -> str:
    return "green" if share >= wanted else "red"


def _lists(audit: Audit) -> Iterator[RenderableType]:
    yield from _listed("Wrong solutions that get full marks", audit.of("survived"))
    yield from _listed("Right solutions that lose points", audit.of("rejected"))
    yield from _listed("Wrong solutions that lose points elsewhere than on their own criterion", audit.misplaced)
    yield from _listed("Not decided", audit.of("undecided"))


def _listed(title: str, outcomes: Sequence[Outcome]) -> Iterator[RenderableType]:
    if not outcomes:
        return
    yield Text(f"\n{title}", "bold")
    for outcome in outcomes[:MOST_SHOWN]:
        candidate = outcome.candidate
        costs = f"  −{text.points(outcome.points)} on {', '.join(outcome.costs)}" if outcome.costs else ""
        yield Text.assemble("  ", text.one_line(candidate.title, 200), (f"  {candidate.id}{costs}", "bright_black"))
        if outcome.told:
            yield Padding(Text(text.one_line(outcome.told, 300), "italic"), (0, 0, 0, 4), expand=False)
        yield Padding(_difference(candidate.difference), (0, 0, 0, 4), expand=False)
    if len(outcomes) > MOST_SHOWN:
        yield Text(f"  … and {len(outcomes) - MOST_SHOWN} more: --html FILE lists all.", "bright_black")


def _difference(difference: str) -> Text:
    """The changed lines without the heads of their files."""
    lines = [line for line in difference.splitlines() if not line.startswith(("---", "+++", "@@"))]
    told = Text("\n").join(
        Text(text.visible(line, 200), "green" if line.startswith("+") else "red") for line in lines[:16]
    )
    return told if len(lines) <= 16 else told.append("\n…")


def _parts(audit: Audit) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("Changed", overflow="fold")
    for title in ("Wrong", "Lose points", "Full marks", "Set aside", "Points lost\nmedian", "\nmost"):
        table.add_column(title, justify="right")
    for group in audit.groups:
        table.add_row(*_part(group))
    return table


def _part(group: Group) -> tuple[RenderableType, ...]:
    survived = group.count("survived")
    middle, most = (text.points(points) for points in group.lost) if group.lost else ("", "")
    return (
        group.part.rpartition(":")[2],
        str(len(group.outcomes)),
        str(group.count("caught")),
        Text(str(survived) if survived else "", "red"),
        str(group.count(*SET_ASIDE) or ""),
        middle,
        most,
    )


def _criteria(audit: Audit) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("Criterion")
    for title in ("Points", "Catches", "It alone"):
        table.add_column(title, justify="right")
    for tally in audit.tallies:
        table.add_row(tally.id, text.points(tally.points), str(tally.caught), str(tally.alone))
    return table


def _idle(audit: Audit) -> Iterator[RenderableType]:
    if told := advice.idle(audit):
        yield Text(told, "bright_black")


def _time(audit: Audit) -> RenderableType:
    kept = f", {audit.cached} of {len(audit.outcomes)} kept from earlier" if audit.cached else ""
    return Text(f"Equivalence: {audit.probes}.\n{audit.seconds:.0f} s{kept}", "bright_black")


def _verdict(audit: Audit) -> Iterator[RenderableType]:
    yield Text(f"\n{advice.verdict(audit)}", "bold")
    for number, each in enumerate(advice.to_do(audit), 1):
        yield Padding(Text(f"{number}. {each}"), (0, 0, 0, 2), expand=False)
