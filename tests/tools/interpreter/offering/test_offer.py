"""What a conversation offers: labels, places, and what the answers stand for."""

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.offering.notation import write
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.prompt import labelled
from camara_qod.tools.interpreter.reading.mention import Moment
from camara_qod.tools.interpreter.reading.sessions import KnownSessions

A, B = (f"3fa85f64-5717-4562-b3fc-2c963f66afa{digit}" for digit in "67")


@pytest.fixture
def said(catalogue, demo):
    """A conversation."""

    def say(*turns: str, sessions: KnownSessions | None = None) -> Context:
        return read(turns, catalogue, demo, sessions)

    return say


def call(operation: str = "createSession", **arguments: Any) -> dict[str, Any]:
    return {"operation": operation, "arguments": arguments}


def allows(context: Context, answer: dict[str, Any]) -> bool:
    line = write(Decision(answer["operation"], answer["arguments"]))
    return Draft202012Validator(Offer(context).schema).is_valid(json.loads(line))


def values(context: Context, answer: dict[str, Any]) -> dict[str, Any]:
    decision = Decision(answer["operation"], answer["arguments"])
    return Offer(context).pointed(decision).decision.arguments


def test_the_prompt_shows_labels_and_kinds_and_no_identifier(said) -> None:
    context = said(
        "my phone is +351 966 666 666, server 198.51.100.7:443 [not 10.0.0.4!], 2 hours",
        f"and {A}, ports 5000-5010, {A.upper()} at 2001:db8::7",
    )
    assert labelled(context, Offer(context).labels) == [
        "my phone is [A:phone], server [B:ip:port] (not [C:lan]!), 2 hours [D]",
        "and [E:id], ports 5000-5010 [F], [E:id] at [G:ip6]",
    ]


def test_known_sessions_have_labels_of_their_own(said) -> None:
    context = said("end the other", sessions=KnownSessions((A, B), A))
    assert labelled(context, Offer(context).labels) == [
        "Sessions: [A:id] [B:id]; now [A]\nend the other"
    ]
    assert values(context, call("deleteSession", sessionId="B")) == {"sessionId": B}


def test_each_mention_may_stand_where_its_kind_may(said) -> None:
    context = said("+351966666666 and 10.0.0.4, 2 hours, events to https://a.example/x")
    answer = call(device="A", applicationServer="B", qosProfile="gaming", duration="C", sink="D")
    assert allows(context, answer)
    assert values(context, answer) == {
        "device": {"phoneNumber": "+351966666666"},
        "applicationServer": {"ipv4Address": "10.0.0.4"},
        "qosProfile": "QOS_E",
        "duration": 7200,
        "sink": "https://a.example/x",
    }
    nothing = dict.fromkeys(answer["arguments"])
    assert allows(context, call(**nothing))
    for name, wrong in {"device": "C", "applicationServer": "A", "duration": "B"}.items():
        assert not allows(context, call(**(answer["arguments"] | {name: wrong}))), name


def test_one_address_is_not_both_ends(said) -> None:
    context = said("10.0.0.4 and 10.0.0.5")
    apart = call(device="A", applicationServer="B", qosProfile=None, duration=None)
    assert allows(context, apart)
    assert not allows(context, call(**(apart["arguments"] | {"applicationServer": "A"})))


@pytest.mark.parametrize(
    ("text", "device", "value"),
    [
        ("10.0.0.4", "A", {"publicAddress": "10.0.0.4", "privateAddress": "10.0.0.4"}),
        ("203.0.113.9:8443", "A", {"publicAddress": "203.0.113.9", "publicPort": 8443}),
        ("203.0.113.9 port 8443", "A+B", {"publicAddress": "203.0.113.9", "publicPort": 8443}),
        (
            "203.0.113.9, inside 10.0.0.4",
            "A+B",
            {"publicAddress": "203.0.113.9", "privateAddress": "10.0.0.4"},
        ),
    ],
)
def test_the_ways_in_which_addresses_identify_a_device(said, text, device, value) -> None:
    context = said(text)
    found = values(context, call("retrieveSessionsByDevice", device=device))
    assert found == {"device": {"ipv4Address": value}}


