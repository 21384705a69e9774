"""A complete agent: the operation tools, a chat model, confirmation by a human, and grounding."""

from typing import Any, Literal

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, HumanInTheLoopMiddleware
from langchain.agents.middleware.human_in_the_loop import InterruptOnConfig
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolCall
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Checkpointer

from camara_qod.agent.chat_model import ASSUMPTIONS, CONFIDENCE, REMARKS, ChatQod
from camara_qod.agent.grounding import GroundedToolCalls
from camara_qod.agent.provider import ToldFailures, model_named
from camara_qod.tools.confirmation import CHANGING, DELETE, is_below
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.operation_tools import operation_tools
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.proposal import would

#: When a change needs a human's word: always, never, or where the model is less sure than this.
Confirm = Literal["always", "never"] | float

SYSTEM_PROMPT = (
    "You request network quality for devices through the CAMARA Quality-on-Demand tools. Never "
    "make up an address, a phone number or an id: use what the user wrote or a tool returned, and "
    "ask for what is missing. Profiles: look them up with retrieveQoSProfiles when unsure."
)


def build_agent(
    plugin: QodPlugin,
    *,
    model: str | BaseChatModel | None = None,
    confirm: Confirm = "always",
    checkpointer: Checkpointer = None,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """An agent for whole conversations.

    Args:
        plugin: interpreter and clients.
        model: the chat model, or its LangChain name (`openai:gpt-5`, `ollama:llama3`); by default
            the fine-tuned one in this process.
        confirm: when creating, changing and deleting need a human's word. A threshold applies to
            the fine-tuned model, for deletions the settings' where that is stricter; calls of
            others, which tell no confidence, are always asked about, and so is a call that leaves
            out something that the human named.
        checkpointer: keeps conversations; needed for confirmation, as an agent that waits for a
            human's word goes on from there. `True` in a graph that has one.

    Raises:
        SettingsError: `confirm` is none of these, or there is no checkpointer to wait with.
        ModelError: the chat model cannot be had; from the agent, where it was named and does not
            answer.
    """
    confirm = confirmation(confirm)
    if confirm != "never" and not checkpointer:
        raise SettingsError(
            "An agent that waits for a human's word needs a checkpointer: give build_agent one, "
            'such as langgraph.checkpoint.memory.InMemorySaver(), or confirm="never".'
        )
    chat = model_named(model) if isinstance(model, str) else model or ChatQod(plugin)
    middleware: list[AgentMiddleware[Any, Any, Any]] = []
    if confirm != "never":
        config = InterruptOnConfig(
            allowed_decisions=["approve", "edit", "reject"],
            description=_described,
            when=_asks(confirm, plugin.settings.confirm_deletion_below),
        )
        middleware.append(HumanInTheLoopMiddleware(dict.fromkeys(CHANGING, config)))
    middleware.append(GroundedToolCalls(trusted=_configured(plugin)))
    if isinstance(model, str):
        middleware.append(ToldFailures(model))  # the last is next to the model
    return create_agent(
        chat,
        operation_tools(plugin),
        system_prompt=SYSTEM_PROMPT,
        middleware=middleware,
        checkpointer=checkpointer,
    )


def confirmation(when: str | float) -> Confirm:
    """When to ask, also as it is written on a command line.

    Raises:
        SettingsError: it is neither `always` nor `never` nor a number from 0 to 1.
    """
    if when == "always":
        return "always"
    if when == "never":
        return "never"
    try:
        threshold = float(when)
    except (TypeError, ValueError):
        threshold = -1.0
    if not 0 <= threshold <= 1:
        raise SettingsError(
            f"--confirm is `always`, `never` or a number from 0 to 1, and not {when}. The same "
            "holds for `confirm` of build_agent."
        )
    return threshold


def _asks(confirm: Confirm, deletion: float) -> Any:
    """Whether a call is shown to a human before it is made."""

    def ask(request: ToolCallRequest) -> bool:
        if isinstance(confirm, str):
            return confirm == "always"
        told = _told(request.state)
        sure, operation = told.get(CONFIDENCE), request.tool_call["name"]
        below = max(confirm, deletion) if operation == DELETE else confirm
        return sure is None or bool(told.get(REMARKS)) or is_below(operation, sure, below)

    return ask


def _described(tool_call: ToolCall, state: Any = None, runtime: Any = None) -> str:
    """What a person who reviews a call reads: what it would do, and what was assumed for it."""
    name = tool_call["name"]
    given = {key: value for key, value in tool_call["args"].items() if value is not None}
    try:
        text = would(name, given)
    except (KeyError, TypeError, ValueError, AttributeError):  # whatever another model wrote
        text = f"This would call {name} with {given}."
    told = _told(state)
    reasons = [f"{which} ({reason})" for which, reason in told.get(ASSUMPTIONS, {}).items()]
    assumed = f"Not said but assumed: {', '.join(reasons)}." if reasons else ""
    return " ".join(filter(None, [text, assumed, *told.get(REMARKS, ())]))


def _told(state: Any) -> dict[str, Any]:
    """What the model tells about its newest call."""
    messages = reversed(state["messages"] if state else ())
    newest = next((item for item in messages if isinstance(item, AIMessage)), None)
    return newest.response_metadata if newest else {}


def _configured(plugin: QodPlugin) -> list[str]:
    """Identifiers of the deployer, which nobody has to write."""
    settings = plugin.settings
    values = [settings.default_device, settings.default_application_server]
    return [str(value.wire()) for value in values if value is not None]
