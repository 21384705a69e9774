"""What Prometheus reads, and that the dashboard shows all of it and nothing else."""

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from camara_qod.agent.service.callers import Caller
from camara_qod.agent.service.metrics import OTHER, Metrics
from camara_qod.tools.camara.errors import CamaraError, Conflict
from camara_qod.tools.errors import TooManyWaiting
from camara_qod.tools.interpreter.interpreter import Interpreter

from ..fakes import create, reading
from .conftest import GAMING, PHONE, Open, parts

DOCS = Path(__file__).parents[3] / "docs"
UNSAID = "Low latency for gaming, please"
ANSWERED = "my phone is +351966666666"
TOO_LONG = "word " * 3000


def knowing() -> Any:
    return reading(
        {
            GAMING: create(PHONE, duration=7200),
            UNSAID: create(None),
            f"{UNSAID}\n{ANSWERED}": create(PHONE, duration=None),
        }
    )


def begin(client: TestClient) -> str:
    return f"/v1/conversations/{client.post('/v1/conversations').json()['id']}"


def said(client: TestClient, at: str, text: str) -> Any:
    return client.post(f"{at}/turns", json={"text": text}).json()


def decided(client: TestClient, *texts: str) -> Any:
    return client.post("/v1/decisions", json={"messages": list(texts)})


def samples(client: TestClient) -> dict[str, float]:
    """Each sample, written as Prometheus writes it."""
    found = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for item in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(item.labels.items()))
            found[f"{item.name}{{{labels}}}" if labels else item.name] = item.value
    return found


def everything_once(client: TestClient) -> None:
    """Decisions of each kind, a session, a refusal of the operator, and what could not be."""
    for text in (GAMING, UNSAID, "what is the weather", TOO_LONG):
        decided(client, text)
    for _ in range(2):  # the second time the device has a session already
        at = begin(client)
        said(client, at, GAMING)
        client.post(f"{at}/confirmation", json={"decision": "approve"})


def test_each_way_of_deciding_counts_once(open_at: Open) -> None:
    client, _ = open_at(knowing())
    everything_once(client)
    found = samples(client)
    assert found['qod_decisions_total{kind="act",operation="createSession"}'] == 3
    assert found['qod_decisions_total{kind="question",operation="createSession"}'] == 1
    assert found['qod_decisions_total{kind="refusal",operation="decline"}'] == 1
    assert found['qod_questions_total{argument="device"}'] == 1
    assert found['qod_decision_failures_total{error="RequestTooLong"}'] == 1
    assert found["qod_decision_seconds_count"] == 5
    assert found["qod_decision_confidence_ratio_count"] == 5
    assert found['qod_model_tokens_total{type="input"}'] > 20
    assert found['qod_model_tokens_total{type="output"}'] >= 5
    assert found['qod_operator_refusals_total{code="CONFLICT"}'] == 1
    call = 'qod_operator_request_seconds_count{operation="createSession",outcome="%s"}'
    assert found[call % "answered"] == found[call % "refused"] == 1
    assert found["qod_sessions"] == 1
    assert found["qod_steps_in_progress"] == found["qod_queue_waiting"] == 0
    route = 'route="/v1/conversations/{name}/turns",status="200"'
    assert found[f'qod_http_requests_total{{method="POST",{route}}}'] == 2
    assert found['qod_build_info{api_version="1.1",version="0.1.0"}'] == 1


