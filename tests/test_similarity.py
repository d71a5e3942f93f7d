"""Copies are found first, whatever their disguise; what was written independently, given or usual is not."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Mapping
from pathlib import Path

import class_samples
import numpy as np
import pytest
from click.testing import CliRunner, Result
from similarity_samples import COURSES, disguised, independent, made_up
from speed import within

from grader.classroom.similar import starter_files
from grader.cli import commands
from grader.errors import GraderError, IntakeError
from grader.report.similarity import html
from grader.similarity import Baseline, Comparison, HandIn, baseline, compare, texts
from grader.similarity.tokens import code_tokens, comments, words
from grader.similarity.winnowing import grams, winnowed

MODEL = """
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def train(net, X, y, rate=0.1, epochs=30):
    for epoch in range(epochs):
        scores = net.forward(X)
        gradient = net.backward(scores, y)
        for name in net.weights:
            net.weights[name] -= rate * gradient[name]
    return net
"""
ESSAY = (
    "The loss falls quickly in the first ten epochs, and then the curve of the validation set begins to rise again "
    "while that of the training set goes on falling, so the network learns the noise of the training images by heart. "
    "A smaller step would have helped, as would a larger penalty on the weights of the first layer."
)


def compared(
    files: Mapping[str, Mapping[str, bytes]], given: Baseline | None = None, people: Mapping[str, str] | None = None
) -> Comparison:
    """These hand-ins, by their ids."""
    own = people or {}
    hand_ins = [HandIn(id_, lambda files=each: files, frozenset({own.get(id_, id_)})) for id_, each in files.items()]  # type: ignore[misc]
    return compare(hand_ins, given or baseline(()), 25)


def first(found: Comparison) -> set[str]:
    return {found.ranked[0].first, found.ranked[0].second} if found.ranked else set()


def one(text: str, name: str = "hw.py") -> dict[str, bytes]:
    return {name: text.encode()}


@pytest.mark.parametrize(
    "other",
    [
        MODEL.replace("scores", "wurst").replace("net", "model").replace("e ", "exponentials "),
        MODEL.replace("0.1", "5e-3").replace("30", "100"),
        MODEL.replace("\n", "  # mine\n").replace("    ", "\t"),
        MODEL.replace(", y", ",\n              y"),
        '"""My homework."""\nimport os\n' + MODEL.replace("def train", 'def other():\n    """Docs."""\ndef train'),
    ],
    ids=["names", "numbers", "comments and tabs", "wrapped lines", "docstrings and imports"],
)
def test_what_a_disguise_changes_is_no_token(other: str) -> None:
    own = {int(each) for each in grams(code_tokens(MODEL).codes, 10)}
    theirs = {int(each) for each in grams(code_tokens(other).codes, 10)}
    assert len(own & theirs) >= 0.85 * len(own)


def test_tokens_stand_where_they_were_read() -> None:
    text = "a = np.exp(b)  # why\n"
    read = code_tokens(text)
    told = [text[start:end] for start, end in zip(read.starts, read.ends, strict=True)]
    assert told == ["a", "=", "np", ".", "exp", "(", "b", ")"]
    assert comments(text) == "               # why\n"
    assert [text[start:end] for start, end in zip(words(text).starts, words(text).ends, strict=True)][-1] == "why"


def test_every_match_that_is_long_enough_shares_a_fingerprint() -> None:
    rng = np.random.default_rng(0)
    k, w = 6, 4
    for _ in range(200):
        shared = rng.integers(0, 9, k + w - 1, np.uint64)
        both = [np.concatenate([rng.integers(0, 9, rng.integers(0, 9), np.uint64), shared]) for _ in range(2)]
        chosen = [{int(hashes[i]) for i in winnowed(hashes, w)} for hashes in (grams(each, k) for each in both)]
        assert chosen[0] & chosen[1]


@pytest.mark.slow
@pytest.mark.parametrize("course", COURSES)
def test_a_copy_of_any_hand_in_comes_before_all_that_were_written_independently(course: str) -> None:
    written = independent(course)
    given = baseline(texts(starter_files(course)))
    for id_ in list(written)[:3]:
        found = compared({**written, "copy": disguised(written[id_], random.Random(id_))}, given)
        assert first(found) == {id_, "copy"}
        assert found.ranked[0].score > 1.4 * found.ranked[1].score


@pytest.mark.slow
def test_ten_copies_are_the_first_ten_pairs_of_a_class_of_two_hundred() -> None:
    rng = random.Random(5)
    group = made_up("aarhus-ml-handin2", 190, 1)
    copied = rng.sample(sorted(group), 10)
    copies = {f"copy-of-{id_}": disguised(group[id_], rng) for id_ in copied}
    found = compared({**group, **copies}, baseline(texts(starter_files("aarhus-ml-handin2"))))
    assert found.pairs == 200 * 199 // 2
    assert {frozenset((pair.first, pair.second)) for pair in found.ranked[:10]} == {
        frozenset((id_, f"copy-of-{id_}")) for id_ in copied
    }


def essay(rng: random.Random) -> str:
    """Sentences of one pattern with words of one's own, as answers to one question are."""
    parts = (
        ("The loss", "My loss", "Our training loss", "What one sees is that the loss"),
        ("falls", "goes down", "drops", "gets smaller", "decreases"),
        ("at first", "in the first epochs", "quickly", "for a while", "smoothly", "in jumps"),
        ("and then", "before it", "until it", "but later", "after which it"),
        ("stays", "rises", "gets stuck", "oscillates", "settles", "flattens"),
        ("because of", "owing to", "which I blame on", "as an effect of", "and the reason is"),
        ("the learning rate", "the small batches", "too little data", "the penalty", "bad initial weights"),
    )
    return ". ".join(" ".join(map(rng.choice, parts)) for _ in range(12)) + "."


