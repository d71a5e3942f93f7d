import numpy as np
import matplotlib.pyplot as plt
import utils
from task2 import pre_process_images

np.random.seed(0)


def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray):
    """
    Args:
        targets: labels of shape [batch size, num_classes]
        outputs: outputs of model of shape [batch size, num_classes]
    """
    assert targets.shape == outputs.shape
    Cn = -np.sum(targets * np.log(outputs), axis=1)
    return np.mean(Cn)


class SoftmaxModel:

    def __init__(self, l2_reg_lambda: float):
        self.I = 785
        self.num_outputs = 10
        self.w = np.zeros((self.I, self.num_outputs))
        self.grad = None
        self.l2_reg_lambda = l2_reg_lambda

    def forward(self, X: np.ndarray) -> np.ndarray:
        z = X.dot(self.w)
        e = np.exp(z.T - np.amax(z, axis=1))
        return (e / e.sum(axis=0)).T

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        assert targets.shape == outputs.shape
        N = targets.shape[0]
        self.grad = -X.T.dot(targets - outputs) / N
        if self.l2_reg_lambda > 0:
            self.grad = self.grad + 2 * self.l2_reg_lambda * self.w
        assert self.grad.shape == self.w.shape

    def zero_grad(self) -> None:
        self.grad = None


def one_hot_encode(Y: np.ndarray, num_classes: int):
    return (Y.reshape(-1, 1) == np.arange(num_classes)).astype(float)


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
