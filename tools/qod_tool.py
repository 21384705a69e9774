"""The LangChain tool: a request in words, a Quality-on-Demand session out."""

import asyncio
import threading
from collections.abc import Callable
from typing import Annotated, Any, Literal

from langchain.tools import BaseTool, InjectedState, ToolException
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr
from pydantic_core import PydanticKnownError

from camara_qod.tools.errors import QodError
from camara_qod.tools.faults import not_sent
from camara_qod.tools.in_agent import Send, answered, result_of
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings, load_settings

DESCRIPTION = (
    "Requests a better mobile-network connection for one device through the CAMARA "
    "Quality-on-Demand API: low latency for gaming or remote control, high bandwidth for "
    "streaming or transfers, reliability for IoT and medical devices, or steady two-way media for "
    "calls and meetings. Pass on the user's request in the user's own words, with the device's "
    "phone number or IP address, the purpose and the duration if they were given. Never make up an "
    "address or a number: what is missing is asked for in the result."
)


class QodToolError(QodError, ToolException):
    """The tool could not do its work; not a refusal and not a question."""


def _something(text: str) -> str:
    """Not nothing. A bound of pydantic's would refuse half a character too, in its own words."""
    if not text:
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return text


class Words(BaseModel):
    """A request in words."""

    model_config = ConfigDict(extra="forbid", title="Request")

    request: Annotated[str, AfterValidator(_something)] = Field(
        description="The user's request, in the user's own words.",
        json_schema_extra={"minLength": 1},
    )


class QodRequest(Words):
    """Arguments of the tool."""

    messages: Annotated[list[Any] | None, InjectedState("messages")] = Field(
        default=None, description="The conversation, handed over by the agent."
    )


def _misfit(error: Any) -> str:
    return not_sent(error, Words)


class QodTool(BaseTool):
    """`BaseTool` over the whole path, with the full outcome as artifact.

    In an agent the request is read from what the human wrote, which the agent's state holds, and
    not from the outer model's paraphrase: an address that the outer model made up is not in the
    human's words, so it cannot reach the network. What a tool has returned in the conversation
    counts as well: the sessions of this tool ("extend it"), and an address, a number or an id that
    the outer model passes on in `request` where the human's words lack one. The result says where
    `request` was not used. Elsewhere, where there are no messages, it is read from `request`.

    A change that waits for a person's word is told with its proposal in the artifact; it is sent
    when the human's next message is a yes and the tool is called again.

    Args:
        settings: by default the environment's; the model is loaded at the first call.
        plugin: a ready plugin to use instead.

    Example:
        ```python
        from langchain.agents import create_agent
        from camara_qod.tools.qod_tool import QodTool

        agent = create_agent("openai:gpt-5", tools=[QodTool()])
        ```
    """

    name: str = "quality_on_demand"
    description: str = DESCRIPTION
    args_schema: type[BaseModel] = QodRequest
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    handle_validation_error: Callable[[Any], str] = _misfit
    settings: QodSettings | None = Field(default=None, exclude=True)

    _plugin: QodPlugin | None = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, plugin: QodPlugin | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._plugin = plugin

    def _ready(self) -> QodPlugin:
        with self._lock:
            if self._plugin is None:
                self._plugin = QodPlugin.from_settings(self.settings or load_settings())
            return self._plugin

    def _run(
        self, request: str, messages: list[Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        steps, outcome = answered(request, messages or [], self.name), None
        try:
            plugin = self._ready()
            while True:
                step = steps.send(outcome)  # type: ignore[arg-type]  # nothing at first
                outcome = (
                    plugin.confirm(step.what)
                    if isinstance(step, Send)
                    else plugin.request(step.words, **step.options)
                )
        except StopIteration as stop:
            return result_of(stop)
        except QodError as error:
            raise QodToolError(str(error)) from error

    async def _arun(
        self, request: str, messages: list[Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        steps, outcome = answered(request, messages or [], self.name), None
        try:
            plugin = await asyncio.to_thread(self._ready)
            while True:
                step = steps.send(outcome)  # type: ignore[arg-type]  # nothing at first
                outcome = (
                    await plugin.aconfirm(step.what)
                    if isinstance(step, Send)
                    else await plugin.arequest(step.words, **step.options)
                )
        except StopIteration as stop:
            return result_of(stop)
        except QodError as error:
            raise QodToolError(str(error)) from error
