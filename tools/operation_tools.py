"""One LangChain tool for each CAMARA operation, named by its operationId.

Unlike `QodTool`, which takes words, these take the arguments themselves: a model decides on them.
Whatever does not validate as CAMARA's schema is handed back with the reason and not sent.
"""

from typing import Any, Literal

from langchain.tools import BaseTool, ToolException
from langchain_core.messages import ToolMessage
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from camara_qod.tools.camara.described import described
from camara_qod.tools.camara.edition import Edition
from camara_qod.tools.confirmation import CHANGING as CHANGING
from camara_qod.tools.errors import QodError
from camara_qod.tools.faults import not_sent
from camara_qod.tools.interpreter.operations import ARGUMENTS
from camara_qod.tools.operations import aperform, perform
from camara_qod.tools.outcome import error_dict, refusal_text
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.recovery import Result
from camara_qod.tools.wording import answer_text, wire

#: For each operationId, the model of its arguments and what it does.
OPERATIONS: dict[str, tuple[type[BaseModel], str]] = {
    name: (ARGUMENTS[name], text)
    for name, text in {
        "createSession": "Requests a QoS session: a better connection between a device and an "
        "application server for a number of seconds.",
        "getSession": "Looks a QoS session up by its id.",
        "deleteSession": "Ends a QoS session.",
        "extendQosSessionDuration": "Makes a QoS session longer by a number of seconds.",
        "retrieveSessionsByDevice": "Lists the QoS sessions of a device.",
        "retrieveQoSProfiles": "Lists the operator's QoS profiles.",
        "getQosProfile": "Looks a QoS profile up by its name.",
    }.items()
}
#: Where a result keeps the arguments it is of and the words of the tool.
_CALL = "qod_call"
#: What an artifact has that is a refusal and no answer.
_ERROR = "error"


class OperationTool(BaseTool):
    """One operation. A refusal by the operator is an error that the model or person can act on.

    Its artifact is the operator's answer on the wire, or the refusal: `error` and `advice`, as the
    outcome of `QodTool` has them.

    A result keeps its arguments and its words (`executed`, `worded`), for a reviewer may put other
    arguments in place of the model's, and LangChain then puts a note to the model before the words.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    handle_tool_error: bool = True

    _plugin: QodPlugin = PrivateAttr()
    _kind: type[BaseModel] = PrivateAttr()

    def __init__(self, operation: str, plugin: QodPlugin) -> None:
        kind = _arguments(operation, plugin.client.edition)
        super().__init__(
            name=operation,
            description=OPERATIONS[operation][1],
            args_schema=described(kind.model_json_schema(by_alias=True)),
        )
        self._plugin, self._kind = plugin, kind

    def run(self, tool_input: str | dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """LangChain's `run`, with the arguments kept beside the result."""
        return kept(super().run(tool_input, *args, **kwargs), tool_input)

    async def arun(self, tool_input: str | dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """LangChain's `arun`, with the arguments kept beside the result."""
        return kept(await super().arun(tool_input, *args, **kwargs), tool_input)

    def _run(self, **arguments: Any) -> tuple[str, Any]:
        checked, zone = self._checked(arguments), self._plugin.settings.zone
        try:
            return self._told(perform(self.name, checked, self._plugin.client, zone), checked)
        except QodError as error:
            raise ToolException(str(error)) from error

    async def _arun(self, **arguments: Any) -> tuple[str, Any]:
        checked, zone = self._checked(arguments), self._plugin.settings.zone
        try:
            result = await aperform(self.name, checked, self._plugin.async_client, zone)
        except QodError as error:
            raise ToolException(str(error)) from error
        return self._told(result, checked)

    def _checked(self, arguments: dict[str, Any]) -> dict[str, Any]:
        given = {name: item for name, item in arguments.items() if name not in _INJECTED}
        try:
            # Only the names that the schema shows are taken, not their Python spellings.
            model = self._kind.model_validate(_present(given), by_alias=True, by_name=False)
        except ValidationError as error:
            raise ToolException(not_sent(error, self._kind)) from error
        return model.model_dump(mode="json", by_alias=True, exclude_none=True)

    def _told(self, result: Result, arguments: dict[str, Any]) -> tuple[str, Any]:
        if result.error is not None:
            # Not raised: LangChain keeps no artifact of what is. `kept` marks it as an error.
            told = {_ERROR: error_dict(result.error), "advice": result.advice}
            return refusal_text(result.error, result.advice), told
        text = answer_text(self.name, result.answer, arguments, self._plugin.settings.zone)
        return f"{result.advice} {text}".strip(), wire(result.answer)


def _arguments(operation: str, edition: Edition) -> type[BaseModel]:
    """The model of an operation's arguments in a version of the API."""
    bodies: dict[str, type[BaseModel]] = {
        "createSession": edition.create_session,
        "retrieveSessionsByDevice": edition.retrieve_sessions,
    }
    return bodies.get(operation, OPERATIONS[operation][0])


def _present(value: Any) -> Any:
    """Arguments without what is null, however deep: some models write null for what they leave out.

    No schema of CAMARA's has a null.
    """
    if not isinstance(value, dict):
        return value
    try:
        return {name: _present(item) for name, item in value.items() if item is not None}
    except RecursionError:
        return value  # deeper than anything that is known here, and refused as such


def kept(result: Any, arguments: str | dict[str, Any]) -> Any:
    """A result with its arguments and its words beside it, if it is a message."""
    if isinstance(result, ToolMessage) and isinstance(arguments, dict):
        kept = {"arguments": dict(arguments), "text": str(result.text)}
        result.additional_kwargs[_CALL] = kept
        if isinstance(result.artifact, dict) and _ERROR in result.artifact:
            result.status = "error"
    return result


def executed(message: ToolMessage) -> dict[str, Any] | None:
    """The arguments that an operation was carried out with; `None` where nothing tells them."""
    kept: dict[str, Any] = message.additional_kwargs.get(_CALL, {})
    return kept.get("arguments")


def worded(message: ToolMessage) -> str:
    """A result in the words of its tool, without what was put around them."""
    kept: dict[str, Any] = message.additional_kwargs.get(_CALL, {})
    return str(kept.get("text", message.text))


#: What LangChain adds to the arguments by itself.
_INJECTED = {"run_manager", "config", "callbacks"}


def operation_tools(plugin: QodPlugin) -> list[BaseTool]:
    """A tool for every operation."""
    return [OperationTool(name, plugin) for name in OPERATIONS]
