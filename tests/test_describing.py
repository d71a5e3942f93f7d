"""What a hand-in has, lacks and breaks is told part by part."""

from __future__ import annotations

from pathlib import Path

from grader.worker.describing import describe_parts
from grader.worker.handin import HandIn, Part

PARTS = {
    "net": Part("class", ("Net",), ("net",)),
    "optimizer": Part("class", ("SGD",), ("sgd",)),
    "loss": Part("function", ("cross_entropy",), ("losses",)),
    "batches": Part("function", ("batches",), ("utils",)),
}


def test_found_missing_and_broken_parts_are_told(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("class Net:\n    def __init__(self, D, H=3):\n        pass\n")
    (tmp_path / "losses.py").write_text("def cross_entropy(p, y=1 / 0):\n    return p\n\nclass SGD:\n    pass\n")
    (tmp_path / "utils.py").write_text("def batches(X, y, size)\n    return []\n")
    handin = HandIn(tmp_path)
    told = describe_parts(handin, PARTS, handin.locate(PARTS))
    handin.close()
    assert sorted(told["found"]) == ["loss", "net", "optimizer"]
    assert told["missing"] == {"batches": "No function batches was found."}
    assert [each["where"] for each in told["broken"]] == ["utils.py:1", "losses.py:1"]
    assert told["signatures"] == ["net: Net(self, D, H=3)", "optimizer: SGD()", "loss: cross_entropy(p, y=1 / 0)"]
