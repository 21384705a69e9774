"""Conversations at the prompt, line by line, with a scripted model and the mock operator."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import PrivateAttr

from camara_qod.agent import provider
from camara_qod.agent.agent import build_agent
from camara_qod.agent.conversation import Conversation
from camara_qod.agent.help import COMMANDS
from camara_qod.agent.repl import DROPPED, KNOWN, OTHER_MOCK, RESUMED, UNCHANGED, Repl
from camara_qod.agent.stores import StoreError
from camara_qod.agent.terminal import Pipe
from camara_qod.tools.camara.errors import Unauthenticated
from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.errors import TransportError
from camara_qod.tools.invitation import reply
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.screen import screen

from .fakes import DECLINE, create, declined, on_session, plugin, reading

OFFER = reply(catalogue=load_catalogue())
OFFER_AGAIN = reply(catalogue=load_catalogue(), again=True)
PHONE = {"phoneNumber": "+351966666666"}
OTHER = {"phoneNumber": "+351911111111"}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


class Room:
    """A prompt with its agent, and what was printed."""

    def __init__(
        self,
        parts: QodPlugin,
        saver: Any = None,
        width: int = 400,
        resume: bool = False,
        model: str | None = None,
        **options: Any,
    ) -> None:
        self.out = io.StringIO()
        self.agent = build_agent(parts, model=model, checkpointer=saver or InMemorySaver())
        self._parts = parts
        self._threads = 0
        console = screen(file=self.out, width=width)
        earlier = self.begin() if resume else None
        self.repl = Repl(parts, console, self.begin, conversation=earlier, **options)

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
            create(None, "QOS_L"),
            create(OTHER, "QOS_L"),
            {"operation": "retrieveSessionsByDevice", "arguments": {"device": OTHER}},
            on_session("deleteSession", None),
            on_session("deleteSession", 1),
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
        "cancel one of them",
        "the second one",
        "no",
        "/sessions",
        "thanks, bye",
        "/quit",
    )
    session = "Session ID with QOS_E is AVAILABLE, for"
    listed = [
        f"1. {session} 2 hours 30 minutes until TIME UTC. +351966666666, 2 hours 29 minutes left.",
        "2. Session ID with QOS_L is AVAILABLE, for 1 hour until TIME UTC. +351911111111, 59 "
        "minutes left.",
    ]
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
        "sessionId ID the session this conversation is about, of +351966666666",
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
        "The operator refused: The device already has a session for an overlapping flow "
        "(retrieve-sessions finds it): end that one first, or name other ports. (409 "
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
        "Sessions in this conversation:",
        *listed,
        "Which session? Say which of the 2, or give its id.",
        "deleteSession · confidence 100%",
        "argument value",
        "sessionId ID number 2 of the sessions in this conversation, of +351911111111",
        "One session at a time. Not touched: ID.",
        "Send it? yes, no, or say what to change.",
        "Not sent. Say what to change, or something else.",
        *listed,
        OFFER,
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
        "missing, wrong or expired: set QOD_TOKEN to a new one, or QOD_OAUTH_ISSUER and its "
        "client to have them got."
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


class Unreachable(GenericFakeChatModel):
    """Another provider's model, which does not answer at first."""

    _asked: int = PrivateAttr(default=0)

    def bind_tools(self, tools: Any, **_: Any) -> "Unreachable":
        return self

    def _generate(self, *given: Any, **options: Any) -> Any:
        self._asked += 1
        if self._asked == 1:
            raise RuntimeError("Connection error.\nand a page of it")
        return super()._generate(*given, **options)


def test_a_chat_model_that_does_not_answer_is_told_and_the_turn_is_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = Unreachable(messages=iter([AIMessage("Hello.")]))
    monkeypatch.setattr(provider, "init_chat_model", lambda _: model)
    room = Room(plugin(), model="openai:gpt-5")
    assert room.type("hi", "hello?") == [
        "The chat model openai:gpt-5 did not answer (Connection error.): check its key and the "
        "network.",
        "Hello.",
    ]
    assert [str(item.text) for item in room.repl._conversation.messages] == ["hello?", "Hello."]


