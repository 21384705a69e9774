"""The service's tables, in SQLite or PostgreSQL, brought up to date by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import (
    JSON,
    URL,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from camara_qod.agent.stores import place_of, reason
from camara_qod.tools.errors import SettingsError, Unavailable

META = MetaData()

#: API keys: of the secret only its hash.
KEYS = Table(
    "keys",
    META,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("created", Float, nullable=False),
    Column("revoked", Float),
)
#: Conversations: whose they are, and which process works on one at the moment, and until when.
CONVERSATIONS = Table(
    "conversations",
    META,
    Column("id", String(36), primary_key=True),
    Column("owner", String(300), nullable=False),
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("holder", String(36)),
    Column("held_until", Float, nullable=False, default=0),
    Index("conversations_owner", "owner", "updated"),
)
#: Sessions at the operator that a caller's conversations have made or named.
SESSIONS = Table(
    "sessions",
    META,
    Column("owner", String(300), primary_key=True),
    Column("session_id", String(36), primary_key=True),
    Column("conversation", String(36), nullable=False),
    Column("noted", Float, nullable=False),
    Column("ended", Boolean, nullable=False, default=False),
)
#: Answers to calls that named an `Idempotency-Key`; `status` is empty while one is on its way.
ANSWERS = Table(
    "answers",
    META,
    Column("owner", String(300), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("created", Float, nullable=False),
    Column("seen", Integer),
    Column("status", Integer),
    Column("body", Text),
    Index("answers_created", "created"),
)

#: What the user knows the place of these tables by.
NAMED = "--database or QOD_SERVE_DATABASE"
_MIGRATIONS = Path(__file__).parent / "migrations"
#: Execution option of a connection.
_READS = "only_reads"


class Database:
    """A database that is up to date.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER@HOST/DATABASE`.

    Raises:
        SettingsError: the URL does not hold.
        Unavailable: it cannot be opened, or is of a newer version.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        with self.explained(), self.engine.connect() as connection:
            _migrate(connection)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Failures inside, for somebody at a command line.

        Raises:
            Unavailable: whatever went wrong, and what to do.
        """
        try:
            yield
        except CommandError as error:
            raise Unavailable(
                f"The database {place_of(self.url)} is of a newer version of camara-qod: update "
                f"this one, or name another database with {NAMED}."
            ) from error
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(
                f"The database {place_of(self.url)} cannot be used ({_reason(error, self.url)}): "
                f"see to it that it answers and may be written to, or name another with {NAMED}."
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads; it waits for nobody who writes."""
        with self.engine.connect() as connection:
            connection.execution_options(**{_READS: True})
            with connection.begin():
                yield connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction; it is committed unless an error leaves it."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    """The engine. Callers' words stand in parameters: no error, and so no log, repeats them."""
    try:
        made = _parsed(url)
        name = made.get_backend_name()
        if name not in ("sqlite", "postgresql"):
            raise ArgumentError(f"it is for {name}")
        if name == "postgresql":
            made = made.set(drivername="postgresql+psycopg")
            return create_engine(made, pool_pre_ping=True, hide_parameters=True)
        if made.database:
            Path(made.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(made, connect_args={"timeout": 30}, hide_parameters=True)
        event.listen(engine, "connect", _of_sqlite)
        event.listen(engine, "begin", _begun)
    except (ArgumentError, ImportError, OSError, ValueError) as error:
        raise SettingsError(
            f"The database {place_of(url)} cannot be used ({_reason(error, url)}): set {NAMED} to "
            "sqlite:///FILE or postgresql://USER@HOST/DATABASE (with pip install "
            "'camara-qod[postgresql]')."
        ) from error
    return engine


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ValueError as error:  # its text may hold a part of the password
        raise ArgumentError("its port is no number") from error


def _of_sqlite(connection: object, record: object) -> None:
    """Readers do not wait for the writer; what is committed is on the disk."""
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begun(connection: Connection) -> None:
    """Who writes waits for its turn at once, for it could not get it later in a transaction."""
    reads = connection.get_execution_options().get(_READS)
    connection.execute(text("BEGIN" if reads else "BEGIN IMMEDIATE"))


def _migrate(connection: Connection) -> None:
    """Bring the tables up to date; two processes that begin at once do it one after the other."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(20261130)"))
        command.upgrade(config, "head")


def _reason(error: Exception, url: str) -> str:
    """What the driver says, where SQLAlchemy tells of it."""
    return reason(getattr(error, "orig", None) or error, url)
