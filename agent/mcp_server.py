"""`qod mcp`: the tools for clients of the Model Context Protocol.

`quality_on_demand` takes a request in words and asks the person behind the client for what is
missing, where the client can (elicitation). The others are CAMARA's operations. What a client's
language model puts into a call cannot be checked against the human's words here: MCP does not hand
them over. Clients ask the human before a tool that is not read-only.
"""

import inspect
from collections.abc import Callable
from typing import Annotated, Any
from uuid import uuid4

from mcp.server.mcpserver import (
    AcceptedElicitation,
    CancelledElicitation,
    Context,
    DeclinedElicitation,
    Elicit,
    MCPServer,
    Resolve,
)
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.decision import CLARIFY
from camara_qod.tools.operation_tools import CHANGING, OPERATIONS, operation_tools
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.qod_tool import DESCRIPTION

WORDS = "quality_on_demand"
INSTRUCTIONS = (
    "Network quality for mobile devices through the CAMARA Quality-on-Demand API. Use "
    f"{WORDS} with the user's own words; use the operations where their arguments are known. Never "
    "make up an address, a phone number or an id."
)
_DESTRUCTIVE = frozenset({"deleteSession"})


class Answer(BaseModel):
    """What a person answers to a question."""

    answer: str = Field(description="In your own words.")


def build_server(plugin: QodPlugin) -> MCPServer[Any]:
    """An MCP server with all tools; `run()` serves it.

    Args:
        plugin: interpreter and clients.
    """
    server: MCPServer[Any] = MCPServer("camara-qod", instructions=INSTRUCTIONS)
    server.add_tool(
        _in_words(plugin),
        name=WORDS,
        description=DESCRIPTION,
        annotations=ToolAnnotations(
            title="Quality on demand, in words",
            read_only_hint=False,
            destructive_hint=True,
            open_world_hint=True,
        ),
        structured_output=False,
    )
    for tool in operation_tools(plugin):
        server.add_tool(
            _operation(tool.name, tool),
            name=tool.name,
            description=tool.description,
            annotations=ToolAnnotations(
                read_only_hint=tool.name not in CHANGING,
                destructive_hint=tool.name in _DESTRUCTIVE,
                idempotent_hint=tool.name not in CHANGING,
                open_world_hint=True,
            ),
            structured_output=False,
        )
    return server


def _in_words(plugin: QodPlugin) -> Callable[..., Any]:
    async def missing(request: str, ctx: Context[Any, Any]) -> Answer | Elicit[Answer]:
        """Ask the person, if something is missing and the client can ask."""
        if not _can_ask(ctx):
            return Answer(answer="")
        outcome = await plugin.arequest(request, send=False)
        asks = outcome.interpretation.decision.operation == CLARIFY
        return Elicit(outcome.text, Answer) if asks else Answer(answer="")

    async def quality_on_demand(
        request: Annotated[str, Field(description="The user's request, in the user's own words.")],
        answer: Annotated[
            AcceptedElicitation[Answer] | DeclinedElicitation | CancelledElicitation,
            Resolve(missing),
        ],
    ) -> CallToolResult:
        if not isinstance(answer, AcceptedElicitation):
            return _result("Not sent: the question was not answered.", failed=True)
        turns = [request, answer.data.answer] if answer.data.answer else [request]
        try:
            outcome = await plugin.arequest(turns)
        except QodError as error:
            return _result(str(error), failed=True)
        return _result(outcome.text, outcome.to_dict(), failed=outcome.error is not None)

    return quality_on_demand


def _can_ask(ctx: Context[Any, Any]) -> bool:
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _operation(name: str, tool: Any) -> Callable[..., Any]:
    """A function with the arguments of an operation, as the SDK reads them off a signature."""

    async def call(**arguments: Any) -> CallToolResult:
        given = {key: _wire(value) for key, value in arguments.items() if value is not None}
        message = await tool.ainvoke(
            {"name": name, "args": given, "id": uuid4().hex, "type": "tool_call"}
        )
        failed = message.status == "error"
        return _result(str(message.text), message.artifact, failed=failed)

    parameters = [
        inspect.Parameter(
            field.alias or key,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=Annotated[field.annotation, Field(description=field.description)],
            default=inspect.Parameter.empty if field.is_required() else None,
        )
        for key, field in OPERATIONS[name][0].model_fields.items()
    ]
    call.__name__ = name
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        parameters, return_annotation=CallToolResult
    )
    call.__annotations__ = {item.name: item.annotation for item in parameters} | {
        "return": CallToolResult
    }
    return call


def _wire(value: Any) -> Any:
    return (
        value.model_dump(mode="json", by_alias=True, exclude_none=True)
        if isinstance(value, BaseModel)
        else value
    )


def _result(text: str, value: Any = None, *, failed: bool = False) -> CallToolResult:
    """Text for the model, and the same as data for programs."""
    structured = None if value is None else value if isinstance(value, dict) else {"result": value}
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=structured,
        is_error=failed,
    )
