"""Open mode: whoever calls is served, whatever token it sends."""

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from camara_qod.tools.operator.app import Operator
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
    return Operator(OperatorSettings(open=True))


@pytest.fixture
def api(operator: Operator) -> TestClient:
    return TestClient(operator.app)


@pytest.mark.parametrize(
    "header", ["Bearer anything", "Bearer", "Bearer a.b.c", "Basic eDp5", "ApiKey 7", ""]
)
def test_any_authorization_is_ignored(api: TestClient, header: str) -> None:
    headers = {"Authorization": header}
    path = f"{SESSIONS}/{api.post(SESSIONS, json=BODY, headers=headers).json()['sessionId']}"
    # One caller made it for all.
    assert api.get(path).status_code == 200
    assert api.get(path, headers={"Authorization": "Bearer other"}).status_code == 200
    assert api.delete(path, headers=headers).status_code == 204


def test_an_expired_or_narrow_token_is_ignored_too(operator: Operator, api: TestClient) -> None:
    for token in (
        operator.authority.token("app", lifetime=-1),
        operator.authority.token("app", frozenset({"qos-profiles:read"})),
        Operator(OperatorSettings()).authority.token("app"),
    ):
        headers = {"Authorization": f"Bearer {token}"}
        created = api.post(SESSIONS, json=BODY, headers=headers)
        assert created.status_code == 201
        assert api.delete(f"{SESSIONS}/{created.json()['sessionId']}").status_code == 204


@pytest.mark.parametrize(
    "client", [{}, {"client_id": "any"}, {"client_id": "any", "client_secret": "thing"}]
)
def test_anybody_is_given_tokens(api: TestClient, client: dict) -> None:
    form = client | {"grant_type": "client_credentials"}
    answer = api.post("/oauth2/token", data=form)
    assert answer.status_code == 200
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert api.post(SESSIONS, json=BODY, headers=headers).status_code == 201
    wrong = api.post("/oauth2/token", data=client | {"grant_type": "password"})
    assert wrong.json()["error"] == "unsupported_grant_type"


def test_a_three_legged_token_still_stands_for_its_device(api: TestClient) -> None:
    asked = api.post("/oauth2/bc-authorize", data={"login_hint": "tel:+351966666666"}).json()
    form = {"grant_type": CIBA, "auth_req_id": asked["auth_req_id"]}
    token = api.post("/oauth2/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    without = {name: value for name, value in BODY.items() if name != "device"}
    assert api.post(SESSIONS, json=without, headers=headers).status_code == 201
    both = api.post(SESSIONS, json=BODY, headers=headers)
    assert both.json()["code"] == "UNNECESSARY_IDENTIFIER"
    # What is no access token stands for nothing.
    request = {"Authorization": f"Bearer {asked['auth_req_id']}"}
    missing = api.post(SESSIONS, json=without, headers=request)
    assert missing.json()["code"] == "MISSING_IDENTIFIER"


def test_clients_that_are_known_still_show_who_they_are() -> None:
    settings = OperatorSettings(open=True, clients={"app": SecretStr("s")})
    api = TestClient(Operator(settings).app)
    form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "wrong"}
    assert api.post("/oauth2/token", data=form).status_code == 401
    assert api.post("/oauth2/token", data=form | {"client_secret": "s"}).status_code == 200
