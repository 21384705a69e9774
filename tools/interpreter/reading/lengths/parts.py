"""One number and one unit: "90 min", "two and a half hours", "half an hour", "a few days"."""

from dataclasses import dataclass

from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.numbers import Number, number
from camara_qod.tools.interpreter.reading.lengths.phrases import Amount, Unit
from camara_qod.tools.interpreter.reading.lengths.view import View

MINUTE, HOUR, DAY = 60, 3600, 86_400
#: Denominators of fractions that stand right before a unit: "half hour", but "third hour" is one of
#: several.
_PLAIN = (2, 4)
#: The comma of lists in scripts without spaces.
_COMMA = "\u3001"


@dataclass(frozen=True, slots=True)
class Part:
    """A number of one unit.

    Attributes:
        seconds: None where it cannot be read ("a few hours", "2-3 hours").
        end: the token behind it.
        unit: seconds in its unit.
        letter: its unit is a single letter.
        article: its number is an article ("an hour").
        split: it ends in a fraction, so no minutes follow ("an hour and a half").
        spaced: there is a space before its unit where there should be none.
    """

    seconds: Amount | None
    end: int
    unit: int
    letter: bool = False
    article: bool = False
    split: bool = False
    spaced: bool = False


def part(view: View, place: int) -> Part | None:
    """The part that begins at a token."""
    for read in (_vague, _portion, counted, _alone, _one_and, _next, _bare):
        if found := read(view, place):
            return found
    return None


def _vague(view: View, place: int) -> Part | None:
    """A number that is no number: "a few hours"."""
    hit = view.at(place, "vague")
    if alone := view.at(place, "vague_alone"):
        return _unread(view, view.past_all(alone.end, "fill", "of"))
    if not hit or view.inside(place, "about", "most"):
        return None
    end = view.past_all(hit.end, "fill", "of", "vague")
    if more := number(view, end):
        end = view.past_all(more.end, "fill")
    return _unread(view, end)


def _unread(view: View, place: int) -> Part | None:
    """A unit whose number could not be read."""
    unit = view.unit(place) or _alone_unit(view, place)
    if unit and not unit[0].letter:
        return Part(None, unit[1], unit[0].seconds or HOUR)
    return None


def _portion(view: View, place: int) -> Part | None:
    """A fraction of a unit: "half an hour", "two thirds of an hour", "3/4 of a day"."""
    times: Amount = 1
    at = place
    count = number(view, place)
    if count and not count.article and count.value and view.at(count.end, "part"):
        times, at = count.value, count.end
    if hit := view.value(at, "part"):
        value, end = times * hit[0], hit[1]
    elif count and count.value and count.value < 1 and view.at(count.end, "of"):
        value, end = count.value, count.end
    else:
        return None
    behind = _over_hyphen(view, view.past(end, "of"))
    if behind == end and (times != 1 or value.denominator not in _PLAIN):
        return None
    if not (unit := _whole_unit(view, behind)):
        return None
    return Part(value * unit[0].seconds, unit[1], min(unit[0].seconds, HOUR), split=True)


def counted(view: View, place: int) -> Part | None:
    """A number and a unit, with the fraction that may stand between or behind them."""
    if not (count := number(view, place)):
        return None
    value, end = _with_fraction(view, count)
    if between := _range(view, end, count):
        return between
    if view.word(end) == "+" and view.glued(end):
        return _unread(view, end + 1)
    if inside := view.at(view.past_all(end, "fill"), "vague_inside"):
        return _unread(view, view.past_all(inside.end, "fill"))
    unit = _unit_behind(view, end, count)
    if unit is None:
        return None
    size, behind = unit
    if value is None or not size.seconds:
        return Part(None, behind, size.seconds or HOUR)
    if (tail := _tail(view, behind)) and value.denominator == 1:
        return Part((value + tail[0]) * size.seconds, tail[1], size.seconds, split=True)
    spaced = size.letter and not size.spaced and not view.glued(end)
    return Part(
        value * size.seconds, behind, size.seconds, size.letter, count.article, spaced=spaced
    )


def _with_fraction(view: View, count: Number) -> tuple[Amount | None, int]:
    """A number with the fraction that belongs to it: "two and a half", "zwei einhalb"."""
    if count.value is None:
        return None, count.end
    more = view.value(count.end, "plus")
    if more and not (count.article and view.at(count.end, "alone")):
        return count.value + more[0], more[1]
    joint = view.past(_over_hyphen(view, count.end), "and")
    if joint > count.end:
        joint = _over_hyphen(view, joint)
        for start in (joint, _over_hyphen(view, view.past(joint, "one"))):
            if (more := view.value(start, "part")) and _behind_fraction(view, more[1]):
                return count.value + more[0], more[1]
    return count.value, count.end


def _behind_fraction(view: View, place: int) -> bool:
    """Whether a unit follows, over a hyphen and words such as "more"."""
    return _whole_unit(view, _over_hyphen(view, view.past_all(place, "fill"))) is not None


def _range(view: View, end: int, count: Number, more_to_come: int = 2) -> Part | None:
    """Two numbers or three for one unit: "2-3 hours", "two or three hours"."""
    joint = _joint(view, end)
    if joint == end and (count.digits or count.article or view.is_digits(end)):
        return None
    other = number(view, joint)
    if not other or (other.article and joint == end):
        return None
    if _is_dash(view, end) and not _rises(count, other):
        return None
    behind = _with_fraction(view, other)[1]
    if more_to_come and (more := _range(view, behind, other, more_to_come - 1)):
        return more
    if unit := _unit_behind(view, behind, other):
        return Part(None, unit[1], unit[0].seconds or HOUR)
    return None


