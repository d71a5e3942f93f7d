"""The usual things are known by the names that students give them, and not taken for each other."""

from __future__ import annotations

import re

import pytest

from grader.worker import naming
from grader.worker.handin import spelled

MEANT = {
    "INPUTS": "input_size n_inputs in_features D input_dim num_features",
    "HIDDEN": "hidden_size n_hidden H num_hidden_units hid",
    "CLASSES": "num_classes n_classes output_size C out_features num_labels",
    "ROWS": "X x data inputs X_batch images",
    "LABELS": "y labels targets y_true y_batch t",
    "GUESSES": "y_pred probs p y_hat predictions scores",
    "BATCH_SIZE": "batch_size bs size",
    "SEED": "seed random_seed random_state",
    "RATE": "lr learning_rate eta alpha step_size",
    "PENALTY_RATE": "reg lambda lam lmbda l2_reg weight_decay reg_strength regularization",
    "MOMENTUM": "momentum mu beta",
    "EPOCHS": "epochs n_epochs num_epochs max_iter",
    "NETWORK": "model net network",
    "WEIGHTS": "weights params w",
    "GRADIENTS": "grads gradients gradient dw",
}


@pytest.mark.parametrize("pattern", MEANT)
def test_a_name_is_known_for_what_it_means(pattern: str) -> None:
    for name in MEANT[pattern].split():
        assert re.fullmatch(getattr(naming, pattern), spelled(name)), name


@pytest.mark.parametrize("pattern", [each for each in MEANT if each not in ("INPUTS", "HIDDEN", "CLASSES")])
def test_the_names_of_training_are_not_taken_for_each_other(pattern: str) -> None:
    for other, names in MEANT.items():
        if other != pattern and other not in ("INPUTS", "HIDDEN", "CLASSES"):
            for name in names.split():
                assert not re.fullmatch(getattr(naming, pattern), spelled(name)), name
