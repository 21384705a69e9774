"""The last hour in steps of a minute."""

from fastapi import APIRouter, Request

from camara_qod.agent.service.callers import Admin
from camara_qod.agent.service.observations import Observations
from camara_qod.agent.service.statistics import StatisticsBody

router = APIRouter(prefix="/v1", tags=["operation"])


@router.get("/statistics", operation_id="statistics")
def statistics(request: Request, caller: Admin) -> StatisticsBody:
    """Requests, decisions, refusals and sessions of the last hour at this process."""
    observations: Observations = request.app.state.service.observations
    observations.count_sessions()
    return observations.statistics.body
