import numpy as np
from ._base_network import _baseNetwork
from .tensor import Tensor
class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, hidden_size)
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(hidden_size, num_classes)
        self.weights.update(b1=np.zeros(hidden_size), b2=np.zeros(num_classes))
    def forward(self, X, y, mode='train'):
        P = {k: Tensor(w) for k, w in self.weights.items()}
        out = ((Tensor(X) @ P['W1'] + P['b1']).sigmoid() @ P['W2'] + P['b2']).softmax_cross_entropy(y)
        if mode == 'train':
            out.backward()
            self.gradients = {k: t.grad for k, t in P.items()}
        return float(out.data), self.compute_accuracy(out.probs, y)
