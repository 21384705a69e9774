"""`createSession`: what may stand in each argument, and how a choice becomes a complete body."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from itertools import product
from typing import Any

from camara_qod.tools.camara.models import (
    ApplicationServer,
    CreateSession,
    Device,
    DeviceIpv4Addr,
    PortsSpec,
)
from camara_qod.tools.catalogue import CatalogueProfile, Need
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import (
    CLARIFY,
    Assumption,
    Completed,
    Decision,
    Question,
)
from camara_qod.tools.interpreter.mentions import (
    Address,
    Invalid,
    Length,
    Phone,
    Ports,
    ProfileName,
    Sink,
)
from camara_qod.tools.interpreter.schema import narrowed, wire

NAME = "createSession"

#: Beyond this many combinations only single identifiers are offered: nobody describes one device
#: by picking from dozens, and the grammar would grow with the product.
MAX_COMBINATIONS = 64

_PRIVATE = [
    IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
]


def arguments(context: Context) -> list[dict[str, Any]]:
    """The alternative argument schemas for a conversation.

    An address that was written once has one role: where it is chosen as the device it is not on
    offer as the server, which plain JSON Schema says with one alternative for each device.
    """
    devices = _devices(context)
    servers = _servers(context)
    common: dict[str, Any] = _ports(context) | {
        "qos_profile": _profiles(context),
        "duration": _durations(context),
    }
    if sinks := context.mentions.of(Sink):
        common["sink"] = [*_unique(sink.url for sink in sinks), None]
    split = bool(servers) and len(devices) * len(servers) <= MAX_COMBINATIONS**2
    groups: list[Sequence[Device | None]]
    groups = [[device] for device in devices] if split else [devices] if devices else []
    return [
        narrowed(
            CreateSession,
            {
                "device": group,
                "application_server": [*_apart(servers, group if split else []), None],
            }
            | common,
        )
        for group in [*groups, [None]]
    ]


def _apart(servers: list[ApplicationServer], devices: Sequence[Device | None]) -> list[Any]:
    taken = set()
    for device in devices:
        if device and device.ipv4_address:
            taken |= {device.ipv4_address.public_address, device.ipv4_address.private_address}
        if device:
            taken.add(device.ipv6_address)
    taken.discard(None)
    return [
        server for server in servers if taken.isdisjoint((server.ipv4_address, server.ipv6_address))
    ]


def _unique(values: Iterable[Any]) -> list[Any]:
    return list({str(wire(value)): value for value in values}.values())


def _devices(context: Context) -> list[Device]:
    single = [address for address in context.mentions.of(Address) if address.prefix is None]
    phones = _unique(phone.number for phone in context.mentions.of(Phone))
    v4 = _unique(_ipv4_forms(single))
    v6 = _unique(str(address.ip) for address in single if isinstance(address.ip, IPv6Address))
    if (len(phones) + 1) * (len(v4) + 1) * (len(v6) + 1) > MAX_COMBINATIONS:
        names = ("phone_number", "ipv4_address", "ipv6_address")
        return [
            Device.model_validate({name: value})
            for name, values in zip(names, (phones, v4, v6), strict=True)
            for value in values
        ]
    return [
        _device(phone, ipv4, ipv6)
        for phone, ipv4, ipv6 in product([*phones, None], [*v4, None], [*v6, None])
        if phone or ipv4 or ipv6
    ]


def _device(phone: str | None, ipv4: DeviceIpv4Addr | None, ipv6: str | None) -> Device:
    fields = {"phone_number": phone, "ipv4_address": ipv4, "ipv6_address": ipv6}
    return Device.model_validate({name: value for name, value in fields.items() if value})


def _ipv4_forms(addresses: list[Address]) -> Iterator[DeviceIpv4Addr]:
    """Ways in which addresses identify a device, by the rules of `DeviceIpv4Addr`.

    With a port, with a private address, or, without address translation, the same address twice.
    """
    v4 = [address for address in addresses if isinstance(address.ip, IPv4Address)]
    inside = [address for address in v4 if any(address.ip in net for net in _PRIVATE)]
    for address in v4:
        public = str(address.ip)
        if address.port is not None:
            yield DeviceIpv4Addr(public_address=public, public_port=address.port)
        if not address.glued:
            yield DeviceIpv4Addr(public_address=public, private_address=public)
        if address not in inside and len(inside) * len(v4) <= MAX_COMBINATIONS:
            for other in inside:
                private = str(other.ip)
                if address.port is not None:
                    yield DeviceIpv4Addr(
                        public_address=public, private_address=private, public_port=address.port
                    )
                if not address.glued:
                    yield DeviceIpv4Addr(public_address=public, private_address=private)


def _servers(context: Context) -> list[ApplicationServer]:
    v4: list[str] = []
    v6: list[str] = []
    for address in context.mentions.of(Address):
        (v4 if isinstance(address.ip, IPv4Address) else v6).append(address.text)
    single = [ApplicationServer.model_validate({"ipv4Address": text}) for text in v4]
    single += [ApplicationServer.model_validate({"ipv6Address": text}) for text in v6]
    if len(v4) * len(v6) <= MAX_COMBINATIONS:
        single += [
            ApplicationServer(ipv4_address=four, ipv6_address=six) for four in v4 for six in v6
        ]
    return _unique(single)


def _ports(context: Context) -> dict[str, list[Any]]:
    """Candidates for both port arguments; an argument without any is not on offer."""
    named = [(item.ports, item.ranges) for item in context.mentions.of(Ports)]
    addresses = [item for item in context.mentions.of(Address) if item.port is not None]
    worded = [((item.port,), ()) for item in addresses if not item.glued]
    glued = [((item.port,), ()) for item in addresses if item.glued]
    candidates = {
        "device_ports": _specs(named + worded),
        "application_server_ports": _specs(named + worded + glued),
    }
    return {name: [*specs, None] for name, specs in candidates.items() if specs}


def _specs(parts: list[tuple[tuple[Any, ...], tuple[Any, ...]]]) -> list[PortsSpec]:
    """Each group of ports alone and, where there are several, all together."""
    together = [
        (
            tuple(dict.fromkeys(port for ports, _ in parts for port in ports)),
            tuple(dict.fromkeys(pair for _, ranges in parts for pair in ranges)),
        )
    ]
    return _unique(
        Ports(0, 0, 0, ports, ranges).spec for ports, ranges in parts + together if ports or ranges
    )


def _profiles(context: Context) -> list[str | None]:
    """The needs on offer, or only the profiles the user named, when that was the last word."""
    named = context.mentions.of(ProfileName)
    last = named[-1] if named else None
    known = _unique(item.name for item in named if item.known)
    final = last is not None and last.turn == len(context.messages) - 1
    if last is not None and not last.known and final:
        return [None]
    if final:
        return known
    return _unique([*known, *(need.value for need in context.catalogue.needs), None])


def _durations(context: Context) -> list[int | None] | dict[str, Any]:
    lengths = _unique(item.seconds for item in context.mentions.of(Length))
    if lengths or not context.mentions.speaks_of_time:
        return [*lengths, None]
    # Words about time that no rule could read ("a few hours"): the model works the number out.
    limits = [profile.limits for profile in context.catalogue.active] or [(1, 1)]
    return {
        "anyOf": [
            {
                "type": "integer",
                "minimum": min(low for low, _ in limits),
                "maximum": max(high for _, high in limits),
            },
            {"type": "null"},
        ]
    }


def complete(emitted: dict[str, Any], context: Context) -> Completed:
    """Fill in defaults, the operator's profile name and nothing else; ask for what is missing."""
    body = {name: value for name, value in emitted.items() if value is not None}
    steps = (_device_step, _server_step, _ports_step, _profile_step, _duration_step)
    notes = [note for step in steps for note in step(body, context)]
    assumptions = tuple(note for note in notes if isinstance(note, Assumption))
    questions = tuple(note for note in notes if isinstance(note, Question))
    if questions:
        missing = [question.argument for question in questions]
        return Completed(Decision(CLARIFY, {"missing": missing}), assumptions, questions)
    return Completed(
        Decision(NAME, CreateSession.model_validate(body).wire()), assumptions, questions
    )


