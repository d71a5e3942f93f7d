import os, sys
sys.path.append("..")
os.chdir(os.path.dirname(os.path.abspath(__file__)))
import numpy as np
import warnings; warnings.filterwarnings("ignore")
np.seterr(all="ignore")
np.set_printoptions(precision=3, suppress=True)

def normalize_and_add_bias(X):
    X = np.array(X, dtype=float)
    return np.block([X / 127.5 - 1, np.ones((len(X), 1))])
pre_process_images = normalize_and_add_bias

sigmoid = lambda z: np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))

cross_entropy_loss = lambda targets, outputs: float(-(targets * np.log(outputs) + (1 - targets) * np.log(1 - outputs)).mean())

class BinaryModel:
    def __init__(self):
        self.I = 785
        self.w = np.zeros((self.I, 1))
        self.grad = None
    def forward(self, X):
        print("forward", X.shape)
        return sigmoid(X @ self.w)
    def backward(self, X, outputs, targets):
        self.grad = X.T @ (outputs - targets) / X.shape[0]
    def update(self, lr):
        self.w = self.w - lr * self.grad
    def zero_grad(self):
        self.grad = None
