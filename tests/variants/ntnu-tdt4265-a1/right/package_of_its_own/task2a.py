import numpy as np
from src.models import BinaryModel
def pre_process_images(X):
    X = X.astype(np.float32)
    X = (X / 255 - 0.5) * 2
    return np.hstack((X, np.ones((X.shape[0], 1), dtype=np.float32)))
def cross_entropy_loss(targets, outputs):
    eps = np.finfo(np.float32).eps
    outputs = np.clip(outputs, eps, 1 - eps)
    return float(np.mean(-targets * np.log(outputs) - (1 - targets) * np.log(1 - outputs)))
