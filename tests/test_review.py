"""The markers' page without a browser: who gets in, what is shown, and that no mark of anybody is lost."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import review_samples as samples
from click.testing import CliRunner
from notebook_samples import notebook, text
from review_site import Site, marks

from grader.cli import commands
from grader.errors import GraderError
from grader.gradebook import FILE, Conflict, Given, open_book
from grader.review.desk import Desk
from grader.review.pen import Pen, Refused, Said

HOSTILE = """\
# XOR

<script>alert(1)</script> <img src=x onerror=alert(1)> [click](javascript:alert(1)) ![out](https://example.org/x.png)

</div></article></main><form action=/mark><button name=level value=4>free points</button></form>

<a href="/publish" hx-post="/publish" hx-trigger="load" style="position:fixed">x</a> {{ 7*7 }} \u202egnp.exe

$\\href{javascript:alert(1)}{x}$ `</textarea><script>alert(2)</script>`
"""
EMPTY = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small class with one hostile hand-in and one that wrote nothing."""
    extra = {"mallory": notebook([text(HOSTILE)]), "nobody": EMPTY}
    return samples.made(tmp_path_factory.mktemp("class"), 4, extra, reports=True)


@pytest.fixture
def out(recorded: Path, tmp_path: Path) -> Path:
    """The same, for one test to mark."""
    import shutil

    return shutil.copytree(recorded, tmp_path / "out")


@pytest.fixture
def desk(out: Path) -> Iterator[Desk]:
    opened = samples.opened(out)
    yield opened
    opened.book.close()


@pytest.fixture
def site(desk: Desk) -> Site:
    return Site(desk)


@pytest.fixture(scope="module")
def untouched(recorded: Path) -> Iterator[Site]:
    """A site that takes nothing in these tests, so that they can share it."""
    desk = samples.opened(recorded)
    yield Site(desk)
    assert (desk.book.marks(desk.assignment), desk.book.phrases(desk.assignment)) == ({}, [])
    desk.book.close()


# what is shown


def test_a_question_shows_every_answer_once_in_a_stable_order_and_nobodys_name(site: Site, out: Path) -> None:
    page = site.marker("Marker 1").get("/question/xor?filter=all").text
    shown = re.findall(r'<article class="card" id="a-(\w+)"', page)
    assert len(set(shown)) == len(shown) == 6
    assert not re.search("student-|mallory|nobody|hw.ipynb", page)
    again = samples.opened(out)
    assert [each.key for each in again.piles["xor"].answers] == shown
    assert [each.hand_in for each in again.piles["xor"].answers] != [
        each.hand_in for each in again.piles["curves"].answers
    ]
    again.book.close()


def test_names_are_shown_to_who_asks_for_them(desk: Desk) -> None:
    client = Site(desk, names=True).marker("Marker 1")
    assert "student-002" in client.get("/question/xor?filter=all").text
    assert "student-002" in client.get("/?hand_in=dent-002").text


def test_the_marker_sees_the_question_the_model_answer_the_levels_and_the_students_own_figures(untouched: Site) -> None:
    client = untouched.marker("Marker 1")
    page = client.get("/question/xor").text
    assert 'class="math"' in page
    assert "all four rows are used" in page
    assert page.count('value="4" class="level" data-key="1"') == 5
    assert client.get("/question/curves").text.count('<img src="data:image/png;base64,') == 4


def test_what_a_hand_in_wrote_does_nothing(untouched: Site) -> None:
    client, answer = untouched.marker("Marker 1"), untouched.answer(hand_in="mallory")
    page = client.get(f"/question/xor?filter=all&q=%23{answer.number}").text
    assert page.count("<article") == 1
    side = page[page.index('<div class="answer-side">') : page.index('<div class="panel')]
    words = side[side.index('<div class="words') :]
    tags = re.findall(r"<(\w+)([^>]*)>", words)
    assert {name for name, _ in tags} <= {"code", "details", "div", "em", "p", "path", "pre", "summary", "svg", "title"}
    assert not [each for name, each in tags if re.search(r"href|hx-|\bon|style", each) and name != "svg"]
    assert "{{ 7*7 }}" in words
    assert "\u202e" not in page
    assert page.count("<script") == 2


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 5),
        ({"filter": "all"}, 6),
        ({"filter": "graded"}, 1),
        ({"filter": "mine"}, 1),
        ({"filter": "others"}, 1),
        ({"filter": "unmarked"}, 3),
        ({"filter": "all", "points": "2"}, 1),
        ({"filter": "all", "q": "ALERT("}, 1),
        ({"filter": "all", "q": "well argued"}, 1),
        ({"filter": "all", "q": "#3"}, 1),
        ({"filter": "all", "q": "student"}, 0),
        ({"filter": "all", "after": "4"}, 2),
        ({"filter": "all", "after": "no number"}, 6),
        ({"filter": "nonsense", "q": "%"}, 0),
    ],
)
def test_answers_are_filtered_and_found(site: Site, asked: dict[str, str], count: int) -> None:
    given = [Given("student-000", "xor", 2.0, "Well argued."), Given("student-001", "xor", 4.0)]
    if asked:
        site.desk.book.mark(site.desk.assignment, given[:1], "Marker 1")
        site.desk.book.mark(site.desk.assignment, given[1:], "Marker 2")
    page = site.marker("Marker 1").get("/question/xor", params=asked).text
    assert page.count("<article") == count


