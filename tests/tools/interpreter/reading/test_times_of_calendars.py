"""Dates with times of day in the basic form of ISO 8601, as calendars write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from camara_qod.tools.interpreter.reading.lengths import TimeOfDay, read_times

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=BERLIN)


def only(text: str) -> TimeOfDay:
    (time,) = read_times(text, clocks=True)
    assert isinstance(time, TimeOfDay)
    return time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("DTEND:20261130T153000Z", datetime(2026, 11, 30, 15, 30, tzinfo=UTC)),
        ("20261203T110000", datetime(2026, 12, 3, 11, 0, tzinfo=BERLIN)),
        ("20261203T1100", datetime(2026, 12, 3, 11, 0, tzinfo=BERLIN)),
        ("20261203T110000.", datetime(2026, 12, 3, 11, 0, tzinfo=BERLIN)),
        ("20261203T110000.250Z", datetime(2026, 12, 3, 11, 0, tzinfo=UTC)),
        ("20261203T110000-0500", datetime(2026, 12, 3, 16, 0, tzinfo=UTC)),
        (
            "DTSTART;TZID=America/New_York:20261203T110000",
            datetime(2026, 12, 3, 11, 0, tzinfo=ZoneInfo("America/New_York")),
        ),
        ("DTSTART;TZID=No/Where:20261203T110000", datetime(2026, 12, 3, 11, 0, tzinfo=BERLIN)),
    ],
)
def test_a_time_of_day_with_its_date(text: str, moment: datetime) -> None:
    time = only(text)
    assert time.moment(NOW) == moment
    assert time.seconds(NOW) == (moment - NOW).total_seconds()
    assert text[time.start : time.end].startswith("2026")


def test_a_moment_that_is_past_never_comes_again() -> None:
    time = only("DTEND:20261129T153000Z")
    assert time.moment(NOW) < NOW - timedelta(hours=12)
    assert time.seconds(NOW) == 0


def test_the_beginning_and_the_end_of_an_entry() -> None:
    text = "DTSTART:20261130T140000Z\nDTEND:20261130T153000Z"
    moments = [
        time.moment(NOW) for time in read_times(text, clocks=True) if type(time) is TimeOfDay
    ]
    assert [moment.astimezone(UTC).strftime("%H:%M") for moment in moments] == ["14:00", "15:30"]


def test_none_is_told_unless_times_of_day_are_wanted() -> None:
    assert read_times("DTEND:20261130T153000Z") == []


@pytest.mark.parametrize(
    "text",
    [
        "+20261203T110000",
        "+20261203110000",
        "20261203110000",
        "20261303T110000",
        "20260230T110000",
        "20261203T250000",
        "20261203T110000-55",
        "job-20261203T110000",
        "backup_20261203T110000.tar",
        "20261203T110000.tar",
        "x20261203T110000",
        "20261203T110000-17ab",
        "120261203T110000",
        "20261203T11000",
        "20261203T110000@example.com",
    ],
)
def test_numbers_and_names_that_only_look_like_it(text: str) -> None:
    assert read_times(text, clocks=True) == []
