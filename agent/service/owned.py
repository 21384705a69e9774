"""The operator's sessions as one caller may see them: its own.

The service calls the operator with one account for all. Whose a session is, is noted before its
creation is acknowledged; to everybody else it does not exist.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from camara_qod.agent.service.callers import LOCAL
from camara_qod.agent.service.database import SESSIONS, Database
from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.errors import NotFound
from camara_qod.tools.camara.models import (
    CreateSession,
    ExtendSessionDuration,
    RetrieveSessionsInput,
    SessionInfo,
)
from camara_qod.tools.errors import OutcomeUnknown, QodError
from camara_qod.tools.recovery import is_for


@dataclass
class Acting:
    """For whom calls are made, and in which conversation.

    Attributes:
        owner: the caller.
        conversation: its id.
        lost: body of a `createSession` whose answer was lost: while it is looked up whether the
            operator carried it out, a session that it may have made, and that is nobody's, is the
            caller's.
    """

    owner: str
    conversation: str
    lost: Mapping[str, Any] | None = None


_ACTING: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting(for_whom: Acting) -> Iterator[None]:
    """Calls inside are made for a caller."""
    token = _ACTING.set(for_whom)
    try:
        yield
    finally:
        _ACTING.reset(token)


def conversation() -> str | None:
    """In which conversation calls are made, if in one."""
    whom = _ACTING.get()
    return whom.conversation if whom else None


@contextmanager
def claiming(lost: Mapping[str, Any] | None) -> Iterator[None]:
    """Calls inside look up what became of a `createSession` that was cut off.

    Args:
        lost: its body; `None` where none was.
    """
    whom = _ACTING.get()
    if whom is None:
        yield
        return
    whom.lost = lost
    try:
        yield
    finally:
        whom.lost = None


class OwnedClient:
    """A client of the operator that knows whose each session is.

    Calls that are made for nobody, and those of this machine where no authentication is asked for,
    see all.

    Args:
        client: makes the calls.
        database: knows whose sessions are.
    """

    def __init__(self, client: QodClient, database: Database) -> None:
        self._client = client
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def create_session(self, body: CreateSession, **options: Any) -> SessionInfo:
        """Make one; it is the caller's before anybody is told of it."""
        try:
            made = self._client.create_session(body, **options)
        except OutcomeUnknown:
            if (whom := _ACTING.get()) is not None:
                whom.lost = body.wire()  # what follows is to find out whether it was made
            raise
        self._note([str(made.session_id)])
        return made

    def get_session(self, session_id: UUID | str, **options: Any) -> SessionInfo:
        """One of the caller's."""
        self._check(session_id)
        return self._client.get_session(session_id, **options)

    def delete_session(self, session_id: UUID | str, **options: Any) -> None:
        """End one of the caller's."""
        self._check(session_id)
        self._client.delete_session(session_id, **options)
        gone = update(SESSIONS).where(SESSIONS.c.session_id == str(session_id).lower())
        # It is deleted all the same where this cannot be noted.
        with suppress(SQLAlchemyError), self._database.begin() as connection:
            connection.execute(gone.values(ended=True))

    def extend_qos_session_duration(
        self, session_id: UUID | str, body: ExtendSessionDuration, **options: Any
    ) -> SessionInfo:
        """Prolong one of the caller's."""
        self._check(session_id)
        return self._client.extend_qos_session_duration(session_id, body, **options)

    def retrieve_sessions_by_device(
        self, body: RetrieveSessionsInput, **options: Any
    ) -> list[SessionInfo]:
        """The caller's sessions of a device."""
        found = self._client.retrieve_sessions_by_device(body, **options)
        whom = _ACTING.get()
        if whom is None:
            return found
        owners = self._owners([_id(item) for item in found])
        if whom.lost is not None:
            made = [item for item in found if _id(item) not in owners and is_for(item, whom.lost)]
            self._note([_id(item) for item in made])
            owners |= {_id(item): {whom.owner} for item in made}
        every = _filtered() is None
        return [item for item in found if every or whom.owner in owners.get(_id(item), ())]

    def _check(self, session_id: UUID | str) -> None:
        """Refuse a session that is not the caller's, as the operator refuses one that is not."""
        whom = _filtered()
        if whom is None:
            return
        owners = self._owners([str(session_id).lower()]).get(str(session_id).lower(), set())
        if whom.owner not in owners:
            raise NotFound(404, "NOT_FOUND", "The specified resource is not found.")

    def _owners(self, sessions: list[str]) -> dict[str, set[str]]:
        columns = SESSIONS.c
        query = select(columns.session_id, columns.owner).where(columns.session_id.in_(sessions))
        found: dict[str, set[str]] = {}
        with self._database.reading() as connection:
            for session_id, owner in connection.execute(query):
                found.setdefault(session_id, set()).add(owner)
        return found

    def _note(self, sessions: list[str]) -> None:
        whom = _ACTING.get()
        if whom is None:
            return
        row = {"owner": whom.owner, "conversation": whom.conversation, "noted": time.time()}
        owners = self._owners(sessions)
        new = [
            row | {"session_id": name, "ended": False}
            for name in sessions
            if whom.owner not in owners.get(name, ())
        ]
        if new:
            with self._database.begin() as connection:
                connection.execute(insert(SESSIONS), new)


class Unowned:
    """In place of a client that does not know whose each session is: it calls nothing.

    Args:
        client: to be closed in the end.
    """

    def __init__(self, client: AsyncQodClient) -> None:
        self._client = client

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    def __getattr__(self, name: str) -> Any:
        raise QodError(
            f"`{name}` would be called for all callers at once: sessions have owners here, which "
            "only the synchronous client knows."
        )


def _filtered() -> Acting | None:
    """For whom sessions are told apart; `None`: for nobody."""
    whom = _ACTING.get()
    return None if whom is None or whom.owner == LOCAL.id else whom


def _id(session: SessionInfo) -> str:
    return str(session.session_id).lower()
