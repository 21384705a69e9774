"""The mock operator's HTTP side: quality-on-demand 1.1.0 and qos-profiles 1.1.0 on FastAPI."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from camara_qod.tools.camara.client import PROFILES, SESSIONS
from camara_qod.tools.camara.errors import CamaraError, InvalidArgument, NotFound
from camara_qod.tools.camara.models import (
    CreateSession,
    ErrorInfo,
    ExtendSessionDuration,
    QosProfile,
    QosProfileDeviceRequest,
    RetrieveSessionsInput,
    SessionInfo,
)
from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.operator.sessions import Sessions

_CORRELATOR = re.compile(r"[a-zA-Z0-9-_:;./<>{}]{0,256}")
B = TypeVar("B", bound=BaseModel)


def create_app(catalogue: Catalogue, sessions: Sessions | None = None) -> FastAPI:
    """The application.

    Args:
        catalogue: the operator's profiles.
        sessions: the session store; by default an empty one in memory.
    """
    app = FastAPI(title="Mock operator", version="1.1.0", docs_url="/docs", redoc_url=None)
    app.include_router(_session_routes(sessions or Sessions(catalogue)), prefix=SESSIONS)
    app.include_router(_profile_routes(catalogue), prefix=PROFILES)
    app.add_exception_handler(CamaraError, _refused)
    app.add_exception_handler(HTTPException, _no_such_route)
    app.middleware("http")(_correlated)
    return app


def _takes(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _session_routes(sessions: Sessions) -> APIRouter:
    router = APIRouter(tags=["QoS Sessions"], responses={"4XX": {"model": ErrorInfo}})

    @router.post(
        "/sessions",
        operation_id="createSession",
        status_code=201,
        response_model=SessionInfo,
        openapi_extra=_takes(CreateSession),
    )
    async def create_session(request: Request) -> JSONResponse:
        body = await _body(request, CreateSession)
        return JSONResponse(sessions.create(body).wire(), status_code=201)

    @router.get("/sessions/{session_id}", operation_id="getSession", response_model=SessionInfo)
    async def get_session(session_id: str) -> JSONResponse:
        return JSONResponse(sessions.get(_uuid(session_id)).wire())

    @router.delete("/sessions/{session_id}", operation_id="deleteSession", status_code=204)
    async def delete_session(session_id: str) -> Response:
        sessions.delete(_uuid(session_id))
        return Response(status_code=204)

    @router.post(
        "/sessions/{session_id}/extend",
        operation_id="extendQosSessionDuration",
        response_model=SessionInfo,
        openapi_extra=_takes(ExtendSessionDuration),
    )
    async def extend_qos_session_duration(session_id: str, request: Request) -> JSONResponse:
        identifier = _uuid(session_id)
        body = await _body(request, ExtendSessionDuration)
        return JSONResponse(sessions.extend(identifier, body).wire())

    @router.post(
        "/retrieve-sessions",
        operation_id="retrieveSessionsByDevice",
        response_model=list[SessionInfo],
        openapi_extra=_takes(RetrieveSessionsInput),
    )
    async def retrieve_sessions_by_device(request: Request) -> JSONResponse:
        body = await _body(request, RetrieveSessionsInput)
        return JSONResponse([info.wire() for info in sessions.retrieve(body)])

    return router


def _profile_routes(catalogue: Catalogue) -> APIRouter:
    router = APIRouter(tags=["QoS Profiles"], responses={"4XX": {"model": ErrorInfo}})
    published = [
        QosProfile.model_validate(item.model_dump(exclude={"serves"}, exclude_none=True))
        for item in catalogue
    ]

    @router.post(
        "/retrieve-qos-profiles",
        operation_id="retrieveQoSProfiles",
        response_model=list[QosProfile],
        openapi_extra=_takes(QosProfileDeviceRequest),
    )
    async def retrieve_qos_profiles(request: Request) -> JSONResponse:
        wanted = await _body(request, QosProfileDeviceRequest)
        return JSONResponse(
            [
                profile.wire()
                for profile in published
                if wanted.name in (None, profile.name) and wanted.status in (None, profile.status)
            ]
        )

    @router.get("/qos-profiles/{name}", operation_id="getQosProfile", response_model=QosProfile)
    async def get_qos_profile(name: str) -> JSONResponse:
        for profile in published:
            if profile.name == name:
                return JSONResponse(profile.wire())
        raise NotFound(404, "NOT_FOUND", f"There is no profile {name}.")

    return router


async def _body(request: Request, model: type[B]) -> B:
    """The request's body; fields that the specification does not know are ignored."""
    try:
        return model.model_validate_json(await request.body(), extra="ignore")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        text = f"{where}: {first['msg']}" if where else first["msg"]
        raise InvalidArgument(400, _code(where, first["type"]), text) from error


def _code(where: str, kind: str) -> str:
    if where == "sink":
        return "INVALID_SINK"
    if where.endswith("credentialType"):
        return "INVALID_CREDENTIAL"
    if where.endswith("accessTokenType"):
        return "INVALID_TOKEN"
    out_of_range = kind in ("greater_than_equal", "less_than_equal")
    return "OUT_OF_RANGE" if out_of_range else "INVALID_ARGUMENT"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidArgument(400, "INVALID_ARGUMENT", "sessionId: not a UUID.") from error


async def _correlated(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Every answer carries the caller's `x-correlator`, or one of ours."""
    correlator = request.headers.get("x-correlator")
    if correlator is not None and not _CORRELATOR.fullmatch(correlator):
        error = InvalidArgument(400, "INVALID_ARGUMENT", "x-correlator: not of the allowed form.")
        return await _refused(request, error)
    response = await call_next(request)
    response.headers["x-correlator"] = correlator or str(uuid4())
    return response


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, CamaraError):
        raise error
    info = ErrorInfo(status=error.status, code=error.code, message=error.message)
    return JSONResponse(info.wire(), status_code=error.status)


async def _no_such_route(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "INTERNAL")
    info = ErrorInfo(status=error.status_code, code=code, message=str(error.detail))
    return JSONResponse(info.wire(), status_code=error.status_code, headers=error.headers)
