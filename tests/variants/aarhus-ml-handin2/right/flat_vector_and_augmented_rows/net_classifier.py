# -*- coding: utf-8 -*-
"""
Created on Tue Oct 29 10:11:12 2019

@author: grp
"""
import numpy as np
import matplotlib
matplotlib.use('TkAgg')
import matplotlib.pyplot as plt
from mpl_toolkits.axes_grid1 import ImageGrid

EPS = 1e-15
os_path = r'C:\Users\stud\Documents\ml\data'

def onehot(y, k):
	return (np.arange(k)[None, :] == np.asarray(y).reshape(-1, 1)).astype(np.float64)

def softmax(X):
	"""Beregner softmax for hver række"""
	return np.exp(log_softmax(X))

def log_softmax(X):
	c = np.amax(X, axis=1)
	return X - (c + np.log(np.sum(np.exp(X - c.reshape(-1,1)), axis=1))).reshape(-1,1)

def relu(x):
	return (abs(x) + x) / 2

def aug(X):
	return np.hstack([np.ones((X.shape[0], 1)), X])

def get_init_params(input_dim, hidden_size, output_size):
	W1 = np.random.normal(0, np.sqrt(2/(input_dim+hidden_size)), size=(input_dim, hidden_size))
	b1 = np.zeros((1, hidden_size))
	W2 = np.random.normal(0, np.sqrt(4/(hidden_size+output_size)), size=(hidden_size, output_size))
	b2 = np.zeros((1, output_size))
	return {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}

class NetClassifier(object):

	hist = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
	params = None

	def _theta(self, params):
		t1 = np.vstack([params['b1'].reshape(1, -1), params['W1']])
		t2 = np.vstack([params['b2'].reshape(1, -1), params['W2']])
		return t1, t2

	def cost_grad(self, X, y, params, c=0.0):
		t1, t2 = self._theta(params)
		h_in = aug(X) @ t1
		h = aug(relu(h_in))
		lp = log_softmax(h @ t2)
		Y = onehot(y, t2.shape[1])
		cost = -(Y * lp).sum() / len(Y) + c * ((t1[1:]**2).sum() + (t2[1:]**2).sum())
		d = (np.exp(lp) - Y) / len(Y)
		g2 = h.T @ d
		g2[1:] += 2*c*t2[1:]
		d = (d @ t2.T)[:, 1:] * (h_in > 0)
		g1 = aug(X).T @ d
		g1[1:] += 2*c*t1[1:]
		return cost, {'d_w1': g1[1:], 'd_w2': g2[1:], 'd_b1': g1[0], 'd_b2': g2[0]}

	def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
		theta = np.concatenate([init_params[k].ravel() for k in ('W1', 'b1', 'W2', 'b2')])
		shapes = [init_params[k].shape for k in ('W1', 'b1', 'W2', 'b2')]
		def unroll(t):
			out, i = {}, 0
			for k, s in zip(('W1', 'b1', 'W2', 'b2'), shapes):
				out[k] = t[i:i+s[0]*s[1]].reshape(s)
				i += s[0]*s[1]
			return out
		bedste = (1e9, theta)
		for e in range(epochs):
			p = np.random.permutation(len(X_train))
			for k in range(len(p) // batch_size + (len(p) % batch_size > 0)):
				ix = p[batch_size*k : batch_size*(k+1)]
				_, g = self.cost_grad(X_train[ix], y_train[ix], unroll(theta), c)
				theta = theta - lr * np.concatenate([g[k].ravel() for k in ('d_w1', 'd_b1', 'd_w2', 'd_b2')])
			q = unroll(theta)
			self.hist['train_loss'].append(self.cost_grad(X_train, y_train, q, c)[0])
			self.hist['train_acc'].append(self.score(X_train, y_train, q))
			self.hist['val_loss'].append(self.cost_grad(X_val, y_val, q, c)[0])
			self.hist['val_acc'].append(self.score(X_val, y_val, q))
			if self.hist['val_loss'][-1] < bedste[0]:
				bedste = (self.hist['val_loss'][-1], theta)
		self.params = unroll(bedste[1])
		return self.hist

	def predict(self, X, params=None):
		t1, t2 = self._theta(params or self.params)
		return np.argmax(aug(relu(aug(X) @ t1)) @ t2, 1)

	def score(self, X, y, params=None):
		return np.mean(np.equal(self.predict(X, params), np.squeeze(y)))

plt.figure()
plt.plot(np.linspace(-3, 3), relu(np.linspace(-3, 3)))
plt.title('relu')
plt.show()
