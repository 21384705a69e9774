"""The last hour by the minute."""

from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from camara_qod.agent.service.statistics import Statistics
from camara_qod.tools.interpreter.decision import CLARIFY, Decision, Interpretation, Question

from ..fakes import create, reading
from .conftest import GAMING, PHONE, Open
from .test_metrics import begin, decided, said


@dataclass
class Clock:
    now: float = 6000.0

    def __call__(self) -> float:
        return self.now


def decision(operation: str = "createSession", confidence: float | None = 0.95) -> Interpretation:
    made = Decision(operation)
    return Interpretation(made, (), (), confidence, made, 0.1)


def question(argument: str) -> Interpretation:
    asks = Decision(CLARIFY, {"missing": [argument]})
    return Interpretation(asks, (), (Question(argument, "?"),), 0.4, Decision("createSession"), 0.1)


def test_a_minute_tells_what_happened_in_it() -> None:
    clock = Clock(6001.0)
    kept = Statistics(clock)
    for status in (200, 404, 500):
        kept.request("/v1/decisions", status)
    for route in ("/metrics", "/healthz", "/readyz", "/v1/statistics"):
        kept.request(route, 500)
    for number in range(1, 20):
        kept.decided(decision(confidence=1.0), number / 10)
    kept.decided(question("device"), 9.0)
    kept.decided(decision("decline", None), 9.5)
    kept.refused("CONFLICT")
    kept.counted(3)
    assert kept.body.model_dump() == {
        "now": 6001.0,
        "step": 60,
        "series": [
            {
                "at": 6000.0,
                "requests": 3,
                "errors": 1,
                "latency": {"p50": 1.1, "p95": 9.0},
                "decisions": {"createSession": 20, "decline": 1},
                "questions": {"device": 1},
                "refusals": {"CONFLICT": 1},
                "confidence": {
                    "mean": pytest.approx(0.97),
                    "histogram": [0, 0, 0, 0, 1, 0, 0, 0, 0, 19],
                },
                "sessions": 3,
            }
        ],
    }


def test_an_hour_is_kept_without_gaps() -> None:
    clock = Clock()
    kept = Statistics(clock)
    kept.counted(2)
    kept.request("/v1/decisions", 200)
    clock.now += 59 * 60
    kept.request("/v1/decisions", 200)
    series = kept.body.series
    assert [item.at for item in series] == [6000.0 + 60 * number for number in range(60)]
    assert [item.requests for item in series] == [1, *[0] * 58, 1]
    assert {item.sessions for item in series} == {2}  # as counted last
    quiet = series[1]
    assert (quiet.latency.p50, quiet.latency.p95, quiet.confidence.mean) == (None, None, None)
    assert quiet.confidence.histogram == [0] * 10
    clock.now += 60
    series = kept.body.series
    assert (len(series), series[0].at, series[-1].at) == (2, 9540.0, 9600.0)
    assert {item.sessions for item in series} == {2}
    clock.now += 86400
    assert [item.requests for item in kept.body.series] == [0]


def test_the_page_gets_what_callers_did(open_at: Open) -> None:
    client, _ = open_at(reading({GAMING: create(PHONE, duration=7200), "faster": create(None)}))
    decided(client, "faster")
    for _ in range(2):
        at = begin(client)
        said(client, at, GAMING)
        client.post(f"{at}/confirmation", json={"decision": "approve"})
    body = client.get("/v1/statistics").json()
    assert body["step"] == 60
    assert set(body) == {"now", "step", "series"}
    total = {
        name: sum(minute["decisions"].get(name, 0) for minute in body["series"])
        for name in ("createSession", "decline")
    }
    assert total == {"createSession": 3, "decline": 0}
    assert sum(minute["questions"].get("device", 0) for minute in body["series"]) == 1
    assert sum(minute["refusals"].get("CONFLICT", 0) for minute in body["series"]) == 1
    assert sum(minute["requests"] for minute in body["series"]) == 7
    last = body["series"][-1]
    assert last["at"] <= body["now"] < last["at"] + 61
    assert last["sessions"] == 1


def test_the_answer_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    found = described["paths"]["/v1/statistics"]["get"]["responses"]["200"]
    assert found["content"]["application/json"]["schema"]["$ref"].endswith("/StatisticsBody")
    minute = described["components"]["schemas"]["MinuteBody"]["properties"]
    assert all("description" in item or "$ref" in item for item in minute.values())
