from __future__ import annotations
import numpy as np
from nets.base import LinearModel, F


def pre_process_images(X: np.ndarray) -> F:
    mean, std = 33.55274553571429, 78.87550070784701
    out = np.empty((X.shape[0], X.shape[1] + 1), dtype=np.float32)
    out[:, 0] = 1
    out[:, 1:] = (X.astype(np.float32) - mean) / std
    return out


def cross_entropy_loss(targets: F, outputs: F) -> float:
    eps = 1e-7
    p = np.clip(outputs, eps, 1 - eps)
    return float(np.mean(np.where(targets == 1, -np.log(p), -np.log1p(-p))))


class BinaryModel(LinearModel):
    def __init__(self) -> None:
        super().__init__()

    def activation(self, z: F) -> F:
        return np.float32(0.5) * (1 + np.tanh(z / 2))
