"""Numbers, in digits and in words."""

from fractions import Fraction
from typing import NamedTuple

from camara_qod.tools.interpreter.reading.lengths.phrases import Amount
from camara_qod.tools.interpreter.reading.lengths.view import View

_GROUP = 3
#: Runs of digits longer than this are no amounts.
_LONGEST = 9
_SIGNS = {
    "½": Fraction(1, 2),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
}
_LARGEST_DENOMINATOR = 8


class Number(NamedTuple):
    """A number as it stands in a text.

    Attributes:
        value: None where it can be read in two ways ("1.500" where the point is for decimals).
        end: the token behind it.
        digits: written in digits.
        article: the one that is also an article ("a", "un").
    """

    value: Amount | None
    end: int
    digits: bool = False
    article: bool = False


def number(view: View, place: int) -> Number | None:
    """The number that begins at a token."""
    key = ("number", place, False)
    if key not in view.memo:
        view.memo[key] = _number(view, place)
    found: Number | None = view.memo[key]
    return found


def _number(view: View, place: int) -> Number | None:
    if view.is_digits(place) or view.word(place) in _SIGNS:
        return in_digits(view, place)
    if (found := _in_words(view, place)) is not None:
        return found
    one = view.at(place, "one")
    return Number(1, one.end, article=True) if one else None


def in_digits(view: View, place: int) -> Number | None:
    """A number in digits: "90", "1,5", "1 1/2", "½", "1.200"."""
    if sign := _SIGNS.get(view.word(place)):
        return Number(sign, place + 1, digits=True)
    if fraction := _slash(view, place):
        return fraction
    runs, end = _runs(view, place)
    if max(map(len, runs)) > _LONGEST:
        return None
    value = _value(view, runs)
    if value is None or len(runs) > 1:
        return Number(value, end, digits=True)
    return _mixed(view, value, end)


def _mixed(view: View, whole: Amount, end: int) -> Number:
    """A whole number with the fraction behind it, if there is one."""
    if sign := _SIGNS.get(view.word(end)):
        return Number(whole + sign, end + 1, digits=True)
    if view.is_digits(end) and (rest := _slash(view, end)) and rest.value:
        return Number(whole + rest.value, rest.end, digits=True)
    return Number(whole, end, digits=True)


def _runs(view: View, place: int) -> tuple[list[str], int]:
    """Runs of digits with the signs between them, in turn: ["1", ".", "5"]."""
    runs, end = [view.word(place)], place + 1
    while True:
        if view.word(end) in (".", ",", "'") and view.glued(end) and view.is_digits(end + 1):
            if not view.glued(end + 1):
                return runs, end
            runs += [view.word(end), view.word(end + 1)]
            end += 2
        elif view.language.group == " " and _next_group(view, runs, end):
            runs += [" ", view.word(end)]
            end += 1
        else:
            return runs, end


def _next_group(view: View, runs: list[str], end: int) -> bool:
    small = len(runs[0]) <= _GROUP and set(runs[1::2]) <= {" "}
    return small and view.is_digits(end) and not view.glued(end) and len(view.word(end)) == _GROUP


def _value(view: View, runs: list[str]) -> Amount | None:
    first, signs, rest = runs[0], runs[1::2], runs[2::2]
    if not signs:
        return int(first)
    grouped = len(set(signs)) == 1 and len(first) <= _GROUP and all(len(r) == _GROUP for r in rest)
    if len(signs) == 1 and not grouped:
        return Fraction(f"{first}.{rest[0]}") if signs[0] != "'" else None
    if len(signs) == 1 and first.strip("0") == "":
        return Fraction(f"{first}.{rest[0]}")
    if grouped and (len(signs) > 1 or signs[0] in (view.language.group, "'", " ")):
        return int("".join([first, *rest]))
    return None


def _slash(view: View, place: int) -> Number | None:
    """Two numbers with a stroke between: a proper fraction ("1/2"), or nothing that can be read."""
    if view.word(place + 1) != "/" or not view.is_digits(place + 2) or not view.glued(place + 2):
        return None
    above, below = int(view.word(place)[:_GROUP]), int(view.word(place + 2)[:_GROUP])
    proper = 0 < above < below <= _LARGEST_DENOMINATOR
    return Number(Fraction(above, below) if proper else None, place + 3, digits=True)


def _in_words(view: View, place: int) -> Number | None:
    """A number in words: hundreds and thousands, then what is below."""
    total: Amount = 0
    at = place
    while (hit := view.value(at, "beginning")) and _follows(view, hit[1]):
        total, at = total + hit[0], _over_and(view, hit[1])
    if hit := view.value(at, "number"):
        return Number(total + hit[0], hit[1])
    return Number(total, at) if total else None


def _over_and(view: View, place: int) -> int:
    behind = view.past(place, "and")
    return behind if view.value(behind, "number") else place


def _follows(view: View, place: int) -> bool:
    place = _over_and(view, place)
    return any(view.value(place, kind) for kind in ("number", "beginning"))
