"""The data sets: right numbers, and an understandable error for every way in which files are wrong."""

from __future__ import annotations

import gzip
import hashlib
import os
import runpy
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from speed import within

from grader.data import DataSet, load, parse_data_option
from grader.errors import DataError
from grader.paths import data_folder

DATA = data_folder("reference") / "data"
MNIST = os.environ.get("GRADER_MNIST")
needs_mnist = pytest.mark.skipif(MNIST is None, reason="GRADER_MNIST does not name a folder with MNIST")


def idx(values: np.ndarray) -> bytes:
    return struct.pack(f">4B{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def write_idx(folder: Path, train: int = 50, test: int = 10, dot: bool = False, packed: bool = True) -> Path:
    """A small MNIST of 4 x 4 pixels."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    for stem, count in (("train", train), ("t10k", test)):
        for what, axes, shape in (("images", 3, (count, 4, 4)), ("labels", 1, (count,))):
            name = f"{stem}-{what}{'.' if dot else '-'}idx{axes}-ubyte"
            content = idx(rng.integers(0, 256 if axes == 3 else 10, shape))
            if packed:
                (folder / f"{name}.gz").write_bytes(gzip.compress(content))
            else:
                (folder / name).write_bytes(content)
    return folder


def write_csv(folder: Path, header: bool, train: int = 50, test: int = 10) -> Path:
    rng = np.random.default_rng(0)
    first = "label," + ",".join(f"{row}x{column}" for row in range(4) for column in range(4)) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in (("mnist_train.csv", train), ("mnist_test.csv", test)):
        rows = [[int(rng.integers(10)), *rng.integers(0, 256, 16).tolist()] for _ in range(count)]
        lines = "".join(",".join(map(str, row)) + "\n" for row in rows)
        (folder / name).write_text((first if header else "") + lines)
    return folder


def test_digits_are_the_published_ones() -> None:
    text = gzip.decompress((DATA / "digits.csv.gz").read_bytes())
    assert hashlib.sha256(text).hexdigest() in (DATA / "README.md").read_text()
    assert text.count(b"\n") == 1797


def test_digits_have_a_fixed_balanced_split_in_the_unit_interval() -> None:
    digits = load("digits")
    assert (digits.X_train.shape, digits.X_test.shape, digits.classes) == ((1437, 64), (360, 64), 10)
    assert digits.X_train.dtype == digits.X_test.dtype == np.float64
    assert digits.y_train.dtype == digits.y_test.dtype == np.int64
    assert (digits.X_train.min(), digits.X_train.max()) == (0, 1)
    assert np.bincount(digits.y_test).tolist() == [36, 36, 36, 36, 37, 36, 36, 36, 35, 36]
    assert np.bincount(digits.y_train[:200]).min() >= 15  # a first part is usable too
    assert digits.y_train[:10].tolist() == [1, 3, 5, 6, 7, 8, 9, 0, 1, 2]


def test_the_split_repeats_no_row() -> None:
    digits = load("digits")
    rows = {row.tobytes() for row in digits.X_train}
    assert not any(row.tobytes() in rows for row in digits.X_test)


def test_a_data_set_is_read_once_and_nobody_can_write_to_it() -> None:
    digits = load("digits")
    assert load("digits") is digits
    for values in (digits.X_train, digits.y_train, digits.X_test, digits.y_test):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1


@pytest.mark.slow
def test_the_script_gives_the_embedded_digits_again() -> None:
    pytest.importorskip("sklearn")
    script = runpy.run_path(str(DATA / "make_digits.py"))
    assert gzip.decompress((DATA / "digits.csv.gz").read_bytes()).decode() == script["table"]()


@pytest.mark.parametrize("dot", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_are_found_under_their_usual_names(tmp_path: Path, dot: bool, packed: bool) -> None:
    mnist = load("mnist", write_idx(tmp_path, dot=dot, packed=packed))
    assert sizes(mnist) == (40, 10, 10)
    assert mnist.X_train.shape == (40, 16)
    raw = np.random.default_rng(0).integers(0, 256, (50, 4, 4))
    np.testing.assert_array_equal(mnist.X_train, raw[:40].reshape(40, 16) / 255)
    np.testing.assert_array_equal(mnist.X_valid, raw[40:].reshape(10, 16) / 255)


@pytest.mark.parametrize("inside", ["raw", "MNIST/raw"])
def test_idx_files_are_found_where_torchvision_puts_them(tmp_path: Path, inside: str) -> None:
    write_idx(tmp_path / inside)
    assert sizes(load("mnist", tmp_path)) == (40, 10, 10)


def test_one_of_the_files_stands_for_its_folder(tmp_path: Path) -> None:
    write_idx(tmp_path)
    assert sizes(load("mnist", tmp_path / "t10k-labels-idx1-ubyte.gz")) == (40, 10, 10)


@pytest.mark.parametrize("header", [False, True])
def test_csv_files_are_read_with_and_without_a_header(tmp_path: Path, header: bool) -> None:
    mnist = load("mnist", write_csv(tmp_path, header))
    assert sizes(mnist) == (40, 10, 10)
    rng = np.random.default_rng(0)
    label, pixels = rng.integers(10), rng.integers(0, 256, 16)
    assert mnist.y_train[0] == label
    np.testing.assert_array_equal(mnist.X_train[0], pixels / 255)


def test_csv_files_may_be_packed_and_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    write_csv(tmp_path, header=True)
    train = tmp_path / "mnist_train.csv"
    train.with_name("mnist_train.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + train.read_bytes()))
    train.unlink()
    assert sizes(load("mnist", tmp_path)) == (40, 10, 10)


IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
WHOLE = gzip.compress(idx(np.zeros((50, 4, 4))), mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (IMAGES, WHOLE[:-9], "train-images.*cannot be read.*truncated"),
        (IMAGES, WHOLE[:12] + b"\xff" * 8 + WHOLE[20:], "cannot be read"),
        (IMAGES, gzip.compress(idx(np.zeros((50, 4, 4)))[:-1], mtime=0), "815 bytes.*50 x 4 x 4.*816 bytes"),
        (IMAGES, idx(np.zeros((50, 4, 4))) + b"\0", "817 bytes"),
        (IMAGES, b"\0\0\x08\x03\0\0", "holds 6 bytes"),
        (IMAGES, idx(np.zeros(50)), r"IDX labels \(0x00000801\); expected IDX images \(0x00000803\)"),
        (IMAGES, idx(np.zeros((49, 4, 4))), "49 images in train-images.*, but 50 labels in train-labels"),
        (IMAGES, idx(np.zeros((50, 4, 3))), "training images have 12 pixels, test images 16"),
        (IMAGES, b"", "an empty file; expected IDX images"),
        (IMAGES, b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (IMAGES, b"\n<!doctype html>", "HTML"),
        (IMAGES, b"PK\x03\x04", "zip archive"),
        (IMAGES, b"\x93NUMPY", "the bytes 93 4e 55 4d"),
        (LABELS, idx(np.full(50, 10)), "the label 10; expected 0 to 9"),
        (LABELS, b"\0\0\x08\x01\xff\xff\xff\xff", "4,294,967,295 values"),
    ],
)
def test_a_wrong_idx_file_is_named_with_what_was_expected(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    write_idx(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        load("mnist", tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "found 0 columns|found 1 columns"),
        ("5\n6\n", "found 1 columns"),
        ("1;2;3\n", "could not convert.*a label and its pixels"),
        ("1,2,3\n1,2\n", "number of columns changed"),
        ("1,0.5,3\n", "could not convert"),
        ("1,256,3\n", "could not convert"),
        ("200,0,3\n", "the label 200"),
        ("<html></html>", "HTML"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
    ],
)
def test_a_wrong_csv_file_is_named_with_what_was_expected(tmp_path: Path, content: str, message: str) -> None:
    write_csv(tmp_path, header=False)
    (tmp_path / "mnist_train.csv").write_text(content)
    with pytest.raises(DataError, match=message) as caught:
        load("mnist", tmp_path)
    assert "mnist_train.csv" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_idx(tmp_path)
    (tmp_path / LABELS).unlink()
    with pytest.raises(DataError, match="not found: train-labels-idx1-ubyte; expected"):
        load("mnist", tmp_path)


def test_a_folder_without_mnist_is_told_what_it_holds(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(DataError, match=r"no MNIST here; found 0.txt, .* and 2 more; expected train-images"):
        load("mnist", tmp_path)


def test_wrong_places_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "mnist.pkl").touch()
    with pytest.raises(DataError, match=r"mnist.pkl: is a file of another name"):
        load("mnist", tmp_path / "mnist.pkl")
    with pytest.raises(DataError, match=r"nowhere: is not there"):
        load("mnist", tmp_path / "nowhere")


def test_too_few_images_cannot_be_split(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="4 training and 10 test images; too few"):
        load("mnist", write_idx(tmp_path, train=4))
    with pytest.raises(DataError, match="50 training and 0 test images; too few"):
        load("mnist", write_idx(tmp_path, test=0))


def test_each_data_set_says_whether_it_wants_a_path(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--data mnist=FOLDER"):
        load("mnist")
    with pytest.raises(DataError, match="comes with the grader"):
        load("digits", tmp_path)
    with pytest.raises(DataError, match="no data set 'cifar'; there are digits, mnist, ps5"):
        load("cifar")


@pytest.mark.parametrize("text", ["mnist=data/mnist", " MNIST = data/mnist ", "mnist=data/../data/mnist"])
def test_a_data_option_is_a_name_and_a_path(text: str) -> None:
    name, path = parse_data_option(text)
    assert (name, path.name) == ("mnist", "mnist")


def test_a_data_option_may_name_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parse_data_option("mnist=~/a=b") == ("mnist", tmp_path / "a=b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mnist", "a path is missing; expected NAME=PATH"),
        ("mnist=", "a path is missing"),
        ("minst=data", "no data set 'minst'.* Did you mean 'mnist'"),
        ("=data", "no data set ''"),
        ("", "no data set ''"),
        ("data/mnist", "no data set 'data/mnist'"),
    ],
)
def test_a_wrong_data_option_says_what_is_expected(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_data_option(text)


@needs_mnist
def test_mnist_is_split_as_in_the_course() -> None:
    mnist = load("mnist", Path(str(MNIST)))
    assert sizes(mnist) == (48_000, 12_000, 10_000)
    assert np.bincount(mnist.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert mnist.y_valid is not None
    assert np.mean(mnist.y_valid == 1) == pytest.approx(0.1060, abs=5e-5)


@needs_mnist
@pytest.mark.slow
def test_packed_mnist_loads_in_a_second(tmp_path: Path) -> None:
    copy = shutil.copytree(str(MNIST), tmp_path / "mnist")  # a new path, so that nothing is cached
    with within(2):  # 0.3 where the memory is at hand
        load("mnist", Path(copy))


def sizes(data: DataSet) -> tuple[int, int, int]:
    assert data.X_valid is not None
    assert data.y_valid is not None
    for X, y in ((data.X_train, data.y_train), (data.X_valid, data.y_valid), (data.X_test, data.y_test)):
        assert len(X) == len(y)
    return len(data.X_train), len(data.X_valid), len(data.X_test)


def test_points_are_what_the_generator_makes() -> None:
    made = runpy.run_path(str(DATA / "make_ps5.py"))["table"]().encode()
    assert made == (DATA / "ps5.csv").read_bytes()
    assert hashlib.sha256(made).hexdigest() in (DATA / "README.md").read_text()


def test_points_are_split_and_standardised() -> None:
    data = load("ps5")
    assert (data.X_train.shape, data.X_test.shape, data.classes) == ((80, 2), (20, 2), 2)
    assert (int(data.y_train.sum()), int(data.y_test.sum())) == (20, 4)
    assert np.allclose(data.X_train.mean(axis=0), 0)
    assert np.allclose(data.X_train.std(axis=0), 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b,label\n1,2,0\n", "the columns are 'a, b, label'; expected x_1, x_2, classification"),
        ("x_1,x_2,classification\n1,2,x\n", "expected three numbers"),
        ("x_1,x_2,classification\n1,2,0\n3,4,1\n", "expected ten rows or more"),
        ("x_1,x_2,classification\n" + "1,2,3\n" * 12, "with classes 0 and 1"),
    ],
)
def test_a_table_of_other_points_is_refused(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "ps5_data.csv").write_text(text)
    with pytest.raises(DataError, match=told):
        load("ps5", tmp_path / "ps5_data.csv")


def test_data_that_is_not_there_is_not_called_truncated(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot be read: No such file or directory\.$"):
        load("ps5", tmp_path / "nowhere.csv")
