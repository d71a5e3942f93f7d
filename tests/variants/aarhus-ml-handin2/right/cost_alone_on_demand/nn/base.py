import abc
import numpy as np


class Classifier(abc.ABC):
    params = None

    @abc.abstractmethod
    def cost_grad(self, X, y, params, c=0.0): ...

    @abc.abstractmethod
    def predict(self, X, params=None): ...

    def score(self, X, y, params=None):
        return 1.0 - np.mean(self.predict(X, params=params) != y)


class History(dict):
    """a dict that grows a list for each new key"""

    def __missing__(self, key):
        self[key] = []
        return self[key]

    def log(self, **values):
        for k, v in values.items():
            self[k].append(float(v))
