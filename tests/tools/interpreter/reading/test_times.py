"""Lengths and moments that people write, in twelve languages, and what is none.

`times.tsv` has what is to be read: language, words, and what they say. `decoys.tsv` has words that
say nothing about how long or until when.
"""

import ast
import re
import unicodedata
from cProfile import Profile
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camara_qod.tools.interpreter.reading import lengths
from camara_qod.tools.interpreter.reading.lengths import (
    End,
    Interval,
    Length,
    Start,
    Time,
    Unread,
    read_times,
)
from camara_qod.tools.interpreter.reading.lengths.cldr import UNITS
from camara_qod.tools.interpreter.reading.lengths.language import LANGUAGES

HERE = Path(__file__).parent
#: A Monday, at three.
NOW = datetime(2026, 5, 11, 15, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def rows(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


TIMES = rows("times.tsv")
DECOYS = rows("decoys.tsv")


def told(time: Time) -> str:
    """A finding in the form of the table, at `NOW`."""
    if isinstance(time, Length):
        return f"total {time.seconds}" if time.total else str(time.seconds)
    if isinstance(time, Interval):
        return f"interval {time.seconds}"
    if isinstance(time, Unread):
        return "unread"
    assert isinstance(time, End | Start)
    kind = type(time).__name__.lower()
    moment = time.moment(NOW)
    lasting = f"; {time.lasting}" if isinstance(time, Start) and time.lasting is not None else ""
    if moment is None:
        return f"{kind} ?{lasting}"
    days = (moment.date() - NOW.date()).days
    return f"{kind} " + (f"+{days} " if days else "") + f"{moment:%H:%M}{lasting}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gaming for 2 hours, starting in 30 minutes", ["2 hours, starting in 30 minutes"]),
        ("ab 14 Uhr für zwei Stunden", ["ab 14 Uhr für zwei Stunden"]),
        ("30分後から2時間", ["30分後から2時間"]),
        ("For 2 hours. In 30 minutes I have a call", ["2 hours", "In 30 minutes"]),
        ("for 2 hours, and starting in 30 minutes a call", ["2 hours", "starting in 30 minutes"]),
    ],
)
def test_what_lasts_from_later_on_is_one(text: str, said: list[str]) -> None:
    assert [text[time.start : time.end] for time in read_times(text)] == said


