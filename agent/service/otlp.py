"""Spans by OpenTelemetry's SDK, sent by OTLP over HTTP."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from camara_qod.agent.service.tracing import Kind, Value

_NAME = "camara-qod"
_KINDS = {
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
    "internal": trace.SpanKind.INTERNAL,
}
#: Seconds to wait at the end for a collector.
_PATIENCE = 2.0


class OtelSpan:
    """A span of OpenTelemetry's.

    Args:
        span: takes what is told.
    """

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def trace_id(self) -> str | None:
        """Of the trace that it is in."""
        context = self._span.get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else None

    def set(self, attributes: Mapping[str, Value]) -> None:
        """Tell more of it."""
        self._span.set_attributes(dict(attributes))

    def rename(self, name: str) -> None:
        """Name it."""
        self._span.update_name(name)

    def failed(self, kind: str) -> None:
        """It did not do what it should."""
        self._span.set_attribute("error.type", kind)
        self._span.set_status(trace.StatusCode.ERROR)


class OtelTracing:
    """Spans through a processor; no global state of OpenTelemetry's is touched.

    Args:
        processor: gets the spans that have ended.
    """

    def __init__(self, processor: SpanProcessor) -> None:
        ours = Resource({"service.name": _NAME, "service.version": version(_NAME)})
        # The deployer's OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES count more.
        resource = Resource.create().merge(ours).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(_NAME, version(_NAME))
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self,
        name: str,
        kind: Kind = "internal",
        attributes: Mapping[str, Value] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[OtelSpan]:
        """A span; the message of an exception may be personal, so only its class is noted."""
        parent = None if headers is None else self._propagator.extract(dict(headers))
        with self._tracer.start_as_current_span(
            name,
            parent,
            _KINDS[kind],
            dict(attributes or {}),
            record_exception=False,
            set_status_on_exception=False,
        ) as started:
            span = OtelSpan(started)
            try:
                yield span
            except Exception as error:
                span.failed(type(error).__name__)
                raise

    @property
    def current(self) -> OtelSpan:
        """The span that is open."""
        return OtelSpan(trace.get_current_span())

    def close(self) -> None:
        """Send what is left; a collector that does not answer is not waited for."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(_PATIENCE)


def over_http(endpoint: str | None) -> OtelTracing:
    """Spans that a thread sends in the background; those that a dead collector keeps are dropped.

    Args:
        endpoint: the collector's URL for traces; by default the exporter's own variables say.
    """
    return OtelTracing(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
