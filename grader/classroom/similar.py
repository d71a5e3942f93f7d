"""Which hand-ins of a class have much in common, for a person to look at; no score depends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.handins import HandIn as Found
    from grader.intake.bundle import Bundle
    from grader.rubric import Rubric
    from grader.similarity import Baseline, Comparison, HandIn

__all__ = ["FORMS", "Compared", "compare_class", "compared", "starter_files"]

FORMS = (".html", ".csv", ".json")


@dataclass(frozen=True, slots=True)
class Compared:
    """A class, compared. Nothing is written before `write`."""

    comparison: Comparison
    name: str  # the class's

    def write(self, path: str | Path) -> None:
        """Write it, for you only: the page with both texts as FILE.html, the ranked pairs as FILE.csv or FILE.json.

        Raises:
            GraderError: the name ends otherwise.
        """
        from grader.report.similarity import html
        from grader.similarity.files import to_csv, to_json
        from grader.writing import write

        makers: Mapping[str, Callable[[], str | bytes]] = {
            ".html": lambda: html(self.comparison, self.name),
            ".csv": lambda: to_csv(self.comparison),
            ".json": lambda: to_json(self.comparison),
        }
        suffix = Path(path).suffix.lower()
        if suffix not in makers:
            raise GraderError(f"{path}: the name has to end in {', '.join(FORMS)}.")
        write(Path(path), makers[suffix](), private=True)


def compare_class(
    path: str | Path,
    rubric: Rubric | str | Path | None = None,
    *,
    baseline: Sequence[str | Path] = (),
    pairs: int = 25,
) -> Compared:
    """Which hand-ins of a class have much in common, code with other names, and words. It proves nothing.

    Args:
        path: a class as `grade_batch` takes it.
        rubric: what its starter gives to everybody counts for nobody.
        baseline: folders, archives or notebooks that everybody was given.
        pairs: so many with both texts, for the page.

    Raises:
        GraderError: fewer than two hand-ins can be read, or what was named cannot be.
    """
    return compared(Path(path), rubric, baseline, pairs, lambda count: lambda hand_in: None)


def compared(
    path: Path,
    rubric: Rubric | str | Path | None,
    baseline: Sequence[str | Path],
    pairs: int,
    begin: Callable[[int], Callable[[str], None]],
) -> Compared:
    """The same, where `begin` is told how many hand-ins there are, and gives what is told of each that was read."""
    from grader.handins import find
    from grader.intake.bundle import open_bundle
    from grader.similarity import compare

    given = _given(rubric, baseline)
    with open_bundle(path) as bundle:
        hand_ins = [_hand_in(each, bundle) for each in find(bundle).hand_ins]
        return Compared(compare(hand_ins, given, pairs, begin(len(hand_ins))), path.resolve().name)


def starter_files(rubric: Rubric | str | Path) -> Mapping[str, bytes]:
    """What a course gives to everybody: the reference without its solution, and what is asked."""
    from grader.courses import rubric_of
    from grader.driver import read_driver
    from grader.kits.skeleton import skeletons
    from grader.rubric import reference_files

    loaded = rubric_of(rubric, {})
    asked = "\n".join(criterion.description for criterion in loaded.criteria)
    return {**skeletons(reference_files(loaded.reference), read_driver(loaded.driver).text), "asked.md": asked.encode()}


def _given(rubric: Rubric | str | Path | None, folders: Sequence[str | Path]) -> Baseline:
    """What everybody was given: the starter of a course, and what was named."""
    from grader.intake import take
    from grader.similarity import baseline, texts

    given = [text for folder in folders for text in texts(take(Path(folder)).files)]
    return baseline([*given, *(texts(starter_files(rubric)) if rubric else ())])


def _hand_in(found: Found, bundle: Bundle) -> HandIn:
    from grader.similarity import HandIn

    people = frozenset(key for person in found.people for key in person.keys)
    return HandIn(found.id, partial(_files, found, bundle), people)


def _files(found: Found, bundle: Bundle) -> Mapping[str, bytes]:
    return bundle.take(found.id, found.parts).files
