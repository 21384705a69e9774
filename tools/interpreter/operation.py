"""The operations that the interpreter can decide for. A further one is a further row."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from camara_qod.tools.interpreter import create_session, profiles, sessions
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import DECLINE, Completed, Decision
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


def schema_for(context: Context) -> dict[str, Any]:
    """The decode schema of a conversation.

    One in which nothing was said can only be declined; where the newest turn is nothing but a call
    as a program writes it, that operation is on offer and no other.
    """
    operations = {} if context.blank else OPERATIONS
    if operations and (written := _written(context.messages[-1])):
        operations = {written: OPERATIONS[written]}
    return decision_schema({name: item.arguments(context) for name, item in operations.items()})


def _written(text: str) -> str | None:
    found = [name for name, pattern in _CALLS.items() if pattern.fullmatch(text.strip())]
    return found[0] if len(found) == 1 else None


def complete(emitted: Decision, context: Context) -> Completed:
    """The complete decision for what the model emitted."""
    if emitted.operation == DECLINE:
        return Completed(Decision(DECLINE))
    return OPERATIONS[emitted.operation].complete(emitted.arguments, context)
