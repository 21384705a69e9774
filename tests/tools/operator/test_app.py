"""The mock operator over its in-process transport, with a clock that the test moves."""

import json
import logging
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import httpx2
import pytest
import yaml
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from camara_qod.tools.camara.models_1_2 import ApplicationServer
from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.scopes import SCOPES
from camara_qod.tools.operator.settings import OperatorSettings

BODY = {
    "device": {"phoneNumber": "+351966666666", "ipv6Address": "2001:db8::1"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}
SESSIONS = "/quality-on-demand/v1/sessions"
RETRIEVE = "/quality-on-demand/v1/retrieve-sessions"
UNKNOWN = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: int) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def operator(catalogue: Catalogue, clock: Clock) -> Operator:
    return Operator(catalogue=catalogue, clock=clock)


@pytest.fixture
def api(operator: Operator) -> TestClient:
    return TestClient(operator.app)


@pytest.fixture
def api_1_2(catalogue: Catalogue) -> TestClient:
    return TestClient(Operator(OperatorSettings(open=True, api_version="1.2"), catalogue).app)


def refused(response: httpx2.Response) -> tuple[int, str]:
    body = response.json()
    assert body["status"] == response.status_code
    assert body["message"]
    return response.status_code, body["code"]


def test_a_session_from_creation_to_deletion(api: TestClient) -> None:
    created = api.post(SESSIONS, json=BODY, headers={"x-correlator": "t-1"})
    assert created.status_code == 201
    assert created.headers["x-correlator"] == "t-1"
    session = created.json()
    path = f"{SESSIONS}/{session['sessionId']}"
    assert session == BODY | {
        "device": {"phoneNumber": "+351966666666"},  # several identifiers, one answer
        "sessionId": session["sessionId"],
        "startedAt": "2026-01-01T12:00:00Z",
        "expiresAt": "2026-01-01T12:10:00Z",
        "qosStatus": "AVAILABLE",
    }
    assert api.get(path).json() == session
    by_device = api.post(RETRIEVE, json={"device": {"ipv6Address": "2001:db8::1"}})
    assert by_device.json() == [session]
    assert api.delete(path).status_code == 204
    assert refused(api.get(path)) == (404, "NOT_FOUND")


def test_it_expires_and_is_forgotten_after_the_grace_period(api: TestClient, clock: Clock) -> None:
    path = f"{SESSIONS}/{api.post(SESSIONS, json=BODY).json()['sessionId']}"
    clock.move(600)
    ended = api.get(path).json()
    assert (ended["qosStatus"], ended["statusInfo"]) == ("UNAVAILABLE", "DURATION_EXPIRED")
    assert ended["duration"] == 600
    extension = api.post(f"{path}/extend", json={"requestedAdditionalDuration": 60})
    assert refused(extension) == (409, "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED")
    clock.move(359)
    assert api.get(path).status_code == 200
    clock.move(1)
    assert api.get(path).status_code == 404


def test_an_extension_is_capped_at_the_profiles_maximum(api: TestClient) -> None:
    path = f"{SESSIONS}/{api.post(SESSIONS, json=BODY).json()['sessionId']}"
    longer = api.post(f"{path}/extend", json={"requestedAdditionalDuration": 60}).json()
    assert (longer["duration"], longer["expiresAt"]) == (660, "2026-01-01T12:11:00Z")
    longest = api.post(f"{path}/extend", json={"requestedAdditionalDuration": 10**6}).json()
    assert longest["duration"] == 43200


def test_one_flow_has_one_session(api: TestClient, clock: Clock) -> None:
    assert api.post(SESSIONS, json=BODY).status_code == 201
    assert refused(api.post(SESSIONS, json=BODY)) == (409, "CONFLICT")
    other = BODY | {"applicationServer": {"ipv4Address": "203.0.113.7"}}
    assert api.post(SESSIONS, json=other).status_code == 201
    clock.move(600)
    assert api.post(SESSIONS, json=BODY).status_code == 201


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"qosProfile": "QOS_X"}, (400, "INVALID_ARGUMENT")),
        ({"qosProfile": "a"}, (400, "INVALID_ARGUMENT")),
        ({"duration": 59}, (400, "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE")),
        ({"duration": 43201}, (400, "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE")),
        ({"duration": 0}, (400, "OUT_OF_RANGE")),
        ({"duration": "600"}, (400, "INVALID_ARGUMENT")),
        ({"device": {}}, (400, "INVALID_ARGUMENT")),
        ({"device": {"phoneNumber": "12"}}, (400, "INVALID_ARGUMENT")),
        ({"applicationServerPorts": {"ports": [65536]}}, (400, "OUT_OF_RANGE")),
        ({"applicationServer": {"ipv4Address": "1.2.3.0/0.0.0.255"}}, (400, "INVALID_ARGUMENT")),
        (
            {"device": {"networkAccessIdentifier": "a\0@b.example"}},
            (422, "UNSUPPORTED_IDENTIFIER"),
        ),
        ({"sink": "https://a.example/\0"}, (400, "INVALID_SINK")),
        ({"sink": "http://a.example"}, (400, "INVALID_SINK")),
        ({"sink": "https://[abc/"}, (400, "INVALID_SINK")),
        ({"sinkCredential": {"credentialType": "PLAIN"}}, (400, "INVALID_CREDENTIAL")),
    ],
)
def test_bad_input_is_refused_with_the_code_of_the_specification(
    api: TestClient, change: dict, expected: tuple[int, str]
) -> None:
    assert refused(api.post(SESSIONS, json=BODY | change)) == expected


