"""Whether the process lives, and whether it can answer."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import text

from camara_qod.agent.service.problems import Problem

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(request: Request) -> dict[str, Any]:
    """The database answers, and so would a call."""
    try:
        with request.app.state.service.database.reading() as connection:
            connection.execute(text("SELECT 1"))
    except Exception as error:
        raise Problem(503, "Not ready", "The database does not answer.") from error
    return {"status": "ok"}
