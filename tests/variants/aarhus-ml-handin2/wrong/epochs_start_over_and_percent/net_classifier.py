import numpy as np

def softmax(Z):
    Z = Z - np.max(Z)           # numerical stability
    return np.exp(Z) / np.sum(np.exp(Z), axis=1).reshape(-1, 1)

def relu(Z):
    return np.maximum(Z, 0)

def make_onehot(y, K):
    return np.eye(K)[y.astype(np.int).flatten()]

def get_init_params(input_dim, hidden_size, output_size):
    return {'W1': np.random.normal(0, np.sqrt(2.0 / (input_dim + hidden_size)), size=(input_dim, hidden_size)),
            'b1': np.zeros((1, hidden_size)),
            'W2': np.random.normal(0, np.sqrt(4.0 / (hidden_size + output_size)), size=(hidden_size, output_size)),
            'b2': np.zeros((1, output_size))}

class NetClassifier():

    def __init__(self):
        self.params = None

    def cost_grad(self, X, y, params, c=0.0):
        # we work with columns as in the lecture slides (Z = W X + b)
        W1, W2 = params['W1'].T, params['W2'].T
        b1, b2 = params['b1'].T, params['b2'].T
        A0 = X.T
        m = A0.shape[1]
        Z1 = W1 @ A0 + b1
        A1 = relu(Z1)
        Z2 = W2 @ A1 + b2
        A2 = softmax(Z2.T).T
        Y = make_onehot(y, A2.shape[0]).T
        cost = -1/m * np.sum(Y * np.log(A2)) + c * (np.sum(np.square(W1)) + np.sum(np.square(W2)))
        dZ2 = A2 - Y
        dW2 = 1/m * dZ2 @ A1.T + 2 * c * W2
        db2 = 1/m * np.sum(dZ2, axis=1, keepdims=True)
        dA1 = W2.T @ dZ2
        dZ1 = dA1
        dZ1[Z1 <= 0] = 0
        dW1 = 1/m * dZ1 @ A0.T + 2 * c * W1
        db1 = 1/m * np.sum(dZ1, axis=1, keepdims=True)
        return cost, {'d_w1': dW1.T, 'd_b1': db1.T, 'd_w2': dW2.T, 'd_b2': db2.T}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        best = 0.0
        history = dict(train_loss=[], train_acc=[], val_loss=[], val_acc=[])
        num_batches = int(np.ceil(X_train.shape[0] / batch_size))
        for epoch in range(epochs):
            # back to the start weights so that every epoch is comparable
            params = init_params.copy()
            np.random.shuffle(X_train)
            np.random.shuffle(y_train)
            for b in range(num_batches):
                xb = X_train[b * batch_size:(b + 1) * batch_size]
                yb = y_train[b * batch_size:(b + 1) * batch_size]
                loss, grads = self.cost_grad(xb, yb, params, c)
                for k in params:
                    params[k] = params[k] - lr * grads['d_' + k.lower()]
            history['train_loss'].append(self.cost_grad(X_train, y_train, params, c)[0])
            history['train_acc'].append(self.score(X_train, y_train, params))
            history['val_loss'].append(self.cost_grad(X_val, y_val, params, c)[0])
            history['val_acc'].append(self.score(X_val, y_val, params))
            if history['val_acc'][-1] > best:
                best = history['val_acc'][-1]
                self.params = params
        self.history = history
        return history

    def predict(self, X, params=None):
        p = self.params if params is None else params
        H = relu(X @ p['W1'] + p['b1'])
        return softmax(H @ p['W2'] + p['b2']).argmax(axis=1)

    def score(self, X, y, params=None):
        return (self.predict(X, params) == y).mean() * 100
