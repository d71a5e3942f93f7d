import numpy as np
from ._base_network import _baseNetwork

class TwoLayerNetwork(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128, **kwargs):
        super().__init__(input_size, num_classes, **kwargs)
        self.hidden_size = hidden_size
        self.weights = {'W1': self.xavier(input_size, hidden_size), 'W2': self.xavier(hidden_size, num_classes),
                        'b1': np.zeros(hidden_size), 'b2': np.zeros(num_classes)}

    def forward(self, X, y, mode='train'):
        z = X @ self.weights['W1'] + self.weights['b1']
        a = self.σ(z)
        ŷ = self.softmax(a @ self.weights['W2'] + self.weights['b2'])
        if mode == 'train':
            δ2 = (ŷ - np.identity(self.num_classes)[y]) / X.shape[0]
            δ1 = δ2 @ self.weights['W2'].T * self.sigmoid_dev(z)
            for name, g in zip(('W1', 'b1', 'W2', 'b2'), (X.T @ δ1, δ1.sum(0), a.T @ δ2, δ2.sum(0))):
                self.gradients[name] = g
        return self.cross_entropy_loss(ŷ, y), self.compute_accuracy(ŷ, y)
