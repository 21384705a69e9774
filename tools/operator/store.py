"""Where the operator keeps sessions, the notifications it owes, and its own secrets.

Whatever a call was answered with has been committed before, so a killed process forgets nothing
that it acknowledged. SQLite is written by one transaction at a time; PostgreSQL serialises those
that concern the same device or session.
"""

import json
import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from camara_qod.tools.camara.models import StatusInfo
from camara_qod.tools.errors import QodError, SettingsError, Unavailable
from camara_qod.tools.operator.session import Session

_META = MetaData()
_SESSIONS = Table(
    "sessions",
    _META,
    Column("session_id", String(36), primary_key=True),
    Column("client", String(256), nullable=False),
    Column("request", JSON, nullable=False),
    Column("duration", Integer, nullable=False),
    Column("available_at", Float),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("reason", String(32)),
    Column("due", Float),
    Column("credential", JSON),
    Index("sessions_due", "due"),
)
_IDENTIFIERS = Table(
    "identifiers",
    _META,
    Column("session_id", String(36), primary_key=True),
    Column("key", String(128), primary_key=True),
    Index("identifiers_key", "key"),
)
_EVENTS = Table(
    "events",
    _META,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(36), nullable=False),
    Column("sink", Text, nullable=False),
    Column("credential", JSON),
    Column("body", JSON, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Float, nullable=False, default=0),
    Index("events_session", "session_id", "number"),
    # A number stands for one notification for good: who delivers it settles no other.
    sqlite_autoincrement=True,
)
_FACTS = Table(
    "facts",
    _META,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

_SPENT = Table(
    "spent",
    _META,
    Column("digest", String(64), primary_key=True),
    Column("until", Float, nullable=False),
    Index("spent_until", "until"),
)

_INSERT_SESSION = insert(_SESSIONS)
_INSERT_IDENTIFIERS = insert(_IDENTIFIERS)
_INSERT_EVENT = insert(_EVENTS)
# A session that is read stays as it was read until the transaction ends (SQLite has one at a time).
_BY_ID = (
    select(_SESSIONS).where(_SESSIONS.c.session_id == bindparam("session_id")).with_for_update()
)
_KEYS_OF = select(_IDENTIFIERS.c.key).where(_IDENTIFIERS.c.session_id == bindparam("session_id"))
_BY_KEYS = (
    select(_SESSIONS)
    .where(
        _SESSIONS.c.session_id.in_(
            select(_IDENTIFIERS.c.session_id).where(
                _IDENTIFIERS.c.key.in_(bindparam("keys", expanding=True))
            )
        )
    )
    .order_by(_SESSIONS.c.started_at.nulls_last(), _SESSIONS.c.session_id)
    .with_for_update()
)
# Whoever holds one that is due settles it.
_DUE = (
    select(_SESSIONS)
    .where(_SESSIONS.c.due <= bindparam("now"))
    .order_by(_SESSIONS.c.due)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_UPDATE = (
    update(_SESSIONS)
    .where(_SESSIONS.c.session_id == bindparam("b_session_id"))
    .values(
        duration=bindparam("duration"),
        available_at=bindparam("available_at"),
        started_at=bindparam("started_at"),
        ended_at=bindparam("ended_at"),
        reason=bindparam("reason"),
        due=bindparam("due"),
    )
)
_DELETE_SESSION = delete(_SESSIONS).where(_SESSIONS.c.session_id == bindparam("session_id"))
_DELETE_IDENTIFIERS = delete(_IDENTIFIERS).where(
    _IDENTIFIERS.c.session_id == bindparam("session_id")
)
_FIRST_OF_EACH = select(func.min(_EVENTS.c.number)).group_by(_EVENTS.c.session_id)
_OWED = (
    select(_EVENTS)
    .where(
        _EVENTS.c.number.in_(_FIRST_OF_EACH),
        _EVENTS.c.next_at <= bindparam("now"),
        _EVENTS.c.sink.not_in(bindparam("busy", expanding=True)),
    )
    .order_by(_EVENTS.c.number)
    .limit(bindparam("count"))
)


class Store:
    """The operator's memory.

    Args:
        url: SQLAlchemy URL, such as `sqlite:///mock.db` or `postgresql+psycopg://…`.

    Raises:
        SettingsError: the URL is none.
        Unavailable: there is no such database, or it cannot be written, or it has other tables
            of these names.
    """

    def __init__(self, url: str = "sqlite://") -> None:
        self._lock = threading.RLock()
        try:
            self._engine = _engine(url)
            _META.create_all(self._engine)
            # One connection is all that SQLite can write with; keeping it open saves the pool.
            single = self._engine.dialect.name == "sqlite"
            self._connection = self._engine.connect() if single else None
            self._try()
        except (SQLAlchemyError, ImportError, OSError, ValueError, TypeError) as error:
            raise _unusable(url, error) from error

    @contextmanager
    def transaction(self, keys: Iterable[str] = ()) -> Iterator["Transaction"]:
        """A transaction, committed at the end of the block.

        Args:
            keys: devices that nobody else may create a session for meanwhile.
        """
        if self._connection is not None:
            with self._lock, self._connection.begin():
                yield Transaction(self._connection)
            return
        with self._engine.begin() as connection:
            for number in sorted(crc32(key.encode()) for key in keys):
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})
            yield Transaction(connection)

    def _try(self) -> None:
        """Read every table in a transaction that may write: what fails later fails now."""
        with self.transaction() as tx:
            for table in _META.sorted_tables:
                tx.connection.execute(select(table).limit(0))

    def fact(self, name: str, default: str | Callable[[], str]) -> str:
        """A value that was kept under a name; the default is kept where there was none.

        Args:
            name: at most 32 characters.
            default: the value, or what makes it where it is needed.
        """
        with self.transaction() as tx:
            found = tx.connection.execute(select(_FACTS.c.value).where(_FACTS.c.name == name))
            value = found.scalar()
            if value is None:
                value = default() if callable(default) else default
                tx.connection.execute(insert(_FACTS).values(name=name, value=value))
            return str(value)

    def keep_fact(self, name: str, value: str) -> None:
        """Change a kept value."""
        self.fact(name, value)
        with self.transaction() as tx:
            tx.connection.execute(update(_FACTS).where(_FACTS.c.name == name).values(value=value))

    def signing_key(self) -> str:
        """The secret that tokens are signed with; it outlives the process, as tokens do."""
        return self.fact("signing_key", secrets.token_urlsafe(48))

    def demo_secret(self) -> str:
        """The secret of the client `demo`; who has once copied it need not do so again."""
        return self.fact("demo_secret", lambda: secrets.token_urlsafe(16))

    def spend(self, token: str, until: float, now: float) -> bool:
        """Note what may be used only once.

        Args:
            token: what it is; only a digest is kept.
            until: when it could not be used any more anyway, seconds since the epoch.
            now: the same; what has passed is forgotten.

        Returns:
            Whether it is new.
        """
        digest = sha256(token.encode()).hexdigest()
        try:
            with self.transaction() as tx:
                tx.connection.execute(delete(_SPENT).where(_SPENT.c.until <= now))
                tx.connection.execute(insert(_SPENT).values(digest=digest, until=until))
        except IntegrityError:
            return False
        return True

    def close(self) -> None:
        """Give the connections back."""
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()


