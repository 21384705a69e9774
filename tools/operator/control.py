"""The control API: rehearse a bad day. Served only where a control token is set."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from camara_qod.tools.bearer import misfit
from camara_qod.tools.camara.errors import NotFound, Unauthenticated
from camara_qod.tools.camara.models import INT32_MAX, Device
from camara_qod.tools.operator.codes import CODES
from camara_qod.tools.operator.media_type import check_json
from camara_qod.tools.operator.network import Creation, Fault, Network, Outcome, Support
from camara_qod.tools.operator.sessions import Sessions

#: What a fault can hit: the operationIds of both APIs, and the token endpoint.
Target = Literal[
    "createSession",
    "getSession",
    "deleteSession",
    "extendQosSessionDuration",
    "retrieveSessionsByDevice",
    "retrieveQoSProfiles",
    "getQosProfile",
    "token",
]


_METHODS = ["GET", "POST", "PUT", "DELETE"]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class ClockOrder(_Order):
    """Move the clock forward."""

    advance: Annotated[float, Field(ge=0, le=10**9, description="seconds")]


class CreationOrder(_Order):
    """How the next creation is taken."""

    outcome: Outcome | None = None
    duration: Annotated[int, Field(ge=1, le=INT32_MAX)] | None = Field(
        default=None, description="seconds granted instead of those requested"
    )


class FaultOrder(_Order):
    """Trouble for the next calls."""

    operation: Target | None = Field(
        default=None, description="operationId, or `token` for the token endpoint; any by default"
    )
    latency: Annotated[float, Field(ge=0, le=600, description="seconds")] = 0
    status: int | None = Field(
        default=None, description="HTTP status of the error, one of CAMARA's"
    )
    code: str | None = Field(
        default=None, description="code of the error; by default the usual one of its status"
    )
    drop: bool = Field(default=False, description="carry the call out and lose its answer")
    times: Annotated[int, Field(ge=1)] | None = Field(
        default=1, description="calls; null: until DELETE /control"
    )
    retry_after: Annotated[int, Field(ge=0, le=INT32_MAX)] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.status is None:
            if self.code is not None or self.retry_after is not None:
                raise ValueError("code and retryAfter belong to an error: give its status too")
            if not (self.latency or self.drop):
                raise ValueError("nothing would happen: give a latency, a status, or drop")
        elif self.drop:
            raise ValueError("an answer that is lost has no status: give status or drop")
        elif self.status not in CODES:
            raise ValueError(f"status: CAMARA has {', '.join(map(str, CODES))}")
        elif self.code not in (None, *CODES[self.status]):
            raise ValueError(f"code: with {self.status} go {', '.join(CODES[self.status])}")
        return self


class DeviceOrder(_Order):
    """What the operator can do for a device."""

    device: Device
    support: Support


_OFF = (
    "The control API is off: start qod mock with --control-token (or QOD_MOCK_CONTROL_TOKEN) and "
    "send that token as bearer token."
)


def control_is_off() -> APIRouter:
    """In place of the control API where no token for it is set: how to turn it on."""
    router = APIRouter(prefix="/control", include_in_schema=False)

    @router.api_route("", methods=_METHODS)
    @router.api_route("/{path:path}", methods=_METHODS)
    def off() -> None:
        raise NotFound(404, "NOT_FOUND", _OFF)

    return router


def control_routes(
    network: Network, sessions: Sessions, token: str, tick: Callable[[], int]
) -> APIRouter:
    """The control API.

    Args:
        network: takes the orders.
        sessions: those that are terminated.
        token: what its calls carry.
        tick: applies what the clock has changed.
    """

    def authorised(request: Request) -> None:
        wrong = misfit(request.headers.get("authorization"), token, "the control token")
        if wrong:
            raise Unauthenticated(401, "UNAUTHENTICATED", wrong)

    # The first is for the document alone: it lets `/docs` ask for the token.
    needed = [
        Depends(HTTPBearer(scheme_name="bearer", auto_error=False)),
        Depends(authorised),
        Depends(check_json),
    ]
    router = APIRouter(prefix="/control", tags=["Control"], dependencies=needed)

    @router.get("", summary="Clock, plans, faults and devices")
    def show() -> dict[str, Any]:
        return network.describe()

    @router.delete("", status_code=204, summary="Forget plans, faults and devices")
    def reset() -> None:
        network.reset()

    @router.post("/clock", summary="Move the clock forward")
    def move_clock(order: ClockOrder) -> dict[str, float]:
        ahead = network.move_clock(order.advance)
        return {"clockAhead": ahead, "sessionsChanged": tick()}

    @router.post("/next-creation", status_code=204, summary="Decide how the next creation goes")
    def plan(order: CreationOrder) -> None:
        network.plan(Creation(order.outcome, order.duration))

    @router.post("/faults", status_code=204, summary="Latency, errors, lost answers")
    def add_fault(order: FaultOrder) -> None:
        network.add_fault(Fault(**order.model_dump()))

    @router.put("/devices", status_code=204, summary="Say what can be done for a device")
    def set_support(order: DeviceOrder) -> None:
        network.set_support(order.device.wire(), order.support)

    @router.post("/sessions/{session_id}/terminate", summary="The network gives a session up")
    def terminate(session_id: UUID) -> dict[str, Any]:
        return sessions.terminate(session_id)

    @router.post("/sessions/{session_id}/activate", summary="A requested session is set up")
    def activate(session_id: UUID) -> dict[str, Any]:
        return sessions.activate(session_id)

    return router
