"""What a request says its body is (RFC 9110, 8.3)."""

from fastapi import Request

from camara_qod.tools.camara.errors import error_class
from camara_qod.tools.operator.codes import code_of

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
#: Characters of a media type that are told.
_LONGEST = 100


def media_type(request: Request) -> str | None:
    """The media type of a body, in lower case and without parameters; `None` where none is said."""
    told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return ascii(told[:_LONGEST])[1:-1] or None


def check_json(request: Request) -> None:
    """Refuse a body that is said to be something else; one of which nothing is said may be JSON.

    Raises:
        CamaraError: 415, `Generic415` of CAMARA_common.yaml.
    """
    kind = media_type(request)
    if kind not in (None, JSON):
        raise error_class(415)(415, code_of(415), f"Content-Type is {kind}: send {JSON}.")
