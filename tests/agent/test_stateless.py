"""Conversations of which only the words come back are understood as those that are kept whole."""

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    convert_to_messages,
    convert_to_openai_messages,
)
from langgraph.checkpoint.memory import InMemorySaver

from camara_qod.agent.agent import build_agent
from camara_qod.agent.conversation import Conversation
from camara_qod.agent.history import read_history
from camara_qod.agent.stateless import DECIDED_AGAIN, StatelessChat
from camara_qod.tools.plugin import QodPlugin

from .fakes import ScriptedDecoder, create, on_session, reading

PHONE = {"phoneNumber": "+351966666666"}
OTHER = {"phoneNumber": "+351966666667"}
GAMING, NUMBER = "gaming please", "+351966666666"
WHOLE = "gaming on +351966666666 for an hour"
SHORTER, LONGER = "20 minutes rather", "3 hours in total"
LIST = "what runs on +351966666666?"
SECOND = "gaming on +351966666667"


def decisions() -> dict[str, dict[str, Any]]:
    listed = {"operation": "retrieveSessionsByDevice", "arguments": {"device": PHONE}}
    return {
        GAMING: create(),
        NUMBER: create(PHONE, None),
        f"{GAMING}\n{NUMBER}": create(PHONE),
        WHOLE: create(PHONE, duration=3600),
        SHORTER: create(None, None, duration=1200),
        f"{WHOLE}\n{SHORTER}": create(PHONE, duration=1200),
        LONGER: on_session("extendQosSessionDuration", requestedAdditionalDuration=10800),
        LIST: listed,
        f"{GAMING}\n{LIST}": listed,
        SECOND: create(OTHER),
        f"{WHOLE}\n{SECOND}": create(OTHER, duration=3600),
        "end it": on_session("deleteSession"),
    }


YES, NO = object(), object()
CREATE, EXTEND, DELETE = "createSession", "extendQosSessionDuration", "deleteSession"
#: What a person does, step by step: says something, agrees, refuses, edits.
CONVERSATIONS: dict[str, Sequence[Any]] = {
    "a question is answered": [GAMING, NUMBER, YES, LONGER, YES],
    "an aside comes between": [GAMING, "nice weather", NUMBER, YES, "thanks"],
    "a proposal is corrected": [WHOLE, NO, SHORTER, YES, LONGER, YES, "end it", YES],
    "another thing is said while a call waits": [WHOLE, SHORTER, YES, LONGER],
    "a refusal stays open": [WHOLE, YES, WHOLE, YES, SECOND, YES],
    "one request cuts another off": [GAMING, LIST, NUMBER, YES],
    "a reviewer edits": [WHOLE, {"duration": 7200}, LONGER, YES],
    "a deletion is rejected and asked for again": [WHOLE, YES, "end it", NO, "end it"],
}
CALLS = {
    "a question is answered": [CREATE, EXTEND],
    "an aside comes between": [CREATE],
    "a proposal is corrected": [CREATE, CREATE, EXTEND, DELETE],
    "another thing is said while a call waits": [CREATE, CREATE, EXTEND],
    "a refusal stays open": [CREATE, CREATE, CREATE],
    "one request cuts another off": ["retrieveSessionsByDevice", CREATE],
    "a reviewer edits": [CREATE, EXTEND],
    "a deletion is rejected and asked for again": [CREATE, DELETE],
}


def stepped(plugin: QodPlugin, steps: Sequence[Any]) -> list[AnyMessage]:
    """The messages after some steps, with all that is noted beside them."""
    agent = build_agent(plugin, checkpointer=InMemorySaver())
    conversation = Conversation(agent, plugin, "1")
    for step in steps:
        if step is YES:
            conversation.approve()
        elif step is NO:
            conversation.reject()
        elif isinstance(step, dict):
            conversation.edit(conversation.waiting.arguments | step)
        else:
            conversation.say(step)
    return conversation.messages


def plain(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """What is left of messages when a plain client sends them back."""
    told = ("role", "content", "tool_calls", "tool_call_id")
    return convert_to_messages(
        [
            {name: item[name] for name in told if name in item}
            for item in convert_to_openai_messages(messages)
        ]
    )


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_words_alone_come_to_the_same(name: str) -> None:
    plugin, steps = reading(decisions()), CONVERSATIONS[name]
    messages = stepped(plugin, steps)
    answers = [item for item in messages if isinstance(item, AIMessage)]
    assert [call["name"] for item in answers for call in item.tool_calls] == CALLS[name]
    assert read_history(plain(messages)) != read_history(messages)
    kept = StatelessChat(plugin)
    for end, message in enumerate(messages, 1):
        open_calls = isinstance(message, AIMessage) and message.tool_calls
        if open_calls or isinstance(message, HumanMessage):
            continue
        whole, words = messages[:end], plain(messages[:end])
        for chat in (StatelessChat(plugin), kept):
            assert read_history(chat.restored(words)) == read_history(whole)


def test_a_whole_conversation_is_carried_out_by_a_plain_client() -> None:
    plugin = reading(decisions())
    chat = StatelessChat(plugin)
    tools = [{"function": {"name": name}} for name in ("createSession", "extendQosSessionDuration")]
    said: list[BaseMessage] = [HumanMessage(GAMING)]
    asked = chat.answer(said, tools)
    assert asked.text.startswith("Which device?")
    said += [plain([asked])[0], HumanMessage(NUMBER)]
    called = chat.answer(said, tools)
    (call,) = called.tool_calls
    assert call["args"]["device"] == PHONE
    assert called.response_metadata["qod_turns"] == [GAMING, NUMBER]


def test_notes_are_kept_and_otherwise_decided_again_for_the_newest_answers_alone() -> None:
    plugin = reading(decisions())
    decoder = plugin.interpreter._decoder
    assert isinstance(decoder, ScriptedDecoder)
    asked: list[tuple[str, ...]] = []
    decode = decoder.decode
    decoder.decode = lambda *given: asked.append(decoder.context.messages) or decode(*given)  # type: ignore[method-assign,func-returns-value]

    chat, said = StatelessChat(plugin), list[BaseMessage]()
    for turn in ("hello", *[f"hello {count}" for count in range(20)]):
        said.append(HumanMessage(turn))
        said.append(plain([chat.answer(said)])[0])
    assert len(asked) == 21  # none twice
    asked.clear()
    StatelessChat(plugin).answer([*said, HumanMessage(WHOLE)])
    assert len(asked) == DECIDED_AGAIN + 1


def test_what_nobody_asked_for_and_what_another_model_said_is_not_taken_for_ours() -> None:
    plugin = reading(decisions())
    greeted = [AIMessage("Hello! What can I do?"), HumanMessage(GAMING)]
    assert StatelessChat(plugin).restored(greeted)[0].response_metadata == {}
    other = {"name": "book_seat", "args": {}, "id": "1"}
    said = [HumanMessage(GAMING), AIMessage("", tool_calls=[other])]
    assert StatelessChat(plugin).restored(said)[1].response_metadata["qod_kind"] == "book_seat"
