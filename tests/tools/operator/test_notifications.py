"""Notifications: at least once, in order, and never where they must not go."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator

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


class Sinks:
    """Sinks that answer, one that does not and one that does not end, told apart by their host."""

    def __init__(self) -> None:
        self.reached: Counter[str] = Counter()

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        host = request.headers["Host"]
        self.reached[host] += 1
        if host == "hangs.example":
            await asyncio.sleep(60)
        return httpx2.Response(200, content=endless() if host == "endless.example" else b"")


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"."
        await asyncio.sleep(0.01)


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


def owe(
    store: Store,
    name: str,
    *bodies: str,
    credential: dict | None = CREDENTIAL,
    sink: str = SINK,
) -> None:
    request = {"sink": sink, "applicationServer": {}, "qosProfile": "QOS_E"}
    session = Session(name, "app", request, 60, started_at=0)
    with store.transaction() as tx:
        tx.add(session, ["device"], credential)
        for body in bodies:
            tx.owe(session, {"id": body})


def outstanding(store: Store) -> int:
    with store.transaction() as tx:
        return len(tx.owed(10**11, 100))


async def deliver(
    store: Store, consumer: Consumer, rounds: int = 4, pause: float = 0, **options
) -> None:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(consumer))
    courier = Courier(store, lambda: None, private=False, client=client, pause=pause, **options)
    for _ in range(rounds):
        await asyncio.gather(*(courier._deliver(client, row) for row in courier._next()))


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
    owe(store, "s", "1")
    consumer = Consumer()
    await deliver(store, consumer, clock=lambda: 4.2e9)
    assert consumer.requests == []
    assert outstanding(store) == 0


async def test_a_sink_that_hangs_or_never_ends_holds_up_nobody(store: Store) -> None:
    for number in range(150):
        owe(store, f"slow-{number}", "1", "2", sink="https://hangs.example/")
    owe(store, "endless", "1", "2", sink="https://endless.example/")
    owe(store, "quick", "1", "2", sink="https://quick.example/")
    answering = Sinks()
    reached = answering.reached
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answering))
    courier = Courier(store, lambda: None, private=False, client=client, pause=100, limit=1)
    running = asyncio.create_task(courier.run())
    await until(lambda: reached["quick.example"] == reached["endless.example"] == 2)
    assert reached["hangs.example"] == 8, "a few at once"
    await until(lambda: reached["hangs.example"] == 16)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    with store.transaction() as tx:
        left = {row.sink: row.attempts for row in tx.owed(10**11, 8)}
    assert left == {"https://hangs.example/": 1}


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancellation_is_not_lost_when_it_comes_with_work(store: Store, steps: int) -> None:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(Consumer()))
    courier = Courier(store, lambda: None, private=False, client=client)
    running = asyncio.create_task(courier.run())
    await asyncio.sleep(0.1)
    courier.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    _, pending = await asyncio.wait([running], timeout=5)
    assert not pending
    assert running.cancelled()


async def test_the_look_up_of_a_name_has_a_limit_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(*_, **__) -> str:
        await asyncio.sleep(60)
        return ""

    monkeypatch.setattr(notifications, "resolve", resolve)
    owe(store, "s", "1")
    started = time.monotonic()
    await deliver(store, Consumer(), rounds=1, limit=0.05)
    assert time.monotonic() - started < 5
    assert outstanding(store) == 1


@pytest.mark.parametrize("sink", ["https://a.example:x/", "https://a.example/\x01", "https://[b/"])
async def test_a_sink_that_cannot_even_be_tried_fails_and_waits(store: Store, sink: str) -> None:
    owe(store, "bad", "1", sink=sink)
    owe(store, "good", "1")
    consumer = Consumer()
    await deliver(store, consumer, rounds=1)
    assert len(consumer.requests) == 1
    with store.transaction() as tx:
        (left,) = tx.owed(10**11, 100)
    assert (left.session_id, left.attempts) == ("bad", 1)


async def test_it_is_tried_until_it_is_given_up(store: Store) -> None:
    owe(store, "s", "1")
    for attempts, left in ((1439, 1), (1440, 0)):
        with store.transaction() as tx:
            tx.retry(tx.owed(10**11, 1)[0].number, attempts, 0)
        await deliver(store, Consumer(500), rounds=1, pause=1.0)
        assert outstanding(store) == left


def test_a_number_is_given_once(store: Store) -> None:
    numbers = []
    for name in ("s", "t"):
        owe(store, name, "1")
        with store.transaction() as tx:
            (row,) = tx.owed(10**11, 1)
            tx.delivered(row.number)
        numbers.append(row.number)
    assert numbers[0] < numbers[1]


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
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://localhost./x",
        "https://a.localhost/",
        "https://[abc/",
        "https://[fe80::1%25eth0]/",
        "https://a＃b/",
        "https://exämple.com/",
        "https://exa mple.com/",
        "https://example.com/a\tb",
        "https://example.com/\x7f",
        "https://example.com/%zz",
        "https://example.com:99999/",
        "https://example.com:abc/",
        "https://example.com:0/",
        "https://a..example.com/",
        "https://-.example.com/",
        f"https://{'a' * 64}.example.com/",
        "https://%31%32%37.0.0.1/",
    ],
)
def test_a_sink_that_is_refused_at_once(sink: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        sinks.check_sink(sink, http=False, private=False)
    assert caught.value.code == "INVALID_SINK"


@pytest.mark.parametrize(
    "sink",
    [
        "https://example.com",
        "https://a_b.example.com.:8443/x%20y/;z?q=[1]&r='#f",
        "https://93.184.216.34/",
        "https://[2a00:1450::1]:8443/x",
        "https://xn--exmple-cua.com/",
    ],
)
def test_a_sink_that_is_not_refused(sink: str) -> None:
    sinks.check_sink(sink, http=False, private=False)


def test_what_relaxes_it() -> None:
    sinks.check_sink("https://example.com/x", http=False, private=False)
    sinks.check_sink("http://127.0.0.1:9/x", http=True, private=True)


async def test_a_name_that_leads_inside_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_, **__) -> list:
        inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))
        outside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
        return [outside, inside]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
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
