"""One conversation with the agent, step by step: what was said, what waits for a human's word.

All state is in the checkpointer. A step that was cut off (Ctrl-C, a killed process) is settled
before the next one: words that were not answered are taken back, a change that may have been sent
is looked up at the operator and never sent again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    HumanMessage,
    RemoveMessage,
    ToolCall,
    ToolMessage,
)
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, StateSnapshot

from camara_qod.agent.chat_model import (
    ASSUMPTIONS,
    CERTAINTY,
    CHOICES,
    CONFIDENCE,
    REMARKS,
    SOURCES,
)
from camara_qod.agent.grounding import EDITED
from camara_qod.agent.history import (
    GONE,
    KIND,
    REPORT,
    SOMETHING_ELSE,
    TURNS,
    History,
    read_history,
)
from camara_qod.agent.stores import StoreError
from camara_qod.tools.confirmation import CHANGING
from camara_qod.tools.errors import QodError
from camara_qod.tools.operation_tools import kept
from camara_qod.tools.operations import reconcile
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.proposal import NOT_SENT
from camara_qod.tools.wording import answer_text, listed

#: The node of LangChain's agents in which calls are made.
_TOOLS = "tools"
INTERRUPTED = "The last time was cut off before an answer came."


@dataclass(frozen=True)
class Pending:
    """A call that waits for a human's word.

    `reasons` tells for each argument that was not said where its value comes from; `confidence` is
    the model's, 0 to 1, where it tells one; `remarks` tell what else was named and is not in it.
    `sources` tell where in `turns` each value stands, and `certainty` how sure the model is of each
    part.
    """

    operation: str
    arguments: dict[str, Any]
    reasons: dict[str, str] = field(default_factory=dict)
    confidence: float | None = None
    remarks: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    certainty: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What comes back from a step: a sentence, or a call that waits; `failed` for a refusal.

    `choices` are the ids of sessions that a question may be answered with.
    """

    text: str
    pending: Pending | None = None
    failed: bool = False
    choices: tuple[str, ...] = ()


