"""A student without a worker: a driver's vocabulary called in this process, for tests of what a check looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.errors import StudentError
from grader.model import Failure
from grader.worker import procedures


class InProcess:
    """Answers requests as a session's student does; what the driver raises becomes the student's failure."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def call(self, function: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Any:
        found: Callable[..., Any] | None = getattr(self.driver, function, None)
        try:
            if found is not None:
                return found(*args, **kwargs)
            return getattr(procedures, function)(self.driver, *args, **kwargs)
        except Exception as error:
            raise StudentError(Failure("student", "exception", f"{type(error).__name__}: {error}")) from error

    make = call

    def output(self) -> str:
        return ""