@pytest.mark.parametrize("language", [*LANGUAGES, "-"])
def test_what_people_write(language: str) -> None:
    read = {
        text: ("; ".join(map(told, read_times(text))), expected)
        for code, text, expected in TIMES
        if code == language
    }
    assert len(read) >= 20
    assert {text: both for text, both in read.items() if both[0] != both[1]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_says_nothing_about_how_long(language: str) -> None:
    read = {text: read_times(text) for code, text in DECOYS if code == language}
    assert len(read) >= 10
    assert {text: times for text, times in read.items() if times} == {}


def only(text: str) -> Time:
    (time,) = read_times(text)
    return time


def test_an_end_is_the_next_such_moment() -> None:
    end = only("until 9:30")
    assert isinstance(end, End)
    assert end.moment(NOW) == NOW.replace(hour=21, minute=30)
    assert end.seconds(NOW) == 6 * 3600 + 1800
    late = NOW.replace(hour=22)
    assert end.moment(late) == late.replace(hour=9, minute=30) + timedelta(days=1)


@pytest.mark.parametrize("text", ["until 10:00", "until 10.00", "until 09:00", "bis 10 Uhr"])
def test_hours_that_are_written_as_of_twenty_four_are_in_one_half_of_the_day(text: str) -> None:
    end = only(text)
    assert isinstance(end, End)
    assert not end.clock.dial
    late = NOW.replace(hour=20, minute=51)
    assert end.moment(late) == late.replace(hour=end.clock.minutes // 60, minute=0) + timedelta(1)


@pytest.mark.parametrize("text", ["until 10 pm", "until 10:00 pm", "until 10:00 tonight"])
def test_the_half_that_is_said_counts(text: str) -> None:
    end = only(text)
    assert isinstance(end, End)
    assert (end.clock.minutes, end.clock.dial) == (22 * 60, False)


def test_without_halves_of_the_day_an_hour_is_one_of_twenty_four() -> None:
    end = only("bis 9:30 Uhr")
    assert isinstance(end, End)
    assert end.moment(NOW) == NOW.replace(hour=9, minute=30) + timedelta(days=1)


@pytest.mark.parametrize("text", ["bis halb neun", "tot half negen", "till halv nio"])
def test_a_half_hour_in_words_is_on_the_dial_of_every_language(text: str) -> None:
    end = only(text)
    assert isinstance(end, End)
    assert end.moment(NOW) == NOW.replace(hour=20, minute=30)
    late = NOW.replace(hour=22)
    assert end.moment(late) == late.replace(hour=8, minute=30) + timedelta(days=1)


def test_an_end_counts_the_hours_that_pass() -> None:
    end = only("bis 6 Uhr")
    assert isinstance(end, End)
    before_spring_forward = datetime(2026, 3, 28, 23, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert end.seconds(before_spring_forward) == 6 * 3600


def test_an_end_now_is_a_day_away() -> None:
    end = only("until 15:00")
    assert isinstance(end, End)
    assert end.seconds(NOW) == 86_400


@pytest.mark.parametrize(
    ("text", "begin", "finish"),
    [
        ("from 16:00 to 18:00", "11 16:00", "11 18:00"),
        ("from 14:00 to 18:00", "11 14:00", "11 18:00"),
        ("from 10 to 12", "11 22:00", "12 00:00"),
        ("tomorrow from 10 to 12", "12 10:00", "12 12:00"),
        ("22:00-02:00", "11 22:00", "12 02:00"),
        ("morgen von 10 bis 12 Uhr", "12 10:00", "12 12:00"),
        ("Friday from 9 am to 5 pm", "15 09:00", "15 17:00"),
        ("von halb neun bis 9 Uhr", "12 08:30", "12 09:00"),
        ("von 14 bis halb vier", "11 14:00", "11 15:30"),
    ],
)
def test_an_interval_that_is_not_over(text: str, begin: str, finish: str) -> None:
    interval = only(text)
    assert isinstance(interval, Interval)
    assert f"{interval.begin(NOW):%d %H:%M}" == begin
    assert f"{interval.finish(NOW):%d %H:%M}" == finish


def test_a_start_after_a_length() -> None:
    start = only("starting in 30 minutes")
    assert isinstance(start, Start)
    assert start.moment(NOW) == NOW + timedelta(minutes=30)


def test_a_start_on_a_day_has_no_exact_moment() -> None:
    start = only("starting tomorrow")
    assert isinstance(start, Start)
    assert start.moment(NOW) is None


def test_a_delay_beyond_the_calendar_has_no_moment() -> None:
    start = only("in 999999999 days")
    assert isinstance(start, Start)
    assert start.moment(NOW) is None


@given(st.text() | st.text(alphabet="0123456789 hmsdPT:.,'-/½andminutesuntil時間分半bisvon"))
def test_any_text_is_read_without_overlaps(text: str) -> None:
    end = 0
    for time in read_times(text):
        assert end <= time.start < time.end <= len(text)
        assert not isinstance(time, Length) or time.seconds >= 0
        end = time.end


@given(
    st.lists(st.sampled_from([word for row in TIMES + DECOYS for word in row[1].split()])),
)
def test_words_in_any_order_are_read_without_overlaps(words: list[str]) -> None:
    text = " ".join(words)
    end = 0
    for time in read_times(text):
        assert end <= time.start < time.end <= len(text)
        if isinstance(time, End | Interval):
            assert time.seconds if isinstance(time, Interval) else time.seconds(NOW) > 0
        end = time.end


@pytest.mark.parametrize("text", ["2 hours", "90 min", "1h30", "45m", "1,5 Stunden", "900s", "90'"])
@pytest.mark.parametrize("before", ["v", "_", "9:", "1/1/", "a_", "x-", "#", "€", "10.0.0."])
def test_no_length_behind_what_it_is_glued_to(text: str, before: str) -> None:
    assert not [time for time in read_times(before + text) if isinstance(time, Length)]


def goes_on(own: str, near: str, far: str) -> bool:
    """Whether a token goes on beside its last character; a change of script is a boundary."""
    if near == "\x00":
        return True  # what was read before
    if not near or wide(own):
        return False
    if near in "-.%":
        return inside(far) and not (near == "." and far.isupper())
    return inside(near)


def inside(character: str) -> bool:
    return character == "_" or (character.isalnum() and not wide(character))


def wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


@given(st.data())
def test_a_finding_stands_in_the_text_whole(data: st.DataObject) -> None:
    edge = st.text(alphabet=" \n.,;:!?-_/%@+#'()=&~08ahmsxZéß—’²½分小时，から\x00", max_size=3)
    rows = st.sampled_from([row[1] for row in TIMES])
    text = "".join(data.draw(part) for part in (edge, rows, edge, rows, edge))
    for time in read_times(text):
        before, after = text[: time.start][::-1], text[time.end :]
        said = f"{text[time.start : time.end]!r} in {text!r}"
        assert not goes_on(text[time.start], before[:1], before[1:2]), said
        assert not goes_on(text[time.end - 1], after[:1], after[1:2]), said


@pytest.mark.parametrize("text", ["2-Stunden-Session", "90min-Meeting", "a 2-hour-long call"])
def test_a_length_at_the_head_of_a_compound_has_all_of_it(text: str) -> None:
    length = only(text)
    assert isinstance(length, Length)
    assert text[length.start : length.end] == max(text.split(), key=len)


@pytest.mark.parametrize("text", ["2h", "90min", "1h30", "45m", "900s"])
@pytest.mark.parametrize("behind", ["9", "x9", "_a", "^-1", "-9e", "/km", "@x"])
def test_no_length_before_what_is_glued_to_it(text: str, behind: str) -> None:
    assert not [time for time in read_times(text + behind) if isinstance(time, Length)]


@pytest.mark.parametrize(
    "text",
    [
        "9" * 4000,
        "1 " * 400,
        "1h " * 300,
        "a few " * 300,
        "twenty and " * 300,
        "from 10 to " * 300,
        "until " * 500,
        "1:" * 500,
        "half an " * 300,
        "2 x " * 300,
        "二三" * 500,
        "de 2 a 3 y " * 200,
        "P1Y" * 500,
        "a@" * 600,
        "12:34:" * 300,
        "1-2-" * 300,
        "duration_" * 300 + "1",
        "tomorrow at " * 200,
        "an hour and " * 200,
        "90' " * 300,
        "1/2 " * 300,
        "unit=h_" * 300,
        "value=1 unit=h " * 150,
        "ttl: 1 # s\n" * 150,
        "--hours 6 " * 200,
        "a;minutes\n1;2\n" * 150,
        "20261203T1100 " * 200,
    ],
)
def test_long_hostile_text_takes_steps_in_proportion(text: str) -> None:
    """Twice the text takes about twice the steps, never four times."""
    read_times(text)  # what a language's words are is read from its files once

    def steps(text: str) -> int:
        profile = Profile()
        profile.enable()
        read_times(text)
        profile.disable()
        return sum(entry.callcount for entry in profile.getstats())

    begun = perf_counter()
    assert steps(text) < 2.3 * steps(text[: len(text) // 2]) + 1000
    assert perf_counter() - begun < 60  # regular expressions take no steps


def test_code_has_no_words_of_any_language() -> None:
    """Every word comes from CLDR, from spelled-out numerals or from a TOML file."""
    words = _words(*(row[1] for row in TIMES + DECOYS if row[0] not in ("en", "-")))
    words -= _words(*(row[1] for row in TIMES + DECOYS if row[0] == "en")) | UNITS.keys()
    kinds = {word for language in LANGUAGES for word in _words_of_file(language)}
    for path in Path(lengths.__file__).parent.glob("*.py"):
        for text in _strings(ast.parse(path.read_text(encoding="utf-8"))):
            found = set(re.findall(r"[^\W\d_]+", text.lower())) & (words - kinds)
            assert not found, f"{path.name}: {text!r}"
            apart = re.sub("(?s).-.", "", text)  # ranges of characters are no words
            assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", apart), f"{path.name}: {text!r}"


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in re.findall(r"[^\W\d_]{4,}", text.lower())}


def _words_of_file(language: str) -> set[str]:
    """The names of kinds and tables in a language's file, which are English words."""
    file = Path(lengths.__file__).parent / "languages" / f"{language}.toml"
    names = re.findall(r"^\[?(?:glued\.)?([a-z_]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {part for name in names for part in name.split("_")}


def _strings(tree: ast.AST) -> list[str]:
    """String constants that are no docstrings and no names of kinds."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def test_every_list_of_a_language_is_used_and_explained() -> None:
    """What `en.toml` does not explain, or no code asks for, is a slip in a file."""
    folder = Path(lengths.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    explained = (folder / "languages" / "en.toml").read_text(encoding="utf-8")
    for language in LANGUAGES:
        file = (folder / "languages" / f"{language}.toml").read_text(encoding="utf-8")
        for name in re.findall(r"^\[?([a-z_]+)\b", file, re.MULTILINE):
            assert f'"{name}"' in code, f"{language}: {name}"
            assert name in explained, f"{language}: {name}"
