"""Spans of what a request does, sent as OpenTelemetry traces where a collector is named.

- `GET /v1/…` (server): one for a request; a caller's `traceparent` is gone on with.
- `chat MODEL` (internal): one for each time that the model is asked, with the GenAI conventions.
- an operationId (client): one for each call to the operator, with the HTTP conventions.

Left out of the conventions, because it may be personal: paths and URLs (templates stand for them),
addresses of clients, messages of exceptions, and all that was said or decided.

`traceparent` is not passed on to the operator. That is another company, whose spans nobody here
sees, and which is not to be told how its calls hang together with others; CAMARA has `x-correlator`
for finding a call on both sides. It is the request's id, and is noted at the span of the call.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol
from urllib.parse import urlsplit

from camara_qod.tools.errors import SettingsError

Kind = Literal["server", "client", "internal"]
Value = str | int | float
#: The exporter's own variables, which turn traces on as well.
_VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class Span(Protocol):
    """Something that takes its time."""

    @property
    def trace_id(self) -> str | None:
        """Of the trace that it is in, 32 hexadecimal digits; `None` where none is kept."""

    def set(self, attributes: Mapping[str, Value]) -> None:
        """Tell more of it, by OpenTelemetry's names."""

    def rename(self, name: str) -> None:
        """Name it, now that more is known."""

    def failed(self, kind: str) -> None:
        """It did not do what it should; `kind` is an HTTP status or the name of an error."""


class Tracing(Protocol):
    """Makes spans."""

    def span(
        self,
        name: str,
        kind: Kind = "internal",
        attributes: Mapping[str, Value] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[Span]:
        """A span inside the one that is open, or inside the one that a caller's headers name.

        An exception that leaves it is noted by the name of its class.
        """

    @property
    def current(self) -> Span:
        """The span that is open."""

    def close(self) -> None:
        """Send what is left, if that is quickly done."""


class _Nothing:
    """A span that nobody looks at."""

    trace_id: str | None = None

    def set(self, attributes: Mapping[str, Value]) -> None:
        """Nothing."""

    def rename(self, name: str) -> None:
        """Nothing."""

    def failed(self, kind: str) -> None:
        """Nothing."""


class Untraced:
    """No spans: tracing is off."""

    current: Span = _Nothing()

    def span(
        self,
        name: str,
        kind: Kind = "internal",
        attributes: Mapping[str, Value] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[Span]:
        """None."""
        return nullcontext(self.current)

    def close(self) -> None:
        """Nothing is open."""


def open_tracing(endpoint: str | None) -> Tracing:
    """Tracing to a collector, where one is named; OpenTelemetry is loaded only then.

    Args:
        endpoint: where traces are sent; by default where the exporter's own variables say
            (`OTEL_EXPORTER_OTLP_ENDPOINT` and so on, which also tell headers and the like).

    Raises:
        SettingsError: the endpoint is no URL.
    """
    if endpoint is None and not any(os.environ.get(name) for name in _VARIABLES):
        return Untraced()
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise _wrong(endpoint)
    try:
        if endpoint is not None and not urlsplit(endpoint).hostname:
            raise _wrong(endpoint)
    except ValueError as error:
        raise _wrong(endpoint or "") from error
    from camara_qod.agent.service.otlp import over_http

    return over_http(endpoint)


def _wrong(endpoint: str) -> SettingsError:
    return SettingsError(
        f"QOD_SERVE_OTLP_ENDPOINT is a URL such as http://127.0.0.1:4318/v1/traces, and not "
        f"{endpoint}."
    )
