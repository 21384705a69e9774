"""What the deployer of the service configures, through `QOD_SERVE_…` variables or `.env`."""

from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from camara_qod.tools.listening import is_loopback
from camara_qod.tools.settings import loaded

PREFIX = "QOD_SERVE_"


def _issuer(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    safe = host and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    if not safe or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("an issuer is an https:// URL (http:// on this machine only)")
    return url


def _names(value: Any) -> Any:
    """Names with commas between them."""
    if not isinstance(value, str):
        return value
    return [name for part in value.split(",") if (name := part.strip())]


def _hosts(names: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [name for name in names if not name or set(name) & set("*/:@[] ")]:
        raise ValueError(f"a host is a name such as qod.example, without port, and not {wrong[0]}")
    return tuple(name.lower() for name in names)


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
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = Field(
        default=None,
        description="Issuer whose access tokens are accepted beside API keys, `https://…`; it "
        "turns authentication on",
    )
    oidc_audience: str | None = Field(
        default=None, description="Audience that those tokens have to be for"
    )
    allowed_hosts: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_names), AfterValidator(_hosts)
    ] = Field(
        default=(),
        description="Names by which callers reach the service, beside this machine's own, with "
        "commas between them; without authentication no others are answered, and with it all are "
        "unless this is set",
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

    @property
    def authenticates(self) -> bool:
        """Whether callers have to say who they are."""
        return self.authentication or self.oidc_issuer is not None

    @model_validator(mode="after")
    def _issuer_with_audience(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            # A token for another service of the same issuer would open this one.
            raise ValueError(
                "QOD_SERVE_OIDC_ISSUER and QOD_SERVE_OIDC_AUDIENCE belong together: set both or "
                "none"
            )
        return self


def load_service_settings(**overrides: Any) -> ServiceSettings:
    """Settings from the environment, with overrides from the command line.

    Raises:
        SettingsError: a value does not hold; the message names the variable.
    """
    return loaded(ServiceSettings, **overrides)


def database_url(settings: ServiceSettings, cache: Path) -> str:
    """Where the service keeps what it knows."""
    return settings.database or f"sqlite:///{cache / 'service.db'}"
