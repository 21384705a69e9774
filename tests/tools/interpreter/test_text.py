"""Half a character and an undecodable byte are refused wherever a request enters."""

from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from camara_qod.agent.agent import build_agent
from camara_qod.agent.chat_model import ChatQod
from camara_qod.agent.conversation import Conversation
from camara_qod.tools.errors import UnreadableText
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.qod_tool import QodTool, QodToolError

from ...agent.fakes import create, plugin

WORDS = "gaming on +351966666666"
BAD = [f"{WORDS} \ud83d", f"\udcff {WORDS}", f"{WORDS} \udc00\ud800"]


@pytest.fixture
def parts() -> QodPlugin:
    return plugin(create({"phoneNumber": "+351966666666"}))


@pytest.mark.parametrize("text", [*BAD, WORDS.encode(), None])
def test_the_interpreter_refuses_it(parts: QodPlugin, text: Any) -> None:
    for messages in (text, [WORDS, text]):
        if messages is not None:
            with pytest.raises(UnreadableText, match="text"):
                parts.interpreter.interpret(messages)
    with pytest.raises(UnreadableText):
        parts.interpreter.interpret_many([[WORDS], [text]])


@pytest.mark.parametrize("text", BAD)
async def test_every_entry_refuses_it(parts: QodPlugin, text: str) -> None:
    tool, call = QodTool(parts), {"name": "quality_on_demand", "id": "1", "type": "tool_call"}
    for arguments in ({"request": text}, {"request": WORDS, "messages": [HumanMessage(text)]}):
        with pytest.raises(QodToolError, match="no text"):
            tool.invoke(call | {"args": arguments})
        with pytest.raises(QodToolError, match="no text"):
            await tool.ainvoke(call | {"args": arguments})
    with pytest.raises(UnreadableText):
        ChatQod(parts).invoke(text)


@pytest.mark.parametrize("text", BAD)
def test_a_conversation_goes_on_after_it(parts: QodPlugin, text: str) -> None:
    conversation = Conversation(build_agent(parts, checkpointer=InMemorySaver()), parts, "1")
    with pytest.raises(UnreadableText):
        conversation.say(text)
    assert conversation.messages == []
    assert conversation.say(WORDS).pending is not None


def test_whole_characters_of_any_plane_are_text(parts: QodPlugin) -> None:
    assert parts.interpreter.interpret(f"\U0001f3ae {WORDS}").decision.acts
