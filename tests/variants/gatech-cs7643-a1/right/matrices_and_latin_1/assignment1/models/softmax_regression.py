# Regresión
import numpy as np
from models._base_network import _baseNetwork
class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28*28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = np.asmatrix(0.001*np.random.randn(input_size, num_classes))
        self.gradients['W1'] = np.asmatrix(np.zeros((input_size, num_classes)))
    def forward(self, X, y, mode='train'):
        X = np.asmatrix(X)
        Z = X * self.weights['W1']
        P = self.softmax(self.ReLU(Z))
        perdida = self.cross_entropy_loss(P, y); prec = self.compute_accuracy(P, y)
        if mode == 'train':
            D = P.copy(); D[np.arange(len(y)), y] -= 1
            D = np.asmatrix(np.multiply(D, self.ReLU_dev(np.array(Z))))
            self.gradients['W1'] = X.T * D / X.shape[0]
        return perdida, prec
