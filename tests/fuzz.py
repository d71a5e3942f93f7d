"""Throw made-up bytes at all that reads what a hand-in brings, guided by coverage: `make fuzz SECONDS=60`.

Each reader has a process and an equal share of the time; with --runs, it gets as many inputs, the same ones each time.
The processes are forked: to import everything so that coverage is seen takes longer than a thousand inputs.
It may refuse, in its own words; anything else is a find, and the bytes that led to it stay in a file that is named.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import os
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import NoReturn

import atheris

with redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["grader", "yaml", "zipfile", "tarfile"]):
    from grader.answers import Number, find
    from grader.errors import GraderError
    from grader.intake import take
    from grader.notebooks import Unreadable, read, within
    from grader.report.drawn import drawn
    from grader.report.markdown import rendered
    from grader.report.printout import printed
    from grader.report.raster import Unusable
    from grader.report.shown_html import harmless
    from grader.report.text import visible
    from grader.rubric import load_rubric
    from grader.similarity.tokens import code_tokens, comments, words
    from grader.strict_yaml import parse
    from grader.worker.wire import PREFIX, WireError, decode, encode, lengths

ROOT = Path(__file__).resolve().parent.parent
SLOWEST = 10  # seconds for one input
LARGEST = 4096  # bytes of one input
FORBIDDEN = ("<script", "<img", "<iframe", "<object", "<link", "<style")


def wire(content: bytes) -> None:
    """A frame as a worker may write it."""
    try:
        header, body = lengths(content[: PREFIX.size])
        rest = content[PREFIX.size :]
        decode(rest[:header], rest[header : header + body])
    except WireError:
        return


def headers(content: bytes) -> None:
    """A frame whose lengths are right, so that the rest of it is met."""
    header, _, body = content.partition(b"\n")
    try:
        decode(header, body)
    except WireError:
        return


def archive(content: bytes) -> None:
    """A hand-in as one file, and as one that unpacks to these bytes."""
    _taken("hand-in.zip", content)
    _taken("hand-in.tar.gz", gzip.compress(content, 0))


def _taken(name: str, content: bytes) -> None:
    try:
        intake = take(_file(name, content), pictures=True)
    except GraderError:
        return
    assert all(name.isprintable() and ".." not in name.split("/") for name in intake.files)


def rubric(content: bytes) -> None:
    """A rubric, which an instructor may have from somebody."""
    try:
        load_rubric(_file("rubric.yaml", content))
    except GraderError:
        return


def answers(content: bytes) -> None:
    """A student's YAML."""
    parse(content)
    find({"answers.yaml": content}, "xor")


def formulas(content: bytes) -> None:
    """A formula or a number as a student writes it."""
    opinion = Number().opinion(content.decode("utf-8", "replace"), 0.75)
    assert opinion.share is None or 0 <= opinion.share <= 1


def markdown(content: bytes) -> None:
    """An explanation as a page shows it."""
    page = str(rendered(content.decode("utf-8", "replace"))).lower()
    assert not [tag for tag in FORBIDDEN if tag in page]
    assert 'href="javascript' not in page


def notebook(content: bytes) -> None:
    """A notebook, and a Markdown file."""
    with suppress(Unreadable):
        read(within(content, 1000))
    find({"x.ipynb": content, "y.md": content}, "xor", heading="XOR")


def outputs(content: bytes) -> None:
    """What a cell put out: a drawing, a table, a printout."""
    told = content.decode("utf-8", "replace")
    page = f"{harmless(told)} {printed(told)}".lower()
    assert not [tag for tag in FORBIDDEN if tag in page]
    with suppress(Unusable):
        made = drawn(told).lower()
        assert not [each for each in (b"<script", b"<image", b"javascript:", b"file:") if each in made]


def texts(content: bytes) -> None:
    """Any text on its way to a reader."""
    shown = visible(content.decode("utf-8", "surrogateescape"))
    assert len(shown) <= 2000
    assert "\x1b" not in shown


def source(content: bytes) -> None:
    """Code that is compared with other code: its tokens stand where they are said to, one after the other."""
    text = content.decode("utf-8", "replace")
    for read_ in (code_tokens(text), words(comments(text))):
        places = [place for pair in zip(read_.starts.tolist(), read_.ends.tolist(), strict=True) for place in pair]
        assert places == sorted(places)
        assert not places or (places[0] >= 0 and places[-1] <= len(text))
    assert len(comments(text)) == len(text)


