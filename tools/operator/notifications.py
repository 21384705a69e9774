"""Delivery of CloudEvents from the outbox: at least once, and in order for each session.

Each delivery is a task with a time limit, one at a time for a session and few for a sink: a sink
that is slow or never ends holds up no other.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2
from sqlalchemy import Row

from camara_qod.tools.operator.log import logger
from camara_qod.tools.operator.sinks import resolve
from camara_qod.tools.operator.store import Store

_LOG = logger("notifications")
#: Longest pause between two attempts, and how long they go on, in seconds.
LONGEST_PAUSE, GIVE_UP = 60.0, 24 * 3600.0
#: Deliveries at once: in all, and to one sink.
_AT_ONCE, _TO_ONE_SINK = 64, 8
_POLL = 1.0
_GONE = 410


class Courier:
    """Takes notifications out of the outbox and to their sinks.

    Args:
        store: has the outbox.
        tick: applies what the clock has changed, which may put more into it.
        private: sinks may be in private networks.
        client: makes the connections; by default one that trusts public authorities.
        clock: the operator's, by which credentials expire.
        pause: seconds before a second attempt; it doubles each time.
        limit: seconds that an attempt may take, from the look-up of the name to the status.
    """

    def __init__(
        self,
        store: Store,
        tick: Callable[[], Any],
        *,
        private: bool,
        client: httpx2.AsyncClient | None = None,
        clock: Callable[[], float] = time.time,
        pause: float = 1.0,
        limit: float = 10.0,
    ) -> None:
        self._store = store
        self._tick = tick
        self._private = private
        self._client = client
        self._clock = clock
        self._pause = pause
        self._limit = limit
        self._under_way: dict[str, str] = {}  # sinks by session
        self._wake: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """There is something to deliver; may be called from any thread."""
        loop, wake = self._loop, self._wake
        if loop and wake and not loop.is_closed():
            loop.call_soon_threadsafe(wake.set)

    async def run(self) -> None:
        """Deliver until cancelled."""
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        client = self._client or httpx2.AsyncClient(timeout=self._limit, trust_env=False)
        async with client, asyncio.TaskGroup() as deliveries:
            while True:
                found: list[Row[Any]] = []
                try:
                    await asyncio.to_thread(self._tick)
                    found = self._next()
                except Exception as error:  # the outbox outlives a database that is away
                    _LOG.error("outbox", error=type(error).__name__)
                for row in found:
                    deliveries.create_task(self._deliver(client, row))
                if not found:
                    await self._sleep()

    async def _sleep(self) -> None:
        if self._wake is None:
            return
        try:
            async with asyncio.timeout(_POLL):  # wait_for of Python 3.11 can lose a cancellation
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    def _next(self) -> list[Row[Any]]:
        """What is to be delivered now; it is under way from here on."""
        to_sink = Counter(self._under_way.values())
        busy = [sink for sink, count in to_sink.items() if count >= _TO_ONE_SINK]
        with self._store.transaction() as tx:
            # Among twice as many there are enough whose session has nothing under way.
            owed = tx.owed(time.time(), 2 * _AT_ONCE, busy)
        found = []
        for row in owed:
            free = row.session_id not in self._under_way and to_sink[row.sink] < _TO_ONE_SINK
            if free and len(self._under_way) < _AT_ONCE:
                self._under_way[row.session_id] = row.sink
                to_sink[row.sink] += 1
                found.append(row)
        return found

    async def _deliver(self, client: httpx2.AsyncClient, row: Row[Any]) -> None:
        try:
            self._settle(row, *await self._attempt(client, row))
            self.wake()
        except Exception as error:  # it stays in the outbox
            _LOG.error("outbox", error=type(error).__name__)
        finally:
            del self._under_way[row.session_id]

    async def _attempt(self, client: httpx2.AsyncClient, row: Row[Any]) -> tuple[int | None, str]:
        """The status, and the result in words."""
        if self._expired(row.credential):
            return None, "the sink's credential has expired"
        try:
            async with asyncio.timeout(self._limit):
                status = await self._post(client, row)
        except Exception as error:  # whatever a sink brings about is a failure of its own
            return None, type(error).__name__
        return status, str(status)

    async def _post(self, client: httpx2.AsyncClient, row: Row[Any]) -> int:
        parts = urlsplit(row.sink)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = await resolve(host, port, private=self._private)
        netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        headers = {"Host": parts.netloc, "Content-Type": "application/cloudevents+json"}
        if row.credential:
            headers["Authorization"] = f"Bearer {row.credential['accessToken']}"
        async with client.stream(
            "POST",
            urlunsplit(parts._replace(netloc=netloc)),
            json=row.body,
            headers=headers,
            extensions={"sni_hostname": host},
            follow_redirects=False,
        ) as response:
            return response.status_code  # whatever else it has to say, nobody reads

    def _settle(self, row: Row[Any], status: int | None, result: str) -> None:
        log = _LOG.bind(event_id=row.body["id"], session_id=row.session_id, result=result)
        attempts = row.attempts + 1
        pause = min(self._pause * 2 ** min(row.attempts, 10), LONGEST_PAUSE)
        with self._store.transaction() as tx:
            if status is not None and 200 <= status < 300:
                tx.delivered(row.number)
                log.info("delivered", attempts=attempts)
            elif status == _GONE or self._expired(row.credential):
                tx.drop(row.session_id)
                log.info("not wanted any more")
            elif attempts * LONGEST_PAUSE > GIVE_UP:
                tx.delivered(row.number)
                log.warning("given up", attempts=attempts)
            else:
                tx.retry(row.number, attempts, time.time() + pause)
                log.info("to be retried", attempts=attempts, seconds=pause)

    def _expired(self, credential: dict[str, Any] | None) -> bool:
        until = (credential or {}).get("accessTokenExpiresUtc")
        return until is not None and datetime.fromisoformat(until).timestamp() <= self._clock()
