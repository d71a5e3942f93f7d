import numpy as np

from .propagation import backPropagation, forwardPass


def computeLoss(targets, output):
    return sum(0.5 * (t - o) ** 2 for t, o in zip(targets, output))


def normalizeData(data):
    mean, std = data.mean(axis=0), data.std(axis=0)
    return (data - mean) / std, (mean, std)


def splitData(data, targets):
    rows = list(range(len(data)))
    np.random.default_rng(5).shuffle(rows)
    cut = round(0.8 * len(rows))
    return (data[rows[:cut]], targets[rows[:cut]]), (data[rows[cut:]], targets[rows[cut:]])


def trainModel(inputs, targets, weights, learning_rate, epochs):
    current = weights
    for _ in range(epochs):
        hidden, output = forwardPass(inputs, current, len(inputs))
        current = backPropagation(inputs, targets, output, current, hidden, learning_rate)
    return current


def predictGrid(weights, mean, std, resolution=15):
    points = [[a, b] for b in np.linspace(-900, 1000, resolution) for a in np.linspace(-6, -4, resolution)]
    points = np.array(points)
    return points, forwardPass((points - mean) / std, weights, len(points))[1]
