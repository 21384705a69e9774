"""Which end an address belongs to, by the words beside it."""

import pytest

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.interpreter import candidates
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.create_session import arguments
from camara_qod.tools.interpreter.mentions import find_mentions
from camara_qod.tools.interpreter.operation import schema_for
from camara_qod.tools.interpreter.reading.mention import (
    Address,
)
from camara_qod.tools.interpreter.schema import wire
from camara_qod.tools.settings import QodSettings


def context(*turns: str) -> Context:
    return read(turns, load_catalogue(), QodSettings(_env_file=None))


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("video / 198.51.100.64 is the srvr", ["applicationServer"]),
        ("dev=10.0.0.7 srv=198.51.100.15", ["device", "applicationServer"]),
        ("I'm 203.0.113.58:50000, on the train", ["device"]),
        ("I am currently at 203.0.113.58", ["device"]),
        (
            "203.0.113.61 hosts our meeting, I join it from 203.0.113.62",
            ["applicationServer", "device"],
        ),
        ("broker (the app server) 192.0.2.124", ["applicationServer"]),
        ("my tablet talks to 192.0.2.9", ["applicationServer"]),
        ("VR arena runs on https://198.51.100.31:8443/arena", ["applicationServer"]),
        ("app server is dual-stack, 192.0.2.71 and 2001:db8::1", ["applicationServer"] * 2),
        ("the NAS 192.0.2.9", [None]),
        ("it is now 192.0.2.9", [None]),
        ("the second is me: 192.0.2.9", [None]),
        ("public 203.0.113.12, private 192.168.0.7", ["device", "device"]),
        ("private address is 10.8.0.2, its public one 85.10.20.30", ["device", "device"]),
        ("10.1.1.50 inside and 203.0.113.150 outside", ["device", "device"]),
        ("get the rushes to the edit suite at 192.0.2.9 tonight", ["applicationServer"]),
        ("send it to the tablet at 192.0.2.9", ["device"]),
        ("my side is 192.0.2.9 port 2222", ["device"]),
        ("my server ip is 192.0.2.9", ["applicationServer"]),
        ("10.66.7.8 privately, 203.0.113.88 publicly", ["device", "device"]),
        ("10.0.0.4 (the van) --> ingest 198.51.100.7", ["device", "applicationServer"]),
        ("+351966666666 → 198.51.100.7", ["applicationServer"]),
        ("10.0.0.4 -> 10.0.0.5, I mistyped it", [None, None]),
        ("cinema 198.51.100.7 <- projector 10.0.0.4", ["applicationServer", "device"]),
        ("have to go to the office NAS at 203.0.113.60", ["applicationServer"]),
        ("it must get through to the brigade's receiver 192.0.2.112", ["applicationServer"]),
        ("das Tablet hat die 192.0.2.112, Server ist 203.0.113.7", ["device", "applicationServer"]),
        ("10.0.0.9 is us, 198.51.100.7 is Rome", ["device", None]),
        ("We: 2001:db8:1::2. Them: 2001:db8:2::7", ["device", "applicationServer"]),
        ("198.51.100.66 is my end, their end is 203.0.113.5", ["device", "applicationServer"]),
        ("QOS_L towards 198.51.100.58", ["applicationServer"]),
    ],
)
def test_the_words_tell_the_end(text: str, roles: list[str | None]) -> None:
    assert [item.role for item in find_mentions([text]).of(Address)] == roles


@pytest.mark.parametrize(
    ("turns", "devices"),
    [
        (
            ["QOS_E for 203.0.113.41, private address 10.4.0.9"],
            [{"ipv4Address": {"publicAddress": "203.0.113.41", "privateAddress": "10.4.0.9"}}],
        ),
        (
            ["playout from 203.0.113.31", "behind it the private address is 192.168.4.31"],
            [{"ipv4Address": {"publicAddress": "203.0.113.31", "privateAddress": "192.168.4.31"}}],
        ),
        (
            ["the ROV buoy has 100.64.18.5 (outside it looks like 203.0.113.77)"],
            [{"ipv4Address": {"publicAddress": "203.0.113.77", "privateAddress": "100.64.18.5"}}],
        ),
        (
            ["concentrator 203.0.113.183 (lan side 10.40.0.4)"],
            [{"ipv4Address": {"publicAddress": "203.0.113.183", "privateAddress": "10.40.0.4"}}],
        ),
        (
            ["the post at the old mill (203.0.113.88, inside it's 10.1.4.9)"],
            [{"ipv4Address": {"publicAddress": "203.0.113.88", "privateAddress": "10.1.4.9"}}],
        ),
        (
            ["our Switch gets 10.0.0.45 and the internet sees us as 203.0.113.88"],
            [{"ipv4Address": {"publicAddress": "203.0.113.88", "privateAddress": "10.0.0.45"}}],
        ),
        (
            ["the hub has 10.11.12.13 / 203.0.113.66 outside"],
            [{"ipv4Address": {"publicAddress": "203.0.113.66", "privateAddress": "10.11.12.13"}}],
        ),
        (
            ["set up 100.64.12.7 port 3074", "no wait the port on my side is 3075"],
            [{"ipv4Address": {"publicAddress": "100.64.12.7", "publicPort": 3075}}],
        ),
        (
            ["camera 10.0.0.7 with the SIM +48512345678"],
            [
                {
                    "phoneNumber": "+48512345678",
                    "ipv4Address": {"publicAddress": "10.0.0.7", "privateAddress": "10.0.0.7"},
                }
            ],
        ),
        (
            ["my headset is 203.0.113.9:8443", "rebooted. same address, port 10771"],
            [{"ipv4Address": {"publicAddress": "203.0.113.9", "publicPort": 10771}}],
        ),
        (
            ["10.20.0.14 inside, 198.51.100.77 as seen from the internet"],
            [{"ipv4Address": {"publicAddress": "198.51.100.77", "privateAddress": "10.20.0.14"}}],
        ),
        (
            ["my tablet, number +48512345678, IP 2001:db8:5::9"],
            [{"phoneNumber": "+48512345678", "ipv6Address": "2001:db8:5::9"}],
        ),
        (
            ["on +48512345678", "my bad, use 0171 2345678 instead"],
            [],
        ),
        (
            ["gaming on +48512345678, mine is +48512345679"],
            [{"phoneNumber": "+48512345679"}],
        ),
        (
            ["box: public 203.0.113.12, private 10.0.0.7 (router is 10.0.0.1, leave that alone)"],
            [{"ipv4Address": {"publicAddress": "203.0.113.12", "privateAddress": "10.0.0.7"}}],
        ),
        (
            ["my headset goes out as 203.0.113.9:8443", "typo, the port is 8444"],
            [{"ipv4Address": {"publicAddress": "203.0.113.9", "publicPort": 8444}}],
        ),
    ],
)
def test_devices(turns: list[str], devices: list[object]) -> None:
    assert [wire(device) for device in candidates.devices(context(*turns))] == devices


