"""Values as frames: plain values in, bytes out, and back, without trusting a byte of what arrives.

A frame is a prefix (magic, header length, body length), a JSON header with a tagged tree, and the bytes of its arrays
one after the other. In the tree an object has one key, its tag: `d` a dictionary as pairs, `a` an array as dtype and
shape, `f` a float that JSON cannot say, `o` an object that stays in the worker. Nothing that a peer writes is ever
evaluated, unpickled or used as a dtype.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from json import JSONDecoder, JSONEncoder
from struct import Struct
from typing import Any

# Bound here by name, so that a hand-in that replaces numpy's functions does not break the worker's own frames.
from numpy import array, ascontiguousarray, bool_, dtype, floating, frombuffer, integer, ndarray, uint8

__all__ = ["PREFIX", "Caps", "Reference", "WireError", "decode", "encode", "lengths", "parts"]

PREFIX = Struct("<4sIQ")
_MAGIC = b"GRD1"
_DTYPES = {name: dtype("<" + name) for name in ("f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8")}
_DTYPES |= {name: dtype(name) for name in ("i1", "u1", "b1")}
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_LARGEST_INTEGER = 2**64
_LARGEST_COUNT = 2**40  # elements; with it, no product of dimensions can overflow
_DIMENSIONS = 8
_LARGE = 1 << 18  # bytes of an array that is not copied out of its frame


class WireError(ValueError):
    """A value that cannot be sent, or bytes that are not a frame."""


@dataclass(frozen=True, slots=True)
class Caps:
    """What a frame may claim, checked before it is read."""

    header: int = 1 << 20  # bytes
    body: int = 64 << 20  # bytes
    nodes: int = 100_000  # values of all kinds in one tree
    arrays: int = 10_000
    depth: int = 16


_CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that stays in the worker, by its number."""

    number: int


def encode(value: Any, caps: Caps = _CAPS) -> bytes:
    """The frame that carries `value`: None, numbers, text, arrays, references, and lists and dictionaries of them."""
    return b"".join(parts(value, caps))


def parts(value: Any, caps: Caps = _CAPS) -> list[memoryview]:
    """The same frame in parts, of which those of arrays are the arrays' own memory."""
    writer = _Writer(caps)
    try:
        header = _ENCODER.encode(writer.tree(value, 0)).encode()
    except UnicodeEncodeError:
        raise WireError("a text holds half a character (a lone surrogate)") from None
    body = sum(map(len, writer.body))
    if len(header) > caps.header or body > caps.body:
        raise WireError(f"the value is too large to send ({len(header)} + {body} bytes)")
    return [memoryview(PREFIX.pack(_MAGIC, len(header), body) + header), *writer.body]


def lengths(prefix: bytes | bytearray, caps: Caps = _CAPS) -> tuple[int, int]:
    """The lengths of header and body that a prefix announces, once they are known to be acceptable."""
    if len(prefix) != PREFIX.size:
        raise WireError("the prefix is cut short")
    magic, header, body = PREFIX.unpack(prefix)
    if magic != _MAGIC:
        raise WireError("the bytes are not a frame")
    if header > caps.header or body > caps.body:
        raise WireError(f"the frame claims {header} + {body} bytes, which is too large")
    return header, body


def decode(header: bytes | bytearray, body: bytes | bytearray, caps: Caps = _CAPS) -> Any:
    """The value that a frame carries; its arrays are contiguous and writeable; large ones lie in the body."""
    reader = _Reader(body, caps, escapes=b"\\u" in header)
    try:
        value = reader.value(_DECODER.decode(header.decode()), 0)
    except WireError:
        raise
    except (ValueError, RecursionError) as error:  # neither JSON nor UTF-8, or nested too deeply for the parser
        raise WireError(f"the header is not readable ({type(error).__name__})") from None
    reader.finish()
    return value


_KINDS = frozenset({type(None), bool, str, int, float, ndarray, list, tuple, dict})


