"""Two markers in Chromium mark a class at once, by keys only; `python tests/marking_class.py 200` says what came of it.

Each keeps a list of what it gave. Afterwards that list is held against the gradebook, its history, every report and
every export.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import browser
import review_samples as samples

from grader.exports.classroom50 import CONTEXT

MARKERS = ("Marker 1", "Marker 2")
TOGETHER = 8  # answers that both mark at the same moment
LEVELS = {"xor": (4.0, 2.0, 1.0, 0.0), "curves": (6.0, 3.0, 0.0), "rate": (5.0, 2.5, 0.0)}
ABORTED = re.compile("htmx:(sendAbort|afterRequest),")  # a look that a mark overtook, which htmx tells
OPEN = ".panel[data-state=open]"
COMMENT = "See the lecture on <curves> & units."
STATE = """() => {
    const card = document.querySelector(".card.active");
    return card && [card.dataset.key, Number(card.dataset.number), card.querySelector(".panel").dataset.state];
}"""
DONE = """(key) => {
    const panel = document.getElementById("p-" + key);
    const told = document.querySelector("#toast.shown");
    return !panel.querySelector(".htmx-request") && (panel.dataset.state !== "open" || told !== null);
}"""
STATE_OF = "(key) => document.getElementById('p-' + key).dataset.state"
ELSEWHERE = "(key) => document.querySelector('.card.active').dataset.key !== key"
CHOSEN = "(key) => document.getElementById('p-' + key).dataset.state !== 'contested'"
SETTLED = "() => !document.querySelector('.htmx-request')"


@dataclass
class Marked:
    """What came of it."""

    out: Path
    given: list[tuple[str, str, int, float]] = field(default_factory=list)  # in the order in which they were taken
    chosen: dict[tuple[str, int], float] = field(default_factory=dict)  # where two marks met
    met: int = 0
    seconds: float = 0.0
    heard: list[str] = field(default_factory=list)  # what the pages complained about, or asked of others

    @property
    def marks(self) -> int:
        """How many answers have a mark, by the lists."""
        return len({(question, number) for _, question, number, _ in self.given})


def mark_class(place: Path, hand_ins: int, *, together: int = TOGETHER) -> Marked:
    """Make a class, let both markers mark all of it, settle where they met, and publish."""
    marked = Marked(samples.made(place, hand_ins, reports=True))
    with server(marked.out) as (link, process):
        started = time.monotonic()
        asyncio.run(_mark(marked, link, together))
        marked.seconds = time.monotonic() - started
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
    return marked


@contextmanager
def server(out: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`grader review`, and the link that it prints."""
    command = [sys.executable, "-m", "grader", "review", str(out), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            link = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
            yield link, process
        finally:
            if process.poll() is None:
                process.kill()


async def _mark(marked: Marked, link: str, together: int) -> None:
    async with import_module("playwright.async_api").async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=browser.path(), chromium_sandbox=False)
        one = await _enter(chromium, link, MARKERS[0], marked)
        await one.click("text=Make a link")
        other = await _enter(chromium, await one.locator("#link").input_value(), MARKERS[1], marked)
        pages = dict(zip(MARKERS, (one, other), strict=True))
        await _both(marked, pages, together)
        orders = (samples.QUESTIONS, tuple(reversed(samples.QUESTIONS)))  # they meet in the middle
        await asyncio.gather(*(_one(marked, n, p, o) for (n, p), o in zip(pages.items(), orders, strict=True)))
        await _settle(marked, one)
        await _publish(one)
        await chromium.close()


async def _enter(chromium: Any, link: str, name: str, marked: Marked) -> Any:
    page = await (await chromium.new_context()).new_page()
    own = link.partition("/enter")[0]
    page.on("console", lambda message: None if ABORTED.match(message.text) else marked.heard.append(message.text))
    page.on("pageerror", lambda error: marked.heard.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((own, "data:")) else marked.heard.append(r.url))
    await page.goto(link)
    await page.fill("#name", name)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=marking as")
    return page


async def _both(marked: Marked, pages: Mapping[str, Any], count: int) -> None:
    """Both look at the same answers and press a key at the same moment."""
    question = samples.QUESTIONS[0]
    await asyncio.gather(*(_open(page, question) for page in pages.values()))
    for place in range(count):
        keys = [cards[place] for cards in [await _keys(page) for page in pages.values()]]
        assert keys[0] == keys[1]
        states = []
        for page in pages.values():
            await page.focus(f"#a-{keys[0]}")
            await page.wait_for_function(SETTLED)
            states.append(await page.evaluate(STATE))
        levels = {name: (place + shift) % len(LEVELS[question]) for shift, name in enumerate(MARKERS)}
        await asyncio.gather(*(page.keyboard.press(str(levels[name] + 1)) for name, page in pages.items()))
        for name, page in pages.items():
            await page.wait_for_function(DONE, arg=keys[0])
            marked.given.append((name, question, states[0][1], LEVELS[question][levels[name]]))


