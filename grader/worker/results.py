"""What a forward pass returned, taken apart: loss, accuracy and the rest, in any order that students use."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from grader.worker.handin import spelled

__all__ = ["listed", "loss_and_accuracy"]


def loss_and_accuracy(result: Any) -> tuple[Any, Any, list[Any]]:
    """Loss, accuracy, and what else was returned, as it came; None for what is not there."""
    if isinstance(result, dict):
        names = {spelled(str(key)): value for key, value in result.items()}
        loss = next((names[key] for key in names if re.search(r"loss|cost|error", key)), None)
        accuracy = next((names[key] for key in names if re.search(r"acc", key)), None)
        return loss, accuracy, [value for value in result.values() if value is not loss and value is not accuracy]
    if isinstance(result, np.ndarray) and result.shape == (2,):
        return result[0], result[1], []
    if not isinstance(result, (tuple, list)):
        return result, None, []
    if len(result) == 0:
        return None, None, []
    second = result[1] if len(result) > 1 else None
    if isinstance(second, dict):
        return result[0], None, list(result[1:])
    return result[0], second, list(result[2:])


def listed(result: Any) -> list[Any]:
    """What was returned as a list, of one where it is neither a list nor a tuple."""
    return list(result) if isinstance(result, (tuple, list)) else [result]
