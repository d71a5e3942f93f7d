"""The local page with which people mark: answers of one question after the other, for several markers at once.

Whatever a hand-in wrote is hostile here, and nobody is let in who was not given a link. It needs `dlgrader[review]`.
"""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["MISSING", "is_available"]

MISSING = "Marking in the browser needs Starlette and uvicorn; type: pip install 'dlgrader[review]'"


def is_available() -> bool:
    """Whether the libraries that the page needs are there."""
    return find_spec("starlette") is not None and find_spec("uvicorn") is not None
