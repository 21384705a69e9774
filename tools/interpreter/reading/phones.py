"""Phone numbers in international form, by the numbering plans that `phonenumbers` knows."""

import re
from collections.abc import Iterator
from typing import TypeGuard

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from camara_qod.tools.camara.models import PHONE_NUMBER_PATTERN
from camara_qod.tools.interpreter.reading.lengths import Length, read_times
from camara_qod.tools.interpreter.reading.mention import Invalid, Mention, Phone
from camara_qod.tools.interpreter.reading.text import Turn

#: A full stop before a space ends the sentence, and "00" before a whole number begins one more.
_BETWEEN = r"(?![ ().\-/]{1,3}00[1-9][0-9]{7})(?:[ ()\-/]|\.(?! )){0,3}"
_PHONE = re.compile(
    rf"(?:(?<![^\W_])tel:\s?)?(?:\+|(?<![0-9])00)[ (]{{0,2}}[1-9](?:{_BETWEEN}[0-9])*"
)
_LOCAL = re.compile(
    r"(?<![\w+.,:/-])(?:\(?0|[0-9]{2,5}[ .\-/)]|(?=[0-9]{9}))[0-9]?(?:[ ().\-/]{0,2}[0-9]){5,13}"
    r"(?![\w]|[.,:][0-9])"
)
#: A number without a country code is in none of CAMARA's forms of a device.
_FIELDS = ("device",)
#: A group of so many digits behind a number may be a number of something else.
_SHORT = 2


def unmistakable_numbers(turn: Turn) -> Iterator[Mention]:
    """Numbers that begin with `+` or `00` and that are possible only with their last group.

    So a time that follows takes no group of them: "+33 2 59 79 90 23 do 21:45". A short group that
    is an amount of time may be one behind a number with a digit too few, and is left to be one.
    """
    for match in _PHONE.finditer(turn.rest):
        text = _without_item(turn, match)
        cuts = [text[: space.start()] for space in re.finditer(r"(?<=[0-9]) ", text)]
        if any(_possible(_parsed(cut)) for cut in cuts) or _ends_in_amount(turn, match, text):
            continue
        end, number = _read(text)
        start, end = match.start(), match.start() + end
        if number and turn.whole(start, end):
            yield Phone(turn.number, start, end, number)


def international_numbers(turn: Turn) -> Iterator[Mention]:
    """Numbers that begin with `+` or `00`; one that no numbering plan has room for is `Invalid`."""
    for match in _PHONE.finditer(turn.rest):
        end, number = _read(_without_item(turn, match))
        start, end = match.start(), match.start() + end
        if number and turn.whole(start, end):
            yield Phone(turn.number, start, end, number)
        elif not turn.rest[start - 1 : start].isalnum():
            reason = f"{match[0].strip()} is not a phone number in international form"
            yield Invalid(turn.number, *match.span(), _FIELDS, reason)


def _ends_in_amount(turn: Turn, match: re.Match[str], text: str) -> bool:
    last = re.search(rf"(?<= )[0-9]{{1,{_SHORT + 1}}}\Z", text)
    if last is None or len(last[0]) == 1:
        return last is not None
    start = match.start() + last.start()
    times = read_times(turn.rest[start:], clocks=True)
    return any(isinstance(time, Length) and time.start == 0 for time in times)


def _without_item(turn: Turn, match: re.Match[str]) -> str:
    """The number, without that of the next item of a list: "1) 0044 7911 123456 2) gaming"."""
    before = turn.rest[: match.end()]
    if turn.rest[match.end() : match.end() + 1] != ")" or before.rfind("(") > before.rfind(")"):
        return match[0]
    return re.sub(r"(?<=[0-9]) +[0-9]{1,2}\Z", "", match[0])


def national_numbers(turn: Turn, region: str | None) -> Iterator[Mention]:
    """Numbers without a country code: of the region's plan, if there is one, else `Invalid`.

    Args:
        turn: what is left of it.
        region: ISO 3166 country, e.g. `"DE"`.
    """
    for match in _LOCAL.finditer(turn.rest):
        if region and (number := _valid_in(match[0], region)):
            yield Phone(turn.number, *match.span(), number)
        else:
            reason = f"{match[0].strip()} is no phone number with a country code"
            yield Invalid(turn.number, *match.span(), _FIELDS, reason)


def _valid_in(text: str, region: str) -> str | None:
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return _e164(parsed)


def _read(text: str) -> tuple[int, str | None]:
    """Where the number ends, and its E.164 form; `None` where it is possible in no plan.

    Numbers are written in groups, and a number that follows ("+1 555 010 0123 4 people") looks
    like one more group. What is possible as a whole is taken whole; else the longest run of groups
    that is valid, or possible before one short group, and that a space sets apart from the rest.
    """
    groups = list(re.finditer(r"[0-9]+", text))
    last = len(groups[-1][0])
    whole = _parsed(text[: groups[-1].end()])
    shorter = [
        (group.end(), number)
        for group in reversed(groups[:-1])
        if text[group.end()] == " " and (number := _parsed(text[: group.end()]))
    ]
    if last == 1 or not _possible(whole):
        for end, number in shorter:
            if phonenumbers.is_valid_number(number):
                return end, _as_written(text[:end], number)
    if _possible(whole):
        return groups[-1].end(), _as_written(text, whole)
    if last <= _SHORT and shorter and _possible(shorter[0][1]):
        end, number = shorter[0]
        return end, _as_written(text[:end], number)
    return len(text), None


def _as_written(text: str, number: PhoneNumber) -> str | None:
    """The E.164 form, if it has the digits that were written, but for a zero of national dialling.

    The library drops what some countries dial before a number inside them, such as an 8.
    """
    found = _e164(number)
    digits = re.sub(r"[^0-9]", "", text.replace("(0)", ""))
    digits = digits if "+" in text else digits.removeprefix("00")
    zeros = [f"{found[1:end]}0{found[end:]}" for end in range(2, 5)]
    # A plan may have numbers that are shorter than CAMARA's.
    whole = digits in (found[1:], *zeros) and re.fullmatch(PHONE_NUMBER_PATTERN, found)
    return found if whole else None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _possible(number: PhoneNumber | None) -> TypeGuard[PhoneNumber]:
    return number is not None and phonenumbers.is_possible_number(number)


def _parsed(text: str) -> PhoneNumber | None:
    digits = re.sub(r"[^0-9]", "", text.replace("(0)", ""))
    try:
        return phonenumbers.parse("+" + (digits if "+" in text else digits.removeprefix("00")))
    except NumberParseException:
        return None
