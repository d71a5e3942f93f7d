"""Data sets as arrays: inputs of a good size, whole labels, a fixed split; every file is checked before it is used."""

from __future__ import annotations

import gzip
import math
import os
import warnings
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from grader.errors import DataError
from grader.paths import data_folder

__all__ = ["DataSet", "load", "parse_data_option"]

Images = NDArray[np.float64]
Labels = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Format = Literal["IDX", "CSV"]

NAMES = ("digits", "mnist", "ps5")
DIGITS_SOURCE = "Optical Recognition of Handwritten Digits, the test set (Alpaydin and Kaynak 1998, CC BY 4.0)"
PS5_COLUMNS = ("x_1", "x_2", "classification")
FORMATS: Mapping[Format, tuple[str, ...]] = {
    "IDX": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
    "CSV": ("mnist_train.csv", "mnist_test.csv"),
}
MARKS = {1: "labels", 3: "images"}  # of an IDX file of bytes, by its number of axes: 0x00000801, 0x00000803
BEGINNINGS = {
    b"\x00\x00\x08\x01": "IDX labels (0x00000801)",
    b"\x00\x00\x08\x03": "IDX images (0x00000803)",
    b"version https://git-lfs": "a Git LFS pointer (fetch the file itself with `git lfs pull`)",
    b"<": "an HTML or XML page (was it downloaded from the right address?)",
    b"PK": "a zip archive (unpack it first)",
}


@dataclass(frozen=True, eq=False)
class DataSet:
    """Inputs as rows, X (n, d), and labels, y (n,), from 0 to `classes` - 1; the arrays are read-only.

    Pixels lie in [0, 1]; the columns of points have mean 0 and deviation 1 over the training rows.
    """

    name: str
    X_train: Images
    y_train: Labels
    X_test: Images
    y_test: Labels
    classes: int
    source: str  # where the numbers come from, to print
    X_valid: Images | None = None
    y_valid: Labels | None = None
    white: int | None = None  # the whole number that became 1.0, where all values were whole


def load(name: str, path: Path | None = None) -> DataSet:
    """The data set of that name, read once per process: "mnist" from `path`, "digits" and "ps5" are built in.

    "ps5" may have a path too: a table of points in the same form.
    """
    return _load(name, None if path is None else path.resolve())


def parse_data_option(text: str) -> tuple[str, Path]:
    """The name and the path in an option such as "mnist=data/mnist"."""
    name, equals, path = text.partition("=")
    name, path = name.strip().lower(), path.strip()
    _known(name)
    if not equals or not path:
        raise DataError(f"--data {text}: a path is missing; expected NAME=PATH, such as mnist=data/mnist.")
    return name, Path(path).expanduser()


