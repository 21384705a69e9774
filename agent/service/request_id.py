"""The id of a request: in its log line, its answer, its problems and its calls to the operator."""

from contextvars import ContextVar
from uuid import UUID, uuid4

HEADER = "x-request-id"
#: That of the request which is being answered; `None` outside of any.
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id(given: str | None) -> str:
    """A caller's id for its request if it is a UUID, with dashes or without; else a new one.

    No other form is taken: the id is logged, and a phone number or a key has none of this form.
    """
    try:
        return str(UUID(hex=given or ""))
    except ValueError:
        return str(uuid4())
