import numpy as np
from task2a import BinaryModel, cross_entropy_loss, pre_process_images
from trainer import BaseTrainer


def calculate_accuracy(X, targets, model):
    predictions = (model.forward(X).ravel() > 0.5)
    return float(np.mean(predictions == targets.ravel()))


class LogisticTrainer(BaseTrainer):
    loss_fn = staticmethod(cross_entropy_loss)
    accuracy_fn = staticmethod(calculate_accuracy)
