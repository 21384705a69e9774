"""What became of a request, and the sentence that tells a person so.

The sentence is made from the API's answer by code; no model writes it.
"""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.camara.models import SessionInfo
from camara_qod.tools.confirmation import remarks
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Interpretation
from camara_qod.tools.invitation import reply
from camara_qod.tools.proposal import NOT_SENT, Proposal
from camara_qod.tools.wording import Answer, answer_text, wire

#: How a refusal by the operator begins.
REFUSED = "The operator refused:"


@dataclass(frozen=True)
class Outcome:
    """One request from end to end.

    `body` holds the arguments that were sent to the API, or would have been in a dry run; `answer`
    is what the operator returned and `error` its refusal, with `advice` on what to do next. Where
    `sent` is false nothing left the process. `doubts` tell why a change needs a person's word;
    `held` is true where it waits for it, and `rejected` where that word was no. Times are told in
    `zone`, or in the machine's.
    """

    interpretation: Interpretation
    body: dict[str, Any] | None = None
    sent: bool = False
    answer: Answer = None
    error: CamaraError | None = None
    advice: str = ""
    doubts: tuple[str, ...] = ()
    held: bool = False
    rejected: bool = False
    zone: tzinfo | None = None

    @property
    def proposal(self) -> Proposal | None:
        """The change that waits for a person's word, if one does."""
        if not self.held:
            return None
        made = self.interpretation
        return Proposal(
            made.decision.operation, made.decision.arguments, made.confidence, self.doubts
        )

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
            return self.declined()
        if decision.operation == CLARIFY:
            return " ".join(question.text for question in self.interpretation.questions)
        if self.rejected:
            return NOT_SENT
        if self.proposal is not None:
            return self.proposal.text
        if self.error is not None:
            return refusal_text(self.error, self.advice)
        if self.sent:
            operation, arguments = decision.operation, decision.arguments
            text = answer_text(operation, self.answer, arguments, self.zone)
            return " ".join(filter(None, [self.advice, text, *remarks(self.interpretation)]))
        nothing = "Nothing was sent. This is the request that would be."
        return " ".join([nothing, *self.doubts])

    def declined(self, *, again: bool = False) -> str:
        """What is answered to a turn that asks for no call.

        Args:
            again: what can be done here was told before.
        """
        made = self.interpretation
        return reply(made.aside, made.context.catalogue if made.context else None, again=again)

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
            "proposal": None if self.proposal is None else self.proposal.to_dict(),
            "answer": wire(self.answer),
            "error": None if self.error is None else error_dict(self.error),
            "advice": self.advice,
            "assumptions": [
                {"argument": item.argument, "value": item.value, "reason": item.reason}
                for item in made.assumptions
            ],
            "questions": [
                {"argument": item.argument, "text": item.text} for item in made.questions
            ],
            "aside": None if made.aside is None else made.aside.value,
            "confidence": None if made.confidence is None else round(made.confidence, 4),
            "seconds": round(made.seconds, 3),
        }


def refusal_text(error: CamaraError, advice: str) -> str:
    """A refusal, and what to do about it."""
    text = f"{REFUSED} {error.message} ({error.status} {error.code})"
    return f"{text} {advice}" if advice else text


def error_dict(error: CamaraError) -> dict[str, Any]:
    """A refusal as JSON: CAMARA's `ErrorInfo`, and seconds to wait where the operator said so."""
    return {
        "status": error.status,
        "code": error.code,
        "message": error.message,
        "retryAfter": error.retry_after,
    }
