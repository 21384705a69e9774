"""Both ends of a connection: the devices and servers that mentions can describe."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import combinations, product

import httpx2

from camara_qod.tools.camara.models import ApplicationServer, Device, DeviceIpv4Addr, PortsSpec
from camara_qod.tools.interpreter.offering.choice import Choice, choice, unique
from camara_qod.tools.interpreter.offering.labels import Labelled, Labels, is_private
from camara_qod.tools.interpreter.reading.mention import Address, Invalid, Phone, Ports, Sink

#: Beyond this many only single identifiers are offered: nobody describes one device by picking
#: from dozens, and the grammar would grow with the product.
MOST = 48
#: Ports that are named together in so many places at most.
_MOST_PORTS = 4

Part = tuple[str, Address | Phone | Ports]
#: The parts of a device's IPv4 identity, with its form on the wire.
_Form = tuple[tuple[Part, ...], DeviceIpv4Addr]


def devices(labels: Labels) -> list[Choice]:
    """Single identifiers first, then several of one device, then what is no identifier."""
    numbers = [((one.label, one.value),) for one in labels.marks(Phone)]
    forms = list(_ipv4_forms(labels))
    sixes = [
        ((one.label, one.value),) for one in _addresses(labels, IPv6Address) if not _is_net(one)
    ]
    single = [_device(parts, None, ()) for parts in numbers]
    single += [_device((), form, ()) for form in forms]
    single += [_device((), None, parts) for parts in sixes]
    together = [
        _device(number or (), form, six or ())
        for number, form, six in product([*numbers, None], [*forms, None], [*sixes, None])
        if (number is not None) + (form is not None) + (six is not None) > 1
    ]
    if len(single) + len(together) > MOST:
        together = []
    return unique([*single, *together, *_unusable(labels, "device")])


def _device(number: Iterable[Part], form: _Form | None, six: Iterable[Part]) -> Choice:
    fields: dict[str, object] = {}
    parts = list(number)
    for _, item in number:
        fields["phone_number"] = item.number  # type: ignore[union-attr]
    if form:
        parts += form[0]
        fields["ipv4_address"] = form[1]
    for label, item in six:
        parts.append((label, item))
        fields["ipv6_address"] = str(item.ip)  # type: ignore[union-attr]
    return choice(parts, Device.model_validate(fields))


def _ipv4_forms(labels: Labels) -> Iterator[_Form]:
    """Ways in which addresses identify a device, by the rules of `DeviceIpv4Addr`.

    With a port, with a private address, or, without address translation, the same address twice.
    """
    fours = [one for one in _addresses(labels, IPv4Address) if not _is_net(one)]
    ports = [one for one in labels.marks(Ports) if _single_port(one.value) is not None]
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


def _form(one: Labelled, private: Labelled | None, port: Labelled | None) -> _Form:
    address = str(one.value.ip)
    number = one.value.port if port is None else _single_port(port.value)
    fields: dict[str, object] = {"public_address": address}
    if private is not None:
        fields["private_address"] = str(private.value.ip)
    elif number is None:
        fields["private_address"] = address
    if number is not None:
        fields["public_port"] = number
    parts = tuple((item.label, item.value) for item in (one, private, port) if item is not None)
    return parts, DeviceIpv4Addr.model_validate(fields)


def _single_port(item: Ports) -> int | None:
    return item.ports[0] if len(item.ports) == 1 and not item.ranges else None


def servers(labels: Labels) -> list[Choice]:
    """Addresses and subnets, each alone and IPv4 with IPv6, then what is neither."""
    fours, sixes = _addresses(labels, IPv4Address), _addresses(labels, IPv6Address)
    single = [_server([one]) for one in (*fours, *sixes)]
    single += [_server([one]) for one in _hosts(labels)]
    pairs = [_server(pair) for pair in product(fours, sixes)]
    return unique(
        [*single, *(pairs if len(pairs) <= MOST else []), *_unusable(labels, "applicationServer")]
    )


def _hosts(labels: Labels) -> list[Labelled]:
    """Links whose host is an address: "the server is https://198.51.100.7:8443/app"."""
    return [
        Labelled(one.label, host)
        for one in labels.marks(Sink)
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


def _server(ones: Iterable[Labelled]) -> Choice:
    fields = {
        "ipv4_address" if isinstance(one.value.ip, IPv4Address) else "ipv6_address": one.value.text
        for one in ones
    }
    parts = [(one.label, one.value) for one in ones]
    return choice(parts, ApplicationServer.model_validate(fields))


def ports(labels: Labels) -> list[Choice]:
    """Ports that were named together, each group alone and several together."""
    groups = labels.marks(Ports)
    most = len(groups) if len(groups) <= _MOST_PORTS else 1
    chosen = [
        choice([(one.label, one.value) for one in some], joined(one.value for one in some))
        for size in range(1, most + 1)
        for some in combinations(groups, size)
    ]
    wrong = [
        Choice(one.label, None, (one.value,))
        for one in labels.marks(Invalid)
        if "applicationServerPorts" in one.value.fields
    ]
    return unique([*chosen, *wrong])


def joined(groups: Iterable[Ports]) -> PortsSpec:
    """Several groups of ports as one."""
    some = list(groups)
    singles = tuple(dict.fromkeys(port for item in some for port in item.ports))
    ranges = tuple(dict.fromkeys(pair for item in some for pair in item.ranges))
    return Ports(0, 0, 0, singles, ranges).spec


def _addresses(labels: Labels, family: type[IPv4Address] | type[IPv6Address]) -> list[Labelled]:
    return [one for one in labels.marks(Address) if isinstance(one.value.ip, family)]


def _is_net(one: Labelled) -> bool:
    return one.value.prefix is not None


def _unusable(labels: Labels, argument: str) -> list[Choice]:
    return [
        Choice(one.label, None, (one.value,))
        for one in labels.marks(Invalid)
        if argument in one.value.fields
    ]
