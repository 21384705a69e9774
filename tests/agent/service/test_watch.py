"""Requests whose answer is a stream, or breaks off."""

import json
import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from prometheus_client import generate_latest

from camara_qod.agent.service.metrics import Metrics
from camara_qod.agent.service.observations import Observations
from camara_qod.agent.service.statistics import Statistics
from camara_qod.agent.service.tracing import Untraced
from camara_qod.agent.service.watch import Watch

from .test_logs import Lines, lines

__all__ = ["lines"]
TOOK = 0.3


def slow() -> Iterator[str]:
    yield "data: one\n\n"
    time.sleep(TOOK)
    yield "data: two\n\n"


def broken() -> Iterator[str]:
    yield "one"
    raise ValueError("+351966666666")


@pytest.fixture
def observations() -> Observations:
    return Observations(Metrics("1.1", lambda: 0), Statistics(), Untraced(), lambda: 0)


@pytest.fixture
def streaming(observations: Observations) -> TestClient:
    app = FastAPI()

    @app.get("/events")
    def events() -> StreamingResponse:
        return StreamingResponse(slow(), media_type="text/event-stream")

    @app.get("/file")
    def file() -> StreamingResponse:
        return StreamingResponse(slow(), media_type="text/plain")

    @app.get("/broken")
    def broke() -> StreamingResponse:
        return StreamingResponse(broken(), media_type="text/plain")

    app.add_middleware(Watch, observations=observations)
    return TestClient(app)


def test_an_event_stream_counts_until_it_begins(streaming: TestClient, lines: Lines) -> None:
    assert streaming.get("/events").text.count("data") == 2
    assert lines.last["milliseconds"] < TOOK * 1000
    streaming.get("/file")
    assert lines.last["milliseconds"] >= TOOK * 1000


def test_an_answer_that_breaks_off_is_an_error(
    streaming: TestClient, observations: Observations, lines: Lines
) -> None:
    streaming.get("/broken")
    told = lines.last
    assert (told["status"], told["level"], told["kind"]) == (200, "error", "ValueError")
    assert told["exception"][0]["frames"][-1].endswith(" broken")
    assert "351966666666" not in json.dumps(told)
    assert b'route="/broken",status="200"' in generate_latest(observations.metrics.registry)
