"""A small write-up with everything that one can hold, from outcomes that were made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from grader.experiments import Outcome, Run, Splits
from grader.model import Failure
from grader.report.picture import png
from grader.writeup import Document, document, explanations, load_writeup, plan
from grader.writeup.plan import Planned
from grader.writeup.spec import Writeup

SPEC = Path(__file__).parent / "rubrics" / "writeup.yaml"
REPORT = b"""\
# Report of two weeks

## 1) The rates

A rate of $0.1$ is *slow*; with $\\eta = 1$ the step $\\eta \\nabla L$ is right. <b>Raw HTML</b> stays as it is.

$$\\sum_i p_i = 1$$

| rate | loss |
|---|--:|
| 1 | 0.2 |

### A detail

```python
# Norms
print("not a heading")
```

![the curves](curves.png)

![gone](gone.png) ![drawn](net.svg) ![far](https://example.org/a.png) ![*broken*](broken.jpg)
[a page](https://example.org) [no page](javascript:alert(1))

## Something else

This belongs to no section.

## Norms

Weights shrink.
"""
NET = b"""\
import numpy as np


def forward(X, W, b):  # <b>no tag</b>
\treturn np.maximum(X @ W + b, 0)


class Net:
    @staticmethod
    def backward(X, y, W):
        '''Gradients of the loss.

        It has
        more to say.
        '''
        p = np.exp(X @ W)
        p /= p.sum(axis=1, keepdims=True)
        for place, label in enumerate(y):
            p[place, label] -= 1
        # from here on, by the chain rule
        dW = X.T @ p
        dW /= len(y)
        name = f"{dW.shape} of \xe2\x80\xaeW"
        print(name)
        return dW
"""
BROKEN = b"def missing(:\n    pass\n"
LABELS = {"train": np.array([0, 1, 1]), "valid": np.array([1, 0]), "test": np.array([0, 1])}


def writeup() -> Writeup:
    """The course's side."""
    return load_writeup(SPEC)


def curves() -> bytes:
    """A student's own picture."""
    x = np.linspace(0, 255, 90)
    return png(np.stack([np.add.outer(x[:60], x) / 2, np.zeros((60, 90)), np.ones((60, 90)) * 99], -1).astype(np.uint8))


def splits() -> Splits:
    """Three rows of two numbers."""
    given = {"X_train": np.array([[-1.0, 4.0], [0.0, 6.0], [2.0, 5.0]]), "classes": 2, "white": 1}
    return Splits(given, LABELS, "tiny", "A data set made here: three rows")


def outcomes(planned: Planned) -> list[Outcome]:
    """One run that learns, one that fails, one that stops early, one with gaps."""
    return [_outcome(run, place) for place, run in enumerate(planned.all)]


def sample(files: dict[str, bytes] | None = None) -> Document:
    """The whole document."""
    spec = writeup()
    own = {"report.md": REPORT, "configs/best.yaml": b"rate: 0.5\nepochs: 900", "net.py": NET, "old/net.py": BROKEN}
    given = own if files is None else files
    planned = plan(spec, given, preview=False)
    told = explanations(spec.sections, given, {"curves.png": curves(), "broken.jpg": b"\xff\xd8\xff"})
    return document(spec, planned, outcomes(planned), told, splits(), "hand-in-1", given, preview=False)


def _outcome(run: Run, place: int) -> Outcome:
    if place == 1:
        failed = Failure("student", "exception", "ValueError: shapes do not fit", "Look at W2.", "models/net.py:12")
        return Outcome(run, failure=failed)
    steps = np.arange(5)
    loss = (2.0 * 0.5**steps + 0.1 * place).tolist()
    accuracy = (1 - 0.6**steps).tolist()
    grid = np.add.outer(np.linspace(0, 0.5, 6), np.linspace(0, 0.5, 8))
    made = Outcome(
        run,
        {
            "train loss": tuple(loss),
            "valid loss": (*loss[:2], None, *loss[3:]),
            "train accuracy": tuple(accuracy),
            "valid accuracy": tuple(accuracy[:3]),
            "test accuracy": tuple(accuracy),
        },
        {"valid accuracy": (1.0, 3.0, 5.0)},
        {"stopped": 3.0},
        {"W": np.sin(np.arange(48.0)).reshape(3, 4, 4) / (place + 1), "map": grid, "map x": np.linspace(-2, 3, 8)},
        5,
        2,
        ("The rows were shuffled for you.",),
    )
    return replace(made, arrays={**made.arrays, "map y": np.linspace(3, 7, 6)})
