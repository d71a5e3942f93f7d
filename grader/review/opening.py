"""The page on which people mark, made ready for a folder of results: for the command line and for Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import GraderError
from grader.review import MISSING, is_available

if TYPE_CHECKING:
    import socket

    from grader.gradebook.book import Book
    from grader.review.desk import Desk
    from grader.review.door import Door, Keys
    from grader.review.publisher import Publisher
    from grader.rubric import Rubric

__all__ = ["LOOPBACK", "Review", "desk_of", "open_review", "prepared"]

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Review:
    """A page on which people mark."""

    host: str
    port: int
    _keys: Keys
    _app: Door
    _listening: socket.socket

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def link(self) -> str:
        """A new link, which lets in one person, once."""
        return f"{self.address}/enter?token={self._keys.link()}"

    def serve(self) -> None:
        """Answer in this thread until Ctrl-C."""
        from grader.review.serving import serve

        serve(self._app, self._listening)


@contextmanager
def open_review(
    out: str | Path,
    *,
    marker: str = "",
    names: bool = False,
    host: str = LOOPBACK,
    port: int = 0,
    rubric: str | Path | None = None,
    book: str | None = None,
) -> Iterator[Review]:
    """The page on which people mark the answers in OUT, as `grader review` has it; it ends with the block.

    Args:
        marker: offered as the marker's name.
        names: show whose answers they are.
        host: where to listen; only this machine can reach the page unless it is given.
        port: a free one unless it is given.
        rubric: the rubric with the model answers, where the run's is not there any more.
        book: the gradebook, a file or URL; by default the folder's own.

    Raises:
        GraderError: there is nothing to mark, nothing can listen there, or dlgrader[review] is not installed.
    """
    from grader.review.serving import running

    made = prepared(Path(out), marker=marker, names=names, place=(host, port), rubric=rubric, book=book)
    with made as review, running(review._app, review._listening):
        yield review


@contextmanager
def prepared(
    out: Path, *, marker: str, names: bool, place: tuple[str, int], rubric: str | Path | None, book: str | None
) -> Iterator[Review]:
    """The same before it answers: who follows a link waits."""
    if not is_available():
        raise GraderError(MISSING)
    from grader.classroom.book import opened
    from grader.review.door import Keys
    from grader.review.pages import Pages
    from grader.review.serving import bound

    with closing(opened(out, book)) as gradebook:
        desk, keys = desk_of(out, gradebook, rubric), Keys()
        publisher = _publisher(out, desk, book)
        with bound(*place) as listening:
            port = listening.getsockname()[1]
            pages = Pages(desk, publisher, keys, names=names, marker=marker, host=place[0])
            try:
                yield Review(place[0], port, keys, pages.app(f"review-{port}"), listening)
            finally:
                publisher.stop()


def desk_of(out: Path, book: Book, named: str | Path | None) -> Desk:
    """What there is to mark in a folder of results.

    Raises:
        GraderError: its rubric cannot be found, or is another one.
    """
    from grader.classroom.results import assignment_of, run_of
    from grader.review.desk import Desk

    told = run_of(out)
    rubric = _rubric(out, told, named)
    assignment = assignment_of(out, book)
    if rubric.id != assignment:
        raise GraderError(f"{out} was graded by {assignment!r}, and {rubric.id!r} is something else.")
    return Desk(out, book, assignment, rubric, str(told.get("seed", assignment)))


def _rubric(out: Path, told: dict[str, Any], named: str | Path | None) -> Rubric:
    from grader.rubric import find_rubric, load_rubric

    if named is not None:
        return load_rubric(find_rubric(named))
    try:
        path = Path(told["rubric"]["path"])
    except (KeyError, TypeError):
        path = Path()
    if not path.is_file():
        raise GraderError(f"{out}: the rubric that it was graded by is not there any more; name it: --rubric")
    return load_rubric(path)


def _publisher(out: Path, desk: Desk, book: str | None) -> Publisher:
    """Publishes what was marked in this folder."""
    from grader.classroom.publishing import publish, unpublished
    from grader.review.publisher import Publisher

    return Publisher(
        lambda advance: publish(out, desk.entries(), book, advance)[1],
        lambda: len(unpublished(out, desk.entries())),
    )
