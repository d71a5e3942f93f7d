"""Notebooks as PDFs, one or those of a class: without LaTeX, a browser or running anything."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from posixpath import relpath
from threading import local
from typing import TYPE_CHECKING

from grader.errors import GraderError, IntakeError
from grader.intake.names import ARCHIVES, without_ending

if TYPE_CHECKING:
    from grader.notebook_pdfs.press import Press

__all__ = ["NotebookPdf", "Source", "convert", "notebooks_to_pdf", "sources_in"]

SUFFIX = ".ipynb"
PICTURE = re.compile(r"[\"'(]((?:\./)?[\w.\- /]{1,200}\.(?:png|jpe?g))[\\\"')]", re.IGNORECASE)
MOST_PICTURES, LARGEST_PICTURE = 100, 4 << 20  # beside one notebook, and bytes of each
ROOM = 24 << 20  # bytes of one notebook
MOST_READ = 256 << 20  # bytes of one hand-in
MOST_JOBS = 8


@dataclass(frozen=True)
class NotebookPdf:
    """What became of one notebook, or of what should have held some."""

    name: str
    out: Path | None = None  # None: there is no PDF of it
    notices: tuple[str, ...] = ()  # what its reader should know, or why there is none


@dataclass(frozen=True)
class Source:
    """A notebook or a hand-in, and the folder for its PDFs."""

    path: Path
    folder: str
    alone: bool  # named by itself, so that what lies beside it is its own


def notebooks_to_pdf(
    paths: str | Path | Sequence[str | Path], out: str | Path, *, jobs: int | None = None, seconds: float = 60.0
) -> list[NotebookPdf]:
    """Make a PDF of each notebook in these files, folders or archives.

    Args:
        out: FILE.pdf for one, else a folder.
        jobs: notebooks at the same time; the number of cores unless it is given.
        seconds: for each notebook.

    Raises:
        GraderError: no PDF can be made here, or `out` names one PDF for several.
    """
    named = [paths] if isinstance(paths, str | Path) else paths
    sources = sources_in([Path(each) for each in named], Path(out))
    return [done for _, group in convert(sources, Path(out), jobs, seconds) for done in group]


def sources_in(paths: Sequence[Path], out: Path) -> list[Source]:
    """All that is to be converted.

    Raises:
        GraderError: as `notebooks_to_pdf`.
    """
    from grader.report import pdf_problem

    if problem := pdf_problem():
        raise GraderError(problem)
    sources = list(_sources(paths))
    if out.suffix.lower() == ".pdf" and len(sources) > 1:
        raise GraderError(f"{out} is the name of one PDF, and there are {len(sources)} hand-ins: name a folder.")
    return sources


def convert(
    sources: Sequence[Source], out: Path, jobs: int | None = None, seconds: float = 60.0
) -> Iterator[tuple[Source, list[NotebookPdf]]]:
    """Every hand-in as it is done; each thread has a process of its own that lays out."""
    from grader.notebook_pdfs.press import Press, Room

    own, presses = local(), list[Press]()

    def work(source: Source) -> list[NotebookPdf]:
        if not hasattr(own, "press"):
            own.press = Press(Room(seconds))
            presses.append(own.press)
        try:
            return list(_of_source(source, out, own.press))
        except Exception as error:  # a fault of ours over one hand-in must not cost the others their documents
            told = f"The grader itself failed ({type(error).__name__}: {error})."
            return [NotebookPdf(str(source.path), notices=(told,))]

    pool = ThreadPoolExecutor(min(jobs or os.cpu_count() or 1, MOST_JOBS))
    try:
        waiting = {pool.submit(work, source): source for source in sources}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for each in presses:
            each.close()


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


def _of_source(source: Source, out: Path, press: Press) -> Iterator[NotebookPdf]:
    """The PDFs of one hand-in; whatever is wrong with it is told, and stops no other."""
    from grader.intake import IntakeLimits, take

    try:
        intake = take(source.path, IntakeLimits(notebook=ROOM, total=MOST_READ), pictures=True)
    except IntakeError as error:
        yield NotebookPdf(str(source.path), notices=(str(error),))
        return
    names = [name for name in intake.submission.files if name.lower().endswith(SUFFIX)]
    single = out.suffix.lower() == ".pdf"
    if single and len(names) > 1:
        yield NotebookPdf(str(source.path), notices=(f"It holds {len(names)} notebooks: -o has to name a folder.",))
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


def _printed(name: str, content: bytes | None, beside: Mapping[str, bytes], place: Path, press: Press) -> NotebookPdf:
    from grader.notebooks import Notebook, Unreadable, read
    from grader.writing import write

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
        return NotebookPdf(name, notices=(str(error),))
    return NotebookPdf(name, place, tuple(filter(None, [*notebook.notes, pressed.notice])))


def _beside(name: str, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """The pictures by their path from the notebook's folder."""
    folder = name.rpartition("/")[0]
    return {relpath(path, folder or "."): content for path, content in pictures.items()}
