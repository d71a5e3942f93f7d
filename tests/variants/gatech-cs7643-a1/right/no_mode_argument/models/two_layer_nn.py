import numpy as np
from ._base_network import _baseNetwork


class TwoLayerNeuralNet(_baseNetwork):
    def __init__(self, input_size=784, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        for name, shape in (('W1', (input_size, hidden_size)), ('W2', (hidden_size, num_classes))):
            np.random.seed(1024)
            self.weights[name] = 0.001 * np.random.randn(*shape)
            self.weights[name.replace('W', 'b')] = np.zeros(shape[1])

    def forward(self, X, y):
        w = self.weights
        z = X @ w['W1'] + w['b1']
        a = self.sigmoid(z)
        p = self.softmax(a @ w['W2'] + w['b2'])
        delta = (p - np.eye(self.num_classes)[y]) / len(X)
        back = self.sigmoid_grad(z) * (delta @ w['W2'].T)
        self.gradients = dict(W1=X.T @ back, b1=back.sum(0), W2=a.T @ delta, b2=delta.sum(0))
        return self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)
