"""Refusals by the operator, one class for each HTTP status that CAMARA uses.

CamaraError
├── InvalidArgument      400
├── Unauthenticated      401
├── PermissionDenied     403
├── NotFound             404
├── Conflict             409
├── Unprocessable        422
├── TooManyRequests      429, with `retry_after` in seconds
└── ServerError          5xx
"""

from camara_qod.tools.errors import QodError


class CamaraError(QodError):
    """The operator answered with an error.

    Attributes:
        status: HTTP status code.
        code: the API's code, such as `QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE`; `UNKNOWN` where
            the body was not CAMARA's `ErrorInfo`.
        message: the operator's words.
        x_correlator: id under which the operator's staff can find the call.
        retry_after: seconds to wait before another try, where the operator said so.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        x_correlator: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"The operator answered {status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.x_correlator = x_correlator
        self.retry_after = retry_after


class InvalidArgument(CamaraError):
    """400: a field does not hold."""


class Unauthenticated(CamaraError):
    """401: the token is missing, wrong or expired."""


class PermissionDenied(CamaraError):
    """403: the token lacks the scope."""


class NotFound(CamaraError):
    """404: no such session, profile or device."""


class Conflict(CamaraError):
    """409: a session for the same flow exists, or its state forbids the operation."""


class Unprocessable(CamaraError):
    """422: understood, but not applicable to this device or profile."""


class TooManyRequests(CamaraError):
    """429: the rate limit is reached."""


class ServerError(CamaraError):
    """5xx: the operator failed."""


_BY_STATUS: dict[int, type[CamaraError]] = {
    400: InvalidArgument,
    401: Unauthenticated,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    422: Unprocessable,
    429: TooManyRequests,
}


def error_class(status: int) -> type[CamaraError]:
    """The class for an HTTP status."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else CamaraError)
