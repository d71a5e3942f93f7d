"""A course of one assignment."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # nbgrader gives it

c.CourseDirectory.course_id = "homework"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
