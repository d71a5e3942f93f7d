"""The bank of mistakes: it loads, it applies, and what it does can be seen."""

from __future__ import annotations

import ast
import os
import pickle
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import FrozenInstanceError
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from grader.errors import GraderError
from grader.mistakes import Edit, Family, Mistake, apply, apply_all, load_mistakes
from grader.rubric import Rubric, load_rubric, reference_files

RUBRIC = Path(__file__).parents[1] / "rubrics" / "gatech-cs7643-a1"
PROBE = Path(__file__).with_name("mistake_probe.py")
BANK = load_mistakes(RUBRIC)
MATTERS = 1e-7  # two hand-ins are told apart by more than this, relative to the larger number; rounding is at 1e-12
SAME = 1e-9
Looks = tuple[str, np.ndarray[Any, Any]]

each_mistake = pytest.mark.parametrize("mistake", BANK, ids=lambda mistake: str(mistake.id))


@cache
def rubric() -> Rubric:
    return load_rubric(RUBRIC / "rubric.yaml")


@cache
def files() -> dict[str, bytes]:
    return reference_files(rubric().reference)


@pytest.fixture(scope="module")
def seen() -> dict[str, Looks]:
    """What the probe sees of the reference and of every mistake, each in a process of its own."""
    jobs = {"reference": files(), **{mistake.id: apply(mistake, files()) for mistake in BANK}}
    running = [_start(dict(list(jobs.items())[start::2])) for start in range(2)]
    told = {name: values for process in running for name, values in _answer(process).items()}
    return {name: _looks(values) for name, values in told.items()}


