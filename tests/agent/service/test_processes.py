"""Two processes behind one proxy are as one: they share a database, Redis and the operator."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
import redis
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from camara_qod.agent.service.callers import LOCAL
from camara_qod.agent.service.limits import Limits
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

from ...databases import a_postgresql, a_redis_in
from ...serving import free_port, served
from .process import HELD, LIMIT, SLOW, gaming, phone

ROOT = Path(__file__).resolve().parents[3]
CONTROL = {"Authorization": "Bearer rehearsal"}


class Process:
    """One process of the service."""

    def __init__(self, *shared: str) -> None:
        self._shared = shared
        self.start()

    def start(self) -> None:
        """Begin, or begin again."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "tests.agent.service.process", str(port), *self._shared]
        self.running = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ))

    def ready(self) -> None:
        """Wait until it answers."""
        for _ in range(600):
            assert self.running.poll() is None, "the process ended"
            try:
                if httpx2.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
        pytest.fail("the process did not come up")

    def kill(self) -> None:
        """SIGKILL."""
        self.running.kill()
        self.running.wait()


class Proxy(httpx2.BaseTransport):
    """Sends each request to the next process; what one does not answer, to the other."""

    def __init__(self, processes: list[Process]) -> None:
        self._processes = processes
        self._transport = httpx2.HTTPTransport()
        self._next = 0
        self.answered: list[Process] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        for left in reversed(range(len(self._processes))):
            process = self._processes[self._next]
            self._next = (self._next + 1) % len(self._processes)
            target = request.url.copy_with(port=httpx2.URL(process.url).port)
            sent = httpx2.Request(
                request.method, target, headers=request.headers, content=request.read()
            )
            try:
                answer = self._transport.handle_request(sent)
            except httpx2.TransportError:
                if not left:
                    raise
            else:
                self.answered.append(process)
                return answer
        raise AssertionError("the last one answers or raises")


class LateAnswers:
    """The operator makes a session at once and tells of it some seconds later, where ordered."""

    def __init__(self, app: ASGIApp, late: list[float]) -> None:
        self._app = app
        self._late = late

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def telling(message: Message) -> None:
            begins = message["type"] == "http.response.start"
            if begins and self._late and scope["path"].endswith("/sessions"):
                await asyncio.sleep(self._late.pop())
            await send(message)

        await self._app(scope, receive, telling)


class World:
    """Everything that runs; `late` orders `LateAnswers`."""

    def __init__(self, operator: str, database: str, redis_url: str, late: list[float]) -> None:
        self.operator, self.redis, self.late = operator, redis_url, late
        self.processes = [Process(operator, database, redis_url) for _ in range(2)]
        self.proxy = Proxy(self.processes)
        self.client = httpx2.Client(
            transport=self.proxy, base_url="http://127.0.0.1", timeout=30, trust_env=False
        )

    def restore(self) -> None:
        """Have all processes answer, and no call counted."""
        for process in self.processes:
            if process.running.poll() is not None:
                process.start()
        for process in self.processes:
            process.ready()
        with redis.Redis.from_url(self.redis) as client:
            client.flushall()

    def begin(self) -> str:
        return f"/v1/conversations/{self.client.post('/v1/conversations').json()['id']}"

    def proposed(self, last: int) -> str:
        """A conversation in which a session for a device waits for a word."""
        at = self.begin()
        assert self.client.post(f"{at}/turns", json={"text": gaming(last)}).json()["proposal"]
        return at

    def fault(self, **order: Any) -> None:
        url = f"{self.operator}/control/faults"
        assert httpx2.post(url, json=order, headers=CONTROL).status_code == 204

    def sessions(self, last: int) -> list[dict[str, Any]]:
        """What the operator has for a device."""
        url = f"{self.operator}/quality-on-demand/v1/retrieve-sessions"
        return list(httpx2.post(url, json={"device": phone(last)}).json())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("processes")
    settings = OperatorSettings(open=True, control_token="rehearsal")
    with ExitStack() as stack:
        database = stack.enter_context(a_postgresql())
        redis_url = stack.enter_context(a_redis_in(folder))
        operator, late = Operator(settings), list[float]()
        operator.app.add_middleware(LateAnswers, late=late)
        url = stack.enter_context(served(operator))
        world = World(url, database, redis_url, late)
        for process in world.processes:
            stack.callback(process.kill)
        yield world