def test_a_store_that_fails_ends_the_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    saver = InMemorySaver()
    room = Room(plugin(create(), create()), saver)
    room.type("gaming")

    def full(*_: Any, **__: Any) -> Any:
        raise StoreError("Conversations cannot be kept.")

    monkeypatch.setattr(saver, "put", full)
    with pytest.raises(StoreError):
        room.type("gaming on a train", "never")
    assert "never" not in room.out.getvalue()


def test_errors_have_a_place_of_their_own_and_are_remembered() -> None:
    parts, errors = plugin(create(PHONE), create(PHONE)), io.StringIO()
    room = Room(parts, errors=screen(file=errors, width=400))

    def lost(_: Any) -> Any:
        raise TransportError("createSession did not reach the operator.")

    room.type("/nope", CREATE, "no")
    assert not room.repl.failed
    parts.client.create_session = lost
    said = room.type(CREATE, "yes")
    assert room.repl.failed
    assert errors.getvalue() == "createSession did not reach the operator.\n"
    assert "did not reach" not in " ".join(said)


# --- nothing acts that nobody asked for -----------------------------------------------------------

LONGER = "extendQosSessionDuration"
ASK = "Send it? yes, no, or say what to change."
NOTHING = "All right. Nothing is waiting for an answer; say what you need."
REJECTED = "Not sent. Say what to change, or something else."


def with_session(*decisions: Any, devices: tuple[Any, ...] = (PHONE,)) -> Room:
    """A prompt at which sessions were created already."""
    room = Room(plugin(*map(create, devices), *decisions))
    for device in devices:
        said = room.type(f"gaming on {device['phoneNumber']}", "yes")
        assert said[-1].startswith("Session ID"), said
    return room


def longer(seconds: int) -> dict[str, Any]:
    return on_session(LONGER, requestedAdditionalDuration=seconds)


def proposed(said: list[str]) -> list[str]:
    """The operations that were shown for a yes."""
    return [line.split(" · ")[0] for line in said if " · confidence" in line]


CREATE, EXTEND = "gaming on +351966666666", "extend it by 15 minutes"


def reading_room(**decisions: dict[str, Any]) -> Room:
    """A prompt with a session, whose model reads what it is handed."""
    begun = {CREATE: create(PHONE), EXTEND: longer(900)}
    room = Room(reading(begun | decisions))
    room.type(CREATE, "yes")
    return room


@pytest.mark.parametrize("words", ["yes", "no", "ok", "nein", "yes please"])
def test_a_rejected_proposal_does_not_come_back_at_a_yes_or_no(words: str) -> None:
    again = {f"{EXTEND}\n{turns}": longer(900) for turns in (words, f"thanks\n{words}")}
    for between in ([], ["thanks"]):
        said = reading_room(**again).type(EXTEND, "no", *between, words)
        assert proposed(said) == [LONGER]
        assert said[-1] in (NOTHING, OFFER, OFFER_AGAIN)


def test_right_after_a_no_a_bare_answer_revives_nothing() -> None:
    room = with_session(longer(900))
    assert room.type(EXTEND, "no", "yes")[-2:] == [REJECTED, NOTHING]


def test_a_turn_that_names_nothing_does_not_repeat_what_was_rejected() -> None:
    unsaid = on_session(LONGER, requestedAdditionalDuration=None)
    room = reading_room(**{"hm, well": unsaid, f"{EXTEND}\nhm, well": longer(900)})
    said = room.type(EXTEND, "no", "hm, well")
    assert proposed(said) == [LONGER]
    assert said[-1] == "How much longer?"


def test_what_was_rejected_may_be_asked_for_anew() -> None:
    room = with_session(longer(900), longer(900))
    said = room.type(EXTEND, "no", "do extend it by 15 minutes", "yes")
    assert proposed(said) == [LONGER, LONGER]
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE, for 1 hour 15 minutes")


def test_the_turn_right_after_a_no_corrects() -> None:
    room = Room(plugin(create(PHONE, duration=7200), DECLINE, create(PHONE, duration=1200)))
    said = room.type("gaming on +351966666666 for 2 hours", "no", "no, 20 minutes", "yes")
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE, for 20 minutes")


