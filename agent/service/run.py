"""`qod serve`: the service on an address."""

import contextlib
from collections.abc import Callable
from types import FrameType

from camara_qod.agent.service import logs
from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.keys import opened_keys
from camara_qod.agent.service.service import Service, open_service
from camara_qod.agent.service.settings import ServiceSettings
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.listening import check_address, is_loopback
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.screen import screen
from camara_qod.tools.serving import Server, url


def run(plugin: QodPlugin, settings: ServiceSettings, host: str, port: int) -> None:
    """Serve until interrupted.

    Args:
        plugin: decides and acts.
        settings: of the service.
        host: address to listen on.
        port: the same.

    Raises:
        SettingsError: others could reach it without an API key or an access token, a setting does
            not hold, or nobody could be let in.
        Unavailable: nothing can listen there.
    """
    check_reach(host, settings)
    check_address(host, port)
    notes = screen(stderr=True)

    def announce(taken: int) -> None:
        root = url(host, taken)
        notes.print(
            f"Open {root} in a browser; every call is explained at {root}/docs",
            soft_wrap=True,
        )

    logs.to_stderr()
    with open_service(plugin, settings) as service, contextlib.suppress(KeyboardInterrupt):
        _Server(service, host, port, announce).run()


class _Server(Server):
    """Ends what clients listen to before it stops: it waits until they have left."""

    def __init__(
        self, service: Service, host: str, port: int, announce: Callable[[int], None]
    ) -> None:
        super().__init__(create_app(service), host, port, announce)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.watches.close()
        super().handle_exit(sig, frame)


def check_reach(host: str, settings: ServiceSettings) -> None:
    """Whether it is known who may reach the service.

    Raises:
        SettingsError: it is not, or nobody is known who may.
    """
    if is_loopback(host):
        return
    if not settings.authenticates:
        raise SettingsError(
            f"--host {host} can be reached from outside: set QOD_SERVE_AUTHENTICATION=true and "
            "make a key with `qod keys create NAME`, or listen on 127.0.0.1."
        )
    if settings.oidc_issuer is None and not _any_key(settings):
        raise SettingsError(
            f"--host {host} can be reached from outside, and there is no API key to call it with: "
            "make one with `qod keys create NAME`, or set QOD_SERVE_OIDC_ISSUER and "
            "QOD_SERVE_OIDC_AUDIENCE."
        )


def _any_key(settings: ServiceSettings) -> bool:
    with opened_keys(settings.database) as keys:
        return any(key.revoked is None for key in keys.all())
