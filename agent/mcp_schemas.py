"""What MCP clients are told of the tools beside their arguments: titles, and what is answered."""

from typing import Any

from pydantic import TypeAdapter

from camara_qod.tools.camara.described import Schema, described, title
from camara_qod.tools.camara.edition import Edition
from camara_qod.tools.camara.models import QosProfile
from camara_qod.tools.interpreter.decision import Aside

TITLES = {
    "createSession": "Create a QoS session",
    "getSession": "Look a QoS session up",
    "deleteSession": "End a QoS session",
    "extendQosSessionDuration": "Make a QoS session longer",
    "retrieveSessionsByDevice": "List the QoS sessions of a device",
    "retrieveQoSProfiles": "List the QoS profiles",
    "getQosProfile": "Look a QoS profile up",
    "quality_on_demand": "Quality on demand, in words",
}


def answer_schema(operation: str, edition: Edition) -> Schema | None:
    """The schema of what an operation answers; `None` where it answers nothing.

    A list stands under `result`, for structured content is an object.

    Args:
        operation: operationId.
        edition: decides what a session may have.
    """
    session: Any = edition.session_info
    kinds: dict[str, Any] = {
        "createSession": session,
        "getSession": session,
        "extendQosSessionDuration": session,
        "retrieveSessionsByDevice": list[session],
        "retrieveQoSProfiles": list[QosProfile],
        "getQosProfile": QosProfile,
    }
    if operation not in kinds:
        return None
    schema = described(TypeAdapter(kinds[operation]).json_schema())
    if schema["type"] == "object":
        return schema
    return _object({"result": schema | {"description": "What was found."}})


def _object(properties: dict[str, Schema], required: list[str] | None = None) -> Schema:
    """An object with its fields, all of them required unless it is said which."""
    titled = {name: {"title": title(name)} | field for name, field in properties.items()}
    return {"type": "object", "properties": titled, "required": required or list(properties)}


def _text(what: str) -> Schema:
    return {"type": "string", "description": what}


def _or_null(schema: Schema, what: str) -> Schema:
    return schema | {"type": [schema["type"], "null"], "description": what}


def _list(what: str, **properties: Schema) -> Schema:
    return {"type": "array", "description": what, "items": _object(properties)}


_OPERATION = _text("CAMARA's operationId.")
_ARGUMENTS = {"type": "object", "description": "The operation's arguments, on the wire."}
_ARGUMENT = _text("The argument that it is about.")
_CONFIDENCE = _or_null(
    {"type": "number", "minimum": 0, "maximum": 1},
    "How often such decisions are right; null where the model does not tell.",
)
_PROPOSAL = _object(
    {
        "operation": _OPERATION,
        "arguments": _ARGUMENTS,
        "confidence": _CONFIDENCE,
        "doubts": {
            "type": "array",
            "description": "Why it is not sent without a word, a sentence each.",
            "items": {"type": "string"},
        },
    }
)
_ERROR = _object(
    {
        "status": {"type": "integer", "description": "HTTP status."},
        "code": _text("CAMARA's code."),
        "message": _text("In the operator's words."),
        "retryAfter": _or_null({"type": "number"}, "Seconds to wait, where the operator says so."),
    }
)
#: A request in words (`Outcome.to_dict`); what the person did not agree to has what is required.
OUTCOME = _object(
    {
        "text": _text("What became of it, for the person who asked."),
        "decision": _object(
            {
                "operation": _text("CAMARA's operationId, `clarify` for a question, or `decline`."),
                "arguments": _ARGUMENTS,
            }
        )
        | {"description": "What the model decided."},
        "body": _or_null(_ARGUMENTS, "What was sent, or would be; null where there is no call."),
        "sent": {"type": "boolean", "description": "Whether it went to the operator."},
        "proposal": _or_null(_PROPOSAL, "A change that waits for the user's yes."),
        "answer": {"description": "What the operator answered: a session, a profile, or a list."},
        "error": _or_null(_ERROR, "Why the operator refused."),
        "advice": _text("What to do about a refusal; empty where there is nothing to say."),
        "assumptions": _list(
            "What was filled in, as nothing was said about it.",
            argument=_ARGUMENT,
            value={"description": "What it was filled in with."},
            reason=_text("Why that."),
        ),
        "questions": _list(
            "What has to be known first.", argument=_ARGUMENT, text=_text("The question.")
        ),
        "aside": {
            "type": ["string", "null"],
            "enum": [*map(str, Aside), None],
            "description": "What the request is, where it asks for no call.",
        },
        "confidence": _CONFIDENCE,
        "seconds": {"type": "number", "minimum": 0, "description": "How long the decision took."},
    },
    ["text", "sent"],
)
