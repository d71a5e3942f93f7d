import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        """Two layers: input --> sigmoid(X W1 + b1) --> softmax(H W2 + b2)"""
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._weight_init()

    def _weight_init(self):
        # TODO: W1, b1, W2, b2; weights as in the softmax regression, biases 0
        pass

    def forward(self, X, y, mode='train'):
        """
        :param X: images, (N, input_size)
        :param y: labels, (N,)
        :param mode: with 'train' also store the gradients in self.gradients
        :return: loss, accuracy
        """
        loss = None
        accuracy = None
        # TODO: forward pass
        # TODO: backward pass
        return loss, accuracy
