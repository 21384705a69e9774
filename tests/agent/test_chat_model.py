"""`ChatQod` under LangChain's standard suites, and in an agent of its own."""

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests
from pydantic import BaseModel

from camara_qod.agent.chat_model import ChatQod, NoStructuredOutput
from camara_qod.tools.operation_tools import operation_tools

from .fakes import DECLINE, create, on_session, plugin

PHONE = {"phoneNumber": "+351966666666"}
BODY = {
    "device": PHONE,
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}


class TestUnit(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[ChatQod]:
        return ChatQod

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"plugin": plugin(*[DECLINE] * 20)}

    @property
    def has_structured_output(self) -> bool:
        return False


class TestIntegration(ChatModelIntegrationTests):
    """What applies: it talks, in streams and batches; it calls no tools but CAMARA's operations."""

    @property
    def chat_model_class(self) -> type[ChatQod]:
        return ChatQod

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"plugin": plugin(*[DECLINE] * 50)}

    @property
    def has_tool_calling(self) -> bool:
        return False

    @property
    def has_structured_output(self) -> bool:
        return False


def conversation(model: ChatQod, *turns: str) -> list[Any]:
    agent = create_agent(model, operation_tools(model._ready()))
    messages: list[Any] = [SystemMessage("Be brief.")]
    for turn in turns:
        messages = agent.invoke({"messages": [*messages, HumanMessage(turn)]})["messages"]
    return messages


def test_an_agent_needs_no_other_model() -> None:
    model = ChatQod(plugin(create(PHONE, duration=7200)))
    messages = conversation(model, "gaming on +351966666666 for two hours")
    _, human, called, result, report = messages
    assert called.tool_calls[0]["name"] == "createSession"
    assert called.tool_calls[0]["args"]["duration"] == 7200
    assert "applicationServer 203.0.113.100" in called.text
    assert "Not stated: applicationServer" in called.text
    assert result.artifact["qosStatus"] == "AVAILABLE"
    assert report.text == result.text
    assert human.text in model._plugin.interpreter._decoder.prompts[0]


def test_questions_asides_and_the_session_of_the_conversation() -> None:
    model = ChatQod(
        plugin(
            create(),
            DECLINE,
            create(PHONE, None),
            create(PHONE),
            on_session("extendQosSessionDuration", requestedAdditionalDuration=1800),
            on_session("deleteSession"),
            on_session("deleteSession"),
        )
    )
    messages = conversation(
        model,
        "gaming please",
        "nice weather",
        "+351966666666",
        "extend it by half an hour",
        "cancel it",
        "cancel it",
    )
    tools = [item for item in messages if isinstance(item, ToolMessage)]
    assert [item.name for item in tools] == [
        "createSession",
        "extendQosSessionDuration",
        "deleteSession",
    ]
    session = tools[0].artifact["sessionId"]
    assert tools[1].artifact["sessionId"] == session
    assert tools[1].artifact["duration"] == 5400
    assert tools[2].text == f"Session {session} is deleted."
    assert messages[-1].text == "Which session? Give its id."
    prompts = model._plugin.interpreter._decoder.prompts
    assert prompts[3] == "gaming please\n+351966666666"
    assert not any("nice weather" in prompt for prompt in prompts[2:])


def test_a_session_that_nobody_points_at_is_asked_about_even_where_there_is_one() -> None:
    model = ChatQod(plugin(create(PHONE), on_session("deleteSession", None)))
    messages = conversation(model, "gaming on +351966666666", "cancel")
    assert messages[-1].text == "Which session? Give its id."
    assert [item.name for item in messages if isinstance(item, ToolMessage)] == ["createSession"]


def test_without_tools_a_decision_is_its_json() -> None:
    answer = ChatQod(plugin(create(PHONE))).invoke("gaming on +351966666666")
    assert answer.text.startswith('{"operation":"createSession"')
    assert answer.tool_calls == []
    assert answer.response_metadata["confidence"] == 1.0


class Weather(BaseModel):
    """No operation of CAMARA's."""

    degrees: int


def test_a_schema_that_is_no_operation_is_refused() -> None:
    model = ChatQod(plugin(create(PHONE)))
    with pytest.raises(NoStructuredOutput, match="another model for structured output"):
        model.with_structured_output(Weather)
    agent = create_agent(model, operation_tools(model._ready()), response_format=Weather)
    with pytest.raises(NoStructuredOutput):
        agent.invoke({"messages": [HumanMessage("gaming on +351966666666")]})


async def test_asynchronously_too() -> None:
    model = ChatQod(plugin(create(PHONE)))
    agent = create_agent(model, operation_tools(model._ready()))
    state = await agent.ainvoke({"messages": [HumanMessage("gaming on +351966666666")]})
    assert isinstance(state["messages"][-1], AIMessage)
    assert "is AVAILABLE" in state["messages"][-1].text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"qosProfile": "QOS_E", "duration": 60}, "applicationServer"),
        ({"device": {"phoneNumber": "12"}}, "phoneNumber"),
        ({**BODY, "bandwidth_mbps": 5}, "bandwidth_mbps"),
    ],
)
def test_arguments_that_do_not_hold_are_handed_back(arguments: dict, words: str) -> None:
    tool = operation_tools(plugin())[0]
    answer = tool.invoke({"name": tool.name, "args": arguments, "id": "1", "type": "tool_call"})
    assert answer.status == "error"
    assert answer.text.startswith("Not sent.")
    assert words in answer.text
