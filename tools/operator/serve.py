"""The mock operator as a server of its own."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.home import expanded
from camara_qod.tools.listening import check_address, is_loopback
from camara_qod.tools.operator import log
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings
from camara_qod.tools.serving import Server, url


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
        SettingsError: open mode on an address that others can reach, or a setting does not hold.
        Unavailable: nothing can listen on the address.
    """
    if settings.open and not is_loopback(host):
        raise SettingsError(
            f"--open serves anybody, and --host {host} can be reached from outside: listen on "
            "127.0.0.1, or leave --open out and use tokens."
        )
    check_address(host, port)
    operator = Operator(settings)
    log.to_stderr()
    server = Server(operator.app, host, port, lambda taken: announce(operator, url(host, taken)))
    with contextlib.closing(operator), contextlib.suppress(KeyboardInterrupt):
        server.run()


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
        SettingsError: one is not of that form.
    """
    pairs = [text.partition(":") for text in given]
    if not all(name and secret for name, _, secret in pairs):
        raise SettingsError("--client is id:secret, both not empty.")
    return {name: SecretStr(secret) for name, _, secret in pairs}


def client_keys(given: list[str]) -> dict[str, str]:
    """Public keys of clients that sign, from `id:file`.

    Raises:
        SettingsError: one is not of that form, or its file cannot be read.
    """
    found = {}
    for text in given:
        name, _, file = text.partition(":")
        if not name or not file:
            raise SettingsError("--client-key is id:file, both not empty.")
        try:
            found[name] = expanded(Path(file)).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise SettingsError(
                f"The key of client {name} cannot be read from {file} ({reason}): give "
                "--client-key a file with its public key (PEM, JWK or JWK Set)."
            ) from error
    return found
