"""What the service reads and writes, as JSON."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from camara_qod.agent.conversation import Pending, Reply
from camara_qod.tools.interpreter.decision import Aside, Interpretation
from camara_qod.tools.provenance import sources

Text = Annotated[str, Field(min_length=1, max_length=20_000)]


class Model(BaseModel):
    """A body without members that nobody reads."""

    model_config = ConfigDict(extra="forbid")


class Words(Model):
    """One turn or several, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"messages": ["Low latency for gaming, +351966666666, 2 hours"]}]
        }
    )
    messages: Annotated[list[Text], Field(min_length=1, max_length=100)]


class Turn(Model):
    """What a person says."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "10 minutes longer"}]})
    text: Text


class Confirmation(Model):
    """A person's word on the call that waits; `edit` sends it with other arguments."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "approve"}]})
    decision: Literal["approve", "edit", "reject"]
    arguments: dict[str, Any] | None = None


class SourceBody(BaseModel):
    """Where a value stands: `turns[turn][start:end]`."""

    argument: str
    turn: int
    start: int
    end: int
    text: str


class AssumptionBody(BaseModel):
    """A value that was not said, and where it comes from."""

    argument: str
    value: Any
    reason: str


class QuestionBody(BaseModel):
    """What is missing, and how it is asked for."""

    argument: str
    text: str


class DecisionBody(BaseModel):
    """What was decided, and why."""

    operation: str = Field(description="operationId, `clarify` or `decline`")
    arguments: dict[str, Any]
    text: str = Field(description="for the person who asked")
    confidence: float | None = Field(description="how often such decisions are right, 0 to 1")
    certainty: dict[str, float] = Field(description="of the operation and of each argument")
    turns: list[str]
    sources: list[SourceBody]
    assumptions: list[AssumptionBody]
    questions: list[QuestionBody]
    aside: Aside | None = Field(description="what a turn is that asks for no call")
    seconds: float


class ProposalBody(BaseModel):
    """A call that waits for a person's word."""

    operation: str
    arguments: dict[str, Any]
    confidence: float | None
    certainty: dict[str, float]
    turns: list[str]
    sources: list[SourceBody]
    assumptions: dict[str, str] = Field(description="reasons for values that were not said")
    remarks: list[str]


class ReplyBody(BaseModel):
    """What comes of a step: a sentence, or a call that waits."""

    text: str
    failed: bool
    choices: list[str] = Field(description="ids of sessions that the question is about")
    proposal: ProposalBody | None


class ConversationBody(BaseModel):
    """A conversation: times are seconds since 1970."""

    id: str
    created: float
    updated: float


class MessageBody(BaseModel):
    """One message of a conversation."""

    role: Literal["person", "assistant"]
    text: str


class ConversationDetail(ConversationBody):
    """A conversation with what was said, and the call that waits."""

    messages: list[MessageBody]
    proposal: ProposalBody | None


def decision_body(made: Interpretation, text: str) -> DecisionBody:
    """A decision as JSON."""
    return DecisionBody(
        operation=made.decision.operation,
        arguments=made.decision.arguments,
        text=text,
        confidence=made.confidence,
        certainty=dict(made.certainty),
        turns=list(made.context.messages) if made.context else [],
        sources=[SourceBody(**source.to_dict()) for source in sources(made)],
        aside=made.aside,
        assumptions=[
            AssumptionBody(argument=item.argument, value=item.value, reason=item.reason)
            for item in made.assumptions
        ],
        questions=[QuestionBody(argument=item.argument, text=item.text) for item in made.questions],
        seconds=made.seconds,
    )


def proposal_body(pending: Pending | None) -> ProposalBody | None:
    """A call that waits as JSON."""
    if pending is None:
        return None
    return ProposalBody(
        operation=pending.operation,
        arguments=pending.arguments,
        confidence=pending.confidence,
        certainty=pending.certainty,
        turns=list(pending.turns),
        sources=[SourceBody(**source) for source in pending.sources],
        assumptions=pending.reasons,
        remarks=list(pending.remarks),
    )


def reply_body(reply: Reply) -> ReplyBody:
    """What comes of a step as JSON."""
    return ReplyBody(
        text=reply.text,
        failed=reply.failed,
        choices=list(reply.choices),
        proposal=proposal_body(reply.pending),
    )
