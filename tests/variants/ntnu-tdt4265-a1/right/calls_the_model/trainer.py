from __future__ import annotations
from collections import defaultdict
from dataclasses import dataclass, field, KW_ONLY
from typing import Callable, ClassVar, NamedTuple
import numpy as np
from utils import batch_loader


class StepResult(NamedTuple):
    loss: float
    train_accuracy: float
    val_accuracy: float


@dataclass
class BaseTrainer:
    model: object
    learning_rate: float
    batch_size: int
    shuffle_dataset: bool
    X_train: np.ndarray
    Y_train: np.ndarray
    X_val: np.ndarray
    Y_val: np.ndarray
    _: KW_ONLY
    patience: int = 10
    loss_function: ClassVar[Callable]
    metric: ClassVar[Callable]

    def train_step(self, X_batch, Y_batch) -> float:
        outputs = self.model(X_batch)
        self.model.w = self.model.w - self.learning_rate * self.model.backward(X_batch, outputs, Y_batch)
        return self.loss_function(Y_batch, outputs)

    def validation_step(self) -> StepResult:
        return StepResult(
            self.loss_function(self.Y_val, self.model(self.X_val)),
            self.metric(self.X_train, self.Y_train, self.model),
            self.metric(self.X_val, self.Y_val, self.model))

    def train(self, num_epochs: int):
        train_history = defaultdict(dict)
        val_history = defaultdict(dict)
        every = max(len(self.X_train) // self.batch_size // 5, 1)
        losses: list[float] = []
        step = 0
        for epoch in range(num_epochs):
            for X, Y in batch_loader(self.X_train, self.Y_train, self.batch_size, self.shuffle_dataset):
                train_history["loss"][step] = self.train_step(X, Y)
                if step % every == 0:
                    r = self.validation_step()
                    train_history["accuracy"][step] = r.train_accuracy
                    val_history["accuracy"][step] = r.val_accuracy
                    val_history["loss"][step] = r.loss
                    losses.append(r.loss)
                    if len(losses) > self.patience and min(losses[-self.patience:]) >= min(losses[:-self.patience]):
                        return train_history, val_history
                step += 1
        return train_history, val_history
