"""The same task in PyTorch: a layer of seven sigmoid units, a linear output, and the summed squared error."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Array = NDArray[np.float64]


def build(seed: int = 0) -> nn.Sequential:
    """Return the untrained network."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 7), nn.Sigmoid(), nn.Linear(7, 1)).double()


def train_twin(
    model: nn.Sequential, x: Array, y: Array, x_test: Array, y_test: Array, eta: float = 1e-4, epochs: int = 50_000
) -> tuple[list[float], list[float]]:
    """Train the model by gradient descent on all rows, and return its training and test loss before each step."""
    inputs, targets, inputs_test, targets_test = (_column(values) for values in (x, y, x_test, y_test))
    squared_error = nn.MSELoss(reduction="sum")
    optimizer = torch.optim.SGD(model.parameters(), lr=eta)
    training, test = [], []
    for _ in range(epochs):
        optimizer.zero_grad()
        error = squared_error(model(inputs), targets)
        error.backward()
        training.append(error.item())
        with torch.no_grad():
            test.append(squared_error(model(inputs_test), targets_test).item())
        optimizer.step()
    return training, test


def predict(model: nn.Sequential, x: Array) -> Array:
    """Return the model's output (N,) for x (N, 2), standardised as its training inputs were."""
    with torch.no_grad():
        outputs: Array = model(_column(x)).numpy().reshape(-1)
    return outputs


def _column(values: Array) -> torch.Tensor:
    """The values as rows of a tensor."""
    return torch.as_tensor(values, dtype=torch.float64).reshape(len(values), -1)
