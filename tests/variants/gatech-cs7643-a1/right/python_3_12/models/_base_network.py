from __future__ import annotations
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, override
import numpy as np
import numpy.typing as npt

type Mat = npt.NDArray[np.floating]
class Metrics(NamedTuple):
    loss: float
    accuracy: float

@dataclass
class _baseNetwork:
    input_size: int = 28 * 28
    num_classes: int = 10
    weights: dict[str, Mat] = field(default_factory=dict, init=False, repr=False)
    gradients: dict[str, Mat] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        np.random.seed(1024)
        self._weight_init()

    def _weight_init(self): ...

    def forward(self, X: Mat, y, mode: Literal["train", "valid", "test"] = "train") -> Metrics:
        match mode:
            case "train":
                probs, back = self._run(X)
                delta = probs.copy()
                delta[np.arange(len(y)), y] -= 1
                back(delta / len(y))
            case "valid" | "test":
                probs, _ = self._run(X)
            case _:
                raise ValueError(f"unknown {mode=}")
        return Metrics(loss=self.cross_entropy_loss(probs, y), accuracy=self.compute_accuracy(probs, y))

    def _run(self, X): raise NotImplementedError

    @staticmethod
    def softmax(scores: Mat) -> Mat:
        e = np.exp(scores - np.amax(scores, axis=-1, keepdims=True))
        return e / np.sum(e, axis=-1, keepdims=True)
    @staticmethod
    def cross_entropy_loss(x_pred: Mat, y) -> float:
        return -np.log(np.take_along_axis(x_pred, np.asarray(y)[:, None], axis=1)).mean()
    @staticmethod
    def compute_accuracy(x_pred: Mat, y) -> float:
        return np.count_nonzero(np.argmax(x_pred, axis=-1) == y) / len(y)
    @staticmethod
    def sigmoid(X: Mat) -> Mat:
        return 0.5 * (1 + np.tanh(0.5 * X))
    @classmethod
    def sigmoid_dev(cls, x: Mat) -> Mat:
        return (s := cls.sigmoid(x)) * (1 - s)
    @staticmethod
    def ReLU(X: Mat) -> Mat:
        return X.clip(min=0)
    @staticmethod
    def ReLU_dev(X: Mat) -> Mat:
        return np.heaviside(X, 0)