def _known(name: str) -> None:
    if name not in NAMES:
        close = get_close_matches(name, NAMES, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise DataError(f"There is no data set {name!r}; there are {', '.join(NAMES)}.{hint}")


@cache
def _load(name: str, path: Path | None) -> DataSet:
    _known(name)
    if name == "digits":
        if path is not None:
            raise DataError(f"'digits' comes with the grader and is not read from {path}. Leave the path out.")
        return _digits(data_folder("reference") / "data" / "digits.csv.gz")
    if name == "ps5":
        return _points(path or data_folder("reference") / "data" / "ps5.csv", is_ours=path is None)
    if path is None:
        raise DataError("'mnist' does not come with the grader. Say where its files are: --data mnist=FOLDER.")
    return _mnist(path)


def _digits(path: Path) -> DataSet:
    """Sorted by class, every fifth image is for testing; the rows keep the order of the file."""
    table = _table(path)
    X, y = _scaled(table[:, :-1], 16), _labels(table[:, -1], path)
    test = _every_fifth_of_each_class(y)
    train = ~test
    return DataSet("digits", *_frozen(X[train], y[train]), *_frozen(X[test], y[test]), 10, DIGITS_SOURCE, white=16)


def _every_fifth_of_each_class(y: Labels) -> NDArray[np.bool_]:
    chosen = np.zeros(len(y), dtype=bool)
    chosen[np.argsort(y, kind="stable")[::5]] = True
    return chosen


def _points(path: Path, is_ours: bool) -> DataSet:
    """Points of a plane in two classes, split as the digits are."""
    x, y = _table_of_points(path)
    test = _every_fifth_of_each_class(y)
    mean, deviation = x[~test].mean(axis=0), x[~test].std(axis=0)
    X = (x - mean) / deviation
    source = f"{len(x)} {'made-up ' if is_ours else ''}points of a plane, {int(y.sum())} of them of class 1"
    return DataSet("ps5", *_frozen(X[~test], y[~test]), *_frozen(X[test], y[test]), 2, source)


def _table_of_points(path: Path) -> tuple[Images, Labels]:
    """The points (n, 2) and their classes of a file whose first line names its three columns."""
    first, _, rest = _content(path).removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    names = tuple(name.strip(' "') for name in first.decode("utf-8", "replace").strip().split(","))
    if names != PS5_COLUMNS:
        raise DataError(f"{path}: the columns are {', '.join(names)[:80]!r}; expected {', '.join(PS5_COLUMNS)}.")
    try:
        table = np.loadtxt(BytesIO(rest), delimiter=",", ndmin=2)
    except ValueError as error:
        raise DataError(f"{path}: {error}; expected three numbers in each row.") from None
    classes = table[:, -1]
    if len(table) < 10 or not np.isfinite(table).all() or set(np.unique(classes)) != {0.0, 1.0}:
        raise DataError(f"{path}: expected ten rows or more of finite numbers, with classes 0 and 1, both present.")
    return table[:, :2], classes.astype(np.int64)


def _mnist(path: Path) -> DataSet:
    """The course's split: the first 80 % of the training rows train, the last 20 % validate."""
    kind, files = _files(path)
    X, y, X_test, y_test = _from_idx(files) if kind == "IDX" else _from_csv(files)
    if X.shape[1] != X_test.shape[1]:
        raise DataError(f"{path}: training images have {X.shape[1]} pixels, test images {X_test.shape[1]}.")
    if len(X) < 5 or not len(X_test):
        raise DataError(f"{path}: holds {len(X)} training and {len(X_test)} test images; too few to split.")
    X, y = _frozen(X, y)
    X_test, y_test = _frozen(X_test, y_test)
    cut = len(X) * 8 // 10
    source = f"MNIST, {kind} files: {len(X):,} training and {len(X_test):,} test images of {X.shape[1]} pixels"
    return DataSet("mnist", X[:cut], y[:cut], X_test, y_test, 10, source, X[cut:], y[cut:], 255)


def _files(path: Path) -> tuple[Format, list[Path]]:
    """The four IDX files or the two CSV files in `path`, which may also name one of them."""
    folder = path.parent if path.is_file() and _is_known(path.name) else path
    if not folder.is_dir():
        found = "is a file of another name" if folder.exists() else "is not there"
        raise DataError(f"{path}: {found}; expected a folder with {_expected()}.")
    for place in (folder, folder / "raw", folder / "MNIST" / "raw"):  # the last two are torchvision's
        present = _present(place)
        for kind, names in FORMATS.items():
            if all(name in present for name in names):
                return kind, [present[name] for name in names]
    raise DataError(_incomplete(folder))


def _is_known(name: str) -> bool:
    return any(_canonical(name) in names for names in FORMATS.values())


def _canonical(name: str) -> str:
    """Some copies have a dot before "idx", and most are compressed."""
    return name.removesuffix(".gz").replace(".idx", "-idx")


def _present(folder: Path) -> dict[str, Path]:
    """Each file by its canonical name; of a file and its compressed twin, the file."""
    try:
        names = sorted(os.listdir(folder), reverse=True) if folder.is_dir() else []
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror}.") from None
    return {_canonical(name): folder / name for name in names}


