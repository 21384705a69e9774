"""What stands on both sides of a length: whether it is whole, and whether it is a length at all."""

import unicodedata
from enum import Enum

from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.forms import BLANK, DATE
from camara_qod.tools.interpreter.reading.lengths.numbers import number
from camara_qod.tools.interpreter.reading.lengths.parts import DAY, HOUR, MINUTE, Part
from camara_qod.tools.interpreter.reading.lengths.view import View

_YEAR = 360 * DAY
_GROUP = 3
#: The first hour that is more often a time of day than a length.
_MORNING = 6
#: From here on a number in words behind "an hour and" is hardly one of things.
_MINUTES = 10
_NOON, _HOURS = 12, 24
_SIXTY, _LONGEST = 60, 9
_STOPS = (".", "!", "?")
_DASHES = "\u2014\u2015"
_BLANKS = (BLANK, DATE)
_OPENING = "([{\"'=+<>~*?!;|«:,&"


class Verdict(Enum):
    """What becomes of a length that was read."""

    WHOLE = "whole"
    UNREAD = "unread"
    NOTHING = "nothing"


def judged(view: View, place: int, found: Part) -> Verdict:
    """Whether the length at `place` is one, with nothing touching it that was not read."""
    if found.letter and found.unit == DAY and _of_something(view, place, found):
        return Verdict.NOTHING
    if found.spaced and found.unit == MINUTE:  # metres
        return (
            Verdict.UNREAD if is_for(view, place) or _whole(view, place, found) else Verdict.NOTHING
        )
    for check in (_scale, _left_glue, _right_glue, _left_words, _right_words):
        verdict = check(view, place, found)
        if verdict is not Verdict.WHOLE:
            return verdict
    return Verdict.WHOLE


def _whole(view: View, place: int, found: Part) -> bool:
    """Whether a length is a sentence of its own."""
    begins = place == 0 or view.word(place - 1) in _STOPS
    return begins and (found.end >= len(view) or view.word(found.end) in _STOPS)


def _of_something(view: View, place: int, found: Part) -> bool:
    """Whether "2d" or "3d" is said of what follows: "a 2d game"."""
    return view.is_word(found.end) and not is_for(view, place)


def _left_glue(view: View, place: int, found: Part) -> Verdict:
    before = place - 1
    if before < 0 or not view.glued(place):
        return Verdict.WHOLE
    if view.is_word(before) or view.is_digits(before):
        return Verdict.WHOLE if view.is_ideograph(place) else Verdict.NOTHING
    if view.is_ideograph(before):
        return Verdict.WHOLE
    return _after_sign(view, before)


def _after_sign(view: View, sign: int) -> Verdict:
    """What a sign glued to a length makes of it."""
    mark, joined = view.word(sign), view.glued(sign)
    digit = joined and view.is_digits(sign - 1)
    if mark in _BLANKS or (joined and view.word(sign - 1) in _BLANKS):
        return Verdict.NOTHING
    if unicodedata.category(mark) == "Sc":
        return Verdict.NOTHING
    if mark == "-":
        if joined and not digit and view.raw(sign) in _DASHES:
            return Verdict.WHOLE
        if joined and not digit and not view.is_sign(sign - 1):
            return Verdict.NOTHING
        return Verdict.NOTHING if digit and _chained(view, sign - 1) else Verdict.UNREAD
    if mark in ".,:/" and digit:
        return Verdict.NOTHING if _chained(view, sign - 1) or mark in ".:" else Verdict.UNREAD
    if mark in ":," and joined and view.glued(sign - 1) and view.is_digits(sign - 2):
        return Verdict.NOTHING
    if mark in "./":
        return Verdict.UNREAD
    return Verdict.WHOLE if mark in _OPENING or not mark.isascii() else Verdict.NOTHING


def _chained(view: View, place: int) -> bool:
    """Whether digits are the last of several with signs between, such as an address or a date."""
    return (
        view.glued(place)
        and (view.is_sign(place - 1) or view.is_word(place - 1))
        and (view.word(place - 1) not in _OPENING or view.word(place - 1) in ":,")
    )


def _right_glue(view: View, place: int, found: Part) -> Verdict:
    end = found.end
    if end >= len(view) or not view.glued(end):
        return Verdict.WHOLE
    if not view.is_sign(end):
        mixed = view.is_ideograph(end) or view.is_ideograph(end - 1)
        return Verdict.WHOLE if mixed else Verdict.NOTHING
    return _before_sign(view, end, found)


def _before_sign(view: View, end: int, found: Part) -> Verdict:
    """What a sign glued behind a length makes of it."""
    mark, follows = view.word(end), end + 1 < len(view) and view.glued(end + 1)
    digit = follows and view.is_digits(end + 1)
    if mark in "^_\\@%°²³#":
        return Verdict.NOTHING
    if mark in ".,:~" and digit:
        return Verdict.UNREAD
    if mark == ":" and follows and view.is_word(end + 1):
        return Verdict.NOTHING if found.letter else Verdict.WHOLE
    if mark == "." and follows and view.is_word(end + 1) and found.letter:
        return Verdict.NOTHING
    if mark == "+":
        return Verdict.UNREAD
    if mark == "-" and follows:
        return _before_hyphen(view, end, found)
    if mark == "/":
        per = digit or view.unit(end + 1)
        return Verdict.UNREAD if per else Verdict.NOTHING
    return Verdict.WHOLE


