"""MCP over streamable HTTP: who may reach it, and by which name."""

import contextlib
import logging
import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from camara_qod.tools.bearer import misfit
from camara_qod.tools.camara.models import ErrorInfo
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.listening import check_address, is_loopback
from camara_qod.tools.serving import Server, url

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_NAME = re.compile(r"([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
#: Where MCP is spoken.
PATH = "/mcp"
_TOKEN = "the token of this server (QOD_MCP_TOKEN)"  # noqa: S105  # what it is called
#: What is answered, with the code that goes with it, where the SDK's check says no.
_REFUSED = {
    421: (
        "INVALID_ARGUMENT",
        "The Host header has no name of this server: call it by one, or start it with "
        "--allowed-host and that name.",
    ),
    403: (
        "PERMISSION_DENIED",
        "The Origin header has no name of this server: pages of other sites may not call it.",
    ),
}


def serve(
    server: MCPServer[Any],
    host: str,
    port: int,
    announce: Callable[[str], None],
    *,
    token: SecretStr | None = None,
    names: tuple[str, ...] = (),
) -> None:
    """Serve until interrupted.

    Args:
        server: has the tools.
        host: address to listen on.
        port: the same; 0: any that is free.
        announce: told the root URL, once calls are answered there.
        token: what clients send as bearer token; needed where others can reach the address.
        names: hosts under which clients call it, beside `host` itself and this machine's own.

    Raises:
        SettingsError: others could reach it without a token, or under any name.
        Unavailable: nothing can listen there.
    """
    check_address(host, port)
    check_reach(host, token, names)
    app = http_app(server, host, token, names)
    with contextlib.suppress(KeyboardInterrupt):
        Server(app, host, port, lambda taken: announce(url(host, taken))).run()


def check_reach(host: str, token: SecretStr | None, names: tuple[str, ...]) -> None:
    """Whether it is known who may reach a server on an address, and by which name.

    Raises:
        SettingsError: it is not.
    """
    for name in names:
        if not _NAME.fullmatch(_header(name)):
            raise SettingsError(
                f"--allowed-host is a host name such as qod.example.org, and not {name}."
            )
    if is_loopback(host):
        return
    if token is None:
        raise SettingsError(
            f"--host {host} can be reached from outside: set QOD_MCP_TOKEN, which clients send as "
            "bearer token, or listen on 127.0.0.1."
        )
    if not names and _unspecified(host):
        raise SettingsError(
            f"--host {host} is every address of this machine: name the host that clients call "
            "with --allowed-host."
        )


def http_app(
    server: MCPServer[Any], host: str, token: SecretStr | None, names: tuple[str, ...] = ()
) -> ASGIApp:
    """The server as an application that refuses other hosts, other origins and other callers."""
    own = () if _unspecified(host) else (host,)
    hosts = [*_LOOPBACK, *map(_header, (*names, *own))]
    security = TransportSecuritySettings(
        # A name alone is one with the port of its scheme.
        allowed_hosts=[form for name in hosts for form in (name, f"{name}:*")],
        allowed_origins=[
            form
            for name in hosts
            for scheme in ("http", "https")
            for form in (f"{scheme}://{name}", f"{scheme}://{name}:*")
        ],
    )
    # What is refused is told to who called; a stranger's headers are no news to who serves.
    logging.getLogger("mcp.server.transport_security").setLevel(logging.ERROR)
    app = server.streamable_http_app(
        streamable_http_path=PATH, host=host, transport_security=security
    )
    return _Guarded(app, security, token)


class _Guarded:
    """Lets calls with a name of the server and its token through; all others get a sentence."""

    def __init__(
        self, app: ASGIApp, security: TransportSecuritySettings, token: SecretStr | None
    ) -> None:
        self._app = app
        self._names = TransportSecurityMiddleware(security)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a call."""
        refusal = await self._refusal(Request(scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        """The answer to a call that may not be made."""
        if (refused := await self._names.validate_request(request)) is not None:
            return _refusal(refused.status_code, *_REFUSED[refused.status_code])
        if request.url.path.rstrip("/") != PATH:
            return _refusal(404, "NOT_FOUND", f"There is nothing here but MCP, at {PATH}.")
        if self._token is None:
            return None
        given = request.headers.get("authorization")
        wrong = misfit(given, self._token.get_secret_value(), _TOKEN)
        return _refusal(401, "UNAUTHENTICATED", wrong) if wrong else None


def _refusal(status: int, code: str, message: str) -> Response:
    """A refusal in the form that CAMARA's APIs have."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    info = ErrorInfo(status=status, code=code, message=message)
    return JSONResponse(info.wire(), status_code=status, headers=headers)


def _unspecified(host: str) -> bool:
    try:
        return not host or ip_address(host).is_unspecified
    except ValueError:
        return False


def _header(name: str) -> str:
    """A host as headers have it: in lower case, an IPv6 address in brackets."""
    bare = name.count(":") > 1 and not name.startswith("[")
    return f"[{name}]".lower() if bare else name.lower()
