"""What became of a request, and the sentence that tells a person so.

The sentence is made from the API's answer by code; no model writes it.
"""

from dataclasses import dataclass
from typing import Any

from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.camara.models import SessionInfo
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Interpretation

OFFER = (
    "That is not a matter for the Quality-on-Demand API. I can request a better connection for a "
    "device: say which device, what it is for, and for how long."
)


@dataclass(frozen=True)
class Outcome:
    """One request from end to end.

    `body` is what was sent to the API, or would have been in a dry run; `session` is the
    operator's answer and `error` its refusal. Where `sent` is false nothing left the process.
    """

    interpretation: Interpretation
    body: dict[str, Any] | None = None
    sent: bool = False
    session: SessionInfo | None = None
    error: CamaraError | None = None

    @property
    def text(self) -> str:
        """One or a few sentences for the person who asked."""
        decision = self.interpretation.decision
        if decision.operation == DECLINE:
            return OFFER
        if decision.operation == CLARIFY:
            return " ".join(question.text for question in self.interpretation.questions)
        if self.error is not None:
            error = self.error
            return f"The operator refused: {error.message} ({error.status} {error.code})"
        if self.session is not None:
            return _session_text(self.session)
        return "Nothing was sent. This is the request that would be."

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON, for programs."""
        made = self.interpretation
        return {
            "text": self.text,
            "decision": {
                "operation": made.decision.operation,
                "arguments": made.decision.arguments,
            },
            "body": self.body,
            "sent": self.sent,
            "session": self.session.wire() if self.session else None,
            "error": None
            if self.error is None
            else {
                "status": self.error.status,
                "code": self.error.code,
                "message": self.error.message,
                "retryAfter": self.error.retry_after,
            },
            "assumptions": [
                {"argument": item.argument, "value": item.value, "reason": item.reason}
                for item in made.assumptions
            ],
            "questions": [
                {"argument": item.argument, "text": item.text} for item in made.questions
            ],
            "confidence": round(made.confidence, 4),
            "seconds": round(made.seconds, 3),
        }


def _session_text(session: SessionInfo) -> str:
    text = (
        f"Session {session.session_id} with {session.qos_profile} is {session.qos_status.value}, "
        f"for {spoken(session.duration)}"
    )
    if session.expires_at is not None:
        text += f" until {session.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    return text + "."


def spoken(seconds: int) -> str:
    """A length of time in words: 5400 is "1 hour 30 minutes"."""
    parts = []
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'s' * (count > 1)}")
    return " ".join(parts) or "0 seconds"
