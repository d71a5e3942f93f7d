"""The engine of many machines: a Dask cluster, whose workers need the grader installed and no disk of ours.

Hand-ins and the course travel by content. Dask tries those of a lost worker elsewhere, and gives one up that takes its
workers along; how often it may is the scheduler's setting `allowed-failures`.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from grader.batch import station
from grader.batch.nouns import Engine, Grade, Graded, Plan, Work
from grader.errors import GraderError

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["engine"]

MISSING = "Dask is not installed; type: pip install 'dlgrader[cluster]'"
AHEAD = 3  # works on their way to each thread of the cluster, so that none waits for the next
FEWEST = 32
OFTEN = 2.0  # seconds between two looks at how large the cluster is by now
PATIENCE = 20.0  # seconds for the scheduler to answer


def engine(address: str, grade: Grade = station.grade) -> Engine:
    """The cluster whose scheduler is at this address."""
    return partial(_on_cluster, address, grade)


def _on_cluster(address: str, grade: Grade, works: Iterable[Work], plan: Plan) -> Generator[Graded, None, None]:
    from distributed import as_completed

    waiting: dict[str, Work] = {}
    rest, size = iter(works), _Size()
    with _client(address) as client:
        held = _held(client, plan)
        send = partial(_sent, client, grade, held, waiting)
        done = as_completed(send(islice(rest, size.room(client))), loop=client.loop)
        for future in done:
            work = waiting.pop(future.key)
            for new in send(islice(rest, size.room(client) - len(waiting))):
                done.add(new)
            yield _result(future, work, address)


def _client(address: str) -> Client:
    try:
        from distributed import Client
        from distributed.comm import parse_address, parse_host_port
    except ImportError:
        raise GraderError(MISSING) from None
    try:
        parse_host_port(parse_address(address)[1])
    except ValueError as error:  # a client that never had a connection complains when it is gone
        raise GraderError(f"--scheduler {address}: {error}. It is as tcp://10.0.0.1:8786.") from None
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise GraderError(f"There is no Dask scheduler at {address}: {error}") from None


def _held(client: Client, plan: Plan) -> Future:
    """The plan as a task and no scattered value: Dask can make it again when every worker that had it is gone."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")  # some ten megabytes, once
        return client.submit(_same, plan, key=f"plan-{plan.id[:16]}-{time.time_ns()}")


def _same(plan: Plan) -> Plan:
    return plan


def _sent(
    client: Client, grade: Grade, held: Future, waiting: dict[str, Work], works: Iterable[Work]
) -> Iterator[Future]:
    for work in works:
        future = client.submit(grade, work, held, key=f"hand-in-{work.submission.digest[:16]}-{time.time_ns()}")
        waiting[future.key] = work
        yield future


class _Size:
    """How many works may be on their way, by what the cluster has; it may grow and shrink meanwhile."""

    def __init__(self) -> None:
        self._room = FEWEST
        self._asked = 0.0

    def room(self, client: Client) -> int:
        """Looks again now and then."""
        if time.monotonic() - self._asked > OFTEN:
            self._asked = time.monotonic()
            self._room = max(FEWEST, AHEAD * sum(client.nthreads().values()))
        return self._room


def _result(future: Any, work: Work, address: str) -> Graded:
    from distributed import KilledWorker

    if future.cancelled():
        raise GraderError(f"The Dask scheduler at {address} is gone. What is done is written; run again to go on.")
    error = future.exception()
    if error is None:
        graded: Graded = future.result()
        return graded
    if isinstance(error, KilledWorker):
        times = int(getattr(error, "allowed_failures", 0)) + 1
        return station.without_result(work, f"Dask lost {times} workers over this hand-in: it is set aside.")
    return station.without_result(work, f"The cluster could not grade it ({type(error).__name__}: {error}).")
