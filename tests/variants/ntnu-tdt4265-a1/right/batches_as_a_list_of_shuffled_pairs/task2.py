"""Task 2: logistic regression on the digits two and three, with its curves."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# isort: split
from task2a import BinaryModel, cross_entropy_loss, pre_process_images
from trainer import BaseTrainer, History, Model
from utils import load_binary_dataset

Array = NDArray[Any]


def calculate_accuracy(X: Array, targets: Array, model: Model) -> float:
    """Return the share of rows whose more probable class is the right one."""
    guesses = model.forward(X) >= 0.5
    return float(np.mean(guesses == targets))


class LogisticTrainer(BaseTrainer):
    """Gradient descent on the binary cross-entropy."""

    def train_step(self, X_batch: Array, Y_batch: Array) -> float:
        """Take one step of gradient descent, and return the loss of the batch before it."""
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.zero_grad()
        self.model.backward(X_batch, outputs, Y_batch)
        self.model.w = self.model.w - self.learning_rate * self.model.grad
        return loss

    def validation_step(self) -> tuple[float, float, float]:
        """Return the validation loss, the training accuracy and the validation accuracy."""
        loss = cross_entropy_loss(self.Y_val, self.model.forward(self.X_val))
        train_accuracy = calculate_accuracy(self.X_train, self.Y_train, self.model)
        return loss, train_accuracy, calculate_accuracy(self.X_val, self.Y_val, self.model)


def main() -> None:
    """Train without and with shuffling, and draw loss and accuracy."""
    np.random.seed(0)
    X_train, Y_train, X_val, Y_val = load_binary_dataset(2, 3)
    data = pre_process_images(X_train), Y_train, pre_process_images(X_val), Y_val
    for shuffle in (False, True):
        trainer = LogisticTrainer(BinaryModel(), 0.05, 128, shuffle, *data)
        training, validation = trainer.train(500)
        plot_curves(training, validation, f"task2_{'with' if shuffle else 'without'}_shuffling")


def plot_curves(training: History, validation: History, name: str) -> None:
    """Draw loss and accuracy against the step into two files."""
    from matplotlib import pyplot  # type: ignore[import-not-found, unused-ignore]

    for quantity in ("loss", "accuracy"):
        figure, axes = pyplot.subplots()
        for label, history in (("training", training), ("validation", validation)):
            axes.plot(list(history[quantity]), list(history[quantity].values()), label=label)
        axes.set(xlabel="step", ylabel=quantity)
        axes.legend()
        figure.savefig(f"{name}_{quantity}.png")
        pyplot.close(figure)


if __name__ == "__main__":
    main()
