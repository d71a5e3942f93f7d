"""Data, batches, the training loop, and the learning curves."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

# isort: split
from models import _baseNetwork
from optimizer import _BaseOptimizer

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

DATA = Path("data")
BATCHES_PER_LINE = 100


def load_csv(path: str | Path) -> tuple[Array, Labels]:
    """Read images, one per line with the label first, and scale their pixels from 0...255 to 0...1.

    -> images (N, D), labels (N,)
    """
    table = np.loadtxt(path, delimiter=",", dtype=np.int64, ndmin=2)
    return table[:, 1:] / 255.0, table[:, 0]


def load_mnist_trainval() -> tuple[Array, Labels, Array, Labels]:
    """Return the training images and labels, then those of the validation set: the last fifth, in order."""
    images, labels = load_csv(DATA / "mnist_train.csv")
    split = len(images) * 4 // 5
    return images[:split], labels[:split], images[split:], labels[split:]


def load_mnist_test() -> tuple[Array, Labels]:
    """Return the test images and labels."""
    return load_csv(DATA / "mnist_test.csv")


def generate_batched_data(
    data: ArrayLike, label: ArrayLike, batch_size: int = 32, shuffle: bool = False, seed: int | None = None
) -> tuple[list[Array], list[Labels]]:
    """Cut the data into batches that hold every row once, each beside its label; the last batch may be short.

    data (N, D), label (N,) -> a list of (batch_size, D) and a list of (batch_size,)
    The same seed gives the same order. Goodfellow et al. 2016, section 8.1.3.
    """
    rows, labels = np.asarray(data), np.asarray(label)
    order = np.arange(len(rows))
    if shuffle:
        order = np.random.default_rng(seed).permutation(order)
    parts = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    return [rows[part] for part in parts], [labels[part] for part in parts]


def train(
    epoch: int,
    batched_train_data: Sequence[Array],
    batched_train_label: Sequence[Labels],
    model: _baseNetwork,
    optimizer: _BaseOptimizer,
    debug: bool = True,
) -> tuple[float, float]:
    """Take one step for each batch, and return the epoch's loss and accuracy, measured before each step."""
    losses, accuracies = [], []
    for number, (X, y) in enumerate(zip(batched_train_data, batched_train_label, strict=True)):
        loss, accuracy = model.forward(X, y, mode="train")
        optimizer.update(model)
        losses.append(loss)
        accuracies.append(accuracy)
        if debug and number % BATCHES_PER_LINE == 0:
            print(f"epoch {epoch}, batch {number}: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return _mean_over_rows(losses, batched_train_label), _mean_over_rows(accuracies, batched_train_label)


def evaluate(
    batched_test_data: Sequence[Array],
    batched_test_label: Sequence[Labels],
    model: _baseNetwork,
    debug: bool = True,
) -> tuple[float, float]:
    """Return loss and accuracy over all batches, without changing the model."""
    losses, accuracies = [], []
    for X, y in zip(batched_test_data, batched_test_label, strict=True):
        loss, accuracy = model.forward(X, y, mode="valid")
        losses.append(loss)
        accuracies.append(accuracy)
    mean_loss = _mean_over_rows(losses, batched_test_label)
    mean_accuracy = _mean_over_rows(accuracies, batched_test_label)
    if debug:
        print(f"evaluation: loss {mean_loss:.4f}, accuracy {mean_accuracy:.4f}")
    return mean_loss, mean_accuracy


def plot_curves(
    train_loss_history: Sequence[float],
    train_acc_history: Sequence[float],
    valid_loss_history: Sequence[float],
    valid_acc_history: Sequence[float],
) -> None:
    """Draw loss and accuracy against the epoch into `loss.png` and `accuracy.png`."""
    _plot("loss", train_loss_history, valid_loss_history)
    _plot("accuracy", train_acc_history, valid_acc_history)


def _mean_over_rows(values: Iterable[float], batched_label: Sequence[Labels]) -> float:
    """Average a value per batch over all rows, so that a short batch counts for less."""
    return float(np.average(list(values), weights=[len(y) for y in batched_label]))


def _plot(quantity: str, training: Sequence[float], validation: Sequence[float]) -> None:
    # Imported here because only who draws needs it, and it is slow to load.
    from matplotlib import pyplot  # type: ignore[import-not-found, unused-ignore]

    figure, axes = pyplot.subplots()
    epochs = range(1, len(training) + 1)
    axes.plot(epochs, training, label="training")
    axes.plot(epochs, validation, label="validation")
    axes.set(xlabel="epoch", ylabel=quantity)
    axes.legend()
    figure.savefig(f"{quantity}.png")
    pyplot.close(figure)