class _Writer:
    """Turns a value into its tagged tree and gathers the bytes of its arrays."""

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self.nodes = 0
        self.body: list[memoryview] = []

    def tree(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > self.caps.nodes or depth > self.caps.depth:
            raise WireError("the value has too many parts or is nested too deeply")
        kind = type(value)
        if kind not in _KINDS and isinstance(value, (bool_, integer, floating)):
            value = value.item()
            kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return _integer(value)
        if kind is float:
            return value if math.isfinite(value) else {"f": repr(value)}
        if kind is ndarray:
            return {"a": self.array(value)}
        if kind is Reference:
            return {"o": value.number}
        if kind is list or kind is tuple:
            return [self.tree(item, depth + 1) for item in value]
        if kind is dict or isinstance(value, Mapping):
            return {"d": [[_key(key), self.tree(item, depth + 1)] for key, item in value.items()]}
        raise WireError(f"a {kind.__name__} cannot be sent")

    def array(self, value: Any) -> list[Any]:
        name = f"{value.dtype.kind}{value.dtype.itemsize}"
        if name not in _DTYPES or value.ndim > _DIMENSIONS:
            raise WireError(f"an array of {value.ndim} dimensions and dtype {value.dtype} cannot be sent")
        if value.nbytes > self.caps.body or len(self.body) >= self.caps.arrays:
            raise WireError(f"an array of {value.nbytes} bytes is too large to send, or there are too many")
        self.body.append(ascontiguousarray(value, _DTYPES[name]).reshape(-1).view(uint8).data)
        return [name, list(value.shape)]


class _Reader:
    """Turns a tagged tree back into a value, taking the arrays from the body in order."""

    def __init__(self, body: bytes | bytearray, caps: Caps, *, escapes: bool) -> None:
        self.body = body
        self.caps = caps
        self.escapes = escapes  # only so can half a character be written in UTF-8
        self.nodes = 0
        self.arrays = 0
        self.offset = 0

    def value(self, tree: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > self.caps.nodes or depth > self.caps.depth:
            raise WireError("the header has too many parts or is nested too deeply")
        kind = type(tree)
        if kind is _Tagged:
            return self.tagged(tree.tag, tree.content, depth)
        if kind is list:
            return [self.value(item, depth + 1) for item in tree]
        if kind is str and self.escapes:
            return _text(tree)
        return tree  # also None, bool, int and float, as the decoder's hooks let them through

    def tagged(self, tag: str, content: Any, depth: int) -> Any:
        if tag == "a":
            return self.array(content)
        if tag == "d":
            return self.dictionary(content, depth)
        if tag == "f" and type(content) is str and content in _NOT_FINITE:
            return _NOT_FINITE[content]
        if tag == "o" and type(content) is int:
            return Reference(content)
        raise WireError("the header has an unknown tag")

    def dictionary(self, pairs: Any, depth: int) -> dict[str, Any]:
        if type(pairs) is not list:
            raise WireError("a dictionary is not a list of pairs")
        found: dict[str, Any] = {}
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2:
                raise WireError("a dictionary is not a list of pairs")
            key, item = pair
            found[key if type(key) is str and not self.escapes else _key(key)] = self.value(item, depth + 1)
        if len(found) != len(pairs):
            raise WireError("a dictionary has a key twice")
        return found

    def array(self, content: Any) -> ndarray[Any, Any]:
        name, shape = _array_claim(content)
        count = math.prod(shape)
        end = self.offset + count * _DTYPES[name].itemsize
        self.arrays += 1
        if end > len(self.body) or self.arrays > self.caps.arrays:
            raise WireError("an array claims more bytes than the frame has, or there are too many")
        raw = frombuffer(self.body, _DTYPES["u1" if name == "b1" else name], count, self.offset).reshape(shape)
        self.offset = end
        if name == "b1":
            return array(raw != 0)  # a bool whose byte is neither 0 nor 1 would be equal to nothing
        if raw.nbytes >= _LARGE and raw.flags.behaved and raw.dtype.isnative:
            return raw
        return array(raw, dtype=raw.dtype.newbyteorder("="), order="C")

    def finish(self) -> None:
        if self.offset != len(self.body):
            raise WireError("the frame has bytes that belong to no array")


def _array_claim(content: Any) -> tuple[str, list[int]]:
    """The dtype's name and the shape that the header claims, if they are acceptable."""
    if type(content) is not list or len(content) != 2:
        raise WireError("an array is not a dtype and a shape")
    name, shape = content
    if type(name) is not str or name not in _DTYPES:
        raise WireError("an array has a dtype that is not allowed")
    if type(shape) is not list or len(shape) > _DIMENSIONS or not all(type(d) is int and d >= 0 for d in shape):
        raise WireError("an array's shape is not acceptable")
    if math.prod(max(d, 1) for d in shape) > _LARGEST_COUNT:  # an empty array may not hide an absurd dimension either
        raise WireError("an array's shape is absurd")
    return name, shape


def _key(key: Any) -> str:
    if type(key) is not str:
        raise WireError("a dictionary has a key that is not a text")
    return _text(key)


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise WireError("a text holds half a character (a lone surrogate)") from None
    return text


def _integer(value: int) -> int:
    if not -_LARGEST_INTEGER < value < _LARGEST_INTEGER:
        raise WireError("an integer is too long")
    return value


class _Tagged:
    """One JSON object of the header, which must have exactly one key."""

    __slots__ = ("content", "tag")

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        if len(pairs) != 1:
            raise WireError("the header has an object without exactly one tag")
        self.tag, self.content = pairs[0]


def _parse_integer(digits: str) -> int:
    if len(digits) > 21:  # before int(), which is slow for long ones
        raise WireError("an integer is too long")
    return _integer(int(digits))


def _parse_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise WireError("a float is too large")
    return value


def _refuse_constant(name: str) -> float:
    raise WireError(f"{name} is not JSON")


_ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
_DECODER = JSONDecoder(
    object_pairs_hook=_Tagged,
    parse_int=_parse_integer,
    parse_float=_parse_float,
    parse_constant=_refuse_constant,
)
