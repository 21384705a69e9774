"""The operations that the interpreter can decide for. A further one is a further row."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from camara_qod.tools.interpreter import candidates, create_session, profiles, sessions
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import DECLINE, Completed, Decision
from camara_qod.tools.interpreter.other_apis import asks_for_another
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Length,
    Mention,
    Moment,
    Phone,
    ProfileName,
    SessionId,
)
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
    name: re.compile(
        rf"\W*(?:curl\s+(?:-\S+\s+)*)?(?:{call}|{name}\b)(?:(?![.!?]\s+\w)[^\n])*", re.IGNORECASE
    )
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
_WITH_SESSION: set[type[Mention]] = {SessionId, Length, Moment}
_LONGER = re.compile(
    r"\b(?:\w*ext\w*n|et?x?t?\w*nd|\w*long|more|add|keep|renew|another|extra|stretch|continu|stay|until|till|up\s+to|top"
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
    r"\b(?:drop|remove|delete|terminate|cancel|kill|release|end|close|stop)\s+(?:(?:the|my|that|this)\s+)?"
    r"(?:(?:qo[sd]|ses+i+on|number|no\.?|nr\.?|id|with|called)\s+){0,4}[\"'(#]*$",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"\b(?:wrote|said|says|only|don['’]?t(?!\s+(?:need|want|use))|do\s+not(?!\s+(?:need|want|use)))\b",
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


#: "What service levels are on offer?"
_PROFILES_ASKED = re.compile(
    r"\b(?:what|which|list|show|every|all|available|(?:on\s+)?offer(?:ed)?|have|see|tell|give|get|any)\b[^.;!?\n]*"
    r"\b(?:profiles|(?:service|quality)[\s-]+(?:levels|tiers|classes)|tiers|catalogu?e)\b"
    r"(?!\s+(?:should|would|fits?|suits?|is\s+(?:right|best)|for\s+(?!sessions)))"
    r"|\b(?:every|each)\s+(?:single\s+)?(?:qos\s+)?profile\b",
    re.IGNORECASE,
)
#: "How long may a session on QOS_S last?"
_ABOUT_PROFILE = re.compile(
    r"\b(?:what|how|tell|details?|describe|explain|look\s+up|info(?:rmation)?|figures?|limits?|spec\w*|max\w*|min(?:imum)?|packet|jitter|delay|priority)\b",
    re.IGNORECASE,
)
_USING = re.compile(
    r"\b(?:us(?:e|ing)|switch\w*|chang\w+|want\w*|need\w*|go|take|tak(?:e|ing)|instead|set|put|make|mak(?:e|ing)|start|activat\w+|book"
    r"|creat\w+|request\w*|try|sessions|prefer|better|please\s+with|move|upgrad\w+|apply|my|i|me\s+on)\b",
    re.IGNORECASE,
)
#: What is only to be looked at is not on offer to be ended.
_LOOKING = re.compile(
    r"\b(?:pull\s+up|look\s+(?:up|at|into)|show|status|state|what|details?|check|everything|tell|info\w*|fetch|get\s+me|see|view|read|inspect"
    r"|retriev\w+|display|query)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\b(?:delet|remov|end|stop|kill|cancel|terminat|clos|drop|releas|tear|free|shut|done|finish|over|no\s+longer|rid|scrap|quit|discard"
    r"|wip|turn|switch|off|bin|plug|ax|nuk|abort|revok|undo|dispos|ditch|dismantl|down|go|back|up|expir|throw|los|not|without|clear|clean|purg)\w*|n['’]t\b",
    re.IGNORECASE,
)


def schema_for(context: Context) -> dict[str, Any]:
    """The decode schema of a conversation.

    One in which nothing was said can only be declined; where the newest turn is nothing but a call
    as a program writes it, that operation is on offer and no other.
    """
    return decision_schema(
        {name: OPERATIONS[name].arguments(context) for name in _offered(context)},
        decline=not (_names_a_whole_session(context) or _ends_a_session(context)),
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
    elif _names_a_whole_session(context):
        names = (create_session.NAME,)
    elif asked := _asks_for_profiles(context):
        names = asked
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


def _names_a_whole_session(context: Context) -> bool:
    """Whether the newest turn names a device, a profile and a length, and asks for no list."""
    newest = len(context.messages) - 1
    kinds = {type(item) for item in context.mentions.items if item.turn == newest}
    return (
        {ProfileName, Length} <= kinds
        and bool(kinds & {Address, Phone})
        and SessionId not in kinds
        and not _EXTENDING.search(context.messages[-1])
        and not re.search(r"\b(?:sessions|which|list)\b", context.rests[-1], re.IGNORECASE)
        and not asks_for_another(context.messages[-1])
        and not any(candidates.doubtful(context, item) for item in context.mentions.of(ProfileName))
    )


def _ends_a_session(context: Context) -> bool:
    """Whether the newest turn says right before the session's id that it is to be ended."""
    if not _names_a_session(context):
        return False
    item, text = context.mentions.of(SessionId)[-1], context.messages[-1]
    return bool(_END_BEFORE.search(text[: item.start])) and not _QUOTED.search(text)


def _asks_for_profiles(context: Context) -> Sequence[str]:
    """The operations on profiles, where the newest turn asks about them and names nothing else."""
    items = [item for item in context.mentions.items if item.turn == len(context.messages) - 1]
    rest = context.rests[-1]
    if not items and _PROFILES_ASKED.search(rest):
        return (profiles.RETRIEVE,)
    alone = len(items) == 1 and isinstance(items[0], ProfileName)
    if alone and _ABOUT_PROFILE.search(rest) and not _USING.search(rest):
        return (profiles.GET,)
    return ()


def _said_of_session(context: Context) -> Sequence[str]:
    """What is to be done to the session that is named: by a verb, or by what was asked before."""
    newest = context.messages[-1]
    item = context.mentions.of(SessionId)[-1]
    if _ENDING.match(newest) or _ends_a_session(context):
        return (sessions.DELETE,)
    answers = len(re.findall(r"[a-z]+", context.rest(item.turn), re.IGNORECASE)) <= _FEW
    if answers and len(context.messages) > 1:
        asked = context.messages[-2]
        if _EXTENDING.search(asked):
            return (sessions.EXTEND,)
        if _ENDING.match(asked):
            return (sessions.DELETE,)
    if _LOOKING.search(newest) and not _ENDS.search(_LOOKING.sub(" ", newest)):
        return (sessions.GET, sessions.EXTEND)
    return _ON_ONE_SESSION


def _written(text: str) -> str | None:
    found = [name for name, pattern in _CALLS.items() if pattern.fullmatch(text.strip())]
    return found[0] if len(found) == 1 else None


def complete(emitted: Decision, context: Context) -> Completed:
    """The complete decision for what the model emitted."""
    if emitted.operation == DECLINE:
        return Completed(Decision(DECLINE))
    return OPERATIONS[emitted.operation].complete(emitted.arguments, context)
