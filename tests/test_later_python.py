"""f-strings of a later Python are read, and say what they say there."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.worker.handin import HandIn
from grader.worker.later_python import in_earlier_words

A = {"loss": 0.25, "it's": 1}


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('f"{a["loss"]}"', "0.25"),
        ("f'{a['loss']:.1f}, {len(a)}'", "0.2, 2"),
        ('f"{", ".join(["x", "y"])}!"', "x, y!"),
        ('f"{\'\\n\'.join("ab")}"', "a\nb"),
        ('f"{{{a["loss"]}}}\\n" + "{}"', "{0.25}\n{}"),
        ('rf"\\d{a["loss"]}"', "\\d0.25"),
        ('f"{a["loss"]}" + f"{a["loss"]}"', "0.250.25"),
        ("f'plain' + \"f'{'\"", "plainf'{'"),
    ],
)
def test_it_says_in_earlier_words_what_it_says_in_later_ones(written: str, says: str) -> None:
    assert eval(in_earlier_words(written), {"a": A}) == says


@pytest.mark.parametrize("text", ['f"{a["', "f'{' + (", 'print(f"{x', "x = (1\ny = f'{'"])
def test_what_no_python_reads_stays_broken(text: str) -> None:
    with pytest.raises(SyntaxError):
        compile(in_earlier_words(text), "x", "exec")


def test_a_file_with_such_strings_is_graded_and_keeps_its_lines(tmp_path: Path) -> None:
    text = 'import math\n\ndef f(a):\n    print(f"{a["x"]}")\n    return 3\n\ndef g():\n    return 1 / 0\n'
    (tmp_path / "utils.py").write_text(text)
    handin = HandIn(tmp_path)
    try:
        assert handin.find_function(["f"])({"x": 1}) == 3
        assert handin.find_function(["g"]).__code__.co_firstlineno == 7
        assert not handin.broken()
    finally:
        handin.close()
