"""`kind: figure`: the figures of one answer are there, with names at their axes and the curves that were asked for.

Nothing is run. A picture that a notebook holds is counted; the code of its cell tells how it was drawn. Where that
cannot be known, a person has to look.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from grader.answers.parts import Part, Piece, part
from grader.answers.places import notes
from grader.answers.plots import Plot, definitions, plot
from grader.checks import Reading, decide
from grader.intake import source_text
from grader.model import Finding, Values, Verdict
from grader.notebooks import Output
from grader.probes import Setting
from grader.wording import listed

SMALLEST = 40  # pixels along a side; what is smaller shows no curve
MOST_FIGURES, MOST_NAMES = 60, 40
MISSING: Mapping[str, tuple[str, str]] = {
    "missing": ("There is no part for {} in the hand-in.", "Give a cell that name as a tag, or write a heading of it."),
    "empty": ("There is nothing below the heading for {} yet.", "Draw it in a cell below that heading, and save."),
    "template": (
        "For {} there is only the text of the template.",
        "Draw it in a cell of that part, run it, and save the notebook.",
    ),
}


class Figure(Reading):
    """The pictures that belong to one answer, as a notebook holds them."""

    EXAMPLE = "{kind: figure, question: loss-curve, count: 1, labels: true, curves: [train, valid|validation]}"
    ABSENT = frozenset({"no-figure"})
    kind: Literal["figure"]
    question: Annotated[str, Field(min_length=1)] = Field(
        description="A cell's tag, or what a heading begins with, after its number."
    )
    heading: str = Field(default="", description="What the heading begins with, where it is not the question.")
    count: Annotated[int, Field(ge=1, le=40)] = Field(default=1, description="At least so many figures.")
    labels: bool = Field(default=False, description="Whether both axes need names.")
    curves: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(), description="Words in the names of curves; | stands between others that will do."
    )
    template: str = Field(default="", description="What stands there before a student writes.")

    def read(self, files: Mapping[str, bytes]) -> Values:
        names = [self.question, *([self.heading] if self.heading else [self.question.replace("-", " ")])]
        found = part(files, names, self.template)
        functions = definitions(_sources(files))
        plots = [(piece, plot(piece.text, functions)) for piece in found.pieces if piece.note.code]
        figures = [
            _figure(output, piece, drawn) for piece, drawn in plots for output in piece.pictures if _is_visible(output)
        ]
        attached, linked = _pasted(found)
        return {
            "state": found.state,
            "where": found.where,
            "figures": [*figures, *attached][:MOST_FIGURES],
            "linked": linked,
            "draws": any(drawn.draws for _, drawn in plots),
            "cut": any("left out, because it is very long" in each.text for p in found.pieces for each in _outputs(p)),
        }

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        figures: Sequence[Mapping[str, Any]] = seen["figures"]
        where = str(seen["where"])
        if not figures and not seen["linked"] and not seen["cut"]:
            return decide(0, (_nothing(self.question, seen),))
        if not figures:  # of a file nothing is known but its name
            told = self._counted(seen)[1]
            return Verdict("manual", None, (replace(told, where=where),) if told else ())
        opinions = [self._counted(seen), *([self._labelled(figures)] if self.labels else [])]
        opinions += [self._named(name, figures) for name in self.curves]
        findings = tuple(
            Finding(each.code, each.message, each.hint, each.where or where) for _, each in opinions if each
        )
        if any(share is None for share, _ in opinions):
            return Verdict("manual", None, findings)
        return decide(sum(share or 0 for share, _ in opinions) / len(opinions), findings)

    def _counted(self, seen: Values) -> _Opinion:
        count = len(seen["figures"])
        if count >= self.count:
            return 1.0, None
        if count + int(seen["linked"]) >= self.count or seen["cut"]:
            told = f"{count} of {self.count} figures lie in the notebook; others are files, or were left out."
            return None, Finding("figures-elsewhere", told, "A person will look at them.")
        told = f"{_many(count)} there; {self.count} {'was' if self.count == 1 else 'were'} asked for."
        return count / self.count, Finding("too-few-figures", told)

    def _labelled(self, figures: Sequence[Mapping[str, Any]]) -> _Opinion:
        known = [each for each in figures if set(each["axes"]) >= {"x", "y"}]
        if len(known) >= min(self.count, len(figures)):
            return 1.0, None
        unknown = [each for each in figures if each not in known and each["unknown"]]
        if len(known) + len(unknown) >= min(self.count, len(figures)):
            told = "Whether both axes have names cannot be seen in the code."
            return None, Finding("labels-unknown", told, "A person will look at the figure.", str(unknown[0]["where"]))
        bare = next(each for each in figures if each not in known and not each["unknown"])
        lacking = " and ".join(f"{axis} axis" for axis in ("x", "y") if axis not in bare["axes"])
        hint = "A reader has to know what is drawn against what, and in which unit."
        message = f"Nothing in the code of this figure names its {lacking}."
        return len(known) / self.count, Finding("axis-without-name", message, hint, str(bare["where"]))

    def _named(self, name: str, figures: Sequence[Mapping[str, Any]]) -> _Opinion:
        known = [str(told) for each in figures for told in each["names"]]
        wanted = [word.strip().casefold() for word in name.split("|")]
        if any(word in told.casefold() for word in wanted for told in known):
            return 1.0, None
        asked = listed(wanted, "or")
        if any(each["unknown"] for each in figures):
            return None, Finding("curves-unknown", f"Whether a curve is called {asked} cannot be seen in the code.")
        rest = f"the names there are {listed(known[:6])}" if known else "no curve has a name"
        hint = "Give each curve a label, and show the legend."
        return 0.0, Finding("curve-missing", f"No curve is called {asked}; {rest}.", hint)

    def shown(self, seen: Values) -> tuple[str, str]:
        places = dict.fromkeys(str(each["where"]) for each in seen["figures"])
        return (f"{_many(len(seen['figures']))} there: {', '.join(places)}", str(seen["where"]))

    def guide(self, expected: Values) -> tuple[str, tuple[tuple[float, str], ...]]:
        asked = [f"{self.count} figures" if self.count > 1 else "a figure"]
        asked += ["names at both axes"] if self.labels else []
        asked += [f"a curve called {name.replace('|', ' or ')}" for name in self.curves]
        return ", ".join(asked), ()


_Opinion = tuple[float | None, Finding | None]
"""A share, or None where nobody but a person can know it; and what there is to tell."""


def _nothing(question: str, seen: Values) -> Finding:
    if seen["draws"]:
        told = f"The code for {question!r} draws, and the notebook holds no picture."
        return Finding("no-figure", told, "Run the cell, and save the notebook with its outputs.", str(seen["where"]))
    message, hint = MISSING.get(
        str(seen["state"]), ("There is no figure for {} yet.", "Draw it in a cell of that part.")
    )
    return Finding("no-figure", message.format(repr(question)), hint, str(seen["where"]))


def _many(count: int) -> str:
    return "1 figure is" if count == 1 else f"{count or 'no'} figures are"


def _sources(files: Mapping[str, bytes]) -> Iterator[str]:
    """The code of the hand-in, in which a plot may have been put into a function."""
    yield from (source_text(content) for name, content in files.items() if name.endswith(".py"))
    yield from (note.text for note in notes(files) if note.code)


def _figure(output: Output, piece: Piece, drawn: Plot) -> dict[str, Any]:
    """What is known of one picture; in a drawing its own words count too."""
    texts = re.findall(
        r"<!-- ?(.{1,80}?) ?-->|<text[^<>]{0,300}>([^<]{1,80})<", output.forms.get("image/svg+xml", "")[: 1 << 20]
    )
    return {
        "where": f"{piece.note.file}, cell {piece.note.number}",
        "axes": sorted(drawn.axes),
        "names": [*drawn.names, *(one or other for one, other in texts)][:MOST_NAMES],
        "unknown": drawn.unknown or not drawn.draws,
    }


def _outputs(piece: Piece) -> tuple[Output, ...]:
    return piece.note.cell.outputs if piece.note.cell and piece.note.code else ()


def _is_visible(output: Output) -> bool:
    """Whether it is large enough to show something; the size stands in the first bytes of a PNG."""
    form = output.forms.get("image/png")
    if form is None:
        return any(len(told) > 100 for media, told in output.forms.items() if media.startswith("image/"))
    try:
        head = base64.b64decode(form[:64].replace("\n", ""))
        width, height = struct.unpack(">II", head[16:24])
    except (binascii.Error, ValueError, struct.error):
        return False
    return head.startswith(b"\x89PNG") and min(width, height) >= SMALLEST


def _pasted(found: Part) -> tuple[list[dict[str, Any]], int]:
    """Pictures that were pasted into the text, and how many it only refers to as files."""
    attached, linked = [], 0
    for piece in found.pieces:
        held = piece.note.cell.attachments if piece.note.cell else {}
        for source in piece.linked:
            if source.removeprefix("attachment:") in held:
                where = f"{piece.note.file}, cell {piece.note.number}"
                attached.append({"where": where, "axes": [], "names": [], "unknown": True})
            else:
                linked += not re.match(r"https?:", source)
    return attached, linked


CHECK = Figure
