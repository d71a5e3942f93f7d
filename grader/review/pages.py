"""The pages: each request becomes a whole page, or the part of it that has changed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from grader.errors import GraderError
from grader.gradebook import Conflict, Phrase
from grader.paths import data_folder
from grader.report.page import environment, style
from grader.report.text import one_line, visible
from grader.review import shown
from grader.review.desk import Answer, Desk, Pile, laid_out
from grader.review.door import LARGEST, Door, Keys, marker_of
from grader.review.pen import LONGEST, Pen, Refused, Said

if TYPE_CHECKING:
    from grader.review.publisher import Publisher

__all__ = ["Pages"]

Fields = Mapping[str, str]
FILES = {"review.js": "text/javascript", "htmx.min.js": "text/javascript"}
LONGEST_NAME, LONGEST_ANSWER = 60, 20_000
MOST_FIELDS = 30
MOST_NAMED = 50


class Pages:
    """All pages of one class, and what they share."""

    def __init__(
        self, desk: Desk, publisher: Publisher, keys: Keys, *, names: bool, marker: str = "", host: str = "127.0.0.1"
    ):
        self._desk, self._publisher, self._keys, self._names, self._marker = desk, publisher, keys, names, marker
        self._pen = Pen(desk.book, desk.assignment)
        self._host = host
        self._cookie = "review"

    def app(self, cookie: str = "review") -> Door:
        """All of it as one ASGI application."""
        self._cookie = cookie
        routes = [
            Route("/", self._overview),
            Route("/enter", self._welcome),
            Route("/enter", _posted(self._enter), methods=["POST"]),
            Route("/invite", _posted(self._invite), methods=["POST"]),
            Route("/question/{id:path}", self._question),
            Route("/hand-in/{key}", self._hand_in),
            Route("/panel/{key}", self._panel),
            Route("/history/{key}", self._history),
            Route("/mark/{key}", _posted(self._mark), methods=["POST"]),
            Route("/settle/{key}", _posted(self._settle), methods=["POST"]),
            Route("/undo", _posted(self._undo), methods=["POST"]),
            Route("/phrases/{id:path}", _posted(self._phrase), methods=["POST"]),
            Route("/publish", self._published),
            Route("/publish", _posted(self._publish), methods=["POST"]),
            Route("/static/{name}", _static),
        ]
        handlers: dict[Any, Any] = {HTTPException: self._missing, GraderError: self._failed}
        return Door(Starlette(routes=routes, exception_handlers=handlers), self._keys, cookie, self._host, self._refuse)

    # who comes in

    def _welcome(self, request: Request) -> Response:
        token = request.query_params.get("token", "")
        if not (self._keys.fits(token) or request.state.marker):
            return self._refuse("This link was used already. Whoever is in can make another one.", 403)
        return self._part("enter", request, token=token, name=request.state.marker or self._marker, problem="")

    def _enter(self, request: Request, fields: Fields) -> Response:
        name = one_line(fields.get("name", ""), LONGEST_NAME)
        if not name:
            return self._part("enter", request, token=fields.get("token", ""), name="", problem="Write a name.")
        if request.state.marker:
            self._keys.rename(request.state.session, name)
            return RedirectResponse("/", 303)
        session = self._keys.enter(fields.get("token", ""), name)
        if session is None:
            return self._refuse("This link was used already.", 403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, session, httponly=True, samesite="strict")
        return answer

    def _invite(self, request: Request, _: Fields) -> Response:
        link = f"{request.url.scheme}://{request.headers['host']}/enter?token={self._keys.link()}"
        return self._part("invited", request, link=link)

    # what they see

    def _overview(self, request: Request) -> Response:
        marks = shown.marks_of(self._desk)
        piles = [(pile, shown.progress(shown.cards(pile.answers, marks))) for pile in self._desk.piles.values()]
        every = [card for pile in self._desk.piles.values() for card in shown.cards(pile.answers, marks)]
        wanted = request.query_params.get("hand_in", "").strip()
        return self._part(
            "overview",
            request,
            piles=piles,
            whole=shown.progress(every),
            wanted=wanted,
            hand_ins=self._named(wanted) if self._names else [],
            publishing=self._publisher.now(),
            waiting=self._publisher.waiting(),
        )

    def _question(self, request: Request) -> Response:
        pile = self._pile(request.path_params["id"])
        found = shown.cards(pile.answers, shown.marks_of(self._desk))
        asked = dict(request.query_params)
        chosen = shown.chosen(self._desk, pile, found, marker_of(request), asked, names=self._names)
        counts = {name: sum(map(shown.kept(name, marker_of(request)), found)) for name in shown.FILTERS}
        return self._part(
            "question",
            request,
            pile=pile,
            chosen=chosen,
            counts=counts,
            progress=shown.progress(found),
            given=shown.given(found),
            phrases=self._phrases(pile.id),
            piles=list(self._desk.piles.values()),
            at=lambda **changed: _address(pile.id, chosen, changed),
        )

    def _hand_in(self, request: Request) -> Response:
        answers = self._desk.hand_in(request.path_params["key"])
        if not answers:
            raise HTTPException(404)
        found = shown.cards(answers, shown.marks_of(self._desk))
        given = [shown.points_of(card) for card in found]
        total = sum(points for points in given if points is not None)
        maximum = sum(answer.maximum for answer in answers)
        return self._part("hand_in", request, cards=found, total=total, maximum=maximum, open=None in given)

    def _panel(self, request: Request) -> Response:
        """What stands for one answer, if it is not what the page has already: nobody is to lose what is typed there."""
        answer = self._answer(request)
        if request.query_params.get("seen") == self._pen.now(answer).told:
            return Response(status_code=204)
        return self._panel_of(request, answer)

    def _history(self, request: Request) -> Response:
        answer = self._answer(request)
        trail = self._desk.book.history(self._desk.assignment, answer.hand_in)
        told = [event for event in trail if event.criterion == answer.criterion.id]
        return self._part("history", request, answer=answer, events=told)

    # what they do

    def _mark(self, request: Request, fields: Fields) -> Response:
        answer = self._answer(request)
        try:
            self._pen.give(marker_of(request), answer, _said(fields))
        except Refused as problem:
            return self._panel_of(request, answer, str(problem), fields, status=422)
        return self._panel_of(request, answer)

    def _settle(self, request: Request, fields: Fields) -> Response:
        answer = self._answer(request)
        try:
            self._pen.settle(marker_of(request), answer, _said(fields), keep=fields.get("choice") == "keep")
        except Refused as problem:
            return self._panel_of(request, answer, str(problem), status=422)
        except Conflict:
            return self._panel_of(request, answer, "What stands has changed meanwhile. Look again, and choose.")
        return self._panel_of(request, answer)

    def _undo(self, request: Request, _: Fields) -> Response:
        try:
            undone = self._pen.undo(marker_of(request))
        except Conflict:
            return _telling({"told": "Somebody else marked it since, so it stays as it is."})
        if undone is None:
            return _telling({"told": "There is nothing left to undo."})
        answer = undone.answer
        return _telling({"undone": {"key": answer.key, "question": answer.criterion.id, "number": answer.number}})

    def _phrase(self, request: Request, fields: Fields) -> Response:
        pile, text = self._pile(request.path_params["id"]), visible(fields.get("comment", "").strip(), LONGEST)
        if fields.get("forget", "").isdecimal():
            self._desk.book.forget_phrase(self._desk.assignment, int(fields["forget"]))
        elif text:
            self._desk.book.keep_phrase(self._desk.assignment, pile.id, text, marker_of(request))
        return self._part("phrases", request, pile=pile, phrases=self._phrases(pile.id))

    def _publish(self, request: Request, _: Fields) -> Response:
        self._publisher.start()
        return self._published(request)

    def _published(self, request: Request) -> Response:
        return self._part("publishing", request, publishing=self._publisher.now(), waiting=self._publisher.waiting())

    # how it is put together

    def _panel_of(
        self, request: Request, answer: Answer, problem: str = "", typed: Fields | None = None, status: int = 200
    ) -> Response:
        """The part of the page with which one answer is marked, and how far its question is."""
        pile = self._desk.piles[answer.criterion.id]
        found = shown.cards(pile.answers, shown.marks_of(self._desk))
        card = next(card for card in found if card.answer.key == answer.key)
        told = {"card": card, "problem": problem, "typed": typed, "progress": shown.progress(found), "pile": pile}
        return self._part("marked", request, status, **told)

    def _part(self, page: str, request: Request, status: int = 200, **told: Any) -> Response:
        desk = self._desk
        shared = {
            "me": request.state.marker or "",
            "names": self._names,
            "rubric": desk.rubric,
            "written": desk.written,
            "filters": shown.FILTERS,
            "longest": LONGEST,
            "laid_out": laid_out,
            "as_typed": _as_typed,
            "css": None,
        }
        template = environment().get_template(f"review/{page}.html.j2")
        return HTMLResponse(template.render(**shared, **told), status)

    def _refuse(self, why: str, status: int) -> Response:
        template = environment().get_template("review/refused.html.j2")
        return HTMLResponse(template.render(why=why, css=None), status)

    def _missing(self, _: Request, error: Exception) -> Response:
        return self._refuse("There is nothing here.", getattr(error, "status_code", 404))

    def _failed(self, _: Request, error: Exception) -> Response:
        return self._refuse(visible(error), 500)

    def _pile(self, id_: str) -> Pile:
        if id_ not in self._desk.piles:
            raise HTTPException(404)
        return self._desk.piles[id_]

    def _answer(self, request: Request) -> Answer:
        answer = self._desk.answer(request.path_params["key"])
        if answer is None:
            raise HTTPException(404)
        return answer

    def _named(self, wanted: str) -> list[tuple[str, str]]:
        """The hand-ins with this in their name, and their keys."""
        pile = next(iter(self._desk.piles.values()), None)
        if pile is None or not wanted:
            return []
        fits = [each for each in pile.answers if wanted.casefold() in each.hand_in.casefold()]
        return sorted((each.hand_in, each.hand_in_key) for each in fits)[:MOST_NAMED]

    def _phrases(self, id_: str) -> list[Phrase]:
        """The comments that are used again for this question."""
        return [each for each in self._desk.book.phrases(self._desk.assignment) if each.criterion == id_]


def _posted(action: Callable[[Request, Fields], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An action that is given what a form sent; it runs beside the others, for it may have to wait for the disk."""

    async def answered(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                raise HTTPException(413)
        try:
            fields = dict(
                parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
            )
        except ValueError:
            raise HTTPException(400) from None
        return await run_in_threadpool(action, request, fields)

    return answered


def _said(fields: Fields) -> Said:
    points = fields["level"] if "level" in fields else fields.get("points", "")
    version = fields.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else 0
    return Said(points, fields.get("comment", ""), fields.get("why", ""), seen)


def _telling(told: Mapping[str, Any]) -> Response:
    """Nothing for the page, and an event for its script."""
    return Response(status_code=204, headers={"HX-Trigger": json.dumps(told)})


def _address(id_: str, chosen: shown.Chosen, changed: Mapping[str, object]) -> str:
    """The page with the same choice but for this."""
    asked = {"filter": chosen.filter, "q": chosen.search, "points": chosen.points, **changed}
    return f"/question/{quote(id_)}?{urlencode({name: value for name, value in asked.items() if value})}"


def _as_typed(text: str) -> Markup:
    """An answer to its end, as it was typed."""
    return escape(visible(text, LONGEST_ANSWER))


def _static(request: Request) -> Response:
    """A file of ours: it never changes while the server runs."""
    name = request.path_params["name"]
    if name == "review.css":
        return Response(style("screen", "feedback", "review"), media_type="text/css")
    if name not in FILES:
        raise HTTPException(404)
    return Response((data_folder("report_templates") / "review" / name).read_bytes(), media_type=FILES[name])
