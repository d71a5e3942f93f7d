"""Wrong solutions made from a reference: what is changed, and that nothing else is."""

from __future__ import annotations

import ast

import pytest

from grader.audit import load_course
from grader.audit.mutants import Mutant, emptied, functions_of, mutants, touched
from grader.rubric import find_rubric, load_rubric

COURSE = load_course(load_rubric(find_rubric("gatech-cs7643-a1")))
MUTANTS = list(mutants(COURSE.files, COURSE.functions))


def of(body: str, arguments: str = "X, W, b, y") -> list[str]:
    """The bodies of all mutants of a function with this body."""
    head = f"def f({arguments}):\n    "
    source = (head + body + "\n").encode()
    return [m.source.decode().removeprefix(head).strip() for m in mutants({"f.py": source}, {"f.py:f": ()})]


def test_a_course_gives_many_mutants_all_different() -> None:
    assert len(MUTANTS) >= 600
    assert len({(mutant.file, mutant.source) for mutant in MUTANTS}) == len(MUTANTS)
    assert len({mutant.id for mutant in MUTANTS}) == len(MUTANTS)


def test_every_declared_function_has_mutants() -> None:
    assert {f"{mutant.file}:{mutant.function}" for mutant in MUTANTS} == set(COURSE.functions)


def test_a_mutant_changes_its_own_function_and_nothing_else() -> None:
    for mutant in MUTANTS:
        assert touched(mutant.file, COURSE.files[mutant.file], mutant.source) == {f"{mutant.file}:{mutant.function}"}


def test_a_mutant_keeps_all_other_lines_as_they_were() -> None:
    most = max(len(changed_lines(mutant)) for mutant in MUTANTS)
    assert most <= 12  # a statement over several lines at most


def changed_lines(mutant: Mutant) -> list[str]:
    lines = mutant.difference(COURSE.files).splitlines()
    return [line for line in lines if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("return X @ W + b", "return (X @ (W + b))"),
        ("return X @ W + b", "return (X @ W - b)"),
        ("return X @ W + b", "return (X @ W)"),
        ("return X.T @ W", "return X @ W"),
        ("return X.T @ W", "return (X.T * W)"),
        ("return X[range(5), y]", "return X[:, y]"),
        ("return X.sum(axis=0)", "return X.sum(axis=1)"),
        ("return X.sum(axis=0)", "return X.mean(axis=0)"),
        ("return X.sum(axis=0)", "return X.sum()"),
        ("return X / len(y)", "return X"),
        ("return X / len(y)", "return X / len(X)"),
        ("return X - W", "return (W - X)"),
        ("return X > 0", "return (X >= 0)"),
        ("self['W1'] = X", "self['W1'] += X"),
        ("self['W1'] = X", "self['W2'] = X"),
        ("self['W1'] = X", "unused = X"),
        ("X -= W", "X = W"),
        ("return X, y", "return (y, X)"),
        ("return f(X, y)", "return f(y, X)"),
        ("return X", "return"),
    ],
)
def test_the_slips_of_this_homework_are_made(body: str, wrong: str) -> None:
    assert wrong in of(body, "self, X, W, b, y")


def test_a_docstring_is_left_alone() -> None:
    assert of('"""Return 1."""') == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("def f(x):\n    return x\n", "def f(x):\n    return -x  # no\n", {"a.py:f"}),
        ("def f(x):\n    return x\n", "def f(x):\n    return x\n# more\n", set()),
        ("def f(x):\n    return x\n", "def f(x, y=1):\n    return x\n", None),
        ("def f(x):\n    return x\n", "A = 1\ndef f(x):\n    return x\n", None),
        ("class C:\n    def f(self): return 1\n", "class C:\n    def f(self): return 2\n", {"a.py:C.f"}),
        ("def f(x):\n    return x\n", "def f(x:\n", None),
    ],
)
def test_it_is_known_which_functions_two_texts_differ_in(old: str, new: str, expected: set[str] | None) -> None:
    assert touched("a.py", old.encode(), new.encode()) == expected


def test_a_change_to_anything_but_python_may_touch_everything() -> None:
    assert touched("config.yaml", b"a: 1", b"a: 2") is None


def test_a_function_can_be_emptied() -> None:
    source = b"class C:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
    changed = emptied(source, "C.f", "raise RuntimeError")
    assert "raise RuntimeError" in changed.decode()
    assert "return 2" in changed.decode()
    assert "return 1" not in changed.decode()


def test_functions_of_modules_and_classes_are_found() -> None:
    files = {"a.py": b"def f(): pass\nclass C:\n    def g(self): pass\n", "b.yaml": b"x: 1"}
    assert functions_of(files) == ["a.py:f", "a.py:C.g"]


def test_every_mutant_can_be_compiled() -> None:
    for mutant in MUTANTS:
        ast.parse(mutant.source)
