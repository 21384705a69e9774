"""What an operator of the mock decides, on the command line of `qod mock` or in code."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

#: The client of a caller without a token, in open mode.
ANONYMOUS = "anonymous"


class OperatorSettings(BaseModel):
    """Settings of a mock operator; the defaults are those of the in-process demo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_version: Literal["1.1", "1.2"] = Field(
        default="1.1", description="`1.1` serves 1.1.0, `1.2` serves 1.2.0-rc.3, of both APIs"
    )
    catalogue: Path | None = Field(default=None, description="Profiles (JSON); by default the demo")
    database: str = Field(
        default="sqlite://", description="SQLAlchemy URL; `sqlite://` keeps all in memory"
    )
    open: bool = Field(
        default=False,
        description="Every call is served, whatever its token; anybody is given tokens",
    )
    clients: dict[str, SecretStr] = Field(
        default_factory=dict, description="OAuth 2 clients: id and secret"
    )
    demo: bool = Field(
        default=False,
        description="There is a client `demo` too, whose secret is kept with the database",
    )
    client_keys: dict[str, str] = Field(
        default_factory=dict,
        description="Clients that sign (private_key_jwt): id and public key (PEM, JWK or JWK Set)",
    )
    require_purpose: bool = Field(
        default=False, description="A token is asked for with exactly one purpose (scope `dpv:…`)"
    )
    token_lifetime: int = Field(default=3600, gt=0, description="Seconds until a token expires")
    control_token: SecretStr | None = Field(
        default=None, description="Turns the control API on; its calls carry this bearer token"
    )
    rate_limit: str | None = Field(
        default=None, description="Calls of one client, such as `100/second`"
    )
    activation_delay: float | None = Field(
        default=0,
        ge=0,
        allow_inf_nan=False,
        description="Seconds a session stays REQUESTED; `None` until the control API decides",
    )
    unsupported_identifiers: frozenset[str] = Field(
        default=frozenset({"networkAccessIdentifier"}),
        description="Device identifiers this operator cannot use; CAMARA does not allow the first",
    )
    http_sinks: bool = Field(default=False, description="For tests: http sinks are allowed")
    private_sinks: bool = Field(
        default=False, description="Notifications may go to private and loopback addresses"
    )
