"""What a list of messages means: the turns of the open request, and the sessions spoken of.

All state of a conversation is in its messages, so a checkpointer that keeps them keeps everything.
A request is open while it is asked about. Once it was sent or rejected, or something else was said,
it is closed, and the turns that it was made of are handed over no more, but for one turn: the next
may correct what was rejected, or take up again what had been interrupted.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from camara_qod.tools.confirmation import DELETE
from camara_qod.tools.deletion import Deletions
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Aside, Decision
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.operation_tools import OPERATIONS, executed, worded

#: Where an AI message of ours says what it is: an operationId, `clarify`, `decline` or `report`.
KIND = "qod_kind"
REPORT = "report"
#: Where it says what a turn was that asks for no call (`Aside`).
ASIDE = "qod_aside"
#: Where it says which turns it was decided from, and which operation it asks or calls for.
TURNS, ABOUT = "qod_turns", "qod_about"
#: Where a message tells sessions that the operator does not have any more.
GONE = "qod_gone"
#: Why a call that waited was not made: the human has neither agreed nor refused.
SOMETHING_ELSE = "Something else was said."
#: How LangChain begins the result of a call that a human has rejected.
REJECTED = "User rejected the tool call"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Closed:
    """A request that is open no more; only the turn right after it may take it up.

    Attributes:
        turns: what the human said for it, oldest first.
        operation: what it was about.
        waited: whether its call was still shown, and neither agreed to nor refused.
    """

    turns: tuple[str, ...]
    operation: str
    waited: bool = False


@dataclass(frozen=True)
class History:
    """A conversation so far.

    Attributes:
        turns: what the human said since the last request was settled, oldest first.
        sessions: those that the API has named.
        about: the operation that the open request was asked about; empty where none is known.
        refused: whether the operator has refused the open request.
        closed: what the newest turn may take up, the newest first.
        rejected: proposals that the human did not want.
        deletions: what was deleted, and which deletions were answered.
    """

    turns: tuple[str, ...] = ()
    sessions: KnownSessions = field(default_factory=KnownSessions)
    about: str = ""
    refused: bool = False
    closed: tuple[Closed, ...] = ()
    rejected: tuple[Decision, ...] = ()
    deletions: Deletions = field(default_factory=Deletions)

    def settled(self, closed: tuple[Closed, ...] = ()) -> "History":
        """With nothing open; the next turn may take `closed` up."""
        return replace(self, turns=(), about="", refused=False, closed=closed)


def read_history(messages: Iterable[BaseMessage]) -> History:
    """The state of a conversation.

    A request stays open while it is asked about or refused by the operator; it is settled when it
    was carried out or rejected, or when the human speaks of something else.
    """
    history = History()
    calls: dict[str | None, dict[str, Any]] = {}
    for message in messages:
        if isinstance(message, HumanMessage):
            history = replace(history, turns=(*history.turns, str(message.text)))
        elif isinstance(message, AIMessage):
            calls |= {call["id"]: call["args"] for call in message.tool_calls}
            history = _after_answer(_without_gone(history, message), message)
        elif isinstance(message, ToolMessage):
            called = executed(message)  # what a reviewer made of the call, if one did
            if called is None:
                called = calls.get(message.tool_call_id, {})
            history = _after_tool(history, message, called)
    return history


def _without_gone(history: History, message: AIMessage) -> History:
    known = history.sessions
    for session_id in message.response_metadata.get(GONE, ()):
        known = known.without(session_id)
    return replace(history, sessions=known)


def _after_answer(history: History, message: AIMessage) -> History:
    kind = message.response_metadata.get(KIND)
    if message.tool_calls or kind == CLARIFY:
        return _decided(history, message)
    if kind == REPORT:
        return history
    taken_back = message.response_metadata.get(ASIDE) == Aside.STOP
    return _after_aside(history) if kind == DECLINE and not taken_back else history.settled()


def _after_aside(history: History) -> History:
    """After what was no request and took nothing back: the next turn may take up what was open."""
    before = () if history.refused else history.turns[:-1]
    return history.settled((Closed(before, history.about),) if before else ())


def _decided(history: History, message: AIMessage) -> History:
    """After a question or a call: it was decided from these turns, and may have cut another off."""
    told = message.response_metadata
    turns, about = tuple(told.get(TURNS, history.turns)), str(told.get(ABOUT, ""))
    cut_off = "" not in (about, history.about) and about != history.about
    before = () if history.refused else history.turns[:-1]
    paused = (Closed(before, history.about),) if cut_off and before else ()
    return replace(history, turns=turns, about=about, closed=paused)


def _after_tool(history: History, message: ToolMessage, arguments: dict[str, Any]) -> History:
    if message.name not in OPERATIONS:
        return history
    session_id = str(arguments.get("sessionId", "")).lower()
    history = _spoken_of(history, message.name, session_id)
    if message.status == "error" and str(message.text).startswith(REJECTED):
        waited = SOMETHING_ELSE in str(message.text)
        return _after_rejection(history, Decision(message.name, arguments), waited)
    ids = tuple(dict.fromkeys(item.lower() for item in _UUID.findall(worded(message))))
    if message.status == "error":
        # A session in the way is what "extend it" will be about.
        known = history.sessions.answered(ids) if ids else history.sessions
        return replace(history, sessions=known, refused=True)
    known = history.sessions
    if message.name == DELETE:
        done = replace(history.deletions, done=history.deletions.done | {session_id})
        history, known = replace(history, deletions=done), known.without(session_id)
    elif not message.name.endswith(("Profile", "Profiles")):
        known = known.answered(ids).told(message.artifact, arguments.get("device"))
    return replace(history.settled(history.closed), sessions=known)


def _spoken_of(history: History, operation: str, session_id: str) -> History:
    """After a call on one session: it is the current one, and a deletion of it is answered."""
    if session_id in history.sessions.listed:
        history = replace(history, sessions=history.sessions.answered((session_id,)))
    if operation != DELETE:
        return history
    answered = history.deletions.answered | {session_id}
    return replace(history, deletions=replace(history.deletions, answered=answered))


def _after_rejection(history: History, proposal: Decision, waited: bool) -> History:
    """A rejected request is closed; the turn right after it may still correct it."""
    cut_off = history.closed
    turns = history.turns[-1:] if cut_off else history.turns
    closed = (Closed(turns, proposal.operation, waited), *cut_off)
    return replace(history.settled(closed), rejected=(*history.rejected, proposal))
