import numpy as np
from models._base_network import _baseNetwork
class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28*28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        np.random.seed(1024)
        self.weights['W1'] = np.asmatrix(0.001*np.random.randn(input_size, hidden_size))
        np.random.seed(1024)
        self.weights['W2'] = np.asmatrix(0.001*np.random.randn(hidden_size, num_classes))
        self.weights['b1'] = np.zeros(hidden_size); self.weights['b2'] = np.zeros(num_classes)
    def forward(self, X, y, mode='train'):
        X = np.asmatrix(X); N = X.shape[0]
        Z1 = X * self.weights['W1'] + self.weights['b1']
        A1 = np.asmatrix(self.sigmoid(Z1))
        P = self.softmax(A1 * self.weights['W2'] + self.weights['b2'])
        if mode == 'train':
            D2 = P.copy(); D2[np.arange(N), y] -= 1; D2 = np.asmatrix(D2) / N
            self.gradients['W2'] = A1.T * D2
            self.gradients['b2'] = np.sum(D2, 0).A1
            D1 = np.multiply(D2 * self.weights['W2'].T, self.sigmoid_dev(Z1))
            self.gradients['W1'] = X.T * D1
            self.gradients['b1'] = np.sum(D1, 0).A1
        return self.cross_entropy_loss(P, y), self.compute_accuracy(P, y)
