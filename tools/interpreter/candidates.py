"""What each argument may be: the values that a conversation and the configuration offer."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from itertools import pairwise, product
from typing import Any

from camara_qod.tools.camara.models import (
    ApplicationServer,
    Device,
    DeviceIpv4Addr,
    PortsSpec,
)
from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.corrections import puts_right
from camara_qod.tools.interpreter.dropped import NUMBER, PORTS, SERVER, SINK, dropped
from camara_qod.tools.interpreter.loose import device_addresses
from camara_qod.tools.interpreter.meant import (
    additional,
    in_an_order,
    left_to_default,
    meant,
    no_session,
    taken_back,
    without_doubt,
)
from camara_qod.tools.interpreter.mentions import speaks_of_notifications
from camara_qod.tools.interpreter.needs import called_by_name
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Invalid,
    Length,
    Phone,
    Ports,
    ProfileName,
    Role,
    SessionId,
    Sink,
    identifier,
)
from camara_qod.tools.interpreter.roles import called_private, called_public
from camara_qod.tools.interpreter.schema import wire
from camara_qod.tools.interpreter.stated import use_stated

#: Beyond this many combinations only single identifiers are offered: nobody describes one device
#: by picking from dozens, and the grammar would grow with the product.
MAX_COMBINATIONS = 64

#: Four weeks, in seconds: no session is so long, and what is said of months is something else.
A_MONTH = 28 * 86400

#: Beside a profile's name: that it was another time's, is not wanted, or is somebody else's order.
_DOUBT = re.compile(
    r"n['’]t\b|\b(?:(?:do|does|did|is|was|were|wo|ca|should|could|would)nt|not?|never|old|former|previous(?:ly)?|earlier|last|yesterday|used\s+to|was|were"
    r"|had|closed|system|admin|assistant|ignore|override|note|says?|said|instead\s+of|rather\s+than|anything\s+but|why)\b",
    re.IGNORECASE,
)

#: That several identifiers are of one device, and all to be used.
_SAME_DEVICE = re.compile(
    r"\bsame\s+(?!(?:time|day|way|server|goes|as|for|on|with|thing\s+again|again|length|duration|profile"
    r"|session|network|subnet|request|but|please)\b)[a-z][a-z-]+\b|\bits\s+(?:(?!own\b)\w+\s+)?(?:ip(?:v[46])?|address|number)\b"
    r"|\b(?:it|which|that)\s+(?:also\s+)?has\s+(?:a|an|the)\s+(?:phone\s+)?(?:number|ip\w*|address)\b"
    r"|\balso\s+(?:(?:has|on|at|as|known|reachable|via|the)\s+)*ipv?[46]\b"
    r"|\b(?:include|use|take|send|has|have)\s+both\b|\b(?:one|single)\s+(?:phone|device|handset|machine)\b[^.;!?\n]*\b(?:two|three|both)\b"
    r"|\b(?:shows?\s+up|known|seen|visible|reachable)\b[^.;!?\n]*\b(?:also|both)\b"
    r"|\baddress\s+it\s+has\b|\bon\s+ipv[46]\s+it['’]?\s?i?s\b",
    re.IGNORECASE,
)
#: "10.0.0.4 with the SIM +351 …": both are of one device, if the address comes first.
_WITH_NUMBER = re.compile(r"\bwith\s+(?:the\s+)?(?:phone|number|msisdn|sim)\b", re.IGNORECASE)
#: Between two addresses: that the second is what the first is called inside.
_PRIVATE_LABEL = re.compile(
    r"[\s,;/&(]*(?:(?:and|with|the|its|an?|has)\s+)*(?:private|priv|local|internal|inside|lan)\b"
    r"(?:[\s_-]*(?:is|it(?:['’]s)?|ip(?:v?4)?|ad+res+e?|addr|one|side))*[\s:=\"']*",
    re.IGNORECASE,
)
#: Between two addresses: that the second is how the first is seen from outside.
_PUBLIC_LABEL = re.compile(
    r"[\s,;/&(]*(?:(?:and|with|the|its|an?|has|from|seen|internet)\s+)*(?:public(?:ly)?|external(?:ly)?|outside|pub|wan|(?:world\s+)?sees)\b"
    r"(?:[\s_-]*(?:is|us|me|it(?:['’]s)?|as|ip(?:v?4)?|ad+res+e?|addr|one|side|looks?\s+like|shows?\s+(?:up\s+)?as))*[\s:=\"']*",
    re.IGNORECASE,
)
#: Between a number and an address: that both are of what was named before them.
_LABEL = re.compile(
    r"[\s,;/&(]*(?:(?:and|with|also|plus|the|its|has)\s+)*"
    r"(?:ip(?:v?[46])?(?:[\s-]*ad+res+e?)?|ad+res+e?|(?:phone\s+|mobile\s+)?number|phone|msisdn|sim|tel)[\s:=#.]*"
    r"|[\s,]*(?:and|plus|&)\s+also\s+(?:(?:on|at|has|via|the)\s+)*|\s*/\s*",
    re.IGNORECASE,
)
#: Before a port: that it is the one by which a device is seen behind an address translation.
_PUBLIC_PORT = re.compile(r"\bpublic(?:ly\s+visible)?\s+$", re.IGNORECASE)
#: A server, or ports, beside those that were named before, not instead of them.
_BESIDE = re.compile(
    r"\b(?:also|too|both|as\s+well|addition(?:ally)?|plus|add|besides)\b", re.IGNORECASE
)

#: Ports and ranges that were named together.
_Part = tuple[tuple[Any, ...], tuple[Any, ...]]
_PRIVATE = [
    IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
]


def unique(values: Iterable[Any]) -> list[Any]:
    """Values without repetition, by their form on the wire."""
    return list({str(wire(value)): value for value in values}.values())


def devices(context: Context) -> list[Device]:
    """Devices that the identifiers can describe, those with several identifiers first."""
    single = [
        address
        for address in context.mentions.of(Address)
        if address.prefix is None and address.role is not Role.SERVER
    ]
    single = _labelled(_not_taken_back(single, context), context)
    if _replaced_by_unreadable(context):
        return []
    if _told_by_what_is_no_identifier(context):
        # It stands in the device's place, which an address of nobody's does not fill instead.
        single = [address for address in single if address.role is Role.DEVICE]
    named = meant(context.mentions.of(Phone), context.messages)
    if single:  # "if it fails, ring the desk at +44 …": the device is the address
        named = [phone for phone in named if not taken_back(phone, context.messages)]
    phones = unique(phone.number for phone in named if not dropped(phone, NUMBER, context.messages))
    v4 = unique(_translated(single, context) or _ipv4_forms(single, _public_port(context)))
    v6 = unique(str(address.ip) for address in single if isinstance(address.ip, IPv6Address))
    if (len(phones) + 1) * (len(v4) + 1) * (len(v6) + 1) > MAX_COMBINATIONS:
        names = ("phone_number", "ipv4_address", "ipv6_address")
        return [
            Device.model_validate({name: value})
            for name, values in zip(names, (phones, v4, v6), strict=True)
            for value in values
        ]
    choices = [
        choice for choice in product([*phones, None], [*v4, None], [*v6, None]) if any(choice)
    ]
    if _of_one_device(context) or _labelled_together(context):
        most = max(map(_count, choices), default=0)
        choices = [choice for choice in choices if _count(choice) == most]
    return [_device(*choice) for choice in choices]


def of_newest(devices: list[Device], context: Context) -> list[Device]:
    """The devices that the newest turn describes alone, where it names one, and adds to none."""
    if _BESIDE.search(context.messages[-1]) or _of_one_device(context):
        return devices
    newest = len(context.messages) - 1
    earlier = {
        identifier(item)
        for item in context.mentions.items
        if item.turn < newest and isinstance(item, Phone | Address)
    }
    return [
        device
        for device in devices
        if earlier.isdisjoint({device.phone_number, *device_addresses(device)})
    ] or devices


def device_named(context: Context) -> bool:
    """Whether words tell the address of the device, and none take anything back."""
    addresses = context.mentions.of(Address)
    named = _translated(addresses, context) or any(
        item.role is Role.DEVICE and not taken_back(item, context.messages) for item in addresses
    )
    return bool(named) and not any(_DOUBT.search(text) for text in context.messages)


def _replaced_by_unreadable(context: Context) -> bool:
    """Whether the newest turn puts a device right by something that is no identifier."""
    newest = len(context.messages) - 1
    items = [item for item in context.mentions.items if item.turn == newest]
    wrong = any(isinstance(item, Invalid) and "device" in item.fields for item in items)
    readable = any(isinstance(item, Address | Phone) for item in items)
    return newest > 0 and wrong and not readable and puts_right(context.messages[-1])


def _told_by_what_is_no_identifier(context: Context) -> bool:
    """Whether the newest turn that names devices names one by a number that is of no use."""
    items = [
        item
        for item in context.mentions.items
        if isinstance(item, Address | Phone)
        or (isinstance(item, Invalid) and item.fields == ("device",))
    ]
    newest = max((item.turn for item in items), default=0)
    return any(isinstance(item, Invalid) and item.turn == newest for item in items)


def _of_one_device(context: Context) -> bool:
    """Whether words say that several identifiers are of one device."""
    return any(map(_SAME_DEVICE.search, context.rests)) or any(
        item.turn == turn and item.end <= match.start()
        for turn, text in enumerate(context.messages)
        for match in _WITH_NUMBER.finditer(text)
        for item in context.mentions.of(Address)
    )


def _labelled_together(context: Context) -> bool:
    """Whether a number and an address stand side by side, with a label and no end between them."""
    items = [item for item in context.mentions.items if isinstance(item, Address | Phone)]
    return any(
        left.turn == right.turn
        and isinstance(left, Phone) != isinstance(right, Phone)
        and all(
            item.role is not Role.SERVER and item.prefix is None
            for item in (left, right)
            if isinstance(item, Address)
        )
        and bool(_LABEL.fullmatch(context.messages[left.turn][left.end : right.start]))
        for left, right in pairwise(items)
    )


def _count(choice: tuple[Any, ...]) -> int:
    """How many identifiers a choice has; a public with a private address are two."""
    ipv4 = choice[1]
    pair = ipv4 is not None and ipv4.private_address not in (None, ipv4.public_address)
    return sum(item is not None for item in choice) + pair


def _not_taken_back(addresses: list[Address], context: Context) -> list[Address]:
    """Without "the old server 10.0.0.1", where another address is left."""
    kept = [item for item in addresses if not taken_back(item, context.messages)]
    return kept or addresses


def _labelled(addresses: list[Address], context: Context) -> list[Address]:
    """Without those beside one that words call the device, with which they make no pair."""
    return [
        item
        for item in addresses
        if item.role is Role.DEVICE
        or _DOUBT.search(context.messages[item.turn])
        or not any(
            other.role is Role.DEVICE
            and (other.turn, other.ip.version, _inside(other))
            == (item.turn, item.ip.version, _inside(item))
            for other in addresses
        )
    ]


def _inside(address: Address) -> bool:
    return any(address.ip in net for net in _PRIVATE)


def _newest(addresses: list[Address], context: Context) -> list[Address]:
    """Without the servers that a later turn names another one for."""
    kept: list[Address] = []
    for item in addresses:
        if item.role is Role.SERVER and not _BESIDE.search(context.messages[item.turn]):
            kept = [
                other
                for other in kept
                if other.role is not Role.SERVER
                or other.turn == item.turn
                or other.ip.version != item.ip.version
            ]
        kept.append(item)
    return kept


def _device(phone: str | None, ipv4: DeviceIpv4Addr | None, ipv6: str | None) -> Device:
    fields = {"phone_number": phone, "ipv4_address": ipv4, "ipv6_address": ipv6}
    return Device.model_validate({name: value for name, value in fields.items() if value})


def _translated(addresses: list[Address], context: Context) -> list[DeviceIpv4Addr]:
    """The one device whose public and private address are called so.

    "203.0.113.41, private address 10.4.0.9": beside the one, the other need not be called anything.
    """
    v4 = [item for item in addresses if isinstance(item.ip, IPv4Address)]

    def called(check: Callable[[str, int, int], bool]) -> list[Address]:
        return [item for item in v4 if check(context.messages[item.turn], item.start, item.end)]

    public, private = called(called_public), called(called_private)
    if len(private) == 1 and not public:
        public = [item for item in v4 if _beside(item, private[0], context)]
    if len(public) == 1 and not private:
        private = [item for item in v4 if _seen_as(item, public[0], context)]
    if len(public) != 1 or len(private) != 1 or public == private:
        return []
    if any(item.turn > public[0].turn for item in v4 if item != private[0]):
        return []
    fields = {"public_address": str(public[0].ip), "private_address": str(private[0].ip)}
    port = {} if public[0].port is None else {"public_port": public[0].port}
    return [DeviceIpv4Addr.model_validate(fields | port)]


def _seen_as(item: Address, public: Address, context: Context) -> bool:
    """Whether an address stands right before the public one, but for a label."""
    if item.turn != public.turn or item.role is Role.SERVER or item.prefix is not None:
        return False
    between = context.messages[item.turn][item.end : public.start]
    if re.fullmatch(r"\s*(?:/|,|and)\s*", between):
        return _inside(item)
    return bool(_PUBLIC_LABEL.fullmatch(between))


def _beside(item: Address, private: Address, context: Context) -> bool:
    """Whether an address was named before the private one, or right before it but for a label."""
    if item.turn > private.turn or item.role is Role.SERVER or item.prefix is not None:
        return False
    if _inside(item):
        return False
    between = context.messages[item.turn][item.end : private.start]
    return item.turn < private.turn or bool(_PRIVATE_LABEL.fullmatch(between))


def _public_ports(context: Context) -> list[Ports]:
    """Ports that are called public, apart from any address: "the public port is 9001"."""
    return [
        item
        for item in context.mentions.of(Ports)
        if len(item.ports) == 1
        and not item.ranges
        and _PUBLIC_PORT.search(context.messages[item.turn][: item.start])
    ]


def _public_port(context: Context) -> int | None:
    """The newest of them, where no address has a port beside it."""
    said = _public_ports(context)
    beside = any(item.port is not None for item in context.mentions.of(Address))
    return said[-1].ports[0] if said and not beside else None


def _ipv4_forms(
    addresses: list[Address], public_port: int | None = None
) -> Iterator[DeviceIpv4Addr]:
    """Ways in which addresses identify a device, by the rules of `DeviceIpv4Addr`.

    With a port, with a private address, or, without address translation, the same address twice.
    """
    v4 = [address for address in addresses if isinstance(address.ip, IPv4Address)]
    inside = [address for address in v4 if _inside(address)]
    for address in v4:
        public = str(address.ip)
        port = public_port if address.port is None else address.port
        if port is not None:
            yield DeviceIpv4Addr(public_address=public, public_port=port)
        else:
            yield DeviceIpv4Addr(public_address=public, private_address=public)
        if address not in inside and len(inside) * len(v4) <= MAX_COMBINATIONS:
            for other in inside:
                private = str(other.ip)
                if port is not None:
                    yield DeviceIpv4Addr(
                        public_address=public, private_address=private, public_port=port
                    )
                else:
                    yield DeviceIpv4Addr(public_address=public, private_address=private)


def servers(context: Context) -> list[ApplicationServer]:
    """Addresses and subnets, each alone and IPv4 with IPv6."""
    v4: list[str] = []
    v6: list[str] = []
    of_device = _translated(context.mentions.of(Address), context)
    ends = {str(ip) for form in of_device for ip in (form.public_address, form.private_address)}
    named = [item for item in _not_dropped(context) if not taken_back(item, context.messages)]
    for address in _newest(named, context):
        if address.role is Role.DEVICE or str(address.ip) in ends:
            continue
        (v4 if isinstance(address.ip, IPv4Address) else v6).append(address.text)
    if pair := _both_families(context):
        return [pair]
    single = [ApplicationServer.model_validate({"ipv4Address": text}) for text in v4]
    single += [ApplicationServer.model_validate({"ipv6Address": text}) for text in v6]
    if len(v4) * len(v6) <= MAX_COMBINATIONS:
        single += [
            ApplicationServer(ipv4_address=four, ipv6_address=six) for four in v4 for six in v6
        ]
    return unique(single)


def _not_dropped(context: Context) -> list[Address]:
    """Addresses, without those before a turn that wants the server of the configuration."""
    return [
        item for item in context.mentions.of(Address) if not dropped(item, SERVER, context.messages)
    ]


def _both_families(context: Context) -> ApplicationServer | None:
    """The server, where one turn gives it one address of each family."""
    named = [item for item in _not_dropped(context) if item.role is Role.SERVER]
    newest = [item for item in named if item.turn == named[-1].turn]
    if sorted(item.ip.version for item in newest) != [4, 6]:
        return None
    texts = {item.ip.version: item.text for item in newest}
    return ApplicationServer(ipv4_address=texts[4], ipv6_address=texts[6])


def ports(
    context: Context, device: Collection[str] = (), server: Collection[str] = ()
) -> dict[str, list[Any]]:
    """Candidates for both port arguments; an argument without any is not on offer.

    Args:
        context: the conversation.
        device: addresses of the device, where it is known: the port beside one is its own.
        server: addresses of the server, where there is no other choice: the port beside one is
            not left out.
    """
    public = _public_ports(context)
    named = [
        item
        for item in context.mentions.of(Ports)
        if item not in public
        and not (item.role is Role.SERVER and dropped(item, SERVER, context.messages))
        and not dropped(item, PORTS[item.role], context.messages)
    ]
    named = _latest(named, context)
    addresses = _not_dropped(context)
    # The port beside a device's address is its `publicPort`; where the server's address is known,
    # all others are the device's.
    server_known = any(item.role is Role.SERVER for item in addresses)
    roles = (Role.SERVER,) if server_known else (Role.SERVER, None)
    beside = [
        ((item.port,), ())
        for item in addresses
        if item.port is not None and item.role in roles and item.text not in device
    ]
    together = any(item.turn and _BESIDE.search(context.messages[item.turn]) for item in named)
    candidates = {
        "device_ports": _specs(_parts(named, Role.SERVER), together),
        "application_server_ports": _specs(_parts(named, Role.DEVICE) + beside, together),
    }
    owned = {
        "device_ports": any(item.role is Role.DEVICE for item in named),
        "application_server_ports": any(item.role is Role.SERVER for item in named)
        or any(
            item.glued and (item.role is Role.SERVER or item.text in server) for item in addresses
        ),
    }
    return {
        name: list(specs) if owned[name] else [*specs, None]
        for name, specs in candidates.items()
        if specs
    }


def _latest(named: list[Ports], context: Context) -> list[Ports]:
    """Without the ports that a later turn names others for, and not beside them."""
    kept: list[Ports] = []
    for item in named:
        if not _BESIDE.search(context.messages[item.turn]):
            kept = [other for other in kept if other.turn == item.turn or other.role != item.role]
        kept.append(item)
    return kept


def _parts(named: list[Ports], other: Role) -> list[_Part]:
    """The ports that are not said to be the other end's."""
    return [(item.ports, item.ranges) for item in named if item.role is not other]


