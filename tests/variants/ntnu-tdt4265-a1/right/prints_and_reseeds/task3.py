"""Task 3 and 4: softmax regression on all digits, and what L2 regularisation does to it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# isort: split
from task2 import plot_curves
from task2a import pre_process_images
from task3a import SoftmaxModel, cross_entropy_loss, one_hot_encode
from trainer import BaseTrainer, Model
from utils import load_full_mnist

Array = NDArray[Any]

PENALTIES = (1.0, 0.1, 0.01, 0.001, 0.0)


def calculate_accuracy(X: Array, targets: Array, model: Model) -> float:
    """Return the share of rows whose most probable class is the right one."""
    guesses = np.argmax(model.forward(X), axis=1)
    return float(np.mean(guesses == np.argmax(targets, axis=1)))


class SoftmaxTrainer(BaseTrainer):
    """Gradient descent on the cross-entropy over classes."""

    def train_step(self, X_batch: Array, Y_batch: Array) -> float:
        """Take one step of gradient descent, and return the loss of the batch before it."""
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        print(loss)
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
    """Train one model for each penalty, draw the curves of the one without, and print what the penalty does."""
    np.random.seed(0)
    X_train, Y_train, X_val, Y_val = load_full_mnist()
    data = (
        pre_process_images(X_train),
        one_hot_encode(Y_train, 10),
        pre_process_images(X_val),
        one_hot_encode(Y_val, 10),
    )
    for penalty in PENALTIES:
        model = SoftmaxModel(penalty)
        training, validation = SoftmaxTrainer(model, 0.01, 128, True, *data).train(50)
        accuracy = list(validation["accuracy"].values())[-1]
        print(f"lambda {penalty}: validation accuracy {accuracy:.4f}, |w|^2 {np.sum(model.w**2):.3f}")
    plot_curves(training, validation, "task3")


if __name__ == "__main__":
    main()
