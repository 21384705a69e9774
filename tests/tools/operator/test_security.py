"""Tokens, scopes and whose session is whose, over HTTP."""

import base64

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.scopes import ALL_SCOPES
from camara_qod.tools.operator.settings import OperatorSettings

SESSIONS = "/quality-on-demand/v1/sessions"
BODY = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}
CIBA = "urn:openid:params:grant-type:ciba"


@pytest.fixture
def operator() -> Operator:
    clients = {"one": SecretStr("s:1/é"), "two": SecretStr("s2")}
    return Operator(OperatorSettings(clients=clients))


@pytest.fixture
def api(operator: Operator) -> TestClient:
    return TestClient(operator.app)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def granted(api: TestClient, **form: str) -> dict[str, str]:
    answer = api.post(
        "/oauth2/token", data={"client_id": "two", "client_secret": "s2", **form}
    ).json()
    return bearer(answer["access_token"])


def test_client_credentials_by_basic_and_by_form(api: TestClient) -> None:
    basic = base64.b64encode(b"one:s%3A1/%C3%A9").decode()
    answer = api.post(
        "/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "qos-profiles:read"},
        headers={"Authorization": f"Basic {basic}"},
    ).json()
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "qos-profiles:read")
    profile = "/qos-profiles/v1/qos-profiles/QOS_E"
    assert api.get(profile, headers=bearer(answer["access_token"])).status_code == 200
    refused = api.post(SESSIONS, json=BODY, headers=bearer(answer["access_token"]))
    assert (refused.status_code, refused.json()["code"]) == (403, "PERMISSION_DENIED")
    all_scopes = granted(api, grant_type="client_credentials")
    assert api.post(SESSIONS, json=BODY, headers=all_scopes).status_code == 201


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"grant_type": CIBA, "auth_req_id": "x"}, 400, "invalid_grant"),
    ],
)
def test_the_token_endpoint_refuses(api: TestClient, form: dict, status: int, error: str) -> None:
    good = {"client_id": "two", "client_secret": "s2", "grant_type": "client_credentials"}
    answer = api.post("/oauth2/token", data=good | form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_three_legged_token_stands_for_its_device(api: TestClient) -> None:
    client = {"client_id": "two", "client_secret": "s2"}
    asked = api.post("/oauth2/bc-authorize", data=client | {"login_hint": "tel:+351966666666"})
    token = granted(api, grant_type=CIBA, auth_req_id=asked.json()["auth_req_id"])
    unnecessary = api.post(SESSIONS, json=BODY, headers=token)
    assert unnecessary.json()["code"] == "UNNECESSARY_IDENTIFIER"
    without = {name: value for name, value in BODY.items() if name != "device"}
    created = api.post(SESSIONS, json=without, headers=token)
    assert created.status_code == 201
    assert "device" not in created.json()
    # The same device by its number is the same device.
    two_legged = granted(api, grant_type="client_credentials")
    assert api.post(SESSIONS, json=BODY, headers=two_legged).json()["code"] == "CONFLICT"
    found = api.post("/quality-on-demand/v1/retrieve-sessions", json={}, headers=token).json()
    assert [item["sessionId"] for item in found] == [created.json()["sessionId"]]


def test_a_three_legged_token_reaches_the_sessions_of_its_device_alone(
    operator: Operator, api: TestClient
) -> None:
    without = {name: value for name, value in BODY.items() if name != "device"}
    mine, theirs = (
        bearer(operator.authority.token("two", device={"phoneNumber": number}))
        for number in ("+351966666666", "+351911111111")
    )
    by_token = api.post(SESSIONS, json=without, headers=mine).json()
    other_server = {"applicationServer": {"ipv4Address": "203.0.113.7"}}
    two_legged = bearer(operator.authority.token("two"))
    by_body = api.post(SESSIONS, json=BODY | other_server, headers=two_legged).json()
    for session in (by_token, by_body):
        path = f"{SESSIONS}/{session['sessionId']}"
        longer = {"requestedAdditionalDuration": 60}
        for answer in (
            api.get(path, headers=theirs),
            api.post(f"{path}/extend", json=longer, headers=theirs),
            api.delete(path, headers=theirs),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "PERMISSION_DENIED")
        assert api.get(path, headers=mine).json()["duration"] == 600
        assert api.delete(path, headers=mine).status_code == 204


@pytest.mark.parametrize(
    "hint",
    [
        *("", "tel:12", "tel:351966666666", "mailto:a@b.example", "ipport:", "ipport:x:y"),
        *("ipport:1.2.3.4:", "ipport:1.2.3.4:65536", "ipport:1.2.3.4.5", "ipport:[1.2.3.4]"),
        *("ipport:2001:db8::1", "ipport:[2001:db8::1", "ipport:[2001:db8::1]80", "ipport:[::1%1]"),
    ],
)
def test_a_login_hint_that_names_no_device(api: TestClient, hint: str) -> None:
    client = {"client_id": "two", "client_secret": "s2", "login_hint": hint}
    answer = api.post("/oauth2/bc-authorize", data=client)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_sessions_belong_to_the_client_that_made_them(operator: Operator, api: TestClient) -> None:
    mine, theirs = (bearer(operator.authority.token(name)) for name in ("one", "two"))
    path = f"{SESSIONS}/{api.post(SESSIONS, json=BODY, headers=mine).json()['sessionId']}"
    assert api.get(path, headers=theirs).json()["code"] == "PERMISSION_DENIED"
    assert api.delete(path, headers=theirs).status_code == 403
    lookup = {"device": BODY["device"]}
    found = api.post("/quality-on-demand/v1/retrieve-sessions", json=lookup, headers=theirs)
    assert found.json() == []
    assert api.delete(path, headers=mine).status_code == 204


def test_tokens_that_do_not_hold(operator: Operator, api: TestClient) -> None:
    path = "/qos-profiles/v1/qos-profiles/QOS_E"
    strange = Operator(OperatorSettings()).authority.token("one")
    client = {"client_id": "two", "client_secret": "s2"}
    asked = api.post("/oauth2/bc-authorize", data=client | {"login_hint": "tel:+351966666666"})
    for header, reason in (
        (None, "There is no Authorization header"),
        ("Basic b25lOnMx", "does not begin with Bearer"),
        ("Bearer", "has no token after Bearer"),
        (f"Bearer {operator.authority.token('one', lifetime=-1)}", "it expired at 20"),
        (f"Bearer {strange}", "did not issue it: Signature verification failed"),
        (f"Bearer {asked.json()['auth_req_id']}", "a token of another kind (ciba)"),
        ("Bearer eyJhbGciOiJub25lIn0.eyJjbGllbnRfaWQiOiJvbmUifQ.", "did not issue it: The "),
        ("Bearer x", "did not issue it: Not enough segments"),
    ):
        answer = api.get(path, headers={"Authorization": header} if header else {})
        assert answer.status_code == 401, header
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["code"] == "UNAUTHENTICATED"
        assert reason in answer.json()["message"]


def test_nobody_keeps_an_answer_of_the_token_endpoint(api: TestClient) -> None:
    client = {"client_id": "two", "client_secret": "s2"}
    for path, form in (
        ("token", {"grant_type": "client_credentials"}),
        ("token", {"grant_type": "password"}),
        ("bc-authorize", {"login_hint": "tel:+351966666666"}),
    ):
        answer = api.post(f"/oauth2/{path}", data=client | form)
        assert answer.headers["Cache-Control"] == "no-store"


def test_tokens_age_with_the_operators_clock() -> None:
    settings = OperatorSettings(clients={"two": SecretStr("s2")}, token_lifetime=5000)
    operator = Operator(settings)
    api = TestClient(operator.app)
    path = "/qos-profiles/v1/qos-profiles/QOS_E"
    old = granted(api, grant_type="client_credentials")
    operator.network.move_clock(4990)
    assert api.get(path, headers=old).status_code == 200
    operator.network.move_clock(10)
    assert api.get(path, headers=old).json()["code"] == "UNAUTHENTICATED"
    new = granted(api, grant_type="client_credentials")
    assert api.get(path, headers=new).status_code == 200


def test_a_token_outlives_the_process(tmp_path) -> None:
    settings = OperatorSettings(database=f"sqlite:///{tmp_path / 'mock.db'}")
    first = Operator(settings)
    token = first.authority.token("one", ALL_SCOPES)
    first.close()
    again = TestClient(Operator(settings).app)
    path = "/qos-profiles/v1/qos-profiles/QOS_E"
    assert again.get(path, headers=bearer(token)).status_code == 200


@pytest.mark.parametrize(
    ("hint", "device"),
    [
        ("ipport:203.0.113.9:8443", {"publicAddress": "203.0.113.9", "publicPort": 8443}),
        ("ipport:203.0.113.9:0", {"publicAddress": "203.0.113.9", "publicPort": 0}),
        ("ipport:203.0.113.9", {"publicAddress": "203.0.113.9", "privateAddress": "203.0.113.9"}),
        ("ipport:[2001:db8::1]:8080", "2001:db8::1"),
        ("ipport:[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_a_login_hint_by_address(
    operator: Operator, api: TestClient, hint: str, device: dict | str
) -> None:
    client = {"client_id": "two", "client_secret": "s2"}
    asked = api.post("/oauth2/bc-authorize", data=client | {"login_hint": hint}).json()
    token = granted(api, grant_type=CIBA, auth_req_id=asked["auth_req_id"])
    without = {name: value for name, value in BODY.items() if name != "device"}
    assert api.post(SESSIONS, json=without, headers=token).status_code == 201
    name = "ipv6Address" if isinstance(device, str) else "ipv4Address"
    same = BODY | {"device": {name: device}}
    two_legged = bearer(operator.authority.token("two"))
    assert api.post(SESSIONS, json=same, headers=two_legged).json()["code"] == "CONFLICT"


@pytest.mark.parametrize(
    "extra",
    [
        {"login_hint_token": "x"},
        {"id_token_hint": "x"},
    ],
)
def test_login_hint_is_the_only_hint(api: TestClient, extra: dict) -> None:
    client = {"client_id": "two", "client_secret": "s2", "login_hint": "tel:+351966666666"}
    ignored = {"acr_values": "2", "binding_message": "x", "user_code": "1", "requested_expiry": "9"}
    assert api.post("/oauth2/bc-authorize", data=client | ignored).status_code == 200
    answer = api.post("/oauth2/bc-authorize", data=client | extra)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_token_of_another_operator_is_no_hint(api: TestClient) -> None:
    client = {"client_id": "two", "client_secret": "s2", "login_hint": "operatortoken:abc"}
    answer = api.post("/oauth2/bc-authorize", data=client)
    assert (answer.status_code, answer.json()["error"]) == (400, "unknown_user_id")


def test_a_parameter_is_given_once(api: TestClient) -> None:
    form = "client_id=two&client_secret=s2&grant_type=client_credentials&scope=a&scope=b"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = api.post("/oauth2/token", content=form, headers=kind)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"].startswith("scope:")


def test_a_request_for_consent_is_used_once_and_expires(
    operator: Operator, api: TestClient
) -> None:
    client = {"client_id": "two", "client_secret": "s2"}
    hint = {"login_hint": "tel:+351966666666"}
    form = client | {"grant_type": CIBA}
    first = api.post("/oauth2/bc-authorize", data=client | hint).json()["auth_req_id"]
    assert api.post("/oauth2/token", data=form | {"auth_req_id": first}).status_code == 200
    again = api.post("/oauth2/token", data=form | {"auth_req_id": first})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    late = api.post("/oauth2/bc-authorize", data=client | hint).json()["auth_req_id"]
    operator.network.move_clock(120)
    expired = api.post("/oauth2/token", data=form | {"auth_req_id": late})
    assert (expired.status_code, expired.json()["error"]) == (400, "expired_token")