def test_a_new_request_after_a_no_takes_nothing_from_the_old_one() -> None:
    new = "gaming on +351911111111"
    room = reading_room(**{new: create(OTHER), f"{EXTEND}\n{new}": create(OTHER, duration=900)})
    said = room.type(EXTEND, "no", new, "yes")
    assert "duration 3600 s (1 hour) the configured default duration" in said
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE, for 1 hour until")


def test_a_length_of_a_request_that_was_left_is_not_for_the_next_one() -> None:
    left = "make mine longer by 20 minutes"
    decisions = {
        left: longer(1200),
        CREATE: create(PHONE),
        f"{left}\n{CREATE}": create(PHONE, duration=1200),
    }
    said = Room(reading(decisions)).type(left, "thanks", CREATE, "yes")
    assert said[0] == "Which session? Give its id."
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE, for 1 hour until")


def test_a_deletion_that_is_taken_back_is_not_proposed_again() -> None:
    room = with_session(*[on_session("deleteSession")] * 4)
    said = room.type("kill it", "wait, leave it running, I only want its state", "yes", "/sessions")
    assert proposed(said) == ["deleteSession"]
    stays = (
        "Session ID was asked about already, and stays as it is. What shall be done? To delete it "
        "after all, say so with its id."
    )
    assert said[-3:-1] == [stays, stays]
    assert said[-1].startswith("1. Session ID with QOS_E is AVAILABLE")


def test_a_deletion_that_was_rejected_comes_back_by_its_id() -> None:
    room = with_session(*[on_session("deleteSession")] * 2)
    (session,) = room.repl._conversation.history.sessions.listed
    said = room.type("kill it", "no", "kill it", f"delete {session}", "yes")
    assert proposed(said) == ["deleteSession", "deleteSession"]
    assert said[-1] == "Session ID is deleted."


def test_an_interrupted_request_is_taken_up_and_the_deletion_is_not() -> None:
    room = with_session(
        create(),
        *[on_session("deleteSession")] * 2,
        create(OTHER, None),
        create(OTHER),
    )
    said = room.type("gaming please", "kill it first", "yes", "+351911111111", "yes")
    assert proposed(said) == ["deleteSession", "createSession"]
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE")


def test_a_deletion_that_was_done_is_not_proposed_again() -> None:
    room = with_session(create(), *[on_session("deleteSession")] * 2)
    session = room.repl._conversation.history.sessions.current
    at_none, again = on_session("deleteSession"), on_session("deleteSession", session)
    room._parts.interpreter._decoder.script += [at_none, at_none, again]
    said = room.type("gaming please", "kill it first", "yes", "+351911111111", f"kill {session}")
    assert proposed(said) == ["deleteSession"]
    gone = "Session ID is deleted already. Which other one, if any?"
    assert said[-2:] == ["Which session? Give its id.", gone]


def test_one_of_several_sessions_is_not_deleted_unseen() -> None:
    room = with_session(*[on_session("deleteSession", 0)] * 2, devices=(PHONE, OTHER))
    first, second = room.repl._conversation.history.sessions.listed
    one = "One session at a time. Not touched: ID."
    assert room.type("cancel everything", "no")[-3:] == [one, ASK, REJECTED]
    assert f"One session at a time. Not touched: {second}." in room.out.getvalue()
    assert room.repl._conversation.history.sessions.listed == (first, second)


def test_a_deletion_that_points_at_none_of_several_sessions_asks() -> None:
    script = on_session("deleteSession", None), on_session("deleteSession", 0)
    room = with_session(*script, devices=(PHONE, OTHER))
    _, second = room.repl._conversation.history.sessions.listed
    which = "Which session? Say which of the 2, or give its id."
    *_, asked = room.type("cancel everything")
    assert asked == which
    said = room.type("the first one", "yes")
    assert proposed(said) == ["deleteSession"]
    assert said[-1] == "Session ID is deleted. One session at a time. Not touched: ID."
    assert room.repl._conversation.history.sessions.listed == (second,)


