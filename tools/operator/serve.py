"""The mock operator as a server of its own."""

import secrets
from ipaddress import ip_address
from pathlib import Path

import uvicorn
from pydantic import SecretStr

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.listening import check_address
from camara_qod.tools.operator import log
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings


def serve(settings: OperatorSettings, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises:
        SettingsError: open mode on an address that others can reach, one that nothing can listen
            on, or a setting does not hold.
    """
    if settings.open and not _loopback(host):
        raise SettingsError(
            f"Open mode serves anybody and {host} can be reached from outside: listen on "
            "127.0.0.1, or leave --open out and use tokens."
        )
    check_address(host, port)
    operator = Operator(settings)
    log.to_stderr()
    uvicorn.run(operator.app, host=host, port=port, log_level="warning", access_log=False)
    operator.close()


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


def clients(given: list[str], *, demo: bool = True) -> dict[str, SecretStr]:
    """OAuth clients from `id:secret`.

    Args:
        given: such texts.
        demo: whether there is one with a fresh secret where none was given.

    Raises:
        SettingsError: one is not of that form.
    """
    if not given and demo:
        return {"demo": SecretStr(secrets.token_urlsafe(16))}
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
            found[name] = Path(file).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"The key of client {name} cannot be read from {file} ({error}): give a file with "
                "its public key (PEM, JWK or JWK Set)."
            ) from error
    return found


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
