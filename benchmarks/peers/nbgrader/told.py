"""Print what the gradebook of this course holds, as JSON: of each student, which cells have all of their points."""

import json

from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    told = {
        submission.student.id: {
            grade.cell.name: grade.auto_score == grade.max_score for grade in submission.notebooks[0].grades
        }
        for submission in book.assignment_submissions("homework")
    }
print(json.dumps(told))