class Transaction:
    """What can be done in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, session: Session, keys: list[str], credential: dict[str, Any] | None) -> None:
        """Keep a new session, found by the keys of its device."""
        row = _row(session) | {
            "session_id": session.session_id,
            "client": session.client,
            "request": session.request,
            "credential": credential,
        }
        self.connection.execute(_INSERT_SESSION, row)
        self.connection.execute(
            _INSERT_IDENTIFIERS,
            [{"session_id": session.session_id, "key": key} for key in dict.fromkeys(keys)],
        )

    def get(self, session_id: str) -> Session | None:
        """A session."""
        row = self.connection.execute(_BY_ID, {"session_id": session_id}).first()
        return None if row is None else _session(row)

    def keys(self, session_id: str) -> set[str]:
        """The keys of a session's device."""
        return set(self.connection.scalars(_KEYS_OF, {"session_id": session_id}))

    def of_device(self, keys: list[str]) -> list[Session]:
        """All sessions of a device, the newest last."""
        rows = self.connection.execute(_BY_KEYS, {"keys": list(keys)})
        return [_session(row) for row in rows]

    def due(self, now: float, count: int) -> list[Session]:
        """Sessions that the clock changes."""
        return [
            _session(row) for row in self.connection.execute(_DUE, {"now": now, "count": count})
        ]

    def change(self, session: Session) -> None:
        """Keep the new state of a session."""
        self.connection.execute(_UPDATE, {"b_session_id": session.session_id} | _row(session))

    def remove(self, session_id: str) -> None:
        """Forget a session; notifications about it are still delivered."""
        self.connection.execute(_DELETE_SESSION, {"session_id": session_id})
        self.connection.execute(_DELETE_IDENTIFIERS, {"session_id": session_id})

    def owe(self, session: Session, body: dict[str, Any]) -> None:
        """Put a notification into the outbox."""
        row = self.connection.execute(
            select(_SESSIONS.c.credential).where(_SESSIONS.c.session_id == session.session_id)
        ).first()
        self.connection.execute(
            _INSERT_EVENT,
            {
                "session_id": session.session_id,
                "sink": session.request["sink"],
                "credential": row.credential if row else None,
                "body": body,
            },
        )

    def owed(self, now: float, count: int, busy: Collection[str] = ()) -> list[Row[Any]]:
        """For each session the oldest notification not yet delivered, where its time has come.

        Args:
            now: seconds since the epoch.
            count: how many at most.
            busy: sinks that are left out.
        """
        parameters = {"now": now, "count": count, "busy": list(busy)}
        return list(self.connection.execute(_OWED, parameters))

    def next_owed(self) -> float | None:
        """When the next delivery is to be tried."""
        value = self.connection.execute(
            select(func.min(_EVENTS.c.next_at)).where(_EVENTS.c.number.in_(_FIRST_OF_EACH))
        ).scalar()
        return None if value is None else float(value)

    def retry(self, number: int, attempts: int, next_at: float) -> None:
        """A delivery did not succeed."""
        self.connection.execute(
            update(_EVENTS)
            .where(_EVENTS.c.number == number)
            .values(attempts=attempts, next_at=next_at)
        )

    def delivered(self, number: int) -> None:
        """A delivery is done."""
        self.connection.execute(delete(_EVENTS).where(_EVENTS.c.number == number))

    def drop(self, session_id: str) -> None:
        """Nobody wants notifications about a session any more."""
        self.connection.execute(delete(_EVENTS).where(_EVENTS.c.session_id == session_id))