def _start(jobs: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """A process that probes these hand-ins one after the other, and answers when it has done all."""
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, str(PROBE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=alone)
    assert process.stdin
    with process.stdin as channel:
        channel.write(pickle.dumps(jobs))
    return process


def _answer(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    with process:
        assert process.stdout
        answer: dict[str, Any] = pickle.loads(process.stdout.read())
    assert process.returncode == 0
    return answer


# what the bank says


def test_bank_is_large_and_has_every_family() -> None:
    counts = Counter(mistake.family for mistake in BANK)
    assert len(BANK) >= 120
    assert set(counts) == set(get_args(Family))


@each_mistake
def test_each_criterion_is_one_of_the_rubric(mistake: Mistake) -> None:
    assert set(mistake.criteria) <= {criterion.id for criterion in rubric().criteria}
    assert mistake.part in {"base", "softmax-regression", "two-layer", "optimizer", "utils"}


@each_mistake
def test_harmless_ones_cost_nothing_and_the_others_something(mistake: Mistake) -> None:
    assert (mistake.credit == 1) == mistake.harmless
    assert mistake.credit >= 0.3 or mistake.credit == 0  # 0: nothing comes back at all


# Signs of computing, names of numpy, and what only stands in code; "at -3" and "axis of the batch" are words.
FORMULA = re.compile(r"[=*/@\[\]{}()^_<>+`]|\w - \w|\bnp\.|\.T\b|\baxis \d|\b(keepdims|argmax|arange)\b")
LONGEST = 200


def unfit(hint: str) -> list[str]:
    """Why a student should not read this hint."""
    sentences = re.findall(r"[.?!](?=\s|$)", hint)
    reasons = {
        "a formula": FORMULA.search(hint),
        "too long": len(hint) > LONGEST,
        "not one or two sentences": not 1 <= len(sentences) <= 2,
        "no whole sentence": not hint[:1].isupper() or hint[-1:] not in (".", "?"),
    }
    return [reason for reason, holds in reasons.items() if holds]


@each_mistake
def test_hints_are_one_or_two_sentences_without_a_formula(mistake: Mistake) -> None:
    assert unfit(mistake.hint) == []


@pytest.mark.parametrize(
    ("hint", "reason"),
    [
        ("Multiply by s(1 - s).", "a formula"),
        ("Use dW = X.T @ dZ.", "a formula"),
        ("The gradient is p - y for each row.", "a formula"),
        ("Call np.exp on the shifted scores.", "a formula"),
        ("Sum over axis 1 and keep the rows.", "a formula"),
        ("Did you forget keepdims here?", "a formula"),
        ("Look at this. " + "Is it so very long " * 11 + "?", "too long"),
        ("One. Two. Three.", "not one or two sentences"),
        ("what is it at zero?", "no whole sentence"),
    ],
)
def test_a_hint_that_gives_the_answer_away_or_goes_on_is_caught(hint: str, reason: str) -> None:
    assert unfit(hint) == [reason]


@each_mistake
def test_titles_say_in_one_line_of_words_what_is_wrong(mistake: Mistake) -> None:
    assert not FORMULA.search(mistake.title)
    assert mistake.title[0].isupper()
    assert mistake.title[-1] not in ".?!"
    assert len(mistake.title) <= 100


def test_titles_and_hints_are_not_repeated() -> None:
    for told in ([mistake.title for mistake in BANK], [mistake.hint for mistake in BANK]):
        assert [text for text, count in Counter(told).items() if count > 1] == []


def test_a_mistake_of_both_models_costs_the_same_in_each() -> None:
    # But for the gradients: one of four is spoilt in one model where the only one is in the other.
    credits_ = {mistake.id: mistake.credit for mistake in BANK if mistake.family != "backward"}
    for id_, credit in credits_.items():
        assert credits_.get(id_.replace("softmax-regression", "two-layer"), credit) == credit


# what the bank does


@each_mistake
def test_each_mistake_applies_once_and_still_is_python(mistake: Mistake) -> None:
    changed = apply(mistake, files())
    assert changed.keys() == files().keys()
    assert {name for name in changed if changed[name] != files()[name]} == {edit.file for edit in mistake.edits}
    for edit in mistake.edits:
        ast.parse(changed[edit.file])


def test_pairs_go_together_unless_they_change_the_same_text() -> None:
    rng = np.random.default_rng(0)
    pairs = [rng.choice(len(BANK), size=2, replace=False) for _ in range(300)]
    made = [apply_all([BANK[a], BANK[b]], files()) for a, b in pairs]
    assert sum(changed is not None for changed in made) > 250
    for source in {text for changed in made if changed for name, text in changed.items() if name.endswith(".py")}:
        ast.parse(source)


@pytest.mark.slow
def test_each_mistake_can_be_seen(seen: Mapping[str, Looks]) -> None:
    distances = {mistake: _distance(seen[mistake.id], seen["reference"]) for mistake in BANK}
    hidden = [each.id for each, distance in distances.items() if not distance > (SAME if each.harmless else MATTERS)]
    assert hidden == []


@pytest.mark.slow
def test_the_reference_is_seen_alike_twice(seen: Mapping[str, Looks]) -> None:
    again = _answer(_start({"reference": files()}))
    assert _distance(_looks(again["reference"]), seen["reference"]) == 0


@pytest.mark.slow
def test_exactly_the_declared_mistakes_are_the_same(seen: Mapping[str, Looks]) -> None:
    alike: dict[str, list[str]] = defaultdict(list)
    for mistake in BANK:
        alike[seen[mistake.id][0]].append(mistake.id)
    pairs = {
        frozenset(pair)
        for group in alike.values()
        for pair in combinations(group, 2)
        if _distance(seen[pair[0]], seen[pair[1]]) <= SAME
    }
    assert pairs == {frozenset((mistake.id, mistake.same_as)) for mistake in BANK if mistake.same_as}


def _looks(told: Any) -> Looks:
    """What was seen as one text, of everything but the numbers, and one vector, of the numbers."""
    flat = sorted(_flat(told))
    numbers = [value.astype(float).ravel() for _, value in flat if not isinstance(value, str)]
    words = [(path, value if isinstance(value, str) else (value.dtype.str, value.shape)) for path, value in flat]
    return repr(words), np.concatenate(numbers)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every array and every word in what was seen, by the way to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{path}/{number}")
    else:
        yield path, value


def _distance(one: Looks, other: Looks) -> float:
    """The largest difference between two numbers, relative to them where they are not tiny."""
    (words, a), (other_words, b) = one, other
    if words != other_words:
        return np.inf
    apart = (a != b) & ~(np.isnan(a) & np.isnan(b))
    a, b = a[apart], b[apart]
    if not np.isfinite([a, b]).all():
        return np.inf
    return float(np.max(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-3), initial=0.0))


# loading and applying

SOURCE = {"a.py": b"x = 1\ny = 2\n# \xc3\xa4\nz = x + y\n", "b.py": b"w = 1\n"}


def a_mistake(*edits: tuple[str, str, str], id_: str = "a-slip") -> Mistake:
    listed = tuple(Edit(*edit) for edit in edits)
    return Mistake(id_, "A slip", "model", "base", listed, "Look again.", 0.5, ())


def test_edits_are_applied_to_the_text_as_it_was() -> None:
    mistake = a_mistake(("a.py", "x = 1", "x = 'y = 2'"), ("a.py", "z = x + y", "z = x - y"), ("b.py", "1", "2"))
    assert apply(mistake, SOURCE) == {"a.py": b"x = 'y = 2'\ny = 2\n# \xc3\xa4\nz = x - y\n", "b.py": b"w = 2\n"}
    assert SOURCE["b.py"] == b"w = 1\n"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (("a.py", "q = 1", ""), "mistake 'a-slip': 'q = 1' stands 0 times in a.py"),
        (("a.py", " = ", ""), "mistake 'a-slip': '=' stands 3 times in a.py"),
        (("a.py", "q = 1\nr = 2", ""), "mistake 'a-slip': 'q = 1 …' stands 0 times in a.py"),
        (("c.py", "w = 1", ""), "mistake 'a-slip': the reference has no file 'c.py'"),
        (("aa.py", "w = 1", ""), "did you mean 'a.py'?"),
    ],
)
def test_an_edit_that_does_not_apply_once_is_named(edit: tuple[str, str, str], message: str) -> None:
    with pytest.raises(GraderError, match=re.escape(message)):
        apply(a_mistake(edit), SOURCE)


