"""The HTTP side of the two APIs."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from camara_qod.tools.camara.edition import Edition
from camara_qod.tools.camara.errors import InvalidArgument
from camara_qod.tools.camara.models import (
    ErrorInfo,
    QosProfile,
    QosProfileName,
    SessionId,
)
from camara_qod.tools.camara.scopes import SCOPES
from camara_qod.tools.faults import faults
from camara_qod.tools.operator.flow import check_flow
from camara_qod.tools.operator.gateway import CORRELATOR, Gateway
from camara_qod.tools.operator.media_type import JSON, check_json
from camara_qod.tools.operator.profiles import Profiles
from camara_qod.tools.operator.security import Caller
from camara_qod.tools.operator.sessions import Sessions
from camara_qod.tools.operator.settings import OperatorSettings
from camara_qod.tools.operator.sinks import check_sink

B = TypeVar("B", bound=BaseModel)
_SESSION_ID = TypeAdapter(SessionId)
_PROFILE_NAME = TypeAdapter(QosProfileName)
#: Characters of a message: 1.2.0-rc.3 takes no more.
_LONGEST = 512
_NO_UUID = "sessionId: it should be a UUID, as createSession answers it."
_NO_NAME = "name: it should have 3 to 256 letters, digits, '_', '.' and '-'."
_PATH = {
    "sessionId": {"type": "string", "format": "uuid"},
    "name": _PROFILE_NAME.json_schema(),
}


def session_routes(
    sessions: Sessions, gateway: Gateway, edition: Edition, settings: OperatorSettings
) -> APIRouter:
    """quality-on-demand."""
    router = APIRouter(tags=["QoS Sessions"], prefix=edition.sessions)

    async def create_session(request: Request, caller: Caller) -> Response:
        body = await _body(request, edition.create_session, edition, settings)
        check_flow(body.wire())
        if body.sink is not None:
            check_sink(body.sink, http=settings.http_sinks, private=settings.private_sinks)
        return JSONResponse(sessions.create(body, caller), status_code=201)

    def get_session(request: Request, caller: Caller) -> Response:
        return JSONResponse(sessions.get(_session_id(request), caller))

    def delete_session(request: Request, caller: Caller) -> Response:
        sessions.delete(_session_id(request), caller)
        return Response(status_code=204)

    async def extend_session(request: Request, caller: Caller) -> Response:
        identifier = _session_id(request)
        body = await _body(request, edition.extend_session, edition, settings)
        return JSONResponse(sessions.extend(identifier, body, caller))

    async def retrieve_sessions(request: Request, caller: Caller) -> Response:
        body = await _body(request, edition.retrieve_sessions, edition, settings)
        return JSONResponse(sessions.retrieve(body, caller, edition.most_sessions))

    def add(
        path: str, method: str, name: str, handler: Any, status: int, answer: Any, **extra: Any
    ) -> None:
        _add(router, gateway, path, method, name, handler, status, answer, **extra)

    one = "/sessions/{sessionId}"
    info: Any = edition.session_info
    listed: Any = Annotated[list[info], Field(max_length=edition.most_sessions)]
    add("/sessions", "POST", "createSession", create_session, 201, info,
        body=edition.create_session, errors=(400, 401, 403, 404, 409, 422, 429))  # fmt: skip
    add(one, "GET", "getSession", get_session, 200, info)
    add(one, "DELETE", "deleteSession", delete_session, 204, None)
    add(f"{one}/extend", "POST", "extendQosSessionDuration", extend_session, 200, info,
        body=edition.extend_session, errors=(400, 401, 403, 404, 409, 429))  # fmt: skip
    add("/retrieve-sessions", "POST", "retrieveSessionsByDevice", retrieve_sessions, 200,
        listed, body=edition.retrieve_sessions,
        errors=(400, 401, 403, 404, 422, 429))  # fmt: skip
    return router


def profile_routes(
    profiles: Profiles, gateway: Gateway, edition: Edition, settings: OperatorSettings
) -> APIRouter:
    """qos-profiles."""
    router = APIRouter(tags=["QoS Profiles"], prefix=edition.profiles)

    async def retrieve_qos_profiles(request: Request, caller: Caller) -> Response:
        body = await _body(request, edition.profile_request, edition, settings)
        return JSONResponse(profiles.retrieve(body, caller))

    def get_qos_profile(request: Request, caller: Caller) -> Response:
        return JSONResponse(profiles.get(_profile_name(request), caller))

    _add(router, gateway, "/retrieve-qos-profiles", "POST", "retrieveQoSProfiles",
         retrieve_qos_profiles, 200, list[QosProfile], body=edition.profile_request,
         errors=(400, 401, 403, 404, 422, 429))  # fmt: skip
    _add(router, gateway, "/qos-profiles/{name}", "GET", "getQosProfile",
         get_qos_profile, 200, QosProfile)  # fmt: skip
    return router


def _add(
    router: APIRouter,
    gateway: Gateway,
    path: str,
    method: str,
    name: str,
    handler: Any,
    status: int,
    answer: Any,
    *,
    body: type[BaseModel] | None = None,
    errors: Sequence[int] = (400, 401, 403, 404, 429),
) -> None:
    """One operation; handlers read their request themselves, so the schema is told here."""
    extra: dict[str, Any] = {
        "parameters": [
            {"name": part, "in": "path", "required": True, "schema": schema}
            for part, schema in _PATH.items()
            if f"{{{part}}}" in path
        ]
        + [
            {
                "name": "x-correlator",
                "in": "header",
                "schema": {"type": "string", "pattern": CORRELATOR},
            }
        ],
        "security": [{"openId": [SCOPES[name]]}, {"bearer": []}],
    }
    if body is not None:
        schema = body.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        extra["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": schema}},
        }
        errors = (*errors, 415)
    router.add_api_route(
        path,
        gateway.operation(name, handler),
        methods=[method],
        operation_id=name,
        name=name,
        status_code=status,
        response_model=answer,
        responses={code: {"model": ErrorInfo} for code in errors},
        openapi_extra=extra,
    )


async def _body(
    request: Request, model: type[B], edition: Edition, settings: OperatorSettings
) -> B:
    """The request's body, under the edition's rule for unknown properties."""
    check_json(request)
    try:
        return model.model_validate_json(
            await request.body(),
            extra="forbid" if edition.strict else "ignore",
            context={"http_sinks": settings.http_sinks},
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        code = _code(where, first["type"], first.get("input"), edition)
        whole = (
            "The body: " if first["type"] in ("json_invalid", "model_type") and not where else ""
        )
        raise InvalidArgument(400, code, _short(whole + faults(error, model))) from error


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _code(where: str, kind: str, value: Any, edition: Edition) -> str:
    if where == "sink":
        return "INVALID_SINK"
    if where.endswith("credentialType") and value in ("PLAIN", "REFRESHTOKEN"):
        # 1.2 knows these two no more.
        return "INVALID_ARGUMENT" if edition.strict else "INVALID_CREDENTIAL"
    if where.endswith("accessTokenType") and kind == "literal_error":
        return "INVALID_TOKEN"
    out_of_range = kind in ("greater_than_equal", "less_than_equal")
    return "OUT_OF_RANGE" if out_of_range else "INVALID_ARGUMENT"


def _session_id(request: Request) -> UUID:
    try:
        return _SESSION_ID.validate_python(request.path_params["sessionId"])
    except ValidationError as error:
        raise InvalidArgument(400, "INVALID_ARGUMENT", _NO_UUID) from error


def _profile_name(request: Request) -> str:
    try:
        return _PROFILE_NAME.validate_python(request.path_params["name"])
    except ValidationError as error:
        raise InvalidArgument(400, "INVALID_ARGUMENT", _NO_NAME) from error
