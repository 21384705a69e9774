"""`qod mcp`: the tools for clients of the Model Context Protocol.

`quality_on_demand` takes a request in words and asks the person behind the client for what is
missing, and whether to send a change that needs a yes (`confirmation.py`), where the client can
(elicitation). Where it cannot, the result tells which operation to call once the person has agreed;
its proposal is in the structured content. The others are CAMARA's operations. What a client's
language model puts into a call cannot be checked against the human's words here: MCP does not hand
them over. Clients ask the human before a tool that is not read-only.
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from importlib.metadata import version
from typing import Annotated, Any
from uuid import uuid4

from langchain.tools import BaseTool
from mcp.server.mcpserver import (
    AcceptedElicitation,
    CancelledElicitation,
    Context,
    DeclinedElicitation,
    Elicit,
    MCPServer,
    Resolve,
)
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field, SkipValidation, ValidationError

from camara_qod.agent.mcp_schemas import OUTCOME, TITLES, answer_schema
from camara_qod.agent.mcp_stdio import AnsweringServer
from camara_qod.tools.camara.described import described
from camara_qod.tools.camara.edition import Edition
from camara_qod.tools.confirmation import CHANGING, DELETE
from camara_qod.tools.errors import QodError
from camara_qod.tools.faults import not_sent
from camara_qod.tools.interpreter.decision import CLARIFY
from camara_qod.tools.operation_tools import operation_tools
from camara_qod.tools.outcome import Outcome
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.proposal import NOT_SENT, Proposal
from camara_qod.tools.qod_tool import DESCRIPTION, Words

WORDS = "quality_on_demand"
INSTRUCTIONS = (
    "Network quality for mobile devices through the CAMARA Quality-on-Demand API. Use "
    f"{WORDS} with the user's own words; use the operations where their arguments are known. Never "
    "make up an address, a phone number or an id."
)


class Answer(BaseModel):
    """What a person answers to a question."""

    answer: str = Field(description="In your own words.")


class Agreement(BaseModel):
    """What a person answers to a change that is shown."""

    send: bool = Field(description="Whether to send it.")


class Unasked(Agreement):
    """In place of an answer where there was no need, or no way, to ask."""

    send: bool = False


#: How a question ended.
_Answered = AcceptedElicitation[Answer] | DeclinedElicitation | CancelledElicitation
_Agreed = AcceptedElicitation[Agreement] | DeclinedElicitation | CancelledElicitation


def build_server(plugin: QodPlugin) -> MCPServer[Any]:
    """An MCP server with all tools; `run()` serves it.

    Args:
        plugin: interpreter and clients.
    """
    edition = plugin.client.edition
    operations = (_operation(tool, edition) for tool in operation_tools(plugin))
    return AnsweringServer(
        "camara-qod",
        title="CAMARA Quality-on-Demand",
        instructions=INSTRUCTIONS,
        version=version("camara-qod"),
        tools=[_in_words(plugin), *operations],
        # A client shows what a server writes to standard error; an ordinary call is no news.
        log_level="WARNING",
    )


class _OperationTool(Tool):
    """One of the LangChain tools, which refuses what its schema does not have."""

    tool: SkipValidation[BaseTool] = Field(exclude=True)

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> CallToolResult:
        given = {name: _unpacked(item) for name, item in arguments.items()}
        message = await self.tool.ainvoke(
            {"name": self.name, "args": given, "id": uuid4().hex, "type": "tool_call"}
        )
        failed = message.status == "error"
        return _result(str(message.text), message.artifact, failed=failed)


def _operation(tool: BaseTool, edition: Edition) -> _OperationTool:
    reads = tool.name not in CHANGING
    return _OperationTool(
        tool=tool,
        fn=tool.ainvoke,
        is_async=True,
        name=tool.name,
        description=tool.description,
        parameters=tool.args_schema,
        title=TITLES[tool.name],
        fn_metadata=FuncMetadata(
            arg_model=ArgModelBase, output_schema=answer_schema(tool.name, edition)
        ),
        annotations=ToolAnnotations(
            title=TITLES[tool.name],
            read_only_hint=reads,
            destructive_hint=tool.name == DELETE,
            # What is ended stays ended; to create or prolong twice is not the same as once.
            idempotent_hint=reads or tool.name == DELETE,
            open_world_hint=True,
        ),
    )


def _unpacked(value: Any) -> Any:
    """Some clients send an object as JSON text; no text of these operations begins with a brace."""
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    return value


#: What the person has said in the call that is carried out: the request, and an answer.
_SAID: ContextVar[list[str]] = ContextVar("said")


class _WordsTool(Tool):
    """The tool that may have a question; where it cannot be asked, it is the result."""

    unasked: Callable[[list[str]], Awaitable[CallToolResult]] = Field(exclude=True)

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:
        try:
            Words.model_validate(arguments, strict=True)
        except ValidationError as error:
            return _result(not_sent(error, Words), failed=True)
        said = [arguments["request"]]
        _SAID.set(said)
        try:
            return await super().run(arguments, context, convert_result)
        except UnexpectedToolError:
            raise
        except (MCPError, ToolError):
            # The client said that it can ask, and did not, or gave no answer of the form wanted.
            return await self.unasked(said)


def _in_words(plugin: QodPlugin) -> Tool:
    async def missing(request: str, ctx: Context[Any, Any]) -> Answer | Elicit[Answer]:
        """Ask the person, if something is missing and the client can ask."""
        if not _can_ask(ctx):
            return Answer(answer="")
        try:
            outcome = await plugin.arequest(request, send=False)
        except QodError:
            return Answer(answer="")  # the tool itself comes to the same error, and tells it
        asks = outcome.interpretation.decision.operation == CLARIFY
        return Elicit(outcome.text, Answer) if asks else Answer(answer="")

    async def agreed(
        request: str, answer: Annotated[_Answered, Resolve(missing)], ctx: Context[Any, Any]
    ) -> Agreement | Elicit[Agreement]:
        """Ask the person whether to send a change that needs a yes, if the client can ask."""
        if not _can_ask(ctx) or not isinstance(answer, AcceptedElicitation):
            return Unasked()
        _SAID.get()[:] = _turns(request, answer.data)
        try:
            shown = await plugin.arequest(_SAID.get(), send=False)
        except QodError:
            return Unasked()
        return Elicit(_held(shown).text, Agreement) if shown.doubts else Unasked()

    async def quality_on_demand(
        request: str,
        answer: Annotated[_Answered, Resolve(missing)],
        agreement: Annotated[_Agreed, Resolve(agreed)],
    ) -> CallToolResult:
        if not isinstance(answer, AcceptedElicitation):
            return _left(answer)
        if not isinstance(agreement, AcceptedElicitation):
            return _left(agreement)
        given = agreement.data
        if not (given.send or isinstance(given, Unasked)):
            return _left(DeclinedElicitation())
        return await _told(plugin.arequest(_turns(request, answer.data), confirmed=given.send))

    async def unasked(said: list[str]) -> CallToolResult:
        return await _told(plugin.arequest(said, send=False))

    made = Tool.from_function(quality_on_demand, structured_output=False)
    parts = {name: getattr(made, name) for name in Tool.model_fields}
    return _WordsTool(
        **parts
        | {
            "unasked": unasked,
            "description": DESCRIPTION,
            "parameters": described(Words.model_json_schema()),
            "title": TITLES[WORDS],
            "fn_metadata": made.fn_metadata.model_copy(update={"output_schema": OUTCOME}),
            "annotations": ToolAnnotations(
                title=TITLES[WORDS],
                read_only_hint=False,
                destructive_hint=True,
                idempotent_hint=False,
                open_world_hint=True,
            ),
        }
    )


def _left(ended: DeclinedElicitation | CancelledElicitation) -> CallToolResult:
    """What comes of a question or a proposal that the person said no to, or did not answer."""
    declined = isinstance(ended, DeclinedElicitation)
    text = f"{NOT_SENT} The user {'does not want it' if declined else 'did not answer'}."
    return _result(text, {"text": text, "sent": False})


def _turns(request: str, answer: Answer) -> list[str]:
    return [request, answer.answer] if answer.answer else [request]


async def _told(asked: Awaitable[Outcome]) -> CallToolResult:
    try:
        outcome = _held(await asked)
    except QodError as error:
        return _result(str(error), failed=True)
    how = "" if outcome.proposal is None else _way(outcome.proposal)
    return _result(outcome.text + how, outcome.to_dict(), failed=outcome.error is not None)


def _held(outcome: Outcome) -> Outcome:
    """A change that was only shown waits, if it needs a yes."""
    return replace(outcome, held=bool(outcome.doubts) and not outcome.sent)


def _way(proposal: Proposal) -> str:
    """How a client that cannot ask has a change made."""
    arguments = json.dumps(proposal.arguments, ensure_ascii=False)
    return f" Ask the user; after a yes, call {proposal.operation} with {arguments}."


def _can_ask(ctx: Context[Any, Any]) -> bool:
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _result(text: str, value: Any = None, *, failed: bool = False) -> CallToolResult:
    """Text for the model, and the same as data for programs."""
    structured = None if value is None else value if isinstance(value, dict) else {"result": value}
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=structured,
        is_error=failed,
    )
