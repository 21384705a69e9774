"""Headings of columns that tell a unit of time: "minutes", "duration_s", "Dauer (Min.)"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from camara_qod.tools.interpreter.reading.lengths.field_names import field_names, name_parts
from camara_qod.tools.interpreter.reading.lengths.language import Language
from camara_qod.tools.interpreter.reading.lengths.lexicon import lexicon
from camara_qod.tools.interpreter.reading.lengths.phrases import Unit

_BETWEEN = re.compile(r"[\s()\[\].,:_/-]+")
#: Longer headings are sentences.
_LONGEST = 60
#: Columns of longer units are dates and ages.
_MOST = 604_800
#: The words of a name at most.
_NAME = 2


@dataclass(frozen=True, slots=True)
class _Units:
    """Units by their words in all languages.

    Attributes:
        alone: those that tell a length without a name. The form for one of a unit is rather a
            part of a date or of a time of day ("hour"), and a letter is anything.
        named: those that do behind a name.
    """

    alone: dict[str, Fraction]
    named: dict[str, Fraction]


def units_of(headings: Sequence[str]) -> dict[int, Fraction]:
    """The columns whose heading says that a length is under it, and in which unit.

    Args:
        headings: of all columns of a table.
    """
    words = [_words(heading) for heading in headings]
    statistics = any(len(one) == 1 and one[0] in field_names().statistics for one in words)
    units = ((place, _unit(one, alone=not statistics)) for place, one in enumerate(words))
    return {place: unit for place, unit in units if unit is not None}


def _words(heading: str) -> list[str]:
    if len(heading) > _LONGEST:
        return []
    return [part for word in _BETWEEN.split(heading) if word for part in name_parts(word)]


def _unit(words: list[str], *, alone: bool) -> Fraction | None:
    """The unit of a column: a unit by itself, or one behind a name of a length."""
    if len(words) == 1:
        return _units().alone.get(words[0]) if alone else None
    unit = _units().named.get(words[-1]) if words else None
    words = words[:-1]
    while words and words[-1] in field_names().joints:
        words = words[:-1]
    names = field_names().names | field_names().with_unit
    said = any(" ".join(words[-count:]) in names for count in range(1, _NAME + 1) if words)
    return unit if said else None


@cache
def _units() -> _Units:
    """Those of the fields, and those of the languages on which they agree."""
    own = field_names().units
    alone, named = dict(own), dict(own)
    single: set[str] = set()
    for word, unit, shared in _of_languages():
        if named.setdefault(word, Fraction(unit.seconds)) != unit.seconds:
            single.add(word)
        alone.setdefault(word, Fraction(unit.seconds))
        if unit.one or shared:
            single.add(word)
    names = field_names().names
    alone = {
        word: size
        for word, size in alone.items()
        if len(word) > 1 and size >= 1 and word not in single and word not in names
    }
    return _Units(alone, named)


def _of_languages() -> Iterator[tuple[str, Unit, bool]]:
    for language in lexicon().languages:
        for word, unit in _of(language):
            yield word, unit, word in _shared(language)


def _of(language: Language) -> Iterator[tuple[str, Unit]]:
    for phrase in language.phrases():
        unit = phrase.value
        if phrase.kind == "unit" and isinstance(unit, Unit) and 0 < unit.seconds <= _MOST:
            word = phrase.text.rstrip(".")
            if " " not in word:
                yield word, unit


def _shared(language: Language) -> set[str]:
    return {word.lower() for word in language.shared}