def _specs(parts: list[_Part], together: bool) -> list[PortsSpec]:
    """Each group of ports alone and, where there are several, all together; or only these."""
    joined = (
        tuple(dict.fromkeys(port for ports, _ in parts for port in ports)),
        tuple(dict.fromkeys(pair for _, ranges in parts for pair in ranges)),
    )
    alone = [] if together else parts
    return unique(
        Ports(0, 0, 0, ports, ranges).spec for ports, ranges in [*alone, joined] if ports or ranges
    )


def profiles(context: Context) -> list[str | None]:
    """The four needs, or only what the user named: a profile, as the last word, or one need.

    "Last time it was QOS_S": beside such words a name may not be meant, and all are on offer.

    A need that the operator does not serve is offered too: without it the model would pick the
    nearest of the others, where the answer has to be a question.
    """
    named = [
        item
        for item in context.mentions.of(ProfileName)
        if item.known or not in_an_order(item, context.messages[item.turn])
    ]
    last = named[-1] if named else None
    known = unique(item.name for item in named if item.known and last and item.turn == last.turn)
    final = last is not None and last.turn == len(context.messages) - 1
    if last is not None and not last.known and final:
        return [None]
    if final and last and not doubtful(context, last):
        return known
    if not named and (need := called_by_name(context.rests)):
        return [need.value]
    needs = [need.value for need in Need] if use_stated(context) else []
    return unique([*known, *needs, None])


