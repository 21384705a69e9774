"""Honest and lying calls by the table beside this file: none refused, none let through.

Each row has what the human said, the steps before (calls of tools that are not guarded, with what
they return), the call of a guarded tool, and whether every identifier of it has a source.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool, ToolException

from camara_qod.agent.grounding import REFUSED, GroundedToolCalls

ROWS = [
    json.loads(line)
    for line in Path(__file__).with_name("grounding_pairs.jsonl").read_text("utf-8").splitlines()
]
NOW = "2026-11-29T12:00:00Z"


class Scripted(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **_: Any) -> "Scripted":
        return self


def canned(step: dict[str, Any]) -> BaseTool:
    """A tool that says what the row lets it say."""

    def answer(**_: Any) -> str:
        if "fails" in step:
            raise ToolException(step["fails"])
        return step["returns"]

    kind = {"type": "integer"} if step.get("typed") else {}
    schema: Any = {"type": "object", "properties": dict.fromkeys(step["args"], kind)}
    if step.get("typed"):
        return StructuredTool.from_function(_typed, name=step["tool"])
    return StructuredTool.from_function(
        answer, name=step["tool"], description="…", args_schema=schema, handle_tool_error=True
    )


def _typed(count: int) -> str:
    """Counts."""
    return str(count)


def script(row: dict[str, Any]) -> Iterator[AIMessage]:
    for number, step in enumerate(row.get("steps", ())):
        call = {"name": step["tool"], "args": step["args"], "id": f"s{number}"}
        yield AIMessage("", tool_calls=[call])
    call = {"name": "connect", "args": {"target": row["call"]}, "id": "c"}
    yield AIMessage(row.get("model_said", ""), tool_calls=[call])
    yield AIMessage("done")


def refused(row: dict[str, Any]) -> bool:
    def connect(target: Any) -> str:
        """Connect."""
        return "connected"

    steps = [step for step in row.get("steps", ()) if "returns" in step or "fails" in step]
    moment = datetime.fromisoformat(row.get("now", NOW))
    agent = create_agent(
        Scripted(messages=script(row)),
        [StructuredTool.from_function(connect), *map(canned, steps)],
        middleware=[GroundedToolCalls(tools=["connect"], clock=lambda: moment)],
    )
    state = agent.invoke({"messages": [HumanMessage(text) for text in row["said"]]})
    last = [item for item in state["messages"] if isinstance(item, ToolMessage)][-1]
    assert last.name == "connect"
    return REFUSED in last.additional_kwargs


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_an_honest_call_goes_through_and_a_lie_does_not(row: dict[str, Any]) -> None:
    assert refused(row) is not row["honest"]


def test_the_table_has_both_kinds() -> None:
    honest = sum(row["honest"] for row in ROWS)
    assert len(ROWS) >= 120
    assert min(honest, len(ROWS) - honest) >= 60
