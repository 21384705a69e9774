"""A line in JSON for each request, and for what fails between them, without personal data.

It tells method, route, status, milliseconds, the caller's id, the request's id and the trace's: no
path, query, header or body, and nothing that was said. Of an unexpected error it tells the classes
and the places in the code; messages and the values of variables may hold what was said.
"""

import logging
from typing import Any

import structlog
from structlog.tracebacks import Trace, extract

from camara_qod.tools.operator import log

ROOT = "camara_qod.service"
_PROCESSORS: list[Any] = [
    structlog.stdlib.filter_by_level,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.JSONRenderer(),
]
_LOGGER: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    logging.getLogger(ROOT), processors=_PROCESSORS, wrapper_class=structlog.stdlib.BoundLogger
)


def request_line(status: int, error: Exception | None = None, **told: Any) -> None:
    """Write the line of a request.

    Args:
        status: of the answer; from 500 on the line is an error.
        error: the unexpected one that ended it, if any did; the line is then an error, too.
        told: further members; those that are `None` are left out.
    """
    known = {name: value for name, value in told.items() if value is not None}
    if error is not None:
        known["exception"] = places(error)
    level = logging.ERROR if error is not None or status >= 500 else logging.INFO
    _LOGGER.log(level, "request", status=status, **known)


def failed(what: str, error: Exception) -> None:
    """Write that something has failed that no request waits for.

    Args:
        what: it is.
        error: what ended it; its message may be personal and is left out.
    """
    _LOGGER.error(what, kind=type(error).__name__, exception=places(error))


def places(error: BaseException) -> list[dict[str, Any]]:
    """Where an error came from, and those that it came of: classes and places, no values."""
    return _places(extract(type(error), error, error.__traceback__, show_locals=False))


def _places(trace: Trace) -> list[dict[str, Any]]:
    return [
        {
            "type": stack.exc_type,
            "frames": [f"{item.filename}:{item.lineno} {item.name}" for item in stack.frames],
        }
        | ({"exceptions": [_places(one) for one in stack.exceptions]} if stack.is_group else {})
        for stack in trace.stacks
    ]


def to_stderr() -> None:
    """Write the lines to the standard error, as a server does."""
    log.to_stderr(ROOT)