@pytest.mark.parametrize("name", ["report.md", "answers.yaml", "hw1.ipynb"])
def test_the_copied_words_among_two_hundred_are_found_first(name: str) -> None:
    rng = random.Random(3)
    told = {f"student-{i:03}": essay(rng) for i in range(199)}
    told["copy"] = told["student-042"].replace("loss", "Loss").replace(". ", ".\n\n").replace("quickly", "fast")
    found = compared({id_: written(name, text) for id_, text in told.items()})
    assert first(found) == {"student-042", "copy"}
    assert found.ranked[0].score > 1.5 * found.ranked[1].score


def written(name: str, text: str) -> dict[str, bytes]:
    if name.endswith(".ipynb"):
        cells = [{"cell_type": "markdown", "metadata": {}, "source": text}]
        return one(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}), name)
    return one(f"words: |\n  {text}" if name.endswith(".yaml") else text, name)


def test_code_in_cells_is_found_in_files_too() -> None:
    cells = [{"cell_type": "code", "metadata": {}, "source": f"%cd x\n{MODEL}", "outputs": []}]
    notebook = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})
    found = compared({"a": one(MODEL), "b": one(notebook, "hw.ipynb"), "c": one("print(1)")})
    assert first(found) == {"a", "b"}
    assert found.listed[0].second[found.listed[0].passages[0].second.text].name == "hw.ipynb, cell 1"


def test_what_was_given_to_everybody_counts_for_nobody() -> None:
    assert compared({"a": one(MODEL), "b": one(MODEL)}, baseline(texts(one(MODEL)))).ranked == ()


def test_what_many_wrote_weighs_less_than_what_two_wrote() -> None:
    rare = MODEL.replace("net.weights[name] -= rate * gradient[name]", "net.weights[name] = f(rate if x else [y])")
    group = {f"usual-{i}": one(MODEL + f"\ndef f{i}():\n    return {'-x(' * i}1{')' * i}\n") for i in range(8)}
    found = compared({**group, "a": one(rare), "b": one(rare)})
    assert first(found) == {"a", "b"}


def test_hand_ins_of_one_person_are_no_pair() -> None:
    files = {"a": one(MODEL), "b": one(MODEL), "c": one(MODEL)}
    found = compared(files, people={"a": "ada@example.org", "b": "ada@example.org"})
    assert {frozenset((pair.first, pair.second)) for pair in found.ranked} == {frozenset("ac"), frozenset("bc")}


def test_of_many_who_copied_from_each_other_all_are_shown_and_not_each_pair() -> None:
    found = compared({f"s{i}": one(MODEL) for i in range(5)} | {f"t{i}": one(f"x = {i}") for i in range(9)})
    assert len(found.ranked) == 10
    assert {id_ for each in found.listed for id_ in (each.pair.first, each.pair.second)} == {f"s{i}" for i in range(5)}
    assert len(found.listed) < 10


