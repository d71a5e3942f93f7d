"""Names that NumPy has given up: a hand-in that was written for an older one means by them what they meant there."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["offer", "withdraw"]

_VALUES: dict[str, Any] = {
    "float": float,
    "int": int,
    "complex": complex,
    "object": object,
    "str": str,
    "unicode": str,
    "float_": np.float64,
    "complex_": np.complex128,
    "cfloat": np.complex128,
    "longfloat": np.longdouble,
    "int0": np.intp,
    "uint0": np.uintp,
    "bool8": np.bool_,
    "unicode_": np.str_,
    "string_": np.bytes_,
    **dict.fromkeys(("Inf", "Infinity", "infty", "PINF"), np.inf),
    "NINF": -np.inf,
    "NaN": np.nan,
    "NAN": np.nan,
    "PZERO": 0.0,
    "NZERO": -0.0,
    "math": math,
    "product": np.prod,
    "cumproduct": np.cumprod,
    "alltrue": np.all,
    "sometrue": np.any,
    "round_": np.round,
    "mat": np.asmatrix,
    "rank": np.ndim,
    "alen": len,
    "asscalar": lambda a: a.item(),
    "row_stack": np.vstack,
    "trapz": getattr(np, "trapezoid", None),
    "asfarray": lambda a, dtype=np.float64: np.asarray(a, dtype),
    "msort": lambda a: np.sort(a, axis=0),
    "in1d": lambda ar1, ar2, **how: np.isin(np.ravel(ar1), np.ravel(ar2), **how),
}

_own: Callable[[str], Any] = vars(np)["__getattr__"]


def offer(is_own: Callable[[object], object], remark: Callable[[str], None]) -> None:
    """Let files that are a hand-in's own ask numpy for names that it no longer has."""

    def ask(name: str) -> Any:
        if _VALUES.get(name) is None or not is_own(sys._getframe(1).f_code.co_filename):
            return _own(name)
        remark(f"NumPy has no `np.{name}` any more; here it was what it meant in older versions.")
        return _VALUES[name]

    vars(np)["__getattr__"] = ask


def withdraw() -> None:
    """Let numpy answer for itself again."""
    vars(np)["__getattr__"] = _own
