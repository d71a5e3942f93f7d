from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.add_layer(input_size, hidden_size, (self.sigmoid, self.sigmoid_dev))
        self.add_layer(hidden_size, num_classes, (self.identity, self.identity_dev))
