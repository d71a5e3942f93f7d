import numpy as np
import matplotlib.pyplot as plt

def main():
    # --- data
    data = np.loadtxt('ps5_data.csv', delimiter=',', skiprows=1)
    np.random.seed(0)
    np.random.shuffle(data)
    x, y = data[:, 0:2], data[:, 2]
    x_train, x_test = x[:80], x[80:]
    y_train, y_test = y[:80], y[80:]
    mean = np.mean(x_train, axis=0)
    std = np.std(x_train, axis=0)
    x_train = (x_train - mean) / std
    x_test = (x_test - mean) / std
    # --- training
    w = np.random.randn(29)
    eta = 1e-4
    E_train = []
    E_test = []
    for epoch in range(100000):
        beta_h, y_pred = forward_pass(x_train, w, 7)
        E_train.append(error_function(y_train, y_pred))
        E_test.append(error_function(y_test, forward_pass(x_test, w, 7)[1]))
        w = backward_propagation(x_train, y_train, y_pred, w, beta_h, eta)
    # --- map
    xx, yy = np.meshgrid(np.linspace(-6, -4, 50), np.linspace(-900, 1035, 50))
    grid = (np.array([xx.flatten(), yy.flatten()]).T - mean) / std
    z = forward_pass(grid, w, 7)[1].reshape(50, 50)
    plt.contourf(xx, yy, z)
    plt.show()

def activation(z):
    z = np.clip(z, -500, 500)
    return 1 / (1 + np.exp(-z))

def forward_pass(x, w, N):
    '''N = number of hidden nodes'''
    hidden_in = w[:N] + x[:, 0][:, None] * w[N:2*N] + x[:, 1][:, None] * w[2*N:3*N]
    beta_h = activation(hidden_in)
    y_pred = activation(w[3*N] + np.sum(beta_h * w[3*N+1:], axis=1))
    return beta_h, y_pred

def error_function(y, y_pred):
    return 0.5 * sum((y - y_pred)**2)

def backward_propagation(x, y, y_pred, w, beta_h, eta):
    N = beta_h.shape[1]
    e = (y - y_pred) * y_pred * (1 - y_pred)
    h = e[:, None] * w[3*N+1:] * beta_h * (1 - beta_h)
    dw = np.hstack((h.sum(0), x[:, 0] @ h, x[:, 1] @ h, e.sum(), e @ beta_h))
    return w + eta * dw

main()
