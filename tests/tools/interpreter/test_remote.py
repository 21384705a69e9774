"""Decisions by an OpenAI-compatible server; this one is of the test's own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from camara_qod.tools.errors import (
    Cancelled,
    DecodingError,
    ModelError,
    QodError,
    RequestTooLong,
    SettingsError,
    TooManyWaiting,
)
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import LazyDecoder
from camara_qod.tools.interpreter.offering.notation import write
from camara_qod.tools.interpreter.prompt import SYSTEM
from camara_qod.tools.interpreter.remote import TRIES, RemoteDecoder
from camara_qod.tools.settings import QodSettings

DECLINE = ' "decline other"'


class Server:
    """Answers what it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Any = DECLINE
        self.status = 200
        self.raw: bytes | None = None
        self.kind = "application/json"
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.beside: dict[str, Any] = {}
        self.failures = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                outer.asked.append(json.loads(self.rfile.read(length)))
                outer.keys.append(self.headers["Authorization"])
                message = {"role": "assistant", "content": outer.answer}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                choice |= outer.beside
                body = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
                if outer.status != 200:
                    body = {"error": {"message": "no such model"}}
                sent = json.dumps(body | {"choices": [choice]}).encode()
                sent = sent if outer.raw is None else outer.raw
                outer.failures -= 1
                self.send_response(503 if outer.failures >= 0 else outer.status)
                self.send_header("Content-Type", outer.kind)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def interpreter(url: str) -> Interpreter:
    settings = QodSettings(
        _env_file=None, model_server=url, model="qod", model_server_key="secret", time_limit=5
    )
    return Interpreter(LazyDecoder(settings), settings)


def call(**arguments: Any) -> Any:
    """A request for a session that says nothing but these, as the model writes it."""
    nothing = dict.fromkeys(("device", "qosProfile", "duration"))
    return json.loads(write(Decision("createSession", nothing | arguments)))


def test_the_server_is_sent_the_conversation_and_its_schema(server: Server) -> None:
    result = interpreter(server.url).interpret(["gaming on 10.0.0.1", "on the big screen"])
    assert result.decision.operation == "decline"
    assert result.confidence is None
    (asked,) = server.asked
    assert asked["model"] == "qod"
    assert asked["temperature"] == 0
    system, user = asked["messages"]
    assert system == {"role": "system", "content": SYSTEM}
    assert user["content"] == "gaming on [A:lan]\n\nUser: on the big screen"
    schema = asked["response_format"]["json_schema"]["schema"]
    assert Draft202012Validator(schema).is_valid(call(device="A"))
    assert not Draft202012Validator(schema).is_valid(call(device="B"))
    assert "x-guidance" not in schema
    assert "10.0.0.1" not in json.dumps(asked)  # no identifier leaves this machine
    assert server.keys == ["Bearer secret"]


def test_an_answer_with_white_space_is_as_good(server: Server) -> None:
    server.answer = ' "create device A need gaming duration B"\n'
    result = interpreter(server.url).interpret("gaming on +351966666666 for 2 hours")
    assert result.decision.arguments["device"] == {"phoneNumber": "+351966666666"}
    assert result.decision.arguments["applicationServer"] == {"ipv4Address": "203.0.113.100"}
    assert result.decision.arguments["duration"] == 7200


@pytest.mark.parametrize(
    "answer",
    [
        "Sure! Here is your session.",
        "",
        "null",
        '"decline other',
        '{"operation":"decline","arguments":{}}',
        "{}",
        '"create device +15550001111 need gaming duration B"',
        '"create device C need gaming duration B"',
        '"create device A need gaming  duration B"',
    ],
)
def test_a_server_that_ignores_the_schema_is_reported(server: Server, answer: str) -> None:
    server.answer = answer
    with pytest.raises(DecodingError, match="does not keep to the JSON schema"):
        interpreter(server.url).interpret("gaming on +351966666666 for 2 hours")