def test_a_deletion_that_was_taken_back_is_not_taken_up_by_another_request() -> None:
    room = with_session(on_session("deleteSession", None), DECLINE, devices=(PHONE, OTHER))
    first, second = room.repl._conversation.history.sessions.listed
    room._parts.interpreter._decoder.script += [
        on_session("getSession", first),
        on_session("deleteSession", first),
    ]
    said = room.type("cancel one of them", "ach, lass mal", f"how is {first}?")
    assert proposed(said) == []
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE")
    assert room.repl._conversation.history.sessions.listed == (first, second)


def test_a_request_that_was_taken_back_is_not_revived_later() -> None:
    number = "+351966666666"
    decisions = {
        "gaming please": create(),
        number: create(PHONE, None),
        f"gaming please\n{number}": create(PHONE),
    }
    said = Room(reading(decisions)).type("gaming please", "egal, vergiss es", "thanks", number)
    assert proposed(said) == []
    assert said[-1].startswith("What is it for?")


def test_what_one_act_leaves_out_is_told_before_and_after() -> None:
    room = with_session(longer(900), devices=(PHONE, OTHER))
    said = room.type("extend the first by 15 minutes and the second by 20 minutes", "yes")
    left = "Not used: 20 minutes."
    one = "One session at a time. Not touched: ID."
    assert said[-4:-1] == [left, one, ASK]
    assert said[-1].endswith(f"UTC. {left} {one}")


def test_both_is_one_and_the_other_is_named() -> None:
    room = with_session(longer(900), devices=(PHONE, OTHER))
    said = room.type("extend both by 15 minutes")
    assert "One session at a time. Not touched: ID." in said


def test_two_ids_are_one_deletion_and_the_other_is_named() -> None:
    room = with_session(devices=(PHONE, OTHER))
    first, second = room.repl._conversation.history.sessions.listed
    room._parts.interpreter._decoder.script += [on_session("deleteSession", first)]
    said = room.type(f"delete {first} and {second}", "yes", "/sessions")
    assert "Not used: ID." in said
    assert said[-2] == "Session ID is deleted. Not used: ID."
    assert room.repl._conversation.history.sessions.listed == (second,)


# --- an afternoon without friction ----------------------------------------------------------------


def test_small_talk_is_answered_by_its_kind_and_what_is_possible_is_told_once() -> None:
    decisions = [declined("greeting"), declined("thanks"), DECLINE, declined("stop")]
    hello, thanks, weather, leave = Room(plugin(*decisions)).type(
        "hi", "thanks", "what is the weather?", "leave it as it is"
    )
    assert hello.startswith("Hello! I can help with the connection of a device. Say which device")
    short = "Whenever you need a better connection, say which device, what for, and for how long."
    assert (thanks, weather) == (f"You are welcome. {short}", OFFER_AGAIN)
    assert leave == f"All right, nothing is done. {short}"


def test_a_question_near_the_matter_is_answered_from_the_catalogue() -> None:
    said = " ".join(Room(plugin(declined("question"))).type("which would be best for films?"))
    assert "by what each is best for, are QOS_E (gaming, VR, remote control), QOS_S" in said
    assert "prices, your operator can tell" in said


ANSWER = "certainly, that is the one I want"


def waiting_room(newest: str, *, alone: dict[str, Any], joined: dict[str, Any]) -> Room:
    """A prompt whose model reads a turn so by itself, and so after a request that is shown."""
    return Room(reading({CREATE: create(PHONE), newest: alone, f"{CREATE}\n{newest}": joined}))


@pytest.mark.parametrize("alone", [DECLINE, create()])
def test_a_turn_that_changes_nothing_leaves_the_request_and_tells_how_to_send_it(
    alone: dict[str, Any],
) -> None:
    room = waiting_room(ANSWER, alone=alone, joined=create(PHONE))
    said = room.type(CREATE, ANSWER, "y")
    assert proposed(said) == ["createSession"]
    assert said[-2] == UNCHANGED
    assert said[-1].startswith("Session ID with QOS_E is AVAILABLE")
    again = waiting_room(ANSWER, alone=alone, joined=create(PHONE))
    assert again.type(CREATE, ANSWER, "n", ANSWER)[-2:] != [UNCHANGED, UNCHANGED]


