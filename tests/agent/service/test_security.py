"""Callers among themselves, and what comes from elsewhere: refused, telling nothing of others."""

import asyncio
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Message, Receive, Scope, Send

from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.body_limit import BodyLimit
from camara_qod.agent.service.database import ANSWERS
from camara_qod.agent.service.keys import Keys
from camara_qod.agent.service.owned import Acting, OwnedClient, acting
from camara_qod.agent.service.service import Service
from camara_qod.tools.camara.models import CreateSession, RetrieveSessionsInput
from camara_qod.tools.errors import OutcomeUnknown, QodError, TransportError

from ..fakes import on_session
from .conftest import GAMING, PHONE, SITE, Open, key_of, teach

NUMBER = "+351966666666"
YES = {"decision": "approve"}
BODY = {
    "device": PHONE,
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}


class Two:
    """Ana, who has a conversation and a session, and Bob, who has a conversation."""

    def __init__(self, client: TestClient, service: Service) -> None:
        self.client = client
        self.service = service
        self.ana, self.bob = (key_of(service, name) for name in ("ana", "bob"))
        self.conversation = self.begun(self.ana)
        self.say(self.ana, self.conversation, GAMING)
        self.confirm(self.ana, self.conversation, YES)
        (session,) = client.get("/v1/sessions", headers=self.ana).json()
        self.session: str = session["sessionId"]

    def begun(self, who: dict[str, str]) -> str:
        name = self.client.post("/v1/conversations", headers=who).json()["id"]
        return f"/v1/conversations/{name}"

    def say(self, who: dict[str, str], at: str, text: str) -> dict[str, Any]:
        return dict(self.client.post(f"{at}/turns", json={"text": text}, headers=who).json())

    def confirm(self, who: dict[str, str], at: str, word: dict[str, Any]) -> dict[str, Any]:
        return dict(self.client.post(f"{at}/confirmation", json=word, headers=who).json())

    @property
    def lives(self) -> bool:
        """Whether Ana's session is as it was."""
        found = self.client.get(f"/v1/sessions/{self.session}", headers=self.ana)
        return found.status_code == 200 and found.json()["duration"] == 7200


@pytest.fixture
def two(open_at: Open) -> Two:
    return Two(*open_at(authentication=True))


# --- callers among themselves ---------------------------------------------------------------------


def test_another_callers_conversation_does_not_exist(two: Two) -> None:
    at, client = two.conversation, two.client
    nobodys = "/v1/conversations/0b6f1a52-3f0e-4d57-9a35-7c2f5b8f6a11"
    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/turns", {"text": "10 minutes longer"}),
        ("POST", "/confirmation", YES),
    ):
        answers = [
            client.request(method, name + path, json=body, headers=two.bob)
            for name in (at, nobodys)
        ]
        assert [item.status_code for item in answers] == [404, 404]
        # What is another's and what is nobody's are told alike.
        told = [
            item.text.replace(item.url.path.split("/")[3], "").replace(
                item.headers["x-request-id"], ""
            )
            for item in answers
        ]
        assert told[0] == told[1]
        assert NUMBER not in told[0]
    assert [item["id"] for item in client.get("/v1/conversations", headers=two.ana).json()] == [
        at.rpartition("/")[2]
    ]
    assert client.get("/v1/conversations", headers=two.bob).json() == []


def test_another_callers_session_is_not_found_under_its_id(two: Two) -> None:
    for written in (two.session, two.session.upper(), two.session.replace("-", "")):
        found = two.client.get(f"/v1/sessions/{written}", headers=two.bob)
        assert found.status_code == 404
        assert NUMBER not in found.text
    assert two.client.get("/v1/sessions", headers=two.bob).json() == []
    assert two.lives


