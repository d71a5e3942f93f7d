from __future__ import annotations
import numpy as np
from task3a import SoftmaxModel, cross_entropy_loss, one_hot_encode
from task2a import pre_process_images
from trainer import BaseTrainer


def calculate_accuracy(X, targets, model: SoftmaxModel) -> float:
    return float((model(X).argmax(1) == targets.argmax(1)).mean())


class SoftmaxTrainer(BaseTrainer):
    loss_function = staticmethod(cross_entropy_loss)
    metric = staticmethod(calculate_accuracy)
