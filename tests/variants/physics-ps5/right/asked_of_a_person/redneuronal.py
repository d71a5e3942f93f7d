# -*- coding: latin-1 -*-
# Solución del problema 5: red neuronal con 29 pesos
import numpy as np
import matplotlib.pyplot as plt
import sys, os, time

n_epocas = int(input("Numero de epocas? "))
archivo = sys.argv[1]

def sigmoide(x):
	return 1/(1+np.exp(-x))

def forward_pass(x, w, N):
	beta_h = []
	y_pred = []
	for i in range(N):
		h = [sigmoide(w[j] + w[7+j]*x[i][0] + w[14+j]*x[i][1]) for j in range(7)]
		beta_h.append(h)
		y_pred.append(sigmoide(w[21] + sum(w[22+j]*h[j] for j in range(7))))
	return np.array(beta_h), np.array(y_pred)

def backward_propagation(x, y, y_pred, w, beta_h, eta):
	gradiente = np.zeros(29)
	for i in range(len(y)):
		d = (y_pred[i]-y[i])*y_pred[i]*(1-y_pred[i])
		gradiente[21] += d
		for j in range(7):
			gradiente[22+j] += d*beta_h[i][j]
			t = d*w[22+j]*beta_h[i][j]*(1-beta_h[i][j])
			gradiente[j] += t
			gradiente[7+j] += t*x[i][0]
			gradiente[14+j] += t*x[i][1]
	return w-eta*gradiente

datos = np.loadtxt(archivo, delimiter=',', skiprows=1)
np.random.shuffle(datos)
entrenamiento, prueba = datos[:80], datos[80:]
media = entrenamiento[:, :2].mean(axis=0)
desv = entrenamiento[:, :2].std(axis=0)
x_ent, y_ent = (entrenamiento[:, :2]-media)/desv, entrenamiento[:, 2]
x_pru, y_pru = (prueba[:, :2]-media)/desv, prueba[:, 2]
w = np.random.randn(29)
perdida, perdida_prueba = [], []
t0 = time.time()
for epoca in range(n_epocas):
	beta_h, y_pred = forward_pass(x_ent, w, len(x_ent))
	perdida.append(np.sum((y_ent-y_pred)**2)/2)
	perdida_prueba.append(np.sum((y_pru-forward_pass(x_pru, w, len(x_pru))[1])**2)/2)
	w = backward_propagation(x_ent, y_ent, y_pred, w, beta_h, 0.0001)
print('tiempo', time.time()-t0)
malla1, malla2 = np.meshgrid(np.linspace(-6, -4, 60), np.linspace(-900, 1000, 60))
malla = (np.c_[malla1.ravel(), malla2.ravel()]-media)/desv
z = forward_pass(malla, w, len(malla))[1].reshape(60, 60)
plt.contourf(malla1, malla2, z)
plt.show()
