"""Defaults, limits and the operator's own names, with the model's choice given."""

from typing import Any

from camara_qod.tools.catalogue import Catalogue, CatalogueProfile
from camara_qod.tools.interpreter.context import read
from camara_qod.tools.interpreter.decision import Completed, Decision
from camara_qod.tools.interpreter.operation import complete
from camara_qod.tools.settings import QodSettings

PHONE = {"phoneNumber": "+351966666666"}


def completed(text: str, catalogue: Catalogue, settings: QodSettings, **chosen: Any) -> Completed:
    order = ["device", "applicationServer", "qosProfile", "duration"]
    emitted = Decision("createSession", dict.fromkeys(order) | chosen)
    return complete(emitted, read([text], catalogue, settings))


def test_defaults_are_filled_in_and_listed(catalogue, demo) -> None:
    result = completed("", catalogue, demo, device=PHONE, qosProfile="QOS_E")
    assert result.decision.arguments == {
        "device": PHONE,
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 3600,
    }
    assert [item.argument for item in result.assumptions] == ["applicationServer", "duration"]


def test_what_is_missing_is_asked_for_in_the_order_of_the_arguments(catalogue, demo) -> None:
    result = completed("", catalogue, demo, duration=90000)
    assert result.decision.to_json() == (
        '{"operation":"clarify","arguments":{"missing":["device","qosProfile","duration"]}}'
    )
    assert "1 day 1 hour is outside the limits, 1 minute to 12 hours" in result.questions[2].text


def test_an_address_that_is_none_is_named(catalogue, demo) -> None:
    result = completed("device 300.1.2.3", catalogue, demo, qosProfile="QOS_E")
    assert result.questions[0].text.startswith("300.1.2.3 is not an IPv4 address.")
    server = completed(
        "+351966666666, server 1.2.3.400", catalogue, demo, device=PHONE, qosProfile="QOS_E"
    )
    assert server.decision.arguments == {"missing": ["applicationServer"]}


def test_a_host_name_is_not_replaced_by_the_default(catalogue, demo) -> None:
    result = completed("server play.example.com", catalogue, demo, device=PHONE, qosProfile="QOS_E")
    assert result.decision.arguments == {"missing": ["applicationServer"]}


def test_an_unknown_profile_name_is_asked_about(catalogue, demo) -> None:
    result = completed("QOS_X", catalogue, demo, device=PHONE)
    assert result.decision.arguments == {"missing": ["qosProfile"]}
    assert result.questions[0].text.startswith("QOS_X is not a profile of this operator.")
    assert "QOS_E" in result.questions[0].text


def profile(name: str, serves: str | None, status: str = "ACTIVE") -> CatalogueProfile:
    return CatalogueProfile.model_validate(
        {"name": name, "status": status} | ({"serves": serves} if serves else {})
    )


def test_another_operators_names_come_from_its_catalogue(demo) -> None:
    # The names are crossed on purpose: QOS_L is what serves low latency here.
    catalogue = Catalogue([profile("QOS_L", "QOS_E"), profile("b.video-2", "QOS_L")])
    need = completed("gaming", catalogue, demo, device=PHONE, qosProfile="QOS_E")
    assert need.decision.arguments["qosProfile"] == "QOS_L"
    need = completed("a call", catalogue, demo, device=PHONE, qosProfile="QOS_L")
    assert need.decision.arguments["qosProfile"] == "b.video-2"
    named = completed("QOS_L", catalogue, demo, device=PHONE, qosProfile="QOS_L")
    assert named.decision.arguments["qosProfile"] == "QOS_L"


def test_a_need_that_no_profile_serves_is_asked_about(demo) -> None:
    catalogue = Catalogue([profile("gold", "QOS_E"), profile("silver", "QOS_S")])
    result = completed("a video call", catalogue, demo, device=PHONE, qosProfile="QOS_L")
    assert result.decision.arguments == {"missing": ["qosProfile"]}
    assert result.questions[0].text == (
        "No profile of this operator is meant for calls, meetings. What is it for? "
        "The profiles are gold, silver."
    )


def test_a_profile_out_of_service_is_not_sent(demo) -> None:
    catalogue = Catalogue([profile("gold", "QOS_E"), profile("OLD_1", None, "DEPRECATED")])
    result = completed("OLD_1", catalogue, demo, device=PHONE, qosProfile="OLD_1")
    assert result.decision.arguments == {"missing": ["qosProfile"]}
    assert "DEPRECATED" in result.questions[0].text


def test_the_deployers_choices(catalogue) -> None:
    strict = QodSettings(
        _env_file=None, bare_ipv4="ask", default_duration=0, default_application_server=None
    )
    bare = {"ipv4Address": {"publicAddress": "10.0.0.1", "privateAddress": "10.0.0.1"}}
    result = completed("", catalogue, strict, device=bare, qosProfile="QOS_E")
    assert result.decision.arguments == {"missing": ["device", "applicationServer", "duration"]}
    at_home = QodSettings(_env_file=None, default_device=PHONE)
    result = completed("", catalogue, at_home, qosProfile="QOS_E")
    assert result.decision.arguments["device"] == PHONE
    assert result.assumptions[0].argument == "device"
