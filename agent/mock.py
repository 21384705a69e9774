"""`qod mock`: the options become an operator, which says how to use it once it serves."""

from shlex import quote
from typing import Any

from pydantic import ValidationError

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.faults import faults
from camara_qod.tools.operator import serve
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings
from camara_qod.tools.screen import screen
from camara_qod.tools.settings import load_settings


def run(host: str, port: int, clients: list[str], client_keys: list[str], **options: Any) -> None:
    """Serve a mock operator until interrupted.

    Args:
        host: address to listen on.
        port: the same.
        clients: OAuth 2 clients, each `id:secret`. Where nobody is named and tokens are needed,
            there is one called `demo`.
        client_keys: those that sign, each `id:file`.
        options: all else, as `OperatorSettings` calls it.

    Raises:
        SettingsError: an option is not of the form that it should have, or names what cannot be
            used.
        Unavailable: the database cannot be used, or nothing can listen there.
    """
    settings = _settings(
        **options,
        clients=serve.clients(clients),
        client_keys=serve.client_keys(client_keys),
        demo=not (clients or client_keys or options["open"]),
    )
    notes = screen(stderr=True)

    def announce(operator: Operator, root: str) -> None:
        for line in usage(operator, root):
            notes.print(line, soft_wrap=True)

    serve.serve(settings, host, port, announce)


def usage(operator: Operator, root: str) -> list[str]:
    """How a running operator is used: lines whose commands can be pasted.

    Args:
        operator: which one.
        root: URL under which it answers.
    """
    settings = operator.settings
    use = f"QOD_API_ROOT={root}"
    if settings.api_version != "1.1":
        use += f" QOD_API_VERSION={settings.api_version}"
    lines = [f"Mock operator on {root}, explained at {root}/docs. Use it with {use}"]
    if not settings.open and operator.clients:
        name, secret = next(iter(operator.clients.items()))
        # A secret that somebody chose is not shown: curl asks for it.
        user = f"{name}:{secret.get_secret_value()}" if settings.demo else name
        purpose = "-d scope=dpv:RequestedServiceProvision " if settings.require_purpose else ""
        lines.append(
            f"A token for QOD_TOKEN: curl -su {quote(user)} -d grant_type=client_credentials "
            f"{purpose}{root}/oauth2/token"
        )
    elif not settings.open:
        lines.append(f"A client that signs (private_key_jwt) gets tokens at {root}/oauth2/token")
    return lines


def _settings(**options: Any) -> OperatorSettings:
    if not options["database"]:
        folder = load_settings().cache_dir
        options["database"] = serve.sqlite_file(folder, options["api_version"])
    try:
        return OperatorSettings(**options)
    except ValidationError as error:
        told = faults(error, OperatorSettings, called=lambda name: f"--{name.replace('_', '-')}")
        raise SettingsError(f"What was given does not hold: {told}.") from error
