"""Reports: complete, harmless, the same each time, and readable by machines for people who need that."""

from __future__ import annotations

import gc
import io
import logging
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from report_samples import SAMPLES, criterion, failing, hostile, right, undecided

from grader import report
from grader.errors import GraderError
from grader.model import Finding, Result, Score, SectionResult
from grader.paths import data_folder
from grader.report import Audience, Renderer, pdf, story

TESTS = Path(__file__).parent
GOLDEN = TESTS / "golden" / "report" / "failing.html"


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    """One renderer for all tests, as in a process that grades a class."""
    return Renderer()


@pytest.fixture(scope="module")
def made(renderer: Renderer) -> bytes:
    """The report on a hand-in with failures."""
    return renderer.pdf(failing())


@pytest.fixture(scope="module")
def document(made: bytes) -> PdfReader:
    """The same report, opened."""
    return PdfReader(io.BytesIO(made))


def words(reader: PdfReader) -> str:
    """All text of a document, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def root(reader: PdfReader) -> Any:
    """The catalog of a document."""
    return reader.trailer["/Root"]


def content(page: str) -> str:
    """A page without its style sheet, whose changes nobody needs to read again here."""
    return re.sub(r"<style>.*?</style>", "<style></style>", page, flags=re.DOTALL)


def test_the_page_is_the_one_that_was_read() -> None:
    assert content(report.html(failing())) == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("audience", ["student", "instructor"])
def test_every_criterion_and_its_points_are_on_the_page(name: str, audience: Audience) -> None:
    shown = Page(report.html(SAMPLES[name](), audience))
    for section in SAMPLES[name]().sections:
        for of in section.criteria:
            assert story.WORDS[of.verdict][1] in shown.text
            assert " ".join(of.title.split())[:100] in shown.text


def test_the_pdf_holds_every_criterion_with_its_verdict_and_points(document: PdfReader) -> None:
    text = words(document)
    for section in failing().sections:
        assert section.title in text
        for of in section.criteria:
            assert of.title in text
            assert f"{of.score.given:g} / {of.score.maximum:g}" in text
    assert "43.5 of 85 points" in text
    assert "page 1 of 4" in text


def test_the_pdf_holds_findings_with_hint_place_and_link(document: PdfReader) -> None:
    text = words(document)
    assert "is 64 times the expected gradient" in text
    assert "is the loss a sum where the text says mean?" in text
    assert "models/two_layer_nn.py:71" in text
    links = [
        a.get_object()["/A"]["/URI"]
        for page in document.pages
        for a in page.get("/Annots", ())
        if "/A" in a.get_object()
    ]
    assert links == ["https://cs231n.github.io/neural-networks-case-study/#grad"]


def test_sections_that_say_no_more_than_their_table_share_a_page(renderer: Renderer) -> None:
    *others, last = [section.title for section in right().sections]
    _, second, third = [page.extract_text() for page in PdfReader(io.BytesIO(renderer.pdf(right()))).pages]
    assert all(title in second for title in others)
    assert last not in second  # it has curves, and would end on another page than it began
    assert last in third


@pytest.mark.parametrize(
    ("says_more", "breaks"),
    [
        ([False, False, False], [True, False, False]),
        ([False, True, False, True], [True, False, False, True]),
        ([True, False, True, True], [True, False, True, True]),
    ],
)
def test_no_two_sections_that_say_more_than_their_table_share_a_page(says_more: list[bool], breaks: list[bool]) -> None:
    told = {False: (), True: (Finding("wrong", "It is NaN."),)}
    sections = [
        SectionResult("s", "S", Score(0, 1), (criterion("c", "failed", 0, 1, findings=told[more]),))
        for more in says_more
    ]
    assert story.page_breaks(sections, ()) == breaks


def test_a_sections_number_and_its_title_are_on_one_page(renderer: Renderer) -> None:
    rows = tuple(criterion(f"C{number}", "passed", 1, 1) for number in range(5))
    sections = tuple(SectionResult("s", f"Title {number}", Score(5, 5), rows) for number in range(1, 8))
    pages = PdfReader(io.BytesIO(renderer.pdf(Result({}, {}, Score(35, 35), sections)))).pages[1:]
    for text in (page.extract_text() for page in pages):
        assert re.findall(r"Section (\d) of 7", text) == re.findall(r"Title (\d) ", text)
        assert text.count("Criterion") == text.count("Section ")  # and the table with them


def test_sections_that_wait_for_a_person_share_no_page(renderer: Renderer) -> None:
    waiting = SectionResult("a", "Discussion", Score(None, 4), (criterion("Curves", "manual", None, 4),))
    made = renderer.pdf(Result({}, {}, Score(0, 8), (waiting, replace(waiting, title="Outlook"))))
    assert "Outlook" in PdfReader(io.BytesIO(made)).pages[2].extract_text()


def test_no_row_of_a_table_is_cut_at_the_end_of_a_page(renderer: Renderer) -> None:
    rows = tuple(criterion(f"title {i:02}", "passed", 1, 1, description="about it") for i in range(90))
    made = renderer.pdf(Result({}, {}, Score(90, 90), (SectionResult("s", "S", Score(90, 90), rows),)))
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages[1:]]
    assert [text.count("✓") for text in texts] == [text.count("title") for text in texts]


def test_what_passed_criteria_are_told_alike_is_told_once() -> None:
    aside = (Finding("judged-once-more", "Judged once more."),)
    alike = [criterion(name, "passed", 1, 1, findings=aside) for name in ("Forward", "Backward")]
    section = SectionResult("net", "Net", Score(2, 3), (*alike, criterion("Step", "failed", 0, 1, findings=aside)))
    page = Page(report.html(Result({}, {}, Score(2, 3), (section,))))
    assert page.text.count("Judged once more.") == 3  # on the first page and in detail where it cost a point
    assert "“Forward” and “Backward”" in page.text


def test_the_pdf_is_tagged_titled_and_in_a_language(document: PdfReader) -> None:
    catalog = root(document)
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata is not None
    assert document.metadata.title == "Assignment 1: Neural networks in NumPy – hand-in-0932"
    assert document.xmp_metadata is not None
    assert b"pdfuaid:part" in document.xmp_metadata.stream.get_data()


def test_every_picture_in_the_pdf_has_words_beside_it(document: PdfReader) -> None:
    numbers = range(1, cast(int, document.trailer["/Size"]))
    objects: list[Any] = [document.get_object(number) for number in numbers]
    figures = [each for each in objects if isinstance(each, dict) and each.get("/S") == "/Figure"]
    assert [figure["/Alt"] for figure in figures] == [
        "43.5 of 85 points",
        "Training loss: your hand-in ends at 0.918 and reference ends at 0.363.",
        "Validation accuracy: your hand-in ends at 0.587 and reference ends at 0.939.",
    ]


def test_the_pdf_has_bookmarks_for_sections_and_findings(document: PdfReader) -> None:
    outline: list[Any] = document.outline
    titles = [[inner.title for inner in item] if isinstance(item, list) else item.title for item in outline]
    assert titles[0] == "Overview"
    assert "Two-layer network" in titles
    assert ["Sigmoid", "Backward pass: all four gradients", "A batch of one row"] in titles


def test_the_pdf_embeds_only_the_shipped_fonts_and_stays_small(made: bytes, document: PdfReader) -> None:
    resources: list[Any] = [page["/Resources"] for page in document.pages]
    fonts = {str(font.get_object()["/BaseFont"]) for each in resources for font in each["/Font"].values()}
    assert {font.partition("+")[2] for font in fonts} == {"Report-Sans", "Report-Sans-Semi-Bold", "Report-Mono"}
    assert len(made) < 100_000


def test_a_letter_that_no_font_has_leaves_a_mark() -> None:
    for path in (data_folder("report_templates") / "fonts").glob("*.[ot]tf"):
        glyphs, pen = TTFont(path).getGlyphSet(), RecordingPen()
        glyphs[".notdef"].draw(pen)
        assert pen.value, f"{path.name} shows nothing for such a letter"


def test_a_clean_document_has_no_complaint_of_the_renderer(
    renderer: Renderer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        renderer.pdf(failing(), "instructor")
    assert caplog.messages == []


def test_equal_results_give_equal_bytes_in_another_process(renderer: Renderer, made: bytes) -> None:
    program = (
        "import sys; from report_samples import failing; from grader.report import Renderer;"
        "sys.stdout.buffer.write(Renderer().pdf(failing()))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{TESTS}:{TESTS.parent}", "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"}
    other = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    assert other.stdout == made == renderer.pdf(failing())


def test_the_garbage_collector_is_as_it_was_after_a_document(renderer: Renderer) -> None:
    renderer.pdf(Result({}, {}, Score(None, 0), ()))
    assert gc.isenabled()


def test_hostile_text_stays_text_on_the_page() -> None:
    page = Page(report.html(hostile(), "instructor"))
    assert page.tags.isdisjoint({"script", "img", "iframe", "object", "link", "b", "base", "form"})
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "srcset", "action")]
    assert all(re.match(r"#s\d+(-\d+)?$", value or "") for name, value in page.attributes if name == "href")
    assert "<script>alert(1)</script><img src=file:///etc/passwd> {{ 7*7 }}" in page.text
    assert "\u202e" not in page.text
    assert "\x1b" not in page.text


def test_hostile_text_stays_text_in_the_pdf(renderer: Renderer) -> None:
    reader = PdfReader(io.BytesIO(renderer.pdf(hostile())))
    text = "".join(words(reader).split())
    assert "<script>alert(1)</script><imgsrc=file:///etc/passwd>{{7*7}}" in text
    assert not reader.attachments
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root(reader))
    actions = [a.get_object().get("/A") for page in reader.pages for a in page.get("/Annots", ())]
    assert not any(actions)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/",
        "data:image/png;base64,AA==",
        "fonts:../README.md",
        "ftp://x/",
    ],
)
def test_the_renderer_fetches_nothing_but_its_fonts(url: str) -> None:
    with pytest.raises(ValueError, match="nothing but its own fonts"):
        pdf._fetcher()(url)


def test_the_page_asks_nobody_for_anything() -> None:
    page = report.html(failing())
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import|src=|<link", page)
    assert not re.search(r'https?://(?!www\.w3\.org/2000/svg"|cs231n)', page)


def test_a_student_sees_hidden_criteria_but_no_seed_and_no_suspicion() -> None:
    page = report.html(failing(), "student")
    assert "Backward pass: all four gradients" in page
    assert "90210" not in page
    assert "was imported by models/softmax.py" not in page


def test_an_instructor_sees_kinds_seed_and_what_was_noticed() -> None:
    page = report.html(failing(), "instructor")
    assert "sample · hidden" in page
    assert "90210" in page
    assert "<code>json</code> was imported by models/softmax.py" in page


def test_what_to_do_first_names_the_costliest_findings_in_the_order_of_the_text() -> None:
    assert [(step.title, step.lost) for step in story.first_steps(failing())] == [
        ("Sigmoid", 2.0),
        ("Backward pass: all four gradients", 12.0),
        ("A batch of one row", 3.0),
        ("The penalty", 4.5),
        ("Training reaches the target", 15.0),
    ]


def test_of_many_failures_the_five_costliest_come_first() -> None:
    many = [
        criterion(f"c{lost}", "failed", 0, lost, findings=(Finding("x", f"x {lost}"),))
        for lost in (1, 9, 2, 8, 7, 3, 6)
    ]
    section = SectionResult("s", "S", Score(0, 36), tuple(many))
    result = Result({"id": "a"}, {"id": "r"}, Score(0, 36), (section,))
    assert [step.title for step in story.first_steps(result)] == ["c9", "c8", "c7", "c3", "c6"]


def test_what_fails_at_one_place_is_one_thing_to_do() -> None:
    broken = Finding("syntax-error", "SyntaxError: '(' was never closed", where="models/two_layer_nn.py:22")
    criteria = tuple(
        criterion(title, "error", 0, 5, findings=(broken,)) for title in ("Forward", "Backward", "Training")
    )
    result = Result({}, {}, Score(0, 15), (SectionResult("s", "S", Score(0, 15), criteria),))
    (step,) = story.first_steps(result)
    assert (step.title, step.lost, step.also) == ("Forward", 15, ("Backward", "Training"))
    assert "The same in “Backward” and “Training”." in Page(report.html(result)).text


def test_what_follows_is_told_with_its_cause_even_where_it_comes_first() -> None:
    after = Finding("follows:shuffle+scale", "This follows from both.", "Fix that first.")
    cause = Finding("mistake:shuffle", "The labels are not shuffled.")
    criteria = (
        criterion("Epochs", "partial", 1, 2, findings=(after,)),
        criterion("Batches", "failed", 0, 6, findings=(cause,)),
    )
    (step,) = story.first_steps(Result({}, {}, Score(1, 8), (SectionResult("s", "S", Score(1, 8), criteria),)))
    assert (step.title, step.finding, step.lost, step.also) == ("Batches", cause, 7, ("Epochs",))


def test_a_training_that_ends_too_low_is_mended_after_what_it_is_made_of() -> None:
    low = Finding("accuracy-too-low", "Held-out accuracy ends at 50%.", "Mend what is reported above first.")
    criteria = (
        criterion("Training", "failed", 0, 2, findings=(low,)),
        criterion("Step", "failed", 0, 6, findings=(Finding("wrong-value", "The change of W1 is off."),)),
    )
    steps = story.first_steps(Result({}, {}, Score(0, 8), (SectionResult("s", "S", Score(0, 8), criteria),)))
    assert [step.title for step in steps] == ["Step", "Training"]


def test_each_section_with_findings_has_a_page_of_its_own(renderer: Renderer) -> None:
    wrong = criterion("c", "failed", 0, 1, findings=(Finding("wrong", "It is NaN."),))
    found = [SectionResult(f"s{i}", f"Part {i}", Score(0, 1), (wrong,)) for i in range(4)]
    made = renderer.pdf(Result({}, {}, Score(0, 4), tuple(found)))
    assert len(PdfReader(io.BytesIO(made)).pages) == 5


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("right", "All 12 criteria passed."),
        ("failing", "6 of 12 criteria passed, 2 partly, 3 failed and 1 not judged."),
        ("undecided", "4 of 6 criteria passed, 1 to be marked by a person and 1 undecided."),
    ],
)
def test_the_summary_is_one_sentence(name: str, sentence: str) -> None:
    assert story.summary(SAMPLES[name]()) == sentence


def test_what_is_not_decided_is_explained_and_costs_nothing() -> None:
    page = Page(report.html(undecided())).text
    assert "25 of 45 points so far" in page
    assert "10 points wait for a person and 10 points are not decided yet." in page
    assert "It costs you no points: a person will look at it." in page
    assert "A person marks this one" in page


def test_a_skipped_criterion_says_what_it_waits_for() -> None:
    page = Page(report.html(SAMPLES["incomplete"]())).text
    assert "because “Two-layer network: forward pass” failed" in page
    assert "A further 17 points were not judged" in page


def test_a_result_without_sections_is_a_report_too(renderer: Renderer) -> None:
    empty = Result({}, {}, Score(None, 0), ())
    assert "There was nothing to grade." in report.html(empty)
    assert renderer.pdf(empty).startswith(b"%PDF")


def test_without_weasyprint_only_the_pdf_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert "pip install" in (report.pdf_problem() or "")
    assert "All 12 criteria passed." in report.html(right())
    with pytest.raises(GraderError, match="pip install"):
        Renderer()


def test_without_pango_the_line_to_type_is_told_and_nothing_is_printed(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("print('banner')\nraise OSError('cannot load library libpango-1.0-0')\n")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{TESTS.parent}"}
    program = "import grader.report; print(grader.report.pdf_problem())"
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.startswith("PDF reports need the text library Pango")
    assert "install" in told.stdout


class Page(HTMLParser):
    """What a browser would find in a page: tags, attributes, and text without the style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.pieces: list[str] = []
        self.feed(content(page))
        self.text = " ".join("".join(self.pieces).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


if __name__ == "__main__":  # renews the golden page; read what changed before committing it
    GOLDEN.write_text(content(report.html(failing())), "utf-8")
