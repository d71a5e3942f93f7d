import numpy as np

from .layers import logistic_all


def forwardPass(inputs, weights, n):
    print("forward pass of", n, "points")
    hidden = logistic_all(weights[0:7] + np.outer(inputs[:, 0], weights[7:14]) + np.outer(inputs[:, 1], weights[14:21]))
    output = logistic_all(weights[21] + hidden.dot(weights[22:29]))
    return {"hidden": hidden, "output": output}["hidden"], output


def backPropagation(inputs, targets, output, weights, hidden, learning_rate):
    delta_o = (output - targets) * output * (1 - output)
    delta_h = np.outer(delta_o, weights[22:29]) * hidden * (1 - hidden)
    gradient = np.zeros_like(weights)
    gradient[0:7] = np.sum(delta_h, axis=0)
    gradient[7:14] = np.dot(inputs[:, 0], delta_h)
    gradient[14:21] = np.dot(inputs[:, 1], delta_h)
    gradient[21] = np.sum(delta_o)
    gradient[22:29] = np.dot(delta_o, hidden)
    return np.subtract(weights, learning_rate * gradient)
