"""The optimizer of the homework."""

from ._base_optimizer import _BaseOptimizer
from .sgd import SGD

__all__ = ["SGD", "_BaseOptimizer"]
