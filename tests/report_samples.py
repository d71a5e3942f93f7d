"""Results as the grader makes them, for the tests of reports: right, wrong, incomplete, undecided, hostile, extreme."""

from __future__ import annotations

import math

from grader.model import (
    CriterionResult,
    Curve,
    Finding,
    Result,
    Score,
    SectionResult,
    Series,
    Status,
    Table,
    Visibility,
)

EPOCHS = tuple(float(epoch) for epoch in range(1, 21))
ENVIRONMENT = {"python": "3.11.2", "numpy": "2.4.6", "platform": "Linux x86_64"}
PROVENANCE = {
    "grader": "0.1.0",
    "sizes": "small",
    "reference": "0123456789abcdef" * 4,
    "sandbox": "bubblewrap: own namespaces, no network, 2 GiB",
    "seed": "90210",
}
DIGEST = "9f2c4b7e01d3a85566c1" + "0" * 44


def right() -> Result:
    """Everything passed."""
    return _result("hand-in-0417", [_softmax("passed"), _two_layer("passed"), _optimizer("passed"), _training(1.0)])


def failing() -> Result:
    """Many things wrong, as in a hurried hand-in."""
    remarks = (
        Finding("stand-in", "`matplotlib` was imported; a stand-in without function took its place.", "Nothing to do."),
        Finding(
            "spelling",
            "The class is called `TwoLayerNN`; the text says `TwoLayerNet`.",
            where="models/two_layer_nn.py:9",
        ),
    )
    sections = [_softmax("passed"), _two_layer("failed"), _optimizer("partial"), _training(0.4)]
    return _result("hand-in-0932", sections, remarks=remarks, integrity=("`json` was imported by models/softmax.py.",))


def incomplete() -> Result:
    """Half of the hand-in is not there, so half of the criteria could not run."""
    missing = Finding(
        "missing",
        "There is no class `TwoLayerNet` in the hand-in; looked in 6 files.",
        "Hand in models/two_layer_nn.py too.",
    )
    blocked = Finding("blocked", "Not run, because “Two-layer network: forward pass” failed.")
    two_layer = _section(
        "two-layer",
        "Two-layer network",
        criterion("Two-layer network: forward pass", "error", 0, 8, findings=(missing,)),
        criterion("Two-layer network: gradients", "skipped", 0, 12, findings=(blocked,)),
        criterion("ReLU and its derivative", "skipped", 0, 5),
    )
    return _result("hand-in-0008", [_softmax("passed"), two_layer, _section("optimizer", "Optimizer")])


def undecided() -> Result:
    """Something waits for a person, and the grader failed once."""
    writeup = _section(
        "writeup",
        "Write-up",
        criterion("Discussion of the learning curves", "manual", None, 10, description="Half a page, with figures."),
        criterion(
            "Training reaches the target",
            "ungraded",
            None,
            10,
            findings=(Finding("grader", "The worker could not be started."),),
        ),
    )
    return _result("hand-in-0101", [_softmax("passed"), writeup])


def hostile() -> Result:
    """Texts that try to become markup, code or a mess."""
    script = "<script>alert(1)</script><img src=file:///etc/passwd> {{ 7*7 }} {% raw %}"
    evil = (
        Finding(
            "exception",
            f"ValueError: {script}",
            "url(http://evil.example/x) & </style>",
            "models/`x`.py:1",
            "javascript:alert(1)",
        ),
        Finding(
            "control",
            "bell \x07, escape \x1b[31mred, null \x00, override \u202egnp.exe, tags \U000e0041, lone \ud800, \ufffe",
        ),
        Finding("long", "x" * 300, "y" * 5000),
        Finding("marks", "Z" + "\u0300" * 200 + "algo"),
    )
    section = _section(
        script,
        script,
        criterion(script, "failed", 0, 4, findings=evil),
        criterion("שלום 😀 مرحبا 漢字", "passed", 4, 4),
    )
    return _result("👩‍💻 Zoë <b>{{ x }}</b> \u202eevil " + "n" * 300, [section], remarks=evil, integrity=(script,))


