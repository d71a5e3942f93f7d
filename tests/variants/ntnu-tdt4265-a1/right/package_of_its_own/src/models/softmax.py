import numpy as np
from .base import LinearModel
class SoftmaxModel(LinearModel):
    def __init__(self, l2_reg_lambda: float):
        super().__init__(785, 10, l2_reg_lambda)
    def activation(self, z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
