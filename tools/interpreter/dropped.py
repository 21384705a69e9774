"""What a later turn takes out again: "leave the ports out", "no notifications, please"."""

import re
from collections.abc import Sequence

from camara_qod.tools.interpreter.reading.mention import Mention, Role

_WITHOUT = (
    r"(?:\b(?:drop|remove|delete|without|skip|forget|omit|scrap|no|leave\s+out|lose|scratch|ditch|strike|never\s+mind)"
    r"|(?:n['’]t|not)\s+(?:want|need|use|send|include))"
    r"\s+(?:(?:the|my|that|this|these|those|any|custom|own|all)\s+)*"
)


def _taking_out(nouns: str, more: str = "(?!)") -> re.Pattern[str]:
    """Turns that take such a thing out: "no <noun>", "leave the <noun> out"."""
    leaving = rf"\b(?:leave|take)\s+(?:(?:the|my|that|those)\s+)?(?:{nouns})\s+(?:out|off|away)\b"
    return re.compile(rf"{_WITHOUT}(?:{nouns})|{leaving}|{more}", re.IGNORECASE)


#: The device's number.
NUMBER = _taking_out(
    r"(?:(?:phone|mobile)\s+)?(?:phone|number|msisdn)\b",
    r"\bno\s+longer\s+on\s+(?:(?:the|that|this|my)\s+)?(?:phone|number)\b|\bnot\s+(?:the|that)\s+(?:phone|number)\b"
    r"|\bthat(?:['’]s|\s+is|\s+was)\s+(?:the\s+|my\s+|our\s+)?\w+['’]s\s+(?:\w+\s+)?(?:number|phone)\b",
)
#: The server that was named: the one of the configuration is to be taken.
SERVER = _taking_out(
    r"(?:app(?:lication)?\s+)?server\b(?!\s*(?:ports?|is|at|:|=))",
    r"\b(?:default|standard|usual)\s+(?:app(?:lication)?\s+)?server\b",
)
#: Ports, by whose they are.
PORTS = {
    None: _taking_out(r"ports?\b"),
    Role.SERVER: _taking_out(r"(?:server\s+)?ports?\b"),
    Role.DEVICE: _taking_out(r"(?:device\s+)?ports?\b"),
}
#: The place for notifications.
SINK = _taking_out(
    r"(?:notif\w+|(?:event\s+)?call\s?backs?|web\s?hooks?|sinks?|events?)\b",
    r"\bno\s+longer\s+(?:want|need)\s+(?:the\s+)?(?:notif\w+|call\s?backs?|web\s?hooks?)\b",
)


def dropped(item: Mention, words: re.Pattern[str], messages: Sequence[str]) -> bool:
    """Whether a turn after a mention takes it out again in such words."""
    return any(words.search(text) for text in messages[item.turn + 1 :])


def taken_out(text: str) -> set[str]:
    """The arguments of `createSession` that a turn takes out."""
    words = {
        "device": NUMBER,
        "applicationServer": SERVER,
        "devicePorts": PORTS[Role.DEVICE],
        "applicationServerPorts": PORTS[Role.SERVER],
        "sink": SINK,
    }
    return {argument for argument, pattern in words.items() if pattern.search(text)}


def without_takings(text: str) -> str:
    """A turn without the words that take something out."""
    for pattern in (NUMBER, SERVER, *PORTS.values(), SINK):
        text = pattern.sub(" ", text)
    return text
