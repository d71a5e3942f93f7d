from .binary import BinaryModel
from .softmax import SoftmaxModel
