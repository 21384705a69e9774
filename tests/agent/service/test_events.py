"""A conversation's sessions as server-sent events."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.callers import Caller, Door
from camara_qod.agent.service.run import _Server
from camara_qod.agent.service.service import Service
from camara_qod.tools.errors import TransportError

from ...serving import running
from .conftest import GAMING, LONGER, STOP, Open

Event = tuple[str, dict[str, Any]]
# A cap, not a pace: a machine that runs other tests beside this one is slow at times.
_SOON = 60.0


class Owners:
    """Callers by their keys."""

    def caller(self, token: str) -> Caller:
        scopes = {"decide"} if token == "reader" else {"decide", "act"}
        return Caller(token, frozenset(scopes))


@pytest.fixture
def service(open_at: Open) -> Service:
    """One that looks often, and tells callers apart."""
    _, service = open_at()
    service.door._ways = Door([Owners()])._ways
    service.watches.every = 0.05
    return service


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    """It on a real port."""
    with running(create_app(service), service.watches.close) as at:
        yield at


def client(url: str, owner: str = "anna") -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {owner}"},
        timeout=_SOON,
        limits=httpx2.Limits(max_connections=None),
    )


async def begin(anna: httpx2.AsyncClient) -> str:
    made = await anna.post("/v1/conversations")
    return f"/v1/conversations/{made.json()['id']}"


async def step(anna: httpx2.AsyncClient, at: str, text: str) -> None:
    """Say something and agree to what is proposed."""
    assert (await anna.post(f"{at}/turns", json={"text": text})).json()["proposal"]
    yes = await anna.post(f"{at}/confirmation", json={"decision": "approve"})
    assert not yes.json()["failed"]


@asynccontextmanager
async def following(anna: httpx2.AsyncClient, at: str) -> AsyncIterator[Callable[..., Any]]:
    """Gives the next event, if it wants one of a kind the next of that."""
    async with anna.stream("GET", f"{at}/events") as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.aiter_lines()

        async def told(kind: str = "session") -> dict[str, Any]:
            name = ""
            async for line in lines:
                key, _, value = line.partition(": ")
                if key == "event":
                    name = value
                elif key == "data" and name == kind:
                    return dict(json.loads(value))
            raise EOFError

        yield told


async def test_a_session_is_told_when_it_changes_and_when_it_is_gone(url: str) -> None:
    async with client(url) as anna:
        at = await begin(anna)
        async with following(anna, at) as told:
            await step(anna, at, GAMING)
            made = await told()
            assert (made["qosStatus"], made["duration"]) == ("AVAILABLE", 7200)
            await step(anna, at, LONGER)
            longer = await told()
            assert longer["sessionId"] == made["sessionId"]
            assert (longer["duration"], longer["expiresAt"] > made["expiresAt"]) == (7800, True)
            async with following(anna, at) as late:
                assert await late() == longer  # the present state comes first
            await step(anna, at, STOP)
            assert await told() == longer | {"qosStatus": "UNAVAILABLE"}
        assert (await anna.get("/v1/sessions")).json() == []


async def test_a_step_that_was_made_elsewhere_is_told(url: str) -> None:
    async with client(url) as anna:
        at = await begin(anna)
        async with following(anna, at) as told:
            await step(anna, at, GAMING)
            await told()  # it is looked at by now
            await anna.post(f"{at}/turns", json={"text": "hello"})
            told_of = await told("reply")
            assert at.endswith(told_of["id"])
            assert told_of["updated"] > told_of["created"]


async def test_other_callers_conversations_and_scopes(url: str) -> None:
    async with client(url) as anna, client(url, "ben") as ben, client(url, "reader") as reader:
        at = await begin(anna)
        for whom, status in ((ben, 404), (reader, 403)):
            found = await whom.get(f"{at}/events")
            assert found.status_code == status
            assert found.headers["content-type"] == "application/problem+json"


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _SOON
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def test_one_asks_for_all_who_listen_and_only_while_they_do(
    url: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[tuple[str, frozenset[str]]] = []
    look = service.watches.look
    monkeypatch.setattr(service.watches, "look", lambda *given: looks.append(given) or look(*given))
    async with client(url) as anna, client(url, "ben") as ben:
        first, second, his = await begin(anna), await begin(anna), await begin(ben)
        await asyncio.sleep(0.2)
        assert looks == []
        async with following(anna, first), following(anna, first), following(anna, second):
            async with following(ben, his):
                await until(lambda: service.watches.watched == {"anna", "ben"})
                await until(lambda: any(len(names) == 2 for _, names in looks))
                looks.clear()
                await asyncio.sleep(0.3)
                # Three listen for Anna, and one asks for them.
                assert len([owner for owner, _ in looks if owner == "anna"]) <= 7
            await until(lambda: service.watches.watched == {"anna"})
        await until(lambda: not service.watches.watched)
        count = len(looks)
        await asyncio.sleep(0.2)
        assert len(looks) <= count + 1


async def test_an_operator_that_does_not_answer_is_asked_again(
    url: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client(url) as anna:
        at = await begin(anna)
        await step(anna, at, GAMING)
        get, failed = service.plugin.client.get_session, []

        def failing(*given: Any) -> Any:
            if len(failed) < 3:
                failed.append(given)
                raise TransportError("no answer")
            return get(*given)

        monkeypatch.setattr(service.plugin.client, "get_session", failing, raising=False)
        async with following(anna, at) as told:
            assert (await told())["qosStatus"] == "AVAILABLE"
        assert len(failed) == 3


async def test_it_ends_with_the_conversation_and_with_the_service(
    url: str, service: Service
) -> None:
    async with client(url) as anna:
        forgotten, kept = await begin(anna), await begin(anna)
        async with following(anna, forgotten) as told, following(anna, kept) as also:
            await anna.delete(forgotten)
            with pytest.raises(EOFError):
                await told()
            service.watches.close()
            with pytest.raises(EOFError):
                await also()


async def test_a_quiet_stream_has_heartbeats(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.05)
    async with client(url) as anna:
        at = await begin(anna)
        async with anna.stream("GET", f"{at}/events") as response:
            assert await anext(response.aiter_lines()) == ": ping"


def test_the_server_ends_all_listening_before_it_stops(service: Service) -> None:
    server = _Server(service, "127.0.0.1", 0, lambda _: None)
    server.handle_exit(signal.SIGTERM, None)
    assert service.watches.closed
    assert server.should_exit


async def test_listeners_hold_no_thread(url: str, service: Service) -> None:
    many = service.plugin.settings.max_waiting + 60  # more than there are threads
    async with client(url) as anna:
        at = await begin(anna)
        listeners = [following(anna, at) for _ in range(many)]
        async with asyncio.timeout(30):
            opened = [await listener.__aenter__() for listener in listeners]
            await step(anna, at, GAMING)
            found = await asyncio.gather(*(told() for told in opened))
            assert len({info["sessionId"] for info in found}) == 1
            await asyncio.gather(*(item.__aexit__(None, None, None) for item in listeners))
