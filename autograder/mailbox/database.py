"""The mailbox's database: transactions on SQLite or PostgreSQL, and its refusals in plain words. Knows no table.

SQLite keeps a write-ahead log, so that pages are read while a submission is written, and forces each transaction to the
disk before it answers. Writers of one process stand in a line instead of waking one another up.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from autograder.mailbox.tables import metadata

WAIT_S = 30  # for another process that writes; a connection to PostgreSQL is waited for a third of it


class DatabaseAwayError(ConnectionError):
    """The database does not answer, and nothing was recorded; the message is one sentence with the way out."""


class DiskFullError(OSError):
    """There is no room, and nothing was recorded; the message is one sentence with the way out."""

    def __init__(self) -> None:
        super().__init__(
            "the server's disk is full and nothing was recorded: tell your instructor, and hand in again later"
        )


class Database:
    """Transactions on one database; `url` is SQLAlchemy's, `sqlite:///FILE` or `postgresql+psycopg://...`."""

    def __init__(self, url: str) -> None:
        """Open it and make the tables that are not there. Raises DatabaseAwayError, and ValueError for no URL."""
        self.url = url
        self._engine = _engine(url)
        self._line = threading.Lock() if self.is_sqlite else _NoLine()
        with _refusals(url):
            metadata.create_all(self._engine, checkfirst=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of this machine."""
        return bool(self._engine.dialect.name == "sqlite")

    @contextmanager
    def reading(self, one_moment: bool = False) -> Iterator[Connection]:
        """Give a transaction that only reads; with `one_moment` all it reads is of one. Raises DatabaseAwayError."""
        repeatable = one_moment and not self.is_sqlite  # there each transaction is
        engine = self._engine.execution_options(isolation_level="REPEATABLE READ") if repeatable else self._engine
        with _refusals(self.url), engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is committed at the end, whole or not. Raises DatabaseAwayError, DiskFullError."""
        engine = self._engine.execution_options(writes=True)
        with _refusals(self.url), self._line, engine.begin() as connection:
            yield connection

    def tables(self) -> list[str]:
        """Return the names of the tables that are there."""
        with _refusals(self.url):
            return sorted(inspect(self._engine).get_table_names())

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


class _NoLine:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def masked(url: str) -> str:
    """Return an URL without its password."""
    return re.sub(r"//([^:/@]*):[^@]*@", r"//\1:***@", url)


def _engine(url: str) -> Any:
    try:
        kind = make_url(url).get_backend_name()
        if kind == "sqlite":
            engine = create_engine(url, connect_args={"timeout": WAIT_S, "check_same_thread": False}, pool_size=10)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        if kind == "postgresql":
            wait = {"connect_timeout": WAIT_S // 3}
            return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=wait)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ValueError(f"{masked(url)} cannot be opened: {error}") from error
    raise ValueError(f"the mailbox keeps its tables in SQLite or PostgreSQL, got {masked(url)}")


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Half a megabyte of pages a connection: the system keeps the file in memory once for all of them."""
    connection.isolation_level = None  # `_begin_sqlite` begins
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -500"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _refusals(url: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _is_full(error):
            raise DiskFullError from error
        if not _is_away(error):
            raise
        raise DatabaseAwayError(_AWAY) from error
    except SQLAlchemyError as error:
        if "QueuePool" not in str(error):
            raise
        raise DatabaseAwayError(_AWAY) from error


_AWAY = "the mailbox's database does not answer and nothing was recorded: hand in again in a minute, twice does no harm"


def _is_full(error: DBAPIError) -> bool:
    said = str(error.orig)
    return "is full" in said or "No space left" in said or getattr(error.orig, "sqlstate", "") == "53100"


def _is_away(error: DBAPIError) -> bool:
    """No connection, a lost one, a server that is going down, or a file that is locked, closed or not there."""
    state = getattr(error.orig, "sqlstate", None) or ""
    lost = error.connection_invalidated or state[:2] in ("08", "53", "57")
    return lost or type(error).__name__ in ("OperationalError", "InterfaceError")