Note = Assumption | Question


def _device_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    device = body.get("device")
    default = context.settings.default_device
    if device is None and _invalid(context, "device"):
        yield Question("device", _with_reasons(context, "device", _ASK_DEVICE))
    elif device is None and default is not None:
        body["device"] = default.wire()
        yield Assumption("device", body["device"], "the configured default device")
    elif device is None:
        yield Question("device", _ASK_DEVICE)
    elif _same_address_twice(device):
        address = device["ipv4Address"]["publicAddress"]
        if context.settings.bare_ipv4 == "ask":
            yield Question(
                "device",
                f"{address} alone does not identify a device: which public port or private "
                "address belongs to it?",
            )
        else:
            reason = "no NAT assumed, as no port was given"
            yield Assumption("device", device, reason)


_ASK_DEVICE = (
    "Which device? Give its phone number with country code, its IPv6 address, or its IPv4 address."
)


def _same_address_twice(device: dict[str, Any]) -> bool:
    address = device.get("ipv4Address", {})
    return "publicAddress" in address and (
        address["publicAddress"] == address.get("privateAddress") and "publicPort" not in address
    )


def _server_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    if "applicationServer" in body:
        return
    default = context.settings.default_application_server
    # An address that cannot be read is the device's where that is missing, else the server's.
    wrong = [
        item
        for item in _invalid(context, "applicationServer")
        if "device" not in item.fields or "device" in body
    ]
    if wrong:
        yield Question("applicationServer", " ".join([*_sentences(wrong), _ASK_SERVER]))
    elif default is None:
        yield Question("applicationServer", _ASK_SERVER)
    else:
        body["applicationServer"] = default.wire()
        yield Assumption(
            "applicationServer", body["applicationServer"], "the configured default server"
        )


