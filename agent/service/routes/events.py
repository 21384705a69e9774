"""Server-sent events: the sessions of a conversation as they change."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from camara_qod.agent.service.callers import Acts
from camara_qod.agent.service.service import Service
from camara_qod.agent.service.watches import Listener, Seen, Sessions
from camara_qod.agent.service.wire import ConversationBody
from camara_qod.tools.camara.models import QosStatus

router = APIRouter(prefix="/v1", tags=["conversations"])

_STATUS = "qosStatus"


async def _listening(name: str, request: Request, caller: Acts) -> AsyncIterator[Listener]:
    """A listener for as long as the client stays; what cannot be listened to is a 404 before."""
    service: Service = request.app.state.service
    await run_in_threadpool(service.conversations.about, caller.id, name)
    async with service.watches.listening(caller.id, name) as listener:
        yield listener


@router.get(
    "/conversations/{name}/events",
    operation_id="followConversation",
    response_class=EventSourceResponse,
)
async def follow(
    listener: Annotated[Listener, Depends(_listening)],
) -> AsyncIterator[ServerSentEvent]:
    """How the sessions of a conversation stand, and each change from then on.

    An event `session` has CAMARA's `SessionInfo`; one that the operator has no more is told once,
    as it was, with the status UNAVAILABLE. An event `reply` tells that a step of the conversation
    was made, here or elsewhere, with its id and times. The stream ends when the conversation is
    forgotten.
    """
    before: Seen | None = None
    async for seen in listener.looks():
        for info in _changes(before.sessions if before else {}, seen.sessions):
            yield ServerSentEvent(event="session", data=info)
        if before and before.about != seen.about:
            yield ServerSentEvent(event="reply", data=ConversationBody(**seen.about))
        before = seen


def _changes(before: Sessions, now: Sessions) -> list[dict[str, Any]]:
    """What is new or otherwise than before; then what is there no more."""
    changed = [info for session_id, info in now.items() if before.get(session_id) != info]
    ended = [info for session_id, info in before.items() if session_id not in now]
    over = QosStatus.UNAVAILABLE.value
    return [*changed, *(info | {_STATUS: over} for info in ended if info[_STATUS] != over)]
