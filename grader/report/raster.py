"""A stranger's picture made harmless: decoded within limits and written anew, with nothing in it but its pixels."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Unusable", "kind", "safe"]

MOST_BYTES, MOST_PIXELS, LONGEST_SIDE = 4 << 20, 25_000_000, 12_000
SHOWN_SIDE = 1600  # pixels; a page is not wider in print
FORMATS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}


class Unusable(Exception):
    """A picture that is not shown; the text says why."""


def safe(content: bytes, *, quick: bool = False) -> bytes:
    """The picture as PNG or JPEG of our own making; a quick one is packed less tightly.

    Raises:
        Unusable: it is none of the two, is too large, or is broken.
    """
    form = next((form for start, form in FORMATS.items() if content.startswith(start)), None)
    if form is None:
        raise Unusable("it is neither PNG nor JPEG inside")
    if len(content) > MOST_BYTES:
        raise Unusable(f"it is larger than {MOST_BYTES >> 20} MiB")
    try:
        with warnings.catch_warnings(action="ignore"):  # of bombs, which are refused below
            return _anew(content, form, quick)
    except ImportError:
        raise Unusable("that needs Pillow, which is not installed") from None
    except Unusable:
        raise
    except Exception:  # decoders raise whatever occurs to them
        raise Unusable("it is damaged") from None


def kind(content: bytes) -> str:
    """The media type of a picture of our own making."""
    if content.startswith(b"<svg"):
        return "image/svg+xml"
    return "image/jpeg" if content.startswith(b"\xff\xd8") else "image/png"


def _anew(content: bytes, form: str, quick: bool) -> bytes:
    from PIL import Image, ImageOps

    with _whole_only(), Image.open(io.BytesIO(content), formats=(form,)) as image:
        if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
            raise Unusable(f"it has {image.width} × {image.height} pixels, which is too many")
        image.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))  # a JPEG can be decoded smaller at once
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A"))
    file = io.BytesIO()
    paper.save(
        file, form, **({"quality": 88} if form == "JPEG" else {"compress_level": 1} if quick else {"optimize": True})
    )
    return file.getvalue()


@contextmanager
def _whole_only() -> Iterator[None]:
    """Refuse pictures that are cut off, for a while: WeasyPrint asks Pillow, for the whole process, to accept them."""
    from PIL import ImageFile

    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