@pytest.mark.parametrize(
    ("alone", "joined"),
    [
        ({"operation": "retrieveQoSProfiles", "arguments": {}}, create(PHONE)),
        (DECLINE, DECLINE),
    ],
)
def test_a_request_that_is_left_is_not_sent_and_that_is_told(
    alone: dict[str, Any], joined: dict[str, Any]
) -> None:
    said = waiting_room("what else is there?", alone=alone, joined=joined).type(
        CREATE, "what else is there?", "/sessions"
    )
    assert proposed(said) == ["createSession"]
    assert DROPPED in said
    assert said[-1] == "There are no sessions in this conversation."


def test_a_deletion_does_not_stay_when_something_else_is_said() -> None:
    kill = on_session("deleteSession")
    room = reading_room(**{"kill it": kill, f"kill it\n{ANSWER}": kill})
    said = room.type("kill it", ANSWER)
    assert said[-2:] == [DROPPED, OFFER]


def test_sessions_that_are_known_stand_beside_the_question_for_a_device() -> None:
    listing = {"operation": "retrieveSessionsByDevice", "arguments": {"device": None}}
    said = with_session(listing, devices=(PHONE, OTHER)).type("list my sessions")
    one = "Session ID with QOS_E is AVAILABLE, for 1 hour until TIME UTC."
    assert said[:-1] == [
        KNOWN,
        f"1. {one} +351966666666, 59 minutes left.",
        f"2. {one} +351911111111, 59 minutes left.",
    ]
    assert said[-1].startswith("For those of a device, give its phone number")


def test_the_sessions_of_a_named_device_are_the_choice_and_a_number_is_enough() -> None:
    room = with_session(on_session("deleteSession", None), devices=(PHONE, OTHER))
    first, second = room.repl._conversation.history.sessions.listed
    room._parts.interpreter._decoder.script += [on_session("deleteSession", second)]
    said = room.type("stop boosting +351911111111", "2", "y")
    assert said[0] == KNOWN
    assert said[1].startswith("2. Session ID with QOS_E is AVAILABLE")
    assert said[2] == "Which session? Known for +351911111111: ID."
    assert said[-1] == "Session ID is deleted."
    assert not [line for line in said if line.startswith(("One thing", "One session"))]
    assert room.repl._conversation.history.sessions.listed == (first,)


def test_a_session_that_is_named_by_its_device_leaves_nothing_unused() -> None:
    said = with_session(longer(900)).type("15 minutes more for +351966666666")
    assert proposed(said) == [LONGER]
    assert not [line for line in said if line.startswith("Not used")]


def test_a_conversation_goes_on_without_the_sessions_of_another_mock_operator() -> None:
    saver = InMemorySaver()
    first = Room(plugin(create(PHONE), longer(900)), saver)
    first.type("gaming on +351966666666", "yes")
    assert first.repl._conversation.say(EXTEND).pending is not None
    again = Room(plugin(*[on_session("deleteSession")] * 2), saver, resume=True)
    said = again.type("/sessions", "end it")
    assert said[:4] == [
        RESUMED,
        "qod> gaming on +351966666666",
        "Session ID with QOS_E is AVAILABLE, for 1 hour until TIME UTC.",
        f"qod> {EXTEND}",
    ]
    assert said[4:] == [
        DROPPED,
        "Session ID has ended.",
        OTHER_MOCK,
        "There are no sessions in this conversation.",
        "Which session? Give its id.",
    ]


def test_why_a_question_is_asked_is_told_once() -> None:
    room = Room(plugin(*[create(PHONE, duration=172800)] * 3, create(PHONE, duration=259200)))
    said = room.type("gaming on +351966666666 for 2 days", "why?", "2 days", "3 days then")
    outside = "is outside the limits, 1 minute to 12 hours. For how long?"
    short = "For how long, if not 2 days? It can be 1 minute to 12 hours."
    assert said == [f"2 days {outside}", short, short, f"3 days {outside}"]


