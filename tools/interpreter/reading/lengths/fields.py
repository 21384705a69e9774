"""Developers' fields: `"duration": 900`, `durationSeconds=1800`, `ttl_ms: 5400000`, `hours = 2`."""

from dataclasses import dataclass
from fractions import Fraction

from camara_qod.tools.interpreter.reading.lengths.field_names import (
    field_names,
    identifier,
    kind_at,
    word_at,
)
from camara_qod.tools.interpreter.reading.lengths.field_units import unit_noted, units_apart
from camara_qod.tools.interpreter.reading.lengths.times import Length, Time, Unread
from camara_qod.tools.interpreter.reading.lengths.tokens import Tokens

#: Without a sign between name and number, smaller numbers are hardly seconds.
_SURE = 600
#: Digits of milliseconds that are a length.
_SHORTEST, _LONGEST = 4, 9
_SIGNS = (":", "=", ";")
_QUOTES = "\"'"


@dataclass(frozen=True, slots=True)
class _Field:
    """A name before a number: what one of it is worth, and how sure that is."""

    start: int
    unit: Fraction
    by_unit: bool
    signed: bool


def read_fields(tokens: Tokens) -> list[Time]:
    """The lengths in fields, each at its number."""
    if not field_names().any.search(tokens.text):
        return []
    found: list[Time] = []
    last: tuple[int, _Field] | None = None
    apart = units_apart(tokens)
    for place, kind in enumerate(tokens.kinds):
        if kind != "d":
            continue
        field = _field(tokens, place, apart)
        if field is None:
            found += _milliseconds(tokens, place)
            continue
        if not (number := _number(tokens, place)):
            continue
        value, end = number
        if last and _continues(tokens, last, field):
            before = found.pop()
            seconds = round(value * field.unit) + (
                before.seconds if isinstance(before, Length) else 0
            )
            found.append(Length(before.start, tokens.ends[end - 1], seconds))
        else:
            found.append(_length(tokens, place, end, value, field))
        last = (end, field)
    return found


def _field(tokens: Tokens, place: int, apart: dict[int, tuple[int, Fraction]]) -> "_Field | None":
    """The name before a number, with the unit that is a field of its own, or a note behind it."""
    if place in apart:
        start, unit = apart[place]
        return _Field(start, unit, False, True)
    noted = unit_noted(tokens, place)
    field = field_before(tokens, place, noted) if noted else None
    return field or field_before(tokens, place)


def _milliseconds(tokens: Tokens, place: int) -> list[Time]:
    """Milliseconds, where they are so many that they are no delay: "1800000 ms"."""
    unit = field_names().units.get(word_at(tokens, place + 1))
    if unit is None or unit >= 1 or not _SHORTEST < len(tokens.words[place]) <= _LONGEST:
        return []
    if tokens.glued(place) or (tokens.glued(place + 2) and kind_at(tokens, place + 2) != "s"):
        return []
    seconds = round(int(tokens.words[place]) * unit)
    return [Length(tokens.starts[place], tokens.ends[place + 1], seconds)]


def _length(tokens: Tokens, place: int, end: int, value: Fraction, field: _Field) -> Time:
    start, stop = tokens.starts[place], tokens.ends[end - 1]
    if not field.signed and value < _SURE:
        return Unread(start, stop)
    return Length(start, stop, round(value * field.unit))


def _continues(tokens: Tokens, last: tuple[int, _Field], field: _Field) -> bool:
    """Whether two fields are parts of one length: `"hours": 1, "minutes": 30`."""
    end, before = last
    apart = any(kind != "s" for kind in tokens.kinds[end : field.start])
    return before.by_unit and field.by_unit and field.unit < before.unit and not apart


def _number(tokens: Tokens, place: int) -> tuple[Fraction, int] | None:
    text, end = tokens.words[place], place + 1
    if len(text) > _LONGEST:
        return None
    if word_at(tokens, end) == "." and tokens.glued(end) and kind_at(tokens, end + 1) == "d":
        text, end = f"{text}.{tokens.words[end + 1]}"[:16], end + 2
    if tokens.glued(end) and (kind_at(tokens, end) != "s" or _joined(tokens, end)):
        return None
    return _product(tokens, Fraction(text), end)


def _product(tokens: Tokens, value: Fraction, end: int) -> tuple[Fraction, int] | None:
    """A number with its factors: "45 * 60"; nothing where it is reckoned with otherwise."""
    while word_at(tokens, end) in ("*", "x") and kind_at(tokens, end + 1) == "d":
        value, end = value * int(tokens.words[end + 1][:_LONGEST]), end + 2
    reckoned = word_at(tokens, end) in ("+", "/", "*") and kind_at(tokens, end + 1) == "d"
    return None if reckoned else (value, end)


def _joined(tokens: Tokens, end: int) -> bool:
    goes_on = tokens.glued(end + 1) and kind_at(tokens, end + 1) == "d"
    return word_at(tokens, end) in "/_-%@" or (goes_on and word_at(tokens, end) in ".,:")


def field_before(
    tokens: Tokens,
    place: int,
    unit: Fraction | None = None,
    also: frozenset[str] = frozenset(),
) -> "_Field | None":
    """The name of a length of time whose value begins at a token.

    Args:
        tokens: of the text.
        place: the token.
        unit: the one that is said elsewhere, which makes more names tell a length.
        also: names that tell a length before a value of this form.
    """
    at = place - 1
    if word_at(tokens, at) in _QUOTES:
        at -= 1
    signed = word_at(tokens, at) in _SIGNS
    if signed or word_at(tokens, at) in field_names().links:
        at -= 1
    elif tokens.glued(place):
        return None
    if word_at(tokens, at) in _QUOTES:
        at -= 1
    if word_at(tokens, at) == ")" and word_at(tokens, at - 2) == "(":
        unit, at = field_names().units.get(word_at(tokens, at - 1)), at - 3
    return _named(tokens, at, unit, also, signed or _is_option(tokens, at))


def _is_option(tokens: Tokens, at: int) -> bool:
    """Whether a name is one of a program's options: "--hours 6"."""
    start, _ = identifier(tokens, at)
    dashes = word_at(tokens, start - 1) == "-" == word_at(tokens, start - 2)
    apart = not tokens.glued(start - 2)
    return dashes and apart and tokens.glued(start) and tokens.glued(start - 1)


def _named(
    tokens: Tokens, at: int, unit: Fraction | None, also: frozenset[str], signed: bool
) -> _Field | None:
    start, words = identifier(tokens, at)
    names = field_names()
    if not words:
        return None
    if unit is None and (unit := names.units.get(words[-1])):
        words = words[:-1]
    while words and words[-1] in names.joints:
        words = words[:-1]
    if not words:
        return (
            _Field(start, unit, True, signed)
            if unit and unit >= 1 and signed and len(tokens.words[at]) > 1
            else None
        )
    sure = names.names | also
    said = sure.intersection(words) or (unit and names.with_unit.intersection(words))
    if not said or words[-1] not in sure | names.with_unit:
        return None
    return _Field(start, unit or Fraction(1), False, signed)
