"""What was observed of a hand-in, as a file: enough to judge it again without running anything.

The file is a frame of the wire, compressed: it can say plain values and arrays only, and reading one evaluates nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from grader.errors import GraderError
from grader.model import Failure, Finding, Observation, Observations
from grader.worker.wire import PREFIX, Caps, WireError, decode, encode, lengths

__all__ = ["Seen", "pack", "unpack"]

FORMAT = 1
LARGEST = 16 << 20  # bytes, compressed; what is larger is not kept
UNPACKED = 160 << 20
CAPS = Caps(header=16 << 20, body=128 << 20, nodes=1_000_000, arrays=100_000, depth=24)


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a result rests on."""

    observations: Observations
    again: Mapping[str, Observation] = field(
        default_factory=dict
    )  # with the reference's helpers in place of wrong ones


def pack(seen: Seen) -> bytes | None:
    """The file's content; None where it is too large, or holds what a file cannot say."""
    told = {"format": FORMAT, **_told(seen)}
    try:
        packed = zlib.compress(encode(told, CAPS), 1)
    except WireError:
        return None
    return packed if len(packed) <= LARGEST else None


def unpack(packed: bytes) -> Seen:
    """What `pack` packed.

    Raises:
        GraderError: it is something else.
    """
    try:
        told = _frame(zlib.decompressobj().decompress(packed, UNPACKED))
        if told.pop("format") != FORMAT:
            raise GraderError("these observations are of another version of the grader; grade again")
        return Seen(_observations(told["observations"]), _each(told["again"]))
    except (zlib.error, WireError, KeyError, TypeError, ValueError) as error:
        raise GraderError(f"these are no observations ({type(error).__name__})") from None


def _told(value: Any) -> Any:
    """The value in dictionaries, lists and what they hold; arrays are not copied."""
    if is_dataclass(value):
        parts = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: part if name == "values" else _told(part) for name, part in parts.items()}  # those are plain
    if isinstance(value, Mapping):
        return {name: _told(part) for name, part in value.items()}
    return [_told(part) for part in value] if isinstance(value, list | tuple) else value


def _frame(data: bytes) -> Any:
    header, body = lengths(data[: PREFIX.size], CAPS)
    start = PREFIX.size + header
    return decode(data[PREFIX.size : start], data[start : start + body], CAPS)


def _observations(told: dict[str, Any]) -> Observations:
    return Observations(
        told["submission"],
        told["size"],
        _each(told["criteria"]),
        tuple(told["integrity"]),
        tuple(Finding(**each) for each in told["remarks"]),
        told["environment"],
        _each(told["signature"]),
    )


def _each(told: Mapping[str, Any]) -> dict[str, Observation]:
    return {name: _observation(dict(each)) for name, each in told.items()}


def _observation(told: dict[str, Any]) -> Observation:
    failure = told.pop("failure")
    return Observation(**told, failure=Failure(**failure) if failure else None)
