from ._base_network import _baseNetwork
from .layers import Linear, Sigmoid


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self.layers = [Linear(input_size, hidden_size), Sigmoid(self), Linear(hidden_size, num_classes)]