def test_several_identifiers_of_one_device(said) -> None:
    context = said("+351966666666, 10.0.0.4 and 2001:db8::7")
    found = values(context, call("retrieveSessionsByDevice", device="A+B+C"))["device"]
    assert list(found) == ["phoneNumber", "ipv4Address", "ipv6Address"]


def test_a_subnet_is_no_device(said) -> None:
    context = said("10.0.0.0/24")
    assert not allows(context, call("retrieveSessionsByDevice", device="A"))
    assert allows(context, call(applicationServer="A", qosProfile=None, duration=None))


def test_what_cannot_be_used_can_be_pointed_at(said) -> None:
    context = said("0151 23456789, server game.example.com, a few hours, QOS_X, films")
    answer = call(device="A", applicationServer="B", qosProfile="D", duration="C", sink=None)
    assert allows(context, answer)
    pointed = Offer(context).pointed(Decision(answer["operation"], answer["arguments"]))
    assert set(pointed.decision.arguments.values()) == {None}
    assert {name: context.words(item) for name, (item,) in pointed.mentions.items()} == {
        "device": "0151 23456789",
        "applicationServer": "game.example.com",
        "duration": "a few hours",
        "qosProfile": "QOS_X",
    }


def test_a_length_that_nobody_wrote_is_not_on_offer(said) -> None:
    for text in ("it stutters", "it stutters until I am home"):
        schema = json.dumps(Offer(said(text)).schema)
        assert "3600" not in schema
        assert "integer" not in schema


def test_a_bare_number_is_in_the_unit_of_the_length_before_it(said) -> None:
    context = said("gaming on 10.0.0.4 for 2 hours", "make it 3")
    answer = call(device="A", qosProfile="gaming", duration="C")
    assert values(context, answer)["duration"] == 10800
    context = said("gaming on 10.0.0.4 for 20 minutes", "sorry, 40")
    assert values(context, answer)["duration"] == 2400


def test_a_number_in_words_is_one_as_well(said) -> None:
    answer = call(device="A", qosProfile="gaming", duration="C")
    context = said("gaming on 10.0.0.4 for one hour", "not one hour: two")
    assert values(context, answer)["duration"] == 7200
    context = said("spielen auf 10.0.0.4, zwanzig Minuten", "doch lieber dreißig")
    assert values(context, answer)["duration"] == 1800


def test_a_time_of_day_may_be_the_end(said) -> None:
    context = said("gaming on 10.0.0.4, we pack up at 16:00")
    answer = call(device="A", qosProfile="gaming", duration="B")
    ends = context.now + timedelta(seconds=values(context, answer)["duration"] + 1)
    assert f"{ends:%H:%M}" == "16:00"
    assert allows(context, call(**(answer["arguments"] | {"duration": None})))
    log = said("10:01 up 10:02 down 10:05 up 10:07 down 10:09 up, gaming on 10.0.0.4")
    assert not log.of(Moment)


def test_a_length_without_a_label_can_be_told(said) -> None:
    context = said("gaming on 10.0.0.4 as long as the battery lasts")
    answer = call(device="A", qosProfile="gaming", duration="?")
    assert allows(context, answer)
    pointed = Offer(context).pointed(Decision(answer["operation"], answer["arguments"]))
    made = complete(pointed.decision, context, pointed.mentions)
    assert made.decision == Decision("clarify", {"missing": ["duration"]})


def test_where_nothing_was_said_there_is_only_to_decline(said) -> None:
    assert allows(said(" "), call("decline", kind="other"))
    assert not allows(said(" "), call("retrieveQoSProfiles"))


def test_a_need_that_no_profile_serves_can_be_meant_all_the_same(said) -> None:
    context = said("it stutters")
    for word, need in zip(("gaming", "streaming", "IoT", "calls"), Need, strict=True):
        answer = call(qosProfile=word, duration=None)
        assert allows(context, answer)
        assert values(context, answer)["qosProfile"] == need


def test_a_profile_that_is_named_can_be_pointed_at(said) -> None:
    context = said("qos-s please, and what of QOS_X")
    assert values(context, call("getQosProfile", name="A")) == {"name": "QOS_S"}
    assert values(context, call("getQosProfile", name="B")) == {"name": None}


def test_hundreds_of_addresses_are_no_burden(said) -> None:
    context = said(" ".join(f"10.0.{part}.1" for part in range(200)))
    assert len(json.dumps(Offer(context).schema)) < 200_000
