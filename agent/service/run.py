"""`qod serve`: the service on an address."""

import contextlib

from rich.console import Console

from camara_qod.agent.service import logs
from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.service import open_service
from camara_qod.agent.service.settings import ServiceSettings
from camara_qod.tools.errors import UsageError
from camara_qod.tools.listening import check_address, is_loopback
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.serving import Server, url


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
    notes = Console(stderr=True)

    def announce(taken: int) -> None:
        notes.print(f"Service on {url(host, taken)}", highlight=False)

    logs.to_stderr()
    with open_service(plugin, settings) as service, contextlib.suppress(KeyboardInterrupt):
        Server(create_app(service), host, port, announce).run()


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