@pytest.mark.parametrize(
    ("words", "operation", "more"),
    [
        ("show me session {}", "getSession", {}),
        ("end session {}", "deleteSession", {}),
        ("session {}: 10 minutes longer", "extendQosSessionDuration", {"more": 600}),
    ],
    ids=["show", "end", "prolong"],
)
def test_another_callers_session_is_not_reached_by_words(
    two: Two, words: str, operation: str, more: dict[str, int]
) -> None:
    said = words.format(two.session)
    extra = {"requestedAdditionalDuration": more["more"]} if more else {}
    teach(two.service, said, on_session(operation, two.session, **extra))
    at = two.begun(two.bob)
    reply = two.say(two.bob, at, said)
    if reply["proposal"]:
        assert reply["proposal"]["arguments"]["sessionId"] == two.session
        reply = two.confirm(two.bob, at, YES)
    assert reply["failed"]
    assert "NOT_FOUND" in reply["text"]
    told = json.dumps(reply) + two.client.get(at, headers=two.bob).text
    for secret in (NUMBER, "QOS_E", "203.0.113.100", "7200", "2 hours"):
        assert secret not in told
    assert two.lives
    # Ana says the same, and is understood: it is not the words that are refused.
    again = two.begun(two.ana)
    reply = two.say(two.ana, again, said)
    assert reply["proposal"] or not reply["failed"]


def test_a_proposal_is_not_edited_into_another_callers_session(two: Two) -> None:
    nobodys = "0b6f1a52-3f0e-4d57-9a35-7c2f5b8f6a11"
    said = f"end session {nobodys}"
    teach(two.service, said, on_session("deleteSession", nobodys))
    at = two.begun(two.bob)
    assert two.say(two.bob, at, said)["proposal"]
    word = {"decision": "edit", "arguments": {"sessionId": two.session}}
    assert two.confirm(two.bob, at, word)["failed"]
    assert two.lives


def test_a_devices_sessions_are_the_callers_own(two: Two) -> None:
    said = f"which sessions has {NUMBER}?"
    teach(
        two.service,
        said,
        {"operation": "retrieveSessionsByDevice", "arguments": {"device": PHONE}},
    )
    mine = two.say(two.ana, two.begun(two.ana), said)
    theirs = two.say(two.bob, two.begun(two.bob), said)
    assert two.session in json.dumps(mine)
    assert two.session not in json.dumps(theirs)
    assert "QOS_E" not in json.dumps(theirs)


def test_a_session_in_the_way_is_not_told_of(two: Two) -> None:
    at = two.begun(two.bob)
    assert two.say(two.bob, at, GAMING)["proposal"]
    reply = two.confirm(two.bob, at, YES)
    assert reply["failed"]
    assert "Another client holds a session" in reply["text"]
    assert two.session not in json.dumps(reply)
    assert two.client.get("/v1/sessions", headers=two.bob).json() == []
    assert two.lives


def test_an_idempotency_key_is_each_callers_own(two: Two) -> None:
    key = {"Idempotency-Key": "the same"}
    names = [
        two.client.post("/v1/conversations", headers=who | key).json()["id"]
        for who in (two.ana, two.bob)
    ]
    assert names[0] != names[1]
    at = f"/v1/conversations/{names[0]}"
    body = {"text": GAMING}
    first = two.client.post(f"{at}/turns", json=body, headers=two.ana | key)
    assert first.json()["proposal"]
    # Neither the answer nor that there is one is told to whoever knows key and conversation.
    assert two.client.post(f"{at}/turns", json=body, headers=two.bob | key).status_code == 404
    own = two.client.post(
        f"/v1/conversations/{names[1]}/turns", json={"text": "hello"}, headers=two.bob | key
    )
    assert own.status_code == 200
    assert NUMBER not in own.text


def test_a_scope_that_is_missing_is_named(open_at: Open) -> None:
    client, service = open_at(authentication=True)
    decides, acts = key_of(service, "d", "decide"), key_of(service, "a", "act")
    for who, method, path, lacking in (
        (decides, "POST", "/v1/conversations", "act"),
        (decides, "GET", "/v1/sessions", "act"),
        (decides, "GET", "/v1/profiles", "act"),
        (acts, "POST", "/v1/decisions", "decide"),
    ):
        found = client.request(method, path, headers=who, json={"messages": [GAMING]})
        assert found.status_code == 403
        assert f"`{lacking}`" in found.json()["detail"]
        assert f'scope="{lacking}"' in found.headers["www-authenticate"]
    assert client.post("/v1/decisions", json={"messages": [GAMING]}, headers=decides).is_success


def test_what_is_no_bearer_token_is_refused(open_at: Open) -> None:
    client, service = open_at(authentication=True)
    key = key_of(service, "a")["Authorization"].removeprefix("Bearer ")
    for header in (
        "",
        "Bearer",
        "Bearer ",
        key,
        f"Basic {key}",
        f"Bearer x {key}",
        f"Bearer {key},",
    ):
        found = client.get("/v1/conversations", headers={"Authorization": header})
        assert found.status_code == 401, header
        assert key not in found.text
    everywhere = client.get(f"/v1/conversations?access_token={key}", cookies={"token": key})
    assert everywhere.status_code == 401