HOSTILE = {
    "one line": "x=1;" * 40_000,
    "deep": "(" * 100_000 + ")" * 40_000,
    "open string": '"""' + "\\" * 50_000 + "'" * 50_000,
    "quotes": "'\"" * 40_000,
    "backslashes": "\\\n" * 30_000,
    "prefixes": "rb" * 40_000 + "'",
    "numbers": "1e" * 40_000,
    "blanks": " " * 200_000 + "#",
    "strings and blanks": ('""' + " " * 50) * 5_000,
    "broken": MODEL.replace(":", "").replace(")", "("),
    "binary": bytes(range(256)).decode("latin-1") * 1_000,
    "imports": "from x import (\n" * 25_000,
    "escaped quotes": '"""' + '\\"""' * 50_000 + "\\",
    "surrogates": "def \ud800(): pass\n".encode("utf-8", "surrogatepass").decode("utf-8", "replace") * 100,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_cost_little_and_hide_nothing(text: str) -> None:
    files = {"hw.py": MODEL.encode(), "zz.py": text.encode(), "zz.md": text.encode()}
    with within(4):
        found = compared({"hostile": files, "copy": one(MODEL), "other": one(ESSAY, "a.md"), "more": one("print(2)")})
        html(found, "class")
    assert first(found) == {"hostile", "copy"}


@pytest.mark.slow
def test_what_nobody_can_have_written_is_read_in_part_and_told() -> None:
    huge = {f"{i}.py": b"x = f(1, 2, [3])\n" * 20_000 for i in range(40)}
    with within(15):
        found = compared({"huge": {"hw.py": MODEL.encode(), **huge}, "copy": one(MODEL), "c": one("print(2)")})
    assert found.cut == ("huge",)
    assert first(found) == {"huge", "copy"}


def test_both_texts_stand_side_by_side_with_the_same_colours_and_links() -> None:
    found = compared({"<b>": {**one(MODEL), **one(ESSAY, "a.md")}, "b": {**one(MODEL), **one(ESSAY, "b.md")}})
    page = html(found, "<class>")
    assert 'id="p1a-0" href="#p1b-0"' in page
    assert 'id="p1b-0" href="#p1a-0"' in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["similar", *map(str, arguments)])


@pytest.mark.parametrize("layout", ["gradescope", "canvas", "moodle", "github", "plain"])
@pytest.mark.parametrize("form", ["as_folder", "as_zip"])
def test_each_layout_of_a_class_is_taken(layout: str, form: str, tmp_path: Path) -> None:
    place = getattr(class_samples, form)(getattr(class_samples, layout)(), tmp_path / "class")
    told = run(place, "-o", tmp_path / "similar.html")
    assert told.exit_code == (3 if layout == "moodle" else 0), told.output  # of whom there is a text in a form only
    assert "for the instructor only" in (tmp_path / "similar.html").read_text("utf-8")


def test_the_pairs_come_as_tables_too_and_for_nobody_else(tmp_path: Path) -> None:
    group = {"=ada/hw.py": MODEL, "ben/hw.py": MODEL, "cem/hw.py": "print(1)"}
    place = class_samples.as_folder({name: text.encode() for name, text in group.items()}, tmp_path / "class")
    told = run(place, "-o", tmp_path / "s.csv", "-o", tmp_path / "s.json")
    assert told.exit_code == 0, told.output
    assert "=ada" in told.stdout
    rows = list(csv.DictReader(io.StringIO((tmp_path / "s.csv").read_text("utf-8"))))
    assert [(row["first"], row["second"], float(row["code_of_first"])) for row in rows] == [("'=ada", "ben", 1.0)]
    assert json.loads((tmp_path / "s.json").read_text("utf-8"))["pairs"][0]["first"] == "=ada"
    assert (tmp_path / "s.csv").stat().st_mode & 0o077 == 0


def test_one_that_cannot_be_read_is_told_and_costs_the_others_nothing(tmp_path: Path) -> None:
    files = {"ada/hw.py": MODEL.encode(), "ben/hw.py": MODEL.encode(), "cem.zip": b"PK\x03\x04 broken"}
    place = class_samples.as_folder(files, tmp_path / "class")
    told = run(place, "-o", tmp_path / "s.csv")
    assert told.exit_code == 3
    assert "cem was not compared" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "similar.pdf"), "has to end in"),
        (("--rubric", "nothing", "-o", "s.csv"), "nothing"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    files = {"ada/hw.py": MODEL.encode(), "ben/hw.py": MODEL.encode()}
    told = run(class_samples.as_folder(files, tmp_path / "class"), *arguments)
    assert told.exit_code == 2
    assert message in told.stderr


def test_a_class_of_one_is_refused() -> None:
    with pytest.raises(GraderError, match="no two hand-ins"):
        compared({"a": one(MODEL)})


def test_the_same_class_gives_the_same_page_twice() -> None:
    files = {f"s{i}": one(MODEL + f"y = {i}\n" * i) for i in range(6)}
    assert html(compared(files), "class") == html(compared(files), "class")


def test_an_unreadable_hand_in_is_not_compared() -> None:
    def broken() -> Mapping[str, bytes]:
        raise IntakeError("it is damaged")

    hand_ins = [HandIn("a", broken), *(HandIn(name, lambda: one(MODEL)) for name in "bc")]
    assert compare(hand_ins, baseline(()), 1).unread == {"a": "it is damaged"}
