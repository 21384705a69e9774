"""Which of several mentions of one kind are meant.

The newest turn that names any counts (a later turn corrects an earlier one), and what the words
beside it take back does not: an old number, a time that has passed or is yet to come. Where nothing
would be left, everything stays: then it is for the model to read.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from camara_qod.tools.interpreter.reading.mention import Address, Length, Mention, Phone, SessionId

M = TypeVar("M", bound=Mention)

#: Up to a few words between a word that takes something back and the thing; none with digits, and
#: no comma: after "wrong address, it's" comes the right one.
_GAP = r"(?:[^\w.,:;!?\n]+[A-Za-z'’]+){0,3}[^\w.,:;!?\n]+$"
_SPACE = r"[^\w.;!?\n]*"
_BEFORE = {
    # "At the old mill" is a place.
    Mention: r"(?:\b(?:not|never|(?<!\bat\sthe\s)(?<!\bin\sthe\s)(?<!\bby\sthe\s)old|former"
    r"|formerly|previous|previously|wrong|ignore|except"
    rf"|instead\s+of|rather\s+than)|n['’]t){_GAP}",
    Address: rf"\b(?:mask|default\s+gateway|dns|ntp|name\s?servers?|resolver|proxy)\b{_GAP}"
    rf"|\b(?:mask|dns)\b.*\bgateway{_GAP}|\b(?:netmask|dns|ntp)\b[^.,;!?\n\d]{{0,40}}$"
    rf"|\b(?:was|were|used\s+to\s+be){_SPACE}$",
    Phone: r"\b(?:call|ring|text|reach|contact|phone)\s+(?:me|us|him|her|them)\b[^.;!?\n]{0,24}$"
    r"|\b(?:ring|text|page|contact)\s+(?:the|our|my)\s+[\w'’ ]{1,30},?\s*(?:(?:on|at|under)\s*)?$"
    r"|\b(?:call|ring|phone)\b[^.;!?\n]{1,40}\bback\s+(?:on|at|under)\W*$"
    r"|\b(?:office|desk|fax|hotline|switchboard)\s*:?\s*$"
    r"|\b(?:regards|sincerely|cheers|faithfully|gr[üu](?:ß|ss)e?|saludos|cordialement)\b[^\n]{0,30}\n[^.!?]*$",
    SessionId: r"\b(?!.*\bsession\W*$)(?:ticket|order|invoice|trace|correlat\w+|request|transaction"
    r"|account|customer|case|incident|billing|tracking|device)(?:[\s_-]?(?:id|no|number|ref))?"
    rf"(?:\b{_GAP}|[\s:=#\"']*$)",
    Length: rf"\b(?:over(?:ran|run)|late|delayed|ran\s+over)\s+by{_SPACE}$"
    rf"|\bthe\s+one\s+before{_SPACE}$"
    r"|(?:\b(?:forget|scrap|cancel|drop|was|were|been|had|took|ran|lasted|waited|waiting|lost"
    rf"|yesterday|every|each|since){_GAP}|\b(?:in|after|within|starts?|begins?|opens?|leaves?){_SPACE}$)",
}
_AFTER = {
    Mention: rf"^{_SPACE}(?:which\s+|that\s+)?(?:is|was)\s+"
    r"(?:wrong|old|outdated|down|dead|the\s+old)\b"
    r"|^[^.;!?\n\d]{0,20}\b(?:leave|let)\s+(?:that|it|this)\s+(?:one\s+)?alone\b",
    Address: rf"^{_SPACE}and\s+(?:the\s+|my\s+)?dns\b",
    Phone: "(?!)",
    SessionId: rf"^{_SPACE}(?:which\s+|that\s+|it\s+)?(?:is\s+not|isn['’]t|is\s+no)"
    r"\s+(?:a\s+|the\s+)?session\b",
    Length: rf"^{_SPACE}(?:(?:is|was)\s+(?:far\s+|way\s+|much\s+)?too\s+(?:short|long|little|much)"
    r"|ago|earlier|later|late|away|from\s+now|before|already|old|behind|ahead|after|into|every"
    r"|apart|per|lag|delay|remaining|left|to\s+go"
    r"|of\s+(?:[a-z-]+\s+){0,2}(?:recordings?|footage|rushes|photos|logs|backlog|material))\b",
}
#: Text that plays the system or overrules what was said before: data, as all text is.
_ORDER = re.compile(
    # To the end of the line, unless the person speaks again before: "SYSTEM: … . I need …".
    r"(?:^|\n|[^\w\s,]\s*)(?:system|assistant|admin(?:istrator)?|developer)(?:\s+(?:message|note|prompt))?\s*:"
    r"(?:(?!\buser\s*:|(?<=[.!?])\s+(?:i|i['’]m|my|we|our|(?:video|phone|voice)\s+call|phone|mobile|need)\b)[^\n])*"
    r"|<\|[^|>]*\|>\s*system\b[^<]*"
    r"|\b(?:ignore|disregard|override)\b[^.!?\n]*?\b(?:above|instructions?|rules|prompt|user)\b"
    r"(?:[^.!?\n]|\.(?=\d))*",
    re.IGNORECASE,
)
#: "The wrong number is … , the right one is …".
_RIGHT = re.compile(rf"\b(?:right|correct|real|proper|actual|mine){_GAP}", re.IGNORECASE)
#: Words that say that the session is to be that long, whatever else is said.
_FOR = re.compile(
    r"(?:\bfor(?:\s+(?:the\s+next|about|around|at\s+least|another|some))?|\bduration[\"']?\s*[:=]?"
    r"|\blasting|\bmake\s+(?:it|that))\s*[\"']?$",
    re.IGNORECASE,
)
_SUITS = re.compile(
    r"\s*(?:(?:should|will|would|['’]ll|ought\s+to)\s+(?:do|be|suffice)|(?:is|are)\s+(?:enough|fine|plenty))\b",
    re.IGNORECASE,
)
#: "…, 30m": the last thing of a list.
_LISTED = re.compile(r"[,;/|]\s*$")
#: Words of the same clause by which a length may be that of something else.
_HAZY = re.compile(
    r"\b(?:ignore|instructions?|system|assistant|override|was|were|had|been|yesterday|ago|last"
    r"|since|already|earlier|before|after|within|until|every|each|per|old|takes?\s+(?:me|us)|walk|drive"
    r"|ride|flight|commute|timeouts?|months?|complain\w*|games|warn(?:ing)?|error|log"
    r"|previous(?:ly)?|failed|footage|record(?:ed|ings?)|rushes|cut)\b|[0-9]:[0-9]{2}:[0-9]",
    re.IGNORECASE,
)
#: "It samples every 5 seconds": the time of something that goes on all along.
_REPEATED = re.compile(
    r"\b(?:every|each)\s+(?:other\s+)?[\w.]+\s+(?:milli)?(?:seconds?|secs?|minutes?|mins?|hours?)\b",
    re.IGNORECASE,
)
_EACH = re.compile(r"^\s*(?:each|apiece)\b", re.IGNORECASE)
_DEFAULT = re.compile(
    r"\b(?:default|standard|usual|normal)\s+(?:length|duration|time)\b"
    r"|\b(?:length|duration|time)\b[^.;!?\n]{0,20}\b(?:default|standard|usual)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.;!?]\s|\n")
#: Words of a later turn that leave the length open again.
_OPEN = re.compile(
    r"\b(?:default|matters?|whatever|any\s+length|how\s+long|fresh|another|different|next"
    r"|new\s+(?:one|session|request|boost|booking|time|length|duration|call|game|match))\b",
    re.IGNORECASE,
)
_MORE_BEFORE = re.compile(
    r"\b(?:by|another|extra|additional|further|add|plus|\+)\s*(?:an?\s+)?$", re.IGNORECASE
)
_MORE_AFTER = re.compile(
    r"\s*(?:more|longer|extra|on\s+top|to\s+(?:it|that|session))\b", re.IGNORECASE
)

_BEFORE_OF = {kind: re.compile(text, re.IGNORECASE) for kind, text in _BEFORE.items()}
_AFTER_OF = {kind: re.compile(text, re.IGNORECASE) for kind, text in _AFTER.items()}


def meant(items: Sequence[M], messages: Sequence[str]) -> list[M]:
    """The mentions that count, in the order in which they were written.

    Args:
        items: of one kind.
        messages: the turns that they stand in.
    """
    kept = [item for item in items if not taken_back(item, messages)] or list(items)
    newest = max((item.turn for item in kept), default=0)
    kept = [item for item in kept if item.turn == newest]
    right = [item for item in kept if _RIGHT.search(_around(item, messages)[0])]
    return right or kept


def taken_back(item: Mention, messages: Sequence[str]) -> bool:
    """Whether the words beside a mention say that it is not to be used."""
    return in_an_order(item, messages[item.turn]) or any(
        _spoken_against(item, kind, messages)
        for kind in (Mention, type(item))
        if kind in _BEFORE_OF
    )


def no_session(item: SessionId, messages: Sequence[str]) -> bool:
    """Whether the words beside an id say that it is one of something else."""
    return _spoken_against(item, SessionId, messages)


def _spoken_against(item: Mention, kind: type[Mention], messages: Sequence[str]) -> bool:
    before, after = _around(item, messages)
    return bool(_BEFORE_OF[kind].search(before) or _AFTER_OF[kind].search(after))


def without_orders(text: str) -> str:
    """A turn without the lines that pretend to be somebody else's orders."""
    return _ORDER.sub(" ", text)


