"""One homework for every grader that is compared: the rubric's checks, as calls that any of them can make."""