# --- sessions whose creation was cut off ----------------------------------------------------------


class Losing:
    """A client whose answers to creations are lost."""

    def __init__(self, client: Any, error: BaseException, *, made: bool = True) -> None:
        self._client = client
        self._error = error
        self._made = made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def create_session(self, body: CreateSession, **options: Any) -> None:
        if self._made:
            self._client.create_session(body, **options)
        raise self._error


def of_nobody(service: Service, server: str) -> str:
    """A session of the same device that was made without the service."""
    body = BODY | {"applicationServer": {"ipv4Address": server}}
    made = service.plugin.client.create_session(CreateSession.model_validate(body))
    return str(made.session_id)


def test_a_lost_answer_gives_no_other_sessions_away(open_at: Open) -> None:
    _, service = open_at()
    other = of_nobody(service, "198.51.100.7")
    client = OwnedClient(Losing(service.plugin.client, OutcomeUnknown("lost")), service.database)  # type: ignore[arg-type]
    device = RetrieveSessionsInput.model_validate({"device": PHONE})
    with acting(Acting("ana", "1")):
        with pytest.raises(OutcomeUnknown):
            client.create_session(CreateSession.model_validate(BODY))
        (found,) = client.retrieve_sessions_by_device(device)
        assert str(found.session_id) != other
    with acting(Acting("ana", "2")):
        assert client.retrieve_sessions_by_device(device) == [found]
        assert client.get_session(found.session_id)
    with acting(Acting("bob", "3")):
        assert client.retrieve_sessions_by_device(device) == []


def test_what_was_never_sent_gives_no_session_away(open_at: Open) -> None:
    _, service = open_at()
    of_nobody(service, "203.0.113.100")
    losing = Losing(service.plugin.client, TransportError("no way there"), made=False)
    client = OwnedClient(losing, service.database)  # type: ignore[arg-type]
    with acting(Acting("ana", "1")):
        with pytest.raises(TransportError):
            client.create_session(CreateSession.model_validate(BODY))
        device = RetrieveSessionsInput.model_validate({"device": PHONE})
        assert client.retrieve_sessions_by_device(device) == []


def test_a_killed_creation_is_found_and_other_sessions_are_not(open_at: Open) -> None:
    client, service = open_at(authentication=True)
    ana = key_of(service, "ana")
    other = of_nobody(service, "198.51.100.7")
    name = client.post("/v1/conversations", headers=ana).json()["id"]
    at = f"/v1/conversations/{name}"
    client.post(f"{at}/turns", json={"text": GAMING}, headers=ana)
    owned: Any = service.plugin.client
    whole, owned._client = owned._client, Losing(owned._client, RuntimeError("killed"))
    assert client.post(f"{at}/confirmation", json=YES, headers=ana).status_code == 500
    owned._client = whole
    client.post(f"{at}/turns", json={"text": "hello"}, headers=ana)
    (session,) = client.get("/v1/sessions", headers=ana).json()
    assert session["sessionId"] != other
    assert client.get(f"/v1/sessions/{other}", headers=ana).status_code == 404


async def test_the_client_that_knows_no_owners_calls_nothing(open_at: Open) -> None:
    _, service = open_at()
    with pytest.raises(QodError, match="sessions have owners"):
        await service.plugin.async_client.get_session("0b6f1a52-3f0e-4d57-9a35-7c2f5b8f6a11")
    await service.plugin.async_client.aclose()


# --- pages of other sites -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example",
        "rebound.example:8080",
        "localhost.rebound.example",
        "127.0.0.1.rebound.example",
        "localhost@rebound.example",
        "rebound.example#localhost",
        "0.0.0.0:8080",
        "192.0.2.7",
        "[::2]:8080",
        "localhost:8080:8080",
        "",
    ],
)
def test_other_host_names_are_refused(client: TestClient, host: str) -> None:
    for path in ("/v1/conversations", "/docs", "/healthz"):
        found = client.get(path, headers={"Host": host})
        assert found.status_code == 421
        assert found.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080"])