def test_a_device_is_needed_and_unknown_fields_are_not(api: TestClient) -> None:
    without = {name: value for name, value in BODY.items() if name != "device"}
    assert refused(api.post(SESSIONS, json=without)) == (422, "MISSING_IDENTIFIER")
    assert refused(api.post(RETRIEVE, json={})) == (422, "MISSING_IDENTIFIER")
    assert api.post(SESSIONS, json=BODY | {"comment": "hello"}).status_code == 201


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null"])
def test_a_body_that_is_no_object(api: TestClient, content: bytes) -> None:
    assert refused(api.post(SESSIONS, content=content)) == (400, "INVALID_ARGUMENT")


def test_a_refusal_says_what_to_do(api: TestClient) -> None:
    def told(answer: httpx2.Response) -> str:
        return str(answer.json()["message"])

    assert "send device, or a token" in told(api.post(RETRIEVE, json={}))
    assert api.post(SESSIONS, json=BODY).status_code == 201
    assert "end that one first, or name other ports" in told(api.post(SESSIONS, json=BODY))
    assert "check the id" in told(api.get(f"{SESSIONS}/{UNKNOWN}"))
    assert "should be a UUID" in told(api.get(f"{SESSIONS}/not-a-uuid"))
    named = api.post(RETRIEVE, json={"device": {"networkAccessIdentifier": "a@b.example"}})
    assert "use phoneNumber or ipv4Address or ipv6Address" in told(named)
    wrong = api.get("/", headers={"x-correlator": "a b"})
    assert "at most 256 letters, digits and characters of -_:;./<>{}" in told(wrong)


def test_ids_paths_and_correlators(api: TestClient) -> None:
    assert refused(api.get(f"{SESSIONS}/not-a-uuid")) == (400, "INVALID_ARGUMENT")
    assert refused(api.get(f"{SESSIONS}/{UNKNOWN}")) == (404, "NOT_FOUND")
    assert refused(api.get("/elsewhere")) == (404, "NOT_FOUND")
    wrong = api.put(SESSIONS)
    assert refused(wrong) == (405, "METHOD_NOT_ALLOWED")
    assert wrong.json()["message"] == "PUT is not for this path: use POST."
    assert wrong.headers["allow"] == "POST"
    assert api.put(f"{SESSIONS}/{UNKNOWN}").headers["allow"] == "DELETE, GET"
    assert api.put("/docs/assets/swagger-ui.css").headers["allow"] == "GET, HEAD"
    unknown = api.post(SESSIONS, json=BODY | {"qosProfile": "GOLD"}).json()["message"]
    assert unknown.startswith("qosProfile: there is no profile GOLD (known: QOS_E, ")
    bad = api.get(f"{SESSIONS}/{UNKNOWN}", headers={"x-correlator": "a b"})
    assert refused(bad) == (400, "INVALID_ARGUMENT")


def test_profiles(api: TestClient) -> None:
    path = "/qos-profiles/v1/retrieve-qos-profiles"
    names = [item["name"] for item in api.post(path, json={}).json()]
    assert names == ["QOS_E", "QOS_S", "QOS_M", "QOS_L"]
    assert [item["name"] for item in api.post(path, json={"name": "QOS_S"}).json()] == ["QOS_S"]
    assert api.post(path, json={"status": "INACTIVE"}).json() == []
    one = api.get("/qos-profiles/v1/qos-profiles/QOS_E").json()
    assert "serves" not in one
    assert one["maxDuration"] == {"value": 12, "unit": "Hours"}
    assert refused(api.get("/qos-profiles/v1/qos-profiles/none")) == (404, "NOT_FOUND")


