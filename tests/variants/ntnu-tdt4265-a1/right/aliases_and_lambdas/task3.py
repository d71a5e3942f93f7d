import numpy as np
from task2 import LogisticTrainer
from task3a import cross_entropy_loss, SoftmaxModel, one_hot_encode
def calculate_accuracy(X, targets, model):
    return np.mean(model.forward(X).argmax(1) == targets.argmax(1))
class SoftmaxTrainer(LogisticTrainer):  # same loop, other loss
    loss_function = staticmethod(cross_entropy_loss)
    accuracy_function = staticmethod(calculate_accuracy)
