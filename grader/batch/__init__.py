"""Many hand-ins, each graded and written on its own: what happens to one never touches another.

They travel by content to whatever grades them, and what comes back is written here, by this process alone. The results
are the same for any engine, any number of processes and any order, because nothing of a hand-in depends on another.
"""

from grader.batch.files import OBSERVED, observed_file, own_file, write_all
from grader.batch.nouns import FILES, Engine, Format, Graded, Outcome, Plan, Task, Work, outcome_of, plan
from grader.batch.running import Choice, run

__all__ = [
    "FILES",
    "OBSERVED",
    "Choice",
    "Engine",
    "Format",
    "Graded",
    "Outcome",
    "Plan",
    "Task",
    "Work",
    "observed_file",
    "outcome_of",
    "own_file",
    "plan",
    "run",
    "write_all",
]
