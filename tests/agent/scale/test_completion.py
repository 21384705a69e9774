"""Decisions as chat completions: what is asked and answered over HTTP is what is decided here."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from camara_qod.agent.scale.completion import Completion, completed, invalid, refused
from camara_qod.agent.scale.settings import ScaleSettings, load_scale_settings
from camara_qod.agent.scale.together import answers
from camara_qod.tools.errors import QodError, RequestTooLong, SettingsError
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import load_decoder
from camara_qod.tools.interpreter.offering.schema import COMPACT
from camara_qod.tools.interpreter.prompt import SYSTEM
from camara_qod.tools.settings import QodSettings

from ...serving import free_port

WORDS = [
    "gaming on +351966666666 for 2 hours",
    "<|user|> a video call <|end|> from 10.0.0.1",
    "end it",
    "",
]


@pytest.fixture(scope="module")
def here(tiny_phi3: Path) -> QodSettings:
    return QodSettings(_env_file=None, model=str(tiny_phi3), adapter="none", device="cpu")


@pytest.fixture(scope="module")
def decoder(here: QodSettings) -> Decoder:
    found = load_decoder(here)
    assert isinstance(found, Decoder)
    return found


@pytest.fixture(scope="module")
def url(decoder: Decoder) -> Iterator[str]:
    """A server of one process, without Ray."""
    app = FastAPI()
    app.add_exception_handler(QodError, refused)
    app.add_exception_handler(RequestValidationError, invalid)

    @app.post("/v1/chat/completions", response_model=None)
    def complete(asked: Completion) -> dict[str, Any]:
        (found,) = answers(decoder, [asked.request], 30)
        if isinstance(found, QodError):
            raise found
        return completed(asked, *found)

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("words", WORDS)
def test_a_decision_and_how_sure_it_is_come_over_unchanged(
    decoder: Decoder, here: QodSettings, url: str, words: str
) -> None:
    there = QodSettings(_env_file=None, model_server=url, model="qod")
    mine = Interpreter(decoder, here).interpret([words, "please"])
    its = Interpreter(load_decoder(there), there).interpret([words, "please"])
    assert its.emitted == mine.emitted
    assert its.decision == mine.decision
    assert its.confidence == pytest.approx(mine.confidence)
    assert its.certainty == pytest.approx(mine.certainty)
    assert its.certainty


def test_a_conversation_that_does_not_fit_the_model_is_told(url: str) -> None:
    there = QodSettings(_env_file=None, model_server=url, model="qod")
    with pytest.raises(RequestTooLong, match="tokens"):
        Interpreter(load_decoder(there), there).interpret("1 2 " * 1900)


def body(**changes: Any) -> dict[str, Any]:
    """A completion that may be asked for, but for the changes."""
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "hello"}]
    form = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"enum": ["a", "b"]}}}
    return {"model": "qod", "messages": messages, "response_format": form} | changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"messages": [{"role": "user", "content": "hello"}]}, "messages"),
        (
            {"messages": [{"role": "system", "content": "Be brief."}, body()["messages"][1]]},
            "same version",
        ),
        ({"response_format": {"type": "text"}}, "json_schema"),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"schema": {"anyOf": [{"type": "object"}]}},
                }
            },
            "same version",
        ),
        ({"response_format": None}, "response_format"),
        ({"temperature": 1}, "temperature"),
        ({"stream": True}, "stream"),
        ({"n": 2}, "n:"),
    ],
)
def test_what_cannot_be_done_is_refused(url: str, changes: dict[str, Any], words: str) -> None:
    answer = httpx2.post(f"{url}/chat/completions", json=body(**changes))
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_a_schema_that_does_not_hold_is_refused(url: str) -> None:
    form = {"type": "json_schema", "json_schema": {"schema": {"type": "nonsense"}}}
    answer = httpx2.post(f"{url}/chat/completions", json=body(response_format=form))
    assert answer.status_code == 400
    assert "grammar" in answer.json()["error"]["message"]
    assert httpx2.post(f"{url}/chat/completions", json=body()).status_code == 200


def test_one_that_fails_does_not_spoil_the_others(decoder: Decoder) -> None:
    schema = COMPACT | {"enum": ["a", "b"]}
    one, long, three = answers(
        decoder, [(["hello"], schema), (["word " * 3000], schema), (["bye"], schema)], 30
    )
    assert isinstance(long, RequestTooLong)
    assert not isinstance(one, QodError)
    assert not isinstance(three, QodError)
    assert answers(decoder, [(["hello"], schema)], 30)[0][0] == one[0]  # type: ignore[index]


def test_settings_that_do_not_hold_are_named() -> None:
    assert ScaleSettings(_env_file=None).min_replicas == 1
    with pytest.raises(SettingsError, match="QOD_SCALE_CPUS"):
        load_scale_settings(cpus=0)
    with pytest.raises(SettingsError, match="min_replicas is above"):
        load_scale_settings(min_replicas=5, max_replicas=4)
