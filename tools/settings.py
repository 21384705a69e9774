"""What the deployer configures, through `QOD_…` environment variables or a `.env` file."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv.parser import Original, parse_stream
from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from camara_qod.tools.camara.edition import ApiVersion
from camara_qod.tools.camara.models import ApplicationServer, Device, PositiveInt32
from camara_qod.tools.camara.sendable import check_url, header_secret, secret
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.faults import faults
from camara_qod.tools.operator_file import OperatorFile, places

S = TypeVar("S", bound=BaseSettings)

#: A documentation address (RFC 5737): it stands in the demo for the developer's own backend.
DEMO_APPLICATION_SERVER = ApplicationServer(ipv4_address="203.0.113.100")

#: Seconds; what is longer than a day is no limit, and what is much longer no clock counts to.
_LONGEST = 86400.0


def _default_cache() -> Path:
    try:
        return Path.home() / ".cache" / "camara-qod"
    except RuntimeError as error:
        raise SettingsError(
            "There is no home folder here to keep files under: set QOD_CACHE_DIR to a folder."
        ) from error


def _root(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("an API root starts with https:// (or http:// on your own machine)")
    check_url(url)
    return url.rstrip("/")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("it is no IANA time zone such as Europe/Lisbon or UTC") from error
    return name


class QodSettings(BaseSettings):
    """All settings; each field is the variable `QOD_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="QOD_",
        env_file=".env",
        extra="ignore",
        env_ignore_empty=True,
        # Secrets are among it.
        hide_input_in_errors=True,
    )

    operator: Path | None = Field(
        default=None,
        description="TOML file with what is to be said of one operator: any of the settings about "
        "it, and the names of the variables that hold its secrets",
    )
    api_root: Annotated[str, AfterValidator(_root)] | None = Field(
        default=None,
        description="Root URL of the operator's APIs; without it the mock operator runs in-process",
    )
    token: Annotated[SecretStr, AfterValidator(header_secret)] | None = Field(
        default=None, description="OAuth 2 access token, sent as bearer token"
    )
    api_version: ApiVersion = Field(
        default="1.1",
        description="Version of both APIs that the operator serves: `1.1` for 1.1.0, `1.2` for "
        "1.2.0-rc.3",
    )
    timeout: float = Field(
        default=10.0, gt=0, le=_LONGEST, description="Seconds to wait for the operator"
    )
    oauth_issuer: Annotated[str, AfterValidator(_root)] | None = Field(
        default=None,
        description="URL of the operator's OpenID provider: access tokens are got there, kept and "
        "renewed, in place of `QOD_TOKEN`",
    )
    oauth_client_id: str | None = Field(default=None, description="Client id at that provider")
    oauth_client_secret: Annotated[SecretStr, AfterValidator(secret)] | None = Field(
        default=None, description="Its secret, where the client has no key"
    )
    oauth_client_key: Path | None = Field(
        default=None, description="Its private key for `private_key_jwt`: PEM, RSA or P-256"
    )
    oauth_key_id: str | None = Field(
        default=None, description="Name of the key (`kid`), where the provider knows several"
    )
    oauth_grant: Literal["client_credentials", "ciba"] = Field(
        default="client_credentials",
        description="`ciba` acts with the consent of the device's user, whom the operator asks",
    )
    oauth_purpose: str | None = Field(
        default=None,
        pattern="^dpv:[A-Za-z][A-Za-z0-9]*$",
        description="Purpose of the tokens, such as `dpv:RequestedServiceProvision`",
    )

    model: str = Field(
        default="embedded",
        description="Language model: `embedded`, a Hugging Face id, a local folder, or a GGUF file",
    )
    model_server: Annotated[str, AfterValidator(_root)] | None = Field(
        default=None,
        description="OpenAI-compatible server that has the model, such as "
        "`http://127.0.0.1:8000/v1`; `QOD_MODEL` is then its name there",
    )
    model_server_key: Annotated[SecretStr, AfterValidator(header_secret)] | None = Field(
        default=None, description="Key for the model server, sent as bearer token"
    )
    adapter: str | None = Field(
        default=None,
        description="PEFT adapter: folder or Hugging Face id; `none` for no adapter; by default "
        "the shipped one with the embedded model, none with any other",
    )
    quantization: Literal["none", "nf4"] = Field(
        default="none", description="`nf4` loads the weights in 4 bits through bitsandbytes"
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto",
        description="Numbers in which the embedded model computes on a CPU; `auto` takes "
        "`bfloat16` where the processor multiplies in it, and `float32` elsewhere",
    )
    device: str = Field(default="auto", description="`cpu`, `cuda`, `cuda:1` …; `auto` picks")
    cache_dir: Path = Field(
        default_factory=_default_cache, description="Where the converted embedded model is kept"
    )
    conversations: str | None = Field(
        default=None,
        description="Where `qod chat` keeps conversations: `sqlite:///file` or `postgresql://…`; "
        "by default an SQLite file in the cache folder",
    )
    max_prompt_tokens: int = Field(
        default=2048, ge=128, description="Longest conversation that is read, in tokens"
    )

    time_limit: float = Field(
        default=60.0,
        gt=0,
        le=_LONGEST,
        description="Seconds that a request may take, waiting included",
    )
    max_waiting: int = Field(
        default=64, ge=0, description="How many requests may wait for the model"
    )

    at_once: int = Field(
        default=1,
        ge=1,
        description="How many requests the model decides at the same time, on a share of the cores "
        "each; with the embedded model `qod serve` and `qod batch` decide as many as there are "
        "cores unless this is set",
    )

    confirm_below: float = Field(
        default=0.97,
        ge=0,
        le=1,
        description="Confidence below which a session is created or prolonged only after a yes; "
        "0 asks only where something that was named is left out, 1 always does",
    )
    confirm_deletion_below: float = Field(
        default=0.99,
        ge=0,
        le=1,
        description="The same for deletions, which cannot be undone; those of a model "
        "server that tells no confidence are asked about too",
    )

    catalogue: Path | None = Field(
        default=None, description="Profile catalogue (JSON); by default the four demo profiles"
    )
    default_device: Device | None = Field(
        default=None, description='Device where none is named, as JSON: {"phoneNumber":"+…"}'
    )
    default_application_server: ApplicationServer | None = Field(
        default=DEMO_APPLICATION_SERVER,
        description="Application server where none is named, an address or JSON; with an "
        "`api_root` there is none unless set",
    )
    default_duration: PositiveInt32 | None = Field(
        default=3600, description="Seconds where no duration is named; `0` asks instead"
    )
    default_region: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="Country (`DE`) whose national phone numbers are understood",
    )
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        default=None,
        description="Time zone (`Europe/Lisbon`) in which times of day are meant and shown; by "
        "default the machine's",
    )
    bare_ipv4: Literal["assume-no-nat", "ask"] = Field(
        default="assume-no-nat",
        description="A single IPv4 address without port: taken as public and private, or asked",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is asked first comes first; the operator's file is asked last."""
        file = OperatorFile(settings_cls)
        return init_settings, env_settings, dotenv_settings, file

    @property
    def zone(self) -> tzinfo | None:
        """The zone in which times of day are meant and shown; `None`: the machine's."""
        return ZoneInfo(self.timezone) if self.timezone else None

    def now(self) -> datetime:
        """The time, in the zone in which times of day are meant."""
        return datetime.now(self.zone).astimezone(self.zone)

    @field_validator("default_application_server", mode="before")
    @classmethod
    def _server_from_text(cls, value: Any) -> Any:
        if isinstance(value, str) and not value.lstrip().startswith("{"):
            return {"ipv6Address" if ":" in value else "ipv4Address": value.strip()}
        return value

    @field_validator("default_duration", mode="before")
    @classmethod
    def _zero_asks(cls, value: Any) -> Any:
        zero = set(value.strip()) == {"0"} if isinstance(value, str) else value == 0
        return None if zero else value

    @model_validator(mode="after")
    def _no_demo_server_on_a_real_network(self) -> Self:
        if self.api_root and "default_application_server" not in self.model_fields_set:
            self.default_application_server = None
        return self


def load_settings(**overrides: Any) -> QodSettings:
    """Settings from the environment, with overrides from the command line.

    Raises:
        SettingsError: a value does not hold; the message names the variable.
    """
    return loaded(QodSettings, **overrides)


def loaded(kind: type[S], **overrides: Any) -> S:
    """Settings of a kind from the environment, with overrides by field where they are not `None`.

    Raises:
        SettingsError: a value does not hold; the message names the variable.
    """
    prefix = kind.model_config["env_prefix"]
    given = {name: value for name, value in overrides.items() if value is not None}
    with places() as in_file:
        try:
            _check_env_file(Path(str(kind.model_config["env_file"])))
            return kind(**given)
        except ValidationError as error:
            told = faults(
                error, kind, called=lambda name: in_file.get(name, f"{prefix}{name.upper()}")
            )
            raise SettingsError(f"The settings do not hold: {told}.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"The file .env cannot be read ({error}): it is UTF-8 text."
            ) from error


def _check_env_file(path: Path) -> None:
    """Refuse a line that is no setting: python-dotenv leaves it out, with a warning of its own."""
    # A pipe can be read once only.
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as file:
        wrong = next((line.original for line in parse_stream(file) if line.error), None)
    if wrong is not None:
        raise SettingsError(
            f"{path}, line {_line(wrong)}, is no setting: write NAME=value and close its quotes, "
            "or remove the line."
        )


def _line(found: Original) -> int:
    """Where a statement begins, behind the empty lines before it."""
    before = len(found.string) - len(found.string.lstrip())
    return found.line + found.string[:before].count("\n")
