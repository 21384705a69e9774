"""The caller's sessions at the operator, and the profiles that it offers."""

import time
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select, update

from camara_qod.agent.service.callers import Acts
from camara_qod.agent.service.database import SESSIONS
from camara_qod.agent.service.owned import REMEMBERED
from camara_qod.agent.service.problems import Problem
from camara_qod.agent.service.service import Service
from camara_qod.tools.camara.errors import NotFound
from camara_qod.tools.camara.models import QosProfileDeviceRequest

router = APIRouter(prefix="/v1", tags=["sessions"])


@router.get("/sessions", operation_id="listSessions")
def every(request: Request, caller: Acts) -> list[dict[str, Any]]:
    """CAMARA's `SessionInfo` of each session of the caller's conversations, as it is now."""
    return sessions_of(request.app.state.service, caller.id)


@router.get("/sessions/{session_id}", operation_id="readSession")
def one(session_id: str, request: Request, caller: Acts) -> dict[str, Any]:
    """CAMARA's `SessionInfo` of one session of the caller's conversations."""
    service: Service = request.app.state.service
    if session_id.lower() in _noted(service, caller.id, ended=True):
        try:
            return dict(service.plugin.client.get_session(session_id).wire())
        except NotFound:
            pass
    raise Problem(404, "No such session", f"There is no session {session_id[:40]}.")


@router.get("/profiles", operation_id="listProfiles")
def profiles(request: Request, caller: Acts) -> list[dict[str, Any]]:
    """CAMARA's `QosProfile` of each profile that the operator offers."""
    client = request.app.state.service.plugin.client
    return [item.wire() for item in client.retrieve_qos_profiles(QosProfileDeviceRequest())]


def sessions_of(service: Service, owner: str) -> list[dict[str, Any]]:
    """The sessions of a caller as they are now; those that are gone are not asked for again."""
    found, gone = [], []
    for session_id in _noted(service, owner, ended=False):
        try:
            found.append(service.plugin.client.get_session(session_id).wire())
        except NotFound:
            gone.append(session_id)
    if gone:
        mine = update(SESSIONS).where(SESSIONS.c.owner == owner, SESSIONS.c.session_id.in_(gone))
        with service.database.begin() as connection:
            connection.execute(mine.values(ended=True))
    return found


def _noted(service: Service, owner: str, *, ended: bool) -> list[str]:
    columns = SESSIONS.c
    query = select(columns.session_id).where(
        columns.owner == owner, columns.noted > time.time() - REMEMBERED
    )
    if not ended:
        query = query.where(columns.ended.is_(False))
    with service.database.begin() as connection:
        return list(connection.execute(query.order_by(columns.noted)).scalars())
