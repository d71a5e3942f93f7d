"""One server on one socket, until Ctrl-C; what is under way then comes to its end."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn

from grader.errors import GraderError
from grader.review.door import Door

__all__ = ["bound", "running", "serve"]

BACKLOG = 64  # connections that wait
PATIENCE = 10  # seconds for requests that are under way when it ends


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one.

    Raises:
        GraderError: it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)  # now: whoever follows the link before the server is up waits, and is not refused
    except (OSError, OverflowError) as error:
        listening.close()
        raise GraderError(f"Nothing can listen on {host}, port {port}: {error}") from None
    return listening


def serve(app: Door, listening: socket.socket) -> None:
    """Answer requests until somebody ends it."""
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again once all is answered
        _server(app).run(sockets=[listening])


@contextlib.contextmanager
def running(app: Door, listening: socket.socket) -> Iterator[None]:
    """Answer requests beside what the block does: a notebook has an event loop of its own."""
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="review", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _server(app: Door) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=PATIENCE,
        )
    )
