import numpy as np
from ._base_network import _baseNetwork

class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, **kwargs):
        super().__init__(input_size, num_classes, **kwargs)
        self.weights['W'] = self.xavier(input_size, num_classes)

    def forward(self, X, y, mode='train'):
        z = X @ self.weights['W']
        ŷ = self.softmax(self.ReLU(z))
        if mode == 'train':
            δ = (ŷ - np.identity(self.num_classes)[y]) * self.ReLU_dev(z)
            self.gradients['W'] = np.tensordot(X, δ, axes=(0, 0)) / X.shape[0]
        return self.cross_entropy_loss(ŷ, y), self.compute_accuracy(ŷ, y)
