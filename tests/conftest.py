"""What several tests share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long something takes says how busy the machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as behind a shell's &: what is started here would never hear it
    signal.signal(signal.SIGINT, signal.default_int_handler)

QUICK = """
id: quick
title: A rubric for tests
course: gatech-cs7643-a1
reference: {root}/reference/gatech-cs7643-a1
driver: {root}/rubrics/gatech-cs7643-a1/driver
models: {{}}
sizes:
  small: {{inputs: 6, hidden: 5, classes: 4}}
sections:
  - id: helpers
    title: Building blocks
    criteria:
      - id: softmax
        title: Softmax turns scores into probabilities
        points: 60
        kind: value
        call: softmax
        cases:
          - {{name: a batch of scores, arguments: [{{normal: [6, classes]}}]}}
      - id: relu
        title: ReLU
        points: 40
        kind: value
        visibility: hidden
        call: relu
        cases:
          - {{name: a batch of values, arguments: [{{normal: [5, hidden]}}]}}
"""
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rubric of two criteria, for tests of what happens around grading."""
    path = tmp_path_factory.mktemp("quick") / "rubric.yaml"
    path.write_text(QUICK.format(root=ROOT), "utf-8")
    return path


@pytest.fixture(scope="session")
def examples() -> Path:
    """The example hand-ins of the first course."""
    return ROOT / "submissions_example" / "gatech-cs7643-a1"
