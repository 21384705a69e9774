"""The result of a tool call as a plain client sends it back: its text, and the id of its call.

A result of our own tools carries more: the tool's name, whether it failed, the operator's answer,
and the arguments that a reviewer has put in place of the model's. All of that is in the text too,
which is CAMARA's JSON, the sentence that our tool made of it, or something of the client's own.
"""

import json
import re
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from langchain_core.messages import ToolCall, ToolMessage
from pydantic import TypeAdapter, ValidationError

from camara_qod.agent.history import REJECTED
from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.camara.models import ErrorInfo, QosProfile, SessionInfo
from camara_qod.tools.confirmation import DELETE
from camara_qod.tools.operation_tools import kept
from camara_qod.tools.outcome import REFUSED, refusal_text
from camara_qod.tools.proposal import NOT_SENT
from camara_qod.tools.wording import NO_SESSIONS, Answer, answer_text, sessions_told, wire

#: How our tools, the guard and LangChain begin a result that is none.
_FAILED = (REFUSED, NOT_SENT, REJECTED, "Not carried out.", "Error")
#: How LangChain tells that a reviewer has rewritten a call, before the result of it.
_EDITED = re.compile(r"Executed instead: \w+ with arguments (?=\{)")
_RESPONSE = "Tool response:\n"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ANSWERS: TypeAdapter[Answer] = TypeAdapter(
    SessionInfo | QosProfile | list[SessionInfo] | list[QosProfile]
)


@dataclass(frozen=True)
class _Read:
    text: str
    artifact: Any = None
    failed: bool = False


def read_result(message: ToolMessage, call: ToolCall, zone: tzinfo | None = None) -> ToolMessage:
    """A result with all that one of our tools' carries.

    Args:
        message: the result as it came.
        call: what it is the result of.
        zone: in which our tools tell times; by default the machine's.

    Returns:
        The same with name, status and artifact; CAMARA's JSON is put into words, as our tools do.
    """
    arguments, text = _executed(str(message.text), call["args"])
    read = _of_json(text, call["name"], arguments, zone) or _of_words(text, call["name"], zone)
    more = {
        "content": read.text,
        "name": call["name"],
        "status": "error" if read.failed else "success",
        "artifact": read.artifact,
    }
    result: ToolMessage = kept(message.model_copy(update=more), arguments)
    return result


def _executed(text: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The arguments that were carried out, and the result without LangChain's note on them."""
    note = _EDITED.search(text)
    if note is None or _RESPONSE not in text[note.end() :]:
        return arguments, text
    try:
        edited, end = json.JSONDecoder().raw_decode(text, note.end())
    except ValueError:
        return arguments, text
    return edited, text[end:].partition(_RESPONSE)[2]


def _of_json(
    text: str, operation: str, arguments: dict[str, Any], zone: tzinfo | None
) -> _Read | None:
    """A result that is CAMARA's JSON; a deletion is answered with nothing."""
    if operation == DELETE and text.strip() in ("", "{}", "null") and "sessionId" in arguments:
        return _Read(answer_text(operation, None, arguments))
    if not text.lstrip().startswith(("{", "[")):
        return None
    error = _refusal(text)
    if error is not None:
        return _Read(refusal_text(error, ""), failed=True)
    try:
        answer = _ANSWERS.validate_json(text)
    except ValidationError:
        return None
    return _Read(answer_text(operation, answer, arguments, zone), wire(answer))


def _refusal(text: str) -> CamaraError | None:
    """CAMARA's `ErrorInfo`, alone or as the member `error`."""
    try:
        value = json.loads(text)
        found = ErrorInfo.model_validate(value.get("error", value))
    except (ValueError, AttributeError):
        return None
    return CamaraError(found.status, found.code, found.message) if found.status >= 400 else None


def _of_words(text: str, operation: str, zone: tzinfo | None) -> _Read:
    """A result in words: what tells no session has not been done to one."""
    about_sessions = not operation.endswith(("Profile", "Profiles"))
    nothing = _UUID.search(text) is None and not text.endswith(NO_SESSIONS)
    failed = text.startswith(_FAILED) or (about_sessions and nothing)
    return _Read(text, None if failed else sessions_told(text, zone), failed)
