import numpy as np
import matplotlib.pyplot as plt
import utils
from task3a import cross_entropy_loss, SoftmaxModel, one_hot_encode
from task2a import pre_process_images
from trainer import BaseTrainer

np.random.seed(0)


def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: SoftmaxModel) -> float:
    outputs = model.forward(X)
    right = outputs.argmax(axis=1) == targets.argmax(axis=1)
    return right.mean()


class SoftmaxTrainer(BaseTrainer):

    def train_step(self, X_batch: np.ndarray, Y_batch: np.ndarray):
        logits = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, logits)
        self.model.backward(X_batch, logits, Y_batch)
        self.model.w = self.model.w - self.learning_rate * self.model.grad
        return loss

    def validation_step(self):
        logits = self.model.forward(self.X_val)
        loss = cross_entropy_loss(self.Y_val, logits)
        accuracy_train = calculate_accuracy(self.X_train, self.Y_train, self.model)
        accuracy_val = calculate_accuracy(self.X_val, self.Y_val, self.model)
        return loss, accuracy_train, accuracy_val


def main():
    X_train, Y_train, X_val, Y_val = utils.load_full_mnist()
    X_train = pre_process_images(X_train)
    X_val = pre_process_images(X_val)
    Y_train = one_hot_encode(Y_train, 10)
    Y_val = one_hot_encode(Y_val, 10)
    norms = []
    for l2 in [1, 0.1, 0.01, 0.001, 0]:
        model = SoftmaxModel(l2)
        trainer = SoftmaxTrainer(model, 0.01, 128, True, X_train, Y_train, X_val, Y_val)
        train_history, val_history = trainer.train(50)
        utils.plot_loss(val_history["accuracy"], f"lambda {l2}")
        norms.append(np.sum(model.w**2))
    plt.legend()
    plt.savefig("task4c.png")
    plt.figure()
    plt.plot([1, 0.1, 0.01, 0.001, 0], norms)
    plt.savefig("task4e.png")


if __name__ == "__main__":
    main()
