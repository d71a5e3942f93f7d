import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.standard_normal((self.input_size, self.hidden_size))
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.standard_normal((self.hidden_size, self.num_classes))
        self.weights['b1'] = np.zeros(self.hidden_size)
        self.weights['b2'] = np.zeros(self.num_classes)

    def forward(self, X, y, mode='train'):
        W1, b1, W2, b2 = [self.weights[k] for k in ('W1', 'b1', 'W2', 'b2')]
        pre_1 = X @ W1 + b1
        act_1 = self.sigmoid(pre_1)
        pre_2 = act_1 @ W2 + b2
        y_hat = self.softmax(pre_2)
        loss = self.cross_entropy_loss(y_hat, y)
        accuracy = self.compute_accuracy(y_hat, y)
        if mode != 'train':
            return loss, accuracy

        batch = y.shape[0]
        targets = np.zeros_like(y_hat)
        targets[np.arange(batch), y] = 1
        d_pre_2 = (y_hat - targets) / batch
        d_act_1 = d_pre_2 @ W2.T
        d_pre_1 = d_act_1 * self.sigmoid_dev(pre_1)
        self.gradients.update(W1=X.T @ d_pre_1, b1=d_pre_1.sum(0), W2=act_1.T @ d_pre_2, b2=d_pre_2.sum(0))
        return loss, accuracy
