"""Lengths in the form of a time of day: "1:30 h", "01:30:00", "45:30 min", and minutes as 90'."""

from fractions import Fraction

from camara_qod.tools.interpreter.reading.lengths.field_names import field_names
from camara_qod.tools.interpreter.reading.lengths.fields import field_before
from camara_qod.tools.interpreter.reading.lengths.parts import HOUR, MINUTE, Part
from camara_qod.tools.interpreter.reading.lengths.view import View

_NOON = 12


def colons(view: View, place: int) -> Part | None:
    """Hours, minutes and seconds with colons between; one without seconds could not be read."""
    numbers, end = _numbers(view, place) if view.is_digits(place) else ([], place)
    if not 2 <= len(numbers) <= 3:
        return None
    unit = view.unit(_over_hyphen(view, end))
    if unit is None and len(numbers) == 3:
        return _without_unit(view, place, numbers, end)
    if unit is None or not (
        unit[0].seconds == HOUR or (unit[0].seconds == MINUTE and not unit[0].letter)
    ):
        return None
    size = unit[0].seconds
    seconds = (
        sum(number * Fraction(size, 60**power) for power, number in enumerate(numbers))
        if len(numbers) == 2
        else _seconds(numbers)
    )
    clock = size == HOUR and numbers[0] > _NOON
    return Part(None if clock else seconds, unit[1], MINUTE, split=True)


def _seconds(numbers: list[int]) -> int:
    hours, minutes, seconds = numbers
    return 3600 * hours + 60 * minutes + seconds


def _numbers(view: View, place: int) -> tuple[list[int], int]:
    numbers = [int(view.word(place)[:4])]
    end = place + 1
    while (
        view.word(end) == ":"
        and view.glued(end)
        and view.is_digits(end + 1)
        and view.glued(end + 1)
    ):
        if len(view.word(end + 1)) != 2 or int(view.word(end + 1)) >= 60:
            return [], end
        numbers.append(int(view.word(end + 1)))
        end += 2
    return numbers, end


def _without_unit(view: View, place: int, numbers: list[int], end: int) -> Part | None:
    """Three numbers are a length where a name or a word before them says so, or they are all."""
    alone = len(view) == end - place or (
        place == 0 and all(map(view.is_sign, range(end, len(view))))
    )
    told = any(form in view.tokens.text.lower() for form in field_names().formats)
    said = view.at(end, "of") or view.before(place, "for") is not None
    if alone or told or said or _is_field(view, place):
        return Part(_seconds(numbers), end, 1, split=True)
    return None


def _is_field(view: View, place: int) -> bool:
    if field_before(view.tokens, place):
        return True
    field = field_before(view.tokens, place, also=field_names().with_colons)
    return bool(field and field.signed)


def _over_hyphen(view: View, place: int) -> int:
    return place + 1 if view.word(place) == "-" and view.glued(place + 1) else place


def prime(view: View, place: int) -> Part | None:
    """Minutes as 90', unless a quotation ends there."""
    end = place + 1
    if (
        not view.is_digits(place)
        or view.word(end) != "'"
        or not view.glued(end)
        or (view.glued(end + 1) and not view.is_sign(end + 1))
    ):
        return None
    if view.before(place, "at") is not None:  # minutes of a match
        return None
    if view.word(end + 1) == "'" or _in_quotes(view, place) or view.at(end + 1, "far"):
        return None
    return Part(60 * int(view.word(place)[:6]), end + 1, MINUTE)


def _in_quotes(view: View, place: int) -> bool:
    """Whether a quotation mark is open: one that nothing is glued to from the left."""
    for at in range(place - 1, -1, -1):
        if view.word(at) == "'":
            return not view.glued(at) or view.is_sign(at - 1)
    return False
