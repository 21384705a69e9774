"""Whole lengths: parts joined, repeated, added and taken away, and what stands around them."""

from dataclasses import replace

from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.numbers import number
from camara_qod.tools.interpreter.reading.lengths.parts import (
    DAY,
    HOUR,
    MINUTE,
    Part,
    counted,
    part,
)
from camara_qod.tools.interpreter.reading.lengths.phrases import Amount
from camara_qod.tools.interpreter.reading.lengths.view import View

_MONTH = 28 * DAY
_MOST = 48
#: The smallest number of minutes that is said without their name.
_SPOKEN = 10
#: What minutes and seconds without their name stand behind.
_BELOW = {HOUR: MINUTE, MINUTE: 1}
_SIGNS = ("x", "*")
_WORDS_OF_A_THING = 2


def length(view: View, place: int) -> Part | None:
    """The length that begins at a token; one without seconds could not be read."""
    found = _product(view, place) or _chain(view, place)
    if found is None:
        return None
    while more := _more(view, found):
        found = more
    return found


def _chain(view: View, place: int) -> Part | None:
    """Parts with falling units: "1 hour and 30 minutes", "1h30"."""
    if not (found := part(view, place)):
        return None
    while following := _following(view, found):
        found = _added(found, following)
    if bare := _bare_minutes(view, found):
        return bare
    return found


def _added(first: Part, second: Part) -> Part:
    seconds = None
    if first.seconds is not None and second.seconds is not None:
        seconds = first.seconds + second.seconds
    return Part(seconds, second.end, second.unit, second.letter, split=second.split)


def _following(view: View, last: Part) -> Part | None:
    """The next part of a length, whose unit is smaller."""
    joint = last.end
    if view.begins_line(joint):
        return None
    if view.word(joint) in (",", "\u3001"):
        joint += 1
    joint = view.past(joint, "and")
    more = view.at(joint, "part") or view.at(joint, "alone")
    found = counted(view, joint) or (part(view, joint) if more else None)
    if found is None or found.unit >= last.unit or (last.unit >= _MONTH and found.unit < DAY):
        return None
    if found.seconds is not None and found.seconds >= last.unit:
        return None
    return None if view.at(found.end, "not_behind") else found


def _bare_minutes(view: View, last: Part) -> Part | None:
    """The next smaller unit without its name: "1h30", "two hours fifteen", "1 min 30"."""
    size = _BELOW.get(last.unit)
    if not size or last.split or last.seconds is None or (last.letter and size != MINUTE):
        return None
    joint = view.past(last.end, "and") if size == MINUTE else last.end
    count = None if view.begins_line(joint) or _dials(view, joint) else number(view, joint)
    if not count or count.article or count.value is None or count.value.denominator != 1:
        return None
    if not 0 < count.value < 60 or count.end - joint > 3 or not _closes(view, joint, count.end):
        return None
    if count.value < _SPOKEN and not (count.digits and len(view.word(joint)) > 1):
        return None
    end = view.past(count.end, "minute_behind") if size == MINUTE else count.end
    return Part(last.seconds + size * count.value, end, size)


def _closes(view: View, place: int, end: int) -> bool:
    """Whether a bare number can be the last of a length."""
    if view.at(end, "minute_behind"):
        return True
    if view.glued(place) and view.is_digits(place):
        latin = view.is_word(place - 1) and view.is_ideograph(end)
        apart = not view.glued(end) or view.is_sign(end) or latin
        return len(view.word(place)) == 2 and apart
    return closes(view, end)


def _product(view: View, place: int) -> Part | None:
    """A length that comes several times: "2 x 45 min", "6 heats of 12 minutes"."""
    if hit := view.value(place, "multiple"):
        return _times(view, hit[1], hit[0])
    count = None if view.at(place, "part") else number(view, place)
    if not count or count.article or count.value is None:
        return None
    if count.value.denominator != 1 or not 1 < count.value <= _MOST:
        return None
    if view.word(count.end) in _SIGNS:
        return _times(view, view.past(count.end + 1, "of"), count.value)
    if hit_ := view.at(count.end, "repeat"):
        return _times(view, hit_.end, count.value)
    return _of_things(view, count.end, count.value)


