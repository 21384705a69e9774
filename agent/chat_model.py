"""`ChatQod`: the fine-tuned model as a LangChain chat model.

It answers a conversation with a grounded, grammar-constrained call of an operation tool, with a
question where something is missing, or with what a tool has returned. So
`create_agent(ChatQod(), operation_tools(plugin))` works without any other language model.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ToolCall,
    ToolMessage,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk as create_tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field, PrivateAttr

from camara_qod.agent.history import (
    ABOUT,
    ASIDE,
    KIND,
    REJECTED,
    REPORT,
    TURNS,
    read_history,
)
from camara_qod.agent.request import decide
from camara_qod.tools.assumed import assumed_text
from camara_qod.tools.confirmation import remarks
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Interpretation
from camara_qod.tools.invitation import told
from camara_qod.tools.operation_tools import OPERATIONS, worded
from camara_qod.tools.outcome import Outcome
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.proposal import NOT_SENT
from camara_qod.tools.provenance import sources
from camara_qod.tools.settings import QodSettings, load_settings
from camara_qod.tools.wording import in_words

CONFIDENCE = "confidence"
ASSUMPTIONS = "assumptions"
REMARKS = "remarks"
#: Where the values stand in `qod_turns`, and how sure the model is of each part of its answer.
SOURCES, CERTAINTY = "sources", "certainty"
#: The known sessions that a question may be answered with, by their ids.
CHOICES = "choices"


class NoStructuredOutput(QodError, NotImplementedError):
    """A schema was to be filled in that is no CAMARA operation."""

    def __init__(self) -> None:
        super().__init__(
            "ChatQod calls CAMARA's operations and fills in no other schema. Read the `tool_calls` "
            "of its answer, or take another model for structured output."
        )


class ChatQod(BaseChatModel):
    """Chat model over the interpreter.

    It reads the human's turns and what tools returned; system messages and what other models said
    change nothing. Without bound tools a decision is answered as its JSON.

    Args:
        settings: by default the environment's; the model is loaded at the first call.
        plugin: a ready plugin to use instead.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    settings: QodSettings | None = Field(default=None, exclude=True)
    model: str = Field(default="camara-qod", description="Name in traces.")

    _plugin: QodPlugin | None = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, plugin: QodPlugin | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._plugin = plugin

    @property
    def _llm_type(self) -> str:
        return "camara-qod"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Say which operation tools there are; tools of other names are never called."""
        names = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=names, tool_choice=tool_choice, **kwargs)

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Runnable[Any, Any]:
        """Refused: what this model writes is bound to CAMARA's operations.

        Raises:
            NoStructuredOutput: always.
        """
        raise NoStructuredOutput

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        names = {tool["function"]["name"] for tool in kwargs.get("tools") or []}
        if kwargs.get("tool_choice") not in (None, "auto", "none") and not names <= set(OPERATIONS):
            # How an agent with a `response_format` asks; it would wait for an answer in vain.
            raise NoStructuredOutput
        message = self._answer(messages, names)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        # A decision is known only when it is complete, so there is one chunk.
        message = self._generate(messages, stop, run_manager, **kwargs).generations[0].message
        chunk = ChatGenerationChunk(message=_chunk(message))
        if run_manager:
            run_manager.on_llm_new_token(chunk.text, chunk=chunk)
        yield chunk

    def _answer(self, messages: list[BaseMessage], names: set[str]) -> AIMessage:
        if messages and isinstance(messages[-1], ToolMessage):
            return _report(messages)
        decided = decide(self._ready().interpreter, read_history(messages))
        made = decided.interpretation
        decision = made.decision
        metadata = {
            KIND: decision.operation,
            CONFIDENCE: None if made.confidence is None else round(made.confidence, 4),
            ASSUMPTIONS: {item.argument: item.reason for item in made.assumptions},
            REMARKS: list(remarks(made)),
            CHOICES: [item for question in made.questions for item in question.choices],
            SOURCES: [source.to_dict() for source in sources(made)],
            CERTAINTY: {name: round(sure, 4) for name, sure in made.certainty.items()},
            ASIDE: None if made.aside is None else made.aside.value,
            TURNS: list(decided.turns),
            ABOUT: made.emitted.operation,
            "model_name": self.model,
        }
        content, calls = decided.text or _said(made, messages), []
        if decision.acts and decision.operation in names:
            content = statement(made)
            call = ToolCall(
                name=decision.operation, args=decision.arguments, id=f"call_{uuid4().hex}"
            )
            calls = [call]
        elif decision.acts:
            content = decision.to_json()
        return AIMessage(
            content=content,
            tool_calls=calls,
            response_metadata=metadata,
            usage_metadata=self._usage(decided.turns, made),
        )

    def _usage(self, turns: Sequence[str], made: Interpretation) -> UsageMetadata:
        count = self._ready().interpreter.count_tokens
        said, answered = count("\n".join(turns)), count(made.answer)
        return UsageMetadata(
            input_tokens=said, output_tokens=answered, total_tokens=said + answered
        )

    def _ready(self) -> QodPlugin:
        with self._lock:
            if self._plugin is None:
                self._plugin = QodPlugin.from_settings(self.settings or load_settings())
            return self._plugin


def _said(made: Interpretation, messages: Sequence[BaseMessage]) -> str:
    """What is answered without a call; what can be done, and why it is asked, is told once."""
    answers = [str(item.text) for item in messages if isinstance(item, AIMessage)]
    if made.decision.operation == CLARIFY and answers:
        return " ".join(question.after(answers[-1]) for question in made.questions)
    outcome, declined = Outcome(made), made.decision.operation == DECLINE
    return outcome.declined(again=any(map(told, answers))) if declined else outcome.text


def _chunk(message: BaseMessage) -> AIMessageChunk:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return AIMessageChunk(
        content=message.content,
        response_metadata=message.response_metadata,
        usage_metadata=message.usage_metadata if isinstance(message, AIMessage) else None,
        tool_call_chunks=[
            create_tool_call_chunk(
                name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index
            )
            for index, call in enumerate(calls)
        ],
        chunk_position="last",
    )


def statement(made: Interpretation) -> str:
    """What is about to be done, in plain words, with what was assumed."""
    decision = made.decision
    values = [f"{name} {in_words(name, value)}" for name, value in decision.arguments.items()]
    text = f"{decision.operation}: {', '.join(values)}." if values else f"{decision.operation}."
    return " ".join(filter(None, [text, assumed_text(made), *remarks(made)]))


def _report(messages: list[BaseMessage]) -> AIMessage:
    """The results of the newest tool calls, as the tools have worded them, and what is left."""
    results: list[str] = []
    left: list[str] = []
    for message in reversed(messages):
        if not isinstance(message, ToolMessage):
            left = message.response_metadata.get(REMARKS, left)
            break
        results.insert(0, _result(message))
    done = isinstance(messages[-1], ToolMessage) and messages[-1].status == "success"
    text = " ".join(["\n".join(results), *(left if done else [])])
    nothing = UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0)  # no model was asked
    return AIMessage(content=text, response_metadata={KIND: REPORT}, usage_metadata=nothing)


def _result(message: ToolMessage) -> str:
    """A result in the words of its tool; that a human has rejected the call in ours."""
    text = worded(message)
    if message.status != "error" or not text.startswith(REJECTED):
        return text
    _, _, why = text.partition(" with reason: ")
    return why if why.startswith(NOT_SENT) else f"{NOT_SENT} {why}".strip()
