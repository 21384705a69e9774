"""What every call passes on its way in and out: correlator, log line, trouble, token, limit."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from camara_qod.tools.camara.errors import (
    CamaraError,
    InvalidArgument,
    ServerError,
    error_class,
)
from camara_qod.tools.camara.models import ErrorInfo
from camara_qod.tools.operator.codes import code_of
from camara_qod.tools.operator.limits import Limits
from camara_qod.tools.operator.log import logger
from camara_qod.tools.operator.network import Fault, Network
from camara_qod.tools.operator.security import Authority, Caller

_LOG = logger("access")
CORRELATOR = r"^[a-zA-Z0-9_:;./<>{}-]{0,256}$"
_HEADER = "x-correlator"
_NO_CORRELATOR = (
    f"{_HEADER}: it should be at most 256 letters, digits and characters of -_:;./<>{{}}, or left "
    "out."
)
Handler = Callable[[Request, Caller], Awaitable[Response] | Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class Correlated:
    """ASGI middleware: every answer carries the caller's `x-correlator`, or one of ours.

    It also writes the log line of a call, which names no device: operation, status, client, ids;
    and it answers for errors that nobody handled, whose texts may name one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(_HEADER.encode())
        text = None if given is None else given.decode("latin-1")
        valid = text is None or re.fullmatch(CORRELATOR, text) is not None
        correlator = text if text and valid else str(uuid4())
        started, status, answering = time.perf_counter(), 500, False
        scope["state"] = {**scope.get("state", {}), "correlator": correlator}

        async def correlated(message: Message) -> None:
            nonlocal status, answering
            if message["type"] == "http.response.start":
                status, answering = message["status"], True
                MutableHeaders(scope=message)[_HEADER] = correlator
            await send(message)

        try:
            if valid:
                await self._app(scope, receive, correlated)
            else:
                error = InvalidArgument(400, "INVALID_ARGUMENT", _NO_CORRELATOR)
                await refusal(error)(scope, receive, correlated)
        except Exception as error:
            _LOG.error("unhandled", error=type(error).__name__, x_correlator=correlator)
            if not answering:
                await refusal(_INTERNAL)(scope, receive, correlated)
        finally:
            state = scope["state"]
            _LOG.info(
                "call",
                operation=state.get("operation"),
                method=scope["method"],
                status=status,
                client=state.get("client"),
                x_correlator=correlator,
                milliseconds=round(1000 * (time.perf_counter() - started), 1),
            )


class Gateway:
    """Lets calls in.

    Args:
        authority: reads tokens.
        limit: counts calls.
        network: has the trouble that was ordered.
    """

    def __init__(self, authority: Authority, limit: Limits, network: Network) -> None:
        self._authority = authority
        self._limit = limit
        self._network = network

    def operation(self, name: str, handler: Handler) -> Endpoint:
        """The endpoint of an operation: its handler behind trouble, token, scope and limit."""

        async def behind_token(request: Request) -> Response:
            caller = self._authority.caller(request.headers.get("authorization"), name)
            request.state.client = caller.client
            self._limit.count(caller.client)
            answer = handler(request, caller)
            return answer if isinstance(answer, Response) else await answer

        return self.troubled(name, behind_token)

    def troubled(self, name: str, handler: Endpoint) -> Endpoint:
        """An endpoint with nothing but the trouble that was ordered before it."""

        async def endpoint(request: Request) -> Response:
            request.state.operation = name
            fault = self._network.fault(name)
            if fault and fault.latency:
                await asyncio.sleep(fault.latency)
            if fault and fault.status:
                raise _injected(fault, fault.status)
            response = await handler(request)
            return _LostAnswer() if fault and fault.drop else response

        return endpoint


class _LostAnswer(Response):
    """Begins, and never ends: the server closes the connection, as a failing network would."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def refusal(error: CamaraError) -> Response:
    """`ErrorInfo`, with the headers that go with a status."""
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        headers["Retry-After"] = str(int(error.retry_after))
    info = ErrorInfo(status=error.status, code=error.code, message=error.message)
    return JSONResponse(info.wire(), status_code=error.status, headers=headers)


_INTERNAL = ServerError(500, "INTERNAL", "The operator failed; its log has the x-correlator.")


def _injected(fault: Fault, status: int) -> CamaraError:
    return error_class(status)(
        status,
        fault.code or code_of(status),
        "This error was ordered through the control API.",
        retry_after=fault.retry_after,
    )
