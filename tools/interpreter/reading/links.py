"""Links, read whole by a URL library or not at all.

A host in any script becomes punycode (IDNA), the rest of the link is percent-encoded. What cannot
be sent as a link is `Invalid`, so that it is asked about: it is never shortened.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import httpx2
from linkify_it import LinkifyIt
from linkify_it.tlds import TLDS

from camara_qod.tools.interpreter.reading.mention import Invalid, Mention, Sink
from camara_qod.tools.interpreter.reading.text import READ, Turn

_FIELDS = ("sink",)
#: From the scheme to what no link has in it: a space, a quote, a bracket that opens nothing.
_SCHEMED = re.compile(
    rf"(?<![\w+.-])[a-z][a-z0-9+.-]*://[^\s<>\"«»“”„「」『』【】《》。、，；！？{READ}]+",
    re.IGNORECASE,
)
_HOST_IS_ADDRESS = re.compile(r"(?:[^/\s@]*@)?(?:[0-9]{1,3}\.[0-9]|\[)")
_TRAILING = ".,;:!?*'`)]}|"
_CLOSING = {")": "(", "]": "[", "}": "{"}
#: RFC 3986: what a link is made of.
_PLAIN_LINK = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]+")
#: Top-level domains for private use and for examples (RFC 2606, RFC 6762, RFC 8375).
_RESERVED = ["example", "test", "invalid", "localhost", "local", "internal", "lan", "corp", "home"]


def links(turn: Turn) -> Iterator[Mention]:
    """Links with their scheme: https ones that can be sent, and others, which say why not."""
    for match in _SCHEMED.finditer(turn.text):
        if READ in turn.rest[match.start() : match.end()]:
            continue
        text = _without_trailing(match[0])
        scheme, _, rest = text.partition("://")
        if scheme.lower() != "https" and _HOST_IS_ADDRESS.match(rest):
            continue  # no link for notifications, and its host may be an end of the connection
        if rest:
            place = (turn.number, match.start(), match.start() + len(text))
            if turn.whole(match.start(), match.start() + len(text)):
                yield _link(place, scheme.lower(), text)
            else:
                yield Invalid(*place, _FIELDS, f"{text} is part of something longer")


def links_without_scheme(turn: Turn) -> Iterator[Mention]:
    """A host and a path or a known domain ("example.com/hook"), which cannot be sent as it is."""
    for found in _linkify().match(turn.rest) or []:
        if found.schema == "" and "." in found.raw and not _address(found.raw):
            place = (turn.number, found.index, found.last_index)
            yield _without_scheme(place, found.raw)


def _without_scheme(place: tuple[int, int, int], text: str) -> Invalid:
    if "/" in text:
        return Invalid(*place, _FIELDS, f"{text} is no link that begins with https://")
    reason = f"{text} is a host name; it takes an IP address, or a link that begins with https://"
    return Invalid(*place, ("applicationServer", *_FIELDS), reason)


def _link(place: tuple[int, int, int], scheme: str, text: str) -> Mention:
    if scheme != "https":
        return Invalid(*place, _FIELDS, f"{text} is no link that begins with https://")
    if _end_is_open(text):
        return Invalid(*place, _FIELDS, f"it is not clear where the link {text} ends")
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        return Invalid(*place, _FIELDS, f"{text} is not a valid link")
    if not url.host or not re.fullmatch(r"[^\s\\^`{|}]+", text):
        return Invalid(*place, _FIELDS, f"{text} is not a valid link")
    plain = _PLAIN_LINK.fullmatch(text)
    return Sink(*place, "https" + text[len("https") :] if plain else str(url))


def _end_is_open(text: str) -> bool:
    """Whether the text that follows a link may have been written right behind it.

    A dash of typesetting, an apostrophe, or a script that sets no spaces after ASCII letters.
    """
    authority, _, path = text.partition("://")[2].partition("/")
    labels = re.split(r"[.:@]", authority)
    mixed = any(any(map(_wide, label)) and any(map(str.isascii, label)) for label in labels)
    return mixed or any(map(_wide, path)) or any(map(_quotes_or_dashes, authority + path))


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _quotes_or_dashes(character: str) -> bool:
    if character.isascii():
        return character == "'"
    return unicodedata.category(character) in ("Pd", "Po", "Pi", "Pf", "Ps", "Pe")


def _without_trailing(text: str) -> str:
    """A link without the punctuation of the sentence that it stands in."""
    while text and _may_trail(text[-1]):
        last = text[-1]
        if last in _CLOSING and text.count(_CLOSING[last]) >= text.count(last):
            break
        text = text[:-1]
    return text


def _may_trail(character: str) -> bool:
    foreign = not character.isascii() and unicodedata.category(character) in ("Po", "Pf", "Pe")
    return foreign or character in _TRAILING


def _address(text: str) -> bool:
    return bool(re.match(r"[0-9.]+(?![\w.])", text))


@cache
def _linkify() -> LinkifyIt:
    return LinkifyIt(options={"fuzzy_email": False}).tlds([*TLDS, *_RESERVED])
