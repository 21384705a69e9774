"""The conversations of all callers: whose they are, and that one step of one is made at a time."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from uuid import UUID, uuid4

from langgraph.graph.state import CompiledStateGraph
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from camara_qod.agent.conversation import Conversation
from camara_qod.agent.service import logs
from camara_qod.agent.service.database import CONVERSATIONS, Database
from camara_qod.agent.service.owned import Acting, acting
from camara_qod.agent.service.problems import Problem
from camara_qod.tools.plugin import QodPlugin

#: Seconds that a step is held for without a sign of life; a killed process holds no longer.
HELD = 15.0
_RENEWED_EVERY = HELD / 3
_LOOKED_EVERY = 0.05
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Conversations:
    """Conversations in a database, each with its thread in the agent's checkpointer.

    Several processes may share the database: a conversation that was begun at one goes on at the
    other, and while one makes a step, the other waits.

    Args:
        database: knows whose they are.
        agent: decides and acts; its checkpointer keeps what was said.
        plugin: for finding out what became of a change that was cut off.
        patience: seconds to wait for a step that another call is making.
        step: what each step is made inside of.
    """

    def __init__(
        self,
        database: Database,
        agent: CompiledStateGraph[Any, Any, Any, Any],
        plugin: QodPlugin,
        patience: float = 60.0,
        step: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._database = database
        self._agent = agent
        self._plugin = plugin
        self._patience = patience
        self._step = step

    def begin(self, owner: str, name: UUID | None = None) -> dict[str, Any]:
        """A new conversation, or the one of this id where it was begun before."""
        made = str(name or uuid4())
        now = time.time()
        row = {"id": made, "owner": owner, "created": now, "updated": now, "held_until": 0.0}
        try:
            with self._database.begin() as connection:
                connection.execute(insert(CONVERSATIONS).values(row))
        except IntegrityError:
            return self.about(owner, made)
        return {"id": made, "created": now, "updated": now}

    def about(self, owner: str, name: str) -> dict[str, Any]:
        """Id and times of one.

        Raises:
            Problem: 404, the caller has none of this id.
        """
        # What is no id may hold characters that not every database takes.
        for found in self._rows(owner, CONVERSATIONS.c.id == name) if _ID.fullmatch(name) else ():
            return found
        raise unknown(name)

    def all(self, owner: str) -> list[dict[str, Any]]:
        """Id and times of the caller's, the newest first."""
        return self._rows(owner)

    def forget(self, owner: str, name: str) -> None:
        """Remove one with all that was said; sessions at the operator stay.

        Raises:
            Problem: 404, the caller has none of this id.
        """
        with self.held(owner, name):
            self._agent.checkpointer.delete_thread(name)  # type: ignore[union-attr]
            with self._database.begin() as connection:
                connection.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.id == name))

    def read(self, owner: str, name: str) -> Conversation:
        """One as it is, for looking.

        Raises:
            Problem: 404, the caller has none of this id.
        """
        self.about(owner, name)
        return Conversation(self._agent, self._plugin, name)

    @contextmanager
    def held(self, owner: str, name: str) -> Iterator[Conversation]:
        """One for a step; nobody else makes one meanwhile.

        Raises:
            Problem: 404, the caller has none of this id; 409, another call holds it for too long.
        """
        conversation = self.read(owner, name)
        holder = str(uuid4())
        self._take(name, holder)
        done = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(name, holder, done), daemon=True)
        renewing.start()
        try:
            with self._step(), acting(Acting(owner, name)):
                yield conversation
        finally:
            done.set()
            renewing.join()
            self._give(name, holder)

    def _rows(self, owner: str, *which: Any) -> list[dict[str, Any]]:
        columns = CONVERSATIONS.c
        query = select(columns.id, columns.created, columns.updated)
        query = query.where(columns.owner == owner, *which)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(columns.updated.desc()).limit(100))
            return [dict(row) for row in rows.mappings()]

    def _take(self, name: str, holder: str) -> None:
        until = time.monotonic() + self._patience
        columns = CONVERSATIONS.c
        while True:
            now = time.time()
            free = or_(columns.holder.is_(None), columns.held_until < now)
            take = update(CONVERSATIONS).where(columns.id == name, free)
            with self._database.begin() as connection:
                taken = connection.execute(take.values(holder=holder, held_until=now + HELD))
            if taken.rowcount:
                return
            if time.monotonic() > until:
                raise Problem(
                    409,
                    "The conversation is busy",
                    "Another call to this conversation is still being answered: try again later.",
                    headers={"Retry-After": str(int(HELD))},
                )
            time.sleep(_LOOKED_EVERY)

    def _renew(self, name: str, holder: str, done: threading.Event) -> None:
        while not done.wait(_RENEWED_EVERY):
            try:
                self._set(name, holder, held_until=time.time() + HELD)
            except SQLAlchemyError as error:  # the next time it may answer again
                logs.failed("A conversation that is held was not renewed", error)

    def _give(self, name: str, holder: str) -> None:
        self._set(name, holder, holder=None, held_until=0.0, updated=time.time())

    def _set(self, name: str, held_by: str, **values: Any) -> None:
        columns = CONVERSATIONS.c
        mine = update(CONVERSATIONS).where(columns.id == name, columns.holder == held_by)
        with self._database.begin() as connection:
            connection.execute(mine.values(**values))


def unknown(name: str) -> Problem:
    """A 404 for a conversation; whether another caller has it is not told."""
    return Problem(404, "No such conversation", f"There is no conversation {name[:40]}.")
