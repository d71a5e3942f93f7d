import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'src', 'nets'))

from models import SoftmaxRegression, TwoLayerNet
from optimizer import SGD
import utils


def main():
    model, optimizer = TwoLayerNet(), SGD(0.2, 1e-4)
    X, y, X_val, y_val = utils.load_mnist_trainval()
    for epoch in range(20):
        print(utils.train(epoch, *utils.generate_batched_data(X, y, 64, True, epoch), model, optimizer))
        print(utils.evaluate(*utils.generate_batched_data(X_val, y_val, 64), model))


if __name__ == '__main__':
    main()
