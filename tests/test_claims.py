"""Stated results: read from every kind of table, and doubted only where they cannot be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speed import within

from grader.claims import Claim, Stated, contradictions, read, trends

SWEEP = """
## Learning rates

|                   | lr=1   | lr=1e-1 | lr=5e-2 | lr=1e-2 |
|-------------------|--------|---------|---------|---------|
| Training Accuracy | 0.9420 | 0.9216  | 0.9090  | 0.7301  |
| Test Accuracy     | .9502  | **.9281** | .9114 | .7581   |

## Regularization

| Regularization | Train acc | Valid acc | Test acc |
|:--------------:|----------:|-----------|----------|
| 1e-1           | 33.82 %   | 37.32 %   | 38.96 %  |
| 1e-2           | 88.31%    | 89.43%    | 89.28%   |
| 1e-3           | 92.14%    | 92.66%    | 92.32%   |
"""
DEFAULTS = {"learning_rate": 0.1, "reg": 1e-3, "batch_size": 64}


def table(*lines: str) -> dict[str, bytes]:
    return {"report.md": "\n".join(lines).encode()}


def output(text: str) -> dict[str, bytes]:
    cell = {"cell_type": "code", "source": "train()", "metadata": {}, "outputs": [{"text": text.splitlines(True)}]}
    return {"a.ipynb": json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()}


def told(claims: tuple[Claim, ...]) -> list[tuple[dict[str, float], dict[str, float]]]:
    return [(dict(c.settings), {split: round(each.value, 6) for split, each in c.splits.items()}) for c in claims]


def test_a_table_is_read_whichever_way_it_lies() -> None:
    claims = read({"report.md": SWEEP.encode()})
    assert told(claims) == [
        ({"learning_rate": 1.0}, {"train": 0.942, "test": 0.9502}),
        ({"learning_rate": 0.1}, {"train": 0.9216, "test": 0.9281}),
        ({"learning_rate": 0.05}, {"train": 0.909, "test": 0.9114}),
        ({"learning_rate": 0.01}, {"train": 0.7301, "test": 0.7581}),
        ({"reg": 0.1}, {"train": 0.3382, "valid": 0.3732, "test": 0.3896}),
        ({"reg": 0.01}, {"train": 0.8831, "valid": 0.8943, "test": 0.8928}),
        ({"reg": 0.001}, {"train": 0.9214, "valid": 0.9266, "test": 0.9232}),
    ]
    assert {claim.where for claim in claims} == {"report.md"}


@pytest.mark.parametrize(
    ("files", "claims"),
    [
        (table("| λ | test |", "|---|---|", "| 0,1 | 0,942 |"), [({"reg": 0.1}, {"test": 0.942})]),
        (table("| η | 1 | 0.5 |", "|-|-|-|", "| Test | 94.2 | 95 |"),
         [({"learning_rate": 1.0}, {"test": 0.942}), ({"learning_rate": 0.5}, {"test": 0.95})]),
        (table("| Batch size | Test (%) |", "|---|---|", "| 64 | 0.5 |"), [({"batch_size": 64.0}, {"test": 0.005})]),
        (table("| setting | val. accuracy |", "|---|---|", "| lr = 0.1, epochs: 20 | 0.97 ± 0.01 |"),
         [({"learning_rate": 0.1, "epochs": 20.0}, {"valid": 0.97})]),
        (table("| lr | train loss | test acc |", "|---|---|---|", "| 1 | 0.2 | – |"), []),
        (table("| lr | test |", "| 1 | 0.2 |"), []),
        (table("| lr | test |", "|-|-|", "| 9e999 | 9e999 |"), []),
        (table("a | b", "just text 0.5 | 0.6"), []),
        ({"r.yaml": b"runs:\n  - {lr: 0.1, train: 0.92, test: '93.1 %'}\n"},
         [({"learning_rate": 0.1}, {"train": 0.92, "test": 0.931})]),
        ({"config.yaml": b"Train: {batch_size: 64, learning_rate: 0.1}\n"}, []),
        (table("| lr | test |", "|-|-|", "| $10^{-1}$ | 341/360 |", "| 5 · 10⁻² | ~.9 |"),
         [({"learning_rate": 0.1}, {"test": 0.947222}), ({"learning_rate": 0.05}, {"test": 0.9}) ]),
        (table("| | lr=10^{-1} | lr = 0,5 |", "|-|-|-|", "| Test | .9 | .8 |"),
         [({"learning_rate": 0.1}, {"test": 0.9}), ({"learning_rate": 0.5}, {"test": 0.8})]),
        (table("| lr | test |", "|-|-|", "| 1/64 | > 0.9 |", "| 1/64 | 94.2/95.1 |", "| 1 | =0.5+0.4 |"), []),
        (output("Epoch 1 training loss 0.3\nFinal Accuracy on Test Data: 0.9485\n"), [({}, {"test": 0.9485})]),
        (output("Validation Accuracy = 97.5 %\n"), [({}, {"valid": 0.975})]),
        (output("Accuracy: 0.5\n"), []),
        ({"r.yaml": b"[[[[" * 100, "a.ipynb": b"{", "b.md": b"\xff|\xfe|\n|-|-|\n|1|2|"}, []),
    ],
)  # fmt: skip
def test_a_stated_accuracy_is_a_fraction_of_its_configuration(files: dict[str, bytes], claims: Any) -> None:
    assert told(read(files)) == claims


@pytest.mark.parametrize(
    ("head", "row", "unread"),
    [
        ("lr | dropout | test", "0.1 | 0.5 | 0.9", ("dropout",)),
        ("lr | dropout | test", "0.1 | – | 0.9", ()),
        ("lr | optimizer | test", "0.1 | Adam | 0.9", ("optimizer",)),
        ("lr | train loss | best epoch | test", "0.1 | 0.31 | 7 | 0.9", ()),
        ("# | lr | notes | test", "1 | 0.1 | took 3 s | 0.9", ()),
        ("lr | epoch | test", "0.1 | 7 | 0.9", ("epoch",)),
        ("lr | lr | test", "0.1 | 1 | 0.9", ("learning rate",)),
        ("lr | test", "0.1 to 1 | 0.9", ("learning rate",)),
        ("lr | test", "10k | 0.9", ("learning rate",)),
    ],
)
def test_what_a_row_tells_of_its_settings_and_is_not_understood_is_named(
    head: str, row: str, unread: tuple[str, ...]
) -> None:
    (claim,) = read(table(f"| {head} |", "|" + "-|" * (head.count("|") + 1), f"| {row} |"))
    assert claim.unread == unread


def test_one_configuration_with_two_results_is_told_even_where_it_is_the_default() -> None:
    found = contradictions(read({"report.md": SWEEP.encode()}), DEFAULTS)
    assert [(finding.code, finding.where) for finding in found] == [("stated-twice", "report.md")]
    assert found[0].message == (
        "The test accuracy with reg 0.001, learning rate 0.1 is stated as 0.9281 and as 0.9232."
    )


@pytest.mark.parametrize(
    ("value", "step", "rows", "codes"),
    [
        (0.9485, 1e-4, 10_000, []),
        (0.98150, 1e-5, 9_999, []),
        (0.9814981498149815, 1e-16, 9_999, []),
        (0.98153, 1e-5, 10_000, ["impossible-share"]),
        (0.971, 1e-3, 20, ["impossible-share"]),
        (0.666, 1e-3, 3, []),
        (0.667, 1e-3, 3, []),
        (0.95, 1e-2, 60_000, []),
        (1.02, 1e-2, 100, ["impossible-accuracy"]),
        (-0.1, 1e-1, 100, ["impossible-accuracy"]),
    ],
)
def test_a_share_is_a_whole_number_of_rows(value: float, step: float, rows: int, codes: list[str]) -> None:
    claim = Claim({}, {"test": Stated(value, step)}, "report.md")
    assert [finding.code for finding in contradictions([claim], rows={"test": rows})] == codes


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("For smaller regularization the accuracy is lower.", True),
        ("Increasing the regularization improves the accuracy.", True),
        ("A larger learning rate gives a lower accuracy.", True),
        ("For larger regularization the accuracy is lower.", False),
        ("A smaller learning rate leads to lower accuracy.", False),
        ("With more regularization the accuracy does not grow.", False),
        ("A higher learning rate and larger regularization give lower accuracy.", False),
        ("The accuracy is higher.", False),
        ("Smaller momentum lowers nothing, and accuracy is higher.", False),
    ],
)
def test_a_sentence_against_the_table_is_marked_and_a_cautious_one_is_not(sentence: str, wrong: bool) -> None:
    files = {"report.md": f"{SWEEP}\n{sentence}\n".encode()}
    found = trends(files, read(files))
    assert [finding.code for finding in found] == (["trend"] if wrong else [])
    if wrong:
        assert sentence in found[0].message


@settings(max_examples=150, deadline=2000)
@given(st.text(alphabet="|-:lr=test 0.9%,\n*±eE−acuy", max_size=300))
def test_no_text_makes_the_reading_fail(text: str) -> None:
    files = {"a.md": text.encode(), "b.yaml": text.encode(), **output(text)}
    assert contradictions(read(files), DEFAULTS, {"test": 100}) is not None
    assert trends(files, read(files)) is not None


@pytest.mark.parametrize(
    "text", ["|" * 200_000, "| a |\n|-|\n" * 20_000, "accuracy" * 50_000, "lr=" * 50_000, "1" * 100_000]
)
def test_a_hostile_table_is_read_in_no_time(text: str) -> None:
    files = {"a.md": text.encode(), **output(text)}
    with within(3):
        contradictions(read(files))
        trends(files, read(files))
