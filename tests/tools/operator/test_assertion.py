"""`private_key_jwt` over HTTP."""

import json
import time
from collections.abc import Callable
from itertools import count
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from pydantic import SecretStr

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.operator import serve
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

ROOT = "http://mock.example"
TOKEN, BACKCHANNEL = f"{ROOT}/oauth2/token", f"{ROOT}/oauth2/bc-authorize"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EC, OTHER_EC = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
RSA = generate_rsa(65537, 2048)


def pem(key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def jwk(key, **extra: str) -> dict:
    algorithm = jwt.algorithms.ECAlgorithm if key in (EC, OTHER_EC) else jwt.algorithms.RSAAlgorithm
    return algorithm.to_jwk(key.public_key(), as_dict=True) | extra


KEYS = {
    "signer": pem(EC),
    "rsa": json.dumps(jwk(RSA)),
    "two-keys": json.dumps({"keys": [jwk(OTHER_EC, kid="a"), jwk(EC, kid="b")]}),
}


@pytest.fixture
def operator() -> Operator:
    return Operator(OperatorSettings(client_keys=KEYS, clients={"secret": SecretStr("s")}))


@pytest.fixture
def api(operator: Operator) -> TestClient:
    return TestClient(operator.app, base_url=ROOT)


def signed(key=EC, algorithm: str = "ES256", headers: dict | None = None, **claims) -> str:
    now = int(time.time())
    whole = {
        "iss": "signer",
        "sub": "signer",
        "aud": TOKEN,
        "iat": now,
        "exp": now + 300,
        "jti": str(uuid4()),
    } | claims
    whole = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(whole, key, algorithm, headers=headers)


def asked(api: TestClient, assertion: str | Callable[[], str], url: str = TOKEN, **form: str):
    assertion = assertion if isinstance(assertion, str) else assertion()
    whole = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
    } | form
    return api.post(url, data=whole)


def test_a_client_that_signs_gets_a_token_for_itself(operator: Operator, api: TestClient) -> None:
    answer = asked(api, signed())
    assert answer.status_code == 200, answer.text
    header = f"Bearer {answer.json()['access_token']}"
    assert operator.authority.caller(header, "getSession").client == "signer"


@pytest.mark.parametrize(
    "assertion",
    [
        lambda: signed(iat=None),
        lambda: signed(aud=ROOT),
        lambda: signed(aud=[TOKEN]),
        lambda: signed(nbf=int(time.time())),
        lambda: signed(RSA, "RS256", iss="rsa", sub="rsa"),
        lambda: signed(RSA, "PS256", iss="rsa", sub="rsa"),
        lambda: signed(iss="two-keys", sub="two-keys", headers={"kid": "b"}),
        lambda: signed(iss="two-keys", sub="two-keys"),
    ],
    ids=map(str, count()),
)
def test_what_holds(api: TestClient, assertion: str) -> None:
    assert asked(api, assertion).status_code == 200


def now() -> int:
    """The time of the test, not of its collection: an assertion holds for 300 seconds."""
    return int(time.time())


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        (lambda: signed(exp=now() + 400), "exp is more than 300 seconds ahead"),
        (lambda: signed(exp=now() + 400, iat=None), "exp is more than 300 seconds ahead"),
        (lambda: signed(iat=now() - 200, exp=now() + 200), "more than 300 seconds after iat"),
        (lambda: signed(iat=now() - 300, exp=now() - 10), "it expired"),
        (lambda: signed(exp=None), '"exp"'),
        (lambda: signed(exp="soon"), "seconds since 1970"),
        (lambda: signed(exp=True), "seconds since 1970"),
        (lambda: signed(nbf=now() + 100), "nbf is not reached"),
        (lambda: signed(jti=None), '"jti"'),
        (lambda: signed(jti=""), "jti is a text"),
        (lambda: signed(jti=7), "jti is a text"),
        (lambda: signed(aud=None), '"aud"'),
        (lambda: signed(aud=f"{TOKEN}/"), f"aud is {TOKEN}"),
        (lambda: signed(aud=BACKCHANNEL), f"aud is {TOKEN}"),
        (lambda: signed(aud="https://other.example"), f"aud is {TOKEN}"),
        (lambda: signed(aud=[]), f"aud is {TOKEN}"),
        (lambda: signed(aud={}), f"aud is {TOKEN}"),
        (lambda: signed(iss="rsa"), "iss is the client's id"),
        (lambda: signed(iss=None), '"iss"'),
        (lambda: signed(sub=None), "names no client"),
        (lambda: signed(iss="nobody", sub="nobody"), "no key of a client 'nobody'"),
        (lambda: signed(iss="secret", sub="secret"), "no key of a client 'secret'"),
        (lambda: signed(OTHER_EC), "not signed with a key of signer"),
        (lambda: signed(RSA, "RS256"), "not signed with a key of signer"),
        (lambda: signed("x" * 32, "HS256"), "not signed with a key of signer"),
        (lambda: signed(None, "none"), "not signed with a key of signer"),
        (
            lambda: signed(iss="two-keys", sub="two-keys", headers={"kid": "a"}),
            "not signed with a key of two-keys",
        ),
        ("x", "no signed JWT"),
        ("é", "no signed JWT"),
    ],
    ids=map(str, count()),
)
def test_what_does_not_hold_is_told(api: TestClient, assertion: str, reason: str) -> None:
    answer = asked(api, assertion)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert reason in answer.json()["error_description"]