def extreme() -> Result:
    """Curves, tables and numbers of awkward size."""
    many = tuple(
        Finding("row", f"Row {i} of the gradient differs: 1.{i:02d}, expected 2.{i:02d}.", where=f"a.py:{i}")
        for i in range(40)
    )
    long = tuple(float(i) for i in range(2000))
    noisy = tuple(2.3 * math.exp(-i / 400) + 0.2 * math.sin(i * i) for i in range(2000))
    smooth = tuple(2.3 * math.exp(-i / 300) for i in range(2000))
    curves = (
        Curve(
            "2,000 steps",
            "step",
            "loss",
            long,
            (Series("your hand-in", noisy), Series("reference", smooth, "reference")),
        ),
        Curve(
            "Gaps",
            "epoch",
            "loss",
            EPOCHS,
            (Series("your hand-in", (2.3, None, 1.9, math.nan, *[1.2] * 3, *[math.inf] * 13)),),
        ),
        Curve(
            "One epoch",
            "epoch",
            "accuracy",
            (1.0,),
            (Series("your hand-in", (0.91,)), Series("reference", (0.92,), "reference")),
        ),
        Curve("Huge", "epoch", "loss", EPOCHS, (Series("your hand-in", tuple(2.3 * 1e15**i for i in range(20))),)),
        Curve("Tiny", "epoch", "loss", EPOCHS, (Series("your hand-in", tuple(1e-9 + i * 1e-12 for i in range(20))),)),
        Curve("Opposite ends", "epoch", "loss", (1.0, 2.0), (Series("your hand-in", (-1.7e308, 1.7e308)),)),
        Curve("Nothing", "epoch", "loss", (), (Series("your hand-in", ()),)),
        Curve(
            "All gaps", "epoch", "loss", EPOCHS, (Series("your hand-in", (None,) * 20), Series("x" * 60, (1.0,) * 20))
        ),
        Curve("Crowded", "epoch", "loss", EPOCHS, tuple(Series(f"run {k}", (0.5 + k / 1000,) * 20) for k in range(11))),
    )
    tables = (
        Table(
            "Numbers", ("name", "value", "count"), (("a", 1e-12, 3.0), ("b", 1e12, None), ("w" * 80, math.nan, 12.0)), 1
        ),
        Table("Long", ("i", "square"), tuple((float(i), float(i * i)) for i in range(250))),
        Table("Empty", (), ()),
    )
    criteria = (
        criterion("Forty findings", "failed", 0, 1e-2, findings=many),
        criterion("Curves", "partial", 1 / 3, 1, curves=curves),
        criterion("Tables", "passed", 0, 0, tables=tables),
    )
    return _result("", [_section("extreme", "", *criteria)])


def criterion(
    title: str,
    verdict: Status,
    given: float | None,
    maximum: float,
    *,
    findings: tuple[Finding, ...] = (),
    curves: tuple[Curve, ...] = (),
    tables: tuple[Table, ...] = (),
    description: str = "",
    hidden: bool = False,
) -> CriterionResult:
    """A criterion's result with little to write."""
    score = Score(given, maximum)
    visibility: Visibility = "hidden" if hidden else "public"
    name = title.lower().replace(" ", "-")[:40]
    return CriterionResult(name, title, "sample", verdict, score, visibility, findings, curves, tables, description)


def _softmax(verdict: Status) -> SectionResult:
    return _section(
        "softmax",
        "Softmax regression",
        criterion("Softmax: probabilities", verdict, 5, 5, description="Rows are positive and add up to one."),
        criterion("Softmax: stays finite for scores of ±1000", verdict, 4, 4, hidden=True),
        criterion("Cross-entropy loss", verdict, 6, 6),
        criterion("Gradient with respect to `W1`".replace("`", ""), verdict, 10, 10, hidden=True),
    )


def _two_layer(verdict: Status) -> SectionResult:
    if verdict == "passed":
        findings: tuple[tuple[Finding, ...], ...] = ((), (), ())
    else:
        findings = (
            (
                Finding(
                    "wrong-values",
                    "The sigmoid of −800 is `nan`; expected `0.0`.",
                    "exp(800) overflows. Split by the sign of x, so that only exp of negative numbers is taken.",
                    "models/_base_network.py:64",
                ),
            ),
            (
                Finding(
                    "factor",
                    "`dW1` is 64 times the expected gradient.\nseen      [[ 0.512, …\nexpected  [[ 0.008, …",
                    "Your batch has 64 rows: is the loss a sum where the text says mean?",
                    "models/two_layer_nn.py:71",
                    "https://cs231n.github.io/neural-networks-case-study/#grad",
                ),
                Finding(
                    "wrong-shape", "`db1` has the shape (1, 128); expected (128,).", "Sum over axis 0 without keepdims."
                ),
            ),
            (
                Finding(
                    "exception",
                    "ValueError: operands could not be broadcast together with shapes (64,10) (64,)",
                    "",
                    "models/two_layer_nn.py:58",
                ),
            ),
        )
    part: Status = "passed" if verdict == "passed" else "partial"
    error: Status = "passed" if verdict == "passed" else "error"
    lost = verdict == "failed"
    return _section(
        "two-layer",
        "Two-layer network",
        criterion("Sigmoid", part, 2 if lost else 4, 4, findings=findings[0]),
        criterion("Forward pass: loss and accuracy", "passed", 6, 6),
        criterion(
            "Backward pass: all four gradients", verdict, 0 if lost else 12, 12, findings=findings[1], hidden=True
        ),
        criterion("A batch of one row", error, 0 if lost else 3, 3, findings=findings[2], hidden=True),
        description="A hidden layer with sigmoid activation, a linear layer on top, softmax and cross-entropy.",
    )


