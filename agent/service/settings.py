"""What the deployer of the service configures, through `QOD_SERVE_…` variables or `.env`."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.faults import faults

PREFIX = "QOD_SERVE_"


class ServiceSettings(BaseSettings):
    """All settings of the service; each field is the variable `QOD_SERVE_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", env_ignore_empty=True
    )

    database: str | None = Field(
        default=None,
        description="Where keys, conversations and answers are kept: `sqlite:///file` or "
        "`postgresql://…`; by default an SQLite file in the cache folder",
    )
    redis: str | None = Field(
        default=None,
        description="Where calls are counted, `redis://…`, so that several processes share the "
        "limits; by default in this process",
    )
    authentication: bool = Field(
        default=False,
        description="Ask for an API key or an access token; on another address than loopback it is "
        "always asked for",
    )
    oidc_issuer: str | None = Field(
        default=None, description="Issuer whose access tokens are accepted beside API keys"
    )
    oidc_audience: str | None = Field(
        default=None, description="Audience that those tokens have to be for"
    )
    rate_limit: str | None = Field(
        default="600/minute",
        description="Calls of one caller, such as `600/minute` or `10/second`; `none` for no limit",
    )
    max_body: int = Field(default=65536, ge=1024, description="Longest request body, in bytes")
    otlp_endpoint: str | None = Field(
        default=None,
        description="Where OpenTelemetry traces are sent over HTTP, such as "
        "`http://127.0.0.1:4318/v1/traces`",
    )


def load_service_settings(**overrides: Any) -> ServiceSettings:
    """Settings from the environment, with overrides from the command line.

    Raises:
        SettingsError: a value does not hold; the message names the variable.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return ServiceSettings(**given)
    except ValidationError as error:
        told = faults(error, ServiceSettings, called=lambda name: f"{PREFIX}{name.upper()}")
        raise SettingsError(f"The settings do not hold: {told}.") from error


def database_url(settings: ServiceSettings, cache: Path) -> str:
    """Where the service keeps what it knows."""
    return settings.database or f"sqlite:///{cache / 'service.db'}"
