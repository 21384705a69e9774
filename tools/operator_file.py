"""`QOD_OPERATOR`: what is to be said of one operator, together in a TOML file.

Its keys are settings in small letters, without `QOD_`. Paths in it are relative to the file.
Secrets are not in it, but the names of the environment variables that hold them:

    api_root = "https://api.operator.example"
    oauth_issuer = "https://id.operator.example"
    oauth_client_id = "my-app"
    catalogue = "profiles.json"

    [secrets]
    oauth_client_secret = "MY_OPERATOR_SECRET"

A variable of the environment comes before the file.
"""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.home import expanded

#: What may stand in the file: the model, its machine and its threads are not an operator's matter.
KEYS = frozenset(
    {
        "api_root",
        "api_version",
        "timeout",
        "oauth_issuer",
        "oauth_client_id",
        "oauth_client_key",
        "oauth_key_id",
        "oauth_grant",
        "oauth_purpose",
        "catalogue",
        "default_application_server",
        "default_device",
        "default_duration",
        "default_region",
        "bare_ipv4",
    }
)
SECRETS = frozenset({"token", "oauth_client_secret"})
_PATHS = ("catalogue", "oauth_client_key")
_TABLE = "secrets"
#: While settings are loaded: those that the file says, and where, in words.
_PLACES: ContextVar[dict[str, str]] = ContextVar("places")


@contextmanager
def places() -> Iterator[dict[str, str]]:
    """What a setting is called that a file says: "timeout in operator.toml".

    Yields:
        By setting, of the file that is read inside.
    """
    told: dict[str, str] = {}
    token = _PLACES.set(told)
    try:
        yield told
    finally:
        _PLACES.reset(token)


class OperatorFile(PydanticBaseSettingsSource):
    """The file as a source of settings."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: the file is read as a whole."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The settings of the file that the sources before this one name."""
        path = self.current_state.get("operator")
        told = read_operator(Path(path)) if path else {}
        # Another source that says the same comes first, and is the one that is spoken of.
        taken = told.keys() - self.current_state.keys()
        _PLACES.get({}).update({name: f"{name} in {path} (QOD_OPERATOR)" for name in taken})
        return told


def read_operator(path: Path) -> dict[str, Any]:
    """Settings out of an operator's file.

    Args:
        path: a TOML file.

    Raises:
        SettingsError: it cannot be read, has a key that is none, or names a variable that is not
            set.
    """
    try:
        file = expanded(path)
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"QOD_OPERATOR: {path} cannot be read ({error.strerror}). Name a TOML file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"QOD_OPERATOR: {path} is no TOML file ({error}). Mend it, or name another."
        ) from error
    secrets = told.pop(_TABLE, {})
    _check_keys(path, told, secrets)
    for name in _PATHS:
        if name in told:
            told[name] = file.parent / str(told[name])
    return told | {name: _secret(path, name, variable) for name, variable in secrets.items()}


def _check_keys(path: Path, told: dict[str, Any], secrets: Any) -> None:
    if not isinstance(secrets, dict):
        raise SettingsError(f"QOD_OPERATOR: in {path}, [{_TABLE}] is a table of variables' names.")
    plain = sorted(told.keys() & SECRETS)
    if plain:
        raise SettingsError(
            f"QOD_OPERATOR: {path} holds {plain[0]} itself. Put it into an environment variable, "
            f"and the variable's name under [{_TABLE}]."
        )
    unknown = sorted(told.keys() - KEYS) + sorted(secrets.keys() - SECRETS)
    if unknown:
        raise SettingsError(
            f"QOD_OPERATOR: {path} has the key {unknown[0]}, which is none. Keys are "
            f"{', '.join(sorted(KEYS))}; under [{_TABLE}] {', '.join(sorted(SECRETS))}."
        )


def _secret(path: Path, name: str, variable: Any) -> str:
    value = os.environ.get(str(variable))
    if not value:
        raise SettingsError(
            f"QOD_OPERATOR: {path} takes {name} from the environment variable {variable}, which is "
            f"not set. Set it, or name another under [{_TABLE}]."
        )
    return value
