import numpy as np
from neural_net import NeuralNetwork, plane


def standardize(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def train_test_split(x, y, test_size=0.2, seed=10):
    test = np.zeros(len(y), dtype=bool)
    test[np.random.RandomState(seed).choice(len(y), int(test_size * len(y)), replace=False)] = True
    return x[~test], x[test], y[~test], y[test]


if __name__ == "__main__":
    table = np.genfromtxt("ps5_data.csv", delimiter=",", skip_header=1)
    x_train, x_test, y_train, y_test = train_test_split(table[:, :2], table[:, 2])
    net = NeuralNetwork()
    net.train(standardize(x_train), y_train)
    print(net.losses[::10000])
    plane(net, x_train, x_train.mean(axis=0), x_train.std(axis=0))
