"""Errors in sentences, in both forms: what failed and what to do."""

import sqlite3
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from langgraph.checkpoint.sqlite import SqliteSaver
from limits.errors import StorageError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from camara_qod.agent.service import conversations
from camara_qod.agent.service.limits import Limits
from camara_qod.tools.errors import SettingsError, Unavailable

from .conftest import Open
from .test_logs import Lines, lines  # noqa: F401
from .test_metrics import begin

JSON = {"Content-Type": "application/json"}
LATER = "The database does not answer: try again later."


@pytest.mark.parametrize(
    ("method", "path", "told", "allow"),
    [
        ("GET", "/nope", "There is no GET /nope here: /docs lists the calls.", None),
        ("GET", "/v1/decisions", "There is no GET /v1/decisions: use POST.", "POST"),
        (
            "PUT",
            "/v1/conversations/x",
            "no PUT /v1/conversations/x: use DELETE, GET.",
            "DELETE, GET",
        ),
        ("GET", f"/{'x' * 300}", f"There is no GET /{'x' * 79} here: /docs", None),
    ],
    ids=range(4),
)
def test_what_is_not_here_is_told_with_what_is(
    client: TestClient, method: str, path: str, told: str, allow: str | None
) -> None:
    found = client.request(method, path)
    assert told in found.json()["detail"]
    assert found.headers.get("allow") == allow


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 422, "The body is not JSON: Expecting property name"),
        (b'{"messages": []} x', 422, "The body is not JSON: Extra data at character 18."),
        (b"\xff", 400, "The body is not JSON: it is not UTF-8 text."),
        (b"[" * 60_000, 400, "The body is not JSON: it is nested too deep."),
    ],
    ids=range(4),
)
def test_a_body_that_is_no_json_is_told_so(
    client: TestClient, body: bytes, status: int, told: str
) -> None:
    found = client.post("/v1/decisions", content=body, headers=JSON)
    assert found.status_code == status
    assert found.json()["detail"].startswith(told)
    assert "errors" not in found.json()
    openai = client.post("/v1/chat/completions", content=body, headers=JSON).json()["error"]
    assert openai["message"].startswith(told)
    assert openai["param"] is None


@pytest.mark.parametrize(
    ("body", "told", "pointers"),
    [
        (
            b'{"mesages": ["a"]}',
            "messages is missing; mesages is not known here (meant: messages?).",
            ["/messages", "/mesages"],
        ),
        (b'{"messages": []}', "messages: it should have at least 1 item", ["/messages"]),
        (b"[]", "the body: it should be an object.", [""]),
        (b"", "the body is missing.", [""]),
    ],
    ids=range(4),
)
def test_a_body_that_does_not_hold_is_told_in_our_words(
    client: TestClient, body: bytes, told: str, pointers: list[str]
) -> None:
    found = client.post("/v1/decisions", content=body, headers=JSON)
    assert found.status_code == 422
    assert found.json()["detail"].startswith(told)
    assert [item["pointer"] for item in found.json()["errors"]] == pointers
    assert "Field required" not in found.text


def test_a_header_that_does_not_hold_is_named(client: TestClient) -> None:
    found = client.post("/v1/conversations", headers={"Idempotency-Key": "k" * 256})
    told = "Idempotency-Key: it should have at most 255 characters."
    assert found.json()["detail"] == told


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, Exception("database is locked")),
        InterfaceError("SELECT", {}, Exception("the connection is closed")),
        PoolTimeout("QueuePool limit reached"),
    ],
    ids=["locked", "closed", "busy"],
)
def test_a_database_that_does_not_answer_is_told_in_both_forms(
    open_at: Open, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    client, service = open_at(authentication=True)

    def broken(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(service.door._ways[0], "caller", broken)
    client.headers["Authorization"] = "Bearer x"
    found = client.get("/v1/conversations")
    assert (found.status_code, found.json()["detail"]) == (503, LATER)
    assert int(found.headers["Retry-After"]) > 0
    openai = client.get("/v1/models")
    assert (openai.status_code, openai.json()["error"]["message"]) == (503, LATER)


def test_a_checkpointer_that_does_not_answer_is_told_and_its_place_is_not(
    open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = open_at()
    at = begin(client)

    def broken(error: Exception) -> Any:
        def fail(*_: Any, **__: Any) -> Any:
            raise error

        return fail

    monkeypatch.setattr(SqliteSaver, "get_tuple", broken(sqlite3.OperationalError("disk I/O")))
    found = client.post(f"{at}/turns", json={"text": "hi"})
    assert (found.status_code, found.json()["detail"]) == (503, LATER)
    assert "service.db" not in found.text
    monkeypatch.setattr(SqliteSaver, "get_tuple", broken(ValueError("damaged")))
    found = client.get(at)
    told = "What is kept of the conversation is damaged: begin another one."
    assert (found.status_code, found.json()["detail"]) == (500, told)


def test_redis_that_does_not_answer_is_told(open_at: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client, service = open_at()

    def gone(_: str) -> int:
        raise StorageError(ConnectionError("refused"))

    monkeypatch.setattr(service.limits._limit, "wait", gone)
    found = client.get("/v1/conversations")
    assert found.status_code == 503
    assert found.json()["detail"] == "Redis does not answer: try again later."


def test_a_redis_that_fails_is_an_error_of_the_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    import fakeredis
    import redis

    server = fakeredis.FakeServer()
    monkeypatch.setattr(redis, "from_url", lambda *_, **__: fakeredis.FakeRedis(server=server))
    limits = Limits("2/minute", "redis://127.0.0.1:1")
    server.connected = False
    with pytest.raises(Exception, match="Redis does not answer"):
        limits.count("a")


@pytest.mark.parametrize(
    "url", ["nonsense://u:secret@h", "redis://u:secret@h:port", "async+memory://secret"]
)
def test_a_url_of_redis_that_does_not_hold_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="used: give redis://HOST:PORT") as found:
        Limits("600/minute", url)
    assert "secret" not in str(found.value)


def test_a_redis_that_is_not_there_is_named() -> None:
    with pytest.raises(Unavailable, match="look whether it runs, and check QOD_SERVE_REDIS"):
        Limits("600/minute", "redis://127.0.0.1:1")


def test_a_hold_that_is_not_renewed_is_in_the_log_and_tried_again(
    open_at: Open,
    lines: Lines,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client, service = open_at()
    at = begin(client)
    monkeypatch.setattr(conversations, "_RENEWED_EVERY", 0.01)
    kept, tries = service.conversations._set, []

    def failing(name: str, held_by: str, **values: Any) -> None:
        if values.get("held_until"):
            tries.append(name)
            raise OperationalError("UPDATE", {}, Exception("secret"))
        kept(name, held_by, **values)

    monkeypatch.setattr(service.conversations, "_set", failing)
    with service.conversations.held("local", at.rpartition("/")[2]):
        until = time.monotonic() + 10
        while len(tries) < 2 and time.monotonic() < until:
            time.sleep(0.01)
    assert len(tries) >= 2
    told = lines.last
    assert (told["event"], told["kind"]) == (
        "A conversation that is held was not renewed",
        "OperationalError",
    )
    assert "secret" not in "".join(lines.texts)
    assert "Traceback" not in capsys.readouterr().err