def test_an_address_of_the_same_subnet_replaces_the_one_that_was_wrong() -> None:
    said = context(
        "device 198.51.100.23, server 192.0.2.80", "change of plan, it is 192.0.2.81 now"
    )
    assert [wire(server) for server in candidates.servers(said)] == [{"ipv4Address": "192.0.2.81"}]


def test_ends_that_were_mixed_up_are_swapped() -> None:
    turns = (
        "gauge 203.0.113.7 -> office 198.51.100.9",
        "other way round: 198.51.100.9, 203.0.113.7",
    )
    assert [item.role for item in context(*turns).mentions.of(Address)][2:] == [
        "device",
        "applicationServer",
    ]


def test_an_answer_in_the_subnet_of_the_other_end_replaces_nothing() -> None:
    said = context("device 192.0.2.23, gaming", "192.0.2.81")
    assert {"ipv4Address": "192.0.2.81"} in [wire(server) for server in candidates.servers(said)]


def ends(*turns: str) -> list[tuple[object, object]]:
    return [
        (device, server)
        for alternative in arguments(context(*turns))
        for device in alternative["properties"]["device"]["enum"]
        for server in alternative["properties"]["applicationServer"]["enum"]
    ]


def test_an_address_is_not_written_for_nothing() -> None:
    phone = {"phoneNumber": "+393471234567"}
    address = {"publicAddress": "198.51.100.90", "privateAddress": "198.51.100.90"}
    assert ends("raw footage to the box at 198.51.100.90, my modem is +39 347 123 4567") == [
        (phone | {"ipv4Address": address}, None),
        (phone, {"ipv4Address": "198.51.100.90"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "my modem is +39 347 123 4567, the resolver 198.51.100.90 is slow",
        "gaming on +39 347 123 4567, my brother has 198.51.100.90",
    ],
)
def test_an_address_of_something_else_may_be_left_out(text: str) -> None:
    assert ({"phoneNumber": "+393471234567"}, None) in ends(text)


ID = "ea1731ee-7302-4712-b2c8-e3825393c3ed"


@pytest.mark.parametrize(
    ("turns", "operations"),
    [
        ([f"{ID} still up?"], {"getSession", "deleteSession", "decline"}),
        (
            ["sessions on +91 98123 45678?", f"Remove {ID}, that's the stale one."],
            {"deleteSession"},
        ),
        (
            ["sessions on +91 98123 45678?", f"{ID} for 5 minutes more"],
            {"getSession", "deleteSession", "extendQosSessionDuration", "decline"},
        ),
    ],
)
def test_a_turn_with_nothing_but_a_session_is_about_it(
    turns: list[str], operations: set[str]
) -> None:
    variants = schema_for(context(*turns))["anyOf"]
    assert {item["properties"]["operation"]["const"] for item in variants} == operations


@pytest.mark.parametrize(
    "text",
    [
        "Send an SMS to +351 967 000 111: 'running late, start the meeting without me'",
        "hi, could you run a speed test on 198.51.100.20 pls",
        "Reserve a network slice covering the stadium",
        "how many gigs do i have left",
    ],
)
def test_what_other_apis_are_for_is_declined(text: str) -> None:
    (variant,) = schema_for(context(text))["anyOf"]
    assert variant["properties"]["operation"]["const"] == "decline"


@pytest.mark.parametrize(
    "text",
    [
        "my speed test shows 2 Mbit/s, make films smooth on +351 967 000 111",
        "sensors that send an SMS when the tank is empty, 10.0.0.4",
        "text chat and voice with my team, 10.0.0.4",
    ],
)
def test_what_only_speaks_of_them_is_not(text: str) -> None:
    assert len(schema_for(context(text))["anyOf"]) > 1


def test_an_id_of_something_else_is_no_session() -> None:
    said = context(f"request_id: {ID}\nmy VR keeps stuttering, +33 7 51 23 45 67")
    assert candidates.session_ids(said) == []


def test_a_session_that_is_not_needed_is_one_all_the_same() -> None:
    assert candidates.session_ids(context(f"I don't need {ID} any more")) == [ID]


def test_a_length_said_before_an_extension_may_be_of_the_session() -> None:
    assert candidates.extensions(context("gaming for 2 hours, 10.0.0.4", f"extend {ID}")) == [
        7200,
        None,
    ]
