import numpy as np

from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        """One layer: input --> ReLU(X W1) --> softmax"""
        super().__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        # TODO: W1, 0.001 times standard normal numbers, seed 1024
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
        if mode != 'train':
            return loss, accuracy
        # TODO: backward pass
        return loss, accuracy
