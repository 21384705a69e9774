"""Turns that only give values, and what they leave as it was decided before them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from camara_qod.tools.interpreter.deciding import MOST_FOLLOWED, decide, decide_many
from camara_qod.tools.interpreter.dropped import taken_out
from camara_qod.tools.interpreter.follow_up import begins_anew, may_follow_up, only_values
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.operation import schema_for
from camara_qod.training.dataset import demo_context as context

PHONE = "+819041827735"
OTHER = "+819041827736"


def session(profile: str = "QOS_L", **more: Any) -> dict[str, Any]:
    arguments = {
        "device": {"phoneNumber": PHONE},
        "applicationServer": None,
        "qosProfile": profile,
        "duration": 5400,
    }
    return {"operation": "createSession", "arguments": arguments | more}


DECLINE: dict[str, Any] = {"operation": "decline", "arguments": {}}


class Told:
    """Answers each conversation as told, and keeps the schemas that it was asked under."""

    def __init__(
        self, answers: dict[str, dict[str, Any]], confidence: dict[str, float] | None = None
    ) -> None:
        self._answers = answers
        self._confidence = confidence or {}
        self.schemas: dict[str, dict[str, Any]] = {}

    def decode(
        self, turns: Sequence[str], schema: dict[str, Any], deadline: Any = None
    ) -> tuple[str, Trace]:
        said = " / ".join(turns)
        self.schemas[said] = schema
        answer = self._answers.get(said, DECLINE)
        return json.dumps(answer), Trace(probabilities=[self._confidence.get(said, 1.0)])

    def decode_many(self, requests: Sequence[Any], deadline: Any = None) -> list[Any]:
        return [self.decode(*request) for request in requests]

    def count_tokens(self, text: str) -> int:
        return len(text)

    def offered(self, said: str, name: str) -> list[Any]:
        """The values of an argument over all variants of that conversation's schema."""
        return [
            value
            for variant in self.schemas[said]["anyOf"]
            for value in variant["properties"]["arguments"]["properties"]
            .get(name, {})
            .get("enum", [])
        ]


@pytest.mark.parametrize(
    "turn",
    [
        f"wrong phone, it's the one ending 36: {OTHER}",
        "server 192.0.2.17",
        "it'll last half the working day, put 240 minutes",
        "switch the profile to QOS_M",
        "typo in the webhook: https://hooks.example/qod",
        "actually leave the ports out",
        "we don't want notifications any more, remove the callback URL",
        "7778 on the server, not 7777",
        "scratch the server port",
    ],
)
def test_values_alone(turn: str) -> None:
    said = context([f"yoga on {PHONE}, server port 7777", turn])
    assert may_follow_up(said)
    assert only_values(said)


@pytest.mark.parametrize(
    "turn",
    [
        "extend it by 20 minutes",
        "list the sessions on +351966666666",
        "thanks, until 5 pm then",
        "a video call on 10.0.0.7",
        "hello there",
        "another session, 2 hours",
    ],
)
def test_something_else_or_nothing(turn: str) -> None:
    assert not may_follow_up(context([f"yoga on {PHONE}", turn]))


def test_what_a_turn_does_not_speak_of_stays() -> None:
    first, second = f"yoga on {PHONE}, 90 minutes", f"wrong phone, {OTHER}"
    model = Told({first: session()}, {first: 0.5})
    emission = decide(model, context([first, second]))
    both = f"{first} / {second}"
    assert {json.dumps(value) for value in model.offered(both, "qosProfile")} == {'"QOS_L"'}
    assert set(model.offered(both, "duration")) == {5400}
    assert {"phoneNumber": OTHER} in model.offered(both, "device")
    assert "decline" not in json.dumps(model.schemas[both])
    assert emission.confidence == pytest.approx(0.5)


def test_a_turn_that_tells_a_use_by_itself_leaves_all_open() -> None:
    first, second = f"yoga on {PHONE}", "the CAD people need 2 hours"
    for confidence, profiles in ((0.95, 5), (0.4, 1)):
        model = Told({first: session(), second: session()}, {second: confidence})
        decide(model, context([first, second]))
        offered = set(map(str, model.offered(f"{first} / {second}", "qosProfile")))
        assert len(offered) == profiles


def test_a_number_beside_an_address_is_of_the_same_device_where_it_is_added() -> None:
    first, more = (
        "yoga on my laptop, 10.0.0.4, 90 minutes",
        f"it has a SIM as well, {OTHER}, put that in too",
    )
    v4 = {"ipv4Address": {"publicAddress": "10.0.0.4", "privateAddress": "10.0.0.4"}}
    model = Told({first: session(device=v4)}, {more: 0.5})
    decide(model, context([first, more]))
    offered = model.offered(f"{first} / {more}", "device")
    assert offered == [{"phoneNumber": OTHER} | v4]


def test_a_length_put_right_is_no_wish_to_prolong_a_session() -> None:
    first, more = (
        f"yoga on {PHONE}, 90 minutes",
        "sorry, 10 hours, the shift is longer than I thought",
    )
    prolong = {
        "operation": "extendQosSessionDuration",
        "arguments": {"sessionId": None, "requestedAdditionalDuration": 36000},
    }
    model = Told({first: session(), more: prolong}, {more: 0.95})
    decide(model, context([first, more]))
    variants = model.schemas[f"{first} / {more}"]["anyOf"]
    assert {item["properties"]["operation"]["const"] for item in variants} == {"createSession"}