def test_an_extension_above_the_limit_is_not_proposed() -> None:
    said = with_session(longer(72000)).type("extend it by 20 hours")
    assert said == [
        "With 20 hours more the session would be outside its limit of 12 hours: at most 11 hours "
        "can be added. How much longer?"
    ]


def test_a_device_whose_session_was_ended_has_none() -> None:
    listing = {"operation": "retrieveSessionsByDevice", "arguments": {"device": None}}
    named = {"operation": "retrieveSessionsByDevice", "arguments": {"device": PHONE}}
    room = with_session(on_session("deleteSession"), listing, named)
    said = room.type("end it", "yes", "which sessions are left?", "those of +351966666666")
    assert said[-2].startswith("None of the sessions in this conversation is left. For those of")
    assert said[-1] == "+351966666666 has no sessions."


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_that_is_to_be_confirmed_is_cut(width: int) -> None:
    six = {"ipv6Address": "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"}
    script = [create(six), longer(900), on_session("deleteSession")]
    room = Room(plugin(*script), width=width)
    room.type("gaming on 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", "y")
    shown = [room.out.getvalue()]
    (session,) = room.repl._conversation.history.sessions.listed
    for lines in ((EXTEND, "y"), ("end it",)):
        room.type(*lines)
        shown.append(room.out.getvalue())
    for text, names in zip(
        shown,
        (
            (*six.values(), "applicationServer", "203.0.113.100", "3600 s (1 hour)"),
            (session, "sessionId", "requestedAdditionalDuration", "900 s (15 minutes)"),
            (session, "sessionId", "deleteSession"),
        ),
        strict=True,
    ):
        assert [name for name in names if name not in text] == []
        assert "…" not in text
        assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [60, 80, 120])
def test_help_is_wrapped_once(width: int) -> None:
    room = Room(plugin(), width=width)
    room.type("/help")
    lines = room.out.getvalue().splitlines()
    starts = [line.split()[0] for line in lines if line.startswith("  /")]
    assert starts == list(COMMANDS)
    assert max(map(len, lines)) <= width
    paragraph = lines[lines.index("  Need low latency for gaming, IP 192.168.1.50, 2 hours") + 1 :]
    wrapped = [line.rstrip() for line in paragraph[: paragraph.index("")]]
    following = [line.split()[0] for line in wrapped[1:]]
    assert all(
        len(line) + 1 + len(word) > width
        for line, word in zip(wrapped[:-1], following, strict=True)
    )


def test_sessions_of_one_profile_are_told_apart_all_the_time() -> None:
    room = with_session(devices=(PHONE, OTHER))
    one, other = (
        f"{number} QOS_E {device['phoneNumber']}, 59 minutes left"
        for number, device in ((1, PHONE), (2, OTHER))
    )
    assert room.repl.watch.text(120) == f"{one} · {other}"
    assert room.repl.watch.text(60) == f"{one}\n{other}"


@pytest.mark.parametrize("width", [20, 60, 80, 120])
def test_nothing_of_the_sessions_that_are_shown_all_the_time_is_cut(width: int) -> None:
    six = [f"2001:db8:aaa{number}:bbbb:cccc:dddd:eeee:ffff" for number in range(6)]
    room = Room(plugin(*(create({"ipv6Address": address}) for address in six)))
    for address in six:
        room.type(f"gaming on {address}", "y")
    text = room.repl.watch.text(width)
    assert max(map(len, text.splitlines())) <= width
    whole = "".join(text.split())
    assert [address in whole for address in six] == [True] * 4 + [False] * 2
    assert whole.endswith("2more:/sessions")
    assert whole.count("minutesleft") == 4


def test_times_are_told_in_the_zone_of_the_settings() -> None:
    parts = plugin(create(PHONE), create(PHONE), timezone="Asia/Tokyo")
    said = Room(parts).type(CREATE, "y", "/sessions", CREATE, "y")
    assert [line.count("TIME JST") for line in said if "until" in line] == [1, 1, 1]
