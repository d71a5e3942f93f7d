"""What the rubric's checks call on the reference, and what it answers, written down for other graders to call again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from grader import worker
from grader.grading import Key
from grader.probes import Setting
from grader.worker import wire
from homework.direct import Direct, Vocabulary, modules

PARTS = (
    "models/_base_network.py",
    "models/softmax_regression.py",
    "models/two_layer_nn.py",
    "optimizer/_base_optimizer.py",
    "optimizer/sgd.py",
    "utils.py",
)
RIGHT = "range(0, len(order), batch_size)"
WRONG = "range(0, len(order) - batch_size + 1, batch_size)"
"""A slip that one check alone can see: the last, short batch is left out."""
FAILS = "batches"
FORGERY = """
try:
    from homework import replay
    replay.check = lambda *_: None
except ImportError:
    pass
"""
"""What a wrong hand-in may try: to replace the function that compares, where it can be reached."""


def material(place: Path, key: Key, seed: int) -> Path:
    """A folder with all that a grader's tests of this homework import."""
    here, package = Path(__file__).parent, place / "grader" / "worker"
    package.mkdir(parents=True)
    (place / "homework").mkdir()
    for name in ("__init__.py", "direct.py", "replay.py"):
        shutil.copy(here / name, place / "homework")
    for name in ("wire.py", "procedures.py", "chance.py"):
        shutil.copy(Path(worker.__file__).parent / name, package)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    _record(place / "homework" / "calls", key, seed)
    return place


def one_file(folder: Path) -> str:
    """A solution as one file, as the homework of a small course or a notebook's cell has it."""
    texts = [(folder / part).read_text("utf-8") for part in PARTS]
    return "\n".join(re.sub(r"^from (\.|models|optimizer).*\n", "", text, flags=re.MULTILINE) for text in texts)


def spoiled(source: str) -> str:
    """The same with one slip."""
    assert source.count(RIGHT) == 1
    return source.replace(RIGHT, WRONG)


def _record(place: Path, key: Key, seed: int) -> None:
    place.mkdir()
    rubric, size = key.rubric, next(iter(key.rubric.sizes))
    setting = Setting(seed, rubric.sizes[size], rubric.models, key.data)
    for criterion in rubric.criteria:
        if criterion.kind == "structure":
            continue  # a hand-in of one file has none
        recorder: Any = Recorder(Direct(Vocabulary(modules(rubric.reference))))
        criterion.check.observe(recorder, setting.named(criterion.id))
        (place / f"{criterion.id}.frame").write_bytes(wire.encode(recorder.calls))


class Recorder:
    """A student whose every call is kept with its answer."""

    def __init__(self, student: Direct) -> None:
        self.student = student
        self.calls: list[dict[str, Any]] = []
        self.objects: dict[int, Any] = {}

    def call(self, function: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Any:
        """The answer."""
        call = _kept({"function": function, "arguments": args, "keywords": kwargs, "made": False})
        answer = self.student.call(function, *self._real(args), **self._real(kwargs))
        self.calls.append({**call, "answer": _kept(answer)})
        return answer

    def make(self, function: str, /, *args: Any, **kwargs: Any) -> Any:
        """A stand-in for the object that is made."""
        number = len(self.calls)
        self.calls.append(_kept({"function": function, "arguments": args, "keywords": kwargs, "made": True}))
        self.objects[number] = self.student.call(function, *self._real(args), **self._real(kwargs))
        return wire.Reference(number)

    def _real(self, value: Any) -> Any:
        if isinstance(value, wire.Reference):
            return self.objects[value.number]
        if isinstance(value, tuple):
            return tuple(map(self._real, value))
        return {name: self._real(each) for name, each in value.items()} if isinstance(value, dict) else value


def _kept(value: Any) -> Any:
    """A copy that no later change reaches."""
    frame = wire.encode(value)
    header, _ = wire.lengths(frame[: wire.PREFIX.size])
    return wire.decode(frame[wire.PREFIX.size :][:header], frame[wire.PREFIX.size + header :])
