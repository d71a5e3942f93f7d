"""Who gets in: a link that works once, a cookie that no other page can use, and no name of this machine but its own."""

from __future__ import annotations

import ipaddress
import secrets
import socket
import threading
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["POLICY", "Door", "Keys", "is_loopback", "marker_of"]

LARGEST = 64 << 10  # bytes of what a page sends
OPEN = ("/enter", "/static/")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # formulas are sized by the text around them; what students wrote has none
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer, browsers would keep Origin to themselves too
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


Refuse = Callable[[str, int], Response]
"""From the reason and the status to the page that says so."""


class Keys:
    """Links that work once, and who came in by one."""

    def __init__(self) -> None:
        self._links: set[str] = set()
        self._markers: dict[str, str] = {}
        self._lock = threading.Lock()

    def link(self) -> str:
        """A new token for a link."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._links.add(token)
        return token

    def fits(self, token: str) -> bool:
        """Whether this link can still be used."""
        with self._lock:
            return any(secrets.compare_digest(token.encode(), each.encode()) for each in self._links)

    def enter(self, token: str, marker: str) -> str | None:
        """Use up a link: the session that it opens, or nothing."""
        if not self.fits(token):
            return None
        session = secrets.token_urlsafe(32)
        with self._lock:
            if token not in self._links:  # two came through at once
                return None
            self._links.remove(token)
            self._markers[session] = marker
        return session

    def marker(self, session: str) -> str | None:
        """Whose session this is."""
        return self._markers.get(session)

    def rename(self, session: str, marker: str) -> None:
        """Let the person of this session mark under another name."""
        if session in self._markers:
            self._markers[session] = marker


class Door:
    """Stands before the pages: lets in whom a link let in, from this server's own pages, under its own name."""

    def __init__(self, app: ASGIApp, keys: Keys, cookie: str, host: str, refuse: Refuse) -> None:
        self._app, self._keys, self._cookie, self._host, self._refuse = app, keys, cookie, host, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with the reason."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        app = self._app if refused is None else refused
        await app(scope, receive, _with_headers(send))

    def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not _is_own(host, self._host):
            return self._refuse("This server does not answer under that name.", 400)
        if scope["method"] not in ("GET", "HEAD") and urlsplit(headers.get("origin", "")).netloc != host:
            return self._refuse("This came from another page than this server's own, and was not taken.", 403)
        if int(headers.get("content-length") or 0) > LARGEST:
            return self._refuse("That is more than this page sends.", 413)
        session = session_of(headers, self._cookie)
        scope["state"] = {**scope.get("state", {}), "session": session, "marker": self._keys.marker(session)}
        if scope["state"]["marker"] is None and not scope["path"].startswith(OPEN):
            return self._refuse("Open the link that the terminal printed. Each lets in one person, once.", 403)
        return None


def session_of(headers: Headers, cookie: str) -> str:
    """The session that the browser names."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(cookie)
    except CookieError:
        return ""
    return found.value if found else ""


def marker_of(request: Request) -> str:
    """Who marks here."""
    return str(request.state.marker)


def _is_own(host: str, bound: str) -> bool:
    """Whether a request names this machine. A stranger's domain that leads here is not its name (DNS rebinding)."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        known = {"localhost"} if is_loopback(bound) else {"localhost", bound, socket.gethostname(), socket.getfqdn()}
        return name in {each.lower() for each in known}
    return address.is_loopback or not is_loopback(bound)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that is bound there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return sending
