"""Arrays as small pictures: PNG by the standard library alone, blue below zero, white at zero, red above."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

__all__ = ["mosaic", "png"]

BLUE, WHITE, RED = (33.0, 84.0, 160.0), (247.0, 247.0, 247.0), (178.0, 36.0, 32.0)
GAP = 2  # pixels between two pictures
MOST, LARGEST = 200, 256  # pictures in a mosaic, and pixels along a side of one
GREY = 232  # where a value is not a number


def mosaic(values: Array, columns: int) -> bytes:
    """Pictures (n, height, width) beside each other on one scale, as PNG."""
    import numpy as np

    shown = np.asarray(values, dtype=np.float64)[:MOST, :LARGEST, :LARGEST]
    count, height, width = shown.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    canvas = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), 255, np.uint8)
    for place, picture in enumerate(_coloured(shown)):
        top, left = (place // columns) * (height + GAP), (place % columns) * (width + GAP)
        canvas[top : top + height, left : left + width] = picture
    return png(canvas)


def png(pixels: Array) -> bytes:
    """Colours (height, width, 3) as a PNG file."""
    height, width = pixels.shape[:2]
    lines = b"".join(b"\0" + pixels[row].tobytes() for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _coloured(values: Array) -> Array:
    import numpy as np

    finite = np.isfinite(values)
    most = float(np.abs(values[finite]).max(initial=0.0)) or 1.0
    share = np.clip(np.where(finite, values, 0.0) / most, -1, 1)[..., None]
    end = np.where(share < 0, BLUE, RED)
    colours = np.array(WHITE) + (end - np.array(WHITE)) * np.abs(share)
    return np.where(finite[..., None], np.rint(colours), GREY).astype(np.uint8)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
