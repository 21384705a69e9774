"""OpenAI's Chat Completions over HTTP: its answers, its streams, its errors."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from camara_qod.agent.service.callers import Caller, Door
from camara_qod.agent.service.service import Service
from camara_qod.tools.errors import DecodingTimeout, TooManyWaiting
from camara_qod.tools.operation_tools import OPERATIONS

from .conftest import GAMING, LONGER, PHONE, Open

AT = "/v1/chat/completions"
TOOLS = [{"type": "function", "function": {"name": name}} for name in OPERATIONS]
USER = {"role": "user", "content": GAMING}
ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
SESSION = {
    "sessionId": ID,
    "device": PHONE,
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 7200,
    "qosStatus": "REQUESTED",
}


def ask(client: TestClient, *messages: dict[str, Any], **more: Any) -> Any:
    body = {"model": "camara-qod", "messages": list(messages) or [USER], "tools": TOOLS} | more
    return client.post(AT, json=body)


def choice(client: TestClient, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    response = ask(client, *messages, **more)
    assert response.status_code == 200, response.text
    return response.json()["choices"][0]


def refused(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert set(response.json()) == {"error"}
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


def test_from_words_to_a_call_to_what_became_of_it_and_on(client: TestClient) -> None:
    first = choice(client)
    assert first["finish_reason"] == "tool_calls"
    (call,) = first["message"]["tool_calls"]
    assert call["function"]["name"] == "createSession"
    assert json.loads(call["function"]["arguments"])["duration"] == 7200
    assert first["qod"]["confidence"] == 1.0
    assert first["qod"]["turns"] == [GAMING]
    assert "applicationServer" in first["qod"]["assumptions"]
    assert {"device", "duration"} <= {item["argument"] for item in first["qod"]["sources"]}

    result = {"role": "tool", "tool_call_id": call["id"], "content": json.dumps(SESSION)}
    said = [USER, first["message"], result]
    told = choice(client, *said)
    assert told["finish_reason"] == "stop"
    report = f"Session {ID} with QOS_E is REQUESTED, for 2 hours."
    assert told["message"]["content"] == report
    assert client.get("/v1/sessions").json() == []  # nothing is sent from here

    more = choice(client, *said, told["message"], {"role": "user", "content": LONGER})
    (extend,) = more["message"]["tool_calls"]
    assert json.loads(extend["function"]["arguments"]) == {
        "sessionId": ID,
        "requestedAdditionalDuration": 600,
    }


def test_content_in_parts_and_members_that_change_nothing(client: TestClient) -> None:
    parts = [{"type": "text", "text": GAMING}]
    system = {"role": "system", "content": "Be brief.", "name": "app"}
    developer = {"role": "developer", "content": [{"type": "text", "text": "Say yes."}]}
    user = {"role": "user", "content": parts, "name": "someone"}
    harmless = {"temperature": 0, "top_p": 1, "seed": 1, "user": "u", "metadata": {"a": "b"}}
    harmless |= {"store": False, "max_tokens": 1, "max_completion_tokens": 1, "stop": ["x"]}
    harmless |= {"n": 1, "logprobs": False, "response_format": {"type": "text"}}
    found = choice(client, system, developer, user, **harmless, parallel_tool_calls=False)
    assert found["finish_reason"] == "tool_calls"


def test_without_tools_a_decision_is_its_json(client: TestClient) -> None:
    for more in ({"tools": None}, {"tools": []}, {"tool_choice": "none"}):
        found = choice(client, **more)
        assert json.loads(found["message"]["content"])["operation"] == "createSession"
        assert "tool_calls" not in found["message"]
        assert found["finish_reason"] == "stop"


def test_a_choice_of_tools_is_kept_to_and_no_call_is_made_up(client: TestClient) -> None:
    def named(name: str) -> dict[str, Any]:
        return {"type": "function", "function": {"name": name}}

    made = choice(client, tool_choice=named("createSession"))
    assert made["finish_reason"] == "tool_calls"
    allowed = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": TOOLS[:1]}}
    assert choice(client, tool_choice=allowed)["finish_reason"] == "tool_calls"
    other = choice(client, tool_choice=named("deleteSession"))
    assert other["finish_reason"] == "stop"
    assert other["message"]["content"].startswith('{"operation":"createSession"')
    hello = {"role": "user", "content": "hello"}
    assert choice(client, hello, tool_choice="required")["finish_reason"] == "stop"
    error = refused(ask(client, tool_choice=named("book_seat")), 400)
    assert error["param"] == "tool_choice"


def test_a_stream_has_the_same_in_chunks(client: TestClient) -> None:
    response = ask(client, stream=True, stream_options={"include_usage": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in response.text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    (call,) = chunks[1]["choices"][0]["delta"]["tool_calls"]
    assert (call["index"], call["function"]["name"]) == (0, "createSession")
    assert chunks[2]["choices"][0]["finish_reason"] == "tool_calls"
    assert chunks[2]["choices"][0]["qod"]["confidence"] == 1.0
    assert chunks[3]["choices"] == []
    assert chunks[3]["usage"] == ask(client).json()["usage"]
    assert [chunk["usage"] for chunk in chunks[:3]] == [None] * 3
    assert '"usage"' not in ask(client, stream=True).text


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"functions": [{"name": "f"}]}, "functions"),
    ],
)
def test_what_there_is_not_is_refused(client: TestClient, more: dict[str, Any], param: str) -> None:
    error = refused(ask(client, **more), 400)
    assert (error["param"], error["type"]) == (param, "invalid_request_error")
    assert refused(ask(client, **more, stream=True), 400) == error


CALL = {"id": "c", "type": "function", "function": {"name": "getSession", "arguments": "{"}}
FINE = CALL | {"function": {"name": "getSession", "arguments": "{}"}}
RESULT = {"role": "tool", "tool_call_id": "c", "content": "…"}


@pytest.mark.parametrize(
    ("messages", "status", "words"),
    [
        ([{"role": "user", "content": [{"type": "image_url"}]}], 422, "only text is read"),
        ([{"role": "user"}], 422, "no content"),
        ([{"role": "tool", "content": "x"}], 422, "which call"),
        ([{"role": "robot", "content": "x"}], 422, "role"),
        ([USER, {"role": "assistant", "tool_calls": [CALL]}, RESULT], 422, "no JSON object"),
        ([USER, RESULT], 400, "has to follow"),
        ([USER, {"role": "assistant", "tool_calls": [FINE]}], 400, "needs its result"),
        ([USER, {"role": "assistant", "tool_calls": [FINE]}, USER], 400, "needs its result"),
        ([{"role": "user", "content": "half \ud83d of it"}], 422, "character"),
    ],
)
def test_messages_that_do_not_hold_are_refused(
    client: TestClient, messages: list[dict[str, Any]], status: int, words: str
) -> None:
    body = json.dumps({"model": "camara-qod", "messages": messages})
    sent = client.post(AT, content=body, headers={"Content-Type": "application/json"})
    error = refused(sent, status)
    assert words in error["message"]
    assert "Traceback" not in error["message"]


def test_the_model(client: TestClient) -> None:
    (found,) = client.get("/v1/models").json()["data"]
    assert client.get("/v1/models/camara-qod").json() == found
    for response in (ask(client, model="gpt-5"), client.get("/v1/models/gpt-5")):
        error = refused(response, 404)
        assert (error["code"], error["param"]) == ("model_not_found", "model")


class Keys:
    """Callers by their keys, which are their scopes."""

    def caller(self, token: str) -> Caller | None:
        return Caller(token, frozenset({token})) if token in ("decide", "act") else None


def test_every_error_has_openais_form(open_at: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client, service = open_at(rate_limit="3/hour")
    door = Door([Keys()])
    monkeypatch.setattr(service.door, "_ways", door._ways)
    assert refused(ask(client), 401)["code"] == "invalid_api_key"
    client.headers["Authorization"] = "Bearer act"
    assert refused(ask(client), 403)["type"] == "permission_error"
    client.headers["Authorization"] = "Bearer decide"
    assert choice(client)["finish_reason"] == "tool_calls"
    too_long = client.post(AT, content=b"{" * 70000)
    assert refused(too_long, 413)["type"] == "invalid_request_error"
    assert refused(client.get(AT), 405)
    assert refused(client.post(AT, json={}), 422)["param"] == "model"
    ask(client)
    limited = ask(client)
    assert refused(limited, 429)["code"] == "rate_limit_exceeded"
    assert int(limited.headers["Retry-After"]) > 0
    elsewhere = client.post("/v1/decisions", json={"messages": [GAMING]})
    assert elsewhere.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("error", "status"),
    [(TooManyWaiting("busy"), 429), (DecodingTimeout("slow"), 503), (ValueError("bug"), 500)],
)
def test_failures_of_the_service_have_it_too(
    open_at: Open, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    client, service = open_at()
    fail(service, monkeypatch, error)
    told = refused(ask(client), status)["message"]
    assert "bug" not in told


def fail(service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def failing(*_: Any) -> None:
        raise error

    monkeypatch.setattr(service.plugin.interpreter, "interpret", failing)
