import numpy as np
from ._base_network import _baseNetwork
from .tensor import Tensor
class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.num_classes)
    def forward(self, X, y, mode='train'):
        W = Tensor(self.weights['W1'])
        out = (Tensor(X) @ W).relu().softmax_cross_entropy(y)
        if mode == 'train':
            out.backward()
            self.gradients['W1'] = W.grad
        return out.data.item(), self.compute_accuracy(out.probs, y)