async def _keys(page: Any) -> list[str]:
    found: list[str] = await page.evaluate("() => [...document.querySelectorAll('.card')].map((c) => c.dataset.key)")
    return found


async def _open(page: Any, question: str) -> None:
    await page.goto(page.url.partition("/question")[0].rstrip("/") + f"/question/{question}")


async def _one(marked: Marked, name: str, page: Any, questions: tuple[str, ...]) -> None:
    """One marker goes through all questions, and marks what waits."""
    for question in questions:
        await _open(page, question)
        while await page.locator(OPEN).count():
            key, number, state = await page.evaluate(STATE)
            leads_on = state == "open" and await _give(marked, name, page, question, key, number)
            if not await page.locator(OPEN).count():
                async with page.expect_navigation():
                    await page.keyboard.press("]")
            elif leads_on:
                await page.wait_for_function(ELSEWHERE, arg=key)
            else:
                await page.keyboard.press("n")


async def _give(marked: Marked, name: str, page: Any, question: str, key: str, number: int) -> bool:
    """Give points by a key, and whether that leads on to the next answer by itself."""
    place = (number + MARKERS.index(name)) % len(LEVELS[question])
    if number % 9 == 0:
        await page.keyboard.press("c")
        await page.keyboard.type(COMMENT)
        await page.keyboard.press("Escape")
    points = LEVELS[question][place]
    await page.evaluate("() => document.getElementById('toast').classList.remove('shown')")
    await page.keyboard.press(str(place + 1))
    await page.wait_for_function(DONE, arg=key)
    if f"{points:g} by {name}" not in await page.locator(f"#p-{key}").inner_text():
        return (
            False  # the other one has just marked or commented on it: the page tells so, and takes no key for a moment
        )
    marked.given.append((name, question, number, points))
    return bool(await page.evaluate(STATE_OF, key) == "marked")


async def _settle(marked: Marked, page: Any) -> None:
    """Where two marks met, choose the standing one or the other, in turn."""
    for question in samples.QUESTIONS:
        while keys := await _contested(page, question):
            for key in keys:
                await page.focus(f"#a-{key}")
                await page.wait_for_function(SETTLED)
                words = await page.locator(f"#p-{key} .level").all_inner_texts()
                found = [re.search(r"(?:stands|instead): ([\d.]+) by", each.replace("\n", " ")) for each in words]
                with_points = [place for place, each in enumerate(found) if each] or [0]  # two comments can meet, too
                place = with_points[marked.met % len(with_points)]
                number = (await page.evaluate(STATE))[1]
                marked.met += 1
                await page.keyboard.press(str(place + 1))
                await page.wait_for_function(CHOSEN, arg=key)
                if chosen := found[place]:
                    marked.chosen[question, number] = float(chosen[1])
                else:  # two comments met: the points are still to be given
                    await page.fill(f"#p-{key} [name=points]", "1")
                    await page.keyboard.press("Enter")
                    await page.wait_for_selector(f"#p-{key}[data-state=marked]")
                    marked.given.append((MARKERS[0], question, number, 1.0))


async def _contested(page: Any, question: str) -> list[str]:
    await page.goto(page.url.partition("/question")[0] + f"/question/{question}?filter=conflict")
    return await _keys(page)


async def _publish(page: Any) -> None:
    await page.goto(page.url.partition("/question")[0] + "/")
    await page.click("text=Publish the marks")
    await page.wait_for_selector("text=All reports are up to date", timeout=300_000)


def expected(marked: Marked) -> dict[str, float]:
    """The total of each hand-in, by the markers' own lists and what the grader gave."""
    desk = samples.opened(marked.out)
    totals = {each.hand_in: each.criterion.score.given or 0.0 for each in desk.piles[samples.AUTOMATIC].answers}
    points = {(q, n): given for _, q, n, given in marked.given} | marked.chosen  # a later mark counts
    for question in samples.QUESTIONS:
        for answer in desk.piles[question].answers:
            totals[answer.hand_in] += points[question, answer.number]
    desk.book.close()
    return totals


