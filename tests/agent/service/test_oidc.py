"""Access tokens of an issuer: who gets in, and who does not, however the token is made."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from camara_qod.agent.service import issuer as issuers
from camara_qod.agent.service.callers import Caller
from camara_qod.agent.service.issuer import FRESH, PAUSE, Issuer
from camara_qod.agent.service.oidc import LEEWAY, AccessTokens
from camara_qod.agent.service.problems import Problem
from camara_qod.agent.service.settings import ServiceSettings, load_service_settings
from camara_qod.tools.errors import SettingsError

from .conftest import Open, key_of
from .issuer import AUDIENCE, EC, ED, OTHER_RSA, RSA, FakeIssuer, handmade, issuing, jwk

DOCUMENT = "/.well-known/openid-configuration"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with issuing() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(issuer: FakeIssuer, clock: Clock) -> AccessTokens:
    return AccessTokens(Issuer(issuer.url, clock), AUDIENCE)


def refusal(tokens: AccessTokens, token: str) -> Problem:
    """The problem that a token is refused with; it says nothing of the token and of the code."""
    with pytest.raises(Problem) as found:
        tokens.caller(token)
    told = json.dumps(found.value.body) + json.dumps(found.value.headers)
    for secret in (*token.split("."), "ana@example.com", "jwt.", "Error", "Traceback"):
        assert len(secret) < 4 or secret not in told
    return found.value


def test_tokens_of_every_allowed_algorithm_hold(issuer: FakeIssuer, tokens: AccessTokens) -> None:
    for key, algorithm, name in (
        (RSA, "RS256", "one"),
        (RSA, "PS256", "one"),
        (EC, "ES256", "curve"),
        (ED, "EdDSA", "edwards"),
    ):
        for kind in ("at+jwt", "application/at+jwt", "JWT"):
            found = tokens.caller(issuer.token(key, algorithm, {"kid": name, "typ": kind}))
            assert found is not None
            assert found.scopes == {"decide", "act"}
    assert issuer.asked == [DOCUMENT, "/jwks"]
    assert tokens.caller("no-jwt") is None
    assert tokens.caller("qod_0123456789ab_secret") is None


@pytest.mark.parametrize(
    ("told", "scopes"),
    [
        ({"scope": "decide qod:act email"}, {"decide", "act"}),
        ({"scope": None, "scp": "qod:decide"}, {"decide"}),
        ({"scope": None, "scp": ["act", "qod:admin", "Files.Read"]}, {"act", "admin"}),
        ({"scope": "openid", "scp": "admin"}, set()),
        ({"scope": "other:act qod:qod:act ACT decide,act"}, set()),
        ({"scope": 7}, set()),
        ({"scope": {"act": True}}, set()),
        ({"scope": None}, set()),
    ],
    ids=range(8),
)
def test_only_our_scopes_count(
    issuer: FakeIssuer, tokens: AccessTokens, told: dict[str, Any], scopes: set[str]
) -> None:
    found = tokens.caller(issuer.token(**told))
    assert found is not None
    assert found.scopes == scopes


def test_no_two_issuers_share_a_caller(issuer: FakeIssuer, tokens: AccessTokens) -> None:
    with issuing() as second:
        others = AccessTokens(Issuer(second.url), AUDIENCE)
        found = [tokens.caller(issuer.token()), others.caller(second.token())]
        names = [item.id for item in found if isinstance(item, Caller)]
        assert len(set(names)) == 2
        for name in names:
            assert name.startswith("oidc:")
            assert "ana" not in name  # a subject is often a mail address
        refused = refusal(tokens, second.token())
        assert refused.status == 401


def test_claims_that_do_not_hold(issuer: FakeIssuer, tokens: AccessTokens) -> None:
    now = time.time()
    for claims, words in (
        ({"iss": "https://elsewhere.example"}, "another issuer made it"),
        ({"iss": issuer.url.upper()}, "another issuer made it"),
        ({"iss": [issuer.url]}, "another issuer made it"),
        ({"iss": None}, "a claim is missing"),
        ({"aud": "https://another.example"}, "it is for another audience"),
        ({"aud": ["https://another.example", AUDIENCE + "/"]}, "it is for another audience"),
        ({"aud": {AUDIENCE: True}}, "it is for another audience"),
        ({"aud": None}, "a claim is missing"),
        ({"exp": now - LEEWAY - 1}, "it has expired"),
        ({"exp": None}, "a claim is missing"),
        ({"exp": "soon"}, "no access token"),
        ({"exp": float("inf")}, "no access token"),
        ({"nbf": now + LEEWAY + 5}, "it is not valid yet"),
        ({"iat": now + LEEWAY + 5}, "it is not valid yet"),
        ({"sub": None}, "a claim is missing"),
        ({"sub": ""}, "its subject"),
        ({"sub": "x" * 256}, "its subject"),
        ({"sub": "two\nlines"}, "its subject"),
        ({"sub": "nul\x00"}, "its subject"),
    ):
        found = refusal(tokens, issuer.token(**claims))
        assert found.status == 401, claims
        assert words in found.body["detail"], claims
        assert found.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert tokens.caller(issuer.token(aud=["https://another.example", AUDIENCE]))
    assert tokens.caller(issuer.token(exp=now - LEEWAY + 3))
    assert tokens.caller(issuer.token(nbf=now + LEEWAY - 3))
    assert tokens.caller(issuer.token(iss=issuer.url + "/"))


def forgeries(issuer: FakeIssuer) -> list[str]:
    """Tokens that the issuer did not sign as it publishes."""
    claims, named = issuer.claims(), {"kid": "one", "typ": "at+jwt"}
    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned = handmade(named | {"alg": "HS256"}, claims).rpartition(".")[0]
    confused = hmac.new(public, unsigned.encode(), hashlib.sha256).digest()
    whole = issuer.token()
    first, _, last = whole.split(".")
    elsewhere = {"jku": "https://evil.example/jwks", "x5u": "https://evil.example/x.pem"}
    inside = {"jwk": jwk(OTHER_RSA, "one"), "x5c": ["MIIB"]}
    return [
        handmade(named | {"alg": "none"}, claims),
        handmade(named | {"alg": "None"}, claims),
        handmade(named | {"alg": ""}, claims),
        handmade(named | {"alg": ["RS256"]}, claims),
        handmade(named, claims, b"x"),
        handmade(named | {"alg": "HS256"}, claims, confused),
        handmade({"alg": "RS256", "kid": "one"}, claims, b"x"),
        issuer.token(OTHER_RSA),
        issuer.token(OTHER_RSA, headers=elsewhere),
        issuer.token(OTHER_RSA, headers=inside),
        issuer.token(EC, "ES256"),
        issuer.token(RSA, "RS256", {"kid": "curve"}),
        issuer.token(RSA, "RS512"),
        issuer.token(headers={"typ": "id+jwt"}),
        issuer.token(headers={"typ": ""}),
        issuer.token(headers={"crit": ["exp"], "exp": 1}),
        f"{first}.{handmade({}, issuer.claims(scope='admin')).split('.')[1]}.{last}",
        f"{first}..{last}",
        "..",
        "a.b.c",
        whole + "x" * 20_000,
        whole[:-4] + "é" * 4,
    ]


def test_forged_tokens_are_refused(issuer: FakeIssuer, tokens: AccessTokens) -> None:
    for number, token in enumerate(forgeries(issuer)):
        assert refusal(tokens, token).status == 401, number
    # Whatever they named, nobody but the issuer was asked.
    assert set(issuer.asked) == {DOCUMENT, "/jwks"}
    assert tokens.caller(issuer.token())


def test_names_of_keys_lead_nowhere(issuer: FakeIssuer, tokens: AccessTokens, clock: Clock) -> None:
    named: list[Any] = ["../../../dev/null", "/jwks?x", "' OR 1=1", "\x00", "x" * 5000, ""]
    for name in named:
        clock.now += PAUSE
        assert refusal(tokens, issuer.token(headers={"kid": name})).status == 401
    assert refusal(tokens, handmade({"alg": "RS256", "typ": "JWT", "kid": 7}, {})).status == 401
    assert refusal(tokens, handmade({"alg": "RS256", "typ": "JWT"}, {})).status == 401
    assert set(issuer.asked) == {DOCUMENT, "/jwks"}


def test_keys_that_are_not_for_signatures_are_passed_over(
    issuer: FakeIssuer, tokens: AccessTokens
) -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0" * 8, "kid": "shared", "alg": "HS256"}
    issuer.keys = [
        jwk(RSA, "one", alg="PS256"),
        jwk(OTHER_RSA, "sealed", use="enc"),
        jwk(OTHER_RSA, "broken") | {"n": "!"},
        {"kty": ["RSA"], "kid": "odd"},
        secret,
        jwk(OTHER_RSA, "one"),  # a second of the name
    ]
    assert tokens.caller(issuer.token(RSA, "PS256"))
    assert refusal(tokens, issuer.token(RSA, "RS256")).status == 401
    assert refusal(tokens, issuer.token(OTHER_RSA, "PS256")).status == 401
    for name in ("sealed", "broken", "odd"):
        assert refusal(tokens, issuer.token(OTHER_RSA, headers={"kid": name})).status == 401
    shared = issuer.token("secret" * 8, "HS256", {"kid": "shared"})
    assert refusal(tokens, shared).status == 401


def test_new_keys_are_fetched_and_old_ones_end(
    issuer: FakeIssuer, tokens: AccessTokens, clock: Clock
) -> None:
    old, new = issuer.token(), issuer.token(OTHER_RSA, headers={"kid": "two"})
    assert tokens.caller(old)
    issuer.keys = [jwk(OTHER_RSA, "two")]
    # Not more often than once in a while, whatever comes.
    for number in range(20):
        assert refusal(tokens, issuer.token(headers={"kid": f"{number}"})).status == 401
    assert issuer.asked.count("/jwks") == 1
    assert tokens.caller(old)
    clock.now += PAUSE
    assert tokens.caller(new)
    assert refusal(tokens, old).status == 401
    assert issuer.asked.count("/jwks") == 2
    # A key that the issuer has withdrawn ends without another key being asked for.
    issuer.keys = [jwk(RSA, "one")]
    clock.now += FRESH
    assert refusal(tokens, new).status == 401
    assert issuer.asked.count("/jwks") == 3


def test_many_that_come_at_once_ask_once(issuer: FakeIssuer, tokens: AccessTokens) -> None:
    issuer.slow = 0.05
    token, found = issuer.token(), []
    threads = [
        threading.Thread(target=lambda: found.append(tokens.caller(token))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(found)
    assert issuer.asked.count("/jwks") == 1


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (DOCUMENT, (500, {}, b"")),
        (DOCUMENT, (200, {}, b"<html>")),
        (DOCUMENT, (200, {}, b'{"issuer": "https://evil.example", "jwks_uri": "x"}')),
        (DOCUMENT, (302, {"Location": "/elsewhere"}, b"")),
        ("/jwks", (404, {}, b"")),
        ("/jwks", (302, {"Location": "/elsewhere"}, b"")),
        ("/jwks", (200, {}, b'{"keys": []}')),
        ("/jwks", (200, {}, b'{"keys": 7}')),
        ("/jwks", (200, {}, b" " * 300_000)),
        ("/jwks", (200, {"Content-Length": "9999"}, b"{")),
    ],
    ids=range(10),
)
def test_an_issuer_that_does_not_answer_lets_nobody_in(
    issuer: FakeIssuer,
    tokens: AccessTokens,
    clock: Clock,
    path: str,
    answer: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    issuer.answers[path] = answer
    token = issuer.token()
    for _ in range(3):
        found = refusal(tokens, token)
        assert found.status == 503
        assert int(found.headers["Retry-After"]) >= 1
    assert issuer.asked.count(DOCUMENT) == 1
    assert "/elsewhere" not in issuer.asked
    assert "No keys of the issuer" in caplog.text
    assert token not in caplog.text
    del issuer.answers[path]
    clock.now += PAUSE
    assert tokens.caller(token)


def test_an_issuer_that_is_gone_or_slow(
    issuer: FakeIssuer, tokens: AccessTokens, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tokens.caller(issuer.token())
    monkeypatch.setattr(issuers, "TIMEOUT", 0.05)
    issuer.slow = 0.3
    clock.now += PAUSE
    # The keys that are known still hold for a while; others cannot be told from forged ones.
    assert refusal(tokens, issuer.token(headers={"kid": "new"})).status == 503
    assert tokens.caller(issuer.token())
    clock.now += FRESH
    assert refusal(tokens, issuer.token()).status == 503
    nobody = AccessTokens(Issuer("http://127.0.0.1:1"), AUDIENCE)
    assert refusal(nobody, issuer.token()).status == 503


def test_the_service_takes_tokens_and_keys(issuer: FakeIssuer, open_at: Open) -> None:
    client, service = open_at(oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
    assert client.get("/v1/conversations").status_code == 401
    ana = {"Authorization": f"Bearer {issuer.token()}"}
    name = client.post("/v1/conversations", headers=ana).json()["id"]
    assert client.get(f"/v1/conversations/{name}", headers=ana).status_code == 200
    for other in (key_of(service, "ana@example.com"), {"Authorization": bearer(issuer, sub="b")}):
        assert client.get("/v1/conversations", headers=other).json() == []
        assert client.get(f"/v1/conversations/{name}", headers=other).status_code == 404
    lacking = client.post("/v1/conversations", headers={"Authorization": bearer(issuer, scope="")})
    assert lacking.status_code == 403
    assert 'scope="act"' in lacking.headers["www-authenticate"]
    issuer.answers["/jwks"] = (500, {}, b"")
    assert client.get("/v1/conversations", headers=key_of(service, "x")).status_code == 200


def bearer(issuer: FakeIssuer, **claims: Any) -> str:
    return f"Bearer {issuer.token(**claims)}"


@pytest.mark.parametrize(
    ("set_to", "words"),
    [
        ({"OIDC_ISSUER": "https://id.example"}, "set both or none"),
        ({"OIDC_AUDIENCE": "qod"}, "set both or none"),
        ({"OIDC_ISSUER": "http://id.example", "OIDC_AUDIENCE": "qod"}, "an issuer is an https://"),
        ({"OIDC_ISSUER": "id.example", "OIDC_AUDIENCE": "qod"}, "an issuer is an https://"),
        ({"OIDC_ISSUER": "https://a:b@id.example", "OIDC_AUDIENCE": "q"}, "an issuer is"),
        ({"OIDC_ISSUER": "https://id.example?x", "OIDC_AUDIENCE": "q"}, "an issuer is"),
        ({"ALLOWED_HOSTS": "qod.example:443"}, "without port"),
        ({"ALLOWED_HOSTS": "*"}, "a host is a name"),
    ],
    ids=range(8),
)
def test_settings_that_do_not_hold(
    set_to: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(f"QOD_SERVE_{name}", value)
    with pytest.raises(SettingsError, match=words) as found:
        load_service_settings()
    assert "QOD_SERVE_" in str(found.value)
    assert "Value error" not in str(found.value)


def test_an_issuer_turns_authentication_on() -> None:
    with pytest.raises(ValidationError):
        ServiceSettings(_env_file=None, oidc_issuer="https://id.example")
    made = ServiceSettings(
        _env_file=None, oidc_issuer="https://id.example/x/", oidc_audience=AUDIENCE
    )
    assert made.authenticates
    assert not made.authentication
    assert not ServiceSettings(_env_file=None).authenticates
