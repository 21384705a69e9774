"""Conversations at the prompt, line by line, with a scripted model and the mock operator."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from rich.console import Console

from camara_qod.agent.agent import build_agent
from camara_qod.agent.conversation import Conversation
from camara_qod.agent.repl import Repl
from camara_qod.agent.terminal import Pipe
from camara_qod.tools.camara.errors import Unauthenticated
from camara_qod.tools.errors import TransportError
from camara_qod.tools.plugin import QodPlugin

from .fakes import DECLINE, create, on_session, plugin

PHONE = {"phoneNumber": "+351966666666"}
OTHER = {"phoneNumber": "+351911111111"}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


class Room:
    """A prompt with its agent, and what was printed."""

    def __init__(self, parts: QodPlugin, saver: Any = None, **options: Any) -> None:
        self.out = io.StringIO()
        self.agent = build_agent(parts, checkpointer=saver or InMemorySaver())
        self._parts = parts
        self._threads = 0
        self.repl = Repl(parts, Console(file=self.out, width=400), self.begin, **options)

    def begin(self) -> Conversation:
        self._threads += 1
        return Conversation(self.agent, self._parts, str(self._threads))

    def type(self, *lines: str) -> list[str]:
        """The lines printed, with ids and times made equal."""
        self.out.truncate(0)
        self.out.seek(0)
        self.repl.run(Pipe(lines))
        text = _TIME.sub("TIME", _UUID.sub("ID", self.out.getvalue()))
        return [" ".join(line.split()) for line in text.splitlines()]


def test_a_whole_afternoon() -> None:
    """Request, answer, confirmation, status, extension, conflict, correction, farewell."""
    room = Room(
        plugin(
            create(duration=7200),
            create(PHONE, duration=7200),
            on_session("getSession"),
            on_session("extendQosSessionDuration", requestedAdditionalDuration=1800),
            create(PHONE),
            create(OTHER),
            create(OTHER, "QOS_L"),
            {"operation": "retrieveSessionsByDevice", "arguments": {"device": OTHER}},
            on_session("deleteSession"),
            DECLINE,
        )
    )
    said = room.type(
        "gaming for 2 hours please",
        "my phone is +351966666666",
        "yes",
        "how is it doing?",
        "give it half an hour more",
        "y",
        "another one for gaming on +351966666666",
        "yes",
        "then for my other phone, +351911111111",
        "make that a video call",
        "ok",
        "which sessions does +351911111111 have?",
        "cancel it",
        "no",
        "/sessions",
        "thanks, bye",
        "/quit",
    )
    session = "Session ID with QOS_E is AVAILABLE, for"
    assert said == [
        "Which device? Give its phone number with country code, its IPv6 address, or its IPv4 "
        "address.",
        "createSession · confidence 100%",
        "argument value",
        "device +351966666666",
        "applicationServer 203.0.113.100 the configured default server",
        "qosProfile QOS_E",
        "duration 7200 s (2 hours)",
        "Send it? yes, no, or say what to change.",
        f"{session} 2 hours until TIME UTC.",
        f"{session} 2 hours until TIME UTC.",
        "extendQosSessionDuration · confidence 100%",
        "argument value",
        "sessionId ID the session this conversation is about",
        "requestedAdditionalDuration 1800 s (30 minutes)",
        "Send it? yes, no, or say what to change.",
        f"{session} 2 hours 30 minutes until TIME UTC.",
        "createSession · confidence 100%",
        "argument value",
        "device +351966666666",
        "applicationServer 203.0.113.100 the configured default server",
        "qosProfile QOS_E",
        "duration 3600 s (1 hour) the configured default duration",
        "Send it? yes, no, or say what to change.",
        "The operator refused: The device already has a session for an overlapping flow. (409 "
        f"CONFLICT) In the way: {session} 2 hours 30 minutes until TIME UTC. Extend it, or delete "
        "it first and ask again to replace it.",
        "createSession · confidence 100%",
        "argument value",
        "device +351911111111",
        "applicationServer 203.0.113.100 the configured default server",
        "qosProfile QOS_E",
        "duration 3600 s (1 hour) the configured default duration",
        "Send it? yes, no, or say what to change.",
        "createSession · confidence 100%",
        "argument value",
        "device +351911111111",
        "applicationServer 203.0.113.100 the configured default server",
        "qosProfile QOS_L",
        "duration 3600 s (1 hour) the configured default duration",
        "Send it? yes, no, or say what to change.",
        "Session ID with QOS_L is AVAILABLE, for 1 hour until TIME UTC.",
        "Session ID with QOS_L is AVAILABLE, for 1 hour until TIME UTC.",
        "deleteSession · confidence 100%",
        "argument value",
        "sessionId ID the session this conversation is about",
        "Send it? yes, no, or say what to change.",
        "Not sent. Say what to change, or something else.",
        f"1. {session} 2 hours 30 minutes until TIME UTC.",
        "2. Session ID with QOS_L is AVAILABLE, for 1 hour until TIME UTC.",
        "That is not a matter for the Quality-on-Demand API. I can request a better connection for "
        "a device: say which device, what it is for, and for how long.",
    ]


def test_new_forgets_and_quit_ends() -> None:
    parts = plugin(create(), create(), create())
    said = Room(parts).type("gaming", "/new", "again", "/quit", "never")
    assert said[1] == "A new conversation."
    assert len(said) == 3
    assert len(parts.interpreter._decoder.script) == 1


def test_commands_without_a_request() -> None:
    said = Room(plugin()).type("/json", "/nope", "", "  ", "/sessions", "/profiles")
    assert said[:3] == [
        "Nothing has been asked yet.",
        "There is no command /nope; /help lists them.",
        "There are no sessions in this conversation.",
    ]
    assert said[3].startswith("Profile QOS_E is ACTIVE")


def test_a_dry_run_sends_nothing() -> None:
    room = Room(plugin(create(PHONE)), dry_run=True)
    said = room.type("gaming on +351966666666", "/sessions")
    assert "Nothing was sent. This is the request that would be." in said
    assert said[-1] == "There are no sessions in this conversation."


def test_leaving_with_a_call_that_waits_does_not_make_it() -> None:
    room = Room(plugin(create(PHONE)))
    said = room.type("gaming on +351966666666")
    assert said[-1] == "Not sent."
    assert room.type("/sessions") == ["There are no sessions in this conversation."]


class Interrupted(Pipe):
    """Ctrl-C in place of the lines that say so."""

    def read(self, prompt: str) -> str | None:
        line = super().read(prompt)
        if line == "^C":
            raise KeyboardInterrupt
        return line


def test_ctrl_c_gives_up_a_call_that_waits() -> None:
    room = Room(plugin(create(PHONE)))
    room.repl.run(Interrupted(["gaming on +351966666666", "^C", "/sessions"]))
    assert room.out.getvalue().splitlines()[-2:] == [
        "Not sent.",
        "There are no sessions in this conversation.",
    ]


def test_ctrl_c_while_the_model_thinks_takes_the_line_back() -> None:
    parts = plugin(create(PHONE))
    room = Room(parts)
    decode = parts.interpreter._decoder.decode
    calls: Iterator[Any] = iter([KeyboardInterrupt])

    def stopped(*arguments: Any) -> Any:
        if error := next(calls, None):
            raise error
        return decode(*arguments)

    parts.interpreter._decoder.decode = stopped
    said = room.type("gaming on +351911111111", "gaming on +351966666666", "yes")
    assert said[0] == "Stopped."
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE")
    assert "+351911111111" not in parts.interpreter._decoder.prompts[0]


@pytest.mark.parametrize("sent", [True, False])
def test_a_killed_process_is_found_out_about_and_nothing_is_doubled(sent: bool) -> None:
    saver, parts = InMemorySaver(), plugin(create(PHONE))
    room = Room(parts, saver)
    post = parts.client.create_session

    def killed(body: Any) -> Any:
        if sent:
            post(body)
        raise SystemExit("killed")

    parts.client.create_session = killed
    with pytest.raises(SystemExit):
        room.type("gaming on +351966666666", "yes")
    parts.client.create_session = post

    again = Room(parts, saver)
    said = again.type("/sessions")
    if sent:
        assert said[0].startswith("The last time was cut off before an answer came. The operator's")
        assert said[1].startswith("1. Session ID with QOS_E is AVAILABLE")
    else:
        assert "nothing seems to have been created. Ask again." in said[0]
        assert said[1] == "There are no sessions in this conversation."


def test_an_expired_token_is_told_in_a_sentence_and_loses_nothing() -> None:
    parts = plugin(create(PHONE), create(PHONE))
    room = Room(parts)
    post = parts.client.create_session

    def expired(_: Any) -> Any:
        raise Unauthenticated(401, "UNAUTHENTICATED", "The token has expired.")

    parts.client.create_session = expired
    said = room.type("gaming on +351966666666", "yes")
    assert said[-1] == (
        "The operator refused: The token has expired. (401 UNAUTHENTICATED) The access token is "
        "missing, wrong or expired: set QOD_TOKEN to a new one."
    )
    parts.client.create_session = post
    assert room.type("once more", "yes")[-1].startswith("Session ID with QOS_E is AVAILABLE")


def test_a_lost_connection_is_told_in_a_sentence_and_loses_nothing() -> None:
    parts = plugin(create(PHONE), create(PHONE))
    room = Room(parts)
    post = parts.client.create_session

    def lost(_: Any) -> Any:
        raise TransportError("createSession did not reach the operator. Check QOD_API_ROOT.")

    parts.client.create_session = lost
    said = room.type("gaming on +351966666666", "yes")
    assert said[-1] == "createSession did not reach the operator. Check QOD_API_ROOT."
    parts.client.create_session = post
    said = room.type("try again", "yes")
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE")