@pytest.fixture
def world(running: World) -> World:
    running.restore()
    return running


def test_a_conversation_goes_on_at_the_other(world: World) -> None:
    at = world.begin()
    said = world.client.post(f"{at}/turns", json={"text": gaming(1)}).json()
    assert said["proposal"]["arguments"]["device"] == phone(1)
    done = world.client.post(f"{at}/confirmation", json={"decision": "approve"}).json()
    assert not done["failed"]
    begun, spoke, confirmed = world.proxy.answered[-3:]
    assert begun is not spoke is not confirmed
    assert len(world.sessions(1)) == 1
    assert phone(1) in [item["device"] for item in world.client.get("/v1/sessions").json()]


def test_what_both_are_sent_at_once_is_done_once(world: World) -> None:
    at = world.proposed(2)

    def approve(process: Process) -> httpx2.Response:
        return httpx2.post(
            f"{process.url}{at}/confirmation",
            json={"decision": "approve"},
            headers={"Idempotency-Key": "both"},
            timeout=30,
        )

    world.fault(operation="createSession", latency=0.5)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(approve, world.processes)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert not first.json()["failed"]
    assert len(world.sessions(2)) == 1


def test_what_a_caller_may_is_counted_by_both(world: World) -> None:
    here = Limits(LIMIT, world.redis)
    for _ in range(int(LIMIT.split("/")[0])):
        here.count(LOCAL.id)
    for process in world.processes:
        refused = httpx2.get(f"{process.url}/v1/sessions")
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0


def killed_while(world: World, seconds: float, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer to a call whose process is killed after some seconds; the proxy asks the other."""
    doomed = world.processes[world.proxy._next]
    killing = threading.Timer(seconds, doomed.kill)
    killing.start()
    begun = time.monotonic()
    answer = world.client.post(path, json=body, headers={"Idempotency-Key": f"{path}!"})
    killing.join()
    assert answer.status_code == 200, answer.text
    assert world.proxy.answered[-1] is not doomed
    assert time.monotonic() - begun < seconds + HELD + SLOW + 3
    return dict(answer.json())


def test_words_outlive_the_process_that_was_deciding(world: World) -> None:
    at = world.begin()
    text = gaming(3, slowly=True)
    answer = killed_while(world, SLOW / 2, f"{at}/turns", {"text": text})
    assert answer["proposal"]["arguments"]["device"] == phone(3)
    said = world.client.get(at).json()["messages"]
    assert [item["text"] for item in said if item["role"] == "person"] == [text]


def test_a_change_that_was_made_outlives_the_process_that_was_to_tell(world: World) -> None:
    at = world.proposed(4)
    world.late.append(1.0)
    answer = killed_while(world, 0.5, f"{at}/confirmation", {"decision": "approve"})
    assert not answer["failed"]
    assert len(world.sessions(4)) == 1
    assert world.client.get(at).json()["proposal"] is None
    assert phone(4) in [item["device"] for item in world.client.get("/v1/sessions").json()]


def test_a_change_that_was_cut_off_on_its_way_is_told_and_not_sent_again(world: World) -> None:
    at = world.proposed(5)
    world.fault(operation="createSession", latency=1)
    answer = killed_while(world, 0.5, f"{at}/confirmation", {"decision": "approve"})
    assert answer["failed"]
    assert world.sessions(5) == []
    at = world.proposed(5)
    again = world.client.post(f"{at}/confirmation", json={"decision": "approve"}).json()
    assert not again["failed"]
    assert len(world.sessions(5)) == 1
