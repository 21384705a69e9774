"""CAMARA's codes of errors in both APIs, by status: the usual one first."""

CODES: dict[int, tuple[str, ...]] = {
    400: (
        "INVALID_ARGUMENT",
        "OUT_OF_RANGE",
        "INVALID_CREDENTIAL",
        "INVALID_TOKEN",
        "INVALID_SINK",
        "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE",
    ),
    401: ("UNAUTHENTICATED",),
    403: ("PERMISSION_DENIED",),
    404: ("NOT_FOUND", "IDENTIFIER_NOT_FOUND"),
    405: ("METHOD_NOT_ALLOWED",),
    406: ("NOT_ACCEPTABLE",),
    409: ("CONFLICT", "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED"),
    410: ("GONE",),
    412: ("FAILED_PRECONDITION",),
    415: ("UNSUPPORTED_MEDIA_TYPE",),
    422: (
        "SERVICE_NOT_APPLICABLE",
        "MISSING_IDENTIFIER",
        "UNSUPPORTED_IDENTIFIER",
        "UNNECESSARY_IDENTIFIER",
        "PRIVATE_KEY_JWT_NOT_CONFIGURED",
        "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE",
    ),
    429: ("TOO_MANY_REQUESTS", "QUOTA_EXCEEDED"),
    500: ("INTERNAL",),
    501: ("NOT_IMPLEMENTED",),
    502: ("BAD_GATEWAY",),
    503: ("UNAVAILABLE",),
    504: ("TIMEOUT",),
}


def code_of(status: int) -> str:
    """The code that goes with an error's status, where nothing more is known about it."""
    known = CODES.get(status)
    return known[0] if known else "INTERNAL" if status >= 500 else "INVALID_ARGUMENT"
