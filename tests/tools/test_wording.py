"""Sentences about the operator's answers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from camara_qod.tools.camara.models import QosProfile
from camara_qod.tools.wording import listed, moment_text, profile_text, spoken


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (0.5, "0.5 seconds"),
        (1, "1 second"),
        (60.0, "1 minute"),
        (5400, "1 hour 30 minutes"),
        (86400, "1 day"),
        (2**31 - 1, "24855 days 3 hours 14 minutes 7 seconds"),
    ],
)
def test_lengths_are_spoken_in_words(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2026-11-24 17:11:35 UTC"),
        ("Europe/Berlin", "2026-11-24 18:11:35 CET"),
        ("America/Sao_Paulo", "2026-11-24 14:11:35 UTC-03"),
    ],
)
def test_a_moment_is_told_in_a_zone_with_its_name(zone: str, text: str) -> None:
    moment = datetime(2026, 11, 24, 17, 11, 35, tzinfo=UTC)
    assert moment_text(moment, ZoneInfo(zone)) == text


def test_a_profile_is_told_with_its_figures() -> None:
    profile = QosProfile.model_validate(
        {
            "name": "FAST",
            "status": "ACTIVE",
            "description": "Lowest latency",
            "minDuration": {"value": 1, "unit": "Minutes"},
            "packetDelayBudget": {"value": 1, "unit": "Milliseconds"},
            "jitter": {"value": 5, "unit": "Milliseconds"},
            "maxUpstreamRate": {"value": 10, "unit": "Mbps"},
            "targetMinDownstreamRate": {"unit": "Mbps"},
            "packetErrorLossRate": 6,
        }
    )
    assert profile_text(profile) == (
        "Profile FAST is ACTIVE: Lowest latency, from 1 minute. Delay at most 1 millisecond, "
        "jitter at most 5 milliseconds, at most 10 Mbps upstream, at most 1 packet in 1,000,000 "
        "lost."
    )


def test_a_profile_without_figures_is_told_in_short() -> None:
    profile = QosProfile.model_validate({"name": "PLAIN", "status": "INACTIVE"})
    assert profile_text(profile) == "Profile PLAIN is INACTIVE."


def test_items_are_listed_as_in_a_sentence() -> None:
    assert [listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
