"""The tools of CAMARA's operations: what they take, and what they tell of a refusal."""

from typing import Any

import pytest
from langchain.tools import BaseTool
from langchain_core.messages import ToolMessage

from camara_qod.tools.operation_tools import operation_tools
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings

from ..agent.fakes import ScriptedDecoder, ScriptedInterpreter, plugin

BODY = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}


def tool(name: str, parts: QodPlugin | None = None) -> BaseTool:
    return next(item for item in operation_tools(parts or plugin()) if item.name == name)


def called(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "args": arguments, "id": "1", "type": "tool_call"}


async def refused(*, asynchronously: bool) -> ToolMessage:
    create, call = tool("createSession"), called("createSession", BODY)
    if asynchronously:
        await create.ainvoke(call)
        return await create.ainvoke(call)
    create.invoke(call)
    return create.invoke(call)


@pytest.mark.parametrize("asynchronously", [False, True])
async def test_a_refusal_is_an_error_with_camaras_error_in_the_artifact(
    asynchronously: bool,
) -> None:
    message = await refused(asynchronously=asynchronously)
    assert message.status == "error"
    error = message.artifact["error"]
    assert (error["status"], error["code"], error["retryAfter"]) == (409, "CONFLICT", None)
    assert error["message"] in message.text
    assert message.artifact["advice"].startswith("In the way: ")
    assert message.text.endswith(message.artifact["advice"])


def test_all_wrong_arguments_are_named_and_null_is_what_is_left_out() -> None:
    wrong = {"device": {"phoneNumber": "12"}, "duration": 0, "sink": None, "speed": 5}
    message = tool("createSession").invoke(called("createSession", wrong))
    assert message.status == "error"
    for name in ("device.phoneNumber", "applicationServer", "qosProfile", "duration", "speed"):
        assert name in message.text
    assert "sink" not in message.text.partition("known:")[0]
    device = BODY["device"] | {"ipv4Address": None}
    left_out = BODY | {"device": device, "sink": None, "devicePorts": None}
    assert tool("createSession").invoke(called("createSession", left_out)).status == "success"


def test_the_newer_version_takes_several_servers() -> None:
    settings = QodSettings(_env_file=None, api_version="1.2")
    newer = QodPlugin(ScriptedInterpreter(ScriptedDecoder(), settings))
    several = BODY | {"applicationServer": {"ipAddresses": ["203.0.113.1", "203.0.113.2"]}}
    call = called("createSession", several)
    message = tool("createSession", newer).invoke(call)
    assert message.artifact["applicationServer"] == several["applicationServer"]
    assert "ipAddresses is not known here" in tool("createSession").invoke(call).text


def test_an_extension_that_the_operator_capped_is_told_as_such() -> None:
    parts = plugin()
    session = tool("createSession", parts).invoke(called("createSession", BODY)).artifact
    arguments = {"sessionId": session["sessionId"], "requestedAdditionalDuration": 72000}
    extend = tool("extendQosSessionDuration", parts)
    capped = extend.invoke(called(extend.name, arguments))
    assert capped.text.startswith("Asked for 20 hours more, granted 11 hours 50 minutes more. ")
    again = extend.invoke(called(extend.name, arguments))
    assert again.text.startswith("Asked for 20 hours more, granted nothing more. ")
