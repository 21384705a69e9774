"""A line for each request, and nothing personal in it."""

import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from camara_qod.agent.service import logs
from camara_qod.agent.service.callers import Caller

from ..fakes import create, reading
from .conftest import GAMING, Open, parts
from .test_metrics import begin, decided, said

UUID_1 = "0b6f1a52-3f0e-4d57-9a35-7c2f5b8f6a11"
KEY = "qod_c2VjcmV0LWtleS1vZi1hLWNhbGxlcg"
TALK = (
    "Low latency for gaming on +351966666666 to 203.0.113.77 for 2 hours, "
    "notify https://hooks.example.com/qod?token=sesame"
)


class Lines(logging.Handler):
    """The lines that were written, as text and as JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    @property
    def last(self) -> dict[str, Any]:
        return dict(json.loads(self.texts[-1]))


@pytest.fixture
def lines() -> Iterator[Lines]:
    """All that any logger writes while a test runs."""
    handler, root = Lines(), logging.getLogger()
    ours = logging.getLogger(logs.ROOT)
    root.addHandler(handler)
    ours.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    ours.setLevel(logging.NOTSET)


def test_a_line_tells_of_a_request(open_at: Open, lines: Lines) -> None:
    client, _ = open_at()
    at = begin(client)
    headers = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    found = client.get(f"{at}?secret=sesame", headers=headers)
    (line,) = lines.texts[1:]
    told = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    assert told.pop("milliseconds") > 0
    assert told == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/v1/conversations/{name}",
        "status": 200,
        "caller": "local",
        "request_id": found.headers["x-request-id"],
        "trace_id": "ab" * 16,
    }


def test_a_callers_id_is_taken_if_it_is_a_uuid(open_at: Open, lines: Lines) -> None:
    client, _ = open_at()
    for given in (UUID_1, UUID_1.upper(), UUID_1.replace("-", "")):
        found = client.get("/healthz", headers={"x-request-id": given})
        assert found.headers["x-request-id"] == lines.last["request_id"] == UUID_1
    for given in ("+351966666666", "351966666666", KEY, 'a"b', "", "1" * 400):
        found = client.get("/healthz", headers={"x-request-id": given})
        made = found.headers["x-request-id"]
        assert made == str(UUID(made)) == lines.last["request_id"]


def test_a_problem_names_its_request(open_at: Open) -> None:
    client, _ = open_at()
    headers = {"x-request-id": UUID_1}
    asked = [
        client.get("/v1/conversations/nobodys", headers=headers),
        client.get("/nowhere", headers=headers),
        client.post("/v1/decisions", json={}, headers=headers),
        client.post("/v1/decisions", content=b"{" * 70000, headers=headers),
    ]
    assert [found.status_code for found in asked] == [404, 404, 422, 413]
    for found in asked:
        assert found.headers["x-request-id"] == UUID_1
        assert found.json()["instance"] == f"urn:uuid:{UUID_1}"


def test_an_unexpected_error_is_in_the_log_without_values(
    open_at: Open, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, service = open_at()

    def broken(*_: Any) -> Any:
        phone = "+351966666666"
        try:
            raise KeyError(phone)
        except KeyError as error:
            raise ExceptionGroup(phone, [ValueError(f"{phone} is wrong")]) from error

    decoder = service.plugin.interpreter._interpreter._decoder  # type: ignore[attr-defined]
    monkeypatch.setattr(decoder, "decode", broken)
    found = decided(client, GAMING)
    assert found.status_code == 500
    name = found.headers["x-request-id"]
    assert name in found.json()["detail"]
    told = lines.last
    assert (told["level"], told["request_id"], told["kind"]) == ("error", name, "ExceptionGroup")
    group, cause = told["exception"]
    assert group["frames"][-1].endswith(" broken")
    assert group["exceptions"][0][0]["type"] == "ValueError"
    assert cause["type"] == "KeyError"
    assert "351966666666" not in "".join(lines.texts)


def test_a_failure_that_is_known_is_named(
    open_at: Open, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    from camara_qod.tools.errors import DecodingTimeout

    def late(*_: Any) -> Any:
        raise DecodingTimeout("It took too long.")

    client, service = open_at()
    decoder = service.plugin.interpreter._interpreter._decoder  # type: ignore[attr-defined]
    monkeypatch.setattr(decoder, "decode", late)
    assert decided(client, GAMING).status_code == 503
    assert lines.last["kind"] == "DecodingTimeout"
    assert "exception" not in lines.last


def test_nothing_that_was_said_is_in_log_or_metrics(
    open_at: Open, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keys:
        def caller(self, token: str) -> Caller | None:
            return Caller("one", frozenset({"decide", "act", "admin"})) if token == KEY else None

    device = {"phoneNumber": "+351966666666"}
    server = {"ipv4Address": "203.0.113.77"}
    asked = create(device, applicationServer=server, duration=7200)
    client, service = open_at(reading({TALK: asked}))
    monkeypatch.setattr(service.door, "_ways", [Keys()])
    client.headers["authorization"] = f"Bearer {KEY}"
    at = begin(client)
    decided(client, TALK)
    assert said(client, at, TALK)["proposal"]
    word = {"decision": "approve"}
    assert not client.post(f"{at}/confirmation", json=word).json()["failed"]
    session = client.get("/v1/sessions").json()[0]["sessionId"]
    client.get(f"/v1/sessions/{session}")
    client.get("/v1/sessions/+351966666666?to=203.0.113.77")
    client.get("/v1/profiles", headers={"authorization": "Bearer qod_wrong"})
    client.post("/v1/decisions", json={"messages": [TALK], "+351966666666": 1})
    written = "\n".join(lines.texts)
    assert written.count('"event": "request"') == 9
    shown = written + client.get("/metrics").text + client.get("/v1/statistics").text
    for personal in (
        "966666666",
        "203.0.113.77",
        "hooks.example",
        "sesame",
        KEY,
        "qod_wrong",
        session,
    ):
        assert personal not in shown


def test_a_server_writes_to_the_standard_error(
    open_at: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger(logs.ROOT)
    logs.to_stderr()
    try:
        client, _ = open_at(parts())
        client.get("/healthz")
    finally:
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    (line,) = [text for text in capfd.readouterr().err.splitlines() if text.startswith("{")]
    assert json.loads(line)["route"] == "/healthz"
