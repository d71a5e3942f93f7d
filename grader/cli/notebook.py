"""`grader notebook`: notebooks as documents, one or those of a class."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from posixpath import relpath
from threading import local
from typing import TYPE_CHECKING

import click

from grader.cli.exits import GRADED, INTERRUPTED, UNGRADED
from grader.cli.options import shown
from grader.errors import GraderError, IntakeError
from grader.intake.names import ARCHIVES, without_ending

if TYPE_CHECKING:
    from grader.press import Press

__all__ = ["command"]

SUFFIX = ".ipynb"
PICTURE = re.compile(r"[\"'(]((?:\./)?[\w.\- /]{1,200}\.(?:png|jpe?g))[\\\"')]", re.IGNORECASE)
MOST_PICTURES, LARGEST_PICTURE = 100, 4 << 20  # beside one notebook, and bytes of each
ROOM = 24 << 20  # bytes of one notebook
MOST_READ = 256 << 20  # bytes of one hand-in


@dataclass(frozen=True)
class Done:
    """What became of one notebook, or of what should have held some."""

    name: str
    out: Path | None = None
    notices: tuple[str, ...] = ()


@click.group("notebook")
def command() -> None:
    """Notebooks as documents.

    \b
    Example:  grader notebook to-pdf hw1.ipynb -o hw1.pdf
    """


@command.command("to-pdf")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="FILE.pdf for one, else a folder.")
@click.option("--jobs", type=click.IntRange(min=1), help="Notebooks at the same time. [default: the number of cores]")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 3600), help="For each notebook.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def to_pdf(paths: tuple[Path, ...], out: Path, jobs: int | None, seconds: float, quiet: bool) -> None:
    """Make a PDF of each notebook, without LaTeX, a browser or running anything.

    PATH is a notebook, a folder, or a zip or tar archive; a folder of many hand-ins gives a folder for each. Every
    notebook gets a PDF: where something had to be left out, its first page says so, and a line here does.

    Exit codes: 0 all are written, 2 wrong input, 3 a hand-in could not be opened.

    \b
    Example:  grader notebook to-pdf submissions/ -o pdfs/
    """
    from grader.report import pdf_problem

    if problem := pdf_problem():
        raise GraderError(problem)
    sources = list(_sources(paths))
    if out.suffix.lower() == ".pdf" and len(sources) > 1:
        raise GraderError(f"{shown(out)} is the name of one PDF, and there are {len(sources)} hand-ins: name a folder.")
    made, failed = 0, False
    workers = min(jobs or os.cpu_count() or 1, 8)
    try:
        with _progress(len(sources), quiet=quiet) as advance:
            for source, group in _all(sources, out, workers, seconds):
                made += sum(done.out is not None for done in group)
                failed = failed or any(done.out is None for done in group)
                for done in group:
                    _tell(done, quiet=quiet)
                advance(shown(source.path))
    except KeyboardInterrupt:
        click.echo(f"\nStopped: {made} PDFs are whole in {shown(out)}.", err=True)
        click.get_current_context().exit(INTERRUPTED)
    if not made and not failed:
        raise GraderError("There is no notebook in it.")
    if not quiet:
        click.echo(f"{made} {'PDF' if made == 1 else 'PDFs'}: {shown(out)}")
    click.get_current_context().exit(UNGRADED if failed else GRADED)


@contextmanager
def _progress(count: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, for more than one."""
    from grader.cli import terminal

    screen = terminal.console()
    if quiet or count < 2 or not screen.is_terminal:
        yield lambda _: None
    else:
        with terminal.progress(screen, count) as advance:
            yield advance


@dataclass(frozen=True)
class Source:
    """A notebook or a hand-in, and the folder for its PDFs."""

    path: Path
    folder: str
    alone: bool  # named by itself, so that what lies beside it is its own


def _sources(paths: Sequence[Path]) -> Iterator[Source]:
    """All of them; a notebook that lies open in a folder gets no folder of its own, and no folder is used twice."""
    used: set[str] = set()
    for path in chain.from_iterable(map(_children, paths)):
        is_notebook = path.suffix.lower() == SUFFIX and path.is_file()
        name = path.resolve().name if path.is_dir() else path.stem if is_notebook else without_ending(path.name)
        unique = next(each for each in _numbered(name) if each.casefold() not in used)
        used.add(unique.casefold())
        yield Source(path, "" if is_notebook and unique == name else unique, is_notebook and path in paths)


