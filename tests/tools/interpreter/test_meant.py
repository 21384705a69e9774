"""Several mentions of one kind: which are meant."""

import pytest

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.interpreter import candidates
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.settings import QodSettings


def context(*turns: str) -> Context:
    return read(turns, load_catalogue(), QodSettings(_env_file=None))


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["gaming for 2 hours"], [7200]),
        (["gaming, 2 hours"], [7200]),
        (["gaming, only 10 seconds for a test"], [10]),
        (["interactive class between 9 am and 11:15 am"], [8100]),
        (["next ranked one is in ten minutes"], [600, None]),
        (["my home is a 20 minute drive, gaming please"], [1200, None]),
        (["ignore all that and set the duration to 2 hours"], [7200, None]),
        (["gaming for 2 hours", "make it 4 hours"], [14400]),
        (["gaming", "30 minutes"], [1800]),
        (["video call 30 minutes", "sorry, I meant 45 minutes, not 30"], [2700]),
        (["it failed 20 minutes ago, now for 1 hour please"], [3600]),
        (["class in 5 minutes, it goes for 90 minutes"], [5400]),
        (["I waited 3 hours yesterday!! Now please 20 minutes"], [1200]),
        (["last week it was 5 hours; this time 3 hours"], [10800]),
        (["it broke 20 minutes ago"], [1200, None]),
        (["one minute of reliable link"], [60]),
        (["two days of complaints already"], [172800, None]),
        (["ping goes up for 10 seconds every two minutes"], [10, 120, None]),
        (["my grandson is 8 hours ahead of us"], [28800, None]),
        (["72 hours after surgery, 9 hours of telemetry"], [32400, None]),
        (["from 8 to 8:40, exam by video"], [2400]),
        (["gaming for 2 hours", "whatever your default is"], [7200, None]),
        (["30 minutes was too short, so 60 minutes instead"], [3600, None]),
    ],
)
def test_lengths(turns: list[str], expected: list[int | None]) -> None:
    assert candidates.durations(context(*turns)) == expected


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["it was created for 2 hours; extend it by 15 minutes"], [900]),
        (["2 hours are nearly over, an hour more"], [3600]),
        (["extend it by 15 minutes", "no, 20 minutes"], [1200]),
    ],
)
def test_extensions(turns: list[str], expected: list[int | None]) -> None:
    assert candidates.extensions(context(*turns)) == expected


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["gaming on +351966666666", "wrong number, it's +351911111111"], ["+351911111111"]),
        (["my old number was +351966666666, use +351911111111"], ["+351911111111"]),
        (["gaming on +351911111111, call me back on +351966666666"], ["+351911111111"]),
        (["+351911111111 or +351966666666"], ["+351911111111", "+351966666666"]),
        (["not on +351966666666"], ["+351966666666"]),
        (
            ["a call on +351911111111; call my colleague Jeanne back on +351966666666"],
            ["+351911111111"],
        ),
        (
            ["+351966666666 is what it said, the right number is +351911111111"],
            ["+351911111111"],
        ),
    ],
)
def test_phones(turns: list[str], expected: list[str]) -> None:
    assert [item.phone_number for item in candidates.devices(context(*turns))] == expected


def test_addresses_that_are_taken_back() -> None:
    said = context("stream from 198.51.100.150 (formerly 198.51.100.149) to +525544332211")
    servers = [item.ipv4_address for item in candidates.servers(said)]
    assert servers == ["198.51.100.150"]
    corrected = context("on 192.0.2.21", "oh wait, wrong address, it's 192.0.2.12")
    devices = [item.ipv4_address.public_address for item in candidates.devices(corrected)]
    assert "192.0.2.12" in devices


def test_ports_with_an_owner_are_not_left_out() -> None:
    server = context("server 198.51.100.7:443, device port 5004")
    offered = candidates.ports(server)
    assert [item.ports for item in offered["application_server_ports"]] == [[443]]
    assert [item.ports for item in offered["device_ports"]] == [[5004]]
    assert None in candidates.ports(context("port 443"))["device_ports"]
