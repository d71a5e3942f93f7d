"""What is written for a later Python is read, and says what it says there."""

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


@pytest.mark.parametrize(
    "written",
    ["type A = list[int]", "type A[T] = tuple[T, T]", "if True:\n    type A = (\n        Later\n        | None\n    )"],
)
def test_a_name_for_a_type_can_be_used_in_annotations(written: str) -> None:
    names: dict[str, object] = {}
    exec(in_earlier_words(f"{written}\ndef f(x: A | None) -> A:\n    return x\nkind = type(f)"), names)
    assert names["f"](3) == 3  # type: ignore[operator]


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


def test_names_of_a_later_library_do_what_they_do_there(tmp_path: Path) -> None:
    (tmp_path / "utils.py").write_text(
        "from itertools import batched\nfrom math import sumprod\nfrom typing import override\n\n"
        "class A:\n    @override\n    def f(self, x):\n        return list(batched(x, 2)), sumprod([1, 2], [3, 4])\n\n"
        "def f(x):\n    return A().f(x)\n"
    )
    handin = HandIn(tmp_path)
    try:
        assert handin.find_function(["f"])("abc") == ([("a", "b"), ("c",)], 11)
    finally:
        handin.close()
