"""Both ends of a connection: the devices and servers that mentions can describe."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import combinations, product
from typing import Any

import httpx2

from camara_qod.tools.camara.models import ApplicationServer, Device, DeviceIpv4Addr, PortsSpec
from camara_qod.tools.interpreter.offering.choice import Choice, choice, unique
from camara_qod.tools.interpreter.offering.labels import Labelled, Labels, is_private
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Invalid,
    Mention,
    Phone,
    Ports,
    Sink,
)

#: Beyond this many only single identifiers are offered: nobody describes one device by picking
#: from dozens, and the grammar would grow with the product.
MOST = 48
#: Ports that are named together in so many places at most.
_MOST_PORTS = 4

#: Labels and mentions, in the order in which they are written.
_Parts = tuple[tuple[str, Mention], ...]
#: The parts of a device's IPv4 identity, with its form on the wire.
_Form = tuple[_Parts, DeviceIpv4Addr]


def devices(labels: Labels) -> list[Choice]:
    """Single identifiers first, then several of one device, then what is no identifier."""
    numbers = labels.of_kind(Phone)
    forms = list(_ipv4_forms(labels))
    sixes = [one for one in _addresses(labels, IPv6Address) if not _is_net(one)]
    single = [_device(one, None, None) for one in numbers]
    single += [_device(None, one, None) for one in forms]
    single += [_device(None, None, one) for one in sixes]
    several = (len(numbers) + 1) * (len(forms) + 1) * (len(sixes) + 1) <= MOST + 1
    together = product([*numbers, None], [*forms, None], [*sixes, None]) if several else ()
    some = [_device(*parts) for parts in together if any(part is not None for part in parts)]
    return unique([*single, *some, *_unusable(labels, "device")])


def _device(
    number: Labelled[Phone] | None, form: _Form | None, six: Labelled[Address] | None
) -> Choice:
    fields: dict[str, object] = {}
    parts: list[tuple[str, Mention]] = []
    if number is not None:
        fields["phone_number"] = number.value.number
        parts.append((number.label, number.value))
    if form is not None:
        fields["ipv4_address"] = form[1]
        parts += form[0]
    if six is not None:
        fields["ipv6_address"] = str(six.value.ip)
        parts.append((six.label, six.value))
    return choice(parts, Device.model_validate(fields))


def _ipv4_forms(labels: Labels) -> Iterator[_Form]:
    """Ways in which addresses identify a device, by the rules of `DeviceIpv4Addr`.

    With a port, with a private address, or, without address translation, the same address twice.
    """
    fours = [one for one in _addresses(labels, IPv4Address) if not _is_net(one)]
    ports = [one for one in labels.of_kind(Ports) if _single_port(one.value) is not None]
    many = len(fours) > _MOST_PORTS
    for one in fours:
        yield _form(one, None, None)
    for one in [] if many else fours:
        if one.value.port is None:
            yield from (_form(one, None, port) for port in ports[:_MOST_PORTS])
        for other in fours:
            if (
                other.value.ip != one.value.ip
                and is_private(other.value)
                and not is_private(one.value)
            ):
                yield _form(one, other, None)
                if one.value.port is None:
                    yield from (_form(one, other, port) for port in ports[:_MOST_PORTS])


def _form(
    one: Labelled[Address], private: Labelled[Address] | None, port: Labelled[Ports] | None
) -> _Form:
    address = str(one.value.ip)
    number = one.value.port if port is None else _single_port(port.value)
    fields: dict[str, object] = {"public_address": address}
    if private is not None:
        fields["private_address"] = str(private.value.ip)
    elif number is None:
        fields["private_address"] = address
    if number is not None:
        fields["public_port"] = number
    some: tuple[Labelled[Any] | None, ...] = (one, private, port)
    parts = tuple((item.label, item.value) for item in some if item is not None)
    return parts, DeviceIpv4Addr.model_validate(fields)


def _single_port(item: Ports) -> int | None:
    return item.ports[0] if len(item.ports) == 1 and not item.ranges else None


def servers(labels: Labels) -> list[Choice]:
    """Addresses and subnets, each alone and IPv4 with IPv6, then what is neither."""
    fours, sixes = _addresses(labels, IPv4Address), _addresses(labels, IPv6Address)
    single = [_server([one]) for one in (*fours, *sixes)]
    single += [_server([one]) for one in _hosts(labels)]
    both = product(fours, sixes) if len(fours) * len(sixes) <= MOST else ()
    pairs = [_server(pair) for pair in both]
    return unique([*single, *pairs, *_unusable(labels, "applicationServer")])


def _hosts(labels: Labels) -> list[Labelled[Address]]:
    """Links whose host is an address: "the server is https://198.51.100.7:8443/app"."""
    return [
        Labelled(one.label, host)
        for one in labels.of_kind(Sink)
        if (host := host_address(one.value)) is not None
    ]


def host_address(link: Sink) -> Address | None:
    """The address and port in a link, if its host is one."""
    url = httpx2.URL(link.url)
    try:
        ip = ip_address(url.host)
    except ValueError:
        return None
    return Address(link.turn, link.start, link.end, ip, None, url.port)


def _server(ones: Sequence[Labelled[Address]]) -> Choice:
    fields = {
        "ipv4_address" if isinstance(one.value.ip, IPv4Address) else "ipv6_address": one.value.text
        for one in ones
    }
    parts = [(one.label, one.value) for one in ones]
    return choice(parts, ApplicationServer.model_validate(fields))


def ports(labels: Labels) -> list[Choice]:
    """Ports that were named together, each group alone and several together."""
    groups = labels.of_kind(Ports)
    most = len(groups) if len(groups) <= _MOST_PORTS else 1
    chosen = [
        choice([(one.label, one.value) for one in some], joined(one.value for one in some))
        for size in range(1, most + 1)
        for some in combinations(groups, size)
    ]
    return unique([*chosen, *_unusable(labels, "applicationServerPorts")])


def joined(groups: Iterable[Ports]) -> PortsSpec:
    """Several groups of ports as one."""
    some = list(groups)
    singles = tuple(dict.fromkeys(port for item in some for port in item.ports))
    ranges = tuple(dict.fromkeys(pair for item in some for pair in item.ranges))
    return Ports(0, 0, 0, singles, ranges).spec


def _addresses(
    labels: Labels, family: type[IPv4Address] | type[IPv6Address]
) -> list[Labelled[Address]]:
    return [one for one in labels.of_kind(Address) if isinstance(one.value.ip, family)]


def _is_net(one: Labelled[Address]) -> bool:
    return one.value.prefix is not None


def _unusable(labels: Labels, argument: str) -> list[Choice]:
    return [
        Choice(one.label, None, (one.value,))
        for one in labels.of_kind(Invalid)
        if argument in one.value.fields
    ]
