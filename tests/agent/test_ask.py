"""`qod ask`: what is sent at once, what is asked about, and how it ends."""

import io
import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from camara_qod.agent.ask import Exit, _finish, ask, at_terminal

from .fakes import DECLINE, create, on_session, plugin

PHONE = {"phoneNumber": "+351966666666"}
REQUEST = "gaming on +351966666666"
SESSION = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
KILL = f"kill {SESSION}"
DELETE = on_session("deleteSession", SESSION)
LONGER = on_session("extendQosSessionDuration", SESSION, requestedAdditionalDuration=600)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """What was printed, as one line."""
    return lambda: " ".join(capsys.readouterr().out.split())


def test_a_sure_request_is_sent_at_once(said: Any) -> None:
    assert ask(plugin(create(PHONE), probability=0.97), REQUEST) == Exit.DONE
    assert "is AVAILABLE, for 1 hour until" in said()


@pytest.mark.parametrize(
    ("decision", "words", "probability"),
    [
        (create(PHONE), REQUEST, 0.89),
        (LONGER, f"10 minutes more for {SESSION}", 0.89),
        (DELETE, KILL, 0.98),
    ],
)
def test_an_unsure_change_is_not_sent_where_nobody_can_be_asked(
    capsys: pytest.CaptureFixture[str], decision: Any, words: str, probability: float
) -> None:
    parts = plugin(decision, probability=probability)
    parts.client.close()  # nothing can be sent
    assert ask(parts, words) == Exit.WAITS == 5
    printed = capsys.readouterr()
    assert "Not sent: nobody can be asked here. --yes" in printed.err
    assert "This would" in printed.out
    assert "Say yes" not in printed.out
    assert f"The model is {probability:.0%} sure; below" in " ".join(printed.out.split())


@pytest.mark.parametrize(
    ("decision", "words"),
    [(on_session("getSession", SESSION), SESSION), (DECLINE, "hello"), (create(), "gaming")],
)
def test_what_changes_nothing_is_never_asked_about(decision: Any, words: str) -> None:
    asked: list[str] = []
    ended = ask(
        plugin(decision, probability=0.1), words, agree=lambda text: bool(asked.append(text))
    )
    assert ended in (Exit.REFUSED, Exit.DECLINED, Exit.ASKS)
    assert asked == []


def test_yes_sends_it_unasked(said: Any) -> None:
    assert ask(plugin(create(PHONE), probability=0.1), REQUEST, yes=True) == Exit.DONE
    assert "is AVAILABLE" in said()


@pytest.mark.parametrize(("answer", "ended"), [(True, Exit.DONE), (False, Exit.WAITS)])
def test_a_person_is_asked(said: Any, answer: bool, ended: Exit) -> None:
    asked: list[str] = []

    def agree(question: str) -> bool:
        asked.append(question)
        return answer

    assert ask(plugin(create(PHONE), probability=0.5), REQUEST, agree=agree) == ended
    assert asked == ["Send it?"]
    printed = said()
    assert printed.startswith("createSession · confidence 50%")
    assert ("is AVAILABLE" in printed) is answer
    assert printed.endswith("Not sent.") is not answer


@pytest.mark.parametrize("name", ["stdin", "stderr"])
def test_where_a_stream_is_closed_nobody_can_be_asked(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert at_terminal() is not None
    monkeypatch.setattr(sys, name, None)
    assert at_terminal() is None


def test_a_sure_person_is_not_asked_and_a_dry_run_says_what_would_be() -> None:
    def agree(_: str) -> bool:
        raise AssertionError

    assert ask(plugin(create(PHONE)), REQUEST, agree=agree) == Exit.DONE
    unsure = plugin(create(PHONE), probability=0.5)
    assert ask(unsure, REQUEST, send=False, agree=agree) == Exit.DONE


def test_json_holds_the_proposal(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(plugin(DELETE, probability=0.9), KILL, as_json=True) == Exit.WAITS
    printed = capsys.readouterr()
    assert "nobody can be asked" not in printed.err
    value = json.loads(printed.out)
    assert value["sent"] is False
    assert value["proposal"] == {
        "operation": "deleteSession",
        "arguments": {"sessionId": SESSION},
        "confidence": 0.9,
        "doubts": ["The model is 90% sure; below 99% it is asked first."],
    }
    assert value["text"].startswith(f"This would delete session {SESSION}.")
    assert value["text"].endswith("Say yes to do it.")


def test_json_stays_json_where_not_every_character_can_be_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.BytesIO()
    printed = io.TextIOWrapper(out, encoding="ascii", errors="backslashreplace")
    monkeypatch.setattr(sys, "stdout", printed)
    _finish(SimpleNamespace(to_dict=lambda: {"text": "für Zoë"}), True)  # type: ignore[arg-type]
    printed.flush()
    assert json.loads(out.getvalue()) == {"text": "für Zoë"}


def test_json_at_a_terminal_is_nothing_but_json(capsys: pytest.CaptureFixture[str]) -> None:
    parts = plugin(create(PHONE), probability=0.5)
    ask(parts, REQUEST, as_json=True, agree=lambda _: True)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["sent"] is True
    assert "This would call createSession" in " ".join(printed.err.split())


@pytest.mark.parametrize(
    ("decision", "words", "left"),
    [
        (DELETE, f"{KILL} and 0303a40a-a8a5-4e80-abd7-165cfc8f5fe5", "0303a40a"),
        (DELETE, f"{KILL}, the one of 10.0.0.4", "10.0.0.4"),
        (LONGER, f"{SESSION} 10 minutes, the other 20 minutes", "20 minutes"),
        (create(PHONE), f"{REQUEST} and on +351911111111", "+351911111111"),
    ],
)
def test_what_is_left_over_is_named_and_asked_about(
    said: Any, decision: Any, words: str, left: str
) -> None:
    assert ask(plugin(decision), words) == Exit.WAITS
    assert f"Not used: {left}" in said()
