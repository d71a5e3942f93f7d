import numpy as np
import matplotlib.pyplot as plt
import utils

np.random.seed(1)


def pre_process_images(X: np.ndarray):
    """
    Args:
        X: images of shape [batch size, 784] in the range (0, 255)
    Returns:
        X: images of shape [batch size, 785]
    """
    assert X.shape[1] == 784, f"X.shape[1]: {X.shape[1]}, should be 784"
    # from [0, 255] to [-1, 1]
    X = 2.0 * (X / 255.0) - 1.0
    return np.c_[np.ones(X.shape[0]), X]


def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray) -> float:
    """
    Args:
        targets: labels of shape [batch size, 1]
        outputs: outputs of model of shape: [batch size, 1]
    """
    assert targets.shape == outputs.shape, f"Targets shape: {targets.shape}, outputs: {outputs.shape}"
    N = targets.shape[0]
    Cn = np.where(targets == 1, -np.log(outputs), -np.log(1.0 - outputs))
    return np.sum(Cn) / N


class BinaryModel:

    def __init__(self):
        self.I = 28 * 28 + 1
        self.w = np.zeros((self.I, 1))
        self.grad = None

    def forward(self, X: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(-X.dot(self.w)))

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        assert targets.shape == outputs.shape
        error = targets - outputs
        self.grad = np.dot(X.T, -error) / X.shape[0]
        assert self.grad.shape == self.w.shape

    def zero_grad(self) -> None:
        self.grad = None


from trainer import BaseTrainer

np.random.seed(0)


def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: BinaryModel) -> float:
    predictions = np.round(model.forward(X))
    correct = (predictions == targets).sum()
    return correct / targets.shape[0]


class LogisticTrainer(BaseTrainer):

    def train_step(self, X_batch: np.ndarray, Y_batch: np.ndarray):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        self.model.w -= self.learning_rate * self.model.grad
        return cross_entropy_loss(Y_batch, outputs)

    def validation_step(self):
        val_outputs = self.model.forward(self.X_val)
        loss = cross_entropy_loss(self.Y_val, val_outputs)
        accuracy_train = calculate_accuracy(self.X_train, self.Y_train, self.model)
        accuracy_val = calculate_accuracy(self.X_val, self.Y_val, self.model)
        return loss, accuracy_train, accuracy_val


def main():
    num_epochs = 500
    learning_rate = 0.05
    batch_size = 128
    X_train, Y_train, X_val, Y_val = utils.load_binary_dataset(2, 3)
    X_train = pre_process_images(X_train)
    X_val = pre_process_images(X_val)
    for shuffle_dataset in [False, True]:
        model = BinaryModel()
        trainer = LogisticTrainer(
            model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val,
        )
        train_history, val_history = trainer.train(num_epochs)
        print("Final validation loss:", cross_entropy_loss(Y_val, model.forward(X_val)))
        plt.ylim([0.0, 0.3])
        utils.plot_loss(train_history["loss"], "Training loss")
        utils.plot_loss(val_history["loss"], "Validation loss")
        plt.legend()
        plt.savefig(f"task2_shuffle_{shuffle_dataset}.png")
        plt.show()


if __name__ == "__main__":
    main()
