"""Where conversations are kept: LangGraph checkpointers by URL, with errors in a sentence."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.sqlite import SqliteSaver

from camara_qod.agent.stores import DamagedStore, StoreError, place_of, reason
from camara_qod.tools.errors import SettingsError, Unavailable
from camara_qod.tools.settings import QodSettings

_SQLITE = "sqlite:///"
#: Names the lock of this module in PostgreSQL.
_LOCK = 20_261_124
_POSTGRESQL = ("postgresql://", "postgres://")
#: Most connections of a process to PostgreSQL, and seconds to wait for one.
_CONNECTIONS = 8
_PATIENCE = 10.0


@contextmanager
def open_checkpointer(
    settings: QodSettings, named: str = "QOD_CONVERSATIONS"
) -> Iterator[BaseCheckpointSaver[Any]]:
    """The configured checkpointer, ready for use; each failure of its store is a `StoreError`.

    Args:
        settings: their `conversations` are where.
        named: what the user knows that by.

    Raises:
        SettingsError: the URL is of no known kind, or does not hold.
        StoreError: the place cannot be opened.
    """
    url = settings.conversations or f"{_SQLITE}{settings.cache_dir / 'conversations.db'}"
    if url.startswith(_SQLITE):
        with _sqlite(url.removeprefix(_SQLITE), named) as saver:
            yield saver
    elif url.startswith(_POSTGRESQL):
        with _postgresql(url, named) as saver:
            yield saver
    else:
        raise SettingsError(
            f"{named} is neither sqlite:///FILE nor postgresql://USER@HOST/DATABASE."
        )


@dataclass(frozen=True)
class _Store:
    """A place, and how its failures are told.

    Attributes:
        place: for people, without credentials.
        named: the option or variable that it comes from.
        failures: what its driver raises.
        url: whose credentials no failure is to repeat.
    """

    place: str
    named: str
    failures: tuple[type[Exception], ...]
    url: str = ""

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Failures of the store in a sentence."""
        try:
            yield
        except self.failures as error:
            raise StoreError(
                f"Conversations cannot be kept in {self.place} ({reason(error, self.url)}): see to "
                f"it that it answers, has room and may be written to, or set {self.named} to "
                "another place."
            ) from error

    @contextmanager
    def readable(self) -> Iterator[None]:
        """The same where something is read, which may have been damaged."""
        with self.explained():
            try:
                yield
            except (ValueError, TypeError, LookupError, NotImplementedError) as error:
                raise DamagedStore(
                    f"What is kept of a conversation in {self.place} is damaged "
                    f"({reason(error)}): begin a new one without --resume, or set {self.named} to "
                    "another place."
                ) from error


class _Explained(BaseCheckpointSaver[Any]):
    """Mixed into a checkpointer: its failures are those of its `store`."""

    store: _Store

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        with self.store.readable():
            found = super().get_tuple(config)
            return None if found is None else _whole(found)

    def list(self, *given: Any, **options: Any) -> Iterator[CheckpointTuple]:
        with self.store.readable():
            yield from map(_whole, super().list(*given, **options))

    def put(self, *given: Any, **options: Any) -> RunnableConfig:
        with self.store.explained():
            return super().put(*given, **options)

    # LangGraph looks at the arguments of this one.
    def put_writes(
        self, config: RunnableConfig, writes: Any, task_id: str, task_path: str = ""
    ) -> None:
        with self.store.explained():
            super().put_writes(config, writes, task_id, task_path)

    def delete_thread(self, thread_id: str) -> None:
        with self.store.explained():
            super().delete_thread(thread_id)


def _whole(found: CheckpointTuple) -> CheckpointTuple:
    """What was read, unless it is something else: damage may still be a value."""
    if not isinstance(found.checkpoint, dict):
        raise TypeError("it is no checkpoint")
    return found


class _SqliteSaver(_Explained, SqliteSaver):
    """SQLite's, explained."""


@contextmanager
def _sqlite(place: str, named: str) -> Iterator[SqliteSaver]:
    store = _Store(place or "memory", named, (OSError, sqlite3.Error))
    with store.explained():
        if place:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        # Two conversations at once write in turn.
        connection = sqlite3.connect(place or ":memory:", check_same_thread=False, timeout=30)
    with closing(connection):
        saver = _SqliteSaver(connection)
        saver.store = store
        with store.explained():
            saver.setup()
        yield saver


@contextmanager
def _postgresql(url: str, named: str) -> Iterator[BaseCheckpointSaver[Any]]:
    """A pool of connections, each looked at before it is used: a restarted database is found again.

    A connection of its own makes the tables: what is wrong with the database is told at once.
    """
    try:
        import psycopg
        from langgraph.checkpoint.postgres import PostgresSaver
        from psycopg.conninfo import conninfo_to_dict
        from psycopg.rows import dict_row
        from psycopg_pool import ConnectionPool
    except ImportError as error:
        raise Unavailable(
            "PostgreSQL needs a driver: pip install 'camara-qod[postgresql]'."
        ) from error

    class Saver(_Explained, PostgresSaver):
        """PostgreSQL's, explained."""

    options: dict[str, Any] = {
        "autocommit": True,
        "prepare_threshold": 0,
        "row_factory": dict_row,
    }
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise SettingsError(
            f"{named} is no URL of a database ({reason(error, url)}): give "
            "postgresql://USER@HOST/DATABASE."
        ) from error
    store = _Store(place_of(url), named, (psycopg.Error,), url)
    with store.explained():
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
            saver = Saver(pool)
            saver.store = store
            yield saver


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