def _optimizer(verdict: Status) -> SectionResult:
    finding = Finding(
        "known-mistake",
        "The L2 penalty is added to the biases too: ‖b1‖ shrinks by λ = 0.001 at each step.",
        "Regularise `W1` and `W2` only, and add λ·W, not ½λ·W².",
        "optimizer/_base_optimizer.py:33",
    )
    passed = verdict == "passed"
    return _section(
        "optimizer",
        "SGD with L2 regularisation",
        criterion("One step of SGD", "passed", 6, 6),
        criterion("The penalty", verdict, 9 if passed else 4.5, 9, findings=() if passed else (finding,)),
    )


def _training(quality: float) -> SectionResult:
    """A run beside the reference's; quality 1 follows it, less falls behind."""
    reference = tuple(0.35 + 1.9 * math.exp(-epoch / 4) for epoch in EPOCHS)
    loss = tuple(
        value + (1 - quality) * 0.9 + 0.015 * math.sin(7 * epoch)
        for epoch, value in zip(EPOCHS, reference, strict=True)
    )
    accuracy = tuple(0.94 - 0.6 * math.exp(-epoch / 3) for epoch in EPOCHS)
    own = tuple(0.1 + (value - 0.1) * (0.3 + 0.7 * quality) for value in accuracy)
    curves = (
        Curve(
            "Training loss",
            "epoch",
            "loss",
            EPOCHS,
            (Series("your hand-in", loss), Series("reference", reference, "reference")),
        ),
        Curve(
            "Validation accuracy",
            "epoch",
            "accuracy",
            EPOCHS,
            (Series("your hand-in", own), Series("reference", accuracy, "reference")),
        ),
    )
    rows = tuple((rate, rate * 40, 0.62 + 0.1 * i) for i, rate in enumerate((0.05, 0.1, 0.5, 1.0)))
    table = Table("Accuracy by learning rate", ("learning rate", "final loss", "accuracy"), rows, highlight=2)
    low = Finding(
        "below-target",
        f"The accuracy on held-out digits is {own[-1]:.3f}; the text asks for 0.9.",
        "Mend the gradients first: this follows.",
    )
    verdict: Status = "passed" if quality == 1 else "failed"
    return _section(
        "training",
        "Training on 8×8 digits",
        criterion(
            "Training reaches the target",
            verdict,
            15 * (quality == 1),
            15,
            findings=() if quality == 1 else (low,),
            curves=curves,
            tables=(table,),
        ),
        criterion("The training run can be repeated", "passed" if quality == 1 else "skipped", 5 * (quality == 1), 5),
    )


def _section(name: str, title: str, *criteria: CriterionResult, description: str = "") -> SectionResult:
    given = sum(c.score.given for c in criteria if c.score.given is not None)
    maximum = sum(c.score.maximum for c in criteria)
    return SectionResult(name, title, Score(given, maximum), criteria, description)


def _result(
    name: str, sections: list[SectionResult], remarks: tuple[Finding, ...] = (), integrity: tuple[str, ...] = ()
) -> Result:
    criteria = [c for section in sections for c in section.criteria]
    maximum = sum(c.score.maximum for c in criteria)
    given = sum(c.score.given or 0.0 for c in criteria)
    submission = {"id": name, "digest": DIGEST, "files": ["models/softmax.py", "models/two_layer_nn.py"], "ignored": []}
    rubric = {
        "id": "gatech-cs7643-a1",
        "title": "Assignment 1: Neural networks in NumPy",
        "course": "CS 7643 Deep Learning",
        "digest": DIGEST[::-1],
    }
    timings = {"total": 12.34, **{c.id: 0.5 for c in criteria[:2]}}
    return Result(
        submission, rubric, Score(given, maximum), tuple(sections), remarks, integrity, ENVIRONMENT, PROVENANCE, timings
    )


SAMPLES = {sample.__name__: sample for sample in (right, failing, incomplete, undecided, hostile, extreme)}