def _before_hyphen(view: View, end: int, found: Part) -> Verdict:
    if view.is_digits(end + 1):
        return Verdict.UNREAD
    identifier = view.glued(end + 2) and view.is_digits(end + 2)
    if identifier or (found.letter and found.unit == DAY):
        return Verdict.NOTHING
    return Verdict.WHOLE


def _left_words(view: View, place: int, found: Part) -> Verdict:
    place = _over_about(view, place)
    if found.article and _rate(view, place):
        return Verdict.NOTHING
    before = view.before(place, "every", "ago", "ordinal", "age")
    said = view.before(place, "for")
    if found.seconds == found.unit and view.before(place, "not") is not None:
        return Verdict.NOTHING
    if before is not None and (said is None or said >= before):
        lower = found.seconds is None and view.at(before, "between")
        return Verdict.UNREAD if lower else Verdict.NOTHING
    if view.before(place, "daily") is not None:
        return Verdict.UNREAD
    if view.before(place, "above") is not None and view.before(place, "most") is None:
        return Verdict.UNREAD
    return Verdict.UNREAD if _number_before(view, place, found) else Verdict.WHOLE


def is_for(view: View, place: int) -> bool:
    """Whether the words before a length say that it is how long."""
    return view.before(_over_about(view, place), "for") is not None


def _over_about(view: View, place: int) -> int:
    """Where words such as "about" before a length begin."""
    start = view.before(place, "about")
    return place if start is None else start


def _rate(view: View, place: int) -> bool:
    """Whether a unit with an article is what something is counted by: "60 km an hour"."""
    if view.before(place, "often") is not None:
        return True
    if not view.at(place, "per"):
        return False
    price = any(
        unicodedata.category(view.word(at)[0]) == "Sc" for at in range(max(0, place - 3), place)
    )
    if price:
        return True
    if view.before(place, "clause", "for") is not None or not view.is_word(place - 1):
        return False
    return view.is_digits(place - 2) or view.before(place - 1, "number") is not None


def _number_before(view: View, place: int, found: Part) -> bool:
    """Whether a number stands right before, or is the lower end of "between two and three"."""
    before = place - 1
    if view.begins_line(place):
        return False
    if view.is_digits(before) and not view.glued(place):
        return _is_bare(view, before) and _could_count(view, place)
    if view.word(before) == "," and not view.glued(place):
        return _counts_up(view, place)
    start = view.before(place, "number", "part", "beginning", "plus")
    if start is not None:
        one = view.value(start, "number")
        # "The first one an hour", "this one 30 minutes": it counts nothing.
        return not (one and one[0] == 1 and (found.article or view.is_digits(place)))
    article = view.before(place, "the")
    joint = view.before(place if article is None else article, "and")
    return joint is not None and _is_amount(view, joint - 1)


def _counts_up(view: View, place: int) -> bool:
    """Whether a number is the second of two that follow each other: "two, three hours"."""
    count, comma = number(view, place), place - 1
    start = comma - 1 if view.is_digits(comma - 1) else view.before(comma, "number", "one")
    first = None if start is None else number(view, start)
    if not count or not first or first.end != comma or first.digits != count.digits:
        return False
    return first.value is not None and count.value == first.value + 1


def _could_count(view: View, place: int) -> bool:
    """Whether a number in digits before a token could be a part of the length there."""
    digits = len(view.word(place - 1))
    group = view.is_digits(place) and len(view.word(place)) == _GROUP
    return digits < _GROUP or (digits == _GROUP and group)


def _is_bare(view: View, place: int) -> bool:
    """Whether digits are no part of a longer number, a time of day or an address."""
    sign = place - 1
    if not view.glued(place):
        return not view.is_digits(sign)
    inside = view.glued(sign) and (view.is_digits(sign - 1) or view.is_word(sign - 1))
    return view.word(sign) in _OPENING and not inside


def _is_amount(view: View, place: int) -> bool:
    """Whether a token is the end of a small number."""
    if view.is_digits(place):
        return _is_bare(view, place) and len(view.word(place)) <= 2
    one = view.before(place + 1, "one")
    between = one is not None and view.before(one, "between") is not None
    return between or view.before(place + 1, "number") is not None


def _right_words(view: View, place: int, found: Part) -> Verdict:
    end = found.end
    if found.seconds == found.unit and view.at(end, "not_behind"):
        return Verdict.NOTHING
    if view.at(end, "ago_behind") or view.at(end, "age_behind") or view.at(end, "every_behind"):
        return Verdict.NOTHING
    if view.word(end) == "-" and view.at(end + 1, "age_behind"):
        return Verdict.NOTHING
    if found.letter and found.unit == MINUTE and view.at(end, "far"):
        return Verdict.NOTHING
    if (
        view.at(end, "above_behind")
        or view.at(end, "daily_behind")
        or _per(view, end)
        or _number_behind(view, end)
    ):
        return Verdict.UNREAD
    if view.at(end, "offset") and not is_for(view, place):
        return Verdict.UNREAD
    return Verdict.WHOLE


