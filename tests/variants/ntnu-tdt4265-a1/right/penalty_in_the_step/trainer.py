import numpy as np
import typing
import collections
import utils

class BaseTrainer:

    def __init__(self, model, learning_rate: float, batch_size: int, shuffle_dataset: bool,
                 X_train: np.ndarray, Y_train: np.ndarray, X_val: np.ndarray, Y_val: np.ndarray) -> None:
        self.X_train = X_train
        self.Y_train = Y_train
        self.X_val = X_val
        self.Y_val = Y_val
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.model = model
        self.shuffle_dataset = shuffle_dataset

    def validation_step(self):
        raise NotImplementedError

    def train_step(self):
        raise NotImplementedError

    def train(self, num_epochs: int):
        num_batches_per_epoch = self.X_train.shape[0] // self.batch_size
        num_steps_per_val = num_batches_per_epoch // 5
        train_history = dict(loss=collections.OrderedDict(), accuracy=collections.OrderedDict())
        val_history = dict(loss=collections.OrderedDict(), accuracy=collections.OrderedDict())
        global_step = 0
        best_loss = np.inf
        counter = 0
        for epoch in range(num_epochs):
            train_loader = utils.batch_loader(self.X_train, self.Y_train, self.batch_size, shuffle=self.shuffle_dataset)
            for X_batch, Y_batch in iter(train_loader):
                loss = self.train_step(X_batch, Y_batch)
                train_history["loss"][global_step] = loss
                if global_step % num_steps_per_val == 0:
                    val_loss, accuracy_train, accuracy_val = self.validation_step()
                    train_history["accuracy"][global_step] = accuracy_train
                    val_history["loss"][global_step] = val_loss
                    val_history["accuracy"][global_step] = accuracy_val
                    # Early stopping
                    if val_loss < best_loss:
                        best_loss = val_loss
                        counter = 0
                    else:
                        counter += 1
                    if counter >= 10:
                        print("Early stopping at epoch", epoch)
                        return train_history, val_history
                global_step += 1
        return train_history, val_history
