"""What is told by its form in every language: ISO 8601 lengths, and what is no time at all."""

import re
from datetime import timedelta
from functools import cache

from pydantic import TypeAdapter, ValidationError

from camara_qod.tools.interpreter.reading.lengths.field_names import field_names
from camara_qod.tools.interpreter.reading.lengths.stamps import stamps
from camara_qod.tools.interpreter.reading.lengths.times import Length, Time, TimeOfDay, Unread

#: Stands in the place of what was read or is to be passed over.
BLANK = "\ufffc"
#: Stands in the place of a date.
DATE = "\ufffb"
_ISO = re.compile(
    r"(?<![\w/.%\u2010\u2011\x00-])-?P(?=[0-9T])(?:[0-9]{1,4}W|(?:[0-9]{1,4}[DYM]){0,3}"
    r"(?:T(?:[0-9]{1,6}(?:\.[0-9]{1,3})?[HMS]){1,3})?)"
    r"(?![\w/]|[-\u2010\u2011%.]\w)",
    re.IGNORECASE,
)
_HEX = "[0-9A-Fa-f]"
_NO_TIME = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>]+"  # links
    r"|(?<!\S)[^\s@]{1,64}@[^\s@]{1,255}"  # mail addresses
    rf"|\b{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}\b"  # UUIDs
    rf"|(?<![\w:])(?=[0-9:]*(?:[A-Fa-f]|::))(?:{_HEX}{{0,4}}:){{2,7}}{_HEX}{{0,4}}(?![\w:])"  # IPv6
    rf"|\b{_HEX}{{2}}(?:-{_HEX}{{2}}){{5}}\b",  # MAC
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?<![\w.:/-])[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}"
    r"(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
    r"(?![\w:/-]|\.[0-9])"
)
_LENGTH = TypeAdapter(timedelta)


def read_forms(text: str) -> tuple[list[Time], str]:
    """What every language writes alike, and the text with blanks for what is done with.

    Args:
        text: any text.

    Returns:
        The lengths and the times of day with their dates, and a text of the same length.
    """
    found: list[Time] = []
    for match in _ISO.finditer(text):
        found.append(_iso(match))
    rest = _ISO.sub(_blank, text) if found else text
    rest = _DATE.sub(lambda match: DATE * len(match[0]), rest)
    stamped = list(stamps(text))
    rest = _without(rest, stamped)
    found += stamped
    return found, _standards().sub(_blank, _NO_TIME.sub(_blank, rest))


def _without(text: str, stamped: list[TimeOfDay]) -> str:
    letters = list(text)
    for stamp in stamped:
        letters[stamp.start : stamp.end] = DATE * (stamp.end - stamp.start)
    return "".join(letters)


@cache
def _standards() -> re.Pattern[str]:
    """Names of standards that look like numbers, with the letters of their parts."""
    names = "|".join(map(re.escape, field_names().standards))
    return re.compile(rf"(?<![\w.])(?:{names})[a-z]{{0,2}}(?![\w.])", re.IGNORECASE)


def _blank(match: re.Match[str]) -> str:
    return BLANK * len(match[0])


def _iso(match: re.Match[str]) -> Time:
    try:
        length = _LENGTH.validate_python(match[0].upper())
    except ValidationError:
        return Unread(match.start(), match.end())
    if length < timedelta():
        return Unread(match.start(), match.end())
    return Length(match.start(), match.end(), int(length.total_seconds()))
