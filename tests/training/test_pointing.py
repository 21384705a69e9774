"""From a decision on the wire to the answer in labels, and back."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import CLARIFY, Aside, Completed, Decision
from camara_qod.tools.interpreter.offering.notation import write
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.operations import CREATE, DELETE, EXTEND, GET_PROFILE, LIST
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.training.corpus.dataset import demo_context, generate
from camara_qod.training.corpus.generate.uses import load_uses
from camara_qod.training.corpus.pointing import ASK, pointing

A, B = (f"3fa85f64-5717-4562-b3fc-2c963f66afa{digit}" for digit in "67")
PHONE = {"phoneNumber": "+351966666666"}


def four(public: str, **more: Any) -> dict[str, Any]:
    return {"ipv4Address": {"publicAddress": public} | (more or {"privateAddress": public})}


def completed(context: Context, answer: Decision) -> Completed:
    """What becomes of an answer that the conversation's grammar allows."""
    offer = Offer(context)
    assert Draft202012Validator(offer.schema).is_valid(json.loads(write(answer)))
    pointed = offer.pointed(answer)
    return complete(pointed.decision, context, pointed.mentions)


def test_each_value_becomes_the_label_of_what_says_it() -> None:
    context = demo_context(["+351966666666 to 10.0.0.5, ports 443, 2 hours, https://a.example/x"])
    chosen = {
        "device": PHONE,
        "applicationServer": {"ipv4Address": "10.0.0.5"},
        "devicePorts": None,
        "applicationServerPorts": {"ports": [443]},
        "qosProfile": "QOS_S",
        "duration": 7200,
        "sink": "https://a.example/x",
    }
    said = {name: value for name, value in chosen.items() if value is not None}
    answer = pointing(context, CREATE, said)
    assert answer.arguments == {
        "device": "A",
        "applicationServer": "B",
        "devicePorts": None,
        "applicationServerPorts": "C",
        "qosProfile": "streaming",
        "duration": "D",
        "sink": "E",
    }
    assert Offer(context).pointed(answer).decision == Decision(CREATE, chosen)


@pytest.mark.parametrize(
    ("text", "device", "labels"),
    [
        ("10.0.0.4", four("10.0.0.4"), "A"),
        ("203.0.113.9:8443", four("203.0.113.9", publicPort=8443), "A"),
        ("203.0.113.9 port 8443", four("203.0.113.9", publicPort=8443), "A+B"),
        ("10.0.0.4 behind 203.0.113.9", four("203.0.113.9", privateAddress="10.0.0.4"), "B+A"),
        ("+351966666666, 2001:db8::7", PHONE | {"ipv6Address": "2001:db8::7"}, "A+B"),
    ],
)
def test_several_labels_make_one_device(text: str, device: dict[str, Any], labels: str) -> None:
    context = demo_context([text])
    answer = pointing(context, LIST, {"device": device})
    assert answer.arguments == {"device": labels}
    assert completed(context, answer).decision == Decision(LIST, {"device": device})


def test_an_end_that_was_not_meant_is_not_pointed_at() -> None:
    context = demo_context(["10.0.0.4, not 10.0.0.5"])
    for address, label in (("10.0.0.4", "A"), ("10.0.0.5", "B")):
        answer = pointing(context, CREATE, {"device": four(address)})
        assert (answer.arguments["device"], answer.arguments["applicationServer"]) == (label, None)


def test_a_port_that_is_joined_to_the_server_needs_no_label() -> None:
    context = demo_context(["+351966666666 to 10.0.0.5:443, and on it ports 8443-8445"])
    ends = {"device": PHONE, "applicationServer": {"ipv4Address": "10.0.0.5"}}
    ports = {"ranges": [{"from": 8443, "to": 8445}], "ports": [443]}
    answer = pointing(context, CREATE, ends | {"applicationServerPorts": ports})
    assert answer.arguments["applicationServerPorts"] == "C"
    alone = pointing(context, CREATE, ends | {"applicationServerPorts": {"ports": [443]}})
    assert alone.arguments["applicationServerPorts"] is None
    done = completed(context, pointing(context, CREATE, ends | {"qosProfile": "QOS_S"}))
    assert done.decision.arguments["applicationServerPorts"] == {"ports": [443]}


