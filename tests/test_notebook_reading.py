"""Notebooks as they come: old, cut off, far too long, or no notebooks at all."""

from __future__ import annotations

import pytest
import speed
from notebook_samples import STYLES, code, magics, notebook, printed, shown, text

from grader.notebooks import Unreadable, read, within


@pytest.mark.parametrize(
    ("style", "cells", "of_code", "note"),
    [
        ("colab", 14, 10, ""),
        ("old", 7, 5, ""),
        ("magics", 6, 6, ""),
        ("hostile", 8, 5, ""),
        ("cut off", 4, 4, "4 cells could be read before that"),
        ("merge conflict", 6, 6, "The file is damaged"),
        ("in UTF-16", 6, 6, ""),
    ],
)
def test_the_cells_of_a_style_are_read(style: str, cells: int, of_code: int, note: str) -> None:
    told = read(STYLES[style])
    assert len(told.cells) == cells
    assert sum(cell.kind == "code" for cell in told.cells) == of_code
    assert [cell.number for cell in told.cells] == [*range(1, cells + 1)]
    assert note in " ".join(told.notes)
    assert bool(told.notes) == bool(note)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged"),
        (b"[]", "no notebook"),
        (b'{"cells": 3}', "no cells"),
        (b"[" * 100_000, "nested too deeply|damaged"),
        (b'{"cells": [{"cell_type": "code"', "damaged"),
        (b"\xff\xfe\xff", "damaged"),
    ],
)
def test_what_is_no_notebook_is_told_as_such(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(content)


def test_an_old_notebook_has_its_outputs_in_todays_form() -> None:
    cells = read(STYLES["old"]).cells
    assert cells[0].source == "# Problem set 5"
    assert cells[4].outputs[0].text.count("\n") == 5000
    assert set(cells[5].outputs[0].forms) == {"image/png", "text/plain"}


def test_prints_that_follow_each_other_are_one() -> None:
    cell = code("x", printed("a"), printed("b\n"), printed("!", "stderr"), shown(text_plain="c"), printed("d"))
    assert [(each.kind, each.text) for each in read(notebook([cell])).cells[0].outputs] == [
        ("stream", "ab\n"),
        ("stream", "!"),
        ("shown", "c"),
        ("stream", "d"),
    ]


LONG = [
    code("a = 1", printed("0.5 [====]\n" * 200_000)),
    code("b = 2", *(shown(image_png="A" * 90_000) for _ in range(20))),
    code("c = 3", shown(image_png="A" * 3_000_000), shown(image_png="B")),
    text("![](data:image/png;base64," + "A" * 600_000 + ")"),
]


def test_a_long_notebook_is_cut_in_its_outputs_and_stays_whole() -> None:
    content = notebook([*LONG, text("the end")])
    made = within(content, 900_000)
    assert len(made) <= 900_000
    cells = read(made).cells
    assert [cell.source for cell in cells] == ["a = 1", "b = 2", "c = 3", "", "the end"]
    assert cells[0].outputs[0].text.startswith("0.5 [====]\n0.5")
    assert all("left out, because it is very long" in each.outputs[-1].text for each in cells[:3])
    assert len(cells[1].outputs) > 1


def test_a_notebook_that_is_short_enough_stays_as_it_is() -> None:
    content = magics()
    assert within(content, len(content)) is content


@pytest.mark.parametrize("part", [b"[", b"[],", b'"a",', b'{"outputs":[', b"\\", b'"'])
def test_what_cannot_be_made_short_costs_little_time(part: bytes) -> None:
    with speed.within(5):
        made = within(b'{"cells":[' + part * ((1 << 17) // len(part)), 1 << 16)
    assert len(made) > 0
