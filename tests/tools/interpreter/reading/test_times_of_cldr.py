"""What CLDR writes is read back: every language, every length from a minute to twelve hours."""

from datetime import datetime, timedelta

import pytest
from babel import Locale
from babel.dates import format_time, format_timedelta
from babel.lists import format_list
from babel.units import format_unit
from hypothesis import example, given
from hypothesis import strategies as st
from unicode_rbnf import RbnfEngine

from camara_qod.tools.interpreter.reading.lengths import Length, read_times
from camara_qod.tools.interpreter.reading.lengths.language import LANGUAGES

#: A sentence of each language around a length, which tells the language.
SENTENCES = {
    "en": "I need it for {} please",
    "de": "Ich brauche es für {} bitte",
    "es": "Lo necesito durante {} por favor",
    "fr": "J'en ai besoin pendant {} merci",
    "pt": "Preciso disso durante {} por favor",
    "it": "Mi serve per {} grazie",
    "nl": "Ik heb het {} nodig alsjeblieft",
    "pl": "Potrzebuję tego na {} proszę",
    "tr": "Bana {} lazım lütfen",
    "sv": "Jag behöver det i {} tack",
    "ja": "{}お願いします",
    "zh": "我需要{}谢谢",
}
MINUTES = st.integers(1, 12 * 60)
STYLES = st.sampled_from(["long", "short", "narrow"])


def lengths(text: str) -> list[int]:
    return [time.seconds for time in read_times(text) if isinstance(time, Length)]


@pytest.mark.parametrize("language", LANGUAGES)
@given(minutes=MINUTES, style=STYLES)
@example(minutes=150, style="narrow")
def test_hours_and_minutes(language: str, minutes: int, style: str) -> None:
    hours, rest = divmod(minutes, 60)
    parts = [
        format_unit(count, f"duration-{unit}", style, locale=language)
        for count, unit in ((hours, "hour"), (rest, "minute"))
        if count
    ]
    for text in (" ".join(parts), format_list(parts, locale=language)):
        assert lengths(SENTENCES[language].format(text)) == [60 * minutes], text


@pytest.mark.parametrize("language", LANGUAGES)
@given(minutes=MINUTES, style=STYLES)
def test_one_unit(language: str, minutes: int, style: str) -> None:
    seconds = 60 * minutes
    for unit, size in (("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds % size == 0 and (unit != "second" or seconds < 10_000):
            text = format_unit(seconds // size, f"duration-{unit}", style, locale=language)
            assert lengths(SENTENCES[language].format(text)) == [seconds], text


@pytest.mark.parametrize("language", LANGUAGES)
@given(hours=st.integers(1, 12), tenths=st.sampled_from([0, 1, 2, 5, 25, 75]))
def test_decimals(language: str, hours: int, tenths: int) -> None:
    value = hours + tenths / (10 if tenths < 10 else 100)
    text = format_unit(value, "duration-hour", "long", locale=language)
    assert lengths(SENTENCES[language].format(text)) == [round(3600 * value)], text


@pytest.mark.parametrize("language", LANGUAGES)
@given(minutes=st.integers(1, 90))
def test_timedeltas(language: str, minutes: int) -> None:
    delta = timedelta(minutes=minutes)
    text = format_timedelta(delta, granularity="minute", threshold=100, locale=language)
    assert lengths(SENTENCES[language].format(text)) == [60 * minutes], text


@pytest.mark.parametrize("language", LANGUAGES)
@given(number=st.integers(2, 999))
@example(number=21)
@example(number=45)
@example(number=120)
def test_numbers_in_words(language: str, number: int) -> None:
    unit = format_unit(number, "duration-minute", "long", locale=language)
    unit = unit.replace(str(number), "").strip()
    written = RbnfEngine.for_language(language).format_number(number).text_by_ruleset
    for rules, word in written.items():
        if not any(part in rules for part in ("financial", "days", "verbose")):
            text = SENTENCES[language].format(f"{word} {unit}")
            assert lengths(text) == [60 * number], text


@pytest.mark.parametrize("language", LANGUAGES)
@given(minutes=st.integers(0, 24 * 60 - 1))
def test_a_time_of_day_is_no_length(language: str, minutes: int) -> None:
    time = (timedelta(minutes=minutes) + datetime(2026, 5, 11)).time()
    text = format_time(time, "short", locale=language)
    assert lengths(text) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_rates_of_cldr_are_none(language: str) -> None:
    patterns = Locale(language)._data["unit_patterns"]
    for unit in ("hour", "minute", "second", "day"):
        for style in ("long", "short", "narrow"):
            if pattern := patterns[f"duration-{unit}"].get(style, {}).get("per"):
                assert lengths(pattern.replace("{0}", "30 km")) == [], pattern
