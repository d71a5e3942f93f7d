from __future__ import annotations
import numpy as np
from task2a import BinaryModel, cross_entropy_loss, pre_process_images
from trainer import BaseTrainer, StepResult


def calculate_accuracy(X, targets, model: BinaryModel) -> float:
    predicted = (model(X) > .5).astype(targets.dtype)
    return float((predicted == targets).mean())


class LogisticTrainer(BaseTrainer):
    loss_function = staticmethod(cross_entropy_loss)
    metric = staticmethod(calculate_accuracy)


def main() -> None:
    from utils import load_binary_dataset
    X_train, Y_train, X_val, Y_val = load_binary_dataset(2, 3)
    trainer = LogisticTrainer(
        model=BinaryModel(), learning_rate=.05, batch_size=128, shuffle_dataset=True,
        X_train=pre_process_images(X_train), Y_train=Y_train, X_val=pre_process_images(X_val), Y_val=Y_val)
    print(trainer.train(500))


if __name__ == "__main__":
    main()
