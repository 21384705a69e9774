"""Every finding stands in the text whole: nothing on either side can belong to the same token."""

import unicodedata
from dataclasses import replace

from camara_qod.tools.interpreter.reading.lengths.forms import BLANK, DATE
from camara_qod.tools.interpreter.reading.lengths.times import Length, Time, Unread

#: What stands for text that was read before, here and in the caller's text.
_READ = (BLANK, DATE, "\x00")
#: Signs that join what stands on both sides of them.
_JOINTS = "-\u2010\u2011%."


def whole(text: str, time: Time) -> Time | None:
    """A finding as it is, or unread with all that is joined to it.

    Args:
        text: where it was found.
        time: the finding.

    Returns:
        None where it is joined to what was read before. A length that is the first part of a
        compound ("2-hour-session") has all of it.
    """
    start = _reach(text, time.start, -1)
    end = _reach(text, time.end - 1, 1) + 1
    if _touches(text, start, -1) or _touches(text, end - 1, 1):
        return None
    if (start, end) == (time.start, time.end):
        return time
    if isinstance(time, Length) and start == time.start and _is_compound(text[start:end], time):
        return replace(time, end=end)
    return Unread(start, end)


def _touches(text: str, place: int, step: int) -> bool:
    """Whether what was read before stands right beside a character, or behind a sign that joins."""
    near, far = _at(text, place + step), _at(text, place + 2 * step)
    return near in _READ or (bool(near) and near in _JOINTS and far in _READ)


def _reach(text: str, place: int, step: int) -> int:
    """The last character of a token, in one direction from one inside of it."""
    while _goes_on(*(_at(text, place + step * far) for far in range(3))):
        place += step
    return place


def _goes_on(own: str, near: str, far: str) -> bool:
    """Whether a token goes on behind a character; a change of script is a boundary."""
    if near in _READ or _is_wide(own):
        return False
    if near and near in _JOINTS:
        return _inside(far) and not (near == "." and far.isupper())
    return _inside(near)


def _inside(character: str) -> bool:
    """Whether a character goes on with a token; scripts without spaces set no boundary."""
    if character == "_":
        return True
    return character.isalnum() and not _is_wide(character)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _is_compound(text: str, time: Length) -> bool:
    """Whether only letters are joined to a length that is one word itself."""
    own, more = text[: time.end - time.start], text[time.end - time.start :]
    letters = more.replace("-", "")
    return not own.count(" ") and own[-1:].isalpha() and more[0] == "-" and letters.isalpha()


def _at(text: str, place: int) -> str:
    return text[place] if 0 <= place < len(text) else ""
