import copy
import numpy as np
from utils import batch_loader


class BaseTrainer:
    patience = 15

    def __init__(self, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val, **kwargs):
        self.model = model
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.shuffle_dataset = shuffle_dataset
        self.X_train, self.Y_train, self.X_val, self.Y_val = X_train, Y_train, X_val, Y_val
        for name, value in kwargs.items():
            setattr(self, name, value)

    def is_improving(self, loss):
        if loss < self.best_loss:
            self.best_loss = loss
            self.best_weights = self.model.w.copy()
            self.waited = 0
            return True
        self.waited += 1
        return self.waited < self.patience

    def train(self, num_epochs):
        self.best_loss, self.best_weights, self.waited = np.inf, self.model.w.copy(), 0
        self.train_history = {"loss": {}, "accuracy": {}}
        self.val_history = {"loss": {}, "accuracy": {}}
        self.step = 0
        running = True
        epoch = 0
        while running and epoch < num_epochs:
            running = self.one_epoch()
            epoch += 1
        self.model.w = self.best_weights          # early stopping: go back to the best
        return self.train_history, self.val_history

    def one_epoch(self):
        n = self.X_train.shape[0] // self.batch_size
        for xb, yb in batch_loader(self.X_train, self.Y_train, self.batch_size, shuffle=self.shuffle_dataset):
            self.train_history["loss"][self.step] = self.train_step(xb, yb)
            if self.step % max(n // 5, 1) == 0:
                loss, ta, va = self.validation_step()
                self.train_history["accuracy"][self.step] = ta
                self.val_history["loss"][self.step] = loss
                self.val_history["accuracy"][self.step] = va
                if not self.is_improving(loss):
                    return False
            self.step += 1
        return True

    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        self.model.w = self.model.w - self.learning_rate * self.model.grad
        self.model.zero_grad()
        return self.loss_fn(Y_batch, outputs)

    def validation_step(self):
        return (self.loss_fn(self.Y_val, self.model.forward(self.X_val)),
                self.accuracy_fn(self.X_train, self.Y_train, self.model),
                self.accuracy_fn(self.X_val, self.Y_val, self.model))
