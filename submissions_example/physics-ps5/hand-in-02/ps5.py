"""PS5: every weight has a number, as in my drawing."""
import math

import numpy as np


def sig(a):
    return 1 / (1 + math.exp(-a)) if a > -700 else 0.0


def forward_pass(x, w, N):
    hidden = [[0.0] * 7 for _ in range(N)]
    y_pred = [0.0] * N
    for n in range(N):
        out = w[21]
        for h in range(7):
            hidden[n][h] = sig(w[h] + w[7 + h] * x[n][0] + w[14 + h] * x[n][1])
            out += w[22 + h] * hidden[n][h]
        y_pred[n] = sig(out)
    return np.array(hidden), np.array(y_pred)


def loss(y, y_pred):
    E = 0
    for t, p in zip(y, y_pred):
        E += 0.5 * (t - p) ** 2
    return E


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    dw1 = dw2 = dw3 = dw4 = dw5 = dw6 = dw7 = 0
    dw8 = dw9 = dw10 = dw11 = dw12 = dw13 = dw14 = 0
    dw15 = dw16 = dw17 = dw18 = dw19 = dw20 = dw21 = 0
    dw22 = dw23 = dw24 = dw25 = dw26 = dw27 = dw28 = dw29 = 0
    for n in range(len(y)):
        x1, x2 = x[n, 0], x[n, 1]
        b1, b2, b3, b4, b5, b6, b7 = beta_h[n]
        d = -(y[n] - y_pred[n]) * y_pred[n] * (1 - y_pred[n])
        # output layer
        dw22 += d
        dw23 += d * b1
        dw24 += d * b2
        dw25 += d * b3
        dw26 += d * b4
        dw27 += d * b5
        dw28 += d * b6
        dw29 += d * b7
        # hidden layer
        d1 = d * w[22] * b1 * (1 - b1)
        d2 = d * w[23] * b2 * (1 - b2)
        d3 = d * w[24] * b3 * (1 - b3)
        d4 = d * w[25] * b4 * (1 - b4)
        d5 = d * w[26] * b5 * (1 - b5)
        d6 = d * w[27] * b6 * (1 - b6)
        d7 = d * w[28] * b7 * (1 - b7)
        dw1, dw8, dw15 = dw1 + d1, dw8 + d1 * x1, dw15 + d1 * x2
        dw2, dw9, dw16 = dw2 + d2, dw9 + d2 * x1, dw16 + d2 * x2
        dw3, dw10, dw17 = dw3 + d3, dw10 + d3 * x1, dw17 + d3 * x2
        dw4, dw11, dw18 = dw4 + d4, dw11 + d4 * x1, dw18 + d4 * x2
        dw5, dw12, dw19 = dw5 + d5, dw12 + d5 * x1, dw19 + d5 * x2
        dw6, dw13, dw20 = dw6 + d6, dw13 + d6 * x1, dw20 + d6 * x2
        dw7, dw14, dw21 = dw7 + d7, dw14 + d7 * x1, dw21 + d7 * x2
    dw = [
        dw1, dw2, dw3, dw4, dw5, dw6, dw7, dw8, dw9, dw10, dw11, dw12, dw13, dw14, dw15,
        dw16, dw17, dw18, dw19, dw20, dw21, dw22, dw23, dw24, dw25, dw26, dw27, dw28, dw29,
    ]
    return [w[i] - eta * dw[i] for i in range(29)]


def standardize(column):
    return (column - np.mean(column)) / np.std(column)


def split_data(x, y):
    np.random.seed(1)
    p = np.random.permutation(len(y))
    k = int(0.8 * len(y))
    return x[p[:k]], y[p[:k]], x[p[k:]], y[p[k:]]


def training(x, y, w, eta=1e-4, epochs=100000):
    losses = []
    for e in range(epochs):
        beta_h, y_pred = forward_pass(x, w, len(y))
        losses.append(loss(y, y_pred))
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return losses, w


def grid(w, x, steps=40):
    """Prediction over the plane, in standardised coordinates; x is what the network was trained on."""
    a = np.linspace(min(x[:, 0]), max(x[:, 0]), steps)
    b = np.linspace(min(x[:, 1]), max(x[:, 1]), steps)
    A, B = np.meshgrid(a, b)
    Z = np.zeros((steps, steps))
    for i in range(steps):
        for j in range(steps):
            Z[i, j] = forward_pass(np.array([[A[i, j], B[i, j]]]), w, 1)[1][0]
    return A, B, Z


def main():
    data = np.loadtxt("ps5_data.csv", delimiter=",", skiprows=1)
    x = np.column_stack([standardize(data[:, 0]), standardize(data[:, 1])])
    x_train, y_train, x_test, y_test = split_data(x, data[:, 2])
    losses, w = training(x_train, y_train, np.random.normal(0, 1, 29))
    print(losses[0], losses[-1])
    print("test", loss(y_test, forward_pass(x_test, w, len(y_test))[1]))


if __name__ == "__main__":
    main()
