"""A class in numbers: how the scores lie, what each criterion tells, which mistakes are frequent, who needs a look.

Everything is worked out of results; nothing here reads or writes a file.
"""

from __future__ import annotations

from grader.statistics.criteria import Discrimination, Tally
from grader.statistics.mistakes import Mistake
from grader.statistics.row import Row, row_of, row_without
from grader.statistics.summary import Statistics, statistics_of

__all__ = [
    "Discrimination",
    "Mistake",
    "Row",
    "Statistics",
    "Tally",
    "row_of",
    "row_without",
    "statistics_of",
]
