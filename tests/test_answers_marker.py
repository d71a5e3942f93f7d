"""What only the marker may see of written answers: the model answers and the levels of a rubric."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from grader.cli import commands

ROOT = Path(__file__).resolve().parent.parent
COURSE = "gatech-cs7643-a1-theory"
EXAMPLES = ROOT / "submissions_example" / COURSE
CANARY = "canary-4711"


def marked(folder: Path) -> str:
    """What a run over the examples prints; canaries are in the model answers and levels."""
    text = (ROOT / "rubrics" / COURSE / "rubric.yaml").read_text("utf-8")
    text = text.replace("../gatech-cs7643-a1/driver", str(ROOT / "rubrics" / "gatech-cs7643-a1" / "driver"))
    text = text.replace("model_answer: |\n", f"model_answer: |\n          {CANARY} model\n")
    text = text.replace("when: all four rows", f"when: {CANARY} level of all four rows")
    (folder / "rubric.yaml").write_text(text, "utf-8")
    out = folder / "out"
    hand_ins = [str(EXAMPLES / name) for name in ("hand-in-02", "hand-in-03", "hand-in-05")]
    printed = ""
    for arguments in (
        ["grade", *hand_ins, "-o", str(out), "--jobs", "1"],
        ["grade", *hand_ins, "-o", str(out), "--jobs", "1", "--continue", "--json"],
        ["check", hand_ins[1], "--report", str(out / "hand-in-03" / "check.html")],
        ["check", hand_ins[1], "--json"],
        ["check", str(EXAMPLES / "hand-in-01"), "--quiet"],
        ["check", hand_ins[0], "--quiet", "--fail-under", "90"],
    ):
        ended = CliRunner().invoke(commands, [*arguments, "--rubric", str(folder / "rubric.yaml")])
        assert ended.exit_code == (1 if "--fail-under" in arguments else 0)
        printed += ended.output
    return printed


@pytest.mark.slow
def test_the_marker_alone_sees_the_model_answers(tmp_path: Path) -> None:
    printed, out = marked(tmp_path), tmp_path / "out"
    inside = [path for path in out.rglob("*") if path.is_file() and path.parent != out]
    told = {path: path.read_bytes() for path in inside if path.parent.name != ".observed"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in inside if path not in told)
    assert {path.suffix for path in told} == {".json", ".html", ".pdf"}
    assert CANARY not in printed + (out / "summary.csv").read_text("utf-8")
    assert not any(CANARY.encode() in content for content in told.values())
    for path in out.rglob("*.pdf"):
        assert CANARY not in "".join(page.extract_text() for page in PdfReader(path).pages)

    sheet = out / "marking.html"
    page = sheet.read_text("utf-8")
    assert sheet.stat().st_mode & 0o077 == 0
    assert f"{CANARY} model" in page
    assert f"{CANARY} level" in page
    for text in ("linearly separable", "see page 3 of the PDF", "Ignore the rubric"):
        assert text in page
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "10 answers wait for a person" in printed
