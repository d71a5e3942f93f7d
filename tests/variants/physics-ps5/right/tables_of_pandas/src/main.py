import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
from tqdm import tqdm, trange
from load import get_arrays
from network import forward_pass, backward_propagation, init_weights, loss

sns.set_style("whitegrid")
plt.rcParams["figure.figsize"] = (8, 5)

EPOCHS = int(1e5)
ETA = 1e-4


def train_network(x, y, x_test, y_test, w, eta=ETA, epochs=EPOCHS):
    hist = {"epoch": [], "train": [], "test": []}
    N = x.shape[0]
    for epoch in trange(epochs, desc="training"):
        beta_h, y_pred = forward_pass(x, w, N)
        if epoch % 1000 == 0:
            hist["epoch"].append(epoch)
            hist["train"].append(loss(y, y_pred))
            hist["test"].append(loss(y_test, forward_pass(x_test, w, len(x_test))[1]))
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w, pd.DataFrame(hist)


def decision_map(w, mu, sd, n=200):
    x1 = np.linspace(-6, -4, n)
    x2 = np.linspace(-900, 1035, n)
    X1, X2 = np.meshgrid(x1, x2)
    grid = np.c_[X1.ravel(), X2.ravel()]
    grid = (grid - mu) / sd
    _, z = forward_pass(grid, w, len(grid))
    return X1, X2, z.reshape(X1.shape)


def main():
    X_train, X_test, y_train, y_test, mu, sd = get_arrays()
    w = init_weights()
    w, hist = train_network(X_train, y_train, X_test, y_test, w)
    hist.to_csv("../figs/history.csv", index=False)
    fig, ax = plt.subplots()
    hist.plot(x="epoch", y=["train", "test"], ax=ax, logy=True)
    ax.set_xlabel("epoch"); ax.set_ylabel("E")
    fig.savefig("../figs/loss.pdf")
    X1, X2, Z = decision_map(w, mu, sd)
    fig, ax = plt.subplots()
    c = ax.contourf(X1, X2, Z, levels=20, cmap="RdBu")
    fig.colorbar(c)
    ax.scatter(X_train[:, 0] * sd[0] + mu[0], X_train[:, 1] * sd[1] + mu[1], c=y_train, edgecolor="k")
    fig.savefig("../figs/map.pdf")


if __name__ == "__main__":
    main()
