"""The page in the browser: files of this package, and nothing from anywhere else."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Response

router = APIRouter(include_in_schema=False)

#: What the page may do; scripts and styles are files, so that no text can become one.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # It may be kept, and is asked for again: a new version shows at once.
    "Cache-Control": "no-cache",
}
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_INDEX = "index.html"
#: ETags that the browser has, in one header.
Known = Annotated[str | None, Header(alias="If-None-Match")]


@dataclass(frozen=True)
class Asset:
    """A file of the page.

    Attributes:
        content: its bytes.
        kind: its media type.
        tag: its ETag, which changes with the content.
    """

    content: bytes
    kind: str
    tag: str

    def response(self, known: str | None) -> Response:
        """It, or that it has not changed since the browser got it."""
        headers = _HEADERS | {"ETag": self.tag}
        tags = [item.strip().removeprefix("W/") for item in (known or "").split(",")]
        if self.tag in tags or "*" in tags:
            return Response(status_code=304, headers=headers)
        return Response(self.content, headers=headers, media_type=self.kind)


@cache
def assets() -> dict[str, Asset]:
    """The files of the page by name."""
    found = {}
    for item in files("camara_qod.agent.service").joinpath("page").iterdir():
        kind = _KINDS.get(PurePath(item.name).suffix)
        if kind:
            content = item.read_bytes()
            found[item.name] = Asset(content, kind, f'"{sha256(content).hexdigest()[:16]}"')
    return found


@router.api_route("/", methods=["GET", "HEAD"])
def index(known: Known = None) -> Response:
    """The page."""
    return assets()[_INDEX].response(known)


@router.api_route("/assets/{name}", methods=["GET", "HEAD"])
def asset(name: str, known: Known = None) -> Response:
    """A script, the style or the icon."""
    found = assets().get(name)
    if found is None or name == _INDEX:
        raise HTTPException(404)
    return found.response(known)
