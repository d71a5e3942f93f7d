from math import exp

import numpy as np


def logistic(value):
    return 1.0 / (1.0 + exp(-value)) if value > -700 else 0.0


logistic_all = np.vectorize(logistic, otypes=[float])
