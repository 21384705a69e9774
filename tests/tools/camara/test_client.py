"""Both clients over an injected transport: what they send, and what they make of each answer."""

import inspect
import json
import sys
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from camara_qod.tools.camara import errors
from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.models import (
    CreateSession,
    ExtendSessionDuration,
    QosProfileDeviceRequest,
    RetrieveSessionsInput,
)
from camara_qod.tools.errors import OutcomeUnknown, SettingsError, TransportError

ROOT = "https://operator.example"
ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
BODY = CreateSession.model_validate(
    {
        "device": {"phoneNumber": "+351966666666"},
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 7200,
    }
)
SESSION = BODY.wire() | {"sessionId": ID, "qosStatus": "AVAILABLE", "statusCode": "from-2.0"}
PROFILE = {"name": "QOS_E", "status": "ACTIVE"}
CALLS: list[tuple[str, tuple[Any, ...], str, str, Any, int]] = [
    ("create_session", (BODY,), "POST", "/quality-on-demand/v1/sessions", SESSION, 201),
    ("get_session", (ID,), "GET", f"/quality-on-demand/v1/sessions/{ID}", SESSION, 200),
    ("delete_session", (ID,), "DELETE", f"/quality-on-demand/v1/sessions/{ID}", None, 204),
    (
        "extend_qos_session_duration",
        (ID, ExtendSessionDuration(requested_additional_duration=60)),
        "POST",
        f"/quality-on-demand/v1/sessions/{ID}/extend",
        SESSION,
        200,
    ),
    (
        "retrieve_sessions_by_device",
        (RetrieveSessionsInput(device=BODY.device),),
        "POST",
        "/quality-on-demand/v1/retrieve-sessions",
        [SESSION],
        200,
    ),
    (
        "retrieve_qos_profiles",
        (QosProfileDeviceRequest(),),
        "POST",
        "/qos-profiles/v1/retrieve-qos-profiles",
        [PROFILE],
        200,
    ),
    ("get_qos_profile", ("QOS_E",), "GET", "/qos-profiles/v1/qos-profiles/QOS_E", PROFILE, 200),
]

Handler = Callable[[httpx2.Request], httpx2.Response]


async def call(kind: type, handler: Handler, method: str, *arguments: Any, **named: Any) -> Any:
    client = kind(ROOT, token=SecretStr("s3cret"), transport=httpx2.MockTransport(handler))
    result = getattr(client, method)(*arguments, **named)
    return await result if inspect.isawaitable(result) else result


@pytest.fixture(params=[QodClient, AsyncQodClient])
def kind(request: pytest.FixtureRequest) -> type:
    return request.param


@pytest.mark.parametrize(
    ("method", "arguments", "verb", "path", "answer", "status"), CALLS, ids=[c[0] for c in CALLS]
)
async def test_each_operation(kind, method, arguments, verb, path, answer, status) -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(status, json=answer) if answer else httpx2.Response(status)

    result = await call(kind, handler, method, *arguments, x_correlator="trace-1")
    (request,) = seen
    assert (request.method, request.url.path) == (verb, path)
    assert request.headers["authorization"] == "Bearer s3cret"
    assert request.headers["x-correlator"] == "trace-1"
    bodies = [item for item in arguments if hasattr(item, "wire")]
    assert bodies == [] or json.loads(request.content) == bodies[0].wire()
    if answer:
        first = result[0] if isinstance(result, list) else result
        expected = answer[0] if isinstance(answer, list) else answer
        assert first.wire() == {
            key: value for key, value in expected.items() if key != "statusCode"
        }
    else:
        assert result is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, errors.InvalidArgument),
        (401, errors.Unauthenticated),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (422, errors.Unprocessable),
        (429, errors.TooManyRequests),
        (503, errors.ServerError),
        (418, errors.CamaraError),
    ],
)
async def test_refusals_keep_status_code_and_message(kind, status, expected) -> None:
    body = {"status": status, "code": "SOME_CODE", "message": "because"}
    headers = {"retry-after": "7", "x-correlator": "abc"}
    with pytest.raises(errors.CamaraError) as caught:
        await call(
            kind, lambda _: httpx2.Response(status, json=body, headers=headers), "get_session", ID
        )
    error = caught.value
    assert type(error) is expected
    assert (error.status, error.code, error.message) == (status, "SOME_CODE", "because")
    assert (error.retry_after, error.x_correlator) == (7.0, "abc")


