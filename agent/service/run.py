"""`qod serve`: the service on an address."""

import contextlib
from types import FrameType

import uvicorn
from rich.console import Console

from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.service import Service, open_service
from camara_qod.agent.service.settings import ServiceSettings
from camara_qod.tools.errors import UsageError
from camara_qod.tools.listening import check_address, is_loopback
from camara_qod.tools.plugin import QodPlugin


def run(plugin: QodPlugin, settings: ServiceSettings, host: str, port: int) -> None:
    """Serve until interrupted.

    Args:
        plugin: decides and acts.
        settings: of the service.
        host: address to listen on.
        port: the same.

    Raises:
        UsageError: others could reach it without an API key or an access token.
        SettingsError: nothing can listen there, or a setting does not hold.
    """
    check_reach(host, settings)
    check_address(host, port)
    with open_service(plugin, settings) as service:
        Console(stderr=True).print(f"Service on http://{host}:{port}", highlight=False)
        config = uvicorn.Config(
            create_app(service), host=host, port=port, log_level="warning", access_log=False
        )
        with contextlib.suppress(KeyboardInterrupt):
            _Server(config, service).run()


class _Server(uvicorn.Server):
    """Ends what clients listen to before it stops: it waits until they have left."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.watches.close()
        super().handle_exit(sig, frame)


def check_reach(host: str, settings: ServiceSettings) -> None:
    """Whether it is known who may reach the service.

    Raises:
        UsageError: it is not.
    """
    if not is_loopback(host) and not settings.authentication:
        raise UsageError(
            f"--host {host} can be reached from outside: set QOD_SERVE_AUTHENTICATION=true and "
            "make a key with `qod keys create`, or listen on 127.0.0.1."
        )