def test_an_assertion_holds_once_for_its_client(api: TestClient) -> None:
    jti = str(uuid4())
    assert asked(api, signed(jti=jti)).status_code == 200
    again = asked(api, signed(jti=jti))
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    assert "jti was used before" in again.json()["error_description"]
    assert asked(api, signed(RSA, "RS256", iss="rsa", sub="rsa", jti=jti)).status_code == 200


def test_it_holds_once_across_restarts_and_endpoints(tmp_path) -> None:
    settings = OperatorSettings(client_keys=KEYS, database=f"sqlite:///{tmp_path / 'mock.db'}")
    first = Operator(settings)
    assertion = signed(aud=ROOT)
    hint = {"login_hint": "tel:+351966666666"}
    used = asked(TestClient(first.app, base_url=ROOT), assertion, BACKCHANNEL, **hint)
    assert used.status_code == 200
    first.close()
    again = asked(TestClient(Operator(settings).app, base_url=ROOT), assertion)
    assert again.status_code == 401


def test_each_endpoint_has_its_audience(api: TestClient) -> None:
    hint = {"login_hint": "tel:+351966666666"}
    assert asked(api, signed(), BACKCHANNEL, **hint).status_code == 401
    consent = asked(api, signed(aud=BACKCHANNEL), BACKCHANNEL, **hint)
    assert consent.status_code == 200
    grant = {
        "grant_type": "urn:openid:params:grant-type:ciba",
        "auth_req_id": consent.json()["auth_req_id"],
    }
    assert asked(api, signed(), **grant).status_code == 200


def test_a_rehearsal_moves_the_operators_clock_and_not_the_clients(
    operator: Operator, api: TestClient
) -> None:
    jti = str(uuid4())
    assert asked(api, signed(jti=jti)).status_code == 200
    operator.network.move_clock(3600)
    assert asked(api, signed()).status_code == 200
    assert asked(api, signed(jti=jti)).status_code == 401


def test_the_ways_to_show_who_one_is_are_not_mixed(api: TestClient) -> None:
    both = asked(api, signed(), client_id="signer", client_secret="s")
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    other = asked(api, signed(), client_id="rsa")
    assert (other.status_code, other.json()["error"]) == (401, "invalid_client")
    kind = asked(api, signed(), client_assertion_type="saml2-bearer")
    assert (kind.status_code, kind.json()["error"]) == (400, "invalid_request")
    form = {"grant_type": "client_credentials", "client_id": "signer", "client_secret": "s"}
    secret = api.post(TOKEN, data=form)
    assert (secret.status_code, secret.json()["error"]) == (401, "invalid_client")
    assert "private_key_jwt" in secret.json()["error_description"]
    nothing = api.post(TOKEN, data={"grant_type": "client_credentials"})
    assert nothing.json()["error_description"].startswith("No client authentication")


