"""`ChatQod` for clients that keep the words of a conversation and nothing else.

`ChatQod` notes beside each of its answers what it is (a question, a call, an aside), which turns
it was decided from and which operation it is about; the next turn is understood by that. A client
of OpenAI's API sends none of it back. It cannot be read from the words either: the same question
may continue a request or begin one. But a decision follows from the messages before it, so the
note on an answer is had by deciding for those messages once more. Notes are kept in memory by what
they were made from, which makes that rare; any other process comes to the same ones. Only the
newest answers are decided again, so that one call costs a bounded number of decisions.

What a tool returned is read from its text (`tool_results.py`).
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from camara_qod.agent.chat_model import ChatQod
from camara_qod.agent.history import ABOUT, KIND, REPORT
from camara_qod.agent.tool_results import read_result
from camara_qod.tools.errors import RequestTooLong, UnreadableText
from camara_qod.tools.plugin import QodPlugin

#: So many answers, from the newest back, are decided again where the notes on them are not kept.
DECIDED_AGAIN = 8
#: So many notes are kept.
_KEPT = 1000

Note = dict[str, Any]


class StatelessChat:
    """Answers conversations that come without the notes on earlier answers.

    Args:
        plugin: decides.
    """

    def __init__(self, plugin: QodPlugin) -> None:
        self._chat = ChatQod(plugin)
        self._zone = plugin.settings.zone
        self._notes: OrderedDict[str, Note] = OrderedDict()
        self._lock = threading.Lock()

    def answer(
        self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]] = ()
    ) -> AIMessage:
        """The answer to a conversation.

        Args:
            messages: each tool message is the result of a call in an earlier one.
            tools: in OpenAI's form, those that may be called.

        Raises:
            QodError: as `Interpreter.interpret`.
        """
        answer = self._chat.invoke(self.restored(messages), tools=list(tools))
        *_, name = _names([*messages, answer])
        self._keep(name, answer.response_metadata)
        return answer

    def restored(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """The same conversation with what `ChatQod` and the tools had noted beside it.

        Raises:
            QodError: as `answer`.
        """
        found: list[BaseMessage] = []
        calls: dict[str, ToolCall] = {}
        recent = _recent(messages)
        for place, (message, name) in enumerate(zip(messages, _names(messages), strict=True)):
            if isinstance(message, ToolMessage):
                call = calls[message.tool_call_id]
                found.append(read_result(message, call, self._zone))
            elif isinstance(message, AIMessage):
                calls |= {str(call["id"]): call for call in message.tool_calls}
                note = self._note(found, message, name if place in recent else None)
                found.append(message.model_copy(update={"response_metadata": note}))
            else:
                found.append(message)
        return found

    def _note(self, before: list[BaseMessage], message: AIMessage, name: str | None) -> Note:
        """The note on an answer; `name` is that of its place where it may be decided again."""
        called = [call["name"] for call in message.tool_calls]
        if not called and _reports(before):
            return {KIND: REPORT}
        note = {} if name is None else self._kept(name) or self._decided(before, name)
        if called and called != [note.get(KIND)]:  # not ours, or changed by the client
            return {KIND: called[0], ABOUT: called[0]}
        return note

    def _decided(self, before: list[BaseMessage], name: str) -> Note:
        if not any(isinstance(item, HumanMessage) for item in before):
            return {}
        try:
            note = self._chat.invoke(before).response_metadata
        except (RequestTooLong, UnreadableText):
            return {}  # an answer to this cannot be ours
        self._keep(name, note)
        return note

    def _kept(self, name: str) -> Note | None:
        with self._lock:
            if name in self._notes:
                self._notes.move_to_end(name)
            return self._notes.get(name)

    def _keep(self, name: str, note: Note) -> None:
        with self._lock:
            self._notes[name] = note
            self._notes.move_to_end(name)
            while len(self._notes) > _KEPT:
                self._notes.popitem(last=False)


def _recent(messages: Sequence[BaseMessage]) -> set[int]:
    """The places of the answers that may be decided again; reports follow from what is before."""
    places = [
        place
        for place, item in enumerate(messages)
        if isinstance(item, AIMessage) and not _reports(messages[:place])
    ]
    return set(places[-DECIDED_AGAIN:])


def _reports(before: Sequence[BaseMessage]) -> bool:
    """Whether what comes next tells the result of a tool."""
    return bool(before) and isinstance(before[-1], ToolMessage)


def _names(messages: Sequence[BaseMessage]) -> Iterator[str]:
    """For each message, a name that stands for it and all that was said before it."""
    name = ""
    for message in messages:
        if isinstance(message, HumanMessage | AIMessage | ToolMessage):
            calls = message.tool_calls if isinstance(message, AIMessage) else []
            called = [[call["name"], call["args"]] for call in calls]
            # Some clients leave the words out that stand beside a call.
            said = called or str(message.text)
            text = json.dumps([name, message.type, said], sort_keys=True)
            name = hashlib.sha256(text.encode()).hexdigest()
        yield name
