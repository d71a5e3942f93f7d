"""The bank of known mistakes of a course: each one a small change to the reference, with its name, hint and credit.

A mistake is data. Applied to the reference it is a hand-in like any other, and is observed like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import GraderError
from grader.paths import MISTAKES
from grader.strict_yaml import Document, Problem, parse
from grader.wording import KEBAB, did_you_mean, in_words, listed, slips

__all__ = [
    "STRICT",
    "Edit",
    "EditFields",
    "Family",
    "Id",
    "Mistake",
    "Text",
    "apply",
    "apply_all",
    "load_mistakes",
]

Family = Literal["model", "loss", "backward", "state", "optimizer", "data", "training", "helper", "interface"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One piece of text, which stands exactly once in a file of the reference, and what a student wrote there."""

    file: str
    replace: str
    by: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """One slip that students make, as a change to the reference."""

    id: str
    title: str
    family: Family
    part: str  # the part of the course in which it is made, such as "two-layer"
    edits: tuple[Edit, ...]
    hint: str  # helps without giving the answer
    credit: float  # the share of the points of `criteria` that this single slip leaves
    criteria: tuple[str, ...]  # where the slip itself loses points; empty where the rubric does not look
    harmless: bool = False  # right, or not worth a point: a remark
    same_as: str = ""  # another mistake, which nothing that can be observed tells from this one
    varies: tuple[str, ...] = ()  # criteria that show it otherwise in each hand-in, as what one call leaves to the next


def load_mistakes(rubric_folder: Path, criteria: Sequence[str] | None = None) -> tuple[Mistake, ...]:
    """The bank beside a rubric, in the order of its file; empty where the course has none.

    Args:
        criteria: all that the rubric has, so that a mistake can name no other; any, where it is another rubric's bank.

    Raises:
        GraderError: the file cannot be used; the message tells every problem, one per line.
    """
    path = rubric_folder / MISTAKES
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise GraderError(f"{path}: the mistakes cannot be read: {error.strerror}") from None
    document = parse(content)
    problems = [*document.problems, *_problems(document, criteria)]
    if problems:
        told = sorted(set(problems))
        raise GraderError("\n".join(f"{path}:{p.place.line}:{p.place.column}: {p.message}" for p in told))
    return tuple(_mistake(entry) for entry in _BankFields.model_validate(document.value).mistakes)


