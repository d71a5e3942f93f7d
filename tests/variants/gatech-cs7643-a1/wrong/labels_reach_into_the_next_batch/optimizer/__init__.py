from ._base_optimizer import _BaseOptimizer
from .sgd import SGD
