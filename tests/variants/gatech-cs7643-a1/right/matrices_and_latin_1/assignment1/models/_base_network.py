# -*- coding: latin-1 -*-
# Red neuronal básica. Año 2021
import numpy as np
class _baseNetwork:
    def __init__(self, input_size=28*28, num_classes=10):
        self.input_size = input_size; self.num_classes = num_classes
        self.weights = dict(); self.gradients = dict()
    def softmax(self, scores):
        """Función softmax: la suma de cada fila es 1"""
        S = np.asmatrix(scores)
        S = S - S.max(1)
        E = np.exp(S)
        return np.array(E / E.sum(1))
    def cross_entropy_loss(self, x_pred, y):
        N = x_pred.shape[0]
        perdida = 0
        for i in range(0, N):
            perdida = perdida - np.log(x_pred[i, int(y[i])])
        return perdida/N
    def compute_accuracy(self, x_pred, y):
        pred = np.asmatrix(x_pred).argmax(1).A1
        return 1 - np.mean(pred != y)
    def sigmoid(self, X):
        return np.power(1 + np.exp(-X), -1)
    def sigmoid_dev(self, x):
        return np.multiply(self.sigmoid(x), 1 - self.sigmoid(x))
    def ReLU(self, X):
        Y = np.copy(X); Y[Y < 0] = 0; return Y
    def ReLU_dev(self, X):
        Y = np.copy(X); Y[Y > 0] = 1; Y[Y <= 0] = 0; return Y
