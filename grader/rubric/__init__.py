"""YAML → Rubric."""

from grader.rubric.files import find_rubric, reference_files
from grader.rubric.nouns import Criterion, Rubric, Section
from grader.rubric.reading import load_rubric

__all__ = ["Criterion", "Rubric", "Section", "find_rubric", "load_rubric", "reference_files"]
