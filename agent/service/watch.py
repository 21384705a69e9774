"""Each request from its first byte to its last: its id, its span, its log line, its metrics."""

import re
import time
from http import HTTPMethod
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from camara_qod.agent.service.logs import request_line
from camara_qod.agent.service.observations import Observations
from camara_qod.agent.service.problems import internal_error
from camara_qod.agent.service.request_id import HEADER, REQUEST_ID, request_id
from camara_qod.agent.service.tracing import Span

#: The route of requests that no route answers, and the method of those that HTTP does not know.
UNMATCHED, UNKNOWN = "unmatched", "_OTHER"
_METHODS = frozenset(HTTPMethod)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")


class Watch:
    """Middleware around all others.

    An error that nothing else has answered ends here, as a problem that names the request: handed
    on, the server would write its message, which may be personal, into its log.

    Args:
        app: answers.
        observations: are told of each request.
    """

    def __init__(self, app: ASGIApp, observations: Observations) -> None:
        self._app = app
        self._observations = observations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        name = request_id(headers.get(HEADER))
        token = REQUEST_ID.set(name)
        answer = _Answer(send, name)
        try:
            with self._observations.tracing.span(
                _method(scope), "server", _asked(scope), headers
            ) as span:
                try:
                    await self._answer(scope, receive, answer)
                finally:
                    self._tell(scope, answer, span)
        finally:
            REQUEST_ID.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            answer.error = error
            if not answer.began:  # otherwise the server sees that the answer is incomplete
                await internal_error().response_at(scope["path"])(scope, receive, answer.send)

    def _tell(self, scope: Scope, answer: "_Answer", span: Span) -> None:
        method, route, status = _method(scope), _route(scope), answer.status
        self._observations.request(route, method, status, answer.seconds)
        span.rename(method if route == UNMATCHED else f"{method} {route}")
        span.set({"http.response.status_code": status})
        if route != UNMATCHED:
            span.set({"http.route": route})
        state = scope.get("state", {})
        kind = type(answer.error).__name__ if answer.error else state.get("error")
        if status >= 500 or answer.error:
            span.failed(kind or str(status))
        caller = state.get("caller")
        request_line(
            status,
            answer.error,
            method=method,
            route=route,
            milliseconds=round(answer.seconds * 1000, 1),
            caller=caller.id if caller else None,
            request_id=answer.name,
            trace_id=span.trace_id or _trace_id(scope),
            kind=kind,
        )


class _Answer:
    """An answer on its way, with the request's id in it."""

    def __init__(self, send: Send, name: str) -> None:
        self._send = send
        self._started = time.perf_counter()
        self._streams = False
        self.name = name
        self.began = False
        self.status = 500
        self.seconds = 0.0
        self.error: Exception | None = None

    async def send(self, message: Message) -> None:
        """Pass a part of it on."""
        if message["type"] == "http.response.start":
            self.began, self.status = True, message["status"]
            headers = MutableHeaders(scope=message)
            headers[HEADER] = self.name
            self._streams = headers.get("content-type", "").startswith("text/event-stream")
        first = message["type"] == "http.response.start"
        if first or not self._streams:
            self.seconds = time.perf_counter() - self._started
        await self._send(message)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else UNKNOWN


def _route(scope: Scope) -> str:
    """The template of the route that answered."""
    return getattr(scope.get("route"), "path", None) or UNMATCHED


def _asked(scope: Scope) -> dict[str, Any]:
    """What is known of a request before it is answered, by the conventions for HTTP."""
    host, port = scope.get("server") or ("", None)
    known = {
        "http.request.method": _method(scope),
        "url.scheme": scope.get("scheme", "http"),
        "network.protocol.version": scope.get("http_version", "1.1"),
        "server.address": host,
    }
    return known if port is None else known | {"server.port": port}


def _trace_id(scope: Scope) -> str | None:
    """The trace that a caller is in, where no traces are kept here."""
    found = _TRACEPARENT.fullmatch(Headers(scope=scope).get("traceparent", ""))
    return found.group(1) if found else None
