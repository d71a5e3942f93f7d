import csv
import random
import numpy as np
from . import config

class PointCloud:
    """The csv, shuffled and cut in two; scaled by the training part."""
    def __init__(self, path=config.DATA, train_fraction=0.8):
        with open(path) as file:
            rows = list(csv.DictReader(file))
        random.Random(config.SEED).shuffle(rows)
        self.x = np.array([[float(r["x_1"]), float(r["x_2"])] for r in rows])
        self.y = np.array([float(r["classification"]) for r in rows])
        self.cut = int(train_fraction * len(rows))
        self.mean = self.x[:self.cut].mean(axis=0)
        self.std = self.x[:self.cut].std(axis=0)

    def scale(self, x):
        return (x - self.mean) / self.std

    @property
    def train(self):
        return self.scale(self.x[:self.cut]), self.y[:self.cut]

    @property
    def test(self):
        return self.scale(self.x[self.cut:]), self.y[self.cut:]
