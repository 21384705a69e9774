"""Delivery of CloudEvents from the outbox: at least once, and in order for each session."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2
from sqlalchemy import Row

from camara_qod.tools.operator.log import logger
from camara_qod.tools.operator.sinks import ForbiddenSink, resolve
from camara_qod.tools.operator.store import Store

_LOG = logger("notifications")
#: Longest pause between two attempts, and how long they go on, in seconds.
LONGEST_PAUSE, GIVE_UP = 60.0, 24 * 3600.0
_AT_ONCE = 32
_POLL = 1.0
_GONE = 410


class Courier:
    """Takes notifications out of the outbox and to their sinks.

    Args:
        store: has the outbox.
        tick: applies what the clock has changed, which may put more into it.
        private: sinks may be in private networks.
        client: makes the connections; by default one that trusts public authorities.
        pause: seconds before a second attempt; it doubles each time.
    """

    def __init__(
        self,
        store: Store,
        tick: Callable[[], Any],
        *,
        private: bool,
        client: httpx2.AsyncClient | None = None,
        pause: float = 1.0,
    ) -> None:
        self._store = store
        self._tick = tick
        self._private = private
        self._client = client
        self._pause = pause
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
        client = self._client or httpx2.AsyncClient(timeout=10, trust_env=False)
        async with client:
            while True:
                try:
                    await asyncio.to_thread(self._tick)
                    busy = await self._round(client)
                except Exception:  # the outbox outlives a database that is away for a while
                    _LOG.exception("outbox")
                    busy = False
                if not busy:
                    await self._sleep()

    async def _sleep(self) -> None:
        if self._wake is None:
            return
        try:
            await asyncio.wait_for(self._wake.wait(), _POLL)
        except TimeoutError:
            return
        self._wake.clear()

    async def _round(self, client: httpx2.AsyncClient) -> bool:
        with self._store.transaction() as tx:
            owed = tx.owed(time.time(), _AT_ONCE)
        await asyncio.gather(*(self._deliver(client, row) for row in owed))
        return bool(owed)

    async def _deliver(self, client: httpx2.AsyncClient, row: Row[Any]) -> None:
        if _expired(row.credential):
            self._settle(row, None, "the sink's credential has expired")
            return
        try:
            status = await self._post(client, row)
        except (httpx2.HTTPError, OSError, ForbiddenSink, ValueError) as error:
            self._settle(row, None, type(error).__name__)
            return
        self._settle(row, status, str(status))

    async def _post(self, client: httpx2.AsyncClient, row: Row[Any]) -> int:
        parts = urlsplit(row.sink)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = await resolve(host, port, private=self._private)
        netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        headers = {"Host": parts.netloc, "Content-Type": "application/cloudevents+json"}
        if row.credential:
            headers["Authorization"] = f"Bearer {row.credential['accessToken']}"
        response = await client.post(
            urlunsplit(parts._replace(netloc=netloc)),
            json=row.body,
            headers=headers,
            extensions={"sni_hostname": host},
            follow_redirects=False,
        )
        return response.status_code

    def _settle(self, row: Row[Any], status: int | None, result: str) -> None:
        log = _LOG.bind(event_id=row.body["id"], session_id=row.session_id, result=result)
        attempts = row.attempts + 1
        pause = min(self._pause * 2**row.attempts, LONGEST_PAUSE)
        with self._store.transaction() as tx:
            if status is not None and 200 <= status < 300:
                tx.delivered(row.number)
                log.info("delivered", attempts=attempts)
            elif status == _GONE or _expired(row.credential):
                tx.drop(row.session_id)
                log.info("not wanted any more")
            elif attempts * LONGEST_PAUSE > GIVE_UP:
                tx.delivered(row.number)
                log.warning("given up", attempts=attempts)
            else:
                tx.retry(row.number, attempts, time.time() + pause)
                log.info("to be retried", attempts=attempts, seconds=pause)


def _expired(credential: dict[str, Any] | None) -> bool:
    until = (credential or {}).get("accessTokenExpiresUtc")
    return until is not None and datetime.fromisoformat(until) <= datetime.now(UTC)