def test_long_piles_come_in_pages(tmp_path: Path) -> None:
    desk = samples.opened(samples.made(tmp_path, 45))
    client = Site(desk).marker("Marker 1")
    counts, address, seen = [], "/question/rate", set()
    while True:
        page = client.get(address).text
        shown = re.findall(r"<article .*?data-number=\"(\d+)\"", page)
        if set(shown) <= seen:
            break
        counts.append(len(shown))
        seen |= set(shown)
        address = re.findall(r'data-do="next-page" class="button" href="([^"]+)"', page)[0].replace("&amp;", "&")
    assert (counts, len(seen)) == ([20, 20, 5], 45)
    desk.book.close()


def test_a_hand_in_shows_all_its_questions_and_what_it_has_so_far(site: Site) -> None:
    site.desk.book.mark(site.desk.assignment, [Given("student-000", "xor", 3.0)], "Marker 2")
    page = site.marker("Marker 1").get(f"/hand-in/{site.answer().hand_in_key}").text
    assert page.count("<article") == 4
    assert "<strong>5</strong> of 17 points so far" in page


# marking


def test_a_level_gives_its_points_with_the_comment_and_the_name_of_the_marker(site: Site) -> None:
    client, answer = site.marker("Marker 1"), site.answer()
    page = client.post(
        f"/mark/{answer.key}", data={"level": "2", "points": "", "comment": "Which  rows?\r\nSay it."}
    ).text
    mark = site.desk.book.marks(site.desk.assignment)["student-000"]["xor"]
    assert (mark.points, mark.comment, mark.by, mark.version) == (2.0, "Which  rows?\nSay it.", "Marker 1", 1)
    assert 'value="2" class="level" data-key="2" aria-pressed="true"' in page
    assert "<strong>1</strong> of 5 marked" in page


@pytest.mark.parametrize(("points", "given"), [("0", 0.0), ("4", 4.0), (" 2,75 ", 2.75), ("3.125", 3.125), ("", None)])
def test_free_points_are_taken_within_their_bounds(site: Site, points: str, given: float | None) -> None:
    said = {"points": points, "comment": "so"}
    site.marker("Marker 1").post(f"/mark/{site.answer().key}", data=said)
    assert marks(site.desk)["student-000"] == (given, "Marker 1")


