"""Errors as OpenAI's clients read them, which look for `error.message`."""

from collections.abc import Mapping
from typing import Any

#: Under these paths a client of OpenAI's API is spoken to.
_PATHS = ("/v1/chat/", "/v1/models")
#: For a status, OpenAI's type of error and its code.
_KINDS = {
    401: ("authentication_error", "invalid_api_key"),
    403: ("permission_error", "insufficient_permissions"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}


def speaks_openai(path: str) -> bool:
    """Whether errors under this path have OpenAI's form, and not that of problem details."""
    return path.startswith(_PATHS)


def openai_error(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Problem details as `{"error": {"message", "type", "param", "code"}}`.

    Args:
        problem: RFC 9457; its members `param` and `code` are kept, and otherwise the first place
            of `errors` is the parameter.
    """
    status = problem["status"]
    ours = "server_error" if status >= 500 else "invalid_request_error"
    kind, code = _KINDS.get(status, (ours, None))
    places = [item["pointer"] for item in problem.get("errors", ())]
    place = places[0].strip("/").replace("/", ".") or None if places else None
    return {
        "error": {
            "message": problem["detail"],
            "type": kind,
            "param": problem.get("param", place),
            "code": problem.get("code", code),
        }
    }
