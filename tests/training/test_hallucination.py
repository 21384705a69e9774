import json

import pytest

from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.training.corpus.dataset import curated, demo_context
from camara_qod.training.evaluation.hallucination import hallucinated_fields, hallucinated_values

BOOKS = "https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe"


def session(**arguments: object) -> dict[str, object]:
    return {"operation": "createSession", "arguments": arguments}


@pytest.mark.parametrize(
    ("decision", "found"),
    [
        (session(device={"phoneNumber": "+351966666666"}, duration=None), []),
        (session(bandwidth_mbps=50), ["bandwidth_mbps"]),
        (session(device={"ip": "10.0.0.1"}), ["ip"]),
        (session(device={"ipv4Address": {"publicAddress": "10.0.0.1", "mask": 8}}), ["mask"]),
        (session(devicePorts={"ranges": [{"from": 1, "to": 2, "step": 1}]}), ["step"]),
        ({"operation": "createSession", "device": None}, ["device"]),
        ({"operation": "getSession", "arguments": {"device": None}}, ["device"]),
        ("not an object", []),
    ],
)
def test_fields_that_the_api_does_not_have(decision: object, found: list[str]) -> None:
    assert hallucinated_fields(decision) == found


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("gaming on 10.0.0.1", {"device": {"ipv4Address": {"publicAddress": "10.0.0.1"}}}),
        ("call me on 0049 (0)171 234-5678", {"device": {"phoneNumber": "+491712345678"}}),
        ("ue 2001:0DB8:0:0::7", {"device": {"ipv6Address": "2001:db8::7"}}),
        ("server 2001:db8:40::/48", {"applicationServer": {"ipv6Address": "2001:db8:40::/48"}}),
        ("ports 443 and 5000-5010", {"devicePorts": {"ranges": [{"from": 5000, "to": 5010}]}}),
        ("机器203.0.113.9，游戏", {"device": {"ipv4Address": {"publicAddress": "203.0.113.9"}}}),
        ("アドレス:2001:db8:e0::9", {"device": {"ipv6Address": "2001:db8:e0::9"}}),
        ("90 minutes", {"duration": 5400}),
        ("until 10 o'clock", {"duration": 9000}),
        ("2 hours, no, make it 3", {"duration": 10800}),
        ("news to https://bücher.example/größe", {"sink": BOOKS}),
        ("gaming", {"qosProfile": "QOS_E", "duration": 3600}),
        (
            "end B1DF301C-E75A-4898-8632-4D204D5BA7D2",
            {"sessionId": "b1df301c-e75a-4898-8632-4d204d5ba7d2"},
        ),
    ],
)
def test_what_was_written_or_configured_is_no_hallucination(text: str, arguments: object) -> None:
    decision = {"operation": "createSession", "arguments": arguments}
    assert hallucinated_values(decision, demo_context([text])) == []


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("gaming on 10.0.0.11", {"device": {"ipv4Address": {"publicAddress": "10.0.0.1"}}}),
        ("gaming on 110.0.0.1", {"device": {"ipv4Address": {"publicAddress": "10.0.0.1"}}}),
        ("0171 234 567", {"device": {"phoneNumber": "+491712345678"}}),
        ("ue 2001:db8::7", {"device": {"ipv6Address": "2001:db8::8"}}),
        ("port 4433", {"applicationServerPorts": {"ports": [443]}}),
        ("90 minutes", {"duration": 90}),
        ("3 friends play", {"duration": 10800}),
        ("gaming", {"duration": 7200}),
        ("a few hours", {"duration": 10800}),
        ("news to https://bucher.example/größe", {"sink": BOOKS}),
        ("gaming", {"qosProfile": "QOS_X"}),
        ("end it", {"sessionId": "b1df301c-e75a-4898-8632-4d204d5ba7d2"}),
    ],
)
def test_what_nobody_said_is_one(text: str, arguments: object) -> None:
    decision = {"operation": "createSession", "arguments": arguments}
    assert len(hallucinated_values(decision, demo_context([text]))) == 1


def test_a_session_that_the_api_has_named_is_no_hallucination() -> None:
    uuid = "b1df301c-e75a-4898-8632-4d204d5ba7d2"
    decision = {"operation": "deleteSession", "arguments": {"sessionId": uuid}}
    assert hallucinated_values(decision, demo_context(["end it"], KnownSessions((uuid,)))) == []


def test_no_curated_label_has_anything_from_nowhere() -> None:
    for record in curated():
        label = json.loads(record.free)
        assert hallucinated_fields(label) == []
        assert hallucinated_values(label, record.context) == [], record
