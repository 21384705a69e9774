"""One LangChain tool for each CAMARA operation, named by its operationId.

Unlike `QodTool`, which takes words, these take the arguments themselves: a model decides on them.
Whatever does not validate as CAMARA's schema is handed back with the reason and not sent.
"""

from typing import Any, Literal

from langchain.tools import BaseTool, ToolException
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from camara_qod.tools.camara.models import CreateSession, RetrieveSessionsInput
from camara_qod.tools.confirmation import CHANGING as CHANGING
from camara_qod.tools.errors import QodError
from camara_qod.tools.faults import faults
from camara_qod.tools.interpreter.profiles import NoArguments, ProfileReference
from camara_qod.tools.interpreter.sessions import SessionExtension, SessionReference
from camara_qod.tools.operations import aperform, perform
from camara_qod.tools.outcome import refusal_text
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.recovery import Result
from camara_qod.tools.wording import answer_text, wire

#: For each operationId, the model of its arguments and what it does.
OPERATIONS: dict[str, tuple[type[BaseModel], str]] = {
    "createSession": (
        CreateSession,
        "Requests a QoS session: a better connection between a device and an application server "
        "for a number of seconds.",
    ),
    "getSession": (SessionReference, "Looks a QoS session up by its id."),
    "deleteSession": (SessionReference, "Ends a QoS session."),
    "extendQosSessionDuration": (
        SessionExtension,
        "Makes a QoS session longer by a number of seconds.",
    ),
    "retrieveSessionsByDevice": (RetrieveSessionsInput, "Lists the QoS sessions of a device."),
    "retrieveQoSProfiles": (NoArguments, "Lists the operator's QoS profiles."),
    "getQosProfile": (ProfileReference, "Looks a QoS profile up by its name."),
}


class OperationTool(BaseTool):
    """One operation. A refusal by the operator is an error that the model or person can act on."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    handle_tool_error: bool = True

    _plugin: QodPlugin = PrivateAttr()

    def __init__(self, operation: str, plugin: QodPlugin) -> None:
        model, description = OPERATIONS[operation]
        super().__init__(
            name=operation,
            description=description,
            args_schema=model.model_json_schema(by_alias=True),
        )
        self._plugin = plugin

    def _run(self, **arguments: Any) -> tuple[str, Any]:
        checked = self._checked(arguments)
        try:
            return self._told(perform(self.name, checked, self._plugin.client), checked)
        except QodError as error:
            raise ToolException(str(error)) from error

    async def _arun(self, **arguments: Any) -> tuple[str, Any]:
        checked = self._checked(arguments)
        try:
            result = await aperform(self.name, checked, self._plugin.async_client)
        except QodError as error:
            raise ToolException(str(error)) from error
        return self._told(result, checked)

    def _checked(self, arguments: dict[str, Any]) -> dict[str, Any]:
        kind = OPERATIONS[self.name][0]
        arguments = {name: item for name, item in arguments.items() if name not in _INJECTED}
        try:
            # Only the names that the schema shows are taken, not their Python spellings.
            model = kind.model_validate(arguments, by_alias=True, by_name=False)
        except ValidationError as error:
            raise ToolException(
                f"Not sent. {faults(error, kind)}. Correct it, or ask the user."
            ) from error
        return model.model_dump(mode="json", by_alias=True, exclude_none=True)

    def _told(self, result: Result, arguments: dict[str, Any]) -> tuple[str, Any]:
        if result.error is not None:
            raise ToolException(refusal_text(result.error, result.advice))
        text = answer_text(result.answer, arguments)
        return f"{result.advice} {text}".strip(), wire(result.answer)


#: What LangChain adds to the arguments by itself.
_INJECTED = {"run_manager", "config", "callbacks"}


def operation_tools(plugin: QodPlugin) -> list[BaseTool]:
    """A tool for every operation."""
    return [OperationTool(name, plugin) for name in OPERATIONS]
