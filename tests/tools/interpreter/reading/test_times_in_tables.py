"""Bare numbers in tables whose headings tell their unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camara_qod.tools.interpreter.reading.lengths import Length, read_times


def seconds(text: str) -> list[int]:
    times = read_times(text)
    assert all(isinstance(time, Length) for time in times)
    return [time.seconds for time in times if isinstance(time, Length)]


@pytest.mark.parametrize("sign", [";", ",", "\t", "|", " | ", "; ", ", "])
@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("minutes", 60),
        ("min", 60),
        ("duration_s", 1),
        ("Dauer (Min.)", 60),
        ("horas", 3600),
        ("Stunden", 3600),
        ("sessionDurationMinutes", 60),
        ("Duration [h]", 3600),
        ("duración en minutos", 60),
        ("czas trwania (min)", 60),
        ("durée (heures)", 3600),
        ("varaktighet i timmar", 3600),
        ("时长（分钟）", 60),
        ("TTL_SEC", 1),
    ],
)
def test_a_column_of_lengths(sign: str, heading: str, unit: int) -> None:
    lines = [f"ip{sign}{heading}{sign}name", f"10.0.0.1{sign}90{sign}a", f"10.0.0.2{sign}45{sign}b"]
    assert seconds("\n".join(lines)) == [90 * unit, 45 * unit]


def test_a_length_is_at_its_number() -> None:
    text = "Please book:\n\n| device | hours |\n|---|---|\n| cam 7 | 2 |\n| cam 8 | 1.5 |\n\nThanks"
    assert [text[time.start : time.end] for time in read_times(text)] == ["2", "1.5"]
    assert seconds(text) == [7200, 5400]


def test_columns_of_falling_units_are_one_length() -> None:
    assert seconds("device;hours;minutes\na;1;30\nb;;45") == [5400, 2700]


def test_quotes_hide_a_delimiter() -> None:
    assert seconds('"name","minutes"\n"Lee, Ann","90"') == [5400]


def test_what_a_cell_says_itself_counts_as_it_does() -> None:
    assert seconds("device;minutes\na;2 h\nb;n/a\nc;30") == [7200, 1800]


@pytest.mark.parametrize(
    "text",
    [
        "device;duration\na;90",
        "device,latency (ms)\na,20",
        "device,distance (m)\na,20",
        "min,max,avg\n1,2,3",
        "year,month,day,hour,minute,second\n2026,11,30,14,20,5",
        "name;std\na;4",
        "device;minutes\na",
        "device;minutes\na;30;x",
        "device;minutes\na;+30\nb;#30\nc;030303030303",
        "device;30;minutes\na;4;5",
        "score;分\na;90",
        "minutes\n30",
    ],
)
def test_other_tables_say_nothing(text: str) -> None:
    assert read_times(text) == []


@given(
    st.lists(
        st.lists(st.sampled_from(["minutes", "duration_s", "h", "5", "2 h", '"', "", "9:00"])),
        max_size=6,
    ),
    st.sampled_from(";,\t|"),
)
def test_any_table_is_read_without_overlaps(rows: list[list[str]], sign: str) -> None:
    text = "\n".join(sign.join(row) for row in rows)
    end = 0
    for time in read_times(text, clocks=True):
        assert end <= time.start < time.end <= len(text)
        end = time.end
