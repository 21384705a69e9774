"""API keys: made, listed, revoked, and told by.

A key is `qod_<id>_<secret>`. Its id is public and names it in lists; of its secret only a hash is
kept. Each call looks its key up: by the table's primary key that is cheap beside any answer, and
what is not cached cannot outlive its revocation in another process.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from camara_qod.agent.service.callers import SCOPES, Caller, unauthenticated
from camara_qod.agent.service.database import KEYS, Database
from camara_qod.agent.service.settings import database_url, load_service_settings
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.settings import load_settings

_PREFIX = "qod_"
_FORM = re.compile(r"qod_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_ID_BYTES, _SECRET_BYTES = 6, 32
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Key:
    """What is known of a key.

    Attributes:
        id: its public part.
        name: for people.
        scopes: some of `SCOPES`.
        created: seconds since 1970.
        revoked: the same; `None` while it holds.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    created: float
    revoked: float | None


class Keys:
    """The keys of a database; one way of telling who calls.

    Args:
        database: keeps them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, scopes: Iterable[str]) -> str:
        """Make a key.

        Args:
            name: for people.
            scopes: what it may; none includes another.

        Returns:
            The key; it cannot be had again.

        Raises:
            SettingsError: the name or a scope does not hold.
        """
        asked = set(scopes)
        _check(name, asked)
        made, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        row = {"id": made, "name": name, "hash": _hash(secret), "created": time.time()}
        row["scopes"] = [scope for scope in SCOPES if scope in asked]
        with self._database.begin() as connection:
            connection.execute(insert(KEYS).values(row))
        return f"{_PREFIX}{made}_{secret}"

    def all(self) -> list[Key]:
        """Every key that was made, the oldest first; revoked ones too."""
        columns = KEYS.c
        query = select(
            columns.id, columns.name, columns.scopes, columns.created, columns.revoked
        ).order_by(columns.created)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Key(row.id, row.name, tuple(row.scopes), row.created, row.revoked) for row in rows]

    def revoke(self, name: str) -> None:
        """Have a key refused from the next call on; one that is revoked stays so.

        Args:
            name: its id.

        Raises:
            SettingsError: there is none of this id.
        """
        # Who gives the whole key means its id; its secret is not repeated.
        name = name.removeprefix(_PREFIX).partition("_")[0]
        if name not in {key.id for key in self.all()}:
            raise SettingsError(f"There is no key {name[:40]}: `qod keys list` shows their ids.")
        mine = update(KEYS).where(KEYS.c.id == name, KEYS.c.revoked.is_(None))
        with self._database.begin() as connection:
            connection.execute(mine.values(revoked=time.time()))

    def caller(self, token: str) -> Caller | None:
        """Who has a key; `None` where the token is no key.

        Raises:
            Problem: 401, it is forged, unknown or revoked; which of them is not told.
        """
        if not token.startswith(_PREFIX):
            return None
        parts = _FORM.fullmatch(token)
        found = self._held(*parts.groups()) if parts else None
        if found is None:
            raise unauthenticated("The API key is none that is known here, or it was revoked.")
        return found

    def _held(self, name: str, secret: str) -> Caller | None:
        columns = KEYS.c
        query = select(columns.name, columns.scopes, columns.hash, columns.revoked)
        with self._database.reading() as connection:
            row = connection.execute(query.where(columns.id == name)).one_or_none()
        if row is None or not hmac.compare_digest(row.hash, _hash(secret)):
            return None
        return None if row.revoked else Caller(f"key:{name}", frozenset(row.scopes), row.name)


@contextmanager
def opened_keys(database: str | None = None) -> Iterator[Keys]:
    """The keys of the database that `qod serve` uses.

    Args:
        database: its URL, where it is not the configured one.

    Raises:
        SettingsError: the URL does not hold.
        Unavailable: it cannot be opened, or takes no more.
    """
    settings = load_service_settings(database=database)
    opened = Database(database_url(settings, load_settings().cache_dir))
    try:
        with opened.explained():
            yield Keys(opened)
    finally:
        opened.close()


def _hash(secret: str) -> str:
    """What is kept of a secret.

    A slow hash is for passwords, of which many can be tried; nobody tries 2^256 random secrets,
    however fast each is, and a slow hash would only be paid for at each call.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(name: str, scopes: set[str]) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise SettingsError(f"A key's name is one line of 1 to {_LONGEST_NAME} characters.")
    if wrong := sorted(scopes.difference(SCOPES)):
        raise SettingsError(f"A scope is {', '.join(SCOPES)}, and not {wrong[0]}.")
    if not scopes:
        raise SettingsError(f"A key needs a scope: {', '.join(SCOPES)}.")
