import numpy as np
import utils
np.random.seed(1)

def pre_process_images(X: np.ndarray):
    assert X.shape[1] == 784, f"X.shape[1]: {X.shape[1]}, should be 784"
    X = X / 127.5 - 1
    X = np.concatenate((X, np.ones((X.shape[0], 1))), axis=1)
    return X

def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray) -> float:
    assert targets.shape == outputs.shape, f"Targets shape: {targets.shape}, outputs: {outputs.shape}"
    loss = -(targets * np.log(outputs) + (1 - targets) * np.log(1 - outputs))
    return np.mean(loss)

class BinaryModel:

    def __init__(self):
        self.I = 785
        self.w = np.zeros((self.I, 1))
        self.grad = None

    def forward(self, X: np.ndarray) -> np.ndarray:
        z = X @ self.w
        y = 1 / (1 + np.exp(-z))
        return y

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        assert targets.shape == outputs.shape, f"Output shape: {outputs.shape}, targets: {targets.shape}"
        N = X.shape[0]
        self.grad = X.T @ (targets - outputs) / N
        assert self.grad.shape == self.w.shape, f"Grad shape: {self.grad.shape}, w: {self.w.shape}"

    def zero_grad(self) -> None:
        self.grad = None

def main():
    X_train, Y_train, *_ = utils.load_binary_dataset(2, 3)
    X_train = pre_process_images(X_train)
    assert X_train.max() <= 1.0
    model = BinaryModel()
    logits = model.forward(X_train)
    assert abs(logits.mean() - 0.5) < 1e-6

if __name__ == "__main__":
    main()
