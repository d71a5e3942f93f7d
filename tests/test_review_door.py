"""The markers' page: who gets in, and what is refused whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import review_samples as samples
from review_site import Site, marks


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that takes nothing in these tests, so that they can share it."""
    desk = samples.opened(samples.made(tmp_path_factory.mktemp("class"), 2))
    yield Site(desk)
    assert (desk.book.marks(desk.assignment), desk.book.phrases(desk.assignment)) == ({}, [])
    desk.book.close()


def test_a_link_lets_in_one_person_once_and_only_by_a_press_of_the_button(untouched: Site) -> None:
    link = untouched.keys.link()
    for _ in range(2):  # a preview of the link uses nothing up
        assert "Your name" in untouched.stranger().get("/enter", params={"token": link}).text
    client = untouched.stranger()
    client.post("/enter", data={"token": link, "name": "Marker 1"})
    assert "marking as" in client.get("/").text
    second = untouched.stranger().post("/enter", data={"token": link, "name": "Marker 2"})
    assert second.status_code == 403


def test_the_cookie_is_for_this_page_alone(untouched: Site) -> None:
    answer = untouched.stranger().post(
        "/enter", data={"token": untouched.keys.link(), "name": "Marker 1"}, follow_redirects=False
    )
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(answer.headers["set-cookie"].split("; "))


ROUTES = [
    ("GET", "/"),
    ("GET", "/question/xor"),
    ("GET", "/hand-in/KEY"),
    ("GET", "/panel/KEY"),
    ("GET", "/history/KEY"),
    ("GET", "/publish"),
    ("POST", "/publish"),
    ("POST", "/invite"),
    ("POST", "/mark/KEY"),
    ("POST", "/settle/KEY"),
    ("POST", "/undo"),
    ("POST", "/phrases/xor"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_without_a_link_sees_or_does_anything(untouched: Site, method: str, path: str) -> None:
    answer = untouched.stranger(cookie="review=guessed").request(method, path.replace("KEY", untouched.answer().key))
    assert answer.status_code == 403
    assert "student" not in answer.text
    assert marks(untouched.desk) == {}


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "POST"])
@pytest.mark.parametrize("origin", ["https://example.org", "http://127.0.0.1:9999", "null", ""])
def test_what_another_page_sends_is_not_taken(untouched: Site, path: str, origin: str) -> None:
    client = untouched.marker("Marker 1")
    client.headers["origin"] = origin
    address = path.replace("KEY", untouched.answer().key)
    assert client.post(address, data={"level": "4", "version": "0"}).status_code == 403
    assert (marks(untouched.desk), untouched.published) == ({}, 0)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:9001", 200),  # a tunnel to it
        ("[::1]:8000", 200),
        ("example.org", 400),
        ("127.0.0.1.example.org:8000", 400),
        ("192.168.0.7:8000", 400),
        ("localhost@example.org", 400),
        ("[", 400),
        ("", 400),
    ],
)
def test_only_its_own_name_is_answered(untouched: Site, host: str, status: int) -> None:
    client = untouched.marker("Marker 1")
    assert client.get("/", headers={"host": host}).status_code == status


@pytest.mark.parametrize("path", ["/", "/question/xor", "/enter", "/static/review.js", "/nothing"])
def test_every_answer_has_the_strict_policy(untouched: Site, path: str) -> None:
    headers = untouched.marker("Marker 1").get(path).headers
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/question/nothing", "/hand-in/x", "/panel/x", "/history/x", "/static/../pages.py", "/x"]
)
def test_what_is_not_there_is_said(untouched: Site, path: str) -> None:
    assert untouched.marker("Marker 1").get(path).status_code == 404


def test_a_flood_is_refused(untouched: Site) -> None:
    client, address = untouched.marker("Marker 1"), f"/mark/{untouched.answer().key}"
    assert client.post(address, content=b"x" * 70_000).status_code == 413
    assert client.post(address, content=(b"x" * 1000 for _ in range(70))).status_code == 413
    assert client.post(address, content="&".join(f"a{n}=1" for n in range(99))).status_code == 400
