import numpy as np

def softmax(λ):
	λ = np.exp(λ - λ.max(axis=1, keepdims=True))
	return λ / λ.sum(axis=1, keepdims=True)

def relu(x):
	x = x.copy()
	x[x < 0] = 0
	return x

class Base:
	def __init__(self):
		self.params = None
	def score(self, X, y, params=None):
		return np.mean(self.predict(X, params) == y)

class NetClassifier(Base):
	def __init__(self):
		super().__init__()
		self.history = None
	def predict(self, X, params=None):
		params = self.params if params is None else params
		return softmax(relu(X @ params['W1'] + params['b1']) @ params['W2'] + params['b2']).argmax(axis=1)
	def cost_grad(self, X, y, params, c=0.0):
		n = len(y)
		z1 = X @ params['W1'] + params['b1']
		a1 = relu(z1)
		ŷ = softmax(a1 @ params['W2'] + params['b2'])
		cost = -np.log(ŷ[np.arange(n), y]).mean() + c * (np.sum(params['W1'] ** 2) + np.sum(params['W2'] ** 2))
		δ2 = (ŷ - np.eye(ŷ.shape[1])[y]) / n
		δ1 = (δ2 @ params['W2'].T) * (z1 > 0)
		return cost, {'d_w1': X.T @ δ1 + 2 * c * params['W1'], 'd_b1': δ1.sum(0, keepdims=True), 'd_w2': a1.T @ δ2 + 2 * c * params['W2'], 'd_b2': δ2.sum(0, keepdims=True)}
	def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
		params = {k: v.copy() for k, v in init_params.items()}
		self.history = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
		best = np.inf
		for _ in range(epochs):
			p = np.random.permutation(len(X_train))
			for i in range(0, len(p), batch_size):
				_, g = NetClassifier.cost_grad(self, X_train[p[i:i + batch_size]], y_train[p[i:i + batch_size]], params, c)
				for k in params:
					params[k] = params[k] - lr * g['d_' + k.lower()]
			for n, A, b in (('train', X_train, y_train), ('val', X_val, y_val)):
				self.history[n + '_loss'].append(self.cost_grad(A, b, params, c)[0])
				self.history[n + '_acc'].append(self.score(A, b, params))
			if self.history['val_loss'][-1] < best:
				best = self.history['val_loss'][-1]
				self.params = dict(params)
		return self.history