def _per(view: View, end: int) -> bool:
    """Whether a length is one of many: "2 hours a day", "20 minutes every hour"."""
    if (thing := view.at(end, "per_thing")) and view.is_word(thing.end):
        return True
    hit = view.at(end, "per") or view.at(end, "every")
    return bool(hit and (view.unit(hit.end) or view.at(hit.end, "part_of_day")))


def _number_behind(view: View, end: int) -> bool:
    """Whether a number or fraction follows that was not read."""
    if view.begins_line(end) or _dials(view, end):
        return False
    if view.is_digits(end):
        apart = view.glued(end + 1) and view.word(end + 1) in ".:/-" and view.is_digits(end + 2)
        return not (apart or _measures(view, end))
    if view.at(end, "part") or view.at(end, "number") or view.at(end, "plus"):
        return True
    joint = view.past(end, "and")
    if joint > end and (view.at(joint, "part") or _unnamed(view, joint)):
        return True
    if joint > view.past(end, "fill", "total") and _breaks_off(view, joint):
        return True
    return _other_end(view, end)


def _dials(view: View, place: int) -> bool:
    """Whether an international phone number begins: "+34 655 …", "0049 170 …"."""
    if view.word(place) == "+":
        return view.glued(place + 1) and view.is_digits(place + 1)
    word = view.word(place)
    return view.is_digits(place) and word.startswith("00") and len(word) > len("000")


def _breaks_off(view: View, place: int) -> bool:
    """Whether nothing more is said."""
    while place < len(view) and not view.begins_line(place):
        if not view.is_sign(place):
            return False
        place += 1
    return True


def _measures(view: View, place: int) -> bool:
    """Whether digits and the word behind them measure something else: "1080p", "4K", "100 Mbps"."""
    thing = place + 1
    if not view.is_word(thing) or view.unit(thing) or view.at(thing, "above_behind"):
        return False
    glued = view.glued(thing)
    return int(view.word(place)[:_LONGEST]) >= _SIXTY or (glued and view.capital(thing))


def _unnamed(view: View, place: int) -> bool:
    """Whether a number stands there that is rather one of minutes than of things."""
    count = number(view, place)
    if not count or count.article or count.value is None:
        return False
    return closes(view, count.end) or (not count.digits and count.value >= _MINUTES)


def _other_end(view: View, end: int) -> bool:
    """Whether a length is the lower end of a range: "2 hours to 3 hours", "an hour or two"."""
    choice, until = view.past(end, "or"), view.past(end, "to")
    if choice > max(end, until - 1):
        count = number(view, choice)
        return bool(count and not count.article) or view.at(choice, "vague") is not None
    joint = end + 1 if view.word(end) in ("-", "~") else until
    count = number(view, joint) if joint > end else None
    if count and not count.digits and count.value is not None and count.value.denominator != 1:
        return True
    if count and not view.at(end, "until") and closes(view, count.end):
        return True
    return bool(count and view.unit(view.past(count.end, "fill")))


def _clocklike(view: View, place: int, found: Part) -> int | None:
    """The hour of what could be a time of day: "10h20" without a word for how long."""
    if view.language.twelve_hours or not view.is_digits(place):
        return None
    hour = int(view.word(place)[:_GROUP])
    if _pointed(view, place, found):
        return hour
    written = found.end - place == 3 and view.is_digits(place + 2) and view.glued(place + 1)
    if not written or hour < _MORNING:
        return None
    return None if is_for(view, place) and view.before(place, "of") is None else hour


def _pointed(view: View, place: int, found: Part) -> bool:
    """Whether two digits stand behind a point, before a unit that times of day have as well."""
    if view.language.group == ",":
        return False
    minutes, end = view.word(place + 2), place + 3
    pointed = view.word(place + 1) == "." and view.is_digits(place + 2) and view.glued(place + 2)
    marked = found.unit == HOUR and not found.letter and view.at(end, "oclock_behind")
    return bool(pointed and marked and len(minutes) == 2 and int(minutes) < 60)


def _of_hour(view: View, place: int, hour: int) -> Verdict:
    """Late hours behind "of" are times of day, all others could be lengths as well."""
    late = _NOON < hour <= _HOURS
    of = view.before(place, "of") is not None
    return Verdict.NOTHING if late and (of or not is_for(view, place)) else Verdict.UNREAD


def _scale(view: View, place: int, found: Part) -> Verdict:
    """Years are ages and dates unless they are said to be a length; parts of seconds are delays."""
    if found.seconds is not None and 0 < found.seconds < 1:
        return Verdict.NOTHING
    if (hour := _clocklike(view, place, found)) is not None:
        return _of_hour(view, place, hour)
    said = is_for(view, place) and view.before(place, "of") is None
    if found.unit >= _YEAR and not said:
        return Verdict.NOTHING
    return Verdict.WHOLE