def test_identifiers_that_cannot_be_used_decide_nothing(api: TestClient) -> None:
    name = {"networkAccessIdentifier": "shared@example.com"}
    one, two = ({"phoneNumber": number} for number in ("+351966666666", "+351911111111"))
    for device in (one, two):
        assert api.post(SESSIONS, json=BODY | {"device": device | name}).status_code == 201
        assert len(api.post(RETRIEVE, json={"device": device | name}).json()) == 1
    assert refused(api.post(RETRIEVE, json={"device": name})) == (422, "UNSUPPORTED_IDENTIFIER")


def test_an_error_that_nobody_handles_is_answered_and_names_no_device(
    operator: Operator, api: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with operator.store.transaction() as tx:
        tx.connection.exec_driver_sql("DROP TABLE identifiers")
    with caplog.at_level(logging.INFO, "camara_qod.operator"):
        answer = api.post(SESSIONS, json=BODY, headers={"x-correlator": "t-1"})
    assert refused(answer) == (500, "INTERNAL")
    assert answer.headers["x-correlator"] == "t-1"
    assert "351966666666" not in caplog.text
    failed, call = (json.loads(record.message) for record in caplog.records)
    assert (failed["error"], failed["x_correlator"]) == ("OperationalError", "t-1")
    assert call["status"] == 500
    with pytest.raises(OperationalError) as caught, operator.store.transaction() as tx:
        tx.of_device(["phoneNumber +351966666666"])
    assert "351966666666" not in str(caught.value)


@pytest.mark.parametrize(
    ("server", "status"),
    [
        ({"ipv4Address": "203.0.113.0/24"}, 201),
        ({"ipv6Address": "2001:db8::/64"}, 201),
        ({"ipv4Address": "203.0.113.0/255.255.255.0"}, 400),
        ({"ipv4Address": "203.0.113.0/0.0.0.255"}, 400),
        ({"ipv4Address": "203.0.113.0/024"}, 400),
        ({"ipv6Address": "2001:db8::/064"}, 400),
    ],
)
def test_subnets_of_1_2(api_1_2: TestClient, server: dict, status: int) -> None:
    body = BODY | {"applicationServer": server}
    assert api_1_2.post("/quality-on-demand/v1rc3/sessions", json=body).status_code == status


@given(
    st.sampled_from(["ipv4Address", "ipv6Address"]),
    st.one_of(
        st.from_regex(
            r"[0-2]?[0-9]?[0-9](\.[0-3]?[0-9]?[0-9]){3,4}(/[0-3]?[0-9]?[0-9.])?", fullmatch=True
        ),
        st.from_regex(r"(0{0,3}[0-9a-f]{1,4}:){0,9}:?[0-9a-f.]*(/[0-9]{1,3})?", fullmatch=True),
    ),
)
def test_subnets_of_1_2_are_those_of_the_specification(specs: Path, field: str, text: str) -> None:
    try:
        ip_network(text, strict=False)
        is_network = (":" in text) is (field == "ipv6Address")
    except ValueError:
        is_network = False
    wanted = is_network and Draft4Validator(_subnet(specs, field)).is_valid(text)
    try:
        ApplicationServer.model_validate({field: text})
        found = True
    except ValueError:
        found = False
    assert found is wanted


@cache
def _subnet(specs: Path, field: str) -> dict:
    file = specs / "quality-on-demand" / "1.2.0-rc.3_r4.1" / "quality-on-demand.yaml"
    schemas = yaml.safe_load(file.read_text(encoding="utf-8"))["components"]["schemas"]
    return schemas[f"ApplicationServer{field[0].upper()}{field[1:]}"]


def test_1_2_lists_the_newest_100(api_1_2: TestClient) -> None:
    root = "/quality-on-demand/v1rc3"
    made = set()
    for number in range(101):
        body = BODY | {"applicationServer": {"ipv4Address": f"203.0.113.{number}"}}
        made.add(api_1_2.post(f"{root}/sessions", json=body).json()["sessionId"])
    listed = api_1_2.post(f"{root}/retrieve-sessions", json={"device": BODY["device"]}).json()
    assert len(listed) == 100
    assert {item["sessionId"] for item in listed} < made


def test_the_document_says_which_token_is_needed() -> None:
    document = Operator(OperatorSettings(control_token=SecretStr("control"))).app.openapi()
    operations = {
        operation.get("operationId"): operation
        for item in document["paths"].values()
        for operation in item.values()
    }
    for name, scope in SCOPES.items():
        assert operations[name]["security"] == [{"openId": [scope]}, {"bearer": []}]
        assert operations[name]["parameters"][-1]["schema"]["pattern"].endswith("{0,256}$")
    assert document["paths"]["/control/clock"]["post"]["security"] == [{"bearer": []}]
    assert set(document["components"]["securitySchemes"]) == {"openId", "bearer"}
