"""Amounts that follow from others: sums, shares, conversions of units."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

_TIMES = (60, 3600, 86400, 604800)
_TENS = [10**power for power in (2, 3, 4, 5, 6, 9, 12, 15)]
_POWERS = [*_TENS, *(2**power for power in (10, 20, 30, 40))]
#: What a unit is of a smaller one: decimal and binary multiples, times, and times in small parts.
FACTORS = frozenset(
    [1, 8, 12, 24, 30, 52, 365, *_POWERS, *_TIMES]
    + [time * part for time in (*_TIMES, 2592000, 31536000) for part in (1, 10**3, 10**6, 10**9)]
    + [Fraction(power, 8) for power in _POWERS]
)
#: In a sum the smaller part is no less than this share: a near miss is no sum.
_SHARE = Fraction(1, 1000)
_MOST, _FEW = 120, 999


def follows(number: int, operands: Sequence[Fraction]) -> bool:
    """Whether a number is round, or a conversion, sum, difference, product or share of others.

    Args:
        number: of seven or more digits.
        operands: the amounts that were named, in their order.
    """
    known = list(dict.fromkeys(operands))[-_MOST:]
    return (
        _round(number)
        or any(number % factor == 0 and number // factor <= _FEW for factor in _whole(10**4))
        or any(_converted(value, number) for value in known)
        or any(_of_two(number, *pair) for pair in combinations(known, 2))
        or _of_row(number, list(operands)[-_MOST:])
    )


def _converted(value: Fraction, number: int) -> bool:
    """In another unit; by a power of ten exactly, for a number that is cut short is no other."""
    return any(
        _near(value * factor, number)
        or (value / factor == number if factor in _TENS else _near(value / factor, number))
        for factor in FACTORS
    )


def _whole(least: int) -> list[int]:
    return [int(factor) for factor in FACTORS if factor >= least and factor == int(factor)]


def _round(number: int) -> bool:
    """Three digits and zeros: what "two and a half million" is."""
    digits = str(number).rstrip("0")
    return len(digits) <= 3 and len(str(number)) - len(digits) >= 5


def _near(value: Fraction, number: int) -> bool:
    """The same, but for rounding."""
    return abs(value - number) < 1


def _of_two(number: int, one: Fraction, other: Fraction) -> bool:
    small, large = sorted((abs(one), abs(other)))
    if small >= large * _SHARE and (_near(one + other, number) or _near(large - small, number)):
        return True
    product = one * other
    return (
        _near(product, number)
        or _near(product / 100, number)
        or bool(small and _near(large / small, number))
    )


def _of_row(number: int, operands: list[Fraction]) -> bool:
    """The sum of neighbours, each of some weight."""
    for start in range(len(operands)):
        total = Fraction(0)
        for value in operands[start:]:
            total += value
            if value < total * _SHARE or total > number + 1:
                break
            if _near(total, number):
                return True
    return False