def test_what_a_turn_gives_is_taken() -> None:
    first, report = (
        f"yoga on {PHONE}, 90 minutes, server 2001:db8::10",
        "report to https://hooks.example/qod",
    )
    server = {"ipv6Address": "2001:db8::10"}
    model = Told({first: session(applicationServer=server)}, {report: 0.5})
    for more, name, expected in [
        (report, "sink", ["https://hooks.example/qod"]),
        ("QOS_M then", "qosProfile", ["QOS_M"]),
    ]:
        decide(model, context([first, more]))
        assert {*model.offered(f"{first} / {more}", name)} == {*expected}
    swap = "swap the server for the subnet 192.0.2.0/24"
    decide(model, context([first, swap]))
    servers = model.offered(f"{first} / {swap}", "applicationServer")
    assert servers
    assert all(item["ipv4Address"] == "192.0.2.0/24" for item in servers)


def test_an_address_does_not_change_ends() -> None:
    first, more = "yoga on 10.61.0.29, 90 minutes", "that one is the printer, I am on 10.61.0.92"
    v4 = {"ipv4Address": {"publicAddress": "10.61.0.29", "privateAddress": "10.61.0.29"}}
    model = Told({first: session(device=v4)}, {more: 0.5})
    decide(model, context([first, more]))
    servers = model.offered(f"{first} / {more}", "applicationServer")
    assert {"ipv4Address": "10.61.0.29"} not in servers
    swapped = "you mixed them up: swap device and server, the server is 10.61.0.29"
    decide(model, context([first, swapped]))
    assert {"ipv4Address": "10.61.0.29"} in model.offered(
        f"{first} / {swapped}", "applicationServer"
    )


def test_a_private_address_put_right_keeps_the_public_one() -> None:
    first, more = (
        "yoga, public 198.51.100.201, private 10.6.0.3, 90 minutes",
        "private is 10.6.0.8, I mixed up the two stations",
    )
    form = {"publicAddress": "198.51.100.201", "privateAddress": "10.6.0.3"}
    model = Told({first: session(device={"ipv4Address": form})}, {more: 0.5})
    decide(model, context([first, more]))
    assert model.offered(f"{first} / {more}", "device") == [
        {"ipv4Address": form | {"privateAddress": "10.6.0.8"}}
    ]


def test_a_port_put_right_follows_up() -> None:
    turns = ["yoga, my ip 198.51.100.201 port 40112", "hmm router restarted, port is 40977 now"]
    assert may_follow_up(context(turns))


def test_the_same_question_is_about_the_newest_device() -> None:
    turns = [f"which sessions does {PHONE} have?", f"same question for {OTHER}"]
    (retrieve,) = [
        item["properties"]["arguments"]["properties"]["device"]["enum"]
        for item in schema_for(context(turns))["anyOf"]
        if item["properties"]["operation"]["const"] == "retrieveSessionsByDevice"
    ]
    assert retrieve == [{"phoneNumber": OTHER}, None]


def test_a_declined_turn_is_passed_over() -> None:
    first, aside, last = "yoga for 90 minutes", "will it rain in Nice?", PHONE
    model = Told({first: session(device=None)})
    decide(model, context([first, aside, last]))
    assert set(model.offered(f"{first} / {aside} / {last}", "qosProfile")) == {"QOS_L"}


def test_another_request_begins_anew() -> None:
    turns = [f"gaming on {PHONE}", f"New one: pacemaker on {OTHER}, eight hours"]
    assert begins_anew(context(turns))
    model = Told({turns[1]: session("QOS_M")})
    assert decide(model, context(turns)).decision.arguments["qosProfile"] == "QOS_M"
    assert list(model.schemas) == [turns[1]]
    assert not begins_anew(context([turns[0], f"a new session, the same on {OTHER}"]))


def test_together_as_one_after_the_other_and_no_further_back_than_that() -> None:
    first = f"yoga on {PHONE}"
    many = [first, *(f"server 192.0.2.{number}" for number in range(1, 9))]
    conversations = [context(many), context([first]), context(["hello"])]
    model = Told({first: session()})
    alone = [decide(model, said) for said in conversations]
    assert decide_many(Told({first: session()}), conversations) == alone
    assert decide_many(model, []) == []
    turns = sorted(said.count(" / ") + 1 for said in model.schemas if said.count(" / "))
    assert turns[0] >= len(many) - 2 * MOST_FOLLOWED + 1


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("leave the ports out", {"devicePorts", "applicationServerPorts"}),
        ("forget that server, please", {"applicationServer"}),
        ("we don't want notifications any more", {"sink"}),
        ("no longer on that phone", {"device"}),
        ("the server is down", set()),
        ("no server port 80 but 443", set()),
    ],
)
def test_what_is_taken_out(text: str, arguments: set[str]) -> None:
    assert taken_out(text) >= arguments
    assert arguments or not taken_out(text) - {"devicePorts", "applicationServerPorts"}
