"""Spans of requests, decisions and calls to the operator."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.otlp import OtelTracing
from camara_qod.agent.service.service import open_service
from camara_qod.agent.service.settings import ServiceSettings
from camara_qod.agent.service.tracing import Untraced, open_tracing
from camara_qod.tools.errors import SettingsError

from .conftest import GAMING, SITE, parts
from .test_metrics import TOO_LONG, begin, decided, said

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@contextmanager
def traced(tmp_path: Path) -> Iterator[tuple[TestClient, InMemorySpanExporter]]:
    memory = InMemorySpanExporter()
    settings = ServiceSettings(_env_file=None, database=f"sqlite:///{tmp_path / 'service.db'}")
    tracing = OtelTracing(SimpleSpanProcessor(memory))
    with (
        open_service(parts(), settings, tracing) as service,
        TestClient(create_app(service), base_url=SITE, raise_server_exceptions=False) as client,
    ):
        yield client, memory


def named(memory: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in memory.get_finished_spans() if span.name == name]


def test_a_request_its_decision_and_its_calls_are_one_trace(tmp_path: Path) -> None:
    with traced(tmp_path) as (client, memory):
        at = begin(client)
        client.post(f"{at}/turns", json={"text": GAMING}, headers=TRACEPARENT)
        answer = client.post(
            f"{at}/confirmation", json={"decision": "approve"}, headers=TRACEPARENT
        )
        said(client, at, "thanks")
    (turn,) = [
        span
        for span in named(memory, "POST /v1/conversations/{name}/turns")
        if span.parent is not None
    ]
    assert turn.kind is SpanKind.SERVER
    assert format(turn.context.trace_id, "032x") == TRACE
    assert format(turn.parent.span_id, "016x") == PARENT  # type: ignore[union-attr]
    told = dict(turn.attributes or {})
    assert told["http.request.method"] == "POST"
    assert told["http.route"] == "/v1/conversations/{name}/turns"
    assert told["http.response.status_code"] == 200

    deciding = named(memory, "chat embedded")[0]
    assert deciding.parent is not None
    assert deciding.parent.span_id == turn.context.span_id
    told = dict(deciding.attributes or {})
    assert told["gen_ai.operation.name"] == "chat"
    assert told["gen_ai.request.model"] == "embedded"
    assert told["gen_ai.conversation.id"] == at.rpartition("/")[2]
    assert told["gen_ai.usage.input_tokens"] == len(GAMING.split())
    assert told["gen_ai.usage.output_tokens"] == 7
    assert (told["qod.operation"], told["qod.kind"]) == ("createSession", "act")

    (call,) = named(memory, "createSession")
    assert call.kind is SpanKind.CLIENT
    (confirmed,) = named(memory, "POST /v1/conversations/{name}/confirmation")
    assert call.parent is not None
    assert call.parent.span_id == confirmed.context.span_id
    told = dict(call.attributes or {})
    assert told["camara.operation"] == "createSession"
    assert told["http.request.method"] == "POST"
    assert told["http.response.status_code"] == 201
    assert told["url.template"] == "/quality-on-demand/v1/sessions"
    assert told["http.request.header.x-correlator"] == answer.headers["x-request-id"]


def test_the_operator_gets_the_request_id_and_no_trace(tmp_path: Path) -> None:
    with traced(tmp_path) as (client, _):
        sent: list[Any] = []
        service = client.app.state.service  # type: ignore[attr-defined]
        service.plugin.client.watch(sent.append, lambda response: None)
        found = client.get("/v1/profiles", headers=TRACEPARENT)
    assert [request.headers["x-correlator"] for request in sent] == [found.headers["x-request-id"]]
    assert "traceparent" not in sent[0].headers


def test_what_fails_is_told_by_its_kind_alone(tmp_path: Path) -> None:
    with traced(tmp_path) as (client, memory):
        assert decided(client, TOO_LONG).status_code == 413
        for _ in range(2):
            at = begin(client)
            said(client, at, GAMING)
            client.post(f"{at}/confirmation", json={"decision": "approve"})
        session = client.get("/v1/sessions").json()[0]["sessionId"]
    (deciding,) = [
        item
        for item in named(memory, "chat embedded")
        if item.status.status_code is StatusCode.ERROR
    ]
    assert (deciding.attributes or {})["error.type"] == "RequestTooLong"
    assert not deciding.events
    refused = named(memory, "createSession")[-1]
    assert refused.status.status_code is StatusCode.ERROR
    assert refused.status.description is None
    told = dict(refused.attributes or {})
    assert (told["error.type"], told["http.response.status_code"]) == ("Conflict", 409)
    everything = " ".join(span.to_json() for span in memory.get_finished_spans())
    for personal in ("351966666666", "gaming", session):
        assert personal not in everything


def test_a_collector_gets_the_spans() -> None:
    got: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        tracing = open_tracing(f"http://127.0.0.1:{server.server_port}/v1/traces")
        with tracing.span("one"), tracing.span("two"):
            pass
        tracing.close()
    finally:
        server.shutdown()
        server.server_close()
    (resource,) = got[0].resource_spans
    told = {item.key: item.value.string_value for item in resource.resource.attributes}
    assert told["service.name"] == "camara-qod"
    assert [span.name for span in resource.scope_spans[0].spans] == ["two", "one"]


def test_a_collector_that_is_down_slows_nothing() -> None:
    started = time.perf_counter()
    tracing = open_tracing("http://127.0.0.1:9/v1/traces")
    for _ in range(50):
        with tracing.span("one"):
            pass
    assert time.perf_counter() - started < 2  # loading included
    started = time.perf_counter()
    tracing.close()
    assert time.perf_counter() - started < 4


def test_the_exporters_own_variables_turn_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(open_tracing(None), Untraced)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    tracing = open_tracing(None)
    assert isinstance(tracing, OtelTracing)
    tracing.close()


@pytest.mark.parametrize("endpoint", ["collector:4318", "http://", "http://[::1", "ftp://x/y"])
def test_what_is_no_url_is_told_at_the_start(endpoint: str) -> None:
    with pytest.raises(SettingsError, match="QOD_SERVE_OTLP_ENDPOINT is a URL such as"):
        open_tracing(endpoint)


def test_nothing_is_loaded_while_it_is_off() -> None:
    code = (
        "import sys\n"
        "from camara_qod.agent.service.tracing import open_tracing\n"
        "open_tracing(None)\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
        "import ast, pathlib, camara_qod.agent.service as service\n"
        "for path in pathlib.Path(service.__path__[0]).rglob('*.py'):\n"
        "    for node in ast.walk(ast.parse(path.read_text())):\n"
        "        names = [getattr(node, 'module', None) or ''] + [\n"
        "            item.name for item in getattr(node, 'names', []) if hasattr(item, 'name')]\n"
        "        if isinstance(node, (ast.Import, ast.ImportFrom)) and path.name != 'otlp.py':\n"
        "            assert not any(name.startswith('opentelemetry') for name in names), path\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
