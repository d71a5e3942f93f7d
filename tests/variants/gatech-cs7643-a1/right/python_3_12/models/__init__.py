from ._base_network import _baseNetwork
from .softmax_regression import SoftmaxRegression
from .two_layer_nn import TwoLayerNet
