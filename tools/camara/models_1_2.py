"""What 1.2.0-rc.3 of quality-on-demand and qos-profiles changes in the schemas of 1.1.0.

Ports start at 1, texts are bounded, subnets have patterns, an application server may be a list of
single addresses, and a sink credential may be PRIVATE_KEY_JWT.

Source: CAMARA QualityOnDemand release r4.1, `components/schemas` of both files.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from camara_qod.tools.camara import models
from camara_qod.tools.camara.models import Request

Port = Annotated[int, Field(ge=1, le=65535)]
SingleIpAddr = Annotated[
    str, AfterValidator(models.without_zone), models.address(IPv4Address, IPv6Address)
]
_OCTET = "(25[0-5]|2[0-4][0-9]|[01][0-9]{2}|[0-9]{1,2})"
IPV4_PATTERN = rf"^{_OCTET}(\.{_OCTET}){{3}}(/([0-9]|[12][0-9]|3[0-2]))?$"
ApplicationServerIpv4Address = Annotated[
    str,
    StringConstraints(pattern=IPV4_PATTERN, max_length=18),
    models.address(IPv4Network),
]
IPV6_PATTERN = r"^[:.0-9A-Fa-f]+(/([1-9]?[0-9]|1[01][0-9]|12[0-8]))?$"
ApplicationServerIpv6Address = Annotated[
    str,
    StringConstraints(pattern=IPV6_PATTERN, max_length=49),
    models.address(IPv6Network),
]
URI_PATTERN = r"^https:\/\/.+$"
Uri = Annotated[str, StringConstraints(pattern=URI_PATTERN, max_length=2048)]


class DeviceIpv4Address(models.DeviceIpv4Addr):
    """IPv4 identity of a device; port 0 is no port any more."""

    public_port: Port | None = None


class Device(models.Device):
    """End-user equipment, by one or more identifiers."""

    network_access_identifier: Annotated[str, Field(max_length=2048)] | None = None
    ipv4_address: DeviceIpv4Address | None = Field(default=None, alias="ipv4Address")


class ApplicationServer(models.ApplicationServer):
    """Subnets as before, or up to 16 single addresses, never both."""

    ipv4_address: ApplicationServerIpv4Address | None = Field(default=None, alias="ipv4Address")
    ipv6_address: ApplicationServerIpv6Address | None = Field(default=None, alias="ipv6Address")
    ip_addresses: Annotated[list[SingleIpAddr], Field(min_length=1, max_length=16)] | None = None

    @model_validator(mode="after")
    def _either_subnets_or_addresses(self) -> Self:
        if self.ip_addresses is not None:
            if self.ipv4_address is not None or self.ipv6_address is not None:
                raise ValueError("ipAddresses stands alone, without ipv4Address and ipv6Address")
            if len(set(self.ip_addresses)) != len(self.ip_addresses):
                raise ValueError("ipAddresses has an address twice")
        return self


class PortRange(models.PortRange):
    """A range of ports, both ends included."""

    from_: Port = Field(alias="from")
    to: Port


_PortRanges = Annotated[list[PortRange], Field(min_length=1, max_length=65536)]


class PortsSpec(models.PortsSpec):
    """Several ports, as ranges, single ports, or both."""

    ranges: _PortRanges | None = None  # type: ignore[assignment]
    ports: Annotated[list[Port], Field(min_length=1, max_length=65536)] | None = None


OrderedPorts = Annotated[PortsSpec, AfterValidator(models.in_order)]


class AccessTokenCredential(models.AccessTokenCredential):
    """A token that the client has acquired for the notifications."""

    access_token: Annotated[str, Field(max_length=4096)]


class PrivateKeyJwtCredential(Request):
    """How the operator can acquire a token itself (`PrivateKeyJWTCredential`)."""

    credential_type: Literal["PRIVATE_KEY_JWT"]
    client_id: Annotated[str, Field(max_length=128)] | None = None
    token_uri: Uri | None = None
    jwks_uri: Uri | None = None


#: Told apart by their type.
SinkCredential = Annotated[
    AccessTokenCredential | PrivateKeyJwtCredential, Field(discriminator="credential_type")
]


class CreateSession(models.CreateSession):
    """Body of `createSession`."""

    device: Device | None = None
    application_server: ApplicationServer
    device_ports: OrderedPorts | None = None
    application_server_ports: OrderedPorts | None = None
    sink: Annotated[models.Sink, Field(max_length=2048)] | None = None
    sink_credential: SinkCredential | None = None  # type: ignore[assignment]


class RetrieveSessionsInput(models.RetrieveSessionsInput):
    """Body of `retrieveSessionsByDevice`."""

    device: Device | None = None


class QosProfileDeviceRequest(models.QosProfileDeviceRequest):
    """Body of `retrieveQoSProfiles`."""

    device: Device | None = None


class SinkCredentialResponse(models.SinkCredentialResponse):
    """Of which type the credential of a sink is, where an operator tells."""

    credential_type: Literal["ACCESSTOKEN", "PRIVATE_KEY_JWT"]  # type: ignore[assignment]


class SessionInfo(models.SessionInfo):
    """A session as the operator reports it."""

    application_server: ApplicationServer
    device_ports: PortsSpec | None = None
    application_server_ports: PortsSpec | None = None
    sink_credential: SinkCredentialResponse | None = None