def _children(path: Path) -> list[Path]:
    """What lies in a folder, as far as it can hold notebooks; a path that is none itself."""
    if not path.is_dir():
        return [path]
    children = (child for child in sorted(path.iterdir()) if not (child.name.startswith(".") or child.is_symlink()))
    return [child for child in children if child.is_dir() or child.name.lower().endswith((SUFFIX, *ARCHIVES))]


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def _all(sources: Sequence[Source], out: Path, workers: int, seconds: float) -> Iterator[tuple[Source, list[Done]]]:
    """Every hand-in as it is done; each thread has a process of its own that lays out."""
    from grader.press import Press, Room

    own, presses = local(), list[Press]()

    def work(source: Source) -> list[Done]:
        if not hasattr(own, "press"):
            own.press = Press(Room(seconds))
            presses.append(own.press)
        try:
            return list(_of_source(source, out, own.press))
        except Exception as error:  # a fault of ours over one hand-in must not cost the others their documents
            told = f"The grader itself failed ({type(error).__name__}: {error})."
            return [Done(shown(source.path), notices=(told,))]

    pool = ThreadPoolExecutor(workers)
    try:
        waiting = {pool.submit(work, source): source for source in sources}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for each in presses:
            each.close()


def _of_source(source: Source, out: Path, press: Press) -> Iterator[Done]:
    """The PDFs of one hand-in; whatever is wrong with it is told, and stops no other."""
    from grader.intake import IntakeLimits, take

    try:
        intake = take(source.path, IntakeLimits(notebook=ROOM, total=MOST_READ), pictures=True)
    except IntakeError as error:
        yield Done(shown(source.path), notices=(str(error),))
        return
    names = [name for name in intake.submission.files if name.lower().endswith(SUFFIX)]
    single = out.suffix.lower() == ".pdf"
    if single and len(names) > 1:
        yield Done(shown(source.path), notices=(f"It holds {len(names)} notebooks: -o has to name a folder.",))
        return
    pictures = _near(source.path, intake.files) if source.alone else intake.pictures
    for name in names:
        place = out if single else out / source.folder / PurePosixPath(name).with_suffix(".pdf")
        yield _printed(name, intake.files.get(name), _beside(name, pictures), place, press)


def _near(notebook: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The pictures that a notebook names and that lie in its own folder, or in one below."""
    from grader.intake.entry import Unreadable
    from grader.intake.folder import read

    folder, found = notebook.resolve().parent, dict[str, bytes]()
    for way in PICTURE.findall(b"".join(files.values()).decode("utf-8", "replace"))[:MOST_PICTURES]:
        place = (folder / way).resolve()
        if place.is_relative_to(folder):
            with suppress(Unreadable):
                found[way.removeprefix("./")] = read(str(place), LARGEST_PICTURE)
    return found


def _printed(name: str, content: bytes | None, beside: Mapping[str, bytes], place: Path, press: Press) -> Done:
    from grader.batch import write
    from grader.notebooks import Notebook, Unreadable, read

    try:
        if content is None:
            raise Unreadable("it is too long, or cannot be opened")
        notebook = read(content)
    except Unreadable as why:
        notebook = Notebook((), (f"This file cannot be read as a notebook: {why}.",))
    try:
        pressed = press.press(notebook, PurePosixPath(name).name, beside)
        write(place, pressed.pdf)
    except (GraderError, OSError) as error:
        return Done(name, notices=(str(error),))
    return Done(name, place, tuple(filter(None, [*notebook.notes, pressed.notice])))


def _beside(name: str, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """The pictures by their path from the notebook's folder."""
    folder = name.rpartition("/")[0]
    return {relpath(path, folder or "."): content for path, content in pictures.items()}


def _tell(done: Done, *, quiet: bool) -> None:
    from grader.report.text import one_line

    told = "".join(f" {one_line(notice, 300)}" for notice in done.notices)
    if done.out is None:
        click.echo(f"{one_line(done.name, 200)}: no PDF.{told}", err=True)
    elif not quiet:
        click.echo(f"{shown(done.out)}{':' if told else ''}{told}")