def _times(view: View, place: int, count: Amount) -> Part | None:
    found = _chain(view, view.past(place, "product"))
    return _multiplied(found, count) if found and not found.article else None


def _of_things(view: View, place: int, count: Amount) -> Part | None:
    """So many of something, each so long: "six lessons of 20 min"."""
    for _ in range(_WORDS_OF_A_THING):
        if not _is_thing(view, place):
            return None
        place += 1
        while view.word(place) == "-" and view.glued(place) and view.is_word(place + 1):
            place += 2
        if hit := view.at(place, "product"):
            return _repeated(view, hit.end, count, strict=False)
        if hit := view.at(place, "product_each"):
            return _repeated(view, hit.end, count, strict=True)
    return None


def _is_thing(view: View, place: int) -> bool:
    """Whether a token is a word that is neither unit nor fraction."""
    return view.is_word(place) and not (view.unit(place) or view.at(place, "part"))


def _repeated(view: View, place: int, count: Amount, *, strict: bool) -> Part | None:
    found = _chain(view, place)
    if found is None or (strict and not view.at(found.end, "each")):
        return None
    found = _multiplied(found, count)
    return replace(found, end=view.past(found.end, "each"))


def _multiplied(found: Part, count: Amount) -> Part:
    return replace(found, seconds=None if found.seconds is None else found.seconds * count)


def _repeated_behind(view: View, found: Part) -> Part | None:
    """With how often behind it: "45 minutes twice"."""
    place = view.past(found.end, "object")
    if hit := view.value(place, "multiple"):
        return replace(_multiplied(found, hit[0]), end=hit[1])
    count = number(view, place)
    if not count or count.article or not count.value or not 1 < count.value <= _MOST:
        return None
    often = view.past(count.end, "repeat")
    return replace(_multiplied(found, count.value), end=often) if often > count.end else None


def _more(view: View, found: Part) -> Part | None:
    """What is added, taken away or repeated behind a length."""
    if view.word(found.end) in _SIGNS and (count := number(view, found.end + 1)) and count.value:
        return replace(_multiplied(found, count.value), end=count.end)
    if repeated := _repeated_behind(view, found):
        return repeated
    joint = found.end + 1 if view.word(found.end) == "," else found.end
    for kind, sign in (("sum", 1), ("less", -1)):
        if hit := view.at(joint, kind):
            other = _chain(view, hit.end)
            if _dials(view, hit.end) and not _is_read(other):
                return None  # a phone number behind a length
            if other is None:
                return _unnamed(view, found, joint, sign)
            if other.seconds is not None and found.seconds is not None:
                seconds = found.seconds + sign * other.seconds
                return replace(other, seconds=seconds if seconds >= 0 else None)
            return other
    return None


def _dials(view: View, place: int) -> bool:
    """Whether a plus stands right before a number, as where a phone number begins."""
    return view.word(place - 1) == "+" and view.glued(place) and view.is_digits(place)


def _is_read(part: Part | None) -> bool:
    return part is not None and part.seconds is not None


def _unnamed(view: View, found: Part, joint: int, sign: int) -> Part | None:
    """What is added or taken away without its unit: "dos horas menos cuarto", "2 h less ten"."""
    place = view.past(view.past(joint, "sum" if sign > 0 else "less"), "article", "the")
    if hit := view.value(place, "part"):
        more, end = hit[0] * found.unit, hit[1]
    elif (count := number(view, place)) and not count.article and count.value is not None:
        more, end = count.value * _BELOW.get(found.unit, 0), count.end
    elif sign < 0 and closes(view, place):
        more, end = 0, place  # less than another
    else:
        return None
    clock = view.before(joint, "oclock_unsure") is not None
    if sign > 0 or clock or not more or not closes(view, end) or found.seconds is None:
        return replace(found, seconds=None, end=end)
    return replace(found, seconds=max(found.seconds - more, 0) or None, end=end, split=True)
