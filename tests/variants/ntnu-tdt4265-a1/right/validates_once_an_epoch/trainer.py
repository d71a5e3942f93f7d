import numpy as np
import utils


class BaseTrainer:

    def __init__(
            self,
            model,
            learning_rate: float,
            batch_size: int,
            shuffle_dataset: bool,
            X_train: np.ndarray, Y_train: np.ndarray,
            X_val: np.ndarray, Y_val: np.ndarray) -> None:
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

    def train_step(self, X_batch, Y_batch):
        raise NotImplementedError

    def train(self, num_epochs: int):
        train_loss, val_loss, train_acc, val_acc = [], [], [], []
        best, best_epoch = float("inf"), 0
        for epoch in range(num_epochs):
            for X_batch, Y_batch in utils.batch_loader(self.X_train, self.Y_train, self.batch_size, self.shuffle_dataset):
                train_loss.append(self.train_step(X_batch, Y_batch))
            loss, acc_train, acc_val = self.validation_step()
            val_loss.append(loss)
            train_acc.append(acc_train)
            val_acc.append(acc_val)
            if loss < best:
                best, best_epoch = loss, epoch
            if epoch - best_epoch > 12:
                break
        return {"loss": train_loss, "accuracy": train_acc}, {"loss": val_loss, "accuracy": val_acc}
