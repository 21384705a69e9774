"""The sessions of conversations as they change, for whoever listens.

While somebody listens to conversations of a caller, one task for that caller asks the operator
every few seconds, however many listen. Listeners wait for its rounds and hold no thread.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from camara_qod.agent.service.database import CONVERSATIONS, SESSIONS, Database
from camara_qod.agent.service.noted import looked_up, remembered
from camara_qod.agent.service.owned import Acting, acting
from camara_qod.tools.errors import QodError
from camara_qod.tools.plugin import QodPlugin

#: Seconds between two looks at the operator.
EVERY = 2.0

#: CAMARA's `SessionInfo` on the wire, by the id of the session.
Sessions = Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Seen:
    """A conversation at one look: its id and times, and its sessions that the operator has."""

    about: Mapping[str, Any]
    sessions: Sessions


#: Conversations by their ids; `None` for one that was forgotten.
Look = Mapping[str, Seen | None]


class Watches:
    """Looks at sessions while somebody listens.

    Args:
        database: knows the conversations and their sessions.
        plugin: its client reaches the operator.
        every: seconds between two looks.
    """

    def __init__(self, database: Database, plugin: QodPlugin, every: float = EVERY) -> None:
        self.every = every
        self._database = database
        self._plugin = plugin
        self._pollers: dict[str, _Poller] = {}
        self._closed = False

    @asynccontextmanager
    async def listening(self, owner: str, conversation: str) -> AsyncIterator["Listener"]:
        """Listen to a conversation of a caller's."""
        poller = self._pollers.get(owner)
        if poller is None or poller.over:
            poller = self._pollers[owner] = _Poller(self, owner)
        poller.join(conversation)
        try:
            yield Listener(poller, conversation)
        finally:
            if poller.leave(conversation) and self._pollers.get(owner) is poller:
                del self._pollers[owner]

    @property
    def watched(self) -> frozenset[str]:
        """The callers for whom the operator is asked."""
        return frozenset(self._pollers)

    @property
    def closed(self) -> bool:
        """Whether all listening ends."""
        return self._closed

    def close(self) -> None:
        """Have all listening end within a round; a signal handler may call it."""
        self._closed = True

    def look(self, owner: str, names: frozenset[str]) -> Look:
        """A caller's conversations as they are now; it asks the operator, and waits.

        Raises:
            QodError: the operator did not say.
            SQLAlchemyError: the database did not.
        """
        abouts, sessions = self._noted(owner, names)
        ids = [session_id for _, session_id in sessions]
        with acting(Acting(owner, "")):
            found = looked_up(self._database, self._plugin.client, owner, ids)
        seen: dict[str, Seen | None] = dict.fromkeys(names)
        for name, about in abouts.items():
            own = [session_id for conversation, session_id in sessions if conversation == name]
            seen[name] = Seen(about, {item: found[item] for item in own if item in found})
        return seen

    def _noted(
        self, owner: str, names: frozenset[str]
    ) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str]]]:
        """Id and times of conversations, and the ids of their sessions, each with its own."""
        ours, theirs = CONVERSATIONS.c, SESSIONS.c
        about = select(ours.id, ours.created, ours.updated).where(
            ours.owner == owner, ours.id.in_(names)
        )
        made = select(theirs.conversation, theirs.session_id).where(
            theirs.owner == owner,
            theirs.conversation.in_(names),
            theirs.ended.is_(False),
            remembered(),
        )
        with self._database.reading() as connection:
            abouts = {row["id"]: dict(row) for row in connection.execute(about).mappings()}
            rows = connection.execute(made.order_by(theirs.noted)).all()
        return abouts, [(row[0], row[1]) for row in rows]


class _Poller:
    """The one that looks for a caller, from the first listener to the last."""

    def __init__(self, watches: Watches, owner: str) -> None:
        self.look: Look = {}
        self.looked = asyncio.Event()  # set with the next look; then there is another
        self.over = False
        self._watches = watches
        self._owner = owner
        self._listeners: Counter[str] = Counter()
        self._wanted = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def join(self, name: str) -> None:
        self._listeners[name] += 1
        self._wanted.set()  # a new listener does not wait for the next round

    def leave(self, name: str) -> bool:
        """One listener less; whether it was the last, and nobody looks any more."""
        self._listeners[name] -= 1
        self._listeners += Counter()  # without those that nobody listens to
        if self._listeners:
            return False
        self.over = True
        self._task.cancel()
        return True

    async def _run(self) -> None:
        try:
            while not self._watches.closed:
                self._wanted.clear()
                names = frozenset(self._listeners)
                with suppress(QodError, SQLAlchemyError):  # the next round may be answered
                    self.look = await run_in_threadpool(self._watches.look, self._owner, names)
                self._tell()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), self._watches.every)
        finally:
            self.over = True
            self._tell()

    def _tell(self) -> None:
        told, self.looked = self.looked, asyncio.Event()
        told.set()


class Listener:
    """One who listens to a conversation."""

    def __init__(self, poller: _Poller, conversation: str) -> None:
        self._poller = poller
        self._conversation = conversation

    async def looks(self) -> AsyncIterator[Seen]:
        """The conversation at each look, until it is forgotten or all listening ends."""
        while not self._poller.over:
            again = self._poller.looked
            if self._conversation in self._poller.look:
                seen = self._poller.look[self._conversation]
                if seen is None:
                    return
                yield seen
            await again.wait()
