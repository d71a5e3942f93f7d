# -*- coding: utf-8 -*-
'''
Aflevering 2 - Maskinlæring
'''
from numpy import *
import numpy as np
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import pandas as pd
import time, sys

np.random.seed(2718)
np.set_printoptions(precision=3)

def one_in_k_encoding(vec, k):
	""" vec: etiketter, k: antal klasser """
	n = vec.shape[0]
	enc = np.zeros((n, k), dtype=np.float)
	enc[np.arange(n), vec.astype(np.int)] = 1
	return enc

def softmax(X):
	res = np.zeros(X.shape, dtype=np.float32)
	m = X.max(axis=1).reshape((-1, 1))
	res = np.exp(X - m - np.log(np.sum(np.exp(X - m), axis=1)).reshape((-1, 1)))
	return res

def relu(x):
	res = x.copy()
	res[(x < 0).astype(np.bool)] = 0
	return res

def get_init_params(input_dim, hidden_size, output_size):
	W1 = np.random.normal(0, np.sqrt(2/(input_dim+hidden_size)), size=(input_dim, hidden_size)).astype(np.float32)
	b1 = np.zeros((1, hidden_size), dtype=np.float32)
	W2 = np.random.normal(0, np.sqrt(4/(hidden_size+output_size)), size=(hidden_size, output_size)).astype(np.float32)
	b2 = np.zeros((1, output_size), dtype=np.float32)
	return {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}

class NetClassifier():
	def __init__(self):
		""" et net """
		self.params = None
		self.hist = None

	def predict(self, X, params=None):
		if params is None: params = self.params
		pred = None
		h = relu(dot(X, params['W1']) + params['b1'])
		pred = argmax(dot(h, params['W2']) + params['b2'], axis=1)
		assert pred.shape == (X.shape[0],)
		return pred

	def score(self, X, y, params=None):
		acc = None
		acc = np.float_(sum(self.predict(X, params) == y)) / np.product(y.shape)
		return acc

	def cost_grad(self, X, y, params, c=0.0):
		cost = 0
		W1 = params['W1']; b1 = params['b1']; W2 = params['W2']; b2 = params['b2']
		d_w1 = None; d_w2 = None; d_b1 = None; d_b2 = None
		labels = one_in_k_encoding(y, W2.shape[1])
		# fremad
		z1 = dot(X, W1) + b1
		a1 = relu(z1)
		z2 = dot(a1, W2) + b2
		s = softmax(z2)
		n = np.float(X.shape[0])
		cost = -sum(labels*log(s + 1e-8))/n + c*(sum(W1**2) + sum(W2**2))
		# tilbage
		d_z2 = (s - labels)/n
		d_w2 = dot(a1.T, d_z2) + 2*c*W2
		d_b2 = sum(d_z2, axis=0, keepdims=True)
		d_a1 = dot(d_z2, W2.T)
		d_z1 = d_a1.copy()
		d_z1[z1 < 0] = 0
		d_w1 = dot(X.T, d_z1) + 2*c*W1
		d_b1 = sum(d_z1, axis=0, keepdims=True)
		return cost, {'d_w1': d_w1, 'd_w2': d_w2, 'd_b1': d_b1, 'd_b2': d_b2}

	def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
		W1 = init_params['W1']
		b1 = init_params['b1']
		W2 = init_params['W2']
		b2 = init_params['b2']
		t0 = time.time()
		hist = pd.DataFrame(columns=['train_loss', 'train_acc', 'val_loss', 'val_acc'])
		hist = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
		best = np.Inf
		bedste = init_params
		for e in range(epochs):
			perm = np.random.permutation(X_train.shape[0])
			for i in range(0, X_train.shape[0], batch_size):
				xb = X_train[perm[i:i+batch_size], :]
				yb = y_train[perm[i:i+batch_size]]
				p = {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}
				cost, d = self.cost_grad(xb, yb, p, c)
				W1 = W1 - lr*d['d_w1']
				b1 = b1 - lr*d['d_b1']
				W2 = W2 - lr*d['d_w2']
				b2 = b2 - lr*d['d_b2']
				sys.stdout.write('\r%d/%d' % (i, X_train.shape[0])); sys.stdout.flush()
			p = {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}
			hist['train_loss'].append(self.cost_grad(X_train, y_train, p, c)[0])
			hist['train_acc'].append(self.score(X_train, y_train, p))
			hist['val_loss'].append(self.cost_grad(X_val, y_val, p, c)[0])
			hist['val_acc'].append(self.score(X_val, y_val, p))
			if hist['val_loss'][-1] < best:
				best = hist['val_loss'][-1]
				bedste = p
		self.params = bedste
		self.hist = hist
		plt.plot(hist['train_loss']); plt.plot(hist['val_loss']); plt.savefig('loss.png'); plt.close()
		print('tid:', time.time() - t0)
		return hist