def _row(session: Session) -> dict[str, Any]:
    return {
        "duration": session.duration,
        "available_at": session.available_at,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "reason": session.reason.value if session.reason else None,
        "due": session.due,
    }


def _session(row: Row[Any]) -> Session:
    return Session(
        session_id=row.session_id,
        client=row.client,
        request=row.request,
        duration=row.duration,
        available_at=row.available_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        reason=StatusInfo(row.reason) if row.reason else None,
    )


def _engine(url: str) -> Engine:
    # What a statement is about is personal data, and errors end in logs.
    options: dict[str, Any] = {"json_serializer": _compact, "hide_parameters": True}
    if not url.startswith("sqlite"):
        return create_engine(url, **options)
    engine = create_engine(
        url, poolclass=StaticPool, connect_args={"check_same_thread": False}, **options
    )

    _make_private(url)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says so
        # A write-ahead log survives a killed process without waiting for the disk at each commit.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _make_private(url: str) -> None:
    """A new file is its owner's alone, and so are those that SQLite lays beside it: it has secrets.

    Raises:
        OSError: it cannot be made.
    """
    file = make_url(url).database
    if file and file != ":memory:" and not file.startswith("file:"):
        Path(file).touch(mode=0o600)


def _unusable(url: str, error: Exception) -> QodError:
    wrong = isinstance(error, ArgumentError | ValueError | TypeError)
    kind = SettingsError if wrong else Unavailable
    told = getattr(error, "strerror", None) or str(error)
    reason = next(iter(told.splitlines()), type(error).__name__)
    return kind(
        f"The database {_without_password(url)} cannot be used ({reason}): give --database the "
        "SQLAlchemy URL of one that can be written, such as sqlite:///mock.db."
    )


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at else url
