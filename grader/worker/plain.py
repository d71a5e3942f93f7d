"""What a student's code returned, as plain values: numbers, text, None, arrays, and lists and dictionaries of them."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from sys import modules
from typing import Any

from numpy import array, bool_, dtype, float32, float64, floating, generic, integer, ndarray

from grader.worker.wire import Reference

__all__ = ["NotPlain", "has_hidden", "plain"]

_LARGEST_ARRAY = 64 << 20  # bytes
_DEPTH = 12
_KEPT = {"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"}


class NotPlain(Exception):
    """A value that is neither numbers nor text nor made of them; the message is for the student."""


def plain(value: Any, depth: int = 0) -> Any:
    """The value with every subclass, stand-in and exotic dtype replaced by what it stands for."""
    if depth > _DEPTH:
        raise NotPlain("The returned value is nested too deeply.")
    if value is None or type(value) in (bool, Reference):
        return value
    if isinstance(value, ndarray):
        return _array(value)
    if isinstance(value, generic):
        return _scalar(value)
    if isinstance(value, str):
        return str.__str__(value).encode("utf-8", "replace").decode()
    if isinstance(value, int):
        return _integer(int.__index__(value))
    if isinstance(value, Mapping):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, Real):
        return float(value)
    if hasattr(value, "__array__"):
        return _array(array(value))
    raise NotPlain(f"A value of type {_name(value)} came back where numbers or arrays were expected.")


def has_hidden(value: object) -> bool:
    """Whether an array has masked entries; only a hand-in imports `numpy.ma`, which takes an eighth of a start."""
    masked = modules.get("numpy.ma")
    return masked is not None and isinstance(value, masked.MaskedArray) and bool(masked.getmaskarray(value).any())


def _array(value: ndarray[Any, Any]) -> ndarray[Any, Any]:
    if has_hidden(value):
        raise NotPlain("A masked array with hidden entries came back; return an ordinary array.")
    given: ndarray[Any, Any] = ndarray.view(value, ndarray)
    if given.size * max(given.itemsize, 1) > _LARGEST_ARRAY:
        raise NotPlain(f"An array of shape {given.shape} came back, which is too large.")
    return array(given, dtype=_plain_dtype(given), order="C")


def _plain_dtype(value: ndarray[Any, Any]) -> dtype[Any]:
    """The dtype to send: the same where possible, else the nearest that loses nothing that homework needs."""
    found = value.dtype
    if f"{found.kind}{found.itemsize}" in _KEPT:
        native: dtype[Any] = found.newbyteorder("=")
        return native
    if found.kind == "f":
        return dtype(float32 if found.itemsize < 4 else float64)
    if found.kind == "O" and all(isinstance(item, (Real, ndarray, generic)) for item in value.flat):
        return dtype(float64)  # an array of Python numbers; numpy itself refuses ragged ones below
    raise NotPlain(f"An array of dtype {found} came back where real numbers were expected.")


def _scalar(value: generic) -> Any:
    if isinstance(value, (bool_, integer)):
        return value.item()
    if isinstance(value, floating):
        return float(value)
    if isinstance(value, str):
        return plain(str(value))
    raise NotPlain(f"A number of type {_name(value)} came back where a real number was expected.")


def _integer(value: int) -> int | float:
    return value if -(2**63) <= value < 2**63 else float(value)


def _key(key: Any) -> str:
    if isinstance(key, (str, int)):
        return str(plain(key))
    raise NotPlain(f"A dictionary came back with a key of type {_name(key)}; names were expected.")


def _name(value: Any) -> str:
    return str(type(value).__name__)[:100]
