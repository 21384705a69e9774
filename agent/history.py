"""What a list of messages means: the turns of the open request, and the sessions spoken of.

All state of a conversation is in its messages, so a checkpointer that keeps them keeps everything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE
from camara_qod.tools.interpreter.reference import KnownSessions
from camara_qod.tools.operation_tools import OPERATIONS

#: Where an AI message of ours says what it is: an operationId, `clarify`, `decline` or `report`.
KIND = "qod_kind"
REPORT = "report"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WITHDRAWN = re.compile(
    r"\b(?:never\s?mind|nvm|forget\s+(?:it|that|about\s+it)|leave\s+it|drop\s+(?:it|that)|"
    r"don'?t\s+bother|cancel\s+(?:that|it|the\s+request)|no\s+thanks?|not\s+any\s?more|abort)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class History:
    """A conversation so far.

    Attributes:
        turns: what the human said since the last request was settled, oldest first.
        sessions: those that the API has named.
    """

    turns: tuple[str, ...] = ()
    sessions: KnownSessions = field(default_factory=KnownSessions)

    @property
    def earlier(self) -> "History":
        """Without the newest turn."""
        return replace(self, turns=self.turns[:-1])


def read_history(messages: Iterable[BaseMessage]) -> History:
    """The state of a conversation.

    A request stays open while it is asked about, refused by the operator or rejected by the human;
    it is settled when it was carried out, and dropped when the human withdraws it.
    """
    history = History()
    calls: dict[str | None, dict[str, Any]] = {}
    for message in messages:
        if isinstance(message, HumanMessage):
            history = replace(history, turns=(*history.turns, str(message.text)))
        elif isinstance(message, AIMessage):
            calls |= {call["id"]: call["args"] for call in message.tool_calls}
            history = _after_answer(history, message)
        elif isinstance(message, ToolMessage):
            history = _after_tool(history, message, calls.get(message.tool_call_id, {}))
    return history


def _after_answer(history: History, message: AIMessage) -> History:
    if message.tool_calls:
        return history
    kind = message.response_metadata.get(KIND)
    if kind in (CLARIFY, REPORT):
        return history
    if kind == DECLINE and history.turns and not _WITHDRAWN.search(history.turns[-1]):
        return history.earlier  # an aside: the request before it stays open
    return replace(history, turns=())


def _after_tool(history: History, message: ToolMessage, arguments: dict[str, Any]) -> History:
    if message.name not in OPERATIONS:
        return history
    ids = tuple(dict.fromkeys(item.lower() for item in _UUID.findall(str(message.text))))
    if message.status == "error":
        # A session in the way is what "extend it" will be about.
        known = history.sessions.answered(ids) if ids else history.sessions
        return replace(history, sessions=known)
    if message.name == "deleteSession":
        known = history.sessions.without(str(arguments.get("sessionId", "")).lower())
    elif message.name.endswith(("Profile", "Profiles")):
        known = history.sessions
    else:
        known = history.sessions.answered(ids)
    return History((), known)
