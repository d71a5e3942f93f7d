from .sgd import SGD
