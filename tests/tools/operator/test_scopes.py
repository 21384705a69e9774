"""Purpose, openid and offline_access among the scopes, over HTTP."""

import jwt
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.scopes import ALL_SCOPES
from camara_qod.tools.operator.settings import OperatorSettings

CIBA = "urn:openid:params:grant-type:ciba"
CLIENT = {"client_id": "two", "client_secret": "s2"}
HINT = {"login_hint": "tel:+351966666666"}
PURPOSE = "dpv:RequestedServiceProvision"
PROFILE = "/qos-profiles/v1/qos-profiles/QOS_E"


def operator(**settings) -> Operator:
    return Operator(
        OperatorSettings(clients={"two": SecretStr("s2"), "one": SecretStr("s1")}, **settings)
    )


@pytest.fixture
def api() -> TestClient:
    return TestClient(operator().app)


def two_legged(api: TestClient, scope: str):
    form = CLIENT | {"grant_type": "client_credentials", "scope": scope}
    return api.post("/oauth2/token", data=form)


def three_legged(api: TestClient, scope: str, client: dict = CLIENT, hint: dict = HINT):
    asked = api.post("/oauth2/bc-authorize", data=client | hint | {"scope": scope}).json()
    form = client | {"grant_type": CIBA, "auth_req_id": asked["auth_req_id"]}
    return api.post("/oauth2/token", data=form)


def refreshed(api: TestClient, token: str, client: dict = CLIENT, **form: str):
    form = client | {"grant_type": "refresh_token", "refresh_token": token} | form
    return api.post("/oauth2/token", data=form)


def test_one_purpose_is_taken_and_granted(api: TestClient) -> None:
    answer = two_legged(api, f"{PURPOSE} qos-profiles:read").json()
    assert answer["scope"] == f"{PURPOSE} qos-profiles:read"
    header = {"Authorization": f"Bearer {answer['access_token']}"}
    assert api.get(PROFILE, headers=header).status_code == 200
    # A purpose alone is one for everything.
    assert set(two_legged(api, PURPOSE).json()["scope"].split()) == ALL_SCOPES | {PURPOSE}
    assert PURPOSE in three_legged(api, f"openid {PURPOSE}").json()["scope"]


