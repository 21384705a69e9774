"""Validation errors in words: names of the API, what is wrong and allowed, nothing internal."""

import json
import re
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from camara_qod.tools.camara import models_1_2
from camara_qod.tools.camara.edition import EDITIONS
from camara_qod.tools.camara.forms import FORMS
from camara_qod.tools.camara.models import CreateSession, QosProfile, SessionInfo
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.faults import faults
from camara_qod.tools.settings import load_settings

BODY = {"applicationServer": {"ipv4Address": "1.2.3.4"}, "qosProfile": "QOS_E", "duration": 60}
CREDENTIAL = {"credentialType": "ACCESSTOKEN", "accessToken": "x", "accessTokenType": "bearer"}


def told(value: Any, kind: Any = CreateSession) -> str:
    adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
    with pytest.raises(ValidationError) as raised:
        adapter.validate_python(value)
    return faults(raised.value, kind)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"devicePort": {"ports": [1]}}, "devicePort is not known here (meant: devicePorts?)"),
        (
            {"device": {"colour": "red", "phoneNumber": "+351966666666"}},
            "device.colour is not known here (known: phoneNumber, networkAccessIdentifier, "
            "ipv4Address, ipv6Address)",
        ),
        ({"sink": None}, "sink: null is not allowed, leave the field out"),
        ({"applicationServer": "x"}, "applicationServer: it should be an object"),
        (
            {"applicationServer": {"ipv4Address": "zz"}},
            "applicationServer.ipv4Address: 'zz' is no IPv4 address or subnet",
        ),
        (
            {"device": {"ipv4Address": {"publicAddress": "1.2.3.4"}}},
            "device.ipv4Address: publicAddress needs privateAddress or publicPort beside it",
        ),
        ({"duration": 0}, "duration: it should be greater than or equal to 1"),
        ({"sink": "http://a.example"}, "sink: a sink is an https URL"),
        (
            {"devicePorts": {"ports": ["a", "b"]}},
            "devicePorts.ports.0: it should be a valid integer",
        ),
        (
            {"device": {"phoneNumber": "\ud800"}},
            "device.phoneNumber: it holds half a character (a lone surrogate), which is no text",
        ),
    ],
)
def test_one_fault(change: dict[str, Any], words: str) -> None:
    assert told(BODY | change) == words


def test_every_fault_is_told_at_once() -> None:
    text = told({"duration": "5", "qosProfile": "QOS_E", "devicePort": 1, "durations": 2})
    assert text.split("; ") == [
        "applicationServer is missing",
        "duration: it should be a valid integer",
        "devicePort is not known here (meant: devicePorts?)",
        "durations is not known here (meant: duration?)",
    ]


def test_tags_of_unions_are_no_part_of_a_place() -> None:
    kind = models_1_2.CreateSession
    wrong = CREDENTIAL | {"accessTokenType": "basic", "colour": 1, "accessTokenExpiresUtc": "soon"}
    assert told(BODY | {"sinkCredential": wrong}, kind).split("; ") == [
        "sinkCredential.accessTokenExpiresUtc: 'soon' is no date and time such as "
        "2030-01-31T12:00:00Z",
        "sinkCredential.accessTokenType: it should be 'bearer'",
        "sinkCredential.colour is not known here (known: credentialType, accessToken, "
        "accessTokenExpiresUtc, accessTokenType)",
    ]
    assert told(BODY | {"sinkCredential": {}}, kind) == (
        "sinkCredential.credentialType is missing ('ACCESSTOKEN' or 'PRIVATE_KEY_JWT')"
    )
    assert told(BODY | {"sinkCredential": {"credentialType": "PLAIN"}}, kind) == (
        "sinkCredential.credentialType: it should be 'ACCESSTOKEN' or 'PRIVATE_KEY_JWT'"
    )


def test_what_a_client_sent_neither_floods_nor_colours_the_message() -> None:
    many = told(BODY | {f"unknown{number}": 1 for number in range(1000)})
    assert many.endswith("; and 980 more")
    long = told(BODY | {"x" * 100_000: 1})
    assert len(long) < 600
    coloured = told(BODY | {"\x1b[31mred": 1})
    assert "\x1b" not in coloured
    assert r"\x1b[31mred" in coloured
    told(BODY | {"\ud800": 1}).encode()


def test_an_answer_in_a_list_is_placed() -> None:
    kind = TypeAdapter(list[SessionInfo])
    text = told([{"duration": 1}], kind)
    assert text.startswith("0.applicationServer is missing; 0.qosProfile is missing")


def test_no_words_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [told(BODY | {"sinkCredential": []}), told([]), told(BODY | {"duration": []})]
    monkeypatch.setenv("QOD_API_ROOT", "operator.example")
    monkeypatch.setenv("QOD_DEFAULT_DEVICE", json.dumps({"phoneNumber": "12", "colour": "red"}))
    with pytest.raises(SettingsError) as raised:
        load_settings()
    samples.append(str(raised.value))
    assert "QOD_API_ROOT: an API root starts with https://" in samples[-1]
    assert "QOD_DEFAULT_DEVICE.phoneNumber: it should be + and a number" in samples[-1]
    assert "QOD_DEFAULT_DEVICE.colour is not known here" in samples[-1]
    for text in samples:
        assert "Value error" not in text
        assert "pydantic" not in text
        assert "Input should" not in text
        assert "pattern" not in text


def test_every_pattern_has_its_form_in_words() -> None:
    for edition in EDITIONS.values():
        for kind in (edition.create_session, edition.retrieve_sessions, QosProfile):
            text = json.dumps(kind.model_json_schema())
            patterns = set(re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', text))
            assert {json.loads(item) for item in patterns} <= set(FORMS)


def test_a_setting_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOD_DEFAULT_DEVICE", "{phone")
    with pytest.raises(SettingsError, match="QOD_DEFAULT_DEVICE"):
        load_settings()


def test_a_key_that_is_no_text_is_named() -> None:
    assert told(BODY | {1: 2}).startswith("1 is not known here (known: device, ")
