import numpy as np
import pandas as pd
import seaborn as sns
import matplotlib.pyplot as plt
from tqdm import trange
from scipy.special import expit
import os, sys

sns.set_theme(style='darkgrid')
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data', 'ps5_data.csv')
df = pd.read_csv(DATA)
print(df.describe())

x = df[['x_1', 'x_2']].to_numpy(dtype=np.float)
y = df['classification'].to_numpy(dtype=np.int)

# shuffle + split
np.random.seed(2021)
idx = np.arange(len(x)); np.random.shuffle(idx)
x, y = x[idx], y[idx]
ntrain = int(.8*len(x))
xtr, ytr, xte, yte = x[:ntrain], y[:ntrain], x[ntrain:], y[ntrain:]
m, s = xtr.mean(axis=0), xtr.std(axis=0)
xtr = (xtr - m)/s
xte = (xte - m)/s

def forward_pass(x, w, N):
	beta_h = np.zeros((N, 7), dtype=np.float)
	for n in range(N):
		for j in range(7):
			beta_h[n, j] = expit(w[j] + w[j+7]*x[n][0] + w[j+14]*x[n][1])
	y_pred = np.array([expit(w[21] + sum(w[22+j]*beta_h[n, j] for j in range(7))) for n in range(N)])
	return beta_h, y_pred

def backward_propagation(x, y, y_pred, w, beta_h, eta):
	N = len(y)
	dw = np.zeros(29, dtype=np.float)
	for n in range(N):
		d = (y_pred[n] - y[n]) * y_pred[n] * (1 - y_pred[n])
		dw[21] += d
		for j in range(7):
			dw[22+j] += d * beta_h[n, j]
			dh = d * w[22+j] * beta_h[n, j] * (1 - beta_h[n, j])
			dw[j] += dh
			dw[7+j] += dh * x[n][0]
			dw[14+j] += dh * x[n][1]
	return w - eta * dw

w = np.random.randn(29)
losses, losses_test = [], []
pbar = trange(int(1e5))
for epoch in pbar:
	bh, yp = forward_pass(xtr, w, len(xtr))
	losses.append(.5*((ytr - yp)**2).sum())
	_, ypt = forward_pass(xte, w, len(xte))
	losses_test.append(.5*((yte - ypt)**2).sum())
	w = backward_propagation(xtr, ytr, yp, w, bh, 1e-4)
	pbar.set_postfix(loss=losses[-1])

fig, ax = plt.subplots()
sns.lineplot(x=range(len(losses)), y=losses, ax=ax)
fig.savefig('../figures/loss.pdf')
n = 20
zz = np.zeros((n, n))
gx = np.linspace(df.x_1.min(), df.x_1.max(), n)
gy = np.linspace(df.x_2.min(), df.x_2.max(), n)
for i in range(n):
	for j in range(n):
		point = (np.array([[gx[i], gy[j]]]) - m)/s
		zz[j, i] = forward_pass(point, w, 1)[1][0]
plt.contourf(gx, gy, zz)
sys.exit(0)
