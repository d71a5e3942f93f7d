# Problem set 5, question 2 - run with: python problem_set_5.py
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt

np.random.seed(0)

def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward_pass(x, w, N):
    bias_h, w_x1, w_x2 = w[0:7], w[7:14], w[14:21]
    bias_o, w_o = w[21], w[22:29]
    beta_h = np.zeros((N, 7))
    y_pred = np.zeros(N)
    for i in range(N):
        beta_h[i] = sigmoid(bias_h + w_x1 * x[i, 0] + w_x2 * x[i, 1])
        y_pred[i] = sigmoid(bias_o + np.sum(w_o * beta_h[i]))
    return beta_h, y_pred


def loss_function(y, y_pred):
    return np.sum((y - y_pred) ** 2) / 2


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    grad = np.zeros(29)
    for i in range(len(y)):
        error = (y_pred[i] - y[i]) * y_pred[i] * (1 - y_pred[i])
        hidden_error = error * w[22:29] * beta_h[i] * (1 - beta_h[i])
        grad[0:7] += hidden_error
        grad[7:14] += hidden_error * x[i, 0]
        grad[14:21] += hidden_error * x[i, 1]
        grad[21] += error
        grad[22:29] += error * beta_h[i]
    return w - eta * grad


# the data file was not on my laptop, so I made points of the same kind
x = np.column_stack((np.random.uniform(-6, -4, 100), np.random.uniform(-900, 1035, 100)))
y = (np.abs(x[:, 0] + 5.4 - x[:, 1] / 2000) < 0.3).astype(float)

x_mean, x_std = x.mean(axis=0), x.std(axis=0)
x = (x - x_mean) / x_std
x_train, x_test, y_train, y_test = x[:80], x[80:], y[:80], y[80:]

w = np.random.normal(size=29)
eta = 1e-4
train_loss = []
test_loss = []
for epoch in range(100000):
    beta_h, y_pred = forward_pass(x_train, w, 80)
    train_loss.append(loss_function(y_train, y_pred))
    _, y_pred_test = forward_pass(x_test, w, 20)
    test_loss.append(loss_function(y_test, y_pred_test))
    w = backward_propagation(x_train, y_train, y_pred, w, beta_h, eta)
    if epoch % 1000 == 0:
        print(epoch, train_loss[-1], test_loss[-1])

plt.plot(train_loss, label="train")
plt.plot(test_loss, label="test")
plt.legend()
plt.show()

g1, g2 = np.meshgrid(np.linspace(-6, -4, 100), np.linspace(-1000, 1100, 100))
points = (np.column_stack((g1.ravel(), g2.ravel())) - x_mean) / x_std
_, z = forward_pass(points, w, len(points))
plt.contourf(g1, g2, z.reshape(100, 100))
plt.colorbar()
plt.show()
