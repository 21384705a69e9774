"""The schemas of quality-on-demand 1.1.0 and qos-profiles 1.1.0 as pydantic models.

Python names are snake case, the wire is the specification's camelCase. Requests forbid unknown
fields; responses tolerate them, so that an operator may add its own. Field order is the order in
which a decision is written, and the interpreter derives its grammar from these classes.

Source: CAMARA QualityOnDemand release r3.2, `components/schemas` of both files.
"""

import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel

INT32_MAX = 2**31 - 1


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        strict=True,
    )

    def wire(self) -> dict[str, Any]:
        """The JSON object that travels: camelCase, in field order, absent fields left out."""
        return self.model_dump(mode="json", exclude_none=True)

    @model_validator(mode="before")
    @classmethod
    def _absent_is_not_null(cls, value: Any) -> Any:
        # OpenAPI 3.0 properties are not nullable unless they say so, and these never do: an
        # optional field may be left out, not sent as null.
        if isinstance(value, dict) and None in value.values():
            known = {field.alias for field in cls.model_fields.values()} | set(cls.model_fields)
            names = [name for name, item in value.items() if item is None and name in known]
            if names:
                raise ValueError(f"{', '.join(names)}: null is not allowed, leave the field out")
        return value


class Request(_Wire):
    """What a client sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Response(_Wire):
    """What a server answers: unknown fields are kept."""

    model_config = ConfigDict(extra="allow")


_SAID: dict[type, str] = {
    IPv4Address: "IPv4 address",
    IPv6Address: "IPv6 address",
    IPv4Network: "IPv4 address or subnet",
    IPv6Network: "IPv6 address or subnet",
}


def address(*kinds: type) -> AfterValidator:
    """A validator for text that is an address of one of the `ipaddress` classes."""

    def check(text: str) -> str:
        for kind in kinds:
            try:
                kind(text, strict=False) if "Network" in kind.__name__ else kind(text)
            except ValueError:
                continue
            return text
        raise ValueError(f"{text!r} is no {' or '.join(_SAID[kind] for kind in kinds)}")

    return AfterValidator(check)


def without_zone(text: str) -> str:
    """Refuse an IPv6 zone index."""
    # A zone index ("fe80::1%eth0", RFC 4007) means something on one host only.
    if "%" in text:
        raise ValueError("an IPv6 address must not carry a zone index")
    return text


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _shaped(pattern: re.Pattern[str], said: str) -> Callable[[Any], Any]:
    """A check for JSON input, where pydantic would also take numbers and looser strings."""

    def check(value: Any) -> Any:
        loose = isinstance(value, int | float) or (
            isinstance(value, str) and not pattern.fullmatch(value)
        )
        if loose:
            raise ValueError(f"{value!r} is no {said}")
        return value

    return check


Port = Annotated[int, Field(ge=0, le=65535)]
PositiveInt32 = Annotated[int, Field(ge=1, le=INT32_MAX)]
#: E.164, as CAMARA's schema has it.
PHONE_NUMBER_PATTERN = r"^\+[1-9][0-9]{4,14}$"
PhoneNumber = Annotated[str, StringConstraints(pattern=PHONE_NUMBER_PATTERN)]
SingleIpv4Addr = Annotated[str, address(IPv4Address), Field(json_schema_extra={"format": "ipv4"})]
DeviceIpv6Address = Annotated[
    str,
    AfterValidator(without_zone),
    address(IPv6Address),
    Field(json_schema_extra={"format": "ipv6"}),
]
ApplicationServerIpv4Address = Annotated[str, address(IPv4Network)]
ApplicationServerIpv6Address = Annotated[str, AfterValidator(without_zone), address(IPv6Network)]
PROFILE_NAME_PATTERN = r"^[a-zA-Z0-9_.-]+$"
QosProfileName = Annotated[
    str, StringConstraints(pattern=PROFILE_NAME_PATTERN, min_length=3, max_length=256)
]
#: ISO 3166-1 alpha-2.
COUNTRY_PATTERN = r"^[A-Z]{2}$"


def _sink(text: str, info: ValidationInfo) -> str:
    """Only https; a test may relax that, by `http_sinks` in the validation context."""
    relaxed = bool(info.context and info.context.get("http_sinks"))
    if not re.fullmatch(r"https:\/\/.+" if not relaxed else r"https?:\/\/.+", text):
        raise ValueError("a sink is an https URL")
    return text


Sink = Annotated[
    str, AfterValidator(_sink), Field(json_schema_extra={"pattern": r"^https:\/\/.+$"})
]
SessionId = Annotated[UUID, Field(strict=False), BeforeValidator(_shaped(_UUID, "UUID"))]
DateTime = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(_shaped(_DATE_TIME, "date and time such as 2030-01-31T12:00:00Z")),
    PlainSerializer(lambda at: rfc3339(at), return_type=str, when_used="json"),
]


def rfc3339(at: datetime) -> str:
    """A moment on the wire, such as `2024-06-01T12:00:00Z`."""
    return at.isoformat().replace("+00:00", "Z")


class DeviceIpv4Addr(Request):
    """IPv4 identity of a device: the public address, plus the port or the private address."""

    public_address: SingleIpv4Addr
    private_address: SingleIpv4Addr | None = None
    public_port: Port | None = None

    @model_validator(mode="after")
    def _port_or_private(self) -> Self:
        if self.private_address is None and self.public_port is None:
            raise ValueError("publicAddress needs privateAddress or publicPort beside it")
        return self


class Device(Request):
    """End-user equipment, by one or more identifiers that belong to the same device."""

    phone_number: PhoneNumber | None = None
    network_access_identifier: str | None = None
    ipv4_address: DeviceIpv4Addr | None = Field(default=None, alias="ipv4Address")
    ipv6_address: DeviceIpv6Address | None = Field(default=None, alias="ipv6Address")

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("a device needs at least one identifier")
        return self


class DeviceResponse(Response):
    """The one identifier by which the operator found the device."""

    phone_number: PhoneNumber | None = None
    network_access_identifier: str | None = None
    ipv4_address: DeviceIpv4Addr | None = Field(default=None, alias="ipv4Address")
    ipv6_address: DeviceIpv6Address | None = Field(default=None, alias="ipv6Address")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a device is answered with exactly one identifier")
        return self


class ApplicationServer(Request):
    """The server at the other end of the flow, a single address or a subnet."""

    ipv4_address: ApplicationServerIpv4Address | None = Field(default=None, alias="ipv4Address")
    ipv6_address: ApplicationServerIpv6Address | None = Field(default=None, alias="ipv6Address")

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("an application server needs an IPv4 or IPv6 address")
        return self


class PortRange(Request):
    """A range of ports, both ends included."""

    from_: Port = Field(alias="from")
    to: Port


class PortsSpec(Request):
    """Several ports, as ranges, single ports, or both."""

    ranges: Annotated[list[PortRange], Field(min_length=1)] | None = None
    ports: Annotated[list[Port], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("a port specification needs ranges or ports")
        return self


def in_order(spec: PortsSpec) -> PortsSpec:
    """Refuse a range that is written from its high end.

    The schemas do not order the two ends; 1.2.0-rc.3 says in words that they are the first and the
    last port of the range, so that 20 to 10 names no port.
    """
    for item in spec.ranges or []:
        if item.from_ > item.to:
            raise ValueError(
                f"a range goes from its first port to its last, and {item.from_} is above {item.to}"
            )
    return spec


#: What a client may ask for; an answer is read whichever end an operator puts first.
OrderedPorts = Annotated[PortsSpec, AfterValidator(in_order)]


class AccessTokenCredential(Request):
    """The only sink credential that 1.1.0 allows."""

    credential_type: Literal["ACCESSTOKEN"]
    access_token: str
    access_token_expires_utc: DateTime
    access_token_type: Literal["bearer"]


class CreateSession(Request):
    """Body of `createSession`."""

    device: Device | None = None
    application_server: ApplicationServer
    device_ports: OrderedPorts | None = None
    application_server_ports: OrderedPorts | None = None
    qos_profile: QosProfileName
    duration: PositiveInt32
    sink: Sink | None = None
    sink_credential: AccessTokenCredential | None = None


class ExtendSessionDuration(Request):
    """Body of `extendQosSessionDuration`."""

    requested_additional_duration: PositiveInt32


class RetrieveSessionsInput(Request):
    """Body of `retrieveSessionsByDevice`."""

    device: Device | None = None


class QosStatus(StrEnum):
    """State of a session."""

    REQUESTED = "REQUESTED"
    AVAILABLE = "AVAILABLE"
    UNAVAILABLE = "UNAVAILABLE"


class StatusInfo(StrEnum):
    """Why a session is UNAVAILABLE."""

    DURATION_EXPIRED = "DURATION_EXPIRED"
    NETWORK_TERMINATED = "NETWORK_TERMINATED"
    DELETE_REQUESTED = "DELETE_REQUESTED"


class SinkCredentialResponse(Response):
    """Of which type the credential of a sink is, where an operator tells."""

    credential_type: Literal["PLAIN", "ACCESSTOKEN", "REFRESHTOKEN"]


class SessionInfo(Response):
    """A session as the operator reports it."""

    device: DeviceResponse | None = None
    application_server: ApplicationServer
    device_ports: PortsSpec | None = None
    application_server_ports: PortsSpec | None = None
    qos_profile: QosProfileName
    sink: Sink | None = None
    sink_credential: SinkCredentialResponse | None = None
    session_id: SessionId
    duration: PositiveInt32
    started_at: DateTime | None = None
    expires_at: DateTime | None = None
    qos_status: Annotated[QosStatus, Field(strict=False)]
    status_info: Annotated[StatusInfo, Field(strict=False)] | None = None


class ErrorInfo(Response):
    """The error body of every CAMARA API."""

    status: int
    code: str
    message: str


class QosProfileStatus(StrEnum):
    """Whether a profile may be used (`QosProfileStatusEnum`)."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    DEPRECATED = "DEPRECATED"