async def test_a_refusal_without_error_info_is_still_one(kind) -> None:
    with pytest.raises(errors.ServerError) as caught:
        await call(kind, lambda _: httpx2.Response(502, text="<html>"), "get_session", ID)
    assert (caught.value.status, caught.value.code) == (502, "UNKNOWN")


def failing(error: type[Exception], counter: list[int]) -> Handler:
    def handler(request: httpx2.Request) -> httpx2.Response:
        counter.append(1)
        raise error("the line went dead")

    return handler


@pytest.mark.parametrize(
    "error", [httpx2.ReadTimeout, httpx2.ReadError, httpx2.RemoteProtocolError]
)
async def test_a_lost_answer_to_a_change_is_never_repeated(kind, error) -> None:
    sent: list[int] = []
    with pytest.raises(OutcomeUnknown, match="may have been carried out"):
        await call(kind, failing(error, sent), "create_session", BODY)
    assert sent == [1]


async def test_a_connection_that_never_was_changed_nothing(kind) -> None:
    with pytest.raises(TransportError) as caught:
        await call(kind, failing(httpx2.ConnectError, []), "create_session", BODY)
    assert type(caught.value) is TransportError


async def test_a_lost_answer_to_a_question_is_a_transport_error(kind) -> None:
    with pytest.raises(TransportError) as caught:
        await call(kind, failing(httpx2.ReadTimeout, []), "get_session", ID)
    assert type(caught.value) is TransportError


async def test_an_unreadable_success_after_a_change_leaves_the_outcome_unknown(kind) -> None:
    with pytest.raises(OutcomeUnknown):
        await call(kind, lambda _: httpx2.Response(201, text="ok"), "create_session", BODY)


async def test_an_id_is_made_up_for_tracing_and_the_token_is_not_shown(kind) -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(401, json={"status": 401, "code": "UNAUTHENTICATED", "message": "m"})

    with pytest.raises(errors.Unauthenticated) as caught:
        await call(kind, handler, "get_session", ID)
    assert len(seen[0].headers["x-correlator"]) == 36
    assert "s3cret" not in str(caught.value)


async def test_a_path_argument_cannot_leave_its_place(kind) -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=PROFILE)

    await call(kind, handler, "get_qos_profile", "../sessions?x=1")
    assert seen[0].url.raw_path == b"/qos-profiles/v1/qos-profiles/..%2Fsessions%3Fx%3D1"


@pytest.mark.parametrize("token", ["s3\ncret", "s3cr\u00e9t", " "])
def test_a_token_that_no_header_can_hold_is_refused_and_not_shown(kind, token: str) -> None:
    with pytest.raises(SettingsError, match="The access token cannot be sent") as raised:
        kind(ROOT, token=SecretStr(token))
    assert "s3" not in str(raised.value)


async def test_white_space_around_a_token_is_not_sent(kind) -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=PROFILE)

    client = kind(ROOT, token=SecretStr("s3cret\n"), transport=httpx2.MockTransport(handler))
    made = client.get_qos_profile("QOS_E")
    await made if inspect.isawaitable(made) else None
    assert seen[0].headers["authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("wait", ["9" * 400, "²", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_a_pause_that_no_clock_counts_to_is_not_told(kind, wait: str) -> None:
    body = {"status": 429, "code": "TOO_MANY_REQUESTS", "message": "m"}
    headers = [(b"retry-after", wait.encode())]
    with pytest.raises(errors.TooManyRequests) as caught:
        await call(
            kind, lambda _: httpx2.Response(429, json=body, headers=headers), "get_session", ID
        )
    assert caught.value.retry_after is None


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1", "ALL_PROXY.*pip install socksio"),
        ("HTTP_PROXY", "foo://127.0.0.1", "HTTP_PROXY.* does not hold .*correct it"),
        ("HTTP_PROXY", "http://a:abc", "HTTP_PROXY.* does not hold .*Invalid port"),
        ("SSL_CERT_FILE", "/nowhere", "SSL_CERT_FILE.* cannot be read"),
        ("SSL_CERT_FILE", __file__, "SSL_CERT_FILE.* cannot be read"),
    ],
)
def test_what_the_environment_says_of_the_network_is_named(
    kind, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=told):
        kind(ROOT)
