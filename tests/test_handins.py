"""A class as platforms give it: whose is what, in which version, and what a hostile one costs."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import class_samples as samples
import pytest

from grader.cli.matching import matched, remarks
from grader.errors import GraderError, IntakeError
from grader.handins import Class, find, twice
from grader.intake import tar_class
from grader.intake.bundle import open_bundle

Place = Callable[[samples.Files, Path], Path]
PLACES: list[Place] = [samples.as_folder, samples.as_zip, samples.as_tar, samples.as_plain_tar]
Told = Mapping[str, tuple[list[str], str]]

EXPECTED: Mapping[str, tuple[str, Told, list[str]]] = {
    "gradescope": (
        "Gradescope's export",
        {
            "submission_12": (["ben@example.org", "cem@example.org"], "of two"),
            "submission_13": (["1001", "ada@example.org"], "second"),
            "submission_14": ([], "nobody's"),
        },
        ["submission_11-v1"],
    ),
    "canvas": (
        "Canvas's download",
        {
            "exampleada_101": (["canvas 101"], "packed"),
            "exampleben_102": (["canvas 102"], "second"),
            "examplecem_103": (["canvas 103"], "his own number"),
            "x7f3": (["canvas x7f3"], "anonymous"),
        },
        ["exampleben_102-v1"],
    ),
    "moodle": (
        "Moodle's download",
        {
            "Ada Example_4711": (["participant 4711"], "packed"),
            "Ben Example_4712": (["participant 4712"], "plain"),
            "Cem Example_4713": (["participant 4713"], "flat"),
            "Dan Example_4714": (["participant 4714"], ""),
            "Eve Example_4715": (["eve_x", "participant 4715"], "on a site with usernames"),
            "Participant_4716": (["participant 4716"], "blind"),
            "Default group": ([], "of nobody's group"),
        },
        [],
    ),
    "github": (
        "clones of repositories",
        {"hw1-ada": (["ada"], "ada"), "hw1-adam-x": (["adam-x"], "adam")},
        [],
    ),
    "plain": ("folders and archives", {"ada": (["ada"], "folder"), "ben": (["ben"], "packed")}, []),
}


def told(group: Class, path: Path) -> dict[str, tuple[list[str], str]]:
    """Whose each hand-in is, and the word by which its first file is known."""
    found = {}
    with open_bundle(path) as bundle:
        for each in group.hand_ins:
            try:
                content = next(iter(bundle.take(each.id, each.parts).files.values())).decode()
            except IntakeError:
                content = ""
            found[each.id] = (sorted(key for person in each.people for key in person.keys), content.strip("# \n"))
    return found


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", EXPECTED)
def test_a_layout_is_known_by_its_names(name: str, place: Place, tmp_path: Path) -> None:
    path = place(getattr(samples, name)(), tmp_path / "class")
    with open_bundle(path) as bundle:
        group = find(bundle)
    assert (group.layout, told(group, path), list(group.left_out)) == EXPECTED[name]


TEXT = "assignsubmission_onlinetext"
REMARKS = {
    "gradescope": [
        "Older versions, which --versions all takes too (1): submission_11-v1",
        "Nothing says whose these are (1): submission_14",
    ],
    "canvas": ["Older versions, which --versions all takes too (1): exampleben_102-v1"],
    "moodle": [
        f"In no hand-in, and left out (2): Ben Example_4712_{TEXT}, Dan Example_4714_{TEXT}",
    ],
    "github": ["In no hand-in, and left out (1): notes"],
    "plain": [
        "In no hand-in, and left out (3): cem.rar, results, roster.csv",
        "In several hand-ins, each of which is graded: ada (ada, ada-2)",
    ],
}


@pytest.mark.parametrize("place", [samples.as_folder, samples.as_zip])
@pytest.mark.parametrize("name", REMARKS)
def test_what_is_left_out_or_there_twice_is_named(name: str, place: Place, tmp_path: Path) -> None:
    more = {"cem.rar": b"Rar!", "ada.zip": samples.packed({"softmax.py": b"x = 1\n"})} if name == "plain" else {}
    with open_bundle(place({**getattr(samples, name)(), **more}, tmp_path / "class")) as bundle:
        group = find(bundle)
    assert list(remarks(group, twice(group.hand_ins), None)) == REMARKS[name]


def test_all_versions_are_hand_ins_when_asked_for(tmp_path: Path) -> None:
    path = samples.as_zip(samples.canvas(), tmp_path)
    with open_bundle(path) as bundle:
        group = find(bundle, "all")
    mine = {id_: word for id_, (_, word) in told(group, path).items() if id_.startswith("exampleben")}
    assert mine == {"exampleben_102-v1": "first", "exampleben_102": "second"}
    assert [(each.version, each.of) for each in group.hand_ins if "ben" in each.id] == [(1, 2), (2, 2)]


def test_a_file_has_the_name_that_it_was_sent_under(tmp_path: Path) -> None:
    path = samples.as_folder(samples.canvas(), tmp_path)
    with open_bundle(path) as bundle:
        by_id = {each.id: each for each in find(bundle).hand_ins}
        assert list(bundle.take("b", by_id["exampleben_102"].parts).files) == ["softmax.py", "utils.py"]
        assert list(bundle.take("c", by_id["examplecem_103"].parts).files) == ["part.py"]
    assert by_id["exampleben_102"].late
    assert not by_id["exampleada_101"].late


def test_who_is_in_several_groups_is_named(tmp_path: Path) -> None:
    metadata = samples.METADATA.replace("Cem Example", "Ada Example").replace("cem@example.org", "ada@example.org")
    files = {**samples.gradescope(), "assignment_77_export/submission_metadata.yml": metadata.encode()}
    with open_bundle(samples.as_folder(files, tmp_path)) as bundle:
        assert set(twice(find(bundle).hand_ins).values()) == {("submission_12", "submission_13")}


def test_a_class_list_says_who_is_missing_and_whom_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "Name,E-mail,Number\nAda Example,ada@example.org,1001\nBen Example,ben@example.org,1002\n"
        "Cem Example,,1003\nEve Example,eve@example.org,1005\n"
    )
    with open_bundle(samples.as_folder(samples.gradescope(), tmp_path / "class")) as bundle:
        group = find(bundle)
    found = matched(group.hand_ins, tmp_path / "list.csv")
    assert found.by == {"submission_12": "name", "submission_13": "key", "submission_14": "not found"}
    assert list(remarks(group, {}, found)) == [
        "Older versions, which --versions all takes too (1): submission_11-v1",
        "Nothing says whose these are (1): submission_14",
        "In no row of the list (1): submission_14",
        "Without a hand-in (1): Eve Example eve@example.org",
    ]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.txt": b"nothing"}, "no hand-ins beside each other"),
        ({"softmax.py": b"x = 1\n", "b/c.py": b""}, "no hand-ins beside each other"),
        ({"e/submission_1/a.py": b"", "e/submission_metadata.yml": b"- [\n"}, "not Gradescope's"),
        (
            {"e/submission_1/a.py": b"", "e/submission_metadata.yml": b"!!python/object/apply:os.abort []"},
            "not Gradesc",
        ),
    ],
)
def test_what_is_no_class_is_told(files: samples.Files, said: str, tmp_path: Path) -> None:
    with pytest.raises(GraderError, match=said), open_bundle(samples.as_zip(files, tmp_path)) as bundle:
        find(bundle)


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (b"PK\x03\x04 cut off", "like an archive and are none|no file in it"),
        (samples.packed({"../../escape.py": b"x = 1\n"}), "lead out of the hand-in"),
        (samples.packed({"deeper.zip": samples.packed({"a.py": b""})}), "nothing but other archives"),
        (samples.packed({f"{number}.py": b"" for number in range(5001)}), "too much"),
    ],
)
@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_archive_costs_its_own_hand_in(inside: bytes, said: str, place: Place, tmp_path: Path) -> None:
    files = {"good_1_2_a.py": b"x = 1\n", "evil_2_3_hw.zip": inside}
    with open_bundle(place(files, tmp_path)) as bundle:
        by_id = {each.id: each for each in find(bundle).hand_ins}
        assert bundle.take("good", by_id["good_1"].parts).files
        with pytest.raises(IntakeError, match=said):
            bundle.take("evil", by_id["evil_2"].parts)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda content: content[: len(content) // 2], "was cut off"),
        (lambda content: content[:40] + b"?" * 40 + content[80:], "is damaged"),
        (lambda _: gzip.compress(b"x" * 4096), "no tar archive"),
        (lambda _: gzip.compress(bytes(64 << 20)), "as a bomb does"),
        (lambda _: b"Rar! and more", r"not a tar archive, although its name ends in \.gz: it begins like a RAR"),
    ],
)
def test_a_damaged_class_is_told(change: Callable[[bytes], bytes], said: str, tmp_path: Path) -> None:
    path = samples.as_tar(samples.plain(), tmp_path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(IntakeError, match=said), open_bundle(path):
        pass


def test_of_two_members_of_one_name_the_last_counts_as_where_it_is_unpacked(tmp_path: Path) -> None:
    path = samples.as_plain_tar({"ada/a.py": b"first", "ben/a.py": b""}, tmp_path)
    with tarfile.open(path, "a") as archive:
        member = tarfile.TarInfo("ada/a.py")
        member.size = 6
        archive.addfile(member, io.BytesIO(b"second"))
    with open_bundle(path) as bundle:
        assert bundle.take("ada", [("ada", "ada")]).files == {"a.py": b"second"}


def test_links_in_a_tar_archive_of_a_class_lead_nowhere(tmp_path: Path) -> None:
    path = samples.as_plain_tar(samples.plain(), tmp_path)
    with tarfile.open(path, "a") as archive:
        for name, kind in (("ada/passwd.py", tarfile.SYMTYPE), ("ada/hard.py", tarfile.LNKTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    with open_bundle(path) as bundle:
        taken = bundle.take("ada", [("ada", "ada")])
    assert list(taken.files) == ["softmax.py"]
    assert taken.submission.ignored == ("Links are not followed (2): passwd.py, hard.py.",)


def test_the_members_of_folders_themselves_are_no_files_that_were_left_out(tmp_path: Path) -> None:
    path = samples.as_zip({"ada/": b"", "ada/models/": b"", "ada/models/a.py": b"x = 1\n", "ben/a.py": b""}, tmp_path)
    with open_bundle(path) as bundle:
        assert bundle.take("ada", [("ada", "ada")]).submission.ignored == ()


def test_no_room_to_unpack_a_class_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = samples.as_tar(samples.plain(), tmp_path)
    full = partial(io.FileIO, "/dev/full", "wb")
    monkeypatch.setattr(tar_class.tempfile, "TemporaryFile", lambda **_: full())
    with pytest.raises(IntakeError, match=r"cannot be unpacked in .*No space left"), open_bundle(path):
        pass


def test_links_in_a_class_are_not_followed(tmp_path: Path) -> None:
    path = samples.as_folder(samples.plain(), tmp_path)
    (path / "eve").symlink_to("/etc")
    with open_bundle(path) as bundle:
        assert [each.id for each in find(bundle).hand_ins] == ["ada", "ben"]


def test_no_hand_in_is_called_like_what_lies_beside_the_results(tmp_path: Path) -> None:
    path = samples.as_folder({"roster.csv/a.py": b"", "ROSTER.csv.zip": samples.packed({"a.py": b""})}, tmp_path)
    with open_bundle(path) as bundle:
        assert sorted(each.id for each in find(bundle).hand_ins) == ["ROSTER.csv-2", "roster.csv-3"]
