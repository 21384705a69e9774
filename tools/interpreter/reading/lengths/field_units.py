"""Units of fields that stand apart from their names: in a note, or in a field of their own."""

from fractions import Fraction

from camara_qod.tools.interpreter.reading.lengths.field_names import (
    field_names,
    identifier,
    kind_at,
    word_at,
)
from camara_qod.tools.interpreter.reading.lengths.tokens import Tokens

_IS = frozenset(":=\"'")
_BETWEEN = frozenset(",;\"'|&")
_CLOSING = frozenset("()]*,;|")
_QUOTES = frozenset("\"'")
#: Signs in a row at most, and words of a name.
_SIGNS, _WORDS = 4, 5
#: Letters of an abbreviation at most, and signs of a note's beginning.
_ABBREVIATED, _NOTE = 3, 2
_MINUTE = 60


def unit_noted(tokens: Tokens, place: int) -> Fraction | None:
    """The unit in a note behind a number on the same line: "5400  # s", "90 (min)".

    Args:
        tokens: of the text.
        place: the number.
    """
    end = at = _number_end(tokens, place)
    if word_at(tokens, at) in ",;" and kind_at(tokens, at + 1) == "s":
        at += 1
    note = ""
    while kind_at(tokens, at) == "s" and len(note) < _NOTE:
        note, at = note + word_at(tokens, at), at + 1
    if word_at(tokens, at) in field_names().joints:
        at += 1
    unit = field_names().units.get(word_at(tokens, at))
    if unit is None or note not in field_names().notes:
        return None
    if not tokens.breaks.isdisjoint(range(end, at + 1)):
        return None
    return unit if _is_whole(tokens, at + 1) or _is_long(tokens, at) else None


def _number_end(tokens: Tokens, place: int) -> int:
    """The token behind a number and its decimals."""
    point = word_at(tokens, place + 1) == "." and kind_at(tokens, place + 2) == "d"
    return place + 3 if point and tokens.glued(place + 1) else place + 1


def _is_whole(tokens: Tokens, end: int) -> bool:
    """Whether a note says nothing but its unit."""
    return end >= len(tokens) or end in tokens.breaks or word_at(tokens, end) in _CLOSING


def _is_long(tokens: Tokens, at: int) -> bool:
    """Whether a unit is written out, so that more words may follow it."""
    return len(word_at(tokens, at)) > _ABBREVIATED and not tokens.glued(at + 1)


def units_apart(tokens: Tokens) -> dict[int, tuple[int, Fraction]]:
    """Where numbers are whose unit is the field beside: `{"value": 1, "unit": "hour"}`.

    Returns:
        For the token of each number, the beginning of its field and the unit.
    """
    found: dict[int, tuple[int, Fraction]] = {}
    for at, kind in enumerate(tokens.kinds):
        said = _over(tokens, at + 1, _IS) if kind == "w" else at
        unit = field_names().units.get(word_at(tokens, said)) if said > at + 1 else None
        if unit is None:
            continue
        start, words = identifier(tokens, at)
        if words[-1] not in field_names().unit_names:
            continue
        for place in (_number_before(tokens, start), _number_behind(tokens, said + 1)):
            begin = None if place is None else _value_begins(tokens, place, said)
            if place is not None and begin is not None:
                found[place] = begin, unit
    return found


def _over(tokens: Tokens, at: int, signs: frozenset[str]) -> int:
    """The token behind some signs."""
    for _ in range(_SIGNS):
        if word_at(tokens, at) not in signs:
            break
        at += 1
    return at


def _number_before(tokens: Tokens, start: int) -> int | None:
    at = start - 1
    for _ in range(_SIGNS):
        if word_at(tokens, at) not in _BETWEEN:
            break
        at -= 1
    if kind_at(tokens, at) != "d":
        return None
    decimals = word_at(tokens, at - 1) == "." and kind_at(tokens, at - 2) == "d"
    return at - 2 if decimals and tokens.glued(at) else at


def _number_behind(tokens: Tokens, end: int) -> int | None:
    at = _over(tokens, end, _BETWEEN)
    for _ in range(_WORDS):
        if kind_at(tokens, at) == "w" or word_at(tokens, at) in "_-":
            at += 1
    at = _over(tokens, at, _IS)
    return at if kind_at(tokens, at) == "d" else None


def _value_begins(tokens: Tokens, place: int, said: int) -> int | None:
    """Where the field of a number begins, if its name is one of a length or of any value."""
    at = place - 2 if word_at(tokens, place - 1) in _QUOTES else place - 1
    if word_at(tokens, at) not in ":=":
        return None
    at -= 2 if word_at(tokens, at - 1) in _QUOTES else 1
    start, words = identifier(tokens, at)
    names = field_names()
    if not words:
        return None
    if words[-1] in names.names | names.with_unit:
        return start
    unit = word_at(tokens, said)
    metres = len(unit) == 1 and names.units[unit] == _MINUTE
    return start if words[-1] in names.values and names.units[unit] >= 1 and not metres else None
