"""One run over a class: what is unchanged is taken over, the rest goes to an engine, and each is written when done."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.batch.files import forget, observed_file, own_file, write_files
from grader.batch.nouns import Engine, Graded, Outcome, Plan, Task, Work
from grader.errors import GraderError
from grader.writing import write

if TYPE_CHECKING:
    from grader.batch.before import Before

__all__ = ["Choice", "run"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which hand-ins are to be graded; of the others, what is there already is taken over."""

    only: frozenset[str] | None = None  # their ids; None is all
    force: bool = False  # also those that have a result
    limit: int | None = None  # no more than so many

    def forces(self, task: Task) -> bool:
        """Whether a result that this hand-in has is to be made again."""
        return self.force and (self.only is None or task.id in self.only)


def run(
    tasks: Sequence[Task], plan: Plan, engine: Engine, before: Before | None = None, choice: Choice = Choice()
) -> Generator[Outcome, None, None]:
    """Grade and write each hand-in; outcomes come as they are done.

    Closing the iterator, or an interrupt, ends what is under way without leaving anything half-written.
    """
    rest: list[Task] = []
    for task in tasks:
        found = _known(task, before, choice)
        if found is None:
            rest.append(task)
        else:
            yield found
    if choice.only is not None:
        rest = [task for task in rest if task.id in choice.only]
    rest = rest[: choice.limit]
    for task in rest:
        if before is None or choice.forces(task):
            forget(task)
    yield from _graded(rest, plan, engine, before, choice)


def _known(task: Task, before: Before | None, choice: Choice) -> Outcome | None:
    """What an earlier run found of this hand-in, where it still holds."""
    if before is None or not before.any() or choice.forces(task):
        return None
    work = _taken(task, pictures=False)
    found = before.look(work) if isinstance(work, Work) else None
    return found if isinstance(found, Outcome) else None


def _graded(
    tasks: Sequence[Task], plan: Plan, engine: Engine, before: Before | None, choice: Choice
) -> Generator[Outcome, None, None]:
    unreadable: deque[Outcome] = deque()
    under_way: dict[str, Work] = {}
    with closing(engine(_works(tasks, before, choice, unreadable, under_way, plan.pictures), plan)) as done:
        for graded in done:
            yield from _emptied(unreadable)
            yield _written(under_way.pop(graded.outcome.task.id), graded, before)
    yield from _emptied(unreadable)


def _works(
    tasks: Iterable[Task],
    before: Before | None,
    choice: Choice,
    unreadable: deque[Outcome],
    under_way: dict[str, Work],
    pictures: bool,
) -> Iterator[Work]:
    """The hand-ins that can be read, one by one, as the engine has room for them."""
    for task in tasks:
        work = _taken(task, pictures)
        if isinstance(work, Outcome):
            forget(task)
            unreadable.append(work)
            continue
        if before and before.any() and not choice.forces(task):
            found = before.look(work)
            work = found if isinstance(found, Work) else work
        under_way[task.id] = work
        yield work


def _taken(task: Task, pictures: bool) -> Work | Outcome:
    """A hand-in with its content, or why it cannot be read."""
    from grader.intake import take

    try:
        intake = task.take() if task.take else take(task.path, pictures=pictures)
    except GraderError as error:
        return Outcome(task, problem=str(error))
    except Exception as error:  # whatever somebody handed in, the others are graded
        return Outcome(task, problem=f"The grader itself failed to read it ({type(error).__name__}: {error}).")
    submission = replace(intake.submission, id=task.id)
    return Work(replace(task, take=None), submission, intake.files, pictures=intake.pictures)


def _emptied(outcomes: deque[Outcome]) -> Iterator[Outcome]:
    while outcomes:
        yield outcomes.popleft()


def _written(work: Work, graded: Graded, before: Before | None) -> Outcome:
    """Write what came back: all files first, then the note that they are whole."""
    outcome, out = graded.outcome, work.task.folder.parent
    if outcome.problem:
        forget(work.task)
        return outcome
    if graded.observed is not None:
        write(observed_file(out, work.task.id), graded.observed, private=True)
    elif not work.told:
        observed_file(out, work.task.id).unlink(missing_ok=True)
    if graded.own:
        write(own_file(out, work.task.id), graded.own, private=True)
    else:
        own_file(out, work.task.id).unlink(missing_ok=True)
    write_files(work.task, graded.files)
    if before:
        before.keep(work, graded)
    return outcome
