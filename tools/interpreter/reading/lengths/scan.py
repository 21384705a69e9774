"""One language's reading of a whole text."""

from collections.abc import Callable

from camara_qod.tools.interpreter.reading.lengths import kinds
from camara_qod.tools.interpreter.reading.lengths.bounds import Verdict, is_for, judged
from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.dates import date
from camara_qod.tools.interpreter.reading.lengths.ends import end
from camara_qod.tools.interpreter.reading.lengths.found import Found, Kind
from camara_qod.tools.interpreter.reading.lengths.hours import colons, prime
from camara_qod.tools.interpreter.reading.lengths.intervals import interval
from camara_qod.tools.interpreter.reading.lengths.lengths import length
from camara_qod.tools.interpreter.reading.lengths.moments import time_of_day
from camara_qod.tools.interpreter.reading.lengths.numbers import number
from camara_qod.tools.interpreter.reading.lengths.parts import Part
from camara_qod.tools.interpreter.reading.lengths.starts import start
from camara_qod.tools.interpreter.reading.lengths.view import View

#: Tokens of a sentence between the time that it is now and the end.
_NEAR = 30
_STOPS = frozenset(".!?")
_TIMES = "x"
#: Tokens behind digits that may belong to what they count.
_AHEAD = 5
_RANGES = ("-", "~", "/")
#: Signs inside of addresses, versions and times of day.
_JOINTS = (".", ":")
_FRACTIONS = tuple("½¼¾⅓⅔")
_NONE: dict[str, object] = {}


def scan(view: View) -> list[Found]:
    """What a language finds in a text, left to right, what is no time of interest included."""
    found: list[Found] = []
    place = 0
    while place < len(view):
        one = _at(view, place)
        if one is None:
            place += 1
        else:
            found.append(one)
            place = max(one.end, place + 1)
    return _joined(view, found)


def _at(view: View, place: int) -> Found | None:
    here = view.hits.get(place)
    wanted = 0
    if view.is_digits(place) or view.word(place) in _FRACTIONS:
        if not here and not _begins(view, place):
            return None
        wanted = _WANTED["number"]
    for kind in here or ():
        wanted |= _WANTED.get(kind, 0)
    if wanted:
        for bit, read in _READERS:
            if wanted & bit and (found := read(view, place)):
                return _in_zone(view, found)
    return None


def _in_zone(view: View, found: Found) -> Found:
    """A time of day in a zone of its own is not known exactly: "until 10:00 UTC"."""
    if not found.clocks or not (zone := view.at(found.end, "zone")):
        return found
    kind = found.kind if found.kind in (Kind.START, Kind.NOTHING) else Kind.UNREAD
    return found._replace(end=zone.end, kind=kind, clocks=())


def _begins(view: View, place: int) -> bool:
    """Whether digits can begin something: no address, and no number of other things."""
    joined = view.word(place - 1) in _JOINTS and view.glued(place) and view.glued(place - 1)
    if joined and view.is_digits(place - 2):
        return False
    behind = place + 1
    if view.word(behind) == _TIMES:
        return True
    if view.word(behind) == "." == view.word(behind + 2) and view.is_digits(behind + 3):
        return not all(map(view.glued, range(behind, behind + 4)))
    if view.is_word(behind) or view.is_ideograph(behind):
        following = (view.hits.get(at, _NONE) for at in range(behind, behind + _AHEAD))
        return not kinds.BEHIND_DIGITS.isdisjoint(next(following)) or any(
            map(kinds.PRODUCT.intersection, following)
        )
    return behind < len(view)


def _date(view: View, place: int) -> Found | None:
    end = date(view, place)
    return Found(place, end, Kind.NOTHING) if end > place else None


def _nothing(view: View, place: int) -> Found | None:
    hit = view.at(place, "nothing")
    longer = _reach(view, place, hit.end) if hit else 0
    inside = view.is_ideograph(place) and view.at(place - 1, "number")
    if hit and hit.end >= longer and not inside:
        return Found(place, hit.end, Kind.NOTHING)
    return None


def _reach(view: View, place: int, end: int) -> int:
    """How far the phrases reach that begin inside of some words and are read otherwise."""
    units = (view.past(at, "unit", "alone") for at in range(place, end))
    return max(view.past(place, "unread"), *units)


def _unread(view: View, place: int) -> Found | None:
    hit = view.at(place, "unread")
    if hit and view.before(place, "every") is not None:
        return Found(place, hit.end, Kind.NOTHING)
    return Found(place, hit.end, Kind.UNREAD) if hit else None


def _whole(view: View, place: int) -> Found | None:
    """All of something: "all day", "the whole afternoon", "toute la nuit"."""
    if part := view.at(place, "part_of_day"):
        stop = view.past(part.end, "whole_behind")
        return Found(place, stop, Kind.UNREAD) if stop > part.end else None
    if not (hit := view.at(place, "whole")):
        return None
    stop = view.past_all(hit.end, "part_of_day", "period")
    said = view.is_word(stop) and not view.glued(stop) and not view.at(place, "for")
    if stop == hit.end or not (said or closes(view, stop) or view.is_ideograph(stop)):
        return None
    return Found(place, stop, Kind.UNREAD)


def _hours(view: View, place: int) -> Found | None:
    found = colons(view, place) or prime(view, place)
    return _judged(view, place, found) if found else None


def _length(view: View, place: int) -> Found | None:
    found = length(view, place)
    return _judged(view, place, found) if found else None


