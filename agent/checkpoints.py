"""Where conversations are kept: LangGraph checkpointers by URL."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite import SqliteSaver

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.settings import QodSettings

_SQLITE = "sqlite:///"
#: Names the lock of this module in PostgreSQL.
_LOCK = 20_261_124
_POSTGRESQL = ("postgresql://", "postgres://")
#: Most connections of a process to PostgreSQL, and seconds to wait for one.
_CONNECTIONS = 8
_PATIENCE = 10.0


@contextmanager
def open_checkpointer(settings: QodSettings) -> Iterator[BaseCheckpointSaver[Any]]:
    """The configured checkpointer, ready for use.

    Raises:
        SettingsError: the URL is of no known kind, or the place cannot be opened.
    """
    url = settings.conversations or f"{_SQLITE}{settings.cache_dir / 'conversations.db'}"
    if url.startswith(_SQLITE):
        with _sqlite(url.removeprefix(_SQLITE)) as saver:
            yield saver
    elif url.startswith(_POSTGRESQL):
        with _postgresql(url) as saver:
            yield saver
    else:
        raise SettingsError(
            "QOD_CONVERSATIONS is neither sqlite:///FILE nor postgresql://USER@HOST/DATABASE."
        )


@contextmanager
def _sqlite(place: str) -> Iterator[SqliteSaver]:
    try:
        if place:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        # Two conversations at once write in turn.
        connection = sqlite3.connect(place or ":memory:", check_same_thread=False, timeout=30)
        saver = SqliteSaver(connection)
        saver.setup()
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(
            f"Conversations cannot be kept in {place} ({error}): set QOD_CONVERSATIONS."
        ) from error
    try:
        yield saver
    finally:
        connection.close()


@contextmanager
def _postgresql(url: str) -> Iterator[BaseCheckpointSaver[Any]]:
    """A pool of connections, each looked at before it is used: a restarted database is found again.

    A connection of its own makes the tables: what is wrong with the database is told at once.
    """
    try:
        import psycopg
        from langgraph.checkpoint.postgres import PostgresSaver
        from psycopg.rows import dict_row
        from psycopg_pool import ConnectionPool
    except ImportError as error:
        raise SettingsError(
            "PostgreSQL needs a driver: pip install 'camara-qod[postgresql]'."
        ) from error
    options: dict[str, Any] = {
        "autocommit": True,
        "prepare_threshold": 0,
        "row_factory": dict_row,
    }
    try:
        with psycopg.connect(url, **options) as connection, _alone(connection):
            PostgresSaver(connection).setup()
        pool: ConnectionPool[Any] = ConnectionPool(
            url,
            kwargs=options,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=_PATIENCE,
            check=ConnectionPool.check_connection,
            open=False,
        )
        with pool:
            yield PostgresSaver(pool)
    except psycopg.OperationalError as error:
        reason = str(error).splitlines()[0]
        raise SettingsError(
            f"The database of QOD_CONVERSATIONS does not answer: {reason}"
        ) from error


@contextmanager
def _alone(connection: Any) -> Iterator[None]:
    """Two processes that begin at once make the tables one after the other.

    The lock is tried and not waited for: building an index concurrently waits for every statement
    that is running, and so for one that waits for the lock.
    """
    while not connection.execute("SELECT pg_try_advisory_lock(%s) AS got", [_LOCK]).fetchone()[
        "got"
    ]:
        time.sleep(0.1)
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def last_thread(saver: BaseCheckpointSaver[Any]) -> str | None:
    """The conversation that was written to last; `None` where there is none."""
    newest = max(saver.list(None, limit=1000), key=lambda item: item.checkpoint["ts"], default=None)
    return None if newest is None else str(newest.config["configurable"]["thread_id"])