@pytest.mark.parametrize(
    "scope", [f"{PURPOSE} dpv:FraudPrevention", "dpv:", "dpv:a:b", "dpv:9", "dpv:a-b", "DPV:A"]
)
def test_other_than_one_purpose_is_refused(api: TestClient, scope: str) -> None:
    answers = [
        two_legged(api, f"{scope} qos-profiles:read"),
        api.post("/oauth2/bc-authorize", data=CLIENT | HINT | {"scope": f"openid {scope}"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_purpose_can_be_required() -> None:
    api = TestClient(operator(require_purpose=True).app)
    for scope in ("", "qos-profiles:read", "openid offline_access"):
        for answer in (
            two_legged(api, scope),
            api.post("/oauth2/bc-authorize", data=CLIENT | HINT | {"scope": scope}),
        ):
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
            assert "dpv:" in answer.json()["error_description"]
    assert two_legged(api, f"{PURPOSE} qos-profiles:read").status_code == 200
    assert three_legged(api, f"{PURPOSE} qos-profiles:read").status_code == 200


def test_offline_access_gives_a_refresh_token_that_holds_once(api: TestClient) -> None:
    scope = f"offline_access {PURPOSE} qos-profiles:read quality-on-demand:sessions:read"
    first = three_legged(api, scope).json()
    second = refreshed(api, first["refresh_token"], scope="qos-profiles:read").json()
    # Less was asked for; the purpose of the consent stays.
    assert second["scope"] == f"{PURPOSE} qos-profiles:read"
    again = refreshed(api, first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    third = refreshed(api, second["refresh_token"]).json()
    assert third["scope"] == first["scope"]
    header = {"Authorization": f"Bearer {third['access_token']}"}
    assert api.get(PROFILE, headers=header).status_code == 200
    # It stands for the same device as before.
    missing = "/quality-on-demand/v1/retrieve-sessions"
    assert api.post(missing, json={}, headers=header).status_code == 403


def test_a_refresh_token_stands_for_its_device() -> None:
    api = TestClient(operator().app)
    first = three_legged(api, "offline_access").json()
    second = refreshed(api, first["refresh_token"]).json()
    header = {"Authorization": f"Bearer {second['access_token']}"}
    lookup = "/quality-on-demand/v1/retrieve-sessions"
    assert api.post(lookup, json={}, headers=header).json() == []
    body = {"device": {"phoneNumber": "+351966666666"}}
    assert api.post(lookup, json=body, headers=header).json()["code"] == "UNNECESSARY_IDENTIFIER"


def test_refresh_tokens_are_refused() -> None:
    running = operator()
    api = TestClient(running.app)
    given = three_legged(api, "offline_access qos-profiles:read").json()
    token = given["refresh_token"]
    assert "refresh_token" not in three_legged(api, "qos-profiles:read").json()
    other = {"client_id": "one", "client_secret": "s1"}
    for answer in (
        refreshed(api, token, other),
        refreshed(api, given["access_token"]),
        refreshed(api, "x"),
        refreshed(api, ""),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    running.network.move_clock(30 * 86400)
    expired = refreshed(api, token)
    assert (expired.status_code, expired.json()["error"]) == (400, "invalid_grant")
    # No access token, however it came about, opens an endpoint of the APIs.
    header = {"Authorization": f"Bearer {token}"}
    assert api.get(PROFILE, headers=header).status_code == 401


def test_a_refresh_gives_no_more_than_was_granted(api: TestClient) -> None:
    given = three_legged(api, "offline_access qos-profiles:read").json()
    more = refreshed(api, given["refresh_token"], scope="quality-on-demand:sessions:create")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


def test_no_user_no_refresh_and_no_id_token(api: TestClient) -> None:
    answer = two_legged(api, "openid offline_access qos-profiles:read").json()
    assert answer["scope"] == "qos-profiles:read"
    assert not {"refresh_token", "id_token"} & set(answer)


def test_openid_gives_an_id_token_that_the_published_keys_check() -> None:
    running = operator()
    api = TestClient(running.app, base_url="http://mock.example")
    metadata = api.get("/.well-known/openid-configuration").json()
    (key,) = jwt.PyJWKSet.from_dict(api.get(metadata["jwks_uri"]).json()).keys
    token = three_legged(api, "openid qos-profiles:read").json()["id_token"]
    claims = jwt.decode(
        token,
        key,
        metadata["id_token_signing_alg_values_supported"],
        audience="two",
        issuer=metadata["issuer"],
    )
    assert jwt.get_unverified_header(token)["kid"] == key.key_id
    assert set(claims) >= {"iss", "sub", "aud", "exp", "iat"}
    assert "351966666666" not in str(claims)
    assert "id_token" not in three_legged(api, "qos-profiles:read").json()
    # It says who the user is; it opens nothing.
    header = {"Authorization": f"Bearer {token}"}
    assert api.get(PROFILE, headers=header).status_code == 401


def test_the_subject_is_the_same_for_one_client_and_another_for_others(api: TestClient) -> None:
    def subject(*args) -> str:
        token = three_legged(api, "openid", *args).json()["id_token"]
        return jwt.decode(token, options={"verify_signature": False})["sub"]

    other = {"client_id": "one", "client_secret": "s1"}
    mine = subject()
    assert subject() == mine
    assert len({mine, subject(other), subject(CLIENT, {"login_hint": "tel:+351911111111"})}) == 3


def test_the_keys_of_id_tokens_outlive_the_process(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'mock.db'}"
    first = operator(database=url)
    keys = TestClient(first.app).get("/oauth2/jwks").json()
    first.close()
    assert TestClient(operator(database=url).app).get("/oauth2/jwks").json() == keys


def test_the_discovery_document_says_what_is_supported(api: TestClient) -> None:
    found = api.get("/.well-known/openid-configuration").json()
    assert found["token_endpoint_auth_methods_supported"][0] == "private_key_jwt"
    assert set(found["scopes_supported"]) == {"openid", "offline_access"} | ALL_SCOPES
    assert set(found["grant_types_supported"]) == {"client_credentials", CIBA, "refresh_token"}
    assert found["subject_types_supported"] == ["pairwise"]
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert "ES256" in found["token_endpoint_auth_signing_alg_values_supported"]
    for name in ("token_endpoint", "backchannel_authentication_endpoint", "jwks_uri"):
        assert found[name].startswith(found["issuer"] + "/")