@pytest.mark.parametrize("points", ["4.01", "5", "-1", "1e0", "nan", "inf", "two", "1" * 400, "<b>"])
def test_points_that_are_none_are_refused_with_the_reason_and_what_was_typed(untouched: Site, points: str) -> None:
    answer = untouched.marker("Marker 1").post(
        f"/mark/{untouched.answer().key}", data={"points": points, "comment": "kept <words>"}
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "kept &lt;words&gt;</textarea>" in answer.text
    assert marks(untouched.desk) == {}


def test_what_the_grader_decided_is_changed_with_a_reason_only(site: Site) -> None:
    client, answer = site.marker("Marker 1"), site.answer("sigmoid")
    assert client.post(f"/mark/{answer.key}", data={"points": "1"}).status_code == 422
    assert client.post(f"/mark/{answer.key}", data={"points": "1", "why": "the notation was right"}).status_code == 200
    event = site.desk.book.history(site.desk.assignment)[-1]
    assert (event.by, event.before, event.after, event.why) == ("Marker 1", 2.0, 1.0, "the notation was right")
    assert "the notation was right" in client.get(f"/history/{answer.key}").text


def test_a_hand_in_without_an_answer_has_what_the_grader_gave_until_somebody_says_why_not(site: Site) -> None:
    answer = site.answer(hand_in="nobody")
    page = site.marker("Marker 1").get("/question/xor?filter=graded").text
    assert "The grader gave 0 of 4." in page
    assert site.marker("Marker 1").post(f"/mark/{answer.key}", data={"points": "1"}).status_code == 422


def test_comments_are_used_again_and_shared(site: Site) -> None:
    ada, ben = site.marker("Marker 1"), site.marker("Marker 2")
    for words in ("Name the axes.", "Name the axes.", "  ", "<i>Which</i> row?"):
        ada.post("/phrases/xor", data={"comment": words})
    page = ben.get("/question/xor").text
    assert re.findall(r'data-text="([^"]+)"', page) == ["Name the axes.", "&lt;i&gt;Which&lt;/i&gt; row?"]
    assert "Name the axes." not in ben.get("/question/rate").text
    first = site.desk.book.phrases(site.desk.assignment)[0]
    assert "Name the axes." not in ben.post("/phrases/xor", data={"forget": str(first.id)}).text


def test_every_step_can_be_undone_one_after_the_other(site: Site) -> None:
    client, one, two = site.marker("Marker 1"), site.answer(), site.answer("rate")
    client.post(f"/mark/{one.key}", data={"level": "2", "version": "0"})
    client.post(f"/mark/{one.key}", data={"level": "4", "comment": "better", "version": "1"})
    client.post(f"/mark/{two.key}", data={"level": "5", "version": "0"})
    told = [client.post("/undo").headers["hx-trigger"] for _ in range(4)]
    assert [two.key in told[0], one.key in told[1], one.key in told[2], "nothing left" in told[3]] == [True] * 4
    assert marks(site.desk)["student-000"] == (None, "Marker 1")
    assert [each.why for each in site.desk.book.history(site.desk.assignment)][-3:] == ["undone"] * 3


def test_undoing_leaves_alone_what_somebody_else_marked_since(site: Site) -> None:
    ada, ben, answer = site.marker("Marker 1"), site.marker("Marker 2"), site.answer()
    ada.post(f"/mark/{answer.key}", data={"level": "2", "version": "0"})
    ben.post(f"/mark/{answer.key}", data={"level": "4", "version": "1"})
    assert "somebody else" in ada.post("/undo").headers["hx-trigger"].casefold()
    assert marks(site.desk)["student-000"] == (4.0, "Marker 2")


# two at once


def test_two_marks_of_one_answer_are_both_kept_until_somebody_chooses(site: Site) -> None:
    ada, ben, answer = site.marker("Marker 1"), site.marker("Marker 2"), site.answer()
    ada.post(f"/mark/{answer.key}", data={"level": "4", "comment": "Right.", "version": "0"})
    page = ben.post(f"/mark/{answer.key}", data={"level": "2", "comment": "No contradiction.", "version": "0"}).text
    assert re.search("Two markers gave.*Right\\..*No contradiction\\.", page, re.DOTALL)
    assert marks(site.desk)["student-000"] == (4.0, "Marker 1")
    assert ada.get("/question/xor?filter=conflict").text.count("<article") == 1
    ben.post(
        f"/settle/{answer.key}", data={"choice": "give", "points": "2", "comment": "No contradiction.", "version": "1"}
    )
    assert marks(site.desk)["student-000"] == (2.0, "Marker 2")
    assert ada.get("/question/xor?filter=conflict").text.count("<article") == 0
    trail = [(each.what, each.by, each.after) for each in site.desk.book.history(site.desk.assignment, "student-000")]
    assert trail[-4:] == [
        ("marked", "Marker 1", 4),
        ("contested", "Marker 2", 2),
        ("marked", "Marker 2", 2),
        ("settled", "Marker 2", 2),
    ]


def test_a_choice_is_for_what_was_seen_only(site: Site) -> None:
    ada, ben, cem, answer = *map(site.marker, ("Marker 1", "Marker 2", "Cem")), site.answer()
    ada.post(f"/mark/{answer.key}", data={"level": "4", "version": "0"})
    ben.post(f"/mark/{answer.key}", data={"level": "2", "version": "0"})
    ada.post(f"/mark/{answer.key}", data={"level": "1", "version": "1"})
    page = cem.post(f"/settle/{answer.key}", data={"choice": "keep", "points": "", "version": "1"}).text
    assert "changed meanwhile" in page
    cem.post(f"/settle/{answer.key}", data={"choice": "keep", "points": "", "version": "2"})
    assert marks(site.desk)["student-000"] == (1.0, "Marker 1")
    assert site.desk.book.contests(site.desk.assignment) == {}


def test_the_same_mark_by_two_is_no_quarrel_and_ones_own_older_page_neither(site: Site) -> None:
    ada, ben, answer = site.marker("Marker 1"), site.marker("Marker 2"), site.answer()
    for client, level in ((ada, "2"), (ben, "2"), (ada, "4"), (ada, "1")):
        client.post(f"/mark/{answer.key}", data={"level": level, "version": "0"})
    assert site.desk.book.contests(site.desk.assignment) == {}
    assert marks(site.desk)["student-000"] == (1.0, "Marker 1")


def test_of_many_marks_at_once_from_several_servers_none_is_lost(tmp_path: Path) -> None:
    out = samples.made(tmp_path, 12)
    desks = [samples.opened(out) for _ in range(3)]
    said: list[tuple[str, str, float]] = []

    def work(number: int) -> None:
        pen, desk = Pen(desks[number].book, "essays"), desks[number]
        for question in samples.QUESTIONS:
            for answer in desk.piles[question].answers:
                points = float((number + answer.number) % 3)
                pen.give(f"m{number}", answer, Said(str(points), f"of {number}"))
                said.append((answer.hand_in, question, points))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    stands, met = desks[0].book.marks("essays"), desks[0].book.contests("essays")
    kept = [(name, c, m.points) for name, each in stands.items() for c, m in each.items()]
    kept += [(name, c, m.points) for (name, c), each in met.items() for m in each]
    assert sorted(kept) == sorted(said)
    for each in desks:
        each.book.close()


def test_a_hand_in_that_was_graded_anew_is_shown_as_it_is_now(site: Site, out: Path) -> None:
    from grader.gradebook import Attempt

    told = (out / "student-000" / "result.json").read_text().replace("No single unit computes XOR", "A new title")
    book = open_book(out / FILE)
    book.record(Attempt("essays", "student-000", told, complete=True))
    book.close()
    assert "A new title" in site.marker("Marker 1").get(f"/hand-in/{site.answer().hand_in_key}").text


# publishing


def test_publishing_runs_once_and_tells_how_far_it_is(site: Site) -> None:
    client = site.marker("Marker 1")
    client.post("/publish")
    site.publisher.wait()
    page = client.get("/publish").text
    assert site.published == 1
    assert "student-000: &lt;b&gt;no&lt;/b&gt; PDF" in page
    assert "Publish the marks" in page


def test_published_reports_show_points_and_comments_and_only_what_changed_is_drawn(out: Path, desk: Desk) -> None:
    def publish() -> str:
        return CliRunner().invoke(commands, ["marks", "publish", str(out)]).output

    report = out / "student-000" / "report.html"
    before, told = report.read_text(), (out / "student-000" / "result.json").read_bytes()
    assert "0 reports" in publish()
    desk.book.mark("essays", [Given("student-000", "xor", 3.0, "Which <rows>?")], "Marker 1")
    assert "1 report written" in publish()
    after = report.read_text()
    assert "Which &lt;rows&gt;?" in after
    assert "Which" not in before
    assert "0 reports" in publish()
    assert (out / "student-000" / "result.json").read_bytes() == told
    summary = (out / "summary.csv").read_text().splitlines()
    assert summary[1].startswith("student-000,to mark,5.0,17.0,")
    report.write_text(before)  # as a run leaves it that draws it anew
    assert "1 report written" in publish()
    desk.book.mark("essays", [Given("student-000", "xor", None, version=1)], "Marker 1")
    assert "1 report written" in publish()
    assert "Which" not in report.read_text()


# the command


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--rubric", "gatech-cs7643-a1"], "is something else"),
        (["--host", "192.0.2.1"], "can listen on 192.0.2.1"),
        (["--book", "nowhere/at/all.db"], "gradebook"),
    ],
)
def test_what_keeps_it_from_starting_is_told(out: Path, options: list[str], told: str) -> None:
    done = CliRunner().invoke(commands, ["review", str(out), *options])
    assert done.exit_code == 2
    assert told in done.output


def test_a_folder_without_its_rubric_is_told(out: Path) -> None:
    (out / "run.json").write_text('{"rubric": {"id": "essays", "path": "/gone/rubric.yaml"}, "seed": 1}')
    assert "name it: --rubric" in CliRunner().invoke(commands, ["review", str(out)]).output


def test_a_reason_and_points_are_asked_of_every_pen(desk: Desk) -> None:
    pen, answer = Pen(desk.book, desk.assignment), desk.piles["sigmoid"].answers[0]
    with pytest.raises(Refused, match="say why"):
        pen.give("Marker 1", answer, Said("1"))
    with pytest.raises(Conflict):
        pen.settle("Marker 1", answer, Said("1", version=3), keep=True)
    with pytest.raises(GraderError):
        pen.settle("Marker 1", answer, Said("many"), keep=False)