def lost(marked: Marked) -> list[tuple[str, str, int, float]]:
    """What a marker gave and the history does not have under that name."""
    desk = samples.opened(marked.out)
    numbers = {(a.hand_in, q): a.number for q in samples.QUESTIONS for a in desk.piles[q].answers}
    kept = {
        (event.by, event.criterion, numbers[event.hand_in, event.criterion], event.after)
        for event in desk.book.history(desk.assignment)
        if event.what in ("marked", "contested")
    }
    desk.book.close()
    return [each for each in marked.given if each not in kept]


def reported(out: Path) -> dict[str, float]:
    """The total of each report, as a student reads it."""
    pattern = re.compile(r'<p class="total"><strong>([\d.]+)</strong> of 17 points</p>')
    pages = {file.parent.name: file.read_text("utf-8") for file in out.glob("*/report.html")}
    return {name: float(found[1]) for name, page in pages.items() if (found := pattern.search(page))}


def exported(out: Path, place: Path) -> dict[str, dict[str, float]]:
    """The totals in every format, as its readers find them."""
    names = sorted(file.parent.name for file in out.glob("*/result.json"))
    rows = "".join(f'"{name}",{n},{name},\n' for n, name in enumerate(names, 1))
    (place / "canvas.csv").write_text(f"Student,ID,SIS Login ID,HW (1)\n    Points Possible,,,17\n{rows}")
    rows = "".join(f"Participant {n},{name},{name}@example.org,,17\n" for n, name in enumerate(names, 1))
    (place / "moodle.csv").write_text(f"Identifier,Full name,Email address,Grade,Maximum Grade\n{rows}")
    readers: dict[str, Callable[[str], float]] = {
        "gradescope": lambda text: float(json.loads(text)["score"]),
        "junit": _of_junit,
        "classroom50": lambda text: 17 * json.loads(text)["score"] / json.loads(text)["max-score"],
        "github": lambda text: float(re.findall(r"\*\*([\d.]+) of 17 points", text)[0]),
    }
    found = {}
    for to, read in readers.items():
        _export(out, to, "-o", str(place / to))
        found[to] = {file.parent.name: round(read(file.read_text("utf-8")), 4) for file in (place / to).glob("*/*")}
    tables = {"csv": ("hand_in", "score"), "nbgrader": ("student_id", "score")}
    found |= {to: _column(_export(out, to), *columns) for to, columns in tables.items()}
    lines = [json.loads(line) for line in _export(out, "jsonl").splitlines()]
    found["jsonl"] = {each["submission"]["id"]: each["score"]["given"] for each in lines}
    canvas = _export(out, "canvas", "--into", str(place / "canvas.csv"), "--column", "HW (1)")
    found["canvas"] = _column(canvas.replace("    Points Possible,,,17\n", ""), "SIS Login ID", "HW (1)")
    found["moodle"] = _column(_export(out, "moodle", "--into", str(place / "moodle.csv")), "Full name", "Grade")
    found["summary.csv"] = _column((out / "summary.csv").read_text("utf-8"), "hand_in", "score")
    found["class.csv"] = _column((out / "class.csv").read_text("utf-8"), "hand_in", "score")
    return found


def _export(out: Path, to: str, *options: str) -> str:
    command = [sys.executable, "-m", "grader", "export", str(out), "--to", to, *options]
    environment = {**import_module("os").environ, **dict.fromkeys(CONTEXT.values(), "2026-01-01T00:00:00Z")}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def _column(text: str, name: str, points: str) -> dict[str, float]:
    return {row[name]: float(row[points]) for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))}


def _of_junit(text: str) -> float:
    properties = ElementTree.fromstring(text).iter("property")
    return sum(float(each.get("value", "")) for each in properties if each.get("name", "").startswith("points."))


def main() -> int:
    """Mark a class of so many, and print what came of it; the exit code says whether all of it is right."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as place:
        marked = mark_class(Path(place), count)
        totals, missing = expected(marked), lost(marked)
        each = ", ".join(f"{name} {sum(by == name for by, *_ in marked.given)}" for name in MARKERS)
        print(f"{marked.marks} answers of {count} hand-ins marked in {marked.seconds:.0f} s ({each}).")
        print(f"{marked.met} answers were marked by both at once, and settled; {len(missing)} marks lost.")
        exports = exported(marked.out, Path(place))
        right = {"reports": reported(marked.out) == totals, **{to: found == totals for to, found in exports.items()}}
        print("Totals of all hand-ins:", ", ".join(f"{to} {'right' if ok else 'WRONG'}" for to, ok in right.items()))
        print(f"The pages complained {len(marked.heard)} times, and asked nobody else.", *marked.heard, sep="\n")
    return int(not all(right.values()) or bool(missing) or marked.marks != 3 * count or bool(marked.heard))


if __name__ == "__main__":
    sys.exit(main())
