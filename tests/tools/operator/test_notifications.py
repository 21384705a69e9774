"""Notifications: at least once, in order, and never where they must not go."""

import asyncio
import socket

import httpx2
import pytest

from camara_qod.tools.camara.errors import InvalidArgument
from camara_qod.tools.camara.models import StatusInfo
from camara_qod.tools.operator import notifications, sinks
from camara_qod.tools.operator.notifications import Courier
from camara_qod.tools.operator.session import Session
from camara_qod.tools.operator.store import Store

SINK = "https://app.example.com:8443/events?a=1"
CREDENTIAL = {
    "credentialType": "ACCESSTOKEN",
    "accessToken": "secret",
    "accessTokenExpiresUtc": "2099-01-01T00:00:00Z",
    "accessTokenType": "bearer",
}


class Consumer:
    """Answers with the statuses it was given, then with 204."""

    def __init__(self, *statuses: int | Exception) -> None:
        self.requests: list[httpx2.Request] = []
        self._statuses = list(statuses)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self._statuses.pop(0) if self._statuses else 204
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer)

    @property
    def bodies(self) -> list[str]:
        return [request.content.decode() for request in self.requests]


def owe(store: Store, name: str, *bodies: str, credential: dict | None = CREDENTIAL) -> None:
    request = {"sink": SINK, "applicationServer": {}, "qosProfile": "QOS_E"}
    session = Session(name, "app", request, 60, started_at=0)
    with store.transaction() as tx:
        tx.add(session, ["device"], credential)
        for body in bodies:
            tx.owe(session, {"id": body})


def outstanding(store: Store) -> int:
    with store.transaction() as tx:
        return len(tx.owed(10**11, 100))


async def deliver(store: Store, consumer: Consumer, rounds: int = 4) -> None:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(consumer))
    courier = Courier(store, lambda: None, private=False, client=client, pause=0)
    for _ in range(rounds):
        await courier._round(client)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int, *, private: bool) -> str:
        return "203.0.113.77"

    monkeypatch.setattr(notifications, "resolve", resolve)


async def test_a_notification_goes_to_the_address_that_was_checked(store: Store) -> None:
    owe(store, "s", "1")
    consumer = Consumer()
    await deliver(store, consumer)
    (request,) = consumer.requests
    assert str(request.url) == "https://203.0.113.77:8443/events?a=1"
    assert request.headers["Host"] == "app.example.com:8443"
    assert request.extensions["sni_hostname"] == "app.example.com"
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.headers["Content-Type"] == "application/cloudevents+json"
    assert outstanding(store) == 0


async def test_order_holds_through_failures(store: Store) -> None:
    owe(store, "s", "1", "2", "3")
    consumer = Consumer(500, httpx2.ConnectError("down"), 204)
    await deliver(store, consumer, rounds=6)
    assert [body[7:-2] for body in consumer.bodies] == ["1", "1", "1", "2", "3"]
    assert outstanding(store) == 0


async def test_one_that_fails_does_not_hold_up_others(store: Store) -> None:
    owe(store, "slow", "1")
    owe(store, "quick", "2", credential=None)
    consumer = Consumer(503)
    await deliver(store, consumer, rounds=1)
    assert len(consumer.requests) == 2
    assert "Authorization" not in consumer.requests[1].headers
    assert outstanding(store) == 1


async def test_a_consumer_that_is_gone_gets_no_more(store: Store) -> None:
    owe(store, "s", "1", "2")
    consumer = Consumer(410)
    await deliver(store, consumer)
    assert len(consumer.requests) == 1
    assert outstanding(store) == 0


async def test_an_expired_credential_ends_the_notifications(store: Store) -> None:
    expired = CREDENTIAL | {"accessTokenExpiresUtc": "2020-01-01T00:00:00Z"}
    owe(store, "s", "1", credential=expired)
    consumer = Consumer()
    await deliver(store, consumer)
    assert consumer.requests == []
    assert outstanding(store) == 0


async def test_redirects_are_not_followed(store: Store) -> None:
    owe(store, "s", "1")
    consumer = Consumer(302)
    await deliver(store, consumer, rounds=1)
    assert len(consumer.requests) == 1
    assert outstanding(store) == 1


@pytest.mark.parametrize(
    "sink",
    [
        "https://127.0.0.1/x",
        "https://10.0.0.1",
        "https://[::1]:8443/x",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "https://user:password@example.com/",
        "http://example.com/",
    ],
)
def test_a_sink_that_is_refused_at_once(sink: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        sinks.check_sink(sink, http=False, private=False)
    assert caught.value.code == "INVALID_SINK"


def test_what_relaxes_it() -> None:
    sinks.check_sink("https://example.com/x", http=False, private=False)
    sinks.check_sink("http://127.0.0.1:9/x", http=True, private=True)


async def test_a_name_that_leads_inside_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_, **__) -> list:
        inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))
        outside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
        return [outside, inside]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    with pytest.raises(sinks.ForbiddenSink):
        await sinks.resolve("rebind.example.com", 443, private=False)
    assert await sinks.resolve("rebind.example.com", 443, private=True) == "93.184.216.34"


def test_a_session_owes_what_happened_to_it(store: Store) -> None:
    owe(store, "s", "1")
    with store.transaction() as tx:
        session = tx.get("s")
        assert session is not None
        tx.change(session.ended(5, StatusInfo.NETWORK_TERMINATED))
        tx.remove("s")
    assert outstanding(store) == 1, "a deleted session's last notifications are still delivered"
