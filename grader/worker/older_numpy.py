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

_Own = Callable[[object], object]
_Remark = Callable[[str], None]
_numpys: Callable[[str], Any] = vars(np)["__getattr__"]
_hand_ins: list[tuple[_Own, _Remark]] = []


def offer(is_own: _Own, remark: _Remark) -> None:
    """Let files that are a hand-in's own ask numpy for names that it no longer has."""
    _hand_ins.append((is_own, remark))
    vars(np)["__getattr__"] = _ask


def withdraw(is_own: _Own) -> None:
    """Let that hand-in ask no longer; after the last one, numpy answers for itself again."""
    _hand_ins[:] = [each for each in _hand_ins if each[0] != is_own]
    if not _hand_ins:
        vars(np)["__getattr__"] = _numpys


def _ask(name: str) -> Any:
    asking = sys._getframe(1).f_code.co_filename
    remark = next((remark for is_own, remark in _hand_ins if is_own(asking)), None)
    if remark is None or _VALUES.get(name) is None:
        return _numpys(name)
    remark(f"NumPy has no `np.{name}` any more; here it was what it meant in older versions.")
    return _VALUES[name]
