"""Structured log lines, one JSON object each, without personal data.

They go through the standard library's loggers below `camara_qod.operator`, so that a program which
runs the operator inside itself decides whether and where they appear.
"""

import logging
import sys
from typing import Any

import structlog

_ROOT = "camara_qod.operator"
_PROCESSORS: list[Any] = [
    structlog.stdlib.filter_by_level,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(),
]


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a part of the operator."""
    wrapped: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(f"{_ROOT}.{name}"),
        processors=_PROCESSORS,
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return wrapped


def to_stderr(name: str = _ROOT) -> None:
    """Write the lines of loggers below a name to the standard error, as a server does."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger(name)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False
