"""What a model puts into a call of the tool for words, and should not have."""

from typing import Any

import pytest

from camara_qod.tools.qod_tool import QodTool

from ..agent.fakes import create, plugin


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"request": "gaming", "device": "+351966666666"}, "device is not known here"),
        ({"req": "gaming"}, "request is missing; req is not known here (meant: request?)"),
        ({"request": 5}, "request: it should be a valid string"),
        ({}, "request is missing"),
    ],
    ids=range(4),
)
async def test_wrong_arguments_are_named_and_nothing_is_sent(
    arguments: dict[str, Any], words: str
) -> None:
    parts = plugin(create({"phoneNumber": "+351966666666"}))
    call = {"name": "quality_on_demand", "args": arguments, "id": "1", "type": "tool_call"}
    tool = QodTool(parts)
    for message in (tool.invoke(call), await tool.ainvoke(call)):
        assert message.status == "error"
        assert message.content.startswith("Not sent. ")
        assert words in message.content
        assert "pydantic" not in message.content
