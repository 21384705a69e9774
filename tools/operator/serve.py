"""The mock operator as a server of its own."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from socket import socket

import uvicorn
from pydantic import SecretStr

from camara_qod.tools.errors import SettingsError, UsageError
from camara_qod.tools.listening import check_address, is_loopback
from camara_qod.tools.operator import log
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

#: Names of all addresses of a machine, and how the machine itself reaches one of them.
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def serve(
    settings: OperatorSettings, host: str, port: int, announce: Callable[[Operator, str], None]
) -> None:
    """Serve until interrupted.

    Args:
        settings: what the operator decides.
        host: address to listen on.
        port: the same; 0: any that is free.
        announce: told the operator and its root URL, once calls are answered there.

    Raises:
        UsageError: open mode on an address that others can reach.
        SettingsError: nothing can listen on the address, or a setting does not hold.
    """
    if settings.open and not is_loopback(host):
        raise UsageError(
            f"--open serves anybody, and --host {host} can be reached from outside: listen on "
            "127.0.0.1, or leave --open out and use tokens."
        )
    check_address(host, port)
    operator = Operator(settings)
    log.to_stderr()
    config = uvicorn.Config(
        operator.app, host=host, port=port, log_level="warning", access_log=False
    )
    with contextlib.closing(operator), contextlib.suppress(KeyboardInterrupt):
        _Server(config, lambda taken: announce(operator, _root(host, taken))).run()


class _Server(uvicorn.Server):
    """A server that says when it serves, and on which port."""

    def __init__(self, config: uvicorn.Config, started: Callable[[int], None]) -> None:
        super().__init__(config)
        self._announce = started

    async def startup(self, sockets: list[socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit as error:  # its reason is in the log
            raise SettingsError(
                f"The server cannot start on {self.config.host}, port {self.config.port}; the line "
                "above says why. Give another --host or --port."
            ) from error
        self._announce(self.servers[0].sockets[0].getsockname()[1])


def sqlite_file(folder: Path, api_version: str) -> str:
    """The database URL of the server; its folder is made.

    Raises:
        SettingsError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{folder} cannot be made ({error.strerror}): set QOD_CACHE_DIR or give --database."
        ) from error
    return f"sqlite:///{folder / f'mock-{api_version}.db'}"


def clients(given: list[str]) -> dict[str, SecretStr]:
    """OAuth clients from `id:secret`.

    Raises:
        UsageError: one is not of that form.
    """
    pairs = [text.partition(":") for text in given]
    if not all(name and secret for name, _, secret in pairs):
        raise UsageError("--client is id:secret, both not empty.")
    return {name: SecretStr(secret) for name, _, secret in pairs}


def client_keys(given: list[str]) -> dict[str, str]:
    """Public keys of clients that sign, from `id:file`.

    Raises:
        UsageError: one is not of that form.
        SettingsError: its file cannot be read.
    """
    found = {}
    for text in given:
        name, _, file = text.partition(":")
        if not name or not file:
            raise UsageError("--client-key is id:file, both not empty.")
        try:
            found[name] = Path(file).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise SettingsError(
                f"The key of client {name} cannot be read from {file} ({reason}): give "
                "--client-key a file with its public key (PEM, JWK or JWK Set)."
            ) from error
    return found


def _root(host: str, port: int) -> str:
    """The URL under which this machine reaches the server."""
    name = _EVERYWHERE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
