import numpy as np
import matplotlib.pyplot as plt
import utils
from task3a import cross_entropy_loss, SoftmaxModel, one_hot_encode
from task2a import pre_process_images
from trainer import BaseTrainer
np.random.seed(0)

def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: SoftmaxModel) -> float:
    raise NotImplementedError

class SoftmaxTrainer(BaseTrainer):

    def train_step(self, X_batch: np.ndarray, Y_batch: np.ndarray):
        raise NotImplementedError

    def validation_step(self):
        raise NotImplementedError

def main():
    raise NotImplementedError
if __name__ == '__main__':
    main()
