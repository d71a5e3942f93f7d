"""Writes digits.csv.gz from scikit-learn's copy of the UCI digits: the same numbers each time. Needs scikit-learn."""

from __future__ import annotations

import gzip
from pathlib import Path

from sklearn.datasets import load_digits


def main() -> None:
    """Write the file beside this one."""
    path = Path(__file__).with_name("digits.csv.gz")
    path.write_bytes(gzip.compress(table().encode("ascii"), compresslevel=9, mtime=0))


def table() -> str:
    """One line per image: 64 pixels from 0 to 16, row by row, then the digit; as in UCI's own file."""
    digits = load_digits()
    rows = zip(digits.data.astype(int).tolist(), digits.target.tolist(), strict=True)
    return "".join(",".join(map(str, [*pixels, digit])) + "\n" for pixels, digit in rows)


if __name__ == "__main__":
    main()
