"""The driver and the check kind that the documentation writes do what their pages say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pages import ROOT, blocks

from grader import Grader

RUBRIC = """
id: nets
title: Nets
reference: solution
models:
  two-layer: {W1: [inputs, hidden], b1: [hidden], W2: [hidden, classes], b2: [classes]}
sizes:
  small: {inputs: 5, hidden: 4, classes: 3}
sections:
  - id: nets
    title: Nets
    criteria:
      - id: scores
        title: The scores
        points: 4
        kind: value
        call: scores
        cases: [{name: a batch, arguments: [{model: two-layer}, {normal: [6, inputs]}]}]
"""
REFERENCE = """
import numpy as np

class TwoLayerNet:
    def __init__(self, input_size, hidden_size, num_classes):
        self.W1, self.b1 = np.zeros((input_size, hidden_size)), np.zeros(hidden_size)
        self.W2, self.b2 = np.zeros((hidden_size, num_classes)), np.zeros(num_classes)

    def forward(self, X):
        return np.tanh(X @ self.W1 + self.b1) @ self.W2 + self.b2
"""
OTHERWISE = """
import numpy as np

class Net:
    def __init__(self, n_hidden, n_out, n_in):
        shapes = (n_hidden, n_in), (n_hidden, 1), (n_out, n_hidden), (n_out, 1)
        self.params = [np.zeros(shape) for shape in shapes]

    def predict(self, data):
        w, b, v, c = self.params
        return (v @ np.tanh(w @ data.T + b) + c).T
"""
SIGMOID = "import numpy as np\n\ndef sigmoid(z):\n    return {}\n"


def code(page: str, language: str = "python") -> str:
    return next(each.text for each in blocks(language) if each.page == page)


def test_the_driver_of_the_page_finds_its_way_through_another_net(tmp_path: Path) -> None:
    for name, text in {"solution/net.py": REFERENCE, "other/work.py": OTHERWISE, "none/work.py": "x = 1"}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "rubric.yaml").write_text(RUBRIC, "utf-8")
    (tmp_path / "driver.py").write_text(code("how-to/driver.md"), "utf-8")
    with Grader(tmp_path, seed=1) as grader:
        points = {name: grader.grade(tmp_path / name).score.given for name in ("solution", "other", "none")}
    assert points == {"solution": 4, "other": 4, "none": 0}


@pytest.mark.slow
def test_the_check_kind_of_the_page_is_found_and_tells_right_from_wrong(tmp_path: Path) -> None:
    told = tomllib.loads(code("how-to/check-kind.md", "toml"))["project"]
    installed = tmp_path / f"my_checks-{told['version']}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: {told['version']}\n")
    offered = "\n".join(f"{name} = {place}" for name, place in told["entry-points"]["grader.checks"].items())
    (installed / "entry_points.txt").write_text(f"[grader.checks]\n{offered}\n")
    (tmp_path / "monotone.py").write_text(code("how-to/check-kind.md"), "utf-8")
    criterion = "\n".join(f"      {line}" for line in code("how-to/check-kind.md", "yaml").split("\n"))
    before = RUBRIC.partition("      - id: scores")[0]
    (tmp_path / "rubric.yaml").write_text(before + criterion, "utf-8")
    driver = next(b.text for b in blocks("python") if (b.page, b.name) == ("how-to/new-course.md", "driver.py"))
    (tmp_path / "driver.py").write_text(driver, "utf-8")
    for name, formula in {"solution": "1 / (1 + np.exp(-z))", "falling": "1 / (1 + np.exp(z))"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "logistic.py").write_text(SIGMOID.format(formula), "utf-8")
    verdicts = {name: _graded(tmp_path, name)["verdict"] for name in ("solution", "falling")}
    assert verdicts == {"solution": "passed", "falling": "failed"}


def _graded(course: Path, name: str) -> dict[str, object]:
    """Graded by a process that has the package installed."""
    line = [sys.executable, "-m", "grader", "check", name, "--rubric", "rubric.yaml", "--json"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{course}"}
    done = subprocess.run(line, cwd=course, env=environment, capture_output=True, text=True, check=True)
    criterion: dict[str, object] = json.loads(done.stdout)["sections"][0]["criteria"][0]
    return criterion