def in_an_order(item: Mention, text: str) -> bool:
    """Whether a mention stands in a line that pretends to be somebody else's order."""
    return any(start <= item.start and item.end <= end for start, end in _orders(text))


@lru_cache(maxsize=16)
def _orders(text: str) -> list[tuple[int, int]]:
    """Where the lines are that pretend to be somebody else's orders."""
    return [match.span() for match in _ORDER.finditer(text)]


def without_doubt(item: Length, messages: Sequence[str]) -> bool:
    """Whether a length, the only one, is that of the session.

    It is ("gaming, 2 hours"), unless the words around it speak of another time.
    """
    if taken_back(item, messages) or any(_OPEN.search(text) for text in messages[item.turn + 1 :]):
        return False
    text = messages[item.turn]
    before, after = text[: item.start], text[item.end :]
    start = max((match.end() for match in _CLAUSE_END.finditer(before)), default=0)
    end = _CLAUSE_END.search(after)
    said = text[item.start : item.end]
    clause = text[start : item.start] + (" " if ":" in said else said)
    # "6 heats of 12 minutes each"
    clause += _EACH.sub(" ", after[: end.start() if end else None])
    alone = _LISTED.search(before) and not after.strip(" .!")
    return bool(alone or _FOR.search(before) or _SUITS.match(after)) or not _HAZY.search(
        _REPEATED.sub(" ", clause)
    )


def left_to_default(messages: Sequence[str]) -> bool:
    """Whether the newest turn leaves the length to the configuration."""
    return len(messages) > 1 and bool(_DEFAULT.search(messages[-1]))


def additional(items: Sequence[Length], messages: Sequence[str]) -> list[Length]:
    """The lengths that are to be added ("by 15 minutes", "an hour more")."""
    added = []
    for item in items:
        before, after = _around(item, messages)
        if _MORE_BEFORE.search(before) or _MORE_AFTER.match(after):
            added.append(item)
    return added


def _around(item: Mention, messages: Sequence[str]) -> tuple[str, str]:
    text = messages[item.turn]
    return text[max(0, item.start - 80) : item.start], text[item.end : item.end + 40]