def _is_dash(view: View, place: int) -> bool:
    """Whether a hyphen between spaces stands there, which joins numbers or parts a sentence."""
    return view.word(place) == "-" and not view.glued(place)


def _rises(first: Number, second: Number) -> bool:
    return first.value is not None and second.value is not None and first.value < second.value


def _joint(view: View, place: int) -> int:
    """The token behind what stands between the two ends of a range."""
    if view.word(place) in ("-", "~", "/"):
        return place + 1
    if view.word(place) == _COMMA:
        return place + 1
    return view.past(place, "or", "to")


def _unit_behind(view: View, end: int, count: Number) -> tuple[Unit, int] | None:
    """The unit of a number, over a hyphen and words such as "more"."""
    place = _over_hyphen(view, end)
    place = _over_hyphen(view, view.past_all(place, "fill"))
    unit = view.unit(place) or _alone_unit(view, place)
    if unit is None or (view.begins_line(place) and not view.evident):
        return None
    if unit[0].letter and not (count.digits and place == end and _is_unit_letter(view, place)):
        return None
    if unit[0].seconds == 1 and count.article:
        return None  # "a second" is an ordinal, or no length at all
    return unit[0], _over_stop(view, *unit)


def _is_unit_letter(view: View, place: int) -> bool:
    """Capital letters are other things ("5M", "3D"), except for hours."""
    hit = view.unit(place)
    return not view.capital(place) or bool(hit and hit[0].seconds == HOUR)


def _over_stop(view: View, unit: Unit, end: int) -> int:
    """The token behind the full stop of an abbreviation, where more of the length may follow."""
    if unit.short and view.word(end) == "." and view.glued(end) and not view.glued(end + 1):
        joint = view.past(end + 1, "and")
        if view.is_digits(joint):
            return end + 1
    return end


def _alone_unit(view: View, place: int) -> tuple[Unit, int] | None:
    hit = view.value(place, "alone")
    return (Unit(int(hit[0])), hit[1]) if hit else None


def _whole_unit(view: View, place: int) -> tuple[Unit, int] | None:
    """A unit behind words."""
    unit = view.unit(view.past_all(place, "fill"))
    return unit if unit and unit[0].seconds and not unit[0].letter else None


def _over_hyphen(view: View, place: int) -> int:
    """The token behind a hyphen inside a word."""
    if view.word(place) in ("-", "'") and view.glued(place) and view.glued(place + 1):
        return place + 1
    return place


def _tail(view: View, place: int) -> tuple[Amount, int] | None:
    """A fraction behind a unit: "and a half", "et demie", 半, "trois quarts"."""
    joint = view.past(place, "and")
    if joint == place and not view.is_ideograph(place):
        return _fraction_of_words(view, place)
    for start in (joint, view.past(joint, "one")):
        if hit := view.value(start, "part"):
            behind = _over_hyphen(view, view.past(hit[1], "of"))
            return None if view.unit(behind) or view.unit(hit[1]) else hit
    return None


def _fraction_of_words(view: View, place: int) -> tuple[Amount, int] | None:
    """A fraction of several words that nothing joins to its unit: "une heure trois quarts"."""
    hit = None if view.at(place, "per") else view.value(place, "part")
    if hit and hit[1] > place + 1 and view.is_word(place + 1) and closes(view, hit[1]):
        return hit
    return None


def _alone(view: View, place: int) -> Part | None:
    """A unit that needs no number: "Viertelstunde"."""
    if not (hit := view.value(place, "alone")):
        return None
    return Part(hit[0], hit[1], min(HOUR, max(MINUTE, int(hit[0]))), split=True)


def _one_and(view: View, place: int) -> Part | None:
    """A unit without its "one": "hour and a half", "godzina i 20 minut"."""
    unit = view.unit(place)
    if not unit or unit[0].letter or unit[0].seconds not in (MINUTE, HOUR, DAY):
        return None
    size, end = unit
    if view.is_ideograph(place):
        return None
    if _tail(view, end):
        return _one(view, size, end)
    joint = view.past(end, "and")
    more = counted(view, joint) or _alone(view, joint) if size.one and joint > end else None
    if more and more.unit < size.seconds:
        return Part(size.seconds, end, size.seconds, article=True)
    return None


def _bare(view: View, place: int) -> Part | None:
    """One of a unit behind a word for how long, where the language needs no "one"."""
    before = view.before(place, "bare")
    unit = view.unit(place)
    if before is None or not unit or not unit[0].one or unit[0].seconds < MINUTE:
        return None
    priced = view.is_digits(before - 1) or (view.is_word(before - 1) and view.is_digits(before - 2))
    if priced and view.at(before, "per"):
        return None
    return Part(unit[0].seconds, unit[1], unit[0].seconds, article=True)


def _next(view: View, place: int) -> Part | None:
    """The one that begins now: "the next hour"; of longer ones only behind "for"."""
    if not (hit := view.at(place, "next")) or not (unit := view.unit(hit.end)):
        return None
    if not unit[0].letter and (
        MINUTE <= unit[0].seconds <= HOUR or view.before(place, "for") is not None
    ):
        return _one(view, *unit)
    return None


def _one(view: View, unit: Unit, end: int) -> Part:
    """One of a unit, with the fraction behind it."""
    if tail := _tail(view, end):
        return Part((1 + tail[0]) * unit.seconds, tail[1], unit.seconds, split=True)
    return Part(unit.seconds, end, unit.seconds, article=True)
