"""The markers' page without a browser, and markers who open it."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from grader.review.desk import Answer, Desk
from grader.review.door import Keys
from grader.review.pages import Pages
from grader.review.publisher import Publisher

HERE = "http://127.0.0.1:8000"
ORIGIN = {"origin": HERE}


class Site:
    """The pages, and markers who open them."""

    def __init__(self, desk: Desk, *, names: bool = False) -> None:
        self.desk, self.keys, self.published = desk, Keys(), 0
        publisher = Publisher(self._publish, lambda: 3)
        self.publisher = publisher
        self.app = Pages(desk, publisher, self.keys, names=names).app()

    def _publish(self, advance: Any) -> list[str]:
        advance(2, 3)
        self.published += 1
        return ["student-000: <b>no</b> PDF could be made"]

    def stranger(self, **headers: str) -> TestClient:
        return TestClient(self.app, base_url=HERE, headers={**ORIGIN, **headers})

    def marker(self, name: str) -> TestClient:
        client = self.stranger()
        entered = client.post("/enter", data={"token": self.keys.link(), "name": name}, follow_redirects=False)
        assert entered.status_code == 303
        return client

    def answer(self, question: str = "xor", hand_in: str = "student-000") -> Answer:
        return next(each for each in self.desk.piles[question].answers if each.hand_in == hand_in)


def marks(desk: Desk, question: str = "xor") -> dict[str, tuple[float | None, str]]:
    found = desk.book.marks(desk.assignment)
    return {name: (each[question].points, each[question].by) for name, each in found.items() if question in each}
