"""A turn that only gives values: what it does not speak of stays as it was decided before it.

"Wrong phone, it's the one ending 36: +81 90 …" changes the device and nothing else. So the turns
before it are decided first, and of what the conversation allows only what agrees with that is left,
but for the arguments that the turn has values for.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from operator import eq
from typing import Any

from camara_qod.tools.interpreter import sessions
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.create_session import NAME as CREATE
from camara_qod.tools.interpreter.decision import DECLINE, Decision
from camara_qod.tools.interpreter.dropped import taken_out, without_takings
from camara_qod.tools.interpreter.given import given
from camara_qod.tools.interpreter.needs import called_by_name
from camara_qod.tools.interpreter.profiles import GET as GET_PROFILE
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Invalid,
    Length,
    Mention,
    Moment,
    Phone,
    Ports,
    ProfileName,
    SessionId,
    Sink,
)
from camara_qod.tools.interpreter.roles import DEVICE_WORD, SERVER_WORD
from camara_qod.tools.interpreter.stated import tells_a_use

#: What a turn may name for it to be about an operation that was asked for before.
_TAKES: dict[str, set[type[Mention]]] = {
    CREATE: {Address, Invalid, Length, Moment, Phone, Ports, ProfileName, Sink},
    sessions.GET: {SessionId},
    sessions.DELETE: {SessionId},
    sessions.EXTEND: {SessionId, Length, Moment},
    sessions.RETRIEVE: {Address, Invalid, Phone},
    GET_PROFILE: {ProfileName},
}
#: Words of a value, of putting right, and of the ends of a connection.
_VALUE_WORD = re.compile(
    rf"\b(?:{DEVICE_WORD}s?|{SERVER_WORD}|wrong|typo|typed?|mis\w+|oops|whoops|sorry|apolog\w+|correct\w*"
    r"|should(?:['’]ve|n['’]t)?|rather|instead|really|right|old|fat-?fingered|copied|pasted|chang\w+|switch\w*|swap\w*|mov\w+"
    r"|ending|ends|digits?|scratch|make|put|set|go|use|using|keep|leave|rest|everything|change|fix\w*|update\w*"
    r"|webhooks?|call\s?backs?|notif\w+|events?|hook|urls?|sinks?|working|half|whole|wi-?fi|ethernet|mobile|cellular"
    r"|public|private|nat|local|internal|external|inside|outside|ipv?[46]?|v[46]|tcp|udp|cidr|subnet|sim|msisdn|imsi|uuid"
    r"|abroad|seen|internet|reachable|shows?|known|back|final\w*|answer|though|neither|nor|precise\w*|plus|too|besides"
    r"|add(?:ition\w*)?|cover|entire|forget|appl(?:y|ies)|traffic|never|mind|don|itself|technician|after|returned?"
    r"|ones?|sure|yep|yeah|nope|hmm+|um+|uh+|ah+|oh|hold|wait|second|sec|thing|got|gets?|gave|given"
    r"|stop(?=\s*[-–—,.!:;])|window|tab|behind"
    r"|e?t[ch]+|ie|eg|re|ll|ve|d|s|t|m)\b",
    re.IGNORECASE,
)
#: Words by which a turn may be about something else than the request before it.
_OTHER_MATTER = re.compile(
    r"\b(?:exten\w+|prolong\w*|lengthen\w*|(?<!got )(?<!is )(?<!be )longer(?!\s+than)|extra"
    r"|additional\w*|(?<!any )more|another"
    r"|(?<!same )(?<!same thing )again|next|list|show|status|check|look"
    r"|cancel\w*|delet\w+|stop\w*(?!\s*[-–—,.!:;])|terminat\w+|kill|clos\w+|remov\w+|releas\w+|end(?:\s+(?:it|the|that|this))|sessions|profiles"
    r"|thanks?|thx|bye|new\s+(?:one|session|request))\b",
    re.IGNORECASE,
)


#: "New one: …", "Now a separate session for …".
_ANEW = re.compile(
    r"^\W*(?:(?:ok|now|and|then|next|please|also|i\s+need|open|make|set\s+up)\W+)*(?:an?\s+|the\s+)?"
    r"(?:new|another|separate|different|fresh|second)\s+(?:one|session|request|boost|booking)\b",
    re.IGNORECASE,
)
_ALIKE = re.compile(
    r"\b(?:same|again|too|as\s+(?:before|well)|likewise|identical)\b", re.IGNORECASE
)


def may_follow_up(context: Context) -> bool:
    """Whether the newest turn gives values, and no word in it asks for anything else."""
    if len(context.messages) < 2 or context.sessions.listed:
        return False
    rest = without_takings(context.rests[-1])
    return (
        bool(_newest(context) or taken_out(context.messages[-1]))
        and not _OTHER_MATTER.search(rest)
        and called_by_name([rest]) is None
    )


def begins_anew(context: Context) -> bool:
    """Whether the newest turn says that it is another request, and for which device."""
    if len(context.messages) < 2:
        return False
    text = context.messages[-1]
    device = any(isinstance(item, Address | Phone) for item in _newest(context))
    return device and bool(_ANEW.search(text)) and not _ALIKE.search(text)


def only_values(context: Context) -> bool:
    """Whether nothing but values and words of putting right stands in the newest turn."""
    return not tells_a_use(_VALUE_WORD.sub(" ", without_takings(context.rests[-1])))


def without_session(decision: Decision) -> bool:
    """Whether a turn alone was taken to prolong a session that nobody named: it puts one right."""
    return decision.operation == sessions.EXTEND and decision.arguments["sessionId"] is None


def agreeing(schema: dict[str, Any], earlier: Decision, context: Context) -> dict[str, Any]:
    """What a schema leaves of the decisions, where the newest turn follows up an earlier one.

    Args:
        schema: of the whole conversation.
        earlier: what the model emitted before the newest turn.
        context: the whole conversation.

    Returns:
        The schema itself where nothing in it agrees.
    """
    newest = _newest(context)
    kinds = {type(item) for item in newest}
    if earlier.operation == DECLINE or not kinds <= _TAKES.get(earlier.operation, set()):
        return schema
    spoken = _spoken_of(context)
    stays = {
        name: value
        for name, value in earlier.arguments.items()
        if name not in spoken and value is not None
    }
    variants = [
        narrowed
        for variant in schema["anyOf"]
        if variant["properties"]["operation"]["const"] == earlier.operation
        if (narrowed := _narrowed(variant, stays))
    ]
    for name, allowed in given(newest, context.messages[-1], earlier):
        variants = list(filter(None, (_kept(item, name, allowed) for item in variants))) or variants
    return schema | {"anyOf": variants} if variants else schema


def _newest(context: Context) -> list[Mention]:
    """What the newest turn names."""
    named = (*context.mentions.items, *context.mentions.mending)
    return [item for item in named if item.turn == len(context.messages) - 1]


def _spoken_of(context: Context) -> set[str]:
    """The arguments that the newest turn has values for."""
    arguments = taken_out(context.messages[-1])
    for item in _newest(context):
        match item:
            case Address(role=role, port=port):
                ends = {"device", "applicationServer"} if role is None else {str(role)}
                arguments |= ends | ({"applicationServerPorts"} if port is not None else set())
            case Phone():
                arguments |= {"device", "applicationServer"}
            case Invalid(fields=fields):
                arguments |= {"device", "applicationServer", *fields}
            case Ports():
                arguments |= {"device", "devicePorts", "applicationServerPorts"}
            case Length() | Moment():
                arguments |= {"duration", "requestedAdditionalDuration"}
            case ProfileName():
                arguments |= {"qosProfile", "name"}
            case SessionId():
                arguments.add("sessionId")
            case Sink():
                arguments.add("sink")
    return arguments


def _narrowed(variant: dict[str, Any], stays: dict[str, Any]) -> dict[str, Any] | None:
    """A variant in which these arguments have these values; `None` where it does not offer one."""
    narrowed: dict[str, Any] | None = variant
    for name, value in stays.items():
        narrowed = narrowed and _kept(narrowed, name, partial(eq, value), [value])
    return narrowed


def _kept(
    variant: dict[str, Any], name: str, allowed: Callable[[Any], bool], open_: Sequence[Any] = ()
) -> dict[str, Any] | None:
    """A variant with the values of an argument that are allowed; `None` where there are none.

    `open_` are those of an argument that has no list of values.
    """
    arguments = variant["properties"]["arguments"]
    offered = arguments["properties"].get(name, {"enum": []})
    values = [value for value in offered.get("enum", open_) if allowed(value)]
    if not values:
        return None
    properties = arguments["properties"] | {name: {"enum": values}}
    return variant | {
        "properties": variant["properties"] | {"arguments": arguments | {"properties": properties}}
    }
