"""Addresses whose end no words tell, and what may follow from that they were written at all.

Nobody writes an address down for nothing. Where all of them stand in one turn and no words speak
of other machines or of taking something back, a choice that leaves one out is not on offer.
"""

import re
from ipaddress import ip_address

from camara_qod.tools.camara.models import ApplicationServer, Device
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.meant import taken_back
from camara_qod.tools.interpreter.reading.mention import Address, Invalid, Phone, Role

#: More than these are a list of something, and not all for one session.
MAX_LOOSE = 2
_OTHERS = re.compile(
    r"n['’]t\b|\b(?:not?|never|nor|ignore|without|except|old|off|former(?:ly)?|instead|rather|was|were|had"
    r"|used\s+to|other|another|either|or|examples?|logs?|error|says?|said|quot\w+|note|system|admin|assistant"
    r"|dns|ntp|proxy|vpn|gateway|mask|resolver|router|route|traceroute|hops?|via|ping|pinged|colleague|neighbou?r"
    r"|friend|brother|sister|boss|his|her|their|fake|last|yesterday|before|firewall|switch|gw|build"
    r"|skip|sorry|always|hotline|told|leave|away|matter|really|wrote|form|signature|regards|contact|outdated|expired|stale|printed)\b|\n--",
    re.IGNORECASE,
)


def loose(context: Context) -> set[str]:
    """The addresses that somebody has to be given to, in the form they are sent in."""
    named = context.mentions.of(Address)
    free = {item.text for item in named if item.role is None and item.prefix is None}
    turns = {item.turn for item in [*named, *context.mentions.of(Phone)]}
    if len(turns) != 1 or not 0 < len(free) <= MAX_LOOSE:
        return set()
    if any(map(_OTHERS.search, context.rests)):
        return set()
    if context.mentions.of(Invalid) or any(taken_back(item, context.messages) for item in named):
        return set()
    return free


def phone_needed(context: Context) -> bool:
    """Whether the one number that was written has to be of the device."""
    phones = context.mentions.of(Phone)
    devices = [item for item in context.mentions.of(Address) if item.role is Role.DEVICE]
    return len(phones) == 1 and not devices and not taken_back(phones[0], context.messages)


def covers(device: Device | None, server: ApplicationServer | None, wanted: set[str]) -> bool:
    """Whether a choice gives each of the addresses to one end."""
    return wanted <= (device_addresses(device) | server_addresses(server))


def device_addresses(device: Device | None) -> set[str]:
    """The addresses that a device is identified by."""
    if device is None:
        return set()
    ipv4 = device.ipv4_address
    texts = [ipv4.public_address, ipv4.private_address] if ipv4 else []
    return {str(ip_address(str(text))) for text in [*texts, device.ipv6_address] if text}


def server_addresses(server: ApplicationServer | None) -> set[str]:
    """The addresses and subnets that a server has."""
    texts = (server.ipv4_address, server.ipv6_address) if server else ()
    return {str(text) for text in texts if text}
