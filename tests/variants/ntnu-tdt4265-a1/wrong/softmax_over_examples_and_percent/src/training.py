from abc import ABC, abstractmethod
import numpy as np
from .data import batch_loader
from .losses import binary_cross_entropy, categorical_cross_entropy
from .metrics import binary_accuracy, multiclass_accuracy


class BaseTrainer(ABC):
    loss_fn = None
    accuracy_fn = None

    def __init__(self, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val, *, early_stopping_patience=10):
        self.__dict__.update({k: v for k, v in locals().items() if k != "self"})

    def train_step(self, X_batch, Y_batch):
        y_hat = self.model.forward(X_batch)
        loss = type(self).loss_fn(Y_batch, y_hat)
        self.model.zero_grad()
        self.model.backward(X_batch, y_hat, Y_batch)
        self.model.w = self.model.w - self.learning_rate * self.model.grad
        return loss

    def validation_step(self):
        cls = type(self)
        return (cls.loss_fn(self.Y_val, self.model.forward(self.X_val)),
                cls.accuracy_fn(self.X_train, self.Y_train, self.model),
                cls.accuracy_fn(self.X_val, self.Y_val, self.model))

    def train(self, num_epochs):
        n = len(self.X_train) // self.batch_size
        check_every = max(1, n // 5)
        history = {"train": {"loss": {}, "accuracy": {}}, "val": {"loss": {}, "accuracy": {}}}
        step, best_step, best = 0, 0, float("inf")
        checks = 0
        while step < num_epochs * n:
            for X_batch, Y_batch in batch_loader(self.X_train, self.Y_train, self.batch_size, self.shuffle_dataset):
                history["train"]["loss"][step] = self.train_step(X_batch, Y_batch)
                if step % check_every == 0:
                    checks += 1
                    v, ta, va = self.validation_step()
                    history["train"]["accuracy"][step] = ta
                    history["val"]["loss"][step] = v
                    history["val"]["accuracy"][step] = va
                    if v < best:
                        best, best_step = v, checks
                    elif checks - best_step >= self.early_stopping_patience:
                        return history["train"], history["val"]
                step += 1
        return history["train"], history["val"]


class LogisticTrainer(BaseTrainer):
    loss_fn = binary_cross_entropy
    accuracy_fn = binary_accuracy


class SoftmaxTrainer(BaseTrainer):
    loss_fn = categorical_cross_entropy
    accuracy_fn = multiclass_accuracy