def doubtful(context: Context, name: ProfileName) -> bool:
    """Whether the words beside a profile's name leave open that it is wanted."""
    return bool(_DOUBT.search(context.without_slips(name.turn)))


def durations(context: Context) -> list[int | None]:
    """Seconds that were written, or reckoned from an end that was; no number of the model's."""
    named = _without_months(meant(context.mentions.of(Length), context.messages))
    lengths: list[int | None] = unique(item.seconds for item in named)
    if left_to_default(context.messages) and not any(
        item.turn == len(context.messages) - 1 and not taken_back(item, context.messages)
        for item in named
    ):
        return [None]
    if len(lengths) == 1 and all(without_doubt(item, context.messages) for item in named):
        return lengths
    return [*lengths, None]


def _without_months(named: list[Length]) -> list[Length]:
    """Without "once a month" and "twelve years of files", where another length is of a session."""
    short = [item for item in named if item.seconds < A_MONTH]
    return short or named


def extensions(context: Context) -> list[int | None]:
    """Seconds to be added: as for a duration, but "by 15 minutes" goes before other lengths."""
    named = meant(context.mentions.of(Length), context.messages)
    if added := additional(named, context.messages):
        return unique(item.seconds for item in added)
    offered = durations(context)
    newest = len(context.messages) - 1
    if all(item.turn != newest for item in named):
        return unique([*offered, None])  # an earlier length may be that of the session
    return offered


def session_ids(context: Context) -> list[str]:
    """The ids in the newest turn that names any; earlier ones were spoken of before."""
    named = [
        item for item in context.mentions.of(SessionId) if not no_session(item, context.messages)
    ]
    written = meant(named, context.messages)
    return unique(item.uuid for item in written)


def sinks(context: Context) -> list[str]:
    """Places for notifications; a link in a text that speaks of none is something to read."""
    turns = range(len(context.messages))
    if not any(speaks_of_notifications(context.rest(turn, Sink)) for turn in turns):
        return []
    named = meant(context.mentions.of(Sink), context.messages)
    return unique(item.url for item in named if not dropped(item, SINK, context.messages))
