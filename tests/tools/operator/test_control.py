"""A bad day, rehearsed through the control API."""

import time
from typing import get_args

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from camara_qod.tools.camara.scopes import SCOPES
from camara_qod.tools.errors import SettingsError, Unavailable
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.control import Target
from camara_qod.tools.operator.in_process import API_ROOT, InProcessTransport
from camara_qod.tools.operator.network import Fault
from camara_qod.tools.operator.settings import OperatorSettings

from ...serving import served

SESSIONS = "/quality-on-demand/v1/sessions"
BODY = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}


@pytest.fixture
def api() -> TestClient:
    settings = OperatorSettings(open=True, control_token=SecretStr("control"))
    return TestClient(Operator(settings).app)


def order(api: TestClient, method: str, path: str, **body) -> httpx2.Response:
    return api.request(
        method, f"/control{path}", json=body, headers={"Authorization": "Bearer control"}
    )


def created(api: TestClient) -> tuple[str, dict]:
    session = api.post(SESSIONS, json=BODY).json()
    return f"{SESSIONS}/{session['sessionId']}", session


def test_it_needs_its_own_token_and_is_absent_without_one(api: TestClient) -> None:
    assert api.get("/control").status_code == 401
    closed = TestClient(Operator().app)
    for path in ("", "/", "/faults", "/sessions/x/activate"):
        answer = closed.post(f"/control{path}", json={})
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert "start qod mock with --control-token" in answer.json()["message"]
    assert "/control" not in closed.get("/openapi.json").text


def test_moving_the_clock_ends_a_session(api: TestClient) -> None:
    path, _ = created(api)
    moved = order(api, "POST", "/clock", advance=601).json()
    assert moved == {"clockAhead": 601, "sessionsChanged": 1}
    assert api.get(path).json()["statusInfo"] == "DURATION_EXPIRED"


def test_the_network_terminates_a_session_that_keeps_its_flow(api: TestClient) -> None:
    path, session = created(api)
    ended = order(api, "POST", f"/sessions/{session['sessionId']}/terminate").json()
    assert ended["statusInfo"] == "NETWORK_TERMINATED"
    assert api.post(SESSIONS, json=BODY).json()["code"] == "CONFLICT"
    assert api.delete(path).status_code == 204
    assert api.post(SESSIONS, json=BODY).status_code == 201


def test_a_creation_that_waits_for_the_network(api: TestClient) -> None:
    order(api, "POST", "/next-creation", outcome="REQUESTED", duration=120)
    path, session = created(api)
    assert (session["qosStatus"], session["duration"]) == ("REQUESTED", 120)
    extension = api.post(f"{path}/extend", json={"requestedAdditionalDuration": 60})
    assert extension.json()["code"] == "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED"
    active = order(api, "POST", f"/sessions/{session['sessionId']}/activate").json()
    assert active["qosStatus"] == "AVAILABLE"
    again = order(api, "POST", f"/sessions/{session['sessionId']}/activate")
    assert again.status_code == 409


def test_a_creation_that_fails(api: TestClient) -> None:
    order(api, "POST", "/next-creation", outcome="FAILED")
    path, session = created(api)
    assert session["qosStatus"] == "REQUESTED"
    assert api.get(path).json()["statusInfo"] == "NETWORK_TERMINATED"


def test_devices_that_cannot_be_served(api: TestClient) -> None:
    refusals = {"UNKNOWN": "IDENTIFIER_NOT_FOUND", "NOT_APPLICABLE": "SERVICE_NOT_APPLICABLE"}
    for support, code in refusals.items():
        order(api, "PUT", "/devices", device=BODY["device"], support=support)
        assert api.post(SESSIONS, json=BODY).json()["code"] == code
    order(api, "DELETE", "")
    assert api.post(SESSIONS, json=BODY).status_code == 201


def test_faults_hit_as_often_as_ordered(api: TestClient) -> None:
    path, _ = created(api)
    order(api, "POST", "/faults", operation="getSession", status=429, retryAfter=7, times=2)
    for _ in range(2):
        hit = api.get(path)
        assert (hit.status_code, hit.headers["Retry-After"]) == (429, "7")
        assert hit.json()["code"] == "TOO_MANY_REQUESTS"
    assert api.get(path).status_code == 200


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 422}, "SERVICE_NOT_APPLICABLE"),
        ({"status": 422, "code": "MISSING_IDENTIFIER"}, "MISSING_IDENTIFIER"),
        ({"status": 404, "code": "IDENTIFIER_NOT_FOUND"}, "IDENTIFIER_NOT_FOUND"),
        ({"status": 500}, "INTERNAL"),
    ],
)
def test_the_code_of_a_fault(api: TestClient, fault: dict, code: str) -> None:
    order(api, "POST", "/faults", **fault)
    answer = api.post(SESSIONS, json=BODY)
    assert (answer.status_code, answer.json()["code"]) == (fault["status"], code)