def _incomplete(folder: Path) -> str:
    present = _present(folder)
    for names in FORMATS.values():
        missing = [name for name in names if name not in present]
        if len(missing) < len(names):
            return f"{folder}: not found: {', '.join(missing)}; expected {_expected()}."
    found = sorted(path.name for path in present.values())
    listed = ", ".join(found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
    return f"{folder}: no MNIST here; found {listed or 'nothing'}; expected {_expected()}."


def _expected() -> str:
    return " or ".join(", ".join(names) for names in FORMATS.values()) + " (each as it is or as .gz)"


def _from_idx(files: Sequence[Path]) -> tuple[Images, Labels, Images, Labels]:
    X_path, y_path, X_test_path, y_test_path = files
    return *_idx_pair(X_path, y_path), *_idx_pair(X_test_path, y_test_path)


def _idx_pair(images: Path, labels: Path) -> tuple[Images, Labels]:
    pixels, digits = _idx(images, axes=3), _idx(labels, axes=1)
    if len(pixels) != len(digits):
        found = f"{len(pixels):,} images in {images.name}, but {len(digits):,} labels in {labels.name}"
        raise DataError(f"{images.parent}: {found}. Are they of one data set?")
    return _scaled(pixels.reshape(len(pixels), math.prod(pixels.shape[1:])), 255), _labels(digits, labels)


def _idx(path: Path, axes: int) -> Bytes:
    """The array in an IDX file of bytes: a mark, the length of each axis, the values."""
    content = _content(path)
    mark = bytes([0, 0, 8, axes])
    if not content.startswith(mark):
        raise DataError(f"{path}: begins with {_beginning(content)}; expected IDX {MARKS[axes]} (0x{mark.hex()}).")
    start = 4 + 4 * axes
    shape = [int(length) for length in np.frombuffer(content[4:start].ljust(4 * axes, b"\0"), dtype=">u4")]
    expected = start + math.prod(shape)
    if len(content) != expected:
        sizes = " x ".join(f"{length:,}" for length in shape)
        found = f"holds {len(content):,} bytes; its header says {sizes} values, so {expected:,} bytes"
        raise DataError(f"{path}: {found}. Is it truncated? Fetch it again.")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def _content(path: Path) -> bytes:
    """The bytes of a file, unpacked if they are gzip's, whatever its name says."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: cannot be read: {error}. Is it truncated? Fetch it again.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}.") from None


def _beginning(content: bytes) -> str:
    known = (what for start, what in BEGINNINGS.items() if content.lstrip().startswith(start))
    return next(known, f"the bytes {content[:4].hex(' ')}" if content else "an empty file")


def _from_csv(files: Sequence[Path]) -> tuple[Images, Labels, Images, Labels]:
    train, test = files
    return *_csv_pair(train), *_csv_pair(test)


def _csv_pair(path: Path) -> tuple[Images, Labels]:
    table = _table(path)
    return _scaled(table[:, 1:], 255), _labels(table[:, 0], path)


def _table(path: Path) -> Bytes:
    """Rows of whole numbers from 0 to 255; a first line of words is skipped."""
    content = _content(path).removeprefix(b"\xef\xbb\xbf")
    has_header = content[:1].isalpha() or content[:1] == b'"'
    try:
        with warnings.catch_warnings(action="ignore"):  # numpy warns of an empty file; the shape tells it too
            table = np.loadtxt(BytesIO(content), dtype=np.uint8, delimiter=",", skiprows=int(has_header), ndmin=2)
    except ValueError as error:
        expected = "rows of a label and its pixels, whole numbers from 0 to 255"
        raise DataError(f"{path}: {error}; begins with {_beginning(content)}; expected {expected}.") from None
    if table.shape[1] < 2:
        raise DataError(f"{path}: found {table.shape[1]} columns; expected a label and its pixels, between commas.")
    return table


def _scaled(pixels: Bytes, white: int) -> Images:
    return np.divide(pixels, white, out=np.empty(pixels.shape))


def _labels(digits: Bytes, path: Path) -> Labels:
    if digits.max(initial=0) > 9:
        raise DataError(f"{path}: holds the label {digits.max()}; expected 0 to 9. Does each row begin with its label?")
    return digits.astype(np.int64)


def _frozen(X: Images, y: Labels) -> tuple[Images, Labels]:
    """The data set is shared by everything in the process, so nobody may write to it."""
    X.flags.writeable = False
    y.flags.writeable = False
    return X, y
