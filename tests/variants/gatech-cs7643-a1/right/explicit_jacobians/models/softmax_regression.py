import numpy as np
from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, num_classes)

    def forward(self, X, y, mode='train'):
        z = X @ self.weights['W1']
        p = self.softmax(self.ReLU(z))
        if mode == 'train':
            dL_dp = np.zeros_like(p)
            dL_dp[np.arange(len(y)), y] = -1 / p[np.arange(len(y)), y] / len(y)
            dp_ds = self.softmax_jacobian(p)
            ds_dz = np.array([np.diag(row) for row in self.ReLU_dev(z)])
            dL_dz = (dL_dp[:, None, :] @ dp_ds @ ds_dz)[:, 0, :]
            self.gradients['W1'] = (X[:, :, None] * dL_dz[:, None, :]).sum(axis=0)
        return self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)
