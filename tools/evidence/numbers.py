"""Runs of digits: numbers that identify, and amounts told by their form."""

import re
from collections.abc import Iterator
from fractions import Fraction

import phonenumbers

from camara_qod.tools.evidence.identifiers import Number
from camara_qod.tools.evidence.text import Page

DIGITS = 7
_GROUPED = re.compile(
    r"(?<![0-9.,'])(?:[1-9][0-9]{0,2}(?:[,'’][0-9]{3})+(?:\.[0-9]+)?"
    r"|[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]{1,2}|[1-9][0-9]{0,2}(?: [0-9]{3})+[.,][0-9]{1,2})"
    r"(?![0-9]|[.,'][0-9])"
)
_DECIMAL = re.compile(
    r"(?<![0-9.,+])(?P<whole>0|[1-9][0-9]*)[.,](?P<part>[0-9]+)(?![0-9]|[.,][0-9])"
)
_RUN = re.compile(r"(?<![0-9])(?:\+ ?)?\(?[0-9](?:[ ().\-/_]{0,3}[0-9])*")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:(?P<by>[ ._])[0-9]{3})(?:(?P=by)[0-9]{3})*")
#: Largest value of a decimal that may have any number of places: a degree of longitude.
_DEGREES = 180
_LONGEST = 12


def take_amounts(page: Page, operands: list[Fraction]) -> None:
    """Cut numbers out that can only be amounts: with thousands marked, or with a fraction."""

    def grouped(match: re.Match[str]) -> bool:
        operands.append(_value(match[0]))
        return True

    def decimal(match: re.Match[str]) -> bool:
        value = Fraction(f"{match['whole']}.{match['part']}")
        amount = len(match["part"]) <= 2 or value <= _DEGREES
        if amount:
            operands.append(value)
        return amount

    page.take(re.compile(r"(?<=[0-9]{4})[.,]0+(?![0-9])"), lambda _: True)
    page.take(_GROUPED, grouped)
    page.take(_DECIMAL, decimal)


def _value(text: str) -> Fraction:
    """The value of a grouped number; the last mark is the decimal one if it stands alone."""
    marks = re.findall(r"[^0-9]", text)
    if marks and len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        whole, part = text.rsplit(marks[-1], 1)
        return Fraction(f"{re.sub(r'[^0-9]', '', whole)}.{part}")
    return Fraction(re.sub(r"[^0-9]", "", text))


def runs(page: Page) -> Iterator[Number]:
    """Every run of digits, of any length."""
    for match in _RUN.finditer(page.text):
        groups = tuple(re.findall(r"[0-9]+", match[0].replace("(0)", "")))
        digits, prefix = "".join(groups), "+" if match[0].startswith("+") else ""
        if re.match(r"00[1-9]", digits) and len(digits) > DIGITS + 2:
            digits, prefix = digits[2:], "+"
            groups = (groups[0][2:], *groups[1:]) if len(groups[0]) > 2 else groups[1:]
        one = len(groups) == 1 and not (digits[0] == "0" and len(digits) > 1)
        loose = not prefix and (one or bool(_THOUSANDS.fullmatch(match[0])))
        yield Number(digits.lstrip("0") or "0", groups, prefix, loose)


def parts(number: Number) -> Iterator[Number]:
    """The number and each stretch of its groups, for what stands beside it is not always of it."""
    count = len(number.groups)
    for start in range(count):
        for end in range(start + 1, min(count, start + _LONGEST) + 1):
            groups = number.groups[start:end]
            digits = "".join(groups)
            if len(digits) >= DIGITS:
                prefix = number.prefix if start == 0 else ""
                yield Number(digits.lstrip("0"), groups, prefix)


def same_phone(one: Number, other: Number) -> bool:
    """Whether two numbers are one in the numbering plans, national beside international."""
    if one.digits[-6:] != other.digits[-6:]:
        return False
    first, second = _spelled(one), _spelled(other)
    match = max(
        phonenumbers.is_number_match(first, second), phonenumbers.is_number_match(second, first)
    )
    return bool(match >= phonenumbers.MatchType.NSN_MATCH)


def _spelled(number: Number) -> str:
    return number.prefix + "".join(number.groups)