def test_of_equal_lengths_the_newest_is_meant() -> None:
    context = demo_context(["2 hours", "no, 120 min"])
    answer = pointing(context, CREATE, {"duration": 7200})
    assert Offer(context).pointed(answer).mentions["duration"][0].turn == 1


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        (["for a few hours"], "a few hours"),
        (["starting in half an hour"], "starting in half an hour"),
        (["a few hours", "all weekend"], "all weekend"),
    ],
)
def test_words_about_time_that_are_asked_about(turns: list[str], words: str) -> None:
    context = demo_context(turns)
    answer = pointing(context, CREATE, {"duration": ASK})
    found = completed(context, answer)
    assert found.decision.operation == CLARIFY
    (question,) = [item for item in found.questions if item.argument == "duration"]
    assert f'"{words}"' in question.text


@pytest.mark.parametrize("length", [ASK, 60])
def test_a_length_that_has_no_label_is_said_to_be_unread(length: object) -> None:
    context = demo_context(["gaming for 2 hours"])
    answer = pointing(context, CREATE, {"duration": length})
    assert answer.arguments["duration"] == "?"
    assert "duration" in completed(context, answer).decision.arguments["missing"]
    chosen = {"sessionId": A, "requestedAdditionalDuration": length}
    longer = pointing(demo_context([f"more time for {A}"]), EXTEND, chosen)
    assert longer.arguments == {"sessionId": "A"}


def test_a_time_of_day_is_the_end_that_was_meant() -> None:
    context = demo_context(["gaming on 10.0.0.4, we pack up at 16:00"])
    answer = pointing(context, CREATE, {"duration": 3600 * 8 + 1800})
    found = completed(context, answer)
    assert any("16:00" in item.reason for item in found.assumptions)
    asked = pointing(context, CREATE, {"duration": ASK})
    assert asked.arguments["duration"] == "?"


def test_what_cannot_be_used_is_pointed_at_where_nothing_else_stands() -> None:
    context = demo_context(["video from 0151 23456789 to 10.0.0.0/33"])
    found = completed(context, pointing(context, CREATE, {"qosProfile": "QOS_L"}))
    assert found.decision.arguments == {"missing": ["device", "applicationServer"]}
    assert any("0151 23456789" in question.text for question in found.questions)
    context = demo_context(["video from +351966666666, not 0151 23456789"])
    answer = pointing(context, CREATE, {"device": PHONE, "qosProfile": "QOS_L"})
    assert completed(context, answer).decision.arguments["device"] == PHONE


def test_sessions_that_were_written_and_that_are_known() -> None:
    context = demo_context([f"end the other one, not {A}"], KnownSessions((A, B), A))
    assert pointing(context, DELETE, {"sessionId": B}).arguments == {"sessionId": "B"}
    longer = pointing(context, EXTEND, {"sessionId": A})
    assert longer.arguments == {"sessionId": "A"}


def test_a_profile_that_was_named_and_a_need_that_was_meant() -> None:
    named = demo_context(["what does QOS_E give me"])
    assert completed(named, pointing(named, GET_PROFILE, {"name": "QOS_E"})).decision == Decision(
        GET_PROFILE, {"name": "QOS_E"}
    )
    meant = demo_context(["what does the gaming one give me"])
    assert pointing(meant, GET_PROFILE, {"name": "QOS_E"}).arguments == {"name": "gaming"}


def test_a_refusal_points_at_nothing() -> None:
    context = demo_context(["a pizza to 10.0.0.4"])
    assert pointing(context, "decline", {}) == Decision("decline", {"kind": "other"})
    thanks = pointing(context, "decline", {"kind": "thanks"})
    assert Offer(context).pointed(thanks).aside is Aside.THANKS


@pytest.mark.parametrize(
    ("operation", "chosen"),
    [
        (CREATE, {"device": {"phoneNumber": "+351966666667"}}),
        (CREATE, {"device": four("10.0.0.4"), "applicationServer": {"ipv4Address": "10.0.0.4"}}),
        (CREATE, {"applicationServerPorts": {"ports": [443]}}),
        (CREATE, {"sink": "https://a.example/"}),
        (DELETE, {"sessionId": A}),
        (GET_PROFILE, {"name": "QOS_X"}),
    ],
)
def test_what_nobody_said_cannot_be_pointed_at(operation: str, chosen: dict[str, Any]) -> None:
    with pytest.raises(DecodingError, match=r"does not offer|offers no"):
        pointing(demo_context(["+351966666666 and 10.0.0.4, 2 hours"]), operation, chosen)


def test_there_and_back_on_generated_examples() -> None:
    for record in generate(load_uses(), 100, seed=21):
        wire = json.loads(record.free)
        chosen = {name: value for name, value in wire["arguments"].items() if value is not None}
        again = pointing(record.context, record.answer.operation, chosen)
        assert Offer(record.context).pointed(again).decision.to_json() == record.free
