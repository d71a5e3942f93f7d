import numpy as np
import time

def one_hot_encoding(vec, k):
    vec = vec.astype(np.int32)
    enc = np.zeros((vec.shape[0], k))
    enc[range(vec.shape[0]), vec] = 1
    return enc

def softmax(X):
    # YOUR CODE HERE
    X = X - np.max(X, axis=1).reshape((-1, 1))
    res = np.exp(X) / np.sum(np.exp(X), axis=1).reshape((-1, 1))
    # END CODE
    return res

def relu(x):
    # YOUR CODE HERE
    x[x < 0] = 0
    return x
    # END CODE

def get_init_params(input_dim, hidden_size, output_size):
    return {'W1': np.random.normal(0, np.sqrt(2/(input_dim+hidden_size)), size=(input_dim, hidden_size)), 'b1': np.zeros((1, hidden_size)),
            'W2': np.random.normal(0, np.sqrt(4/(hidden_size+output_size)), size=(hidden_size, output_size)), 'b2': np.zeros((1, output_size))}

class NetClassifier():
    def __init__(self):
        self.params = None

    def predict(self, X, params=None):
        if params is None: params = self.params
        pred = None
        # YOUR CODE HERE  - PREDICT IMPLEMENTATION - COMPUTE CLASS ESTIMATES pred FOR X
        # TODO
        # END CODE
        return pred

    def score(self, X, y, params=None):
        if params is None: params = self.params
        acc = None
        # YOUR CODE HERE - SCORE IMPLEMENTATION - COMPUTE ACCURACY acc USING PREDICT METHOD
        acc = np.mean(self.predict(X, params) == y)
        # END CODE
        return acc

    @staticmethod
    def cost_grad(X, y, params, c=0.0):
        cost = 0
        W1 = params['W1']; b1 = params['b1']; W2 = params['W2']; b2 = params['b2']
        d_w1 = None; d_w2 = None; d_b1 = None; d_b2 = None
        labels = one_hot_encoding(y, W2.shape[1])
        # FORWARD PASS
        z1 = np.dot(X, W1) + b1
        a1 = relu(z1)
        z2 = np.dot(a1, W2) + b2
        p = softmax(z2)
        cost = -np.mean(np.sum(labels * np.log(p), axis=1)) + c * (np.sum(W1**2) + np.sum(W2**2))
        # BACKWARD PASS
        dz2 = (p - labels) / X.shape[0]
        d_w2 = np.dot(a1.T, dz2)
        d_b2 = np.sum(dz2, axis=0)
        da1 = np.dot(dz2, W2.T)
        # TODO: relu derivative?? how
        dz1 = da1
        d_w1 = np.dot(X.T, dz1)
        d_b1 = np.sum(dz1, axis=0)
        return cost, {'d_w1': d_w1, 'd_w2': d_w2, 'd_b1': d_b1, 'd_b2': d_b2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        W1 = init_params['W1']; b1 = init_params['b1']; W2 = init_params['W2']; b2 = init_params['b2']
        hist = {'train_loss': None, 'train_acc': None, 'val_loss': None, 'val_acc': None}
        # YOUR CODE HERE
        # did not have time :(
        # END CODE
        self.params = init_params
        return hist
