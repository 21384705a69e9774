"""The mock operator without a network: `httpx2` transports that call the application."""

import asyncio
import weakref
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:  # who makes no application does not load it
    from fastapi import FastAPI

#: A root for requests that never leave the process (RFC 6761 reserves the name).
API_ROOT = "http://mock.invalid"

_Started = Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]


class InProcessTransport(httpx2.BaseTransport):
    """Lets a synchronous client talk to an ASGI application, on an event loop of its own."""

    def __init__(self, app: "FastAPI") -> None:
        self._asgi = httpx2.ASGITransport(app=app)
        started: _Started = Future()
        self._thread = Thread(target=_live, args=(app, started), name="mock operator", daemon=True)
        self._thread.start()
        self._loop, ended = started.result()
        # Also where nobody closes it. A collector may call this in any thread, at any step, under
        # locks that the loop needs to end: so it tells the loop, and waits for nothing.
        self._end = weakref.finalize(self, self._loop.call_soon_threadsafe, ended.set)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request and its whole answer."""
        request.read()
        return asyncio.run_coroutine_threadsafe(self._answer(request), self._loop).result()

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._asgi.handle_async_request(request)
        except AssertionError as error:  # the application ended before its answer did
            raise httpx2.RemoteProtocolError("incomplete answer", request=request) from error
        content = await response.aread()
        return httpx2.Response(response.status_code, headers=response.headers, content=content)

    def close(self) -> None:
        """End the event loop, and wait for it."""
        self._end()
        self._thread.join()


def _live(app: "FastAPI", started: _Started) -> None:
    """The life of an application in its thread; what prevents it is told to who starts it."""
    try:
        asyncio.run(_until_ended(app, started))
    except BaseException as error:
        if started.done():
            raise
        started.set_exception(error)


async def _until_ended(app: "FastAPI", started: _Started) -> None:
    ended = asyncio.Event()
    async with app.router.lifespan_context(app):
        started.set_result((asyncio.get_running_loop(), ended))
        await ended.wait()
