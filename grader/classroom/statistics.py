"""A class in numbers, from its folder of results: as a page, on paper and as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.statistics import Row, Statistics

__all__ = ["FORMATS", "StatisticsFormat", "Written", "class_statistics", "usual", "write_statistics"]

StatisticsFormat = Literal["html", "pdf", "csv", "parquet"]
FORMATS: tuple[StatisticsFormat, ...] = ("html", "pdf", "csv", "parquet")
FILES = {"html": "index.html", "pdf": "class.pdf"}  # the others are three tables each
REPORTS = ("report.html", "report.pdf")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written and what could not be."""

    files: tuple[str, ...]  # names in OUT
    problems: tuple[str, ...] = ()


def usual(*, pdf: bool) -> tuple[StatisticsFormat, ...]:
    """What is written of a class without being asked for."""
    return ("html", "pdf", "csv") if pdf else ("html", "csv")


def class_statistics(out: str | Path, *, book: str | None = None) -> Statistics:
    """The class in OUT in numbers, with the marks that people gave.

    Raises:
        GraderError: there are no results, or they cannot be read.
    """
    from grader.classroom.results import each_standing
    from grader.statistics import statistics_of

    folder = Path(out)
    return statistics_of((result for _, result in each_standing(folder, book)), _without(folder))


def write_statistics(
    out: str | Path, formats: Sequence[StatisticsFormat] = ("html", "pdf", "csv"), *, book: str | None = None
) -> Written:
    """Write these formats into OUT; one that cannot be made costs no other.

    Raises:
        GraderError: there are no results, or they cannot be read.
    """
    from grader.writing import write

    folder = Path(out)
    statistics = class_statistics(folder, book=book)
    written, problems = [], []
    for form in formats:
        try:
            for name, content in _made(form, statistics, folder):
                write(folder / name, content, private=True)
                written.append(name)
        except (GraderError, OSError) as error:
            problems.append(f"{form} could not be written: {error}")
    return Written(tuple(written), tuple(problems))


def _without(out: Path) -> Iterator[Row]:
    """The hand-ins of the last run that came to no result, as run.json has them."""
    from grader.classroom.results import run_of
    from grader.statistics import row_without

    told = run_of(out)
    try:
        for each in told["hand_ins"]:
            yield row_without(str(each["id"]), str(each.get("problem", "")), each.get("seconds"))
        for each in told["open"]:
            yield row_without(str(each), "It was not begun.")
    except (KeyError, TypeError):
        return


def _made(form: StatisticsFormat, statistics: Statistics, out: Path) -> Iterator[tuple[str, str | bytes]]:
    """The files of one format, by their names."""
    if form == "html":
        from grader.report.statistics import html

        yield FILES[form], html(statistics, _links(statistics, out))
    elif form == "pdf":
        from grader.report import Renderer
        from grader.report.statistics import DOCUMENTS, pdf

        yield FILES[form], pdf(statistics, Renderer(*DOCUMENTS))
    else:
        yield from _tables(form, statistics)


def _tables(form: StatisticsFormat, statistics: Statistics) -> Iterator[tuple[str, Any]]:
    from grader.statistics.tables import TABLES, to_csv, to_parquet

    for name in TABLES:
        yield f"{name}.{form}", (to_csv if form == "csv" else to_parquet)(statistics, name)


def _links(statistics: Statistics, out: Path) -> dict[str, list[str]]:
    """The reports that there are of each hand-in."""
    return {row.id: [name for name in REPORTS if (out / row.id / name).is_file()] for row in statistics.rows if row.id}