class Rate(Response):
    """A data rate; the value is at most 1024 of its unit."""

    value: Annotated[int, Field(ge=0, le=1024)] | None = None
    unit: Literal["bps", "kbps", "Mbps", "Gbps", "Tbps"] | None = None


SECONDS_PER_UNIT = {
    "Days": 86400.0,
    "Hours": 3600.0,
    "Minutes": 60.0,
    "Seconds": 1.0,
    "Milliseconds": 1e-3,
    "Microseconds": 1e-6,
    "Nanoseconds": 1e-9,
}


class Duration(Response):
    """A length of time with its unit."""

    value: PositiveInt32 | None = None
    unit: (
        Literal[
            "Days", "Hours", "Minutes", "Seconds", "Milliseconds", "Microseconds", "Nanoseconds"
        ]
        | None
    ) = None

    @property
    def seconds(self) -> float | None:
        """The length in seconds; `None` where the operator left value or unit out."""
        if self.value is None or self.unit is None:
            return None
        return self.value * SECONDS_PER_UNIT[self.unit]


class CountryAvailability(Response):
    """A country, and optionally the networks in it, where a profile is available."""

    country_name: Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)]
    networks: list[str] | None = None


class QosProfile(Response):
    """A profile as an operator publishes it."""

    name: QosProfileName
    description: str | None = None
    status: Annotated[QosProfileStatus, Field(strict=False)]
    country_availability: list[CountryAvailability] | None = None
    target_min_upstream_rate: Rate | None = None
    max_upstream_rate: Rate | None = None
    max_upstream_burst_rate: Rate | None = None
    target_min_downstream_rate: Rate | None = None
    max_downstream_rate: Rate | None = None
    max_downstream_burst_rate: Rate | None = None
    min_duration: Duration | None = None
    max_duration: Duration | None = None
    priority: Annotated[int, Field(ge=1, le=100)] | None = None
    packet_delay_budget: Duration | None = None
    jitter: Duration | None = None
    packet_error_loss_rate: Annotated[int, Field(ge=1, le=10)] | None = None
    l4s_queue_type: Literal["non-l4s-queue", "l4s-queue", "mixed-queue"] | None = Field(
        default=None, alias="l4sQueueType"
    )
    service_class: (
        Literal[
            "microsoft_voice",
            "microsoft_audio_video",
            "real_time_interactive",
            "multimedia_streaming",
            "broadcast_video",
            "low_latency_data",
            "high_throughput_data",
            "low_priority_data",
            "standard",
        ]
        | None
    ) = None


class QosProfileDeviceRequest(Request):
    """Body of `retrieveQoSProfiles`."""

    device: Device | None = None
    name: QosProfileName | None = None
    status: Annotated[QosProfileStatus, Field(strict=False)] | None = None
