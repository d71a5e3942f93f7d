import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.weights['W1'] = np.zeros((input_size, hidden_size))
        self.weights['b1'] = np.zeros(hidden_size)
        self.weights['W2'] = np.zeros((hidden_size, num_classes))
        self.weights['b2'] = np.zeros(num_classes)