def _judged(view: View, place: int, found: Part) -> Found:
    verdict = judged(view, place, found)
    if verdict is Verdict.NOTHING:
        return Found(place, found.end, Kind.NOTHING)
    if verdict is Verdict.UNREAD or found.seconds is None:
        return Found(place, _over_other_end(view, found.end), Kind.UNREAD)
    lasting = view.past(found.end, "lasting")
    behind = view.at(found.end, "in_behind")
    if behind and behind.end >= lasting and not is_for(view, place):
        if view.at(behind.end, "ago_behind"):
            return Found(place, behind.end, Kind.NOTHING)
        return Found(place, behind.end, Kind.START, seconds=round(found.seconds))
    total = (
        view.before(place, "total_before") is not None or view.at(found.end, "total") is not None
    )
    return Found(place, found.end, Kind.LENGTH, seconds=round(found.seconds), total=total)


def _over_other_end(view: View, end: int) -> int:
    """The token behind the second part of what could not be read, such as "2 hours to 3 hours"."""
    joint = end + 1 if view.word(end) in _RANGES else view.past(end, "or", "to", "and")
    other = length(view, joint) or number(view, joint)
    return other.end if other else end


def _bare_unit(view: View, place: int) -> Found | None:
    """A unit by itself: unread where it is all that is said, or where a number follows it."""
    unit = view.unit(place)
    if not unit or unit[0].letter or not unit[0].seconds:
        return None
    end = unit[1]
    if unit[0].one and view.language.bare_units and _apart(view, place, end):
        return Found(place, end, Kind.LENGTH, seconds=unit[0].seconds)
    if place == 0 and all(map(view.is_sign, range(end, len(view)))):
        return Found(place, end, Kind.UNREAD)
    joint = view.past(end, "or")
    told = unit[0].one and (joint > end or view.language.bare_units)
    count = number(view, joint) if told and not view.is_digits(joint) else None
    if count and not count.article:
        return Found(place, view.past(count.end, "unit"), Kind.UNREAD)
    return None


def _apart(view: View, place: int, end: int) -> bool:
    """Whether a unit stands between signs, or with nothing but a word such as "please"."""
    begins = place == 0 or view.is_sign(place - 1)
    return begins and not view.glued(place) and closes(view, end)


def _joined(view: View, found: list[Found]) -> list[Found]:
    """What belongs together: ends and starts as intervals, and what lasts from later on."""
    joined: list[Found] = []
    for one in found:
        last = joined[-1] if joined else None
        pair = (_later(view, last, one) or _pair(view, last, one)) if last else None
        if pair:
            joined[-1] = pair
        else:
            joined.append(one)
    return joined


def _later(view: View, first: Found, second: Found) -> Found | None:
    """A length and its start, in either order: what lasts so long does not begin now."""
    if {first.kind, second.kind} != {Kind.LENGTH, Kind.START} or not _beside(view, first, second):
        return None
    begin, lasting = (first, second) if first.kind is Kind.START else (second, first)
    return begin._replace(start=first.start, end=second.end, lasting=lasting.seconds)


def _beside(view: View, first: Found, second: Found) -> bool:
    """Whether nothing stands between but a sign inside of a sentence and a word such as "for"."""
    sign = view.is_sign(first.end) and view.word(first.end) not in _STOPS
    place = first.end + sign
    return second.start in (place, view.past(place, "for"))


def _pair(view: View, first: Found, second: Found) -> Found | None:
    """A start or the time that it is now, and an end, in either order."""
    if not (first.clocks and second.clocks) or len(first.clocks) + len(second.clocks) != 2:
        return None
    kinds = {first.kind, second.kind}
    near = second.start - first.end
    if kinds == {Kind.START, Kind.END} and near <= 1:
        begin, stop = (first, second) if first.kind is Kind.START else (second, first)
    elif kinds == {Kind.NOTHING, Kind.END} and near <= _NEAR:
        begin, stop = (first, second) if first.kind is Kind.NOTHING else (second, first)
        between = map(view.word, range(first.end, second.start))
        if not _is_now(view, begin) or not _STOPS.isdisjoint(between):
            return None
    else:
        return None
    clocks = (begin.clocks[0].told_by(stop.clocks[0]), stop.clocks[0])
    return Found(first.start, second.end, Kind.INTERVAL, clocks=clocks)


def _is_now(view: View, found: Found) -> bool:
    """Whether a time of day is said to be the present one: "it is 3 pm now", "now it is 1 am"."""
    behind = view.at(found.end, "now")
    return bool(behind) or any(
        view.before(at, "now") is not None for at in range(found.start - 3, found.start + 1)
    )


#: What is tried at a token, in this order, and the kinds of phrases that it may begin with; a
#: number in digits is a "number".
_TRIED: tuple[tuple[Callable[[View, int], Found | None], frozenset[str]], ...] = (
    (_nothing, frozenset(("nothing",))),
    (interval, kinds.MOMENT),
    (end, kinds.END),
    (start, kinds.START),
    (_date, frozenset(("number", "month"))),
    (_hours, frozenset(("number",))),
    (_whole, frozenset(("whole", "part_of_day"))),
    (_unread, frozenset(("unread",))),
    (_length, kinds.LENGTH),
    (time_of_day, kinds.MOMENT),
    (_bare_unit, frozenset(("unit",))),
)
_READERS = tuple((1 << number, read) for number, (read, _) in enumerate(_TRIED))
#: For each kind the bits of the readers that begin with it.
_WANTED = {
    kind: sum(1 << number for number, (_, needed) in enumerate(_TRIED) if kind in needed)
    for kind in frozenset().union(*(needed for _, needed in _TRIED))
}
