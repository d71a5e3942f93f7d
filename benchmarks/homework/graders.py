"""Each grader that people use today, run as its users run it, on the same homework.

A grader has three verbs: `begin` makes what an instructor makes once (not measured), `grade` is what each class costs,
and `told` reads its own result files: which checks each hand-in passed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from homework import notebooks

FILES = Path(__file__).resolve().parent.parent / "peers"
Told = Mapping[str, Mapping[str, bool]]


class PeerError(Exception):
    """A grader that does not run here, or that graded nothing."""


@dataclass(frozen=True)
class Bench:
    """Where one grader works: its programs, the course's tests, and a folder with one for each hand-in."""

    name: str
    programs: Path
    material: Path
    place: Path
    hand_ins: Mapping[str, str]  # the name and the source of each

    @property
    def files(self) -> Path:
        """What an instructor writes for this grader."""
        return FILES / self.name

    @property
    def checks(self) -> list[str]:
        """The names of the homework's checks."""
        return sorted(path.stem for path in (self.material / "homework" / "calls").iterdir())

    def folder(self, hand_in: str) -> Path:
        """Where this hand-in lies."""
        return self.place / "hand-ins" / hand_in

    def as_modules(self) -> None:
        """Write each hand-in as one Python file."""
        for name, source in self.hand_ins.items():
            self.folder(name).mkdir(parents=True)
            (self.folder(name) / "solution.py").write_text(source, "utf-8")

    def run(self, *command: str | Path, at: Path, right: tuple[int, ...] = (0,)) -> str:
        """Run one of its programs.

        Raises:
            PeerError: it ended otherwise than it should.
        """
        path = f"{self.programs}:{os.environ['PATH']}"
        inherited = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
        environment = {**inherited, "PATH": path, "PYTHONPATH": str(self.material), "PYTHONDONTWRITEBYTECODE": ""}
        argv = [str(self.programs / command[0]), *map(str, command[1:])]
        done = subprocess.run(argv, cwd=at, env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in right:
            raise PeerError(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
        return done.stdout


class Grader(Protocol):
    """What all of them are to the benchmark."""

    WHAT: str

    def begin(self, bench: Bench) -> None: ...
    def grade(self, bench: Bench) -> None: ...
    def told(self, bench: Bench) -> Told: ...


class Pytest:
    """A process of pytest for each hand-in."""

    WHAT = "a process of pytest for each"

    def begin(self, bench: Bench) -> None:
        """One file of tests."""
        bench.as_modules()
        shutil.copy(bench.files / "test_homework.py", bench.place)

    def grade(self, bench: Bench) -> None:
        """Its results as JUnit's XML, as a CI reads them."""
        for name in bench.hand_ins:
            options = ("-q", "--import-mode=importlib", "-p", "no:cacheprovider", "--junit-xml=results.xml")
            tests = bench.place / "test_homework.py"
            bench.run(
                "python",
                "-m",
                "pytest",
                *options,
                f"--rootdir={bench.place}",
                tests,
                at=bench.folder(name),
                right=(0, 1),
            )

    def told(self, bench: Bench) -> Told:
        """A test case that has no child element has passed."""
        from xml.etree import ElementTree  # its own file, written a moment ago

        def cases(name: str) -> dict[str, bool]:
            tree = ElementTree.parse(bench.folder(name) / "results.xml")
            return {case.attrib["name"].split("[")[1][:-1]: not len(case) for case in tree.iter("testcase")}

        return {name: cases(name) for name in bench.hand_ins}


class GradescopeUtils:
    """The harness's `run_autograder` without its container: a process for each hand-in, which runs in it."""

    WHAT = "a process for each, tests in it, no container"

    def begin(self, bench: Bench) -> None:
        """The runner and its folder of tests."""
        bench.as_modules()
        shutil.copytree(bench.files, bench.place / "source")

    def grade(self, bench: Bench) -> None:
        """One `results.json` for each."""
        for name in bench.hand_ins:
            bench.run("python", bench.place / "source" / "run_tests.py", at=bench.folder(name))

    def told(self, bench: Bench) -> Told:
        """Each test's name is its docstring."""

        def tests(name: str) -> dict[str, bool]:
            told = json.loads((bench.folder(name) / "results.json").read_text("utf-8"))["tests"]
            return {test["name"].split()[-1]: test["status"] == "passed" for test in told}

        return {name: tests(name) for name in bench.hand_ins}


class Check50:
    """`check50 --dev`: the checks from a folder, without a network or an account."""

    WHAT = "`check50 --dev` for each, checks in several processes"

    def begin(self, bench: Bench) -> None:
        """The folder of checks."""
        bench.as_modules()
        shutil.copytree(bench.files, bench.place / "checks")

    def grade(self, bench: Bench) -> None:
        """Its JSON for each."""
        for name in bench.hand_ins:
            options = ("--dev", "--log-level", "warning", "-o", "json", "--output-file", "results.json")
            bench.run("check50", *options, bench.place / "checks", at=bench.folder(name), right=(0, 1))

    def told(self, bench: Bench) -> Told:
        """Each check's description is its name."""

        def checks(name: str) -> dict[str, bool]:
            told = json.loads((bench.folder(name) / "results.json").read_text("utf-8"))["results"]
            return {check["description"]: check["passed"] is True for check in told if check["name"] != "exists"}

        return {name: checks(name) for name in bench.hand_ins}


class Nbgrader:
    """`nbgrader autograde` for a class: a kernel for each notebook."""

    WHAT = "`nbgrader autograde` for all, a kernel for each"

    def begin(self, bench: Bench) -> None:
        """An assignment with a cell of tests for each check, released, and handed in with the solution filled in."""
        shutil.copy(bench.files / "nbgrader_config.py", bench.place)
        source = bench.place / "source" / "homework" / "homework.ipynb"
        source.parent.mkdir(parents=True)
        source.write_text(notebooks.of_nbgrader("raise NotImplementedError", bench.checks), "utf-8")
        bench.run("nbgrader", "generate_assignment", "homework", at=bench.place)
        released = (bench.place / "release" / "homework" / "homework.ipynb").read_text("utf-8")
        for name, solution in bench.hand_ins.items():
            handed_in = bench.place / "submitted" / name / "homework" / "homework.ipynb"
            handed_in.parent.mkdir(parents=True)
            handed_in.write_text(notebooks.filled_in(released, solution), "utf-8")

    def grade(self, bench: Bench) -> None:
        """The whole class by one command."""
        bench.run("nbgrader", "autograde", "homework", at=bench.place)

    def told(self, bench: Bench) -> Told:
        """What its gradebook holds."""
        told: Told = json.loads(bench.run("python", bench.files / "told.py", at=bench.place))
        return told


class Otter:
    """`otter run`: what `otter grade` and Gradescope start in a container, without the container."""

    WHAT = "`otter run` for each, no container"

    def begin(self, bench: Bench) -> None:
        """An autograder's zip with a test file for each check, and each hand-in as a notebook."""
        tests = bench.place / "tests"
        tests.mkdir()
        template = (bench.files / "test_template.py").read_text("utf-8")
        for name in bench.checks:
            (tests / f"{name}.py").write_text(template.replace("NAME", name), "utf-8")
        options = ("--no-environment", "--no-requirements", "--no-config")
        bench.run("otter", "generate", "-t", tests, "-o", "autograder.zip", *options, at=bench.place)
        for name, source in bench.hand_ins.items():
            bench.folder(name).mkdir(parents=True)
            (bench.folder(name) / "homework.ipynb").write_text(notebooks.plain(source), "utf-8")

    def grade(self, bench: Bench) -> None:
        """One `results.json` for each."""
        zipped = bench.place / "autograder.zip"
        for name in bench.hand_ins:
            bench.run("otter", "run", "--no-logo", "-a", zipped, "homework.ipynb", at=bench.folder(name))

    def told(self, bench: Bench) -> Told:
        """Each test file by its name."""

        def tests(name: str) -> dict[str, bool]:
            told = json.loads((bench.folder(name) / "results.json").read_text("utf-8"))["tests"]
            return {test["name"]: test["score"] == test["max_score"] for test in told if "score" in test}

        return {name: tests(name) for name in bench.hand_ins}


GRADERS: dict[str, Grader] = {
    "gradescope-utils": GradescopeUtils(),
    "pytest": Pytest(),
    "check50": Check50(),
    "nbgrader": Nbgrader(),
    "otter-grader": Otter(),
}
