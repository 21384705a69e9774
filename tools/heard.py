"""What the tool for words takes out of an agent's messages: what is asked, known, and waits.

All of it stands in the messages, so that an agent's checkpointer keeps it: the human's turns, and
the outcomes that the tool has returned as artifacts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.messages import BaseMessage, ToolMessage

from camara_qod.tools.confirmation import CHANGING, DELETE
from camara_qod.tools.deletion import Deletions
from camara_qod.tools.evidence import is_human
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Aside
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.operation_tools import OPERATIONS, executed, worded
from camara_qod.tools.proposal import Proposal

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """An agent's conversation, as far as this API is concerned.

    Attributes:
        turns: what the human said for the request that is open, oldest first.
        newest: the human's last turn; `None` where there is no human.
        sessions: those that the API has named.
        deletions: what was deleted, and which deletions were answered.
        waiting: a change that the newest turn may say yes or no to.
        done: what was last changed for the newest turn already, as it was told.
    """

    turns: tuple[str, ...] = ()
    newest: str | None = None
    sessions: KnownSessions = field(default_factory=KnownSessions)
    deletions: Deletions = field(default_factory=Deletions)
    waiting: Proposal | None = None
    done: str = ""

    @property
    def settled(self) -> "Heard":
        """With nothing open."""
        return replace(self, turns=(), waiting=None)


def hear(messages: Iterable[BaseMessage], name: str) -> Heard:
    """The state of a conversation.

    Args:
        messages: the agent's, oldest first.
        name: of the tool for words.
    """
    heard, shown = Heard(), None
    for message in messages:
        if is_human(message):
            # Only the turn right after it answers a proposal.
            turns, newest = (*heard.turns, str(message.text)), str(message.text)
            heard = replace(heard, turns=turns, newest=newest, waiting=shown, done="")
            # Whatever the turn says, a deletion that was shown is answered by it.
            heard, shown = _deleting(heard, shown) if shown else heard, None
        elif isinstance(message, ToolMessage):
            if message.name == name and isinstance(message.artifact, dict):
                heard, shown = _after_outcome(heard, message), _proposal(message)
            elif message.name in OPERATIONS:
                heard = _after_operation(heard, message)
    return heard


def _proposal(message: ToolMessage) -> Proposal | None:
    proposal = message.artifact.get("proposal")
    return Proposal.from_dict(proposal) if proposal else None


def _after_outcome(heard: Heard, message: ToolMessage) -> Heard:
    """After a result of the tool for words."""
    outcome = message.artifact
    operation = outcome["decision"]["operation"]
    if outcome.get("rejected") or outcome.get("repeated"):
        return heard.settled
    if operation == DECLINE:
        # An aside leaves the open request as it is; "never mind" takes it back.
        taken_back = outcome.get("aside") == Aside.STOP
        return heard.settled if taken_back else replace(heard, turns=heard.turns[:-1])
    if operation == CLARIFY or not outcome.get("sent"):
        return heard
    if outcome.get("error"):
        return _in_the_way(heard, str(outcome["text"]))
    heard = _carried_out(heard, operation, outcome["body"] or {}, outcome.get("answer"))
    return replace(heard.settled, done=outcome["text"] if operation in CHANGING else "")


def _deleting(heard: Heard, shown: Proposal) -> Heard:
    if shown.operation != DELETE:
        return heard
    answered = heard.deletions.answered | {str(shown.arguments["sessionId"]).lower()}
    return replace(heard, deletions=replace(heard.deletions, answered=answered))


def _after_operation(heard: Heard, message: ToolMessage) -> Heard:
    """After a call of an operation tool in the same agent."""
    if message.status == "error":
        return _in_the_way(heard, worded(message))
    return _carried_out(heard, str(message.name), executed(message) or {}, message.artifact)


def _in_the_way(heard: Heard, text: str) -> Heard:
    """After a refusal: the session that it names is what "extend it" will be about."""
    ids = tuple(dict.fromkeys(item.lower() for item in _UUID.findall(text)))
    return replace(heard, sessions=heard.sessions.answered(ids)) if ids else heard


def _carried_out(heard: Heard, operation: str, body: dict[str, Any], answer: Any) -> Heard:
    if operation == DELETE:
        session = str(body.get("sessionId", "")).lower()
        deletions = heard.deletions
        gone = replace(
            deletions, done=deletions.done | {session}, answered=deletions.answered | {session}
        )
        return replace(heard, sessions=heard.sessions.without(session), deletions=gone)
    if operation.endswith(("Profile", "Profiles")):
        return heard
    known = heard.sessions.answered(tuple(_ids(answer))).told(answer, body.get("device"))
    return replace(heard, sessions=known)


def _ids(value: Any) -> Iterator[str]:
    """The ids of sessions in an answer, in their order, each once."""
    items = value if isinstance(value, list) else [value]
    ids = [str(item["sessionId"]).lower() for item in items if isinstance(item, dict)]
    return iter(dict.fromkeys(ids))
