"""A call that names an `Idempotency-Key` is carried out once, however often it is sent.

The answer is kept under the key. Where a process was killed before it had one, what became of the
step is read from the conversation, and at the operator where it may have reached it.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AnyMessage
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from camara_qod.agent.conversation import Conversation, Reply
from camara_qod.agent.service.database import ANSWERS, Database
from camara_qod.agent.service.owned import claiming
from camara_qod.agent.service.problems import Problem
from camara_qod.agent.stores import StoreError
from camara_qod.tools.errors import QodError

#: Answers are kept for so many seconds.
KEPT = 86400.0


@dataclass(frozen=True)
class Call:
    """A call that may come again.

    Args:
        owner: whose it is.
        key: what the caller named it by.
        fingerprint: of what is asked for.
    """

    owner: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, owner: str, key: str, *asked: Any) -> "Call":
        """A call that asks for something, told in JSON values."""
        text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
        return cls(owner, key, hashlib.sha256(text.encode()).hexdigest())


@dataclass(frozen=True)
class Step:
    """A step of a conversation.

    Attributes:
        take: makes it.
        shows: whether a message that came after it was begun shows that it was made.
    """

    take: Callable[[], Reply]
    shows: Callable[[AnyMessage], bool]


class Answers:
    """The answers to calls with a key.

    Args:
        database: keeps them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def once(
        self,
        call: Call | None,
        conversation: Conversation,
        step: Step,
        told: Callable[[Reply], dict[str, Any]],
    ) -> dict[str, Any]:
        """Make a step of a held conversation, unless it was made before.

        Args:
            call: names it; `None`: it is made each time.
            conversation: held by this call.
            step: what is to be done.
            told: the answer's body.

        Raises:
            Problem: 422, the key was used for something else.
            QodError: the step failed; the key may be used again.
        """
        if call is None:
            _settled(conversation)
            return told(step.take())
        before = self._begun(call, len(conversation.messages))
        if before is not None and before["body"] is not None:
            return dict(json.loads(before["body"]))
        cut_off = _settled(conversation)
        if before is not None and any(map(step.shows, conversation.messages[before["seen"] :])):
            reply = cut_off or conversation.current
        else:
            reply = self._made(call, step)
        body = told(reply)
        self._keep(call, body)
        return body

    def forget_old(self) -> None:
        """Remove what is older than a day."""
        with self._database.begin() as connection:
            connection.execute(delete(ANSWERS).where(ANSWERS.c.created < time.time() - KEPT))

    def _made(self, call: Call, step: Step) -> Reply:
        try:
            return step.take()
        except StoreError:
            raise  # what came of it is not known
        except (QodError, Problem):  # nothing came of it; after any other error that is not known
            with self._database.begin() as connection:
                connection.execute(delete(ANSWERS).where(*_is(call), ANSWERS.c.status.is_(None)))
            raise

    def _begun(self, call: Call, seen: int) -> dict[str, Any] | None:
        """Note that a call has come; what is known of it where it came before."""
        row = {"owner": call.owner, "key": call.key, "fingerprint": call.fingerprint}
        try:
            with self._database.begin() as connection:
                new = insert(ANSWERS).values(row | {"created": time.time(), "seen": seen})
                connection.execute(new)
            return None
        except IntegrityError:
            with self._database.reading() as connection:
                found = connection.execute(select(ANSWERS).where(*_is(call))).mappings().one()
        if found["fingerprint"] != call.fingerprint:
            raise Problem(
                422,
                "The key is taken",
                "This Idempotency-Key was sent with another request: make a new key for a new "
                "request.",
            )
        return dict(found)

    def _keep(self, call: Call, body: dict[str, Any]) -> None:
        text = json.dumps(body, ensure_ascii=False)
        with self._database.begin() as connection:
            kept = update(ANSWERS).where(*_is(call)).values(status=200, body=text)
            connection.execute(kept)


def _settled(conversation: Conversation) -> Reply | None:
    """Put a conversation in order that a killed process left; a session it made is the caller's."""
    lost = [call["args"] for call in conversation.cut_off if call["name"] == "createSession"]
    with claiming(lost[0] if lost else None):
        return conversation.settle()


def _is(call: Call) -> tuple[Any, Any]:
    return ANSWERS.c.owner == call.owner, ANSWERS.c.key == call.key
