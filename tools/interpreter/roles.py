"""Which end of the connection an address or a port belongs to, by the words beside it.

"My phone is 10.0.0.4", "10.0.0.4 (the game server)", "I'm on 10.0.0.4". What no words tell is left
to the model.
"""

import re

from camara_qod.tools.interpreter.reading.mention import Role

SERVER_WORD = (
    r"(?:server|srvr|srv|svr|backend|broker|relay|headend|scada(?:\s+master)?|ingest|sbc|servidor|serveur|destination|target(?!\s+device)"
    r"|data\s?cent(?:er|re))s?"
)
DEVICE_WORD = (
    r"(?:device|dev|ue|phone|handset|smartphone|laptop|notebook|tablet|headset|goggles|glasses"
    r"|client|terminal|modem|console|playstation|xbox|router|hotspot|drone|robot|camera|sensor"
    r"|iphone|ipad|pc|telly|tv|set-top\s+box|tracker|tractor|truck|ambulance"
    r"|rtu|plc|(?:sensor|iot|field|home)\s+gateway)"
)
#: Words between an owner and its address: "server IP is 1.2.3.4", "the box (server) at 1.2.3.4".
_BETWEEN = (
    r"(?:(?:[ \t_\"':={(\[)]|(?<=\w)-)*(?:'s|is|are|at|on|with|has|ist|hat|die|das|est|est[aá]"
    r"|here|i\s+was\s+told|the|public|subnet|sim|"
    r"side|addr(?:ess)?|ip(?:v?[46])?(?:addr(?:ess)?)?|also|two|both|addresses,?|dual-?stack,?"
    r"|\.[0-9]{1,3}|for(?=\s+(?:the\s+)?subnet)|was\s+wrong,?|should\s+(?:be|read)|(?:has\s+)?(?:changed|moved)\s+to|now))*"
    r"[ \t:=(\"'\[{)]*$"
)
_BEFORE = re.compile(
    rf"(?<![a-z])(?:(?P<applicationServer>[a-z]*{SERVER_WORD})|(?P<device>{DEVICE_WORD})){_BETWEEN}",
    re.IGNORECASE,
)
_PERSON_BEFORE = re.compile(
    r"(?:\bi(?:['’]m|\s+am)\s+(?:(?:now|currently|online|connected|sitting|on|at|using|behind|coming|in|from)\s+){0,3}"
    r"|\b(?:my|our)\s+(?:(?:own|current|new|public|private|local)\s+)*"
    r"(?:(?:side|end|addr(?:ess)?|ip(?:v?[46])?)\b\s*){1,2}(?:\s*(?:is|was|['’]s|[:=])\s*)?(?:(?:now|at|on)\s+)*"
    r"|\b(?:he|she)(?:['’]s|\s+is)\s+(?:now\s+|currently\s+)?(?:on|at|behind|connected\s+from)\s+"
    r"|\b(?:join(?:ing)?|dial(?:ling)?(?:\s+in)?|play(?:ing)?|connect(?:ing)?|log(?:ging)?\s+(?:in|on))"
    r"\s+(?:(?:it|in|on|this|that)\s+)?from\s+|\b(?:is|are|am|sits?|sitting)\s+behind\s+(?:nat\s+(?:at|as)\s+)?|(?:^|[,;.\n]\s*)(?:me|us|we|mine|ours)\s*[:=]\s*)(?:ip\s+)?$",
    re.IGNORECASE,
)
_SERVICE_BEFORE = re.compile(
    r"\b(?:connect(?:s|ed|ing)?|talk(?:s|ing)?|report(?:s|ing)?|publish(?:es|ing)?)\s+to\s+(?:ip\s+)?$"
    r"|\btowards?\s+(?:the\s+)?$|(?:^|[,;.\n]\s*)(?:them|theirs)\s*[:=]\s*$"
    r"|\b(?:their|the\s+(?:other|far|remote))\s+(?:end|side)\s*(?:is|are|['’]s|[:=])?\s*(?:at\s+|on\s+)?$"
    r"|\bhosted\s+(?:on|at)\s+$|(?<![a-z])as\s?[=:]\s?[\"']?$"
    r"|\b(?:get|send(?:ing)?|upload(?:ing)?|push(?:ing)?|transfer(?:ring)?|copy(?:ing)?|ship(?:ping)?"
    r"|deliver(?:ing)?|back(?:ing)?\s+up|sync(?:ing)?|go(?:es)?|hits?|get(?:s)?\s+through)\b[^.;!?\n]*\b(?:to|on)\s+"
    r"(?:the|our|my|an?)\s+(?:[a-z'’-]+\s+){1,3}(?:(?:at|on)\s+)?$"
    r"|\b(?:upload|back\s?up|rsync|transfer|copy|sync|send)\b[^.;!?\n]*\bto\s+(?:[a-z'’-]+\s+)?$",
    re.IGNORECASE,
)
_LINK_BEFORE = re.compile(r"\bhttps?://$", re.IGNORECASE)
#: "1.2.3.4 is the game server", "10.0.0.1 (my phone)".
_AFTER = re.compile(
    r"[\s,\"'\])]*(?:(?:which\s+|that\s+)?(?:is|are)\s+|that['’]s\s+|=\s*|\(\s*(?:that\s+is\s+)?|,?\s+as\s+)"
    r"(?:where\s+)?(?:(?:my|our|the|its|an?)\s+)?"
    r"(?:(?!not\b|for\b|on\b(?!\s+demand)|of\b|his\b|her\b|their\b)[a-z-]+\s+){0,3}?"
    rf"(?:(?P<applicationServer>{SERVER_WORD})|(?P<device>{DEVICE_WORD}))\b",
    re.IGNORECASE,
)
#: "10.0.0.4 is my end", "10.0.0.4, port 5004 on our side".
_MINE_AFTER = re.compile(
    r"[\s,(]*(?:(?:is|['’]s|on|at|=)\s+)?(?:my|our)\s+(?:own\s+)?(?:end|side)\b"
    r"|\s+(?:is|=)\s+(?:me|us|mine|ours)\b",
    re.IGNORECASE,
)
_THEIRS_AFTER = re.compile(
    r"[\s,(]*(?:(?:is|['’]s|on|at|=)\s+)?(?:their|the\s+(?:other|far|remote))\s+(?:end|side)\b",
    re.IGNORECASE,
)
_SERVES_AFTER = re.compile(r"\s+(?:hosts|serves|is\s+hosting)\s+(?:our|the|my|this|that|a)\b", re.I)
_PORT_BEFORE = re.compile(
    rf"(?:(?P<applicationServer>{SERVER_WORD}|remote|destination|(?<![a-z])(?:as|dst)(?=_?$))"
    rf"|(?<![a-z])(?P<device>{DEVICE_WORD}|local))(?:'s)?(?:[ _-]side)?[ _-]*[\"']?$",
    re.IGNORECASE,
)
_PORT_AFTER = re.compile(
    rf"\s*(?:on|of|at|is|are)\s+(?:the\s+|my\s+|its\s+|an?\s+|our\s+)?(?:app(?:lication)?\s+)?"
    rf"(?:(?P<applicationServer>{SERVER_WORD})|(?P<device>{DEVICE_WORD}))\b(?!\s*ports?|['’]s\s+side)",
    re.IGNORECASE,
)
#: A turn that puts the server right, and speaks of no device.
_ABOUT_SERVER = re.compile(
    rf"(?=.*\b{SERVER_WORD}\b[^.;!?\n]*\b(?:wrong|should|chang|moved|instead|now|correct|different|other|new))"
    rf"(?!.*\b(?:{DEVICE_WORD}|my|i|me|mine)\b)",
    re.IGNORECASE | re.DOTALL,
)
#: Between two addresses of one owner, of both families.
_AND_ALSO = re.compile(
    r"\s*(?:and|/|,|&|plus|\+)(?:\s+(?:and|its|ip|ipv[46]|v[46]|address|is))*[\s:]*", re.IGNORECASE
)
#: Between the two ends of a connection: "10.0.0.4 (van) -> ingest 198.51.100.7".
_ARROW = re.compile(r"[^;\n]{0,60}?(?:-+>|=+>|→|⇒|➜|➔)[^;,.\n]{0,40}")
#: The reverse: "cinema 198.51.100.7 <- projector 10.0.0.4".
_BACK_ARROW = re.compile(r"[^;\n]{0,60}?(?:<[-=]+|←|⇐)[^;,.\n]{0,40}")
#: "10.0.0.4 -> 10.0.0.5, I mistyped": what takes the place of another.
_REPLACED = re.compile(
    r"\b(?:wrong|typo|mis\w+|chang\w+|instead|now|was|old|new|correct\w*|renumber\w*|moved)\b",
    re.IGNORECASE,
)
#: Beside an address: which side of an address translation it is seen from.
_FILL = (
    r"(?:[\s_-]*(?:is|it(?:['’]s)?|ip(?:v?[46])?|addr(?:ess)?|one|side|ad+res+e?|looks?\s+like|seen\s+as"
    r"|shows?\s+(?:up\s+)?as|known\s+as|as))*[\s:=\"']*"
)
_OUTSIDE = (
    r"(?:public(?:ly)?|external(?:ly)?|outside|pub|wan"
    r"|(?:(?:the\s+)?world|internet)\s+sees(?:\s+(?:us|me|it|him|her|them))?)"
)
_INSIDE = r"(?:private(?:ly)?|local(?:ly)?|internal(?:ly)?|inside|priv|lan)"
#: "10.0.0.4 (outside it is 203.0.113.4)": the label of what follows.
_NEXT = rf"(?!{_FILL}[0-9])"
_PUBLIC = (
    rf"\b{_OUTSIDE}{_FILL}$",
    rf"\s*\(?(?:is\s+)?(?:(?:as\s+)?seen\s+)?(?:(?:on|from|to)\s+(?:the\s+)?)?(?:{_OUTSIDE}\b{_NEXT}|(?<=to\sthe\s)world\b"
    r"|(?<=from\s)(?:the\s+)?internet\b|(?<=from\sthe\s)internet\b)",
)
_PRIVATE = (
    rf"\b{_INSIDE}{_FILL}$",
    rf"\s*\(?(?:is\s+)?(?:(?:on|from)\s+the\s+)?{_INSIDE}\b{_NEXT}",
)


