"""The LangChain tool, by LangChain's own suites and inside an agent."""

from typing import Any

import httpx2
import pytest
from langchain.agents import create_agent
from langchain.tools import BaseTool
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolCall, ToolMessage
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.errors import ModelError, QodError, SettingsError
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.qod_tool import QodTool, QodToolError
from camara_qod.tools.settings import QodSettings

REQUEST = "Need low latency for gaming, IP 192.168.1.50, 2 hours"


@pytest.fixture
def plugin(embedded, demo: QodSettings, catalogue: Catalogue):
    plugin = QodPlugin(Interpreter(embedded, demo, catalogue))
    yield plugin
    plugin.close()


class _Suite:
    @pytest.fixture
    def tool(self, plugin: QodPlugin) -> BaseTool:
        return QodTool(plugin)

    @property
    def tool_constructor(self) -> type[BaseTool]:
        return QodTool

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"request": REQUEST}


class TestUnit(_Suite, ToolsUnitTests):
    pass


class TestIntegration(_Suite, ToolsIntegrationTests):
    pass


def call(tool: QodTool, request: str) -> ToolMessage:
    return tool.invoke(
        ToolCall(name=tool.name, args={"request": request}, id="1", type="tool_call")
    )


def test_a_session_with_its_whole_history(plugin: QodPlugin) -> None:
    message = call(QodTool(plugin), REQUEST)
    artifact = message.artifact
    assert message.status == "success"
    assert message.content.startswith(
        f"Session {artifact['answer']['sessionId']} with QOS_E is AVAILABLE"
    )
    assert artifact["body"] == artifact["decision"]["arguments"]
    assert artifact["body"]["duration"] == 7200
    assert [item["argument"] for item in artifact["assumptions"]] == ["device", "applicationServer"]
    assert 0 < artifact["confidence"] <= 1


async def test_the_asynchronous_way_is_the_same_operator(plugin: QodPlugin) -> None:
    tool = QodTool(plugin)
    arguments = {"name": tool.name, "args": {"request": REQUEST}, "id": "1", "type": "tool_call"}
    first = await tool.ainvoke(arguments)
    second = await tool.ainvoke(arguments)
    assert first.artifact["answer"] is not None
    assert second.artifact["error"]["status"] == 409
    assert "refused" in second.content


def test_a_question_is_a_result_that_an_agent_can_act_on(plugin: QodPlugin) -> None:
    message = call(QodTool(plugin), "Need low latency for gaming for 2 hours")
    assert message.status == "success"
    assert message.content.startswith("Which device?")
    assert message.artifact["decision"] == {
        "operation": "clarify",
        "arguments": {"missing": ["device"]},
    }
    assert message.artifact["sent"] is False


def test_a_broken_transport_is_an_error(embedded, demo: QodSettings, catalogue: Catalogue) -> None:
    def dead(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    plugin = QodPlugin(Interpreter(embedded, demo, catalogue), transport=httpx2.MockTransport(dead))
    with pytest.raises(QodToolError, match="did not reach"):
        call(QodTool(plugin), REQUEST)


@pytest.mark.parametrize("error", [ModelError, SettingsError])
async def test_a_model_that_cannot_be_loaded_does_not_end_the_agent(
    monkeypatch: pytest.MonkeyPatch, error: type[QodError]
) -> None:
    def fails(_: QodSettings) -> QodPlugin:
        raise error("it cannot be loaded")

    monkeypatch.setattr(QodPlugin, "from_settings", fails)
    tool = QodTool(settings=QodSettings(_env_file=None), handle_tool_error=True)
    called = ToolCall(name=tool.name, args={"request": REQUEST}, id="1", type="tool_call")
    for message in (tool.invoke(called), await tool.ainvoke(called)):
        assert (message.status, message.content) == ("error", "it cannot be loaded")


def test_the_outer_model_sees_the_request_only(plugin: QodPlugin) -> None:
    assert list(QodTool(plugin).tool_call_schema.model_json_schema()["properties"]) == ["request"]


class FakeModel(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **_: Any) -> "FakeModel":
        return self


def test_an_address_that_the_outer_model_made_up_cannot_reach_the_network(
    plugin: QodPlugin,
) -> None:
    lie = {"request": "low latency for gaming on 10.66.66.66 for 2 hours"}
    model = FakeModel(
        messages=iter(
            [
                AIMessage("", tool_calls=[ToolCall(name="quality_on_demand", args=lie, id="1")]),
                AIMessage("done"),
            ]
        )
    )
    agent = create_agent(model, tools=[QodTool(plugin)])
    state = agent.invoke({"messages": [HumanMessage(REQUEST)]})
    (result,) = [item for item in state["messages"] if isinstance(item, ToolMessage)]
    device = result.artifact["body"]["device"]["ipv4Address"]
    assert device == {"publicAddress": "192.168.1.50", "privateAddress": "192.168.1.50"}
