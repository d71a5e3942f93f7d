"""What `run_autograder` starts for each hand-in, as Gradescope's own example has it."""

import sys
import unittest
from pathlib import Path

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))  # where the hand-in is
    suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent / "tests"))
    with Path("results.json").open("w", encoding="utf-8") as stream:
        JSONTestRunner(visibility="visible", stream=stream).run(suite)