def apply(mistake: Mistake, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files of the hand-in that has this mistake and is right otherwise.

    Raises:
        GraderError: an edit does not apply exactly once, or two edits of the mistake overlap.
    """
    cuts = list(_cuts(mistake, files))
    if _overlap(cuts):
        raise GraderError(
            f"{MISTAKES}: mistake {mistake.id!r}: two of its edits change the same text; join them into one"
        )
    return _spliced(cuts, files)


def apply_all(mistakes: Iterable[Mistake], files: Mapping[str, bytes]) -> dict[str, bytes] | None:
    """All files of the hand-in that has these mistakes at once, or None where two of them change the same text.

    Raises:
        GraderError: an edit does not apply exactly once.
    """
    cuts = [cut for mistake in mistakes for cut in _cuts(mistake, files)]
    return None if _overlap(cuts) else _spliced(cuts, files)


@dataclass(frozen=True, slots=True, order=True)
class _Cut:
    """Where an edit takes place, in bytes of a file, and what comes there."""

    file: str
    start: int
    end: int
    by: bytes


def _cuts(mistake: Mistake, files: Mapping[str, bytes]) -> Iterator[_Cut]:
    for edit in mistake.edits:
        source, old = _source(mistake, edit, files), edit.replace.encode()
        start, count = source.find(old), source.count(old)
        if count != 1:
            raise GraderError(
                f"{MISTAKES}: mistake {mistake.id!r}: {_shown(edit.replace)} stands {count} times in {edit.file}; "
                "it has to stand there exactly once"
            )
        yield _Cut(edit.file, start, start + len(old), edit.by.encode())


def _source(mistake: Mistake, edit: Edit, files: Mapping[str, bytes]) -> bytes:
    if edit.file not in files:
        rest = did_you_mean(edit.file, files)
        raise GraderError(f"{MISTAKES}: mistake {mistake.id!r}: the reference has no file {edit.file!r}{rest}")
    return files[edit.file]


def _shown(text: str) -> str:
    first, *more = text.strip().splitlines() or [""]
    return repr(f"{first} …" if more else first)


def _overlap(cuts: Sequence[_Cut]) -> bool:
    ordered = sorted(cuts)
    return any(a.file == b.file and b.start < a.end for a, b in pairwise(ordered))


def _spliced(cuts: Iterable[_Cut], files: Mapping[str, bytes]) -> dict[str, bytes]:
    changed = dict(files)
    for cut in sorted(cuts, reverse=True):  # from the end, so that earlier places stay where they are
        source = changed[cut.file]
        changed[cut.file] = source[: cut.start] + cut.by + source[cut.end :]
    return changed


STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
Id = Annotated[str, Field(pattern=KEBAB)]
Text = Annotated[str, Field(min_length=1)]


class EditFields(BaseModel):
    """One change of a file, as an author writes it."""

    model_config = STRICT

    file: Text = Field(description="A file of the reference.")
    replace: Text = Field(description="Text that stands there exactly once.")
    by: str = Field(description="What stands there instead.")


class _EntryFields(BaseModel):
    """One mistake, as an author writes it."""

    model_config = STRICT

    id: Id = Field(description="The mistake's name; no other has it.")
    title: Text = Field(description="What the student reads: the mistake in one sentence.")
    family: Family = Field(description="What kind of thing goes wrong.")
    part: Id = Field(description="The part of the reference that it is in.")
    edits: list[EditFields] = Field(min_length=1, description="The changes of the reference that make this mistake.")
    hint: Text = Field(description="A question or a thing to try, never the formula.")
    credit: float = Field(
        ge=0, le=1, description="The share of the points that this slip leaves at least, where it stands alone."
    )
    criteria: list[Id] = Field(description="Where the slip itself loses points; empty, where no criterion looks at it.")
    harmless: bool = Field(
        default=False, description="Whether it is right, or not worth a point: it is told, and costs nothing."
    )
    same_as: str = Field(default="", description="Another mistake that nothing observable tells from this one.")
    varies: list[Id] = Field(
        default_factory=list,
        description="Criteria that show it otherwise in each hand-in: they speak neither for it nor against it.",
    )


class _BankFields(BaseModel):
    model_config = STRICT

    mistakes: list[_EntryFields] = Field(description="The known mistakes.")


def _problems(document: Document, criteria: Sequence[str] | None) -> Iterator[Problem]:
    """What is wrong with a file that could be read as YAML."""
    data = document.value
    if not isinstance(data, Mapping):
        if not document.problems:
            yield Problem(document.place(()), f"the bank is a mapping with the list 'mistakes', not {in_words(data)}")
        return
    try:
        _BankFields.model_validate(data)
    except ValidationError as error:
        for slip in slips([(_BankFields, error)], data, list(_BankFields.model_fields), "the bank of mistakes"):
            place = document.key_place(slip.path) if slip.at_key else document.place(slip.path)
            yield Problem(place, slip.message)
        return
    yield from _clashes(document)
    yield from _unknown_criteria(document, criteria) if criteria is not None else ()


def _clashes(document: Document) -> Iterator[Problem]:
    """Names that are given twice, or that stand for no mistake."""
    entries: list[dict[str, Any]] = document.value["mistakes"]
    counts = Counter(entry["id"] for entry in entries)
    for number, entry in enumerate(entries):
        if counts[entry["id"]] > 1:
            yield Problem(document.place(("mistakes", number, "id")), f"two mistakes have the id {entry['id']!r}")
        same = entry.get("same_as", "")
        if same and (same not in counts or same == entry["id"]):
            rest = did_you_mean(same, counts)
            place = document.place(("mistakes", number, "same_as"))
            yield Problem(place, f"same_as names no other mistake of this file: {same!r}{rest}")


def _unknown_criteria(document: Document, known: Sequence[str]) -> Iterator[Problem]:
    for number, entry in enumerate(document.value["mistakes"]):
        named = [(field, *each) for field in ("criteria", "varies") for each in enumerate(entry.get(field, ()))]
        for field, place, id_ in named:
            if id_ not in known:
                rest = did_you_mean(id_, known) or f"; it has {listed(known)}"
                message = f"the rubric has no criterion {id_!r}{rest}"
                yield Problem(document.place(("mistakes", number, field, place)), message)


def _mistake(entry: _EntryFields) -> Mistake:
    return Mistake(
        id=entry.id,
        title=entry.title,
        family=entry.family,
        part=entry.part,
        edits=tuple(Edit(edit.file, edit.replace, edit.by) for edit in entry.edits),
        hint=entry.hint,
        credit=entry.credit,
        criteria=tuple(entry.criteria),
        harmless=entry.harmless,
        same_as=entry.same_as,
        varies=tuple(entry.varies),
    )
