"""The caller's sessions at the operator, and the profiles that it offers."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select

from camara_qod.agent.service.callers import Acts
from camara_qod.agent.service.database import SESSIONS
from camara_qod.agent.service.noted import looked_up, remembered
from camara_qod.agent.service.problems import Problem
from camara_qod.agent.service.service import Service
from camara_qod.tools.camara.errors import NotFound
from camara_qod.tools.camara.models import QosProfileDeviceRequest

router = APIRouter(prefix="/v1", tags=["sessions"])


@router.get("/sessions", operation_id="listSessions")
def every(request: Request, caller: Acts) -> list[dict[str, Any]]:
    """CAMARA's `SessionInfo` of each session of the caller's conversations, as it is now."""
    service: Service = request.app.state.service
    sessions = _noted(service, caller.id, ended=False)
    return list(looked_up(service.database, service.plugin.client, caller.id, sessions).values())


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


def _noted(service: Service, owner: str, *, ended: bool) -> list[str]:
    columns = SESSIONS.c
    query = select(columns.session_id).where(columns.owner == owner, remembered())
    if not ended:
        query = query.where(columns.ended.is_(False))
    with service.database.reading() as connection:
        return list(connection.execute(query.order_by(columns.noted)).scalars())
