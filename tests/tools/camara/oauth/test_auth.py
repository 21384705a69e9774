"""The whole way: a client that gets its own tokens, against the mock operator."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import jwt
import pytest
from pydantic import SecretStr

from camara_qod.tools.camara.client import QodClient
from camara_qod.tools.camara.errors import PermissionDenied, Unauthenticated
from camara_qod.tools.camara.models import ExtendSessionDuration, RetrieveSessionsInput
from camara_qod.tools.camara.oauth.auth import OAuth
from camara_qod.tools.camara.oauth.identity import Key, Secret
from camara_qod.tools.errors import AuthorizationFailed, SettingsError
from camara_qod.tools.operator.in_process import API_ROOT

from .provider import BODY, SECRET, World, key_pair

TOKEN, BACKCHANNEL = "/oauth2/token", "/oauth2/bc-authorize"


def test_a_token_has_the_scope_of_the_operation_and_no_more() -> None:
    world = World(purpose="dpv:RequestedServiceProvision")
    session = world.client.create_session(BODY)
    world.client.get_session(session.session_id)
    assert [form["scope"] for form in world.wire.forms(TOKEN)] == [
        "quality-on-demand:sessions:create dpv:RequestedServiceProvision",
        "quality-on-demand:sessions:read dpv:RequestedServiceProvision",
    ]


def test_a_token_serves_until_shortly_before_its_end() -> None:
    world = World(lifetime=60)
    for seconds, asked in ((0, 1), (40, 1), (6, 2), (44, 2), (2, 3)):
        world.clock.now += seconds
        world.client.get_qos_profile("QOS_E")
        assert len(world.wire.forms(TOKEN)) == asked


def test_under_load_no_call_fails_for_a_token_that_ended() -> None:
    world = World(lifetime=10)

    def ask(_: int) -> str:
        world.clock.now += 0.2
        return world.client.get_qos_profile("QOS_E").name

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(300))) == {"QOS_E"}
    assert 6 <= len(world.wire.forms(TOKEN)) <= 12


def test_callers_who_come_at_once_ask_for_one_token() -> None:
    world = World()
    gate = threading.Barrier(8)

    def ask(_: int) -> str:
        gate.wait()
        return world.client.get_qos_profile("QOS_E").name

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert len(world.wire.forms(TOKEN)) == 1


def test_a_token_that_the_operator_does_not_take_is_renewed_once() -> None:
    world = World()
    world.client.get_qos_profile("QOS_E")
    world.operator.network.move_clock(3600)
    assert world.client.get_qos_profile("QOS_E").name == "QOS_E"
    assert len(world.wire.forms(TOKEN)) == 2


def test_an_operator_that_takes_no_token_is_asked_twice_and_not_again() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/.well-known"):
            found = {"issuer": "https://op.example", "token_endpoint": "https://op.example/token"}
            return httpx2.Response(200, json=found)
        if request.url.path == "/token":
            return httpx2.Response(200, json={"access_token": "t", "token_type": "Bearer"})
        calls.append(request)
        return httpx2.Response(401)

    calls: list[httpx2.Request] = []
    auth = OAuth("https://op.example", SECRET)
    client = QodClient("https://op.example", auth=auth, transport=httpx2.MockTransport(answer))
    with pytest.raises(Unauthenticated):
        client.get_qos_profile("QOS_E")
    assert len(calls) == 2


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_client_with_a_key_signs_a_fresh_assertion_for_each_call(kind: str) -> None:
    pem, public = key_pair(kind)
    world = World(Key("app", pem), keys={"app": public})
    session = world.client.create_session(BODY)
    world.client.delete_session(session.session_id)
    one, two = (
        jwt.decode(form["client_assertion"], options={"verify_signature": False})
        for form in world.wire.forms(TOKEN)
    )
    assert one["aud"] == f"{API_ROOT}{TOKEN}"
    assert one["exp"] - one["iat"] <= 300
    assert one["jti"] != two["jti"]


def test_with_a_users_consent_the_token_names_the_device_and_the_body_does_not() -> None:
    world = World(grant="ciba", purpose="dpv:RequestedServiceProvision")
    session = world.client.create_session(BODY)
    body = ExtendSessionDuration(requested_additional_duration=60)
    world.client.extend_qos_session_duration(str(session.session_id).upper(), body)
    listed = world.client.retrieve_sessions_by_device(RetrieveSessionsInput(device=BODY.device))
    world.client.delete_session(session.session_id)
    assert [one.session_id for one in listed] == [session.session_id]
    hints = [form["login_hint"] for form in world.wire.forms(BACKCHANNEL)]
    assert hints == ["tel:+351966666666"] * 4
    assert all(b"device" not in call.content for call in world.wire.calls())


def test_what_no_device_is_known_for_needs_nobodys_consent() -> None:
    world = World(grant="ciba")
    world.client.get_qos_profile("QOS_E")
    assert world.wire.forms(BACKCHANNEL) == []


def test_the_same_tokens_serve_an_event_loop() -> None:
    world = World(grant="ciba")

    async def scenario() -> None:
        async with world.asynchronous() as client:
            created = await client.create_session(BODY)
            names = await asyncio.gather(*[client.get_qos_profile("QOS_E") for _ in range(5)])
            await client.delete_session(created.session_id)
            assert {one.name for one in names} == {"QOS_E"}

    asyncio.run(scenario())


def test_a_provider_that_refuses_says_why_and_no_secret_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(0)
    world = World(Secret("app", SecretStr("a wrong one")))
    with pytest.raises(AuthorizationFailed) as caught:
        world.client.create_session(BODY)
    assert "invalid_client" in str(caught.value)
    assert "QOD_OAUTH_" in str(caught.value)
    assert "wrong" not in repr(world.auth.__dict__) + caplog.text
    assert world.wire.calls() == []


def test_a_scope_that_is_not_granted_is_the_operators_refusal() -> None:
    world = World()
    world.client.get_qos_profile("QOS_E")
    token = world.auth._tokens._tokens.popitem()[1]
    narrow = QodClient(API_ROOT, token=token.value, transport=world.wire)
    with pytest.raises(PermissionDenied):
        narrow.create_session(BODY)


def test_a_provider_that_cannot_be_reached_leaves_no_doubt_about_a_change() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("timed out", request=request)

    auth = OAuth("https://op.example", SECRET)
    client = QodClient("https://api.example", auth=auth, transport=httpx2.MockTransport(answer))
    with pytest.raises(AuthorizationFailed, match=r"op\.example.*QOD_OAUTH_ISSUER"):
        client.create_session(BODY)


@pytest.mark.parametrize(
    ("document", "error", "words"),
    [
        ({}, AuthorizationFailed, "issuer"),
        ({"issuer": "https://other.example"}, SettingsError, "other.example"),
        ({"token_endpoint": "http://op.example/t"}, SettingsError, "without https"),
        ({"token_endpoint": "https://op.example:x/t"}, AuthorizationFailed, "be sent to"),
        ({"token_endpoint": "https:///t"}, AuthorizationFailed, "Check QOD_OAUTH_ISSUER"),
    ],
)
def test_a_discovery_document_that_does_not_hold(
    document: dict[str, str], error: type[Exception], words: str
) -> None:
    good = {"issuer": "https://op.example", "token_endpoint": "https://op.example/t"}
    found = good | document if document else {}

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=found)

    auth = OAuth("https://op.example", SECRET)
    client = QodClient("https://op.example", auth=auth, transport=httpx2.MockTransport(answer))
    with pytest.raises(error, match=words):
        client.get_qos_profile("QOS_E")


def test_a_token_that_no_header_can_hold_is_not_sent_and_not_shown() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        found = {"issuer": "https://op.example", "token_endpoint": "https://op.example/t"}
        if request.url.path == "/t":
            found = {"access_token": "s3\ncret", "token_type": "Bearer"}
        return httpx2.Response(200, json=found)

    auth = OAuth("https://op.example", SECRET)
    client = QodClient("https://op.example", auth=auth, transport=httpx2.MockTransport(answer))
    with pytest.raises(AuthorizationFailed, match="QOD_OAUTH_ISSUER") as raised:
        client.create_session(BODY)
    assert "s3" not in str(raised.value)
