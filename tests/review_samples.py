"""Classes with written answers, recorded as a run records them: made-up notebooks are read, and nothing is run."""

from __future__ import annotations

import json
import random
from hashlib import sha256
from pathlib import Path

from notebook_samples import code, figure, notebook, shown, text

from grader.batch import observed_file, own_file
from grader.exports.json import to_json
from grader.gradebook import FILE, Attempt, open_book
from grader.gradebook.book import Book
from grader.grading import Key, judge
from grader.model import Observation, Observations, Submission
from grader.observed import Seen, pack
from grader.report import html
from grader.review.desk import Desk
from grader.review.opening import desk_of
from grader.rubric import Rubric, load_rubric, reference_files
from grader.writeup.figures import Figures
from grader.writeup.own import own_words
from grader.writeup.own import to_json as kept
from grader.writing import write

SEED = 7
QUESTIONS = ("xor", "curves", "rate")
POINTS = (4.0, 6.0, 5.0)
AUTOMATIC = "sigmoid"
RUBRIC = """\
id: essays
title: "Written answers: units, curves, rates"
course: A course
reference: reference
driver: driver.py
sizes:
  any: {inputs: 2, classes: 2}
sections:
  - id: units
    title: Threshold units
    criteria:
      - id: xor
        title: No single unit computes XOR
        description: A unit gives 1 where w1·x1 + w2·x2 + b ≥ 0, else 0.
        points: 4
        kind: prose
        question: xor
        heading: XOR
        empty: 0
        model_answer: |
          The rows ask for $b < 0$, $w_1 + b \\\\ge 0$, $w_2 + b \\\\ge 0$ and $w_1 + w_2 + b < 0$.
          Adding the two in the middle gives $w_1 + w_2 + 2b \\\\ge 0$, which contradicts the others.
        levels:
          - {give: 1.0, when: all four rows are used and the contradiction is derived}
          - {give: 0.5, when: "a picture, or the right inequalities without the contradiction"}
          - {give: 0.25, when: an idea that could be made a proof}
      - id: sigmoid
        title: The derivative of the sigmoid
        points: 2
        kind: answer
        question: sigmoid
        formula:
          variables:
            x: {uniform: [], low: -4, high: 4}
  - id: learning
    title: Learning curves
    own: {headings: [Curves], tags: [curves]}
    criteria:
      - id: curves
        title: The learning curves are read
        points: 6
        kind: prose
        question: curves
        heading: Curves
        empty: 0
        model_answer: The gap between the sets grows after the loss of the validation set has its minimum.
        levels:
          - {give: 1.0, when: both curves and the gap are explained}
          - {give: 0.5, when: the curves are described only}
  - id: rates
    title: Learning rates
    criteria:
      - id: rate
        title: A rate is chosen and argued for
        points: 5
        kind: prose
        question: rate
        heading: Rate
        empty: 0
        model_answer: The largest rate at which the loss still falls steadily.
"""
REFERENCE = """\
xor: The four rows contradict each other.
sigmoid: exp(-x) / (1 + exp(-x))**2
curves: The gap grows.
rate: "0.1"
"""
SENTENCES = (
    "Assume that one unit with weights $w_1, w_2$ and bias $b$ computes it.",
    "From the first row it follows that $b < 0$.",
    "The training loss falls quickly at first and then levels off.",
    "The validation loss has its minimum near epoch 12 and rises slowly afterwards.",
    "With $\\eta = 0.1$ the loss falls steadily; with $\\eta = 1$ it jumps up and down.",
    "So the points of both classes cannot be separated by one line.",
    "Adding both inequalities gives $w_1 + w_2 + 2b \\ge 0$, so $w_1 + w_2 + b \\ge -b > 0$.",
    "This is what one would expect of a model with many parameters and little data.",
    "A smaller rate needs more epochs: in my runs, 0.01 was not done after 50.",
)


def made(place: Path, count: int, extra: dict[str, bytes] | None = None, *, reports: bool = False) -> Path:
    """A folder of results of so many hand-ins, and of those in `extra`: by name, one notebook each."""
    rubric = _rubric(place)
    out = place / "out"
    out.mkdir()
    key = Key(rubric, SEED, {}, {"any": _seen(rubric, reference_files(rubric.reference), "reference")})
    draw = random.Random(SEED)
    hand_ins = {f"student-{n:03d}": _notebook(draw, n) for n in range(count)} | (extra or {})
    book = open_book(out / FILE)
    for name, content in hand_ins.items():
        _record(out, book, key, name, content, reports=reports)
    book.close()
    told = [{"id": name, "path": f"/gone/{name}", "status": "to mark", "problem": ""} for name in hand_ins]
    run = {"seed": SEED, "rubric": {"id": rubric.id, "path": str(rubric.path)}, "hand_ins": told, "open": []}
    (out / "run.json").write_text(json.dumps(run))
    return out


def opened(out: Path) -> Desk:
    """The desk of such a class; its book is to be closed."""
    return desk_of(out, open_book(out / FILE), None)


def _rubric(place: Path) -> Rubric:
    (place / "reference").mkdir(parents=True)
    (place / "reference" / "answers.yaml").write_text(REFERENCE, "utf-8")
    (place / "driver.py").write_text("class Driver:\n    pass\n")
    (place / "rubric.yaml").write_text(RUBRIC.replace("\\\\", "\\"), "utf-8")
    return load_rubric(place / "rubric.yaml")


def _notebook(draw: random.Random, number: int) -> bytes:
    def words(count: int) -> str:
        return " ".join(draw.choices(SENTENCES, k=count))

    curves = code("plot(history)", shown(image_png=figure(160, 260, 3.0 + number % 5)), run=1)
    formula = "x*exp(-x)" if number % 3 else "exp(-x)/(1+exp(-x))**2"
    rate = text(f"# Rate\n\n{words(2)}\n\n| rate | loss |\n|---|---:|\n| 0.1 | 0.41 |\n")
    answers = (text(f"# {name}\n\n{told}") for name, told in (("XOR", words(3)), ("sigmoid", formula)))
    return notebook([*answers, text(f"# Curves\n\n{words(4)}"), curves, rate])


def _seen(rubric: Rubric, files: dict[str, bytes], digest: str) -> Observations:
    read = {each.id: Observation(each.check.read(files)) for each in rubric.criteria}  # type: ignore[attr-defined]
    return Observations(digest, "any", read)


def _record(out: Path, book: Book, key: Key, name: str, content: bytes, *, reports: bool) -> None:
    files = {"hw.ipynb": content}
    submission = Submission(name, Path("/gone") / name, f"{sha256(content).hexdigest()}", ("hw.ipynb",))
    seen = _seen(key.rubric, files, submission.digest)
    result = judge(key, submission, seen)
    own = own_words(key.rubric, files, Figures({}, ("hw.ipynb",)))
    write(observed_file(out, name), pack(Seen(seen)) or b"")
    write(own_file(out, name), kept(own))
    write(out / name / "result.json", to_json(result))
    if reports:
        write(out / name / "report.html", html(result, own=own))
    book.record(Attempt("essays", name, to_json(result), result.score, result.complete))
