"""Names that numpy 1 had and numpy 2 has no more: a hand-in may be older than this machine's numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["offer_earlier_names"]

_TYPES: dict[str, Any] = {
    "float": float,
    "int": int,
    "object": object,
    "str": str,
    "complex": complex,
    "long": int,
    "unicode": str,
    "float_": np.float64,
    "complex_": np.complex128,
    "unicode_": np.str_,
    "string_": np.bytes_,
    "int0": np.intp,
}
_NUMBERS = {"Inf": np.inf, "Infinity": np.inf, "PINF": np.inf, "NINF": -np.inf, "NaN": np.nan, "NAN": np.nan}
_FUNCTIONS: dict[str, Any] = {
    "product": np.prod,
    "cumproduct": np.cumprod,
    "sometrue": np.any,
    "alltrue": np.all,
    "round_": np.round,
    "in1d": np.isin,
    "row_stack": np.vstack,
    "mat": np.asmatrix,
    "trapz": getattr(np, "trapezoid", None),
    "msort": lambda a: np.sort(a, axis=0),
    "asscalar": lambda a: a.item(),
    "asfarray": lambda a, dtype=np.float64: np.asarray(a, dtype=dtype),
}


def offer_earlier_names() -> None:
    """Give numpy the names back that it lacks; what it has stays as it is."""
    for name, value in (_TYPES | _NUMBERS | _FUNCTIONS).items():
        if name not in vars(np) and value is not None:
            setattr(np, name, value)
