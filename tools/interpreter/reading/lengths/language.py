"""One language: its words for time from CLDR, its numerals, and its file in `languages/`."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from camara_qod.tools.interpreter.reading.lengths.cldr import Cldr
from camara_qod.tools.interpreter.reading.lengths.clock import Day
from camara_qod.tools.interpreter.reading.lengths.numerals import Numerals
from camara_qod.tools.interpreter.reading.lengths.phrases import (
    Amount,
    Phrase,
    Unit,
    exact,
    of,
    spellings,
)

LANGUAGES = ("en", "de", "es", "fr", "pt", "it", "nl", "pl", "tr", "sv", "ja", "zh")
_FOLDER = files("camara_qod.tools.interpreter.reading.lengths") / "languages"
#: Tables of a file whose keys are numbers, and how a key becomes the value of a phrase.
_NUMBERED = {
    "numerals": ("number", exact),
    "units": ("unit", lambda key: Unit(int(key))),
    "short": ("unit", lambda key: Unit(int(key), short=True)),
    "alone": ("alone", exact),
    "parts": ("part", exact),
    "plus": ("plus", exact),
    "clock": ("clock", exact),
    "multiples": ("multiple", int),
    "hours": ("hour", int),
    "clock_before": ("clock_before", int),
    "clock_behind": ("clock_behind", int),
    "days": ("day", lambda key: Day(offset=int(key))),
    "weekdays": ("day", lambda key: Day(weekday=int(key))),
}


#: Numerals that a smaller number may follow.
_BEGINNINGS = ("100", "1000")


class Language:
    """Everything that is known of one language.

    Args:
        code: its code; `languages/CODE.toml` has what CLDR has not.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self._file = tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
        self._cldr = [Cldr(name) for name in self._file.get("locales", [code])]
        self.twelve_hours = self._cldr[0].twelve_hours
        self.decimal, self.group = self._cldr[0].decimal, self._cldr[0].group
        self.evidence = frozenset(self._spelled(self._file.get("evidence", ())))
        self.bare_units = bool(self._file.get("bare_units"))
        self.joined = bool(self._file.get("joined"))
        self.shared = frozenset(self._file.get("shared", ()))

    def phrases(self) -> Iterator[Phrase]:
        """Its phrases in all their spellings."""
        drop = set(self._file.get("drop", ()))
        cldr = (phrase for phrase in self._from_cldr() if phrase.text not in drop)
        for text, kind, value in (*cldr, *self._numerals(), *self._from_file()):
            if isinstance(value, Unit) and len(text) == 1 and text.isascii():
                value = value._replace(letter=True)
            for form in self._spelled([text]):
                yield Phrase(form, kind, value)

    def endings(self) -> dict[str, Phrase]:
        """What may be written onto a numeral: "einhalb", "stündig", "timmars"."""
        glued: Mapping[str, Any] = self._file.get("glued", {})
        found = [
            *(p for key, texts in glued.get("units", {}).items() for p in _unit(key, texts)),
            *(p for key, texts in glued.get("plus", {}).items() for p in _plus(key, texts)),
        ]
        return {form: p for p in found for form in self._spelled([p.text])}

    def prefixes(self) -> dict[str, Amount]:
        """Numerals as the first part of a compound, where they have a form of their own."""
        table = self._file.get("glued", {}).get("numerals", {})
        return {form: exact(key) for key, texts in table.items() for form in self._spelled(texts)}

    def _spelled(self, texts: Any) -> Iterator[str]:
        letters = self._file.get("spelling", {})
        for text in texts:
            yield from spellings(text, letters)

    def _from_file(self) -> Iterator[Phrase]:
        for table, (kind, value) in _NUMBERED.items():
            for key, texts in self._file.get(table, {}).items():
                yield from of(texts, kind, value(key))
        for key, texts in self._file.get("numerals", {}).items():
            if key in _BEGINNINGS:
                yield from of(texts, "beginning", int(key))
        for key, texts in self._file.get("periods", {}).items():
            yield from of(texts, "period", self._cldr[0].period(key))
        for kind, texts in self._file.get("words", {}).items():
            yield from of(texts, kind)
        for key, texts in self._file.get("glued", {}).get("units", {}).items():
            yield from _unit(key, texts)

    def _from_cldr(self) -> Iterator[Phrase]:
        """Its own words, and the halves of the day as English has them, which everyone writes."""
        yield from (phrase for phrase in Cldr("en").phrases() if phrase.kind == "half")
        for cldr in self._cldr:
            yield from cldr.phrases()

    def _numerals(self) -> Iterator[Phrase]:
        """Its own numerals; those that are articles as well are of the kind "one"."""
        articles = set(self._file.get("words", {}).get("one", ()))
        rules = Numerals(self.code)
        small, beginnings = rules.small(), rules.beginnings()
        small = {text: number for text, number in small.items() if text not in articles}
        for text, number in (rules.round() | small).items():
            yield Phrase(text, "number", number)
        for text, number in beginnings.items():
            yield Phrase(text, "beginning", number)


def _unit(key: str, texts: list[str]) -> Iterator[Phrase]:
    return of(texts, "unit", Unit(int(key)))


def _plus(key: str, texts: list[str]) -> Iterator[Phrase]:
    return of(texts, "plus", exact(key))
