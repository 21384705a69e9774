"""MCP over streamable HTTP: who may reach it, and by which name."""

import hmac
from ipaddress import ip_address
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import SecretStr
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from camara_qod.tools.errors import UsageError
from camara_qod.tools.listening import check_address, is_loopback

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def serve(
    server: MCPServer[Any],
    host: str,
    port: int,
    token: SecretStr | None = None,
    names: tuple[str, ...] = (),
) -> None:
    """Serve until interrupted.

    Args:
        server: has the tools.
        host: address to listen on.
        port: the same.
        token: what clients send as bearer token; needed where others can reach the address.
        names: hosts under which clients call it, beside `host` itself and this machine's own.

    Raises:
        UsageError: others could reach it without a token, or under any name.
        SettingsError: nothing can listen there.
    """
    check_address(host, port)
    check_reach(host, token, names)
    app = http_app(server, host, token, names)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


def check_reach(host: str, token: SecretStr | None, names: tuple[str, ...]) -> None:
    """Whether it is known who may reach a server on an address, and by which name.

    Raises:
        UsageError: it is not.
    """
    if is_loopback(host):
        return
    if token is None:
        raise UsageError(
            f"--host {host} can be reached from outside: set QOD_MCP_TOKEN, which clients send as "
            "bearer token, or listen on 127.0.0.1."
        )
    if not names and _unspecified(host):
        raise UsageError(
            f"--host {host} is every address of this machine: name the host that clients call "
            "with --allowed-host."
        )


def http_app(
    server: MCPServer[Any], host: str, token: SecretStr | None, names: tuple[str, ...] = ()
) -> ASGIApp:
    """The server as an application that refuses other hosts, other origins and other callers."""
    hosts = [*_LOOPBACK, *names, *([] if _unspecified(host) else [_bracketed(host)])]
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
    app = server.streamable_http_app(host=host, transport_security=security)
    return app if token is None else _Guarded(app, token)


class _Guarded:
    """Lets calls with the token through."""

    def __init__(self, app: ASGIApp, token: SecretStr) -> None:
        self._app = app
        self._wanted = f"Bearer {token.get_secret_value()}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope.get("headers", [])).get(b"authorization", b"")
        if scope["type"] == "http" and not hmac.compare_digest(given, self._wanted):
            refusal = JSONResponse(
                {"error": "Send the server's token (QOD_MCP_TOKEN) as bearer token."},
                status_code=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _unspecified(host: str) -> bool:
    try:
        return not host or ip_address(host).is_unspecified
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
