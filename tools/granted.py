"""How long a session was asked for, and how long it was granted."""

from typing import Any

from camara_qod.tools.camara.models import SessionInfo
from camara_qod.tools.wording import Answer, spoken


def granted_text(
    operation: str, arguments: dict[str, Any], before: int | None, answer: Answer
) -> str:
    """A sentence where the operator granted another length than was asked for, else nothing.

    Args:
        operation: operationId.
        arguments: as sent.
        before: the length of the session before it was extended, in seconds, if it is known.
        answer: the operator's.
    """
    if not isinstance(answer, SessionInfo):
        return ""
    if operation == "createSession":
        return _compared(arguments["duration"], answer.duration, "")
    if before is not None:
        more = answer.duration - before
        return _compared(arguments["requestedAdditionalDuration"], more, " more")
    return ""


def _compared(asked: int, granted: int, more: str) -> str:
    if asked == granted:
        return ""
    given = f"{spoken(granted)}{more}" if granted > 0 else f"nothing{more}"
    return f"Asked for {spoken(asked)}{more}, granted {given}."
