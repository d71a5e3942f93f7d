"""A connection to the gradebook's database, with its tables brought up to date."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from grader.errors import GraderError

__all__ = ["connect", "reading"]

NEWEST = "0002"
SCRIPTS = Path(__file__).parent  # Alembic looks for versions/ in it
PATIENCE = 30  # seconds to wait for another writer
POSTGRESQL = "postgresql+psycopg"
MIGRATING = 0x67726164  # a lock's number in PostgreSQL, which no other program should think of


def connect(url: str) -> Engine:
    """An engine on this database, whose tables are there and new.

    Raises:
        GraderError: it cannot be reached, or a newer grader made it.
    """
    try:
        engine = create_engine(_with_driver(url), pool_pre_ping=True)  # a long run's connection may have been cut
        _make_private(engine)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _set_up)
            event.listen(engine, "begin", _begin)
        _open(engine)
    except ModuleNotFoundError as error:
        hint = "; type: pip install 'dlgrader[postgresql]'" if error.name == "psycopg" else ""
        raise GraderError(f"This gradebook's URL cannot be used: {error}{hint}") from None
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise GraderError(f"This gradebook's URL cannot be used: {error}") from None
    except DBAPIError as error:
        raise GraderError(f"The gradebook cannot be opened: {error.orig}") from None
    except SQLAlchemyError as error:
        raise GraderError(f"The gradebook cannot be opened: {error}") from None
    return engine


def _open(engine: Engine) -> None:
    """Bring the tables up to date; no connection is left open where that fails."""
    try:
        with engine.begin() as connection:
            _bring_up_to_date(connection)
    except BaseException:
        engine.dispose()
        raise


def _with_driver(url: str) -> URL:
    """The URL, with the driver that the extra installs where a PostgreSQL's names none."""
    made = make_url(url)
    return made.set(drivername=POSTGRESQL) if made.drivername in ("postgres", "postgresql") else made


def _make_private(engine: Engine) -> None:
    """Let nobody but the owner read a new file: it has everybody's results."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:" and Path(file).parent.is_dir():
        Path(file).touch(0o600)


def _set_up(connection: Any, _: object) -> None:
    """WAL, so that readers never wait for the one writer, and a crash never costs the file."""
    connection.isolation_level = None  # transactions begin where _begin says
    for pragma in (f"busy_timeout={PATIENCE * 1000}", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _use_wal(connection)


def _use_wal(connection: Any) -> None:
    """SQLite itself does not wait for whoever else is turning a new file to WAL just now."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: they see one moment, and keep no writer waiting."""
    return engine.execution_options(reads=True)


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("reads"):
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # a second writer waits here, and never in the middle


def _bring_up_to_date(connection: Connection) -> None:
    if _version(connection) == NEWEST:
        return
    if connection.dialect.name == "postgresql":  # SQLite has one writer as it is
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        if _version(connection) == NEWEST:
            return  # made by whom this waited for
    _migrate(connection)


def _migrate(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    scripts = ScriptDirectory(str(SCRIPTS))
    steps = EnvironmentContext(Config(), scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision))
    try:
        with steps as environment:
            environment.configure(connection=connection)
            environment.run_migrations()
    except CommandError:
        raise GraderError("This gradebook was made by a newer grader; update this one.") from None


def _version(connection: Connection) -> str | None:
    """Which migration the tables have; asked without Alembic, which takes longer to import than all the rest."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
