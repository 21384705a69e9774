"""What Prometheus scrapes: the numbers of this process."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from camara_qod.agent.service.callers import Admin

router = APIRouter(tags=["operation"])


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, caller: Admin) -> Response:
    """The metrics of this process, as Prometheus' text or as OpenMetrics."""
    registry: CollectorRegistry = request.app.state.service.observations.metrics.registry
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), headers={"content-type": media_type})