@pytest.mark.parametrize("status", [200, 404, 502])
def test_a_page_in_place_of_an_answer(server: Server, status: int) -> None:
    server.raw = b"<!DOCTYPE html>\n<html><body>" + b"Sign in. " * 500 + b"</body></html>"
    server.kind, server.status = "text/html; charset=utf-8", status
    with pytest.raises(ModelError) as raised:
        interpreter(server.url).interpret("hello")
    text = str(raised.value)
    assert text.startswith(f"The model server at {server.url}")
    assert "QOD_MODEL" in text
    assert len(text) < 500
    assert "\n" not in text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"hello"',
        b"{",
        b"\xff\xfe",
        b'{"choices": []}',
        b'{"choices": {}}',
        b'{"choices": [1]}',
        b'{"choices": [{"message": {}}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": [{"type": "text", "text": "hi"}]}}]}',
        b'{"models": ["llama3"]}',
        b'data: {"choices": []}\n\n',
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/event-stream"])
def test_an_answer_that_is_no_chat_completion(server: Server, raw: bytes, kind: str) -> None:
    server.raw, server.kind = raw, kind
    with pytest.raises(ModelError, match=r"is no chat completion.*QOD_MODEL_SERVER") as raised:
        interpreter(server.url).interpret("hello")
    assert server.url in str(raised.value)


def test_a_refusal_of_the_model_is_told(server: Server) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I would rather not."}
    server.raw = json.dumps({"choices": [{"index": 0, "message": message}]}).encode()
    with pytest.raises(ModelError, match=r"I would rather not\. Say it in other words.*QOD_MODEL"):
        interpreter(server.url).interpret("hello")


def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "foo://127.0.0.1")
    with pytest.raises(SettingsError, match="HTTP_PROXY"):
        RemoteDecoder("http://127.0.0.1:1/v1", "qod")


def test_a_server_may_tell_how_sure_its_model_is(server: Server) -> None:
    server.answer = DECLINE.strip()
    server.beside = {"trace": {"confidence": 0.8, "offsets": [1], "probabilities": [0.8]}}
    result = interpreter(server.url).interpret("hello")
    assert result.confidence == 0.8
    assert result.certainty == {"operation": 0.8}


@pytest.mark.parametrize(
    "told",
    [
        None,
        1,
        "sure",
        {"confidence": 1.5},
        {"confidence": float("nan")},
        {"offsets": [-1], "probabilities": [0.5]},
        {"confidence": 1, "offsets": "many"},
    ],
)
def test_what_is_no_certainty_is_none(server: Server, told: Any) -> None:
    server.answer, server.beside = DECLINE.strip(), {"trace": told}
    result = interpreter(server.url).interpret("hello")
    assert result.confidence is None
    assert result.certainty == {}


def test_certainty_of_another_text_is_not_taken(server: Server) -> None:
    server.beside = {"trace": {"confidence": 0.8, "offsets": [1], "probabilities": [0.8]}}
    assert server.answer.startswith(" ")
    assert interpreter(server.url).interpret("hello").confidence is None


def test_a_server_that_fails_is_asked_again(server: Server) -> None:
    server.failures = TRIES - 1
    assert interpreter(server.url).interpret("hello").decision.operation == "decline"
    assert len(server.asked) == TRIES
    server.failures = TRIES
    with pytest.raises(ModelError, match=r"refused \(503\)"):
        interpreter(server.url).interpret("hello")


@pytest.mark.parametrize(("status", "error"), [(429, TooManyWaiting), (413, RequestTooLong)])
def test_refusals_that_a_caller_can_do_something_about(
    server: Server, status: int, error: type[QodError]
) -> None:
    server.status = status
    with pytest.raises(error, match="model server at"):
        interpreter(server.url).interpret("hello")
    assert len(server.asked) == 1


def test_several_at_once(server: Server) -> None:
    results = interpreter(server.url).interpret_many(["hello", "hi", "thanks"])
    assert [item.decision.operation for item in results] == ["decline"] * 3
    assert len(server.asked) == 3


async def test_asynchronously_too(server: Server) -> None:
    assert (await interpreter(server.url).ainterpret("hello")).decision.operation == "decline"


def test_refusals_and_silence_say_what_to_check(server: Server) -> None:
    server.status = 404
    with pytest.raises(ModelError, match=r"refused \(404\).*QOD_MODEL"):
        interpreter(server.url).interpret("hello")
    with pytest.raises(ModelError, match="check QOD_MODEL_SERVER"):
        interpreter("http://127.0.0.1:1/v1").interpret("hello")


def test_what_nobody_waits_for_is_not_asked(server: Server) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        interpreter(server.url).interpret("hello", cancelled=cancelled)
    assert server.asked == []
