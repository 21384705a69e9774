"""What became of a request, and the sentence that tells a person so.

The sentence is made from the API's answer by code; no model writes it.
"""

from dataclasses import dataclass
from typing import Any

from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.camara.models import QosProfile, SessionInfo
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Interpretation

OFFER = (
    "That is not a matter for the Quality-on-Demand API. I can request a better connection for a "
    "device: say which device, what it is for, and for how long."
)


#: What an operation returns; `None` for `deleteSession`.
Answer = SessionInfo | QosProfile | list[SessionInfo] | list[QosProfile] | None


@dataclass(frozen=True)
class Outcome:
    """One request from end to end.

    `body` holds the arguments that were sent to the API, or would have been in a dry run; `answer`
    is what the operator returned and `error` its refusal. Where `sent` is false nothing left the
    process.
    """

    interpretation: Interpretation
    body: dict[str, Any] | None = None
    sent: bool = False
    answer: Answer = None
    error: CamaraError | None = None

    @property
    def session(self) -> SessionInfo | None:
        """The session that the operator returned, where it returned one."""
        return self.answer if isinstance(self.answer, SessionInfo) else None

    @property
    def succeeded(self) -> bool:
        """Whether the operator carried the request out."""
        return self.sent and self.error is None

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
        if self.sent:
            return _answer_text(self.answer, decision.arguments)
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
            "answer": _wire(self.answer),
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


def _wire(answer: Answer) -> Any:
    if isinstance(answer, list):
        return [item.wire() for item in answer]
    return None if answer is None else answer.wire()


def _answer_text(answer: Answer, arguments: dict[str, Any]) -> str:
    if isinstance(answer, list):
        return "\n".join(_item_text(item) for item in answer) or "There are none."
    return f"Session {arguments['sessionId']} is deleted." if answer is None else _item_text(answer)


def _item_text(item: SessionInfo | QosProfile) -> str:
    return _session_text(item) if isinstance(item, SessionInfo) else _profile_text(item)


def _profile_text(profile: QosProfile) -> str:
    text = f"Profile {profile.name} is {profile.status.value}"
    limits = [
        f"{word} {spoken(round(length.seconds))}"
        for word, length in (("from", profile.min_duration), ("to", profile.max_duration))
        if length is not None and length.seconds is not None
    ]
    about = ", ".join([*([profile.description] if profile.description else []), " ".join(limits)])
    return f"{text}: {about}." if about else f"{text}."


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