#: On secp112r1, which `cryptography` does not know.
UNKNOWN_CURVE = """-----BEGIN PUBLIC KEY-----
MDIwEAYHKoZIzj0CAQYFK4EEAAYDHgAE0qqCiG9ZPw0FXC9fg51LtAGsFMPeLuq+
aPLyEw==
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ""),
        ("x", ""),
        ("{", ""),
        ("{}", "JSON without a key"),
        ('{"keys": []}', "JSON without a key"),
        ('{"kty": "RSA"}', "JSON without a key"),
        ('{"kty": "RSA", "alg": ["x"]}', "JSON without a key"),
        ('{"kty": "oct", "k": "eA"}', ""),
        (UNKNOWN_CURVE, "on a curve that is not known"),
    ],
)
def test_a_key_that_cannot_be_read(text: str, why: str) -> None:
    with pytest.raises(SettingsError, match=f"key of client app .*{why}") as raised:
        Operator(OperatorSettings(client_keys={"app": text}))
    assert "installed" not in str(raised.value)


def test_keys_from_files(tmp_path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(pem(EC))
    assert serve.client_keys([f"app:{file}"]) == {"app": pem(EC)}
    for wrong in ("app", ":x", "app:", f"app:{tmp_path / 'none'}", f"app:{tmp_path}"):
        with pytest.raises(SettingsError):
            serve.client_keys([wrong])
    with pytest.raises(SettingsError, match=r"~nosuch/app.pem \(there is no such home folder\)"):
        serve.client_keys(["app:~nosuch/app.pem"])


def requested(api: TestClient, token: str | Callable[[], str], client: str = "signer", **form: str):
    token = token if isinstance(token, str) else token()
    if client == "secret":
        who = {"client_id": "secret", "client_secret": "s"}
    else:
        who = {"client_assertion_type": TYPE, "client_assertion": signed(aud=BACKCHANNEL)}
    return api.post(BACKCHANNEL, data=who | {"request": token} | form)


WANTED = {"login_hint": "tel:+351966666666", "scope": "qos-profiles:read"}
ASKED = WANTED | {"aud": BACKCHANNEL, "sub": None, "nbf": now(), "exp": now() + 3000}


def test_a_signed_request_for_consent(operator: Operator, api: TestClient) -> None:
    consent = requested(api, signed(**ASKED))
    assert consent.status_code == 200, consent.text
    grant = {
        "grant_type": "urn:openid:params:grant-type:ciba",
        "auth_req_id": consent.json()["auth_req_id"],
    }
    token = asked(api, signed(), **grant).json()["access_token"]
    caller = operator.authority.caller(f"Bearer {token}", "getQosProfile")
    assert caller.device == {"phoneNumber": "+351966666666"}
    assert caller.scopes == {"qos-profiles:read"}


@pytest.mark.parametrize(
    ("token", "client", "reason"),
    [
        ("x", "signer", "no signed JWT"),
        (lambda: signed(**ASKED), "secret", "secret has no key"),
        (lambda: signed(OTHER_EC, **ASKED), "signer", "not signed with a key of signer"),
        (lambda: signed(**ASKED | {"iss": "rsa"}), "signer", "iss is the client's id"),
        (
            lambda: signed(**ASKED | {"aud": "https://other.example"}),
            "signer",
            f"aud is {BACKCHANNEL}",
        ),
        (lambda: signed(**ASKED | {"exp": now() - 1}), "signer", "it expired"),
        (lambda: signed(**ASKED | {"nbf": None}), "signer", '"nbf"'),
        (lambda: signed(**ASKED | {"iat": None}), "signer", '"iat"'),
        (lambda: signed(**ASKED | {"jti": None}), "signer", '"jti"'),
    ],
    ids=map(str, count()),
)
def test_a_signed_request_that_does_not_hold(
    api: TestClient, token: str, client: str, reason: str
) -> None:
    answer = requested(api, token, client)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request_object")
    assert reason in answer.json()["error_description"]


def test_a_signed_request_is_all_there_is_and_holds_once(api: TestClient) -> None:
    outside = requested(api, signed(**ASKED), login_hint="tel:+351911111111")
    assert (outside.status_code, outside.json()["error"]) == (400, "invalid_request")
    token = signed(**ASKED)
    assert requested(api, token).status_code == 200
    again = requested(api, token)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request_object")
    no_hint = requested(api, signed(**ASKED | {"login_hint": None}))
    assert (no_hint.status_code, no_hint.json()["error"]) == (400, "invalid_request")
