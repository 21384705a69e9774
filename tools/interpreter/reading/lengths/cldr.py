"""What CLDR knows of a language's words for time: units, days, parts of the day, "in" and "ago"."""

from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale

from camara_qod.tools.interpreter.reading.lengths.clock import Day
from camara_qod.tools.interpreter.reading.lengths.phrases import Period, Phrase, Unit

A_DAY = 86_400
#: CLDR's units with their seconds; months and years as round numbers of days.
UNITS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": A_DAY,
    "week": 7 * A_DAY,
    "month": 30 * A_DAY,
    "year": 365 * A_DAY,
    "decade": 3650 * A_DAY,
}
#: Units whose one-letter forms mean other things ("5w", "10m").
_LARGE = 7 * A_DAY
_FIELDS = ("second", "minute", "hour", "day", "week", "month", "year")
_HOLE = "{0}"
#: Letters of an abbreviation at most.
_SHORTEST = 3


class Cldr:
    """CLDR's data for one language.

    Args:
        name: a locale such as "de" or "zh_Hant".
    """

    def __init__(self, name: str) -> None:
        self._locale = Locale.parse(name)
        self._data: Mapping[str, Any] = self._locale._data
        self._units = dict(self._unit_forms())

    @property
    def twelve_hours(self) -> bool:
        """Whether times of day are written with the halves of the day."""
        return "h" in self._locale.time_formats["short"].pattern

    @property
    def decimal(self) -> str:
        """The sign before decimals."""
        return str(self._locale.number_symbols["latn"]["decimal"])

    @property
    def group(self) -> str:
        """The sign between thousands; any kind of space is a space."""
        sign = str(self._locale.number_symbols["latn"]["group"])
        return " " if sign.isspace() else sign

    def phrases(self) -> Iterator[Phrase]:
        """All of them."""
        for form, unit in self._units.items():
            yield Phrase(form, "unit", unit)
        yield from self._relative()
        yield from self._days()
        yield from self._months()
        yield from self._periods()
        yield from self._lists()

    def _unit_forms(self) -> Iterator[tuple[str, Unit]]:
        """Unit forms, long ones first, so that they win over abbreviations of another unit."""
        for style in ("long", "short", "narrow"):
            for name, seconds in UNITS.items():
                if style != "long" and seconds > 30 * A_DAY:
                    continue
                patterns = self._data["unit_patterns"][f"duration-{name}"].get(style, {})
                for count, pattern in patterns.items():
                    form = _form(pattern)
                    if count != "per" and form and (seconds < _LARGE or len(form) > 1):
                        yield form, _unit(seconds, form, style != "long", count)
        for pattern in (
            self._data["unit_patterns"].get("duration-night", {}).get("long", {}).values()
        ):
            if form := _form(pattern):
                yield form, Unit(0)

    def _relative(self) -> Iterator[Phrase]:
        """What stands before and behind a length that begins or ended so far from now."""
        fields = self._data["date_fields"]
        for name in _FIELDS:
            for style in (name, f"{name}-short"):
                field = fields.get(style, {})
                for when, kind in (("future", "in"), ("past", "ago")):
                    for count, pattern in field.get(when, {}).items():
                        yield from self._around(pattern, kind, UNITS[name], count)
        for text in fields["second"]["relative"].values():
            yield Phrase(text, "now")
        for offset, text in fields["day"]["relative"].items():
            yield Phrase(text, "day", Day(offset=offset))

    def _around(self, pattern: str, kind: str, seconds: int, count: str) -> Iterator[Phrase]:
        before, _, behind = pattern.partition(_HOLE)
        before, behind = before.strip(), behind.strip()
        begins = (form for form in self._units if _begins(behind, form))
        known = max(begins, key=len, default="")
        rest = behind.removeprefix(known).strip(" .")
        if rest and known:
            yield Phrase(rest, f"{kind}_behind")
        elif before:
            yield Phrase(before, kind)
            if not known and len(behind) > _SHORTEST:
                yield Phrase(behind, "unit", _unit(seconds, behind, False, count))

    def _days(self) -> Iterator[Phrase]:
        for style in ("wide", "abbreviated"):
            for number, text in self._data["days"]["format"][style].items():
                if len(text) > 1:
                    yield Phrase(
                        text, "day" if style == "wide" else "day_short", Day(weekday=number)
                    )

    def _months(self) -> Iterator[Phrase]:
        for style in ("wide", "abbreviated"):
            for text in self._data["months"]["format"][style].values():
                if not text[0].isdecimal():
                    yield Phrase(text.strip("."), "month")

    def _periods(self) -> Iterator[Phrase]:
        hours: dict[str, tuple[str, list[tuple[int, int]]]] = {}
        for context in ("format", "stand-alone"):
            for style in ("wide", "abbreviated"):
                for name, text in self._data["day_periods"][context].get(style, {}).items():
                    hours.setdefault(text, (name, []))[1].extend(self._hours(name))
        for text, (name, spans) in hours.items():
            if name in ("noon", "midnight"):
                yield Phrase(text, "clock", 720 if name == "noon" else 0)
            elif name in ("am", "pm"):
                yield from _halves(text, name)
            else:
                yield Phrase(text, "period", Period(name, tuple(spans)))

    def _hours(self, name: str) -> list[tuple[int, int]]:
        rules = self._data["day_period_rules"][None].get(name, ())
        return [(rule["from"] // 60, rule["before"] // 60) for rule in rules if "from" in rule]

    def period(self, name: str) -> Period:
        """A part of the day by CLDR's name for it."""
        return Period(name, tuple(self._hours(name)))

    def _lists(self) -> Iterator[Phrase]:
        for name, kind in (("standard", "and"), ("or", "or")):
            joint = self._data["list_patterns"][name]["2"].replace("{1}", "").replace(_HOLE, "")
            if any(letter.isalpha() for letter in joint):
                yield Phrase(joint.strip(" ,"), kind)


def _begins(text: str, form: str) -> bool:
    """Whether a text begins with a form that ends there as a word; ideographs have no spaces."""
    rest = text.removeprefix(form)
    return rest != text and not (rest[:1].isalpha() and rest[:1] < "\u0250")


def _form(pattern: str) -> str:
    """The unit of a pattern that begins with its number."""
    before, _, behind = pattern.partition(_HOLE)
    return "" if before.strip() else behind.strip()


def _unit(seconds: int, form: str, short: bool, count: str) -> Unit:
    letters = form.strip(".")
    letter = len(letters) == 1 and letters.isascii()
    return Unit(seconds, short or form.endswith("."), letter, one=not short and count == "one")


def _halves(text: str, name: str) -> Iterator[Phrase]:
    """The halves of the day; in Latin letters behind the hour, with or without stops."""
    first = 0 if name == "am" else 720
    period = Period(name, ((first, first + 720),))
    letters = [letter for letter in text if letter.isalpha()]
    if not all(letter < "\u0250" for letter in letters):
        yield Phrase(text, "period", period)
        return
    for form in ("".join(letters), ".".join(letters), ".".join(letters) + "."):
        yield Phrase(form, "half", period)
