import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._weight_init()

    def _weight_init(self):
        shapes = {'W1': (self.input_size, self.hidden_size), 'b1': (self.hidden_size,),
                  'W2': (self.hidden_size, self.num_classes), 'b2': (self.num_classes,)}
        for name in shapes:
            if name[0] == 'W':
                np.random.seed(1024)
                self.weights[name] = (0.001 * np.random.randn(*shapes[name])).astype(np.float32)
            else:
                self.weights[name] = np.zeros(shapes[name], dtype=np.float32)

    def forward(self, X, y, mode='train'):
        W1, b1 = self.weights['W1'], self.weights['b1']
        W2, b2 = self.weights['W2'], self.weights['b2']
        N = len(X)

        hidden_in = np.zeros((N, self.hidden_size), dtype=np.float32)
        scores = np.zeros((N, self.num_classes), dtype=np.float32)
        hidden = np.zeros((N, self.hidden_size), dtype=np.float32)
        for i in range(N):
            hidden_in[i] = np.dot(X[i], W1) + b1
            hidden[i] = self.sigmoid(hidden_in[i])
            scores[i] = np.dot(hidden[i], W2) + b2
        prob = self.softmax(scores)
        loss = self.cross_entropy_loss(prob, y)
        accuracy = self.compute_accuracy(prob, y)

        if mode == 'train':
            for name in self.weights:
                self.gradients[name] = np.zeros(self.weights[name].shape, dtype=np.float32)
            for i in range(N):
                delta2 = prob[i].copy()
                delta2[y[i]] -= 1
                delta2 = delta2 / N
                delta1 = np.dot(W2, delta2) * self.sigmoid_dev(hidden_in[i])
                self.gradients['W2'] += np.outer(hidden[i], delta2)
                self.gradients['b2'] += delta2
                self.gradients['W1'] += np.outer(X[i], delta1).astype(np.float32)
                self.gradients['b1'] += delta1
        return loss, accuracy
