import numpy as np
from hjælp.funktioner import *

def get_init_params(input_dim, hidden_size, output_size):
	w1 = np.random.normal(0, np.sqrt(2 / (input_dim + hidden_size)), (input_dim, hidden_size))
	w2 = np.random.normal(0, np.sqrt(4 / (hidden_size + output_size)), (hidden_size, output_size))
	return {'w1': w1, 'b1': np.zeros((1, hidden_size)), 'w2': w2, 'b2': np.zeros((1, output_size))}

class NetClassifier(object):
	def __init__(self, λ=1e-4, η=0.1):
		self.λ, self.η = λ, η
		self.tab_træning, self.tab_validering = [], []
		self.nøjagtighed_træning, self.nøjagtighed_validering = [], []

	def cost_grad(self, X, y, params, c=0.0):
		w1, b1, w2, b2 = params['w1'], params['b1'], params['w2'], params['b2']
		n = len(X)
		z1 = X @ w1 + b1
		a1 = relu(z1)
		z2 = a1 @ w2 + b2
		p = softmax(z2)
		t = one_in_k(y, w2.shape[1])
		pris = -(t * np.log(p)).sum(axis=1).mean() + c * ((w1 ** 2).sum() + (w2 ** 2).sum())
		δ2 = (p - t) / n
		δ1 = δ2 @ w2.T * (z1 > 0)
		return pris, {'d_w1': X.T @ δ1 + 2 * c * w1, 'd_w2': a1.T @ δ2 + 2 * c * w2, 'd_b1': δ1.sum(0, keepdims=True), 'd_b2': δ2.sum(0, keepdims=True)}

	def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
		params = {navn: værdi.copy() for navn, værdi in init_params.items()}
		mindst = np.inf
		for epoke in range(epochs):
			orden = np.arange(len(X_train))
			np.random.shuffle(orden)
			for start in range(0, len(orden), batch_size):
				valgt = orden[start:start + batch_size]
				_, g = self.cost_grad(X_train[valgt], y_train[valgt], params, c)
				for navn in params:
					params[navn] = params[navn] - lr * g['d_' + navn]
			self.tab_træning.append(self.cost_grad(X_train, y_train, params)[0])
			self.tab_validering.append(self.cost_grad(X_val, y_val, params)[0])
			self.nøjagtighed_træning.append(self.score(X_train, y_train, params))
			self.nøjagtighed_validering.append(self.score(X_val, y_val, params))
			if self.tab_validering[-1] < mindst:
				mindst = self.tab_validering[-1]
				self.params = dict(params)
		return {'tab': (self.tab_træning, self.tab_validering), 'nøjagtighed': (self.nøjagtighed_træning, self.nøjagtighed_validering)}

	def predict(self, X, params=None):
		params = params or self.params
		return np.argmax(relu(X @ params['w1'] + params['b1']) @ params['w2'] + params['b2'], axis=1)

	def score(self, X, y, params=None):
		return (self.predict(X, params) == y).sum() / len(y)
