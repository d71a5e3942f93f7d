import numpy as np

from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, num_classes)

    def forward(self, X, y, mode='train'):
        loss, right = 0.0, 0
        gradient = np.zeros_like(self.weights['W1'])
        for image, label in zip(X, y):
            z = image.reshape(1, -1) @ self.weights['W1']
            p = self.softmax(self.ReLU(z))
            loss += self.cross_entropy_loss(p, np.array([label]))
            right += self.compute_accuracy(p, np.array([label]))
            if mode == 'train':
                p[0, label] -= 1
                gradient += image.reshape(-1, 1) @ (p * self.ReLU_dev(z))
        if mode == 'train':
            self.gradients['W1'] = gradient / len(X)
        return loss / len(X), right / len(X)
