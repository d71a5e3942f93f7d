import numpy as np
import utils

class BaseTrainer:

    def __init__(self, model, learning_rate: float, batch_size: int, shuffle_dataset: bool, X_train: np.ndarray, Y_train: np.ndarray, X_val: np.ndarray, Y_val: np.ndarray) -> None:
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
        raise NotImplementedError
