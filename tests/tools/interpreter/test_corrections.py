"""What is put right: in the same breath, and numbers that leave their unit out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camara_qod.tools.interpreter import candidates
from camara_qod.tools.interpreter.again import find_again
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Role,
)
from camara_qod.training.dataset import demo_context as context


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        ("gaming on 10.0.0.1, no sorry, 10.0.0.2", ["10.0.0.1"]),
        ("my phone is 10.0.0.1, wait, it's 10.0.0.2", ["10.0.0.1"]),
        ("for +351966666666 - oops, I meant +351977777777", ["+351966666666"]),
        ("QOS_E, no wait, QOS_S for 10.0.0.5", ["QOS_E"]),
        ("server port 443, sorry, port 8443, phone 10.0.0.1", ["port 443"]),
        ("for one hour, or rather two hours, or rather three", ["one hour", "two hours"]),
        ("10.0.0.1 to 10.0.0.2", []),
        ("public 84.1.2.3, actually behind NAT as 10.0.0.1", []),
        ("server 198.51.100.7, sorry for the trouble, phone 10.0.0.2", []),
        ("20 minutes was wrong for us, the class is 90 minutes", []),
    ],
)
def test_slips(text: str, slips: list[str]) -> None:
    said = context([text])
    assert [
        text[item.start : item.end].split(",")[0].split(" -")[0] for item in said.mentions.slips
    ] == slips
    assert not any(slip in said.rests[0] for slip in slips)


def test_what_puts_a_slip_right_stands_for_the_same_end() -> None:
    said = context(["a film on 10.0.0.5 from server 198.51.100.7, scratch that, 198.51.100.8"])
    phone, server = said.mentions.of(Address)
    assert (str(server.ip), server.role) == ("198.51.100.8", Role.SERVER)
    assert phone.role is not Role.SERVER


@pytest.mark.parametrize(
    ("turns", "seconds"),
    [
        (["gaming for 2 hours", "make it 3"], 10800),
        (["gaming for 2 hours", "actually three"], 10800),
        (["gaming for 2 hours", "no, 90"], 5400),
        (["gaming for 2 hours", "7200"], 7200),
        (["gaming for 90 minutes", "120"], 7200),
        (["gaming, half an hour", "better 45 please"], 2700),
        (["gaming, 1h30", "make it 45"], 2700),
        (["gaming, 20 hours", "10"], 36000),
        (["gaming for 2 hours, no wait, make it 3"], 10800),
        (["gaming, duration 600", "make it 900"], 900),
        (["server 10.0.0.1:443, 30 min", "make it 10"], 600),
        (["server 10.0.0.1:443, 30 min", "sorry, 80"], 1800),
    ],
)
def test_a_number_alone_takes_the_unit_said_before(turns: list[str], seconds: int) -> None:
    assert candidates.durations(context(turns)) == [seconds]


@given(st.text(max_size=60), st.sampled_from(["2 hours", "90 min", "PT2H", "1h30", "600", ""]))
def test_what_takes_a_unit_is_a_number_of_the_text(text: str, said: str) -> None:
    for span in find_again(text, said):
        assert text[span.start : span.end].strip()
        assert 0 < span.seconds <= 86400
