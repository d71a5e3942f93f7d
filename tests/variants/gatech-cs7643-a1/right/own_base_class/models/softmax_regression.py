from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        self.add_layer(input_size, num_classes, (self.ReLU, self.ReLU_dev), bias=False)