def test_this_machines_names_are_served(client: TestClient, host: str) -> None:
    assert client.get("/v1/conversations", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (SITE, 201),
        ("https://localhost:8080", 201),  # behind a proxy that ends TLS
        ("http://localhost:3000", 403),
        ("http://127.0.0.1:8080", 403),
        ("https://evil.example", 403),
        ("http://localhost:8080.evil.example", 403),
        ("http://[", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_pages_of_other_sites_change_nothing(client: TestClient, origin: str, status: int) -> None:
    found = client.post("/v1/conversations", headers={"Origin": origin})
    assert found.status_code == status
    assert len(client.get("/v1/conversations").json()) == (status == 201)
    assert not [name for name in found.headers if name.startswith("access-control")]


def test_a_preflight_is_answered_without_leave(client: TestClient) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    found = client.options("/v1/conversations", headers=asked)
    assert not [name for name in found.headers if name.startswith("access-control")]


def test_names_behind_a_proxy(open_at: Open) -> None:
    client, _ = open_at(allowed_hosts="qod.example, Other.example")
    for host in ("qod.example", "other.example:8443", "localhost:8080"):
        assert client.get("/v1/sessions", headers={"Host": host}).status_code == 200
    page = {"Host": "127.0.0.1:8080", "Origin": "https://qod.example"}
    assert client.post("/v1/conversations", headers=page).status_code == 201
    assert client.get("/v1/sessions", headers={"Host": "else.example"}).status_code == 421


def test_with_authentication_any_name_is_served(open_at: Open) -> None:
    client, service = open_at(authentication=True)
    me = key_of(service, "me") | {"Host": "qod.example"}
    assert client.get("/v1/sessions", headers=me).status_code == 200
    client, service = open_at(authentication=True, allowed_hosts="qod.example")
    assert client.get("/v1/sessions", headers=me).status_code == 200
    assert client.get("/v1/sessions", headers=me | {"Host": "x.example"}).status_code == 421


def test_every_answer_has_the_security_headers(
    open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, service = open_at()

    def broken(*_: object) -> None:
        raise RuntimeError(f"secret {NUMBER}")

    monkeypatch.setattr(service.conversations, "all", broken)
    answers = [
        client.get("/healthz"),
        client.get("/docs"),
        client.get("/v1/sessions"),
        client.get("/v1/nowhere"),
        client.get("/v1/sessions", headers={"Host": "evil.example"}),
        client.post("/v1/decisions", content=b"{" * 70_000),
        client.post("/v1/decisions", json={}),
        client.get("/v1/conversations"),
    ]
    assert [item.status_code for item in answers] == [200, 200, 200, 404, 421, 413, 422, 500]
    for found in answers:
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in found.headers["content-security-policy"]
        assert (found.headers.get("cache-control") == "no-store") == ("/v1" in found.url.path)
        assert NUMBER not in found.text


# --- bodies and headers ---------------------------------------------------------------------------


def test_bodies_that_are_too_long_are_refused(client: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(70):
            yield b" " * 1024

    for content in (b" " * 70_000, parts()):
        found = client.post("/v1/decisions", content=content)
        assert found.status_code == 413
        assert found.headers["content-type"] == "application/problem+json"


Told = Callable[[Receive], tuple[int | None, list[bytes]]]


@pytest.fixture
def limited() -> Told:
    """What a service behind a limit of 10 bytes and a twentieth of a second answers and reads."""

    def told(receive: Receive) -> tuple[int | None, list[bytes]]:
        read: list[bytes] = []
        statuses: list[int] = []

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            read.append((await receive())["body"])

        async def send(message: Message) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        scope = {"type": "http", "method": "POST", "headers": [], "path": "/"}
        asyncio.run(BodyLimit(app, most=10, patience=0.05)(scope, receive, send))
        return (statuses[0] if statuses else None), read

    return told


def coming(*messages: Message, pause: float = 0.0) -> Receive:
    left = list(messages)

    async def receive() -> Message:
        await asyncio.sleep(pause)
        return left.pop(0) if left else {"type": "http.disconnect"}

    return receive


def part(body: bytes, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_slow_and_broken_bodies_reach_nothing(limited: Told) -> None:
    assert limited(coming(part(b"12345"), part(b"67890", False))) == (None, [b"1234567890"])
    assert limited(coming(part(b"12345"), part(b"678901", False))) == (413, [])
    assert limited(coming(*[part(b"1")] * 9, part(b"", False), pause=0.02)) == (408, [])
    # A body that breaks off is none, even if it could be read.
    assert limited(coming(part(b'{"a": 1}'))) == (None, [])


@pytest.mark.parametrize(
    "name",
    [
        "%0d%0aSet-Cookie:%20x=1",
        "%00",
        "x" * 3000,
        "..%2f..%2fetc",
        "%ff%fe",
        "'--",
        "%F0%9F%98%80",
    ],
)
def test_ids_that_are_none_are_not_found(client: TestClient, name: str) -> None:
    for path in (f"/v1/conversations/{name}", f"/v1/sessions/{name}"):
        found = client.get(path)
        assert found.status_code == 404, path
        assert found.headers["content-type"] == "application/problem+json"
        assert "set-cookie" not in found.headers
        assert len(found.text) < 400
    assert client.post(f"/v1/conversations/{name}/turns", json={"text": "x"}).status_code == 404


def test_no_database_is_asked_for_what_is_no_id(
    open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, service = open_at()
    monkeypatch.setattr(service.conversations, "_rows", None)  # PostgreSQL takes no NUL
    assert client.get("/v1/conversations/%00").status_code == 404


@pytest.mark.parametrize(
    "key", [b"a\r\nSet-Cookie: x=1", b"a\x00", b"\x1b[31m", b"", b"k" * 256, b"\xff\xfe"]
)
def test_idempotency_keys_that_do_not_hold(client: TestClient, key: bytes) -> None:
    found = client.post("/v1/conversations", headers=[(b"Idempotency-Key", key)])
    assert found.status_code == 422
    assert "set-cookie" not in found.headers
    assert client.get("/v1/conversations").json() == []
    fine = client.post("/v1/conversations", headers={"Idempotency-Key": "k" * 255})
    assert fine.status_code == 201


def test_the_server_refuses_what_is_no_http(open_at: Open) -> None:
    """What would be another header or another request to somebody who reads it otherwise."""
    _, service = open_at(authentication=True)
    me = f"Host: x\r\nAuthorization: {key_of(service, 'a')['Authorization']}"
    with serving(service) as port:
        for line, status in (
            ("X-Fine: 1", 201),
            ("Idempotency-Key: a\x00b", 400),
            ("Idempotency-Key : a", 400),
            ("Transfer-Encoding: chunked\r\nContent-Length: 4", 400),
        ):
            sent = f"POST /v1/conversations HTTP/1.1\r\n{me}\r\n{line}\r\n\r\n"
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(sent.encode())
                answer = connection.recv(65536)
            assert answer.startswith(f"HTTP/1.1 {status} ".encode()), line
            assert b"qod_" not in answer


@contextmanager
def serving(service: Service) -> Iterator[int]:
    """The service behind a real server; its port."""
    config = uvicorn.Config(create_app(service), port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


# --- what is logged -------------------------------------------------------------------------------


def test_nothing_private_is_logged(
    two: Two, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    client = two.client
    forged = {"Authorization": "Bearer qod_0123456789ab_" + "s" * 43}
    client.get("/v1/sessions", headers=forged)
    client.get("/v1/sessions", headers=two.bob)
    client.get(f"{two.conversation}", headers=two.bob)
    client.post("/v1/decisions", json={"messages": [GAMING]}, headers=two.ana)
    client.post("/v1/decisions", json={"messages": [7], NUMBER: 1}, headers=two.ana)
    two.say(two.ana, two.conversation, GAMING)
    two.confirm(two.ana, two.conversation, YES)
    Keys(two.service.database).revoke(Keys(two.service.database).all()[1].id)
    client.get("/v1/sessions", headers=two.bob)
    logged = caplog.text + "".join(capfd.readouterr())
    for secret in (NUMBER, "203.0.113.100", "s" * 43, *tokens(two.ana, two.bob)):
        assert secret not in logged


def test_errors_of_the_database_do_not_repeat_what_was_said(two: Two) -> None:
    row = {"owner": "ana", "key": "k", "fingerprint": "f", "created": 0.0, "body": GAMING}
    with two.service.database.begin() as connection:
        connection.execute(insert(ANSWERS).values(row))
        with pytest.raises(SQLAlchemyError) as found:
            connection.execute(insert(ANSWERS).values(row))
    assert NUMBER not in str(found.value)


def tokens(*callers: dict[str, str]) -> list[str]:
    return [who["Authorization"].rpartition("_")[2] for who in callers]