def test_edits_of_one_mistake_may_not_overlap() -> None:
    with pytest.raises(GraderError, match="two of its edits change the same text"):
        apply(a_mistake(("a.py", "x = 1\ny", "a\nb"), ("a.py", "y = 2", "c")), SOURCE)


def test_two_mistakes_at_different_places_make_one_hand_in() -> None:
    one, other = a_mistake(("a.py", "x + y", "x - y")), a_mistake(("a.py", "y = 2", "y = 3"), id_="another")
    changed = apply_all([one, other], SOURCE)
    assert changed == apply_all([other, one], SOURCE)
    assert changed is not None
    assert changed["a.py"] == b"x = 1\ny = 3\n# \xc3\xa4\nz = x - y\n"


def test_two_mistakes_at_one_place_do_not_go_together() -> None:
    one, other = a_mistake(("a.py", "z = x", "z = y")), a_mistake(("a.py", "x + y", "x - y"), id_="another")
    assert apply_all([one, other], SOURCE) is None


def test_a_course_without_a_bank_knows_no_mistakes(tmp_path: Path) -> None:
    assert load_mistakes(tmp_path) == ()


def test_a_mistake_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        BANK[0].credit = 1.0  # type: ignore[misc]


ENTRY = """\
mistakes:
  - id: a-slip
    title: A slip
    family: model
    part: base
    edits: [{file: a.py, replace: x, by: y}]
    hint: Look again.
    credit: 0.5
    criteria: []
"""
Change = Callable[[str], str]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("a-slip", "A slip"), "2:9: id must be lower-case words joined by hyphens"),
        (lambda text: text.replace("family: model", "family: modle"), "did you mean 'model'?"),
        (lambda text: text.replace("credit: 0.5", "credit: 50"), "8:13: credit must be at most 1, not 50"),
        (lambda text: text.replace("    hint: Look again.\n", ""), "needs a field 'hint'"),
        (lambda text: text.replace("by: y", "with: y"), "'with'"),
        (lambda text: text + text.removeprefix("mistakes:\n"), "10:9: two mistakes have the id 'a-slip'"),
        (lambda text: text + "    same_as: a-slap\n", "same_as names no other mistake of this file: 'a-slap'"),
        (lambda text: text + "    same_as: a-slip\n", "same_as names no other mistake of this file: 'a-slip'"),
        (
            lambda text: text.replace("criteria: []", "criteria: [loss, gradeint]"),
            "mistakes.yaml:9:22: the rubric has no criterion 'gradeint'; did you mean 'gradient'?",
        ),
        (lambda text: text + "    varies: [los]\n", "the rubric has no criterion 'los'; did you mean 'loss'?"),
        (lambda text: text.replace("edits: [{", "edits: [{{"), "mistakes.yaml:6:"),
        (lambda text: "- a\n", "the bank is a mapping with the list 'mistakes', not a list"),
        (lambda text: "mistakes: 3\n", "mistakes must be a list, not 3"),
    ],
)
def test_what_is_wrong_with_a_bank_is_told_with_its_place(change: Change, message: str, tmp_path: Path) -> None:
    (tmp_path / "mistakes.yaml").write_text(change(ENTRY), "utf-8")
    with pytest.raises(GraderError) as told:
        load_mistakes(tmp_path, ["loss", "gradient"])
    assert message in str(told.value)


def test_a_bank_in_good_order_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "mistakes.yaml").write_text(ENTRY, "utf-8")
    expected = Mistake("a-slip", "A slip", "model", "base", (Edit("a.py", "x", "y"),), "Look again.", 0.5, ())
    assert load_mistakes(tmp_path) == (expected,)