def test_a_turn_that_is_read_twice_is_one_decision(
    open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = open_at(knowing())
    asked: list[Any] = []
    interpret = Interpreter.interpret

    def counted(self: Interpreter, *given: Any) -> Any:
        asked.append(given)
        return interpret(self, *given)

    monkeypatch.setattr(Interpreter, "interpret", counted)
    at = begin(client)
    said(client, at, GAMING)
    client.post(f"{at}/confirmation", json={"decision": "reject"})
    said(client, at, ANSWERED)  # read alone, and with the request that was rejected
    assert len(asked) == 3
    found = samples(client)
    assert sum(item for name, item in found.items() if name.startswith("qod_decisions_total")) == 2
    assert found["qod_decision_seconds_count"] == 2


def test_a_question_and_its_answer_are_two_decisions(open_at: Open) -> None:
    client, _ = open_at(knowing())
    at = begin(client)
    said(client, at, UNSAID)
    assert said(client, at, ANSWERED)["proposal"]["arguments"]["device"] == PHONE
    found = samples(client)
    assert found['qod_decisions_total{kind="question",operation="createSession"}'] == 1
    assert found['qod_decisions_total{kind="act",operation="createSession"}'] == 1


def test_services_have_their_own_metrics(open_at: Open) -> None:
    first, _ = open_at()
    second, _ = open_at()
    decided(first, GAMING)
    assert samples(first)["qod_decision_seconds_count"] == 1
    assert samples(second)["qod_decision_seconds_count"] == 0


def test_a_session_that_was_deleted_is_not_counted(open_at: Open) -> None:
    client, _ = open_at()
    at = begin(client)
    for text in (GAMING, "end it"):
        said(client, at, text)
        client.post(f"{at}/confirmation", json={"decision": "approve"})
    assert samples(client)["qod_sessions"] == 0


def test_who_waits_for_the_model_is_seen(open_at: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client, service = open_at()
    decoder: Any = service.plugin.interpreter._interpreter._decoder  # type: ignore[attr-defined]
    go, decode = threading.Event(), decoder.decode

    def slow(*given: Any) -> Any:
        go.wait(20)
        return decode(*given)

    monkeypatch.setattr(decoder, "decode", slow)
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(decided, client, GAMING) for _ in range(3)]
        until = time.monotonic() + 10
        while samples(client)["qod_queue_waiting"] < 2 and time.monotonic() < until:
            time.sleep(0.02)
        waiting = samples(client)["qod_queue_waiting"]
        go.set()
        assert [call.result().status_code for call in calls] == [200] * 3
    assert waiting == 2

    def full(*_: Any) -> Any:
        raise TooManyWaiting("64 wait already.")

    monkeypatch.setattr(decoder, "decode", full)
    assert decided(client, GAMING).status_code == 429
    found = samples(client)
    assert found["qod_queue_refusals_total"] == 1
    assert found['qod_decision_failures_total{error="TooManyWaiting"}'] == 1


def test_only_administrators_read_metrics_and_statistics(
    open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Named:
        def caller(self, token: str) -> Caller:
            return Caller(token, frozenset({token}))

    client, service = open_at()
    monkeypatch.setattr(service.door, "_ways", [Named()])
    for path in ("/metrics", "/v1/statistics"):
        assert client.get(path).status_code == 401
        for scope, status in (("act", 403), ("admin", 200)):
            headers = {"authorization": f"Bearer {scope}"}
            assert client.get(path, headers=headers).status_code == status


def test_labels_have_few_values(open_at: Open) -> None:
    client, service = open_at()
    for number in range(60):
        client.get(f"/v1/sessions/{number}")
        client.get(f"/nowhere/{number}")
        client.request(f"X{number}", "/healthz")
    refused = service.observations.metrics.refused
    codes = [chr(65 + number // 26) + chr(65 + number % 26) for number in range(60)]
    assert refused(Conflict(409, "+351966666666", "")) == OTHER
    assert [refused(CamaraError(409, code, "")) for code in codes][-5:] == [OTHER] * 5
    text = client.get("/metrics").text
    assert text.count("qod_http_requests_total{") <= 6
    assert "351966666666" not in text


def test_the_text_is_prometheus_or_open_metrics(client: TestClient) -> None:
    assert client.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
    wanted = {"accept": "application/openmetrics-text; version=1.0.0"}
    found = client.get("/metrics", headers=wanted)
    assert found.headers["content-type"].startswith("application/openmetrics-text")
    assert found.text.endswith("# EOF\n")


def test_metrics_can_be_read_without_the_database() -> None:
    from prometheus_client import generate_latest
    from sqlalchemy.exc import OperationalError

    def dead() -> int:
        raise OperationalError("", {}, Exception())

    assert b"qod_sessions NaN" in generate_latest(Metrics("1.1", dead).registry)


def expressions() -> Iterator[str]:
    board = json.loads((DOCS / "grafana" / "qod.json").read_text())
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            assert target["datasource"]["uid"] == "${datasource}"
            yield target["expr"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.*), \w+\)", variable["definition"])
            assert found is not None
            yield found.group(1)


def names_in(promql: str) -> set[str]:
    """The metrics of an expression: what is no label, number, range, function or keyword."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", promql)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    found = re.findall(r"(?<![\w.:])[a-zA-Z_:][\w:]*(?!\w|\s*\()", bare)
    return set(found) - {"and", "or", "unless", "bool", "offset"}


def test_names_are_read_out_of_promql() -> None:
    text = 'sum by (a, b) (rate(m_total{x="y"}[5m])) / on (c) group_left (d) n{e=~"f"} or vector(0)'
    assert names_in(text) == {"m_total", "n"}


def test_the_dashboard_shows_each_metric_and_no_other(open_at: Open) -> None:
    client, _ = open_at(knowing())
    everything_once(client)
    families = list(text_string_to_metric_families(client.get("/metrics").text))
    ours = {item.name for family in families for item in family.samples}
    shown = {name for expression in expressions() for name in names_in(expression)}
    assert shown <= ours
    for family in families:
        if family.name.startswith("qod_") and not family.name.endswith("_created"):
            assert shown & {item.name for item in family.samples}, family.name


def test_the_dashboard_has_its_rows() -> None:
    board = json.loads((DOCS / "grafana" / "qod.json").read_text())
    rows = [panel["title"] for panel in board["panels"] if panel["type"] == "row"]
    wanted = ("Traffic", "Decisions", "Questions and refusals", "Confidence", "Latency")
    assert rows == [*wanted, "Sessions and queue"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert board["templating"]["list"][0]["type"] == "datasource"


def test_prometheus_is_told_where_the_metrics_are(client: TestClient) -> None:
    (job,) = yaml.safe_load((DOCS / "prometheus.yml").read_text())["scrape_configs"]
    assert client.get(job["metrics_path"]).status_code == 200
    assert job["authorization"]["type"] == "Bearer"
    assert job["authorization"]["credentials_file"]


def test_a_service_is_opened_around_any_plugin(open_at: Open) -> None:
    """Two services over one plugin: neither counts a decision of its own twice."""
    _, service = open_at(parts())
    second, _ = open_at(service.plugin)
    decided(second, GAMING)
    assert samples(second)["qod_decision_seconds_count"] == 1
