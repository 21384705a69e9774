"""Conversations: say something, confirm what waits, look back."""

from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Header, Request, Response
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from camara_qod.agent.conversation import Conversation, Reply
from camara_qod.agent.service.callers import Acts
from camara_qod.agent.service.idempotency import Call, Step
from camara_qod.agent.service.problems import Problem
from camara_qod.agent.service.service import Service
from camara_qod.agent.service.wire import (
    Confirmation,
    ConversationBody,
    ConversationDetail,
    MessageBody,
    ReplyBody,
    Turn,
    proposal_body,
    reply_body,
)

router = APIRouter(prefix="/v1", tags=["conversations"])

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern="^[ -~]+$",  # printable ASCII
        description="Names the call, so that it is carried out once however often it is sent",
    ),
]
#: Conversations that were begun under a key have an id made of it.
_BEGUN = UUID("0b6f1a52-3f0e-4d57-9a35-7c2f5b8f6a11")


@router.post("/conversations", status_code=201, operation_id="beginConversation")
def begin(request: Request, caller: Acts, key: Key = None) -> ConversationBody:
    """Begin a conversation."""
    name = uuid5(_BEGUN, f"{caller.id}\n{key}") if key else None
    return ConversationBody(**_service(request).conversations.begin(caller.id, name))


@router.get("/conversations", operation_id="listConversations")
def every(request: Request, caller: Acts) -> list[ConversationBody]:
    """The caller's conversations, the newest first."""
    return [ConversationBody(**item) for item in _service(request).conversations.all(caller.id)]


@router.get("/conversations/{name}", operation_id="readConversation")
def detail(name: str, request: Request, caller: Acts) -> ConversationDetail:
    """What was said in a conversation, and the call that waits."""
    conversations = _service(request).conversations
    about, conversation = conversations.about(caller.id, name), conversations.read(caller.id, name)
    return ConversationDetail(
        **about,
        messages=[body for item in conversation.messages if (body := _message(item))],
        proposal=proposal_body(conversation.waiting),
    )


@router.delete("/conversations/{name}", status_code=204, operation_id="forgetConversation")
def forget(name: str, request: Request, caller: Acts) -> Response:
    """Forget a conversation; sessions at the operator stay."""
    _service(request).conversations.forget(caller.id, name)
    return Response(status_code=204)


@router.post("/conversations/{name}/turns", operation_id="say")
def say(name: str, turn: Turn, request: Request, caller: Acts, key: Key = None) -> ReplyBody:
    """Say something; what would change anything is proposed and waits for a confirmation."""
    service = _service(request)
    call = Call.of(caller.id, key, name, turn.model_dump()) if key else None
    with service.conversations.held(caller.id, name) as conversation:
        step = Step(
            lambda: conversation.say(turn.text),
            lambda item: isinstance(item, HumanMessage) and str(item.text) == turn.text,
        )
        return ReplyBody(**service.answers.once(call, conversation, step, _told))


@router.post("/conversations/{name}/confirmation", operation_id="confirm")
def confirm(
    name: str, word: Confirmation, request: Request, caller: Acts, key: Key = None
) -> ReplyBody:
    """Send the call that waits as it is or with other arguments, or do not send it."""
    service = _service(request)
    if (word.decision == "edit") != (word.arguments is not None):
        raise Problem(
            422, "The request does not hold", "`arguments` belong to the decision `edit`, complete."
        )
    call = Call.of(caller.id, key, name, word.model_dump()) if key else None
    with service.conversations.held(caller.id, name) as conversation:
        step = Step(
            lambda: _confirmed(conversation, word), lambda item: isinstance(item, ToolMessage)
        )
        return ReplyBody(**service.answers.once(call, conversation, step, _told))


def _confirmed(conversation: Conversation, word: Confirmation) -> Reply:
    if conversation.waiting is None:
        raise Problem(
            409, "Nothing waits", "No call waits for a confirmation: say what is needed first."
        )
    if word.decision == "approve":
        return conversation.approve()
    if word.decision == "edit":
        return conversation.edit(word.arguments or {})
    return conversation.reject()


def _told(reply: Reply) -> dict[str, Any]:
    return reply_body(reply).model_dump(mode="json")


def _message(item: AnyMessage) -> MessageBody | None:
    if isinstance(item, HumanMessage):
        return MessageBody(role="person", text=str(item.text))
    if isinstance(item, AIMessage) and item.text and not item.tool_calls:
        return MessageBody(role="assistant", text=str(item.text))
    return None


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found
