"""The kinds of identifiers, each in a normal form, so that equal ones are equal however written."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Host:
    """An IP address or a name of a host.

    Loopback addresses are "localhost"; an IPv4 address that is mapped into IPv6 is the IPv4 one.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """A URL by its origin and path; what was named without a scheme has none, and no port.

    `tail` is everything behind the host, where further identifiers may stand.
    """

    scheme: str
    host: str
    port: int | None
    path: tuple[str, ...]
    tail: str


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail address, or another that is written like one."""

    address: str


@dataclass(frozen=True, slots=True)
class Code:
    """Letters and digits that name something: a UUID, a MAC address, an IBAN, a hash, a parcel."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """Seven or more digits: a phone, an account, an order; also an amount, until that is ruled out.

    `groups` are the digits as they were grouped, `prefix` is "+" for an international number (also
    where it was written 00), and `loose` tells that it may be an amount: it stands in one group, or
    in thousands.
    """

    digits: str
    groups: tuple[str, ...] = field(default=(), compare=False)
    prefix: str = field(default="", compare=False)
    loose: bool = field(default=False, compare=False)


Identifier = Host | Link | Mail | Code | Number
