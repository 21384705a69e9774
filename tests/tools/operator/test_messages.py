"""What a refused body is told: the API's names, every fault, nothing of the library's."""

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

BODY = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
    "sink": "https://example.com/here",
}
CREDENTIAL = {
    "credentialType": "ACCESSTOKEN",
    "accessToken": "t",
    "accessTokenType": "bearer",
    "accessTokenExpiresUtc": "2099-01-01T00:00:00Z",
}
INNER = (
    "Value error", "Input should", "ACCESSTOKEN.", "PRIVATE_KEY_JWT.", "pydantic", "function-",
    "Network", "IPv4Address(", "[type=",
)  # fmt: skip


def created(version: str, change: dict):
    settings = OperatorSettings(open=True, api_version=version)
    operator = Operator(settings)
    api = TestClient(operator.app)
    return api.post(f"{operator.edition.sessions}/sessions", json=BODY | change)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"device": {}}, "device"),
        ({"device": {"ipv4Address": {"publicAddress": "1.2.3.4"}}}, "device.ipv4Address"),
        ({"device": {"ipv6Address": "fe80::1%eth0"}}, "device.ipv6Address"),
        ({"device": {"phoneNumber": None}}, "phoneNumber"),
        ({"applicationServer": {"ipv4Address": "1.2.3"}}, "applicationServer.ipv4Address"),
        ({"applicationServer": {"ipv6Address": "x"}}, "applicationServer.ipv6Address"),
        ({"devicePorts": {}}, "devicePorts"),
        ({"devicePorts": {"ports": [70000]}}, "devicePorts.ports"),
        ({"sinkCredential": {"credentialType": "ACCESSTOKEN"}}, "sinkCredential.accessToken"),
        (
            {"sinkCredential": CREDENTIAL | {"accessTokenExpiresUtc": "2024"}},
            "sinkCredential.accessTokenExpiresUtc",
        ),
        (
            {"sinkCredential": CREDENTIAL | {"accessTokenType": "mac"}},
            "sinkCredential.accessTokenType",
        ),
        ({"sinkCredential": {}}, "sinkCredential.credentialType"),
        ({"duration": "long"}, "duration"),
        ({"sink": "http://a.example"}, "sink"),
    ],
)
def test_a_body_that_does_not_hold(version: str, change: dict, name: str) -> None:
    answer = created(version, change)
    assert answer.status_code == 400
    message = answer.json()["message"]
    assert name in message
    assert not [word for word in INNER if word in message]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b"null", b"\xff"])
def test_a_body_that_is_no_object_is_named(content: bytes) -> None:
    api = TestClient(Operator(OperatorSettings(open=True)).app)
    message = api.post("/quality-on-demand/v1/sessions", content=content).json()["message"]
    assert message.startswith("The body: ")


def test_every_fault_is_told_and_no_message_is_too_long() -> None:
    wrong = {"duration": 0, "qosProfile": "a", "device": {"phoneNumber": "12"}}
    message = created("1.1", wrong).json()["message"]
    assert all(name in message for name in ("duration", "qosProfile", "device.phoneNumber"))
    unknown = {f"field{number}": "x" for number in range(200)}
    many = created("1.2", unknown).json()["message"]
    assert "field0" in many
    assert len(many) <= 512


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("name", ["devicePorts", "applicationServerPorts"])
def test_a_port_range_goes_from_its_first_port_to_its_last(version: str, name: str) -> None:
    answer = created(version, {name: {"ranges": [{"from": 1, "to": 2}, {"from": 20, "to": 10}]}})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_ARGUMENT")
    assert answer.json()["message"] == (
        f"{name}: a range goes from its first port to its last, and 20 is above 10"
    )
    assert created(version, {name: {"ranges": [{"from": 20, "to": 20}]}}).status_code == 201


def test_an_order_of_the_control_api_that_does_not_hold() -> None:
    settings = OperatorSettings(open=True, control_token=SecretStr("c"))
    api = TestClient(Operator(settings).app)
    headers = {"Authorization": "Bearer c"}
    answer = api.post("/control/clock", json={"advance": -1, "back": 1}, headers=headers)
    assert answer.status_code == 400
    assert all(name in answer.json()["message"] for name in ("advance", "back"))
    device = {"device": {"ipv4Address": {"publicAddress": "1.2.3.4"}}, "support": "UNKNOWN"}
    wrong = api.put("/control/devices", json=device, headers=headers).json()["message"]
    assert "device.ipv4Address" in wrong
    assert "Value error" not in wrong


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "There is no Authorization header"),
        ("Bearer wrong", "is not the control token"),
        ("Basic c", "is not the control token"),
    ],
)
def test_the_control_api_says_why_it_is_closed(header: str | None, reason: str) -> None:
    settings = OperatorSettings(open=True, control_token=SecretStr("c"))
    api = TestClient(Operator(settings).app)
    answer = api.get("/control", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert reason in answer.json()["message"]
