"""A student's own pictures in a write-up: which file is meant, and what a hostile one may do."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFile
from speed import within

from grader.intake import IntakeLimits, take
from grader.report import raster
from grader.report.raster import Unusable, safe
from grader.report.writeup import html
from grader.writeup import explanations
from grader.writeup.figures import Figures
from grader.writeup.spec import Section


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 0).save(file, form, **options)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def claiming(width: int, height: int) -> bytes:
    """A small PNG file that says it is large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")
    )


def test_a_picture_is_written_anew_with_its_pixels_only() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "where I live"
    made = safe(picture("JPEG", exif=exif) + b"<script>")
    assert b"where I live" not in made
    assert b"script" not in made
    assert Image.open(io.BytesIO(made)).size == (30, 40)  # upright, as the camera was held
    clear = Image.open(io.BytesIO(safe(picture(mode="RGBA"))))
    assert (clear.mode, clear.getpixel((0, 0))) == ("RGB", (255, 255, 255))
    assert max(Image.open(io.BytesIO(safe(picture(size=(4000, 90))))).size) == raster.SHOWN_SIDE
    assert safe(picture()) == safe(picture())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither PNG nor JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither PNG nor JPEG"),
        (picture("GIF", mode="P"), "neither PNG nor JPEG"),
        (picture()[:60], "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\xff\xd8\xff\xe0", "damaged"),
        (b"\xff\xd8\xff" + picture()[8:], "damaged"),
        (claiming(60_000, 60_000), "damaged|pixels"),
        (claiming(9_000, 9_000), "9000 × 9000 pixels, which is too many"),
        (claiming(500_000, 1), "500000 × 1 pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (5 << 20), "larger than 4 MiB"),
        (picture().replace(b"IDAT", b"zTXt"), "damaged"),
        (picture()[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * (90 << 20), 9)) + picture()[33:], "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(len(value)),
)
def test_a_hostile_picture_is_refused_with_the_reason(
    content: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    with within(2), pytest.raises(Unusable, match=why):
        safe(content)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("plot.png", b"1"),
        ("./figs/loss%20curve.JPG", b"2"),
        ("../plot.png", b"1"),
        ("FIGS/loss curve.jpg?raw=true", b"2"),
        ("figs\\loss curve.jpg", b"2"),
        ("output:0-1-1", b"3"),
        ("huge.png", "it is too large"),
        ("no.png", "the hand-in has no such file"),
        ("../../../etc/passwd.png", "the hand-in has no such file"),
        ("/etc/a.png", "the hand-in has no such file"),
        ("net.svg", "only PNG and JPEG are shown"),
        ("", "only PNG and JPEG are shown"),
        ("https://example.org/a.png", "pictures from elsewhere are not loaded"),
        ("//example.org/a.png", "pictures from elsewhere are not loaded"),
        ("data:image/png;base64,AA==", "pictures inside the text are not shown"),
        ("output:9-9-9", "pictures from elsewhere are not loaded"),
    ],
)
def test_a_source_means_a_file_of_the_hand_in_or_nothing(source: str, found: bytes | str) -> None:
    files = {"plot.png": b"1", "figs/Loss curve.jpg": b"2"}
    seen = Figures(files, [*files, "huge.png"], {"output:0-1-1": b"3"}, ("docs",)).find(source)
    assert seen == found if isinstance(found, bytes) else str(seen).startswith(found)


def notebook(*cells: dict[str, Any]) -> bytes:
    whole = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"metadata": {}, **each} for each in cells]}
    return json.dumps(whole).encode()


def output(data: Any) -> dict[str, Any]:
    told = [{"output_type": "display_data", "metadata": {}, "data": data}]
    return {"cell_type": "code", "execution_count": 1, "source": "plt.show()", "outputs": told}


def test_what_a_notebook_put_out_stands_under_its_heading() -> None:
    encoded = base64.b64encode(picture()).decode()
    content = notebook(
        output({"image/png": encoded}),
        {"cell_type": "markdown", "source": "# Rates\n![drawn](attachment:a.png)",
         "attachments": {"a.png": {"image/png": encoded}}},
        output({"image/png": [encoded[:9], encoded[9:]], "text/plain": "<Figure>"}),
        output({"image/svg+xml": "<svg/>"}),
        output({"image/png": "no base 64"}),
        {"cell_type": "markdown", "source": "# Other"},
        output({"image/jpeg": encoded}),
    )  # fmt: skip
    told = explanations([Section(id="rates", title="Rates")], {"hw.ipynb": content})["rates"]
    assert told.text.startswith("![drawn](attachment:0-2-a.png)\n\n![put out by cell 3](output:0-3-1)")
    assert "cell 4" not in told.text
    assert "cell 7" not in told.text
    assert [told.figures.find(source) for source in ("attachment:0-2-a.png", "output:0-3-1")] == [picture()] * 2


def test_pictures_are_taken_in_for_a_report_only_and_within_their_own_limits(tmp_path: Path) -> None:
    archive = tmp_path / "hand-in.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name, size in (("net.py", 9), ("a.png", 40), ("b.JPG", 50), ("c.png", 30), ("d.gif", 9), ("e.png", 20)):
            made.writestr(name, b"x" * size)
    limits = IntakeLimits(pictures=100, file=45)
    asked, plain = take(archive, limits, pictures=True), take(archive, limits)
    assert {name: len(content) for name, content in asked.pictures.items()} == {"a.png": 40, "c.png": 30, "e.png": 20}
    assert (asked.submission, asked.files) == (plain.submission, plain.files)
    assert list(plain.files) == ["net.py"]
    assert not plain.pictures


def test_a_page_shows_the_picture_and_says_in_its_place_why_there_is_none() -> None:
    import writeup_samples

    page = html(writeup_samples.sample())
    assert '<img src="data:image/png;base64,' in page
    assert 'alt="the curves"' in page
    for why in (
        "[picture: gone (gone.png: the hand-in has no such file)]",
        "[picture: drawn (net.svg: only PNG and JPEG are shown; save it as one of them)]",
        "[picture: *broken* (broken.jpg: it is damaged)]",
    ):
        assert why in page
    assert "(https://example.org/a.png: pictures from elsewhere are not loaded" in page
