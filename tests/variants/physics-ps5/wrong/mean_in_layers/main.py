import numpy as np
import matplotlib.pyplot as plt
from model import Network

def load(path="ps5_data.csv"):
    raw = np.loadtxt(path, delimiter=",", skiprows=1)
    return raw[:, :2], raw[:, 2]

def standardise(x_train, x_test):
    mu, sigma = x_train.mean(axis=0), x_train.std(axis=0)
    return (x_train - mu) / sigma, (x_test - mu) / sigma, mu, sigma

def split(x, y):
    p = np.random.permutation(len(x))
    k = int(.8 * len(x))
    return x[p[:k]], y[p[:k]], x[p[k:]], y[p[k:]]

def plot_map(net, mu, sigma):
    a, b = np.meshgrid(np.linspace(-6, -4, 100), np.linspace(-900, 1000, 100))
    g = (np.c_[a.ravel(), b.ravel()] - mu) / sigma
    plt.contourf(a, b, net.predict(g).reshape(a.shape))

if __name__ == "__main__":
    np.random.seed(0)
    x, y = load()
    xtr, ytr, xte, yte = split(x, y)
    xtr, xte, mu, sigma = standardise(xtr, xte)
    net = Network()
    plt.plot(net.train(xtr, ytr)); plt.show()
    plot_map(net, mu, sigma); plt.show()
