"""Errors as RFC 9457 problem details: what failed and what to do, never a traceback."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from camara_qod.agent.service.openai_errors import openai_error, speaks_openai
from camara_qod.agent.service.request_id import REQUEST_ID
from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.errors import (
    DecodingTimeout,
    QodError,
    RequestTooLong,
    TooManyWaiting,
    TransportError,
    UnreadableText,
)

MEDIA_TYPE = "application/problem+json"
#: Seconds after which a place in the queue is likely.
_SOON = 2
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
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101
    return error.response_at(request.url.path)


async def _qod_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, QodError)  # noqa: S101
    request.state.error = type(error).__name__
    return problem_of(error).response_at(request.url.path)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = [
        {"pointer": "/".join(["", *map(str, item["loc"][1:])]), "detail": item["msg"]}
        for item in error.errors()
    ]
    places = "; ".join(f"{item['pointer'] or 'the body'}: {item['detail']}" for item in found)
    problem = Problem(422, "The request does not hold", f"{places}.", errors=found)
    return problem.response_at(request.url.path)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    title = HTTPStatus(error.status_code).phrase
    told = error.detail if error.detail != title else f"{request.method} {request.url.path}"
    problem = Problem(error.status_code, title, str(told), headers=error.headers)
    return problem.response_at(request.url.path)