def role_of(text: str, start: int, end: int) -> Role | None:
    """Whose the address at `text[start:end]` is, where the words beside it tell."""
    before = text[max(0, start - 60) : start]
    if found := _BEFORE.search(before):
        return Role(str(found.lastgroup))
    if found := _AFTER.match(text, end):
        return Role(str(found.lastgroup))
    if _PERSON_BEFORE.search(before) or _MINE_AFTER.match(text, end):
        return Role.DEVICE
    if (
        _THEIRS_AFTER.match(text, end)
        or _LINK_BEFORE.search(before)
        or _SERVICE_BEFORE.search(before)
        or _SERVES_AFTER.match(text, end)
    ):
        return Role.SERVER
    return None


def port_role_of(text: str, start: int, end: int) -> Role | None:
    """Whose the ports at `text[start:end]` are."""
    found = _PORT_BEFORE.search(text[max(0, start - 40) : start]) or _PORT_AFTER.match(text, end)
    return Role(str(found.lastgroup)) if found else None


def corrects_server(text: str) -> bool:
    """Whether a whole turn is about a server that was named wrongly."""
    return bool(_ABOUT_SERVER.search(text))


def one_owner(text: str, start: int, end: int) -> bool:
    """Whether nothing but an "and" stands between two addresses."""
    return bool(_AND_ALSO.fullmatch(text, start, end))


def pointed(text: str, start: int, end: int) -> tuple[Role, Role] | None:
    """The ends that two mentions are, where an arrow from one to the other stands between them."""
    if _REPLACED.search(text):
        return None
    if _ARROW.fullmatch(text, start, end):
        return Role.DEVICE, Role.SERVER
    return (Role.SERVER, Role.DEVICE) if _BACK_ARROW.fullmatch(text, start, end) else None


def called_public(text: str, start: int, end: int) -> bool:
    """Whether the words beside an address call it public."""
    return _called(_PUBLIC, text, start, end)


def called_private(text: str, start: int, end: int) -> bool:
    """Whether the words beside an address call it private."""
    return _called(_PRIVATE, text, start, end)


def _called(words: tuple[str, str], text: str, start: int, end: int) -> bool:
    before = re.search(words[0], text[max(0, start - 40) : start], re.IGNORECASE)
    return bool(before or re.compile(words[1], re.IGNORECASE).match(text, end))