READERS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each
    for each in (wire, headers, archive, rubric, answers, formulas, markdown, notebook, outputs, texts, source)
}


def main() -> int:
    """Every reader in turn; the number of those that did something else than read or refuse."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, help="for all readers together")
    parser.add_argument("--runs", type=int, default=-1, help="inputs for each reader, made from one seed")
    asked = parser.parse_args()
    return sum(_told(name, asked.seconds / len(READERS), asked.runs) for name in READERS)


def _told(name: str, seconds: float, runs: int) -> bool:
    """Run one reader's process, and print how many inputs it met or what it did wrong; whether it did."""
    found = Path(tempfile.mkdtemp(prefix="fuzz-"))
    with tempfile.TemporaryFile() as written:
        child = os.fork()
        if not child:
            os.dup2(written.fileno(), 1)
            os.dup2(written.fileno(), 2)
            _fuzz(name, seconds, runs, found)
        _, status = os.waitpid(child, 0)
        written.seek(0)
        said = written.read().decode("utf-8", "replace")
    last = [line for line in said.splitlines() if line.startswith(("Done", "stat::number_of_executed"))]
    print(f"{name:10} {last[-1] if last else said[-2000:]}", flush=True)
    if status:
        print(said[-4000:], *(str(path) for path in found.iterdir()), sep="\n", flush=True)
    return status != 0


def _fuzz(name: str, seconds: float, runs: int, found: Path) -> NoReturn:
    """Fuzz one reader; libFuzzer ends the process."""
    try:
        seeds = found / "seeds"
        seeds.mkdir()
        for number, seed in enumerate(_seeds()):
            (seeds / str(number)).write_bytes(seed[:LARGEST])
        bounds = [f"-max_total_time={seconds:.0f}", f"-max_len={LARGEST}", f"-timeout={SLOWEST}", "-rss_limit_mb=4096"]
        same = [f"-runs={runs}", "-seed=1"] if runs > 0 else []
        atheris.Setup([sys.argv[0], *bounds, *same, f"-artifact_prefix={found}/", str(seeds)], READERS[name])
        atheris.Fuzz()
    finally:
        os._exit(1)


def _seeds() -> Iterable[bytes]:
    """Things as they are when nothing is wrong with them."""
    yield encode({"ok": True, "value": [1.5, None, "text"], "id": 3})
    yield b'{"d":[["ok",true],["value",{"a":["f8",[2]]}]]}\n' + bytes(16)
    yield b"\\frac{1}{1 + e^{-x}} \\cdot \\left(1 - 2\\right)"
    yield b"# XOR\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n$x^2$ [link](https://example.org)\n"
    yield b'{"cells": [{"cell_type": "markdown", "metadata": {"tags": ["xor"]}, "source": ["# XOR\\n", "text"]}]}'
    yield b'def f(x):\n    """Doc."""\n    return np.exp(-x) + 1e-5  # why\n'
    yield b"<svg width='9' height='9'><g style='fill: red'><path d='M0 0h4'/><use href='#a'/></g></svg>"
    yield b"<table><tr><td>1</td></tr></table>\x1b[31mred\x1b[0m\r50%\n"
    yield from _tars()
    for pattern in (
        "submissions_example/*/*/answers.yaml",
        "tests/rubrics/minimal.yaml",
        "submissions_example/*/*.zip",
    ):
        yield from (path.read_bytes() for path in sorted(ROOT.glob(pattern)))


def _tars() -> Iterable[bytes]:
    for form, pack in (
        (tarfile.USTAR_FORMAT, gzip.compress),
        (tarfile.GNU_FORMAT, bz2.compress),
        (tarfile.PAX_FORMAT, bytes),
    ):
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode="w", format=form) as archive:
            for name in ("main.py", f"{'d' * 99}/\u00fc.py"):
                archive.addfile(tarfile.TarInfo(name))
        yield pack(target.getvalue()[:LARGEST])


def _file(name: str, content: bytes) -> Path:
    path = Path(_FOLDER.name) / name
    path.write_bytes(content)
    return path


_FOLDER = tempfile.TemporaryDirectory()

if __name__ == "__main__":
    sys.exit(main())
