"""Errors as RFC 9457 problem details: what failed and what to do, never a traceback."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from camara_qod.agent.service.openai_errors import openai_error, speaks_openai
from camara_qod.agent.service.request_id import REQUEST_ID
from camara_qod.agent.stores import DamagedStore, StoreError
from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.errors import (
    DecodingTimeout,
    QodError,
    RequestTooLong,
    TooManyWaiting,
    TransportError,
    UnreadableText,
)
from camara_qod.tools.faults import faults
from camara_qod.tools.routes import methods

MEDIA_TYPE = "application/problem+json"
#: Seconds after which a place in the queue is likely.
_SOON = 2
#: Most characters of a path that are repeated.
_LONGEST = 80
_UNFIT = "The request does not hold"
#: Why a body cannot be read as JSON, by the error that says so.
_UNREADABLE: Mapping[type, str] = {
    UnicodeDecodeError: "it is not UTF-8 text",
    RecursionError: "it is nested too deep",
}
#: What a database raises that does not answer, is locked, or takes no more.
_SILENT = (OperationalError, InterfaceError, PoolTimeout, StoreError)
_STATUS: tuple[tuple[type[QodError], int, str], ...] = (
    (TooManyWaiting, 429, "Too many are waiting"),
    (RequestTooLong, 413, "The conversation is too long"),
    (UnreadableText, 422, "The text cannot be read"),
    (DecodingTimeout, 503, "It took too long"),
    (TransportError, 502, "The operator did not answer"),
)


class Problem(Exception):
    """An answer that is a problem.

    Args:
        status: HTTP status.
        title: of this kind of problem.
        detail: of this one, and what to do.
        headers: sent along.
        members: further members of the body.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        self.body |= members

    @property
    def response(self) -> JSONResponse:
        """It as a response; `instance` is the id of the request, as the log has it."""
        name = REQUEST_ID.get()
        body = self.body | ({"instance": f"urn:uuid:{name}"} if name else {})
        return JSONResponse(body, self.status, self.headers, MEDIA_TYPE)

    def response_at(self, path: str) -> JSONResponse:
        """It as a response, in the form that the clients of a path read."""
        if speaks_openai(path):
            return JSONResponse(openai_error(self.body), self.status, self.headers)
        return self.response


def problem_of(error: QodError) -> Problem:
    """One of the plugin's errors as a problem."""
    if isinstance(error, CamaraError):
        return Problem(
            502,
            "The operator refused",
            f"The operator answered {error.status} {error.code}: {error.message}",
            code=error.code,
        )
    for kind, status, title in _STATUS:
        if isinstance(error, kind):
            later = {"Retry-After": str(_SOON)} if status in (429, 503) else None
            return Problem(status, title, str(error), headers=later)
    return Problem(500, "It could not be done", str(error))


def unanswered(what: str) -> Problem:
    """What the service needs does not answer.

    Args:
        what: it is.
    """
    told = f"{what} does not answer"
    return Problem(503, told, f"{told}: try again later.", headers={"Retry-After": str(_SOON)})


def internal_error() -> Problem:
    """An error that is nobody's but the service's."""
    name = REQUEST_ID.get()
    under = f" under the request id {name}" if name else ""
    detail = f"The service met an error of its own; its log has it{under}."
    return Problem(500, "Internal error", detail)


def add_problems(app: FastAPI) -> None:
    """Have every error that is foreseen answered as a problem; `Watch` answers all others."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(QodError, _qod_error)
    for kind in _SILENT:
        app.add_exception_handler(kind, _no_database)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101
    return error.response_at(request.url.path)


async def _qod_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, QodError)  # noqa: S101
    request.state.error = type(error).__name__
    return problem_of(error).response_at(request.url.path)


async def _no_database(request: Request, error: Exception) -> JSONResponse:
    """Its own words stay here, for they tell of the deployer's machines."""
    request.state.error = type(error).__name__
    problem = unanswered("The database")
    if isinstance(error, DamagedStore):
        told = "What is kept of the conversation is damaged: begin another one."
        problem = Problem(500, "The conversation cannot be read", told)
    return problem.response_at(request.url.path)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return _misfit(error.errors(), request).response_at(request.url.path)


def _misfit(found: Sequence[Any], request: Request) -> Problem:
    """A request that is not what its route takes."""
    first = found[0]
    if first["type"] == "json_invalid":  # its place is a character's, and none in the body
        return _no_json(422, f"{first['ctx']['error']} at character {first['loc'][-1] + 1}")
    field = getattr(request.scope.get("route"), "body_field", None)
    kind = field.field_info.annotation if field else None
    errors = [{"pointer": _pointer(item), "detail": _told([item], kind)} for item in found]
    return Problem(422, _UNFIT, f"{_told(found, kind)}.", errors=errors)


def _no_json(status: int, why: str) -> Problem:
    return Problem(status, _UNFIT, f"The body is not JSON: {why}.")


def _told(found: Sequence[Any], kind: Any) -> str:
    """Faults in words; the first part of a place says where in the request it is.

    Args:
        found: the faults.
        kind: what the body is to be.
    """
    inside = [item for item in found if item["loc"][0] == "body" and item["loc"][1:]]
    others = [item for item in found if item not in inside]
    parts = [
        faults([item | {"loc": item["loc"][1:] or ("the body",)} for item in others]),
        faults([item | {"loc": item["loc"][1:]} for item in inside], kind),
    ]
    return "; ".join(filter(None, parts))


def _pointer(item: Mapping[str, Any]) -> str:
    """Where it is, as RFC 6901 has it; what a client wrote may be no text."""
    parts = ["", *map(str, item["loc"][1:])]
    return "/".join(part if part.isprintable() else ascii(part) for part in parts)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    return _refusal(error, request).response_at(request.url.path)


def _refusal(error: HTTPException, request: Request) -> Problem:
    """What the framework refuses before a route begins."""
    if why := _UNREADABLE.get(type(error.__cause__)):
        return _no_json(error.status_code, why)
    title, headers = HTTPStatus(error.status_code).phrase, dict(error.headers or {})
    asked = f"{request.method} {request.url.path[:_LONGEST]}"
    told = error.detail if error.detail != title else f"{asked} is refused."
    if error.status_code == 404:
        told = f"There is no {asked} here: /docs lists the calls."
    elif error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(methods(request)))
        told = f"There is no {asked}: use {headers['Allow']}."
    return Problem(error.status_code, title, told, headers=headers)