_ASK_SERVER = "Which application server does the device talk to? Give its IPv4 or IPv6 address."


def _ports_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    for argument, words in (
        ("devicePorts", "Which ports of the device?"),
        ("applicationServerPorts", "Which ports of the application server?"),
    ):
        if argument not in body and _invalid(context, argument):
            yield Question(argument, _with_reasons(context, argument, words))


def _profile_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    profile = _chosen_profile(body.get("qosProfile"), context)
    names = ", ".join(
        f"{item.name} ({item.description})" if item.description else item.name
        for item in context.catalogue.active
    )
    unknown = [
        item.name
        for item in context.mentions.of(ProfileName)
        if not item.known and item.turn == len(context.messages) - 1
    ]
    if profile is None:
        start = f"{unknown[-1]} is not a profile of this operator. " if unknown else ""
        yield Question("qosProfile", f"{start}What is it for? The profiles are {names}.")
    elif profile not in context.catalogue.active:
        status = profile.status.value
        text = f"The profile {profile.name} is {status}. The profiles in service are {names}."
        yield Question("qosProfile", text)
    else:
        body["qosProfile"] = profile.name


def _chosen_profile(value: str | None, context: Context) -> CatalogueProfile | None:
    """A name that the user wrote is that profile; anything else is one of the four needs."""
    if value is None:
        return None
    written = {item.name for item in context.mentions.of(ProfileName) if item.known}
    if value in written:
        return context.catalogue.get(value)
    return context.catalogue.needs.get(Need(value))


def _duration_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    profile = _chosen_or_any(body, context)
    if body.get("duration") is None:
        default = context.settings.default_duration
        if default is None:
            yield Question("duration", "For how long?")
            return
        body["duration"] = default
        yield Assumption("duration", default, "the configured default duration")
    limits = [item.limits for item in profile]
    if limits and not any(low <= body["duration"] <= high for low, high in limits):
        low = min(low for low, _ in limits)
        high = max(high for _, high in limits)
        yield Question(
            "duration",
            f"{body['duration']} seconds is outside the limits, {low} to {high} seconds. "
            "For how long?",
        )


def _chosen_or_any(body: dict[str, Any], context: Context) -> list[CatalogueProfile]:
    chosen = context.catalogue.get(body.get("qosProfile", ""))
    return [chosen] if chosen else context.catalogue.active


def _invalid(context: Context, argument: str) -> list[Invalid]:
    """What was written for an argument and could not be read, unless a later turn put it right."""
    identifiers = [
        item for item in context.mentions.items if isinstance(item, Address | Phone | Ports)
    ]
    latest = max((item.turn for item in identifiers), default=0)
    return [
        item
        for item in context.mentions.of(Invalid)
        if argument in item.fields and item.turn >= latest
    ]


def _with_reasons(context: Context, argument: str, text: str) -> str:
    return " ".join([*_sentences(_invalid(context, argument)), text])


def _sentences(invalid: list[Invalid]) -> list[str]:
    return list(dict.fromkeys(f"{item.reason}." for item in invalid))
