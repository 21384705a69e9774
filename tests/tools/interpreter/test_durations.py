import pytest
from hypothesis import given
from hypothesis import strategies as st

from camara_qod.tools.interpreter.durations import find_durations

READ = {
    "until 23:30 starting at 21:00": 9000,
    "until 7 am, now it is 1 am": 21600,
    "it's 3pm now and I need it until 5pm": 7200,
    "6pm-7:30pm, costs me 28 quid an hour": 5400,
    "dur=7200": 7200,
    "a third of an hour is plenty": 1200,
    "two thirds of an hour": 2400,
    "one eighth of a day": 10800,
    "three quarters of a day": 64800,
    "an hour less five minutes": 3300,
    "2 hours minus 10 minutes": 6600,
    "6 heats of twelve minutes each": 4320,
    "2 x 45 min": 5400,
    "six lessons with 20 min each": 7200,
    "4 servers at 10.0.0.1, 20 minutes": 1200,
    "two cameras for 30 minutes": 1800,
    "ttl_ms: 5400000": 5400,
    "for 1800000 ms": 1800,
    "one single minute": 60,
    "two halves of 45 minutes plus the 15 minute break": 6300,
    "for the next fortnight": 1209600,
    "for the next hour": 3600,
    "na 3 godziny": 10800,
    "pół godziny": 1800,
    "90 min": 5400,
    "for 1.5 hours": 5400,
    "1,5 h": 5400,
    "2h": 7200,
    "45m": 2700,
    "45'": 2700,
    "900s": 900,
    "7200 sec": 7200,
    "3,600 seconds": 3600,
    "1h30": 5400,
    "1h 30m": 5400,
    "2 hours 30": 9000,
    "1 hour 30 minutes": 5400,
    "one hour, twenty minutes": 4800,
    "2 hours and 5 minutes and 10 seconds": 7510,
    "two and a half hours": 9000,
    "2 and a half hours": 9000,
    "2 1/2 hours": 9000,
    "1½ hours": 5400,
    "½ hour": 1800,
    "an hour and a half": 5400,
    "half an hour": 1800,
    "half an hr": 1800,
    "hr n a half": 5400,
    "quarter of hour": 900,
    "half a dozen hours": 21600,
    "two hours n twenty mins": 8400,
    "1 h 10 m, me": 4200,
    "30mnts": 1800,
    "hrs: 1.5": 5400,
    "May 09 03:11:40 edge7 len=150min": 9000,
    "a quarter of an hour": 900,
    "three quarters of an hour": 2700,
    "and three quarters of an hour": 2700,
    "a couple of hours": 7200,
    "half a day": 43200,
    "1:30 hours": 5400,
    "01:30:00": 5400,
    "PT1H30M": 5400,
    "a full hour": 3600,
    "15 more minutes": 900,
    "two-hour session": 7200,
    "eleven hours": 39600,
    "forty-five minutes": 2700,
    "one hundred twenty minutes": 7200,
    "dos horas": 7200,
    "zwei Stunden": 7200,
    "eine halbe Stunde": 1800,
    "deux heures": 7200,
    "media hora": 1800,
    "una hora y media": 5400,
    "mezz'ora": 1800,
    '"duration": 7200': 7200,
    "duration_minutes=30": 1800,
    "2 days": 172800,
    "a fortnight": 1209600,
    "2 months": 5184000,
    "cuarenta y cinco minutos": 2700,
    "quarante-cinq minutes": 2700,
    "2 ½ hours": 9000,
    "1 200 secondes": 1200,
    "1'800 s": 1800,
    "3.600 Sekunden": 3600,
    "2 h 30": 9000,
    "1h 30": 5400,
    "1 hour 15": 4500,
    "2 hours 30, gaming": 9000,
    "1 hour + 30 min": 5400,
    "pt30m": 1800,
    "PT1.5H": 5400,
    "for PT12H. Thanks": 43200,
    "duration (s): 3600": 3600,
    "Dauer: 7200": 7200,
    "gaming duration 7200": 7200,
    '{"minutes":50}': 3000,
    "hours = 2": 7200,
    "one thousand two hundred seconds": 1200,
    "eighteen hundred seconds": 1800,
    "three thousand seconds": 3000,
    "another hour": 3600,
    "another 20 minutes": 1200,
    "one more hour": 3600,
    "from 14:00 to 16:30": 9000,
    "14:00-16:30": 9000,
    "between 3 and 5 pm": 7200,
    "2pm to 4:15pm": 8100,
    "3-5pm": 7200,
    "11 to 1 pm": 7200,
    "9am until 11 am": 7200,
    "10:00 to 2:00": 14400,
    "22:00 till 06:00": 28800,
    "11 pm to 1 am": 7200,
    "8h-17h": 32400,
    "von 9:00 bis 10:30": 5400,
}
UNREAD = [
    "until 23:30",
    "60 km an hour",
    "$20 an hour",
    "",
    "a few hours",
    "20 ms",
    "10 Mbps",
    "5G",
    "4k",
    "at 10:30",
    "at 12:30:45",
    "a second opinion",
    "2001:db8::1",
    "room 45",
    "mac 00:1A:2B:3C:4D:5E",
    "mac 00-1A-2B-3C-4D-5E",
    "3D gaming",
    "drone 100m away",
    "ce soir à 20h",
    "ports 5000-5010",
    "3 to 5 devices",
    "maybe another day",
    "3 and 5",
    "2024-11-23",
    "10.0.0.1-10.0.0.5",
    "at 10:30 and on 5 phones",
    "sıx hours",
    "9" * 5000 + " hours",
    "duration: " + "9" * 5000,
]


@pytest.mark.parametrize(("text", "seconds"), READ.items())
def test_lengths_that_people_write(text: str, seconds: int) -> None:
    assert [span.seconds for span in find_durations(text)] == [seconds]


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_no_length(text: str) -> None:
    assert find_durations(text) == []


@given(
    st.integers(0, 99), st.integers(1, 59), st.sampled_from(["{}h{:02}", "{} h {} min", "{}h {}m"])
)
def test_hours_and_minutes_add_up(hours: int, minutes: int, form: str) -> None:
    (span,) = find_durations(f"keep it for {form.format(hours, minutes)}, please")
    assert span.seconds == 3600 * hours + 60 * minutes


@given(st.text() | st.text(alphabet="0123456789 hmsPT:.,'-½andminutes"))
def test_any_text_is_read_without_overlaps(text: str) -> None:
    end = 0
    for span in find_durations(text):
        assert end <= span.start < span.end <= len(text)
        assert span.seconds >= 0
        end = span.end
