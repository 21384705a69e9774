"""Defaults, limits, questions and the operator's own names, with the model's choice given."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from camara_qod.tools.catalogue import Catalogue, CatalogueProfile
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.context import read
from camara_qod.tools.interpreter.decision import Completed, Decision
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.reading.sessions import KnownSessions, SessionTimes
from camara_qod.tools.settings import QodSettings

NOW = datetime(2026, 11, 29, 18, 10, tzinfo=UTC)
SESSION = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
ORDER = ("device", "applicationServer", "qosProfile", "duration")


@pytest.fixture
def completed(catalogue, demo):
    """What becomes of labels."""

    def complete_(
        text: str,
        operation: str = "createSession",
        settings: QodSettings = demo,
        profiles: Catalogue = catalogue,
        sessions: KnownSessions | None = None,
        **labels: Any,
    ) -> Completed:
        context = read([text], profiles, settings, sessions, NOW)
        names = dict.fromkeys(ORDER) if operation == "createSession" else {}
        pointed = Offer(context).pointed(Decision(operation, names | labels))
        return complete(pointed.decision, context, pointed.mentions)

    return complete_


def test_defaults_are_filled_in_and_listed(completed) -> None:
    result = completed("+351966666666", device="A", qosProfile="gaming")
    assert result.decision.arguments == {
        "device": {"phoneNumber": "+351966666666"},
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 3600,
    }
    assert [item.argument for item in result.assumptions] == ["applicationServer", "duration"]


def test_what_is_missing_is_asked_for_in_the_order_of_the_arguments(completed) -> None:
    result = completed("25 hours", duration="A")
    assert result.decision.to_json() == (
        '{"operation":"clarify","arguments":{"missing":["device","qosProfile","duration"]}}'
    )
    assert "1 day 1 hour is outside the limits, 1 minute to 12 hours" in result.questions[2].text


@pytest.mark.parametrize(
    ("text", "labels", "missing", "words"),
    [
        ("300.1.2.3", {"device": "A"}, "device", "300.1.2.3 is not an IPv4 address."),
        ("0151 23456789", {"device": "A"}, "device", "no phone number with a country code"),
        ("fe80::1%eth0", {"device": "A"}, "device", "one machine's own network"),
        (
            "server play.example.com",
            {"applicationServer": "A"},
            "applicationServer",
            "play.example.com is a host name",
        ),
        ("QOS_X", {"qosProfile": "A"}, "qosProfile", "QOS_X is not a profile of this operator."),
        ("for a few hours", {"duration": "A"}, "duration", "is no length that can be read"),
        (
            "tomorrow from 10 to 12",
            {"duration": "A"},
            "duration",
            "A session begins at once and cannot be booked ahead",
        ),
        (
            "notify http://a.example/x",
            {"sink": "A"},
            "sink",
            "http://a.example/x is no link that begins with https://",
        ),
        (
            "server port 70000",
            {"applicationServerPorts": "A"},
            "applicationServerPorts",
            "70000 is no valid port",
        ),
    ],
)
def test_what_was_said_and_cannot_be_used_is_asked_about(
    completed, text: str, labels: dict[str, str], missing: str, words: str
) -> None:
    result = completed(text, **labels)
    assert missing in result.decision.arguments["missing"]
    (question,) = [item for item in result.questions if item.argument == missing]
    assert words in question.text


def test_an_end_is_reckoned_from_now_and_shown_as_both(completed) -> None:
    result = completed(
        "films on +351966666666 until 21:00", device="A", qosProfile="streaming", duration="B"
    )
    assert result.decision.arguments["duration"] == 10200
    (shown,) = [item for item in result.assumptions if item.argument == "duration"]
    assert shown.reason == "from now until 21:00 UTC"


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("+351966666666, server 198.51.100.7:443", {"ports": [443]}),
        ("+351966666666, server https://198.51.100.7:8443/app", {"ports": [8443]}),
    ],
)
def test_a_port_at_the_servers_address_is_the_servers(completed, text: str, ports: Any) -> None:
    result = completed(text, device="A", applicationServer="B", qosProfile="gaming")
    assert result.decision.arguments["applicationServer"] == {"ipv4Address": "198.51.100.7"}
    assert result.decision.arguments["applicationServerPorts"] == ports


def test_ports_that_were_named_stand_beside_the_one_at_the_address(completed) -> None:
    result = completed(
        "+351966666666, server 198.51.100.7:443, ports 5000-5010 there",
        device="A",
        applicationServer="B",
        applicationServerPorts="C",
        qosProfile="gaming",
    )
    ports = {"ranges": [{"from": 5000, "to": 5010}], "ports": [443]}
    assert result.decision.arguments["applicationServerPorts"] == ports


def profile(name: str, serves: str | None, status: str = "ACTIVE") -> CatalogueProfile:
    return CatalogueProfile.model_validate(
        {"name": name, "status": status} | ({"serves": serves} if serves else {})
    )


def test_another_operators_names_come_from_its_catalogue(completed) -> None:
    # The names are crossed on purpose: QOS_L is what serves low latency here.
    theirs = Catalogue([profile("QOS_L", "QOS_E"), profile("b.video-2", "QOS_L")])
    text = "+351966666666, QOS_L"
    for chosen, name in {"gaming": "QOS_L", "calls": "QOS_L", "B": "QOS_L"}.items():
        result = completed(text, profiles=theirs, device="A", qosProfile=chosen)
        assert result.decision.arguments["qosProfile"] == name
    result = completed("+351966666666", profiles=theirs, device="A", qosProfile="calls")
    assert result.decision.arguments["qosProfile"] == "b.video-2"


def test_a_need_that_no_profile_serves_is_asked_about(completed) -> None:
    theirs = Catalogue([profile("gold", "QOS_E"), profile("silver", "QOS_S")])
    result = completed("+351966666666", profiles=theirs, device="A", qosProfile="calls")
    assert result.decision.arguments == {"missing": ["qosProfile"]}
    assert result.questions[0].text == (
        "No profile of this operator is meant for calls, meetings. What is it for? "
        "The profiles are gold, silver."
    )


def test_a_profile_out_of_service_is_not_sent(completed) -> None:
    theirs = Catalogue([profile("gold", "QOS_E"), profile("OLD_1", None, "DEPRECATED")])
    result = completed("+351966666666, OLD_1", profiles=theirs, device="A", qosProfile="B")
    assert result.decision.arguments == {"missing": ["qosProfile"]}
    assert "DEPRECATED" in result.questions[0].text


def test_the_deployers_choices(completed) -> None:
    strict = QodSettings(
        _env_file=None, bare_ipv4="ask", default_duration=0, default_application_server=None
    )
    result = completed("10.0.0.1", settings=strict, device="A", qosProfile="gaming")
    assert result.decision.arguments == {"missing": ["device", "applicationServer", "duration"]}
    phone = {"phoneNumber": "+351966666666"}
    at_home = QodSettings(_env_file=None, default_device=phone)
    result = completed("", settings=at_home, qosProfile="gaming")
    assert result.decision.arguments["device"] == phone
    assert result.assumptions[0].argument == "device"


def test_a_session_that_was_not_written_is_named(completed) -> None:
    known = KnownSessions((SESSION,), SESSION)
    result = completed("end it", "deleteSession", sessions=known, sessionId="A")
    assert result.decision.arguments == {"sessionId": SESSION}
    assert result.assumptions[0].reason == "the session this conversation is about"
    asked = completed("end it", "deleteSession", sessionId=None)
    assert asked.questions[0].text == "Which session? Give its id."


def test_of_several_sessions_the_one_that_is_meant_is_told_by_its_place_and_its_device(
    completed,
) -> None:
    other = SESSION.replace("3", "4")
    devices = {other: {"phoneNumber": "+351966666666"}}
    known = KnownSessions((SESSION, other), other, devices=devices)
    result = completed("end the second", "deleteSession", sessions=known, sessionId="B")
    assert result.decision.arguments == {"sessionId": other}
    assert result.assumptions[0].reason == (
        "number 2 of the sessions in this conversation, of +351966666666"
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("by 20 minutes", 1200), ("to 3 hours in total", 7200), ("until 21:00", 6600)],
)
def test_an_extension_is_what_is_to_be_added(completed, text: str, seconds: int) -> None:
    ends = NOW + timedelta(hours=1)
    known = KnownSessions((SESSION,), SESSION, {SESSION: SessionTimes(3600, ends)})
    labels = {"sessionId": "A", "requestedAdditionalDuration": "B"}
    result = completed(text, "extendQosSessionDuration", sessions=known, **labels)
    assert result.decision.arguments["requestedAdditionalDuration"] == seconds
    unknown = KnownSessions((SESSION,), SESSION)
    result = completed(text, "extendQosSessionDuration", sessions=unknown, **labels)
    assert result.decision.operation == ("extendQosSessionDuration" if "by" in text else "clarify")


@pytest.mark.parametrize(
    ("lasts", "profile", "told"),
    [
        (7200, "QOS_E", "at most 10 hours can be added"),
        (43200, "QOS_E", "nothing can be added"),
        (36000, "QOS_E", ""),
        (7200, "", ""),
    ],
)
def test_the_limit_of_an_extension_is_told_where_it_is_known(
    completed, lasts: int, profile: str, told: str
) -> None:
    times = SessionTimes(lasts, NOW + timedelta(hours=1), profile)
    known = KnownSessions((SESSION,), SESSION, {SESSION: times})
    labels = {"sessionId": "A", "requestedAdditionalDuration": "B"}
    text = "by 2 hours" if lasts == 36000 else "by 20 hours"
    result = completed(text, "extendQosSessionDuration", sessions=known, **labels)
    asked = [question.text for question in result.questions]
    begins = "With 20 hours more the session would be outside its limit of 12 hours: "
    assert asked == ([f"{begins}{told}. How much longer?"] if told else [])


def test_sessions_that_are_asked_for_when_none_is_left(completed) -> None:
    times = {SESSION: SessionTimes(3600)}
    asked = [
        completed("which are left?", "retrieveSessionsByDevice", sessions=known).questions[0].text
        for known in (KnownSessions(), KnownSessions(times=times), KnownSessions((SESSION,)))
    ]
    assert [text.partition(", ")[0] for text in asked] == [
        "Which device? Give its phone number with country code",
        "None of the sessions in this conversation is left. For those of a device",
        "For those of a device",
    ]
