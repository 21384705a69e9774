"""Bodies that are too long or too slow are refused before they are in memory."""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from camara_qod.agent.service.problems import Problem

#: Seconds in which a body has to have come.
PATIENCE = 20.0


class BodyLimit:
    """Middleware that reads a body up to a limit, in a limited time.

    Args:
        app: gets requests whose body is there.
        most: bytes.
        patience: seconds.
    """

    def __init__(self, app: ASGIApp, most: int, patience: float = PATIENCE) -> None:
        self._app = app
        self._most = most
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        try:
            body = await asyncio.wait_for(self._body(receive), self._patience)
        except ClientDisconnect:
            return  # half a body is none, and nobody waits for an answer
        except TimeoutError:
            await _refuse(408, "Too slow", "The body did not come in time.", scope, receive, send)
            return
        if body is None:
            detail = f"The body is longer than {self._most} bytes."
            await _refuse(413, "Too large", detail, scope, receive, send)
            return
        await self._app(scope, _once(body, receive), send)

    async def _body(self, receive: Receive) -> bytes | None:
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            part = message.get("body", b"")
            size += len(part)
            if size > self._most:
                return None
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    """The body as one message, and then whatever comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _refuse(
    status: int, title: str, detail: str, scope: Scope, receive: Receive, send: Send
) -> None:
    problem = Problem(status, title, detail, headers={"Connection": "close"})
    await problem.response_at(scope["path"])(scope, receive, send)