class Conversation:
    """A thread of an agent that `build_agent` made with a checkpointer.

    Args:
        agent: decides and acts.
        plugin: for finding out what became of a change that was cut off.
        thread: names the conversation.
    """

    def __init__(
        self, agent: CompiledStateGraph[Any, Any, Any, Any], plugin: QodPlugin, thread: str
    ) -> None:
        self._agent = agent
        self._plugin = plugin
        self._config: Any = {"configurable": {"thread_id": thread}}

    def say(self, text: str) -> Reply:
        """A turn of the human's; a call that waits is then not made.

        Raises:
            QodError: it could not be answered. What was said before stays, the turn is taken back.
        """
        self.reject(SOMETHING_ELSE)
        return self._step({"messages": [HumanMessage(text)]})

    def approve(self) -> Reply:
        """Make the call that waits."""
        return self._step(Command(resume={"decisions": [{"type": "approve"}] * self._waiting()}))

    def edit(self, arguments: dict[str, Any]) -> Reply:
        """Make the call that waits with other arguments; they are checked as the model's are."""
        waiting = self.waiting
        if waiting is None:
            return Reply("")
        action = {"name": waiting.operation, "args": arguments}
        return self._step(
            Command(resume={"decisions": [{"type": "edit", "edited_action": action}]})
        )

    def reject(self, why: str = "") -> Reply:
        """Do not make the call that waits; the next turn may correct it, and then it is closed."""
        count = self._waiting()
        if not count:
            return Reply("")
        no = {"type": "reject", "message": f"{NOT_SENT} {why}".strip()}
        return self._step(Command(resume={"decisions": [no] * count}))

    def settle(self) -> Reply | None:
        """Put a conversation in order that was cut off.

        Returns:
            What became of it, or the call that still waits; `None` where nothing was open.
        """
        state = self._agent.get_state(self._config)
        if state.interrupts:
            return self._reply(state.values["messages"], state.interrupts)
        if not state.next:
            # LangGraph closes a step whose tasks have ended before the next one starts.
            return self._step(None) if state.tasks else None
        open_calls = _open(state)
        if not open_calls:
            self._take_back()
            return None
        if _TOOLS not in state.next:
            return self._step(None)  # no call can have been sent: the tools had not begun
        results = [self._looked_up(call) for call in open_calls]
        self._agent.update_state(self._config, {"messages": results}, as_node=_TOOLS)
        reply = self._step(None)
        return Reply(f"{INTERRUPTED} {reply.text}", failed=reply.failed)

    def forget(self, sessions: Iterable[str]) -> None:
        """Speak no more of sessions that the operator does not have; nothing may wait.

        Args:
            sessions: their ids.
        """
        ids = list(sessions)
        told = AIMessage(gone_text(ids), response_metadata={KIND: REPORT, GONE: ids})
        self._agent.update_state(self._config, {"messages": [told]}, as_node="model")

    @property
    def cut_off(self) -> list[ToolCall]:
        """The calls that may have been made in a step that was cut off, as they were sent."""
        state = self._agent.get_state(self._config)
        return _open(state) if _TOOLS in state.next and not state.interrupts else []

    @property
    def current(self) -> Reply:
        """What was answered last, or the call that waits."""
        state = self._agent.get_state(self._config)
        messages = state.values.get("messages", [])
        return self._reply(messages, state.interrupts) if messages else Reply("")

    @property
    def waiting(self) -> Pending | None:
        """The call that waits for a human's word, if one does."""
        return self.current.pending

    @property
    def messages(self) -> list[AnyMessage]:
        """All messages so far, oldest first."""
        return list(self._agent.get_state(self._config).values.get("messages", []))

    @property
    def history(self) -> History:
        """What is open, and the sessions that were named."""
        return read_history(self.messages)

    def _step(self, given: Any) -> Reply:
        try:
            state = self._agent.invoke(given, self._config, durability="sync")
        except StoreError:
            raise  # what was cut off is settled when the store answers again
        except QodError:
            self._take_back()
            raise
        return self._reply(state["messages"], state.get("__interrupt__", ()))

    def _waiting(self) -> int:
        """How many calls wait for a human's word."""
        state = self._agent.get_state(self._config)
        return sum(len(item.value["action_requests"]) for item in state.interrupts)

    def _take_back(self) -> None:
        """Remove a turn that nobody has answered."""
        state = self._agent.get_state(self._config)
        messages = state.values.get("messages", [])
        if messages and isinstance(messages[-1], HumanMessage):
            gone = RemoveMessage(id=str(messages[-1].id))
            self._agent.update_state(self._config, {"messages": [gone]}, as_node="model")

    def _looked_up(self, call: ToolCall) -> ToolMessage:
        """What became of a call; one that changes nothing just was not made."""
        text, status = f"{NOT_SENT} Ask again.", "error"
        if call["name"] in CHANGING:
            try:
                result = reconcile(call["name"], call["args"], self._plugin.client)
                zone = self._plugin.settings.zone
                answer = answer_text(call["name"], result.answer, call["args"], zone)
                text = f"{result.advice} {answer}".strip()
                status = "success"
            except QodError as error:
                text = str(error)
        message = ToolMessage(
            text,
            name=call["name"],
            tool_call_id=call["id"] or "",
            status="success" if status == "success" else "error",
        )
        kept(message, call["args"])
        return message

    @staticmethod
    def _reply(messages: list[AnyMessage], interrupts: Iterable[Any]) -> Reply:
        asking = next((item for item in reversed(messages) if isinstance(item, AIMessage)), None)
        requests = [request for item in interrupts for request in item.value["action_requests"]]
        if requests:
            told = asking.response_metadata if asking else {}
            request = requests[0]
            pending = Pending(
                request["name"],
                request["args"],
                told.get(ASSUMPTIONS, {}),
                told.get(CONFIDENCE),
                tuple(told.get(REMARKS, ())),
                tuple(told.get(TURNS, ())),
                tuple(told.get(SOURCES, ())),
                told.get(CERTAINTY, {}),
            )
            return Reply("", pending)
        before = messages[-2] if len(messages) > 1 else None
        failed = isinstance(before, ToolMessage) and before.status == "error"
        told = messages[-1].response_metadata
        return Reply(str(messages[-1].text), failed=failed, choices=tuple(told.get(CHOICES, ())))


def gone_text(sessions: Sequence[str]) -> str:
    """That sessions have ended, by their ids."""
    many = len(sessions) > 1
    return f"Session{'s' * many} {listed(sessions)} {'have' if many else 'has'} ended."


def _open(state: StateSnapshot) -> list[ToolCall]:
    """Calls that have no result, as a reviewer may have edited them."""
    edited = state.values.get(EDITED) or {}
    return [
        ToolCall(**{**call, **edited.get(call["id"], {})})
        for call in _unanswered(state.values["messages"])
    ]


def _unanswered(messages: list[AnyMessage]) -> list[ToolCall]:
    """Calls that have no result."""
    done = {item.tool_call_id for item in messages if isinstance(item, ToolMessage)}
    return [
        call
        for item in messages
        if isinstance(item, AIMessage)
        for call in item.tool_calls
        if call["id"] not in done
    ]
