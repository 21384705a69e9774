"""The operations that the interpreter can decide for. A further one is a further row."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from camara_qod.tools.interpreter import candidates, create_session, profiles, sessions
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import DECLINE, Completed, Decision
from camara_qod.tools.interpreter.mentions import Length, Mention, SessionId
from camara_qod.tools.interpreter.other_apis import asks_for_another
from camara_qod.tools.interpreter.roles import DEVICE_WORD
from camara_qod.tools.interpreter.schema import decision_schema


@dataclass(frozen=True)
class Operation:
    """How one CAMARA operation is decided.

    `arguments` gives the alternative schemas of its arguments for a conversation (none: it is not
    on offer), `complete` turns what the model chose into a complete decision.
    """

    arguments: Callable[[Context], list[dict[str, Any]]]
    complete: Callable[[dict[str, Any], Context], Completed]


OPERATIONS: dict[str, Operation] = {
    create_session.NAME: Operation(create_session.arguments, create_session.complete),
    sessions.GET: Operation(sessions.reference, sessions.complete_reference(sessions.GET)),
    sessions.DELETE: Operation(sessions.reference, sessions.complete_reference(sessions.DELETE)),
    sessions.EXTEND: Operation(sessions.extension, sessions.complete_extension),
    sessions.RETRIEVE: Operation(sessions.of_device, sessions.complete_of_device),
    profiles.RETRIEVE: Operation(profiles.nothing, profiles.complete_nothing),
    profiles.GET: Operation(profiles.reference, profiles.complete_reference),
}


#: A call as a program writes it: the method and path of the specification, or the operationId.
_CALLS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"\W*(?:{call}|{name}\b)(?:(?![.!?]\s+\w)[^\n])*", re.IGNORECASE)
    for name, call in {
        create_session.NAME: r"POST\s+\S*/sessions(?![/\w])",
        sessions.GET: r"GET\s+\S*/sessions(?:/|\b)",
        sessions.DELETE: r"DELETE\s+\S*/sessions(?:/|\b)",
        sessions.EXTEND: r"POST\s+\S*/sessions/\S+/extend\b",
        sessions.RETRIEVE: r"POST\s+\S*/retrieve-sessions\b",
        profiles.RETRIEVE: r"(?:GET\s+\S*/qos-profiles/?(?!/?\w)"
        r"|POST\s+\S*/retrieve-qos-profiles\b)",
        profiles.GET: r"GET\s+\S*/qos-profiles/\w",
    }.items()
}


_ON_ONE_SESSION = (sessions.GET, sessions.DELETE, sessions.EXTEND)
#: What may stand beside a session's id without another operation being meant.
_WITH_SESSION: set[type[Mention]] = {SessionId, Length}
_LONGER = re.compile(
    r"\b(?:\w*ext\w*n|\w*long|more|add|keep|renew|another|extra|stretch|continu|stay|until|till|up\s+to|top"
    r"|increase|further|time|min|hour|hr|day|second|half|quarter|rais|bump|not\s+enough|push|postpone|later|end"
    r"|increment|plus|go(?:es)?\s+on|a\s+bit)|\d\s*[smh]\b|\+\s*\d",
    re.IGNORECASE,
)


#: "Remove …": an order with nothing to misread.
_ENDING = re.compile(
    r"\W*(?:please\s+|ok\W+|now\s+|then\s+)*(?:remove|delete|terminate|cancel|kill|release|tear\s+down|end|close)\b"
    r"(?!.*(?:\bnot\b|n['’]t\b|\bunless\b|\bat\s+the\s+end\b))",
    re.IGNORECASE | re.DOTALL,
)


_END_BEFORE = re.compile(
    r"(?<!not )(?<!n't )(?<!n’t )(?<!never )"
    r"\b(?:drop|remove|delete|terminate|cancel|kill|release|end|close|stop)\s+(?:(?:the|my|that|this)\s+)?(?:session\s+)?(?:id\s+)?[\"'(#]*$",
    re.IGNORECASE,
)
_EXTENDING = re.compile(r"\b(?:extend\w*|prolong\w*|lengthen\w*|longer)\b", re.IGNORECASE)
#: So many words beside an id are still but an answer: "this one:", "which? the id is".
_FEW = 4
#: "Sessions of my laptop", "list all sessions on 10.0.0.1".
_SESSIONS_OF = re.compile(
    r"\W*(?:(?:please|show|list|get|give|see|fetch|find|me|us|all|any|the|open|active|current|running"
    r"|existing)\W+)*sessions\s+(?:of|for|on|at|with|belonging\s+to)\s+(?:(?:my|the|this|that|our|a)\s+)?"
    rf"(?:{DEVICE_WORD}|number|sim|line|ip|address|\+?[0-9])",
    re.IGNORECASE,
)


def schema_for(context: Context) -> dict[str, Any]:
    """The decode schema of a conversation.

    One in which nothing was said can only be declined; where the newest turn is nothing but a call
    as a program writes it, that operation is on offer and no other.
    """
    return decision_schema(
        {name: OPERATIONS[name].arguments(context) for name in _offered(context)}
    )


def _offered(context: Context) -> Sequence[str]:
    """The operations that a conversation can be about."""
    if context.blank or asks_for_another(context.messages[-1]):
        return ()
    if written := _written(context.messages[-1]):
        return (written,)
    names: Iterable[str] = OPERATIONS
    if _names_a_session(context):
        names = _said_of_session(context)
    elif _SESSIONS_OF.match(context.messages[-1]) and not context.mentions.of(Length):
        names = (sessions.RETRIEVE,)
    # Who wants a session to be longer says so: by a length, or by a word.
    longer = context.mentions.of(Length) or any(map(_LONGER.search, context.messages))
    return [name for name in names if name != sessions.EXTEND or longer]


def _names_a_session(context: Context) -> bool:
    """Whether the newest turn names a session and nothing else that an operation could be about."""
    newest = len(context.messages) - 1
    kinds = {type(item) for item in context.mentions.items if item.turn == newest}
    return bool(candidates.session_ids(context)) and SessionId in kinds and kinds <= _WITH_SESSION


def _said_of_session(context: Context) -> Sequence[str]:
    """What is to be done to the session that is named: by a verb, or by what was asked before."""
    newest = context.messages[-1]
    item = context.mentions.of(SessionId)[-1]
    if _ENDING.match(newest) or _END_BEFORE.search(newest[: item.start]):
        return (sessions.DELETE,)
    answers = len(re.findall(r"[a-z]+", context.rest(item.turn), re.IGNORECASE)) <= _FEW
    if answers and len(context.messages) > 1:
        asked = context.messages[-2]
        if _EXTENDING.search(asked):
            return (sessions.EXTEND,)
        if _ENDING.match(asked):
            return (sessions.DELETE,)
    return _ON_ONE_SESSION


def _written(text: str) -> str | None:
    found = [name for name, pattern in _CALLS.items() if pattern.fullmatch(text.strip())]
    return found[0] if len(found) == 1 else None


def complete(emitted: Decision, context: Context) -> Completed:
    """The complete decision for what the model emitted."""
    if emitted.operation == DECLINE:
        return Completed(Decision(DECLINE))
    return OPERATIONS[emitted.operation].complete(emitted.arguments, context)
