"""The mock operator without a network: `httpx2` transports that call the application."""

import weakref
from contextlib import ExitStack

import httpx2
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI

#: A root for requests that never leave the process (RFC 6761 reserves the name).
API_ROOT = "http://mock.invalid"


class InProcessTransport(httpx2.BaseTransport):
    """Lets a synchronous client talk to an ASGI application, on an event loop of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._asgi = httpx2.ASGITransport(app=app)
        self._stack = ExitStack()
        self._portal = self._stack.enter_context(start_blocking_portal())
        lifespan = app.router.lifespan_context(app)
        self._stack.enter_context(self._portal.wrap_async_context_manager(lifespan))
        # Also where nobody closes it, and before the interpreter goes down, when it is too late.
        self._end = weakref.finalize(self, self._stack.close)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request and its whole answer."""
        request.read()
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._asgi.handle_async_request(request)
        except AssertionError as error:  # the application ended before its answer did
            raise httpx2.RemoteProtocolError("incomplete answer", request=request) from error
        content = await response.aread()
        return httpx2.Response(response.status_code, headers=response.headers, content=content)

    def close(self) -> None:
        """End the event loop."""
        self._end()
