"""A server that says when it serves."""

from collections.abc import Callable
from socket import socket
from typing import Any

import uvicorn

from camara_qod.tools.errors import Unavailable

#: Names of all addresses of a machine, and how the machine itself reaches one of them.
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class Server(uvicorn.Server):
    """Serves an application until interrupted.

    Args:
        app: an ASGI application.
        host: address to listen on.
        port: the same; 0: any that is free.
        announce: told the port, once calls are answered there; `url` makes a URL of it.
    """

    def __init__(self, app: Any, host: str, port: int, announce: Callable[[int], None]) -> None:
        super().__init__(
            uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False)
        )
        self._announce = announce

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen.

        Raises:
            Unavailable: the application does not start, or the port was taken meanwhile.
        """
        try:
            await super().startup(sockets)
        except SystemExit as error:  # its reason is in the log
            raise Unavailable(
                f"The server cannot start on {self.config.host}, port {self.config.port}; the line "
                "above says why. Give another --host or --port."
            ) from error
        self._announce(self.servers[0].sockets[0].getsockname()[1])


def url(host: str, port: int) -> str:
    """The URL under which this machine reaches what listens on an address."""
    name = _EVERYWHERE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
