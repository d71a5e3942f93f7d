"""Plain gradient descent."""

from __future__ import annotations

from typing import Any


class SGD:
    def __init__(self, parameters: list[Any], lr: float) -> None:
        self.parameters, self.lr = parameters, lr

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        for parameter in self.parameters:
            parameter.array -= self.lr * parameter.grad
