"""What hand-ins of the courses published, by course and configuration, and how near to it a reference has to come."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.experiments import Settings


@dataclass(frozen=True)
class Bound:
    """What ours has to be; nothing, where a number is only shown."""

    text: str = ""
    holds: Callable[[float, Sequence[float]], bool] | None = None


def near(by: float) -> Bound:
    """Not further from the nearest published value than this."""
    return Bound(f"± {by:g}", lambda ours, published: min(abs(ours - each) for each in published) <= by)


def relative(by: float) -> Bound:
    """Likewise, as a share of the published value."""
    return Bound(
        f"± {100 * by:g} %" if by > 1e-4 else f"± {by:g} relative",
        lambda ours, published: min(abs(ours / each - 1) for each in published) <= by,
    )


def at_least(least: float) -> Bound:
    """Not less than this."""
    return Bound(f"≥ {least:g}", lambda ours, _: ours >= least)


@dataclass(frozen=True)
class Target:
    """A number that somebody published, perhaps more than once."""

    value: str
    published: tuple[float, ...]
    bound: Bound = Bound()
    root: bool = False  # it is the square root of the write-up's value

    @property
    def name(self) -> str:
        """What the table calls it."""
        return self.value.removeprefix("squared ") if self.root else self.value

    def read(self, value: float | None) -> float | None:
        """The write-up's value as it was published."""
        return math.sqrt(value) if self.root and value is not None else value


@dataclass(frozen=True)
class Configuration:
    """What was trained, and what was published about it."""

    label: str
    settings: Settings
    targets: tuple[Target, ...]


def accuracies(train: float | None, valid: float | None, test: tuple[float, ...], bound: Bound) -> tuple[Target, ...]:
    """The columns of the published tables; only the last is held to something."""
    shown = [Target(name, (value,)) for name, value in (("train", train), ("valid", valid)) if value is not None]
    return (*shown, Target("test", test, bound))


CLOSE, NOISY, CONSTANT = near(0.010), near(0.02), near(0.012)
GATECH = (
    Configuration("lr 1", {"learning_rate": 1.0}, accuracies(0.9420, None, (0.9502, 0.9485), CLOSE)),
    Configuration("lr 1e-1", {}, accuracies(0.9216, None, (0.9281, 0.9256), CLOSE)),
    Configuration("lr 5e-2", {"learning_rate": 0.05}, accuracies(0.9090, None, (0.9114, 0.9143), CLOSE)),
    Configuration("lr 1e-2", {"learning_rate": 0.01}, accuracies(0.7301, None, (0.7581, 0.7564), CLOSE)),
    Configuration("reg 1", {"reg": 1.0}, accuracies(0.1042, 0.1060, (0.1029, 0.1028), CONSTANT)),
    Configuration("reg 1e-1", {"reg": 0.1}, accuracies(0.3382, 0.3732, (0.3896, 0.3613), NOISY)),
    Configuration("reg 1e-2", {"reg": 0.01}, accuracies(0.8831, 0.8943, (0.8928, 0.8935), CLOSE)),
    Configuration("reg 1e-3", {}, accuracies(0.9214, 0.9266, (0.9232, 0.9262), CLOSE)),
    Configuration("reg 1e-4", {"reg": 1e-4}, accuracies(0.9299, 0.9348, (0.9336, 0.9343), CLOSE)),
    Configuration(
        "batch 64, lr 1, reg 1e-4, 40 epochs, hidden 256",
        {"learning_rate": 1.0, "reg": 1e-4, "epochs": 40, "hidden": 256},
        accuracies(0.9907, 0.9757, (0.9789,), at_least(0.975)),
    ),
    Configuration(
        "batch 62, lr .15, reg 1e-4, 20 epochs, hidden 128",
        {"batch_size": 62, "learning_rate": 0.15, "reg": 1e-4, "epochs": 20},
        accuracies(None, None, (0.9627,), at_least(0.958)),
    ),
)
AARHUS = (
    Configuration(
        "hidden 256, batch 32, lr .1, c 1e-4, 30 epochs",
        {},
        (Target("in-sample", (0.99665,), at_least(0.996)), Target("test", (0.98150,), at_least(0.980))),
    ),
)
NORM = "squared norm"
BINARY: Settings = {"model": "binary", "learning_rate": 0.05, "shuffle": False}
FIVE_PERCENT = relative(0.05)
NTNU = (
    Configuration(
        "2d, early stopping, no shuffle",
        {**BINARY, "epochs": 500, "early_stopping": True},
        (Target("stopped in epoch", (34,), near(3)), Target("valid of two", (0.9794,))),
    ),
    *(
        Configuration(
            f"4, λ {reg:g}", {"reg": reg}, (Target(NORM, (norm,), FIVE_PERCENT, root=True), Target("valid", accuracy))
        )
        for reg, norm, accuracy in (
            (1.0, 0.60, (0.784, 0.811)),
            (0.1, 1.66, (0.882,)),
            (0.01, 3.30, (0.910,)),
            (0.001, 4.62, (0.9158,)),
        )
    ),
)
TWIN_EPOCHS = 50_000
PS5 = {0: 71.57934181999214, 1_000: 38.13, 10_000: 32.18, 50_000: 26.11, 99_000: 23.412061068756074}


GATECH_NOTE = """48,000 images of MNIST train, 12,000 validate, 10,000 test; 784-128-10, sigmoid, seed 1024 for each
matrix. Unless said otherwise batch 64, lr .1, reg 1e-3, 10 epochs. Test is of the epoch with the best validation
accuracy, train the running mean over the last epoch's batches. lr 1e-1 and reg 1e-3 are one configuration. Seeds
shuffle; the initial weights are the course's."""
AARHUS_NOTE = """51,000 images of MNIST train, 9,000 validate, in-sample is all 60,000, test all but the first test
image; pixels divided by 256. The epoch with the best validation accuracy counts. Which images validate is drawn by
numpy's generator where the hand-in had scikit-learn's."""
NTNU_NOTE = """20,000 images of MNIST train, the 10,000 test images validate. The hand-in's own plots are lost: what
stands under published was computed once, by other code, from the sheet's conventions. 2d is the same for any seed.
The norm of 4 is of all weights, biases too; the write-up shows its square."""
PS5_NOTE = (
    "Inputs and targets standardised over all 100 rows before the split, 100,000 epochs, η 1e-4; nothing is random."
)
TWIN_NOTE = "The hand-in set no seed and this is of another one: the curve has the same shape, not the same numbers."
COURSES = (
    ("Georgia Tech CS 7643, two-layer net", "gatech-cs7643-a1", GATECH_NOTE, GATECH),
    ("Aarhus, hand-in 2", "aarhus-ml-handin2", AARHUS_NOTE, AARHUS),
    ("NTNU TDT4265, assignment 1", "ntnu-tdt4265-a1", NTNU_NOTE, NTNU),
)
BEFORE = Bound(f"before {9 * TWIN_EPOCHS // 10:,} of {TWIN_EPOCHS:,}", lambda ours, _: ours < 0.9 * TWIN_EPOCHS)