def test_a_fault_hits_operations_and_the_token_endpoint() -> None:
    assert set(get_args(Target)) == {*SCOPES, "token"}
    settings = OperatorSettings(
        clients={"app": SecretStr("secret")}, control_token=SecretStr("control")
    )
    api = TestClient(Operator(settings).app)
    order(api, "POST", "/faults", operation="token", status=503, retryAfter=2)
    form = {"client_id": "app", "client_secret": "secret", "grant_type": "client_credentials"}
    hit = api.post("/oauth2/token", data=form)
    assert (hit.status_code, hit.headers["Retry-After"]) == (503, "2")
    assert api.post("/oauth2/token", data=form).status_code == 200


def test_latency(api: TestClient) -> None:
    order(api, "POST", "/faults", latency=0.2)
    started = time.perf_counter()
    api.get(f"{SESSIONS}/3fa85f64-5717-4562-b3fc-2c963f66afa6")
    assert time.perf_counter() - started >= 0.2


def test_an_answer_that_is_lost_after_the_work_is_done() -> None:
    operator = Operator()
    operator.network.add_fault(Fault(operation="createSession", drop=True))
    with served(operator) as root, httpx2.Client(base_url=root) as api:
        with pytest.raises(httpx2.RemoteProtocolError):
            api.post(SESSIONS, json=BODY)
        assert api.post(SESSIONS, json=BODY).json()["code"] == "CONFLICT"


def test_an_answer_that_is_lost_in_this_process() -> None:
    operator = Operator()
    operator.network.add_fault(Fault(operation="createSession", drop=True))
    with httpx2.Client(base_url=API_ROOT, transport=InProcessTransport(operator.app)) as api:
        with pytest.raises(httpx2.RemoteProtocolError):
            api.post(SESSIONS, json=BODY)
        assert api.post(SESSIONS, json=BODY).json()["code"] == "CONFLICT"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock", {"advance": -1}),
        ("/next-creation", {"outcome": "LUCKY"}),
        ("/faults", {"statuss": 500}),
        ("/faults", {"operation": "createSesion", "status": 500}),
    ],
)
def test_an_order_that_does_not_hold(api: TestClient, path: str, body: dict) -> None:
    answer = order(api, "POST", path, **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": 418}, "status: CAMARA has 400, 401, 403"),
        ({"status": 200}, "status: CAMARA has 400"),
        ({"status": 599}, "status: CAMARA has 400"),
        ({"status": 404, "code": "CONFLICT"}, "code: with 404 go NOT_FOUND, IDENTIFIER_NOT_FOUND"),
        ({"status": 503, "code": "ANYTHING"}, "code: with 503 go UNAVAILABLE"),
        ({"code": "CONFLICT"}, "give its status too"),
        ({"retryAfter": 3, "latency": 1}, "give its status too"),
        ({}, "nothing would happen"),
        ({"status": 503, "drop": True}, "give status or drop"),
        ({"status": 503, "retryAfter": 10**12}, "retryAfter"),
    ],
)
def test_a_fault_that_makes_no_sense_is_told_what_there_is(
    api: TestClient, body: dict, words: str
) -> None:
    answer = order(api, "POST", "/faults", **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_ARGUMENT")
    assert words in answer.json()["message"]
    assert order(api, "GET", "").json()["faults"] == []


def test_the_rate_limit_of_one_client_is_not_anothers() -> None:
    operator = Operator(OperatorSettings(rate_limit="2/minute"))
    api = TestClient(operator.app)

    def call(client: str) -> httpx2.Response:
        token = operator.authority.token(client)
        header = {"Authorization": f"Bearer {token}"}
        return api.get("/qos-profiles/v1/qos-profiles/QOS_E", headers=header)

    assert [call("one").status_code for _ in range(3)] == [200, 200, 429]
    assert int(call("one").headers["Retry-After"]) in range(1, 61)
    assert call("two").status_code == 200


def test_settings_that_do_not_hold() -> None:
    with pytest.raises(SettingsError, match="100/second"):
        Operator(OperatorSettings(rate_limit="often"))
    with pytest.raises(Unavailable, match="sqlite:///mock"):
        Operator(OperatorSettings(database="sqlite:////nowhere/at/all.db"))
