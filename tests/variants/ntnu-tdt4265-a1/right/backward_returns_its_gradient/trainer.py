"""The training loop that the tasks share: mini-batches, validation five times an epoch, early stopping."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# isort: split
from utils import batch_loader

Array = NDArray[Any]
History = dict[str, dict[int, float]]

CHECKS_PER_EPOCH = 5
PATIENCE = 10


class Model(Protocol):
    """What a trainer needs of a model."""

    w: Array
    grad: Array

    def forward(self, X: Array) -> Array:
        """Return the outputs for each row."""

    def backward(self, X: Array, outputs: Array, targets: Array) -> None:
        """Put the gradient into `grad`."""

    def zero_grad(self) -> None:
        """Forget the gradient."""


class BaseTrainer:
    """Gradient descent on mini-batches; a task says what a step and a validation are."""

    def __init__(
        self,
        model: Model,
        learning_rate: float,
        batch_size: int,
        shuffle_dataset: bool,
        X_train: Array,
        Y_train: Array,
        X_val: Array,
        Y_val: Array,
    ) -> None:
        self.model = model
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.shuffle_dataset = shuffle_dataset
        self.X_train, self.Y_train = X_train, Y_train
        self.X_val, self.Y_val = X_val, Y_val

    def train_step(self, X_batch: Array, Y_batch: Array) -> float:
        """Take one step of gradient descent, and return the loss of the batch before it."""
        raise NotImplementedError

    def validation_step(self) -> tuple[float, float, float]:
        """Return the validation loss, the training accuracy and the validation accuracy."""
        raise NotImplementedError

    def train(self, num_epochs: int) -> tuple[History, History]:
        """Train until the validation loss has not improved for ten checks; return what was seen, by step."""
        checked_every = max(1, len(self.X_train) // self.batch_size // CHECKS_PER_EPOCH)
        train_history: History = {"loss": {}, "accuracy": {}}
        val_history: History = {"loss": {}, "accuracy": {}}
        step, best, waited = 0, np.inf, 0
        for _ in range(num_epochs):
            for X_batch, Y_batch in batch_loader(self.X_train, self.Y_train, self.batch_size, self.shuffle_dataset):
                train_history["loss"][step] = self.train_step(X_batch, Y_batch)
                if step % checked_every == 0:
                    loss, train_accuracy, val_accuracy = self.validation_step()
                    train_history["accuracy"][step] = train_accuracy
                    val_history["loss"][step] = loss
                    val_history["accuracy"][step] = val_accuracy
                    waited = 0 if loss < best else waited + 1
                    best = min(best, loss)
                    if waited >= PATIENCE:
                        return train_history, val_history
                step += 1
        return train_history, val_history
