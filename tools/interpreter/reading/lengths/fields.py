"""Developers' fields: `"duration": 900`, `durationSeconds=1800`, `ttl_ms: 5400000`, `hours = 2`."""

import re
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files

from camara_qod.tools.interpreter.reading.lengths.times import Length, Time, Unread
from camara_qod.tools.interpreter.reading.lengths.tokens import Tokens

_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
#: Without a sign between name and number, smaller numbers are hardly seconds.
_SURE = 600
#: Digits of milliseconds that are a length.
_SHORTEST, _LONGEST = 4, 9
_QUOTES = "\"'"


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Names of fields and of their units.

    Attributes:
        names: words that name a length of time.
        with_unit: words that do with a unit behind them.
        joints: words between a name and its unit.
        links: words between a name and its number.
        standards: numbers that are names.
        units: seconds in a unit, by its name.
    """

    names: frozenset[str]
    with_unit: frozenset[str]
    joints: frozenset[str]
    links: frozenset[str]
    standards: tuple[str, ...]
    units: dict[str, Fraction]


@cache
def field_names() -> FieldNames:
    """What `fields.toml` says, read once."""
    folder = files("camara_qod.tools.interpreter.reading.lengths")
    table = tomllib.loads((folder / "fields.toml").read_text(encoding="utf-8"))
    units = {word: Fraction(key) for key, words in table["units"].items() for word in words}
    lists = (frozenset(table[key]) for key in ("names", "with_unit", "joints", "is"))
    return FieldNames(*lists, tuple(table["standards"]), units)


@dataclass(frozen=True, slots=True)
class _Field:
    """A name before a number: what one of it is worth, and how sure that is."""

    start: int
    unit: Fraction
    by_unit: bool
    signed: bool


def read_fields(tokens: Tokens) -> list[Time]:
    """The lengths in fields, each at its number."""
    found: list[Time] = []
    last: tuple[int, _Field] | None = None
    for place, kind in enumerate(tokens.kinds):
        if kind != "d":
            continue
        field = field_before(tokens, place)
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


def _milliseconds(tokens: Tokens, place: int) -> list[Time]:
    """Milliseconds, where they are so many that they are no delay: "1800000 ms"."""
    unit = field_names().units.get(_word(tokens, place + 1))
    if unit is None or unit >= 1 or not _SHORTEST < len(tokens.words[place]) <= _LONGEST:
        return []
    if tokens.glued(place) or tokens.glued(place + 2) and _kind(tokens, place + 2) != "s":
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
    if _word(tokens, end) == "." and tokens.glued(end) and _kind(tokens, end + 1) == "d":
        text, end = f"{text}.{tokens.words[end + 1]}"[:16], end + 2
    if tokens.glued(end) and (_kind(tokens, end) != "s" or _joined(tokens, end)):
        return None
    return Fraction(text), end


def _joined(tokens: Tokens, end: int) -> bool:
    goes_on = tokens.glued(end + 1) and _kind(tokens, end + 1) == "d"
    return _word(tokens, end) in "/_-%@" or (goes_on and _word(tokens, end) in ".,:")


def field_before(tokens: Tokens, place: int) -> "_Field | None":
    """The name of a length of time whose value begins at a token."""
    at = place - 1
    if _word(tokens, at) in _QUOTES:
        at -= 1
    signed = _word(tokens, at) in (":", "=")
    if signed or _word(tokens, at) in field_names().links:
        at -= 1
    elif tokens.glued(place):
        return None
    if _word(tokens, at) in _QUOTES:
        at -= 1
    unit = None
    if _word(tokens, at) == ")" and _word(tokens, at - 2) == "(":
        unit, at = field_names().units.get(_word(tokens, at - 1)), at - 3
    return _named(tokens, at, unit, signed)


def _named(tokens: Tokens, at: int, unit: Fraction | None, signed: bool) -> _Field | None:
    start, words = _identifier(tokens, at)
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
    said = names.names.intersection(words) or (unit and names.with_unit.intersection(words))
    if not said or words[-1] not in names.names | names.with_unit:
        return None
    return _Field(start, unit or Fraction(1), False, signed)


def _identifier(tokens: Tokens, at: int) -> tuple[int, list[str]]:
    """The words of a name that ends at a token, split at hyphens, underscores and capitals."""
    words: list[str] = []
    while _kind(tokens, at) == "w":
        raw = tokens.raw[tokens.starts[at] : tokens.ends[at]]
        words[:0] = [part.lower() for part in _CAMEL.split(raw)]
        if not (tokens.glued(at) and _word(tokens, at - 1) in ("_", "-") and tokens.glued(at - 1)):
            return at, words
        at -= 2
    return at + 2, words


def _word(tokens: Tokens, place: int) -> str:
    return tokens.words[place] if 0 <= place < len(tokens) else " "


def _kind(tokens: Tokens, place: int) -> str:
    return tokens.kinds[place] if 0 <= place < len(tokens) else ""
