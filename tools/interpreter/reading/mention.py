"""What can stand in a text: mentions, each with the place it was read from.

A mention stands in the text whole: the characters on either side cannot belong to the same token.
"""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from camara_qod.tools.camara.models import PortsSpec
from camara_qod.tools.interpreter.reading.lengths import End, Interval, Start, Unread


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of a user's turn: `messages[turn][start:end]`."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Address(Mention):
    """An IP address, with the prefix length of a subnet or the port joined to it by a colon."""

    ip: IPv4Address | IPv6Address
    prefix: int | None = None
    port: int | None = None

    @property
    def text(self) -> str:
        """RFC 5952 form for IPv6, dotted quad for IPv4, with the prefix if there is one."""
        return str(self.ip) if self.prefix is None else f"{self.ip}/{self.prefix}"


@dataclass(frozen=True, slots=True)
class Phone(Mention):
    """A phone number in E.164 form."""

    number: str


@dataclass(frozen=True, slots=True)
class Ports(Mention):
    """Ports and port ranges named together: "ports 80, 443 and 5000-5010"."""

    ports: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]

    @property
    def spec(self) -> PortsSpec:
        """The CAMARA form."""
        fields = {
            "ranges": [{"from": low, "to": high} for low, high in self.ranges],
            "ports": list(self.ports),
        }
        return PortsSpec.model_validate({name: value for name, value in fields.items() if value})


@dataclass(frozen=True, slots=True)
class Length(Mention):
    """A length of time in seconds, not yet judged against any limit.

    `total` tells "to 3 hours in all", which for a session that runs is not what is to be added;
    `until` is the moment of an end ("until 21:00") that the length was reckoned from, and `dial`
    whether its words could mean the other half of the day as well ("until 9:30").
    """

    seconds: int
    total: bool = False
    until: datetime | None = None
    dial: bool = False


@dataclass(frozen=True, slots=True)
class Moment(Mention):
    """Words about time that are no length: an end, a start, both, or what could not be read.

    A time of day by itself stays one, since the text may mean anything by it.
    """

    time: End | Start | Interval | Unread


@dataclass(frozen=True, slots=True)
class Number(Mention):
    """A number that stands by itself."""

    value: float


@dataclass(frozen=True, slots=True)
class SessionId(Mention):
    """A UUID, lower case."""

    uuid: str


@dataclass(frozen=True, slots=True)
class Sink(Mention):
    """An https URL, in ASCII: the host in punycode, the rest percent-encoded."""

    url: str


@dataclass(frozen=True, slots=True)
class ProfileName(Mention):
    """A profile by name. `known` is false where the catalogue has no such profile."""

    name: str
    known: bool


@dataclass(frozen=True, slots=True)
class Invalid(Mention):
    """What stands where an identifier should, and why it is none.

    `fields` are the arguments of `createSession` that it may have been meant for.
    """

    fields: tuple[str, ...]
    reason: str


ADDRESS_FIELDS = ("device", "applicationServer")


def identifier(item: Address | Phone) -> str:
    """What a device is told by: its number, or its address."""
    return item.number if isinstance(item, Phone) else str(item.ip)
