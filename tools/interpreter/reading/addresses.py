"""IP addresses and subnets, with the port that is written right behind them."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface

from camara_qod.tools.interpreter.reading.mention import (
    ADDRESS_FIELDS,
    Address,
    Invalid,
    Mention,
    Ports,
)
from camara_qod.tools.interpreter.reading.text import Turn

#: Where an address may begin: beside no letter of its own script, or behind the colon of a label.
_BEGIN = re.compile(
    r"(?:(?<![0-9A-Za-z_:.])(?!(?<=\w):(?!:))|(?<=[^\W_]:))(?=\[?[0-9a-f]{0,4}:)", re.IGNORECASE
)
_IPV6 = re.compile(
    r"(?:\[(?P<inside>[0-9a-f:.]*:[0-9a-f:.]*)(?P<zone1>%[\w.-]+)?\]:(?P<port>[0-9]{1,6})"
    r"|\[?(?P<bare>[0-9a-f]{0,4}:[0-9a-f:]*:[0-9a-f:.]*[0-9a-f]|[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::)"
    r"(?P<zone2>%[\w.-]+)?(?:/(?P<prefix>[0-9]{1,3}))?\]?)(?![0-9A-Za-z_]|:[0-9A-Za-z_:])",
    re.IGNORECASE,
)
#: "device:", a word and no group of an address, nor what stands behind one.
_LABEL = re.compile(r"(?<![0-9a-f]:)(?<!::)(?<!\w)(?![0-9a-f]+:)\w+:\Z", re.IGNORECASE)
_LIKE_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{1,4}:(?=[\w:]*::)[\w:]+", re.IGNORECASE)
#: Two addresses with a hyphen between them are what lies between them, and neither end of it.
_RANGE = re.compile(
    r"(?<![0-9A-Za-z_.+-])[0-9]{1,3}(?:\.[0-9]{1,3}){3}-[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}\b"
)
_IPV4 = re.compile(
    r"(?<![0-9A-Za-z_.+])(?!00[1-9])(?P<ip>[0-9]{1,4}(?:\.[0-9]{1,4}){3})"
    r"(?:/(?P<prefix>[0-9]{1,3}))?(?::(?P<port>[0-9]{1,6})(?![0-9]))?(?![0-9A-Za-z_]|\.[0-9])"
)
#: "10.0.0.4.5060 > 10.0.0.9.443:", as a capture of packets prints both ends and their ports.
_CAPTURE = re.compile(
    r"(?<![\w:.])(?P<from>[0-9a-f:.]+)\.(?P<from_port>[0-9]{1,5})\s+>\s+"
    r"(?P<to>[0-9a-f:.]+)\.(?P<to_port>[0-9]{1,5})(?=:?(?:\s|\Z))",
    re.IGNORECASE,
)
#: "10.0.0.4:5000-5010": ports that belong to an address.
_PORT_RANGE = re.compile(r":(?P<low>[0-9]{1,6})-(?P<high>[0-9]{1,6})(?![0-9A-Za-z_.])")
PORT_MAX = 65535


def captured_addresses(turn: Turn) -> Iterator[Mention]:
    """Both ends of a captured packet, each with the port behind a full stop."""
    for match in _CAPTURE.finditer(turn.rest):
        try:
            ends = [(end, ip_address(match[end])) for end in ("from", "to")]
        except ValueError:
            continue
        for end, ip in ends:
            place = (turn.number, match.start(end), match.end(f"{end}_port"))
            yield _checked(turn, place, ip, None, match[f"{end}_port"])


def ipv6_addresses(turn: Turn) -> Iterator[Mention]:
    """IPv6 addresses; one with a zone index says nothing outside its own machine (RFC 4007)."""
    for match in _ipv6_matches(turn.rest):
        text = match["inside"] or match["bare"]
        place = (turn.number, *match.span())
        try:
            ip = ip_address(text)
        except ValueError:
            if "::" in text or text.count(":") >= 6:  # a clock time or a MAC address has fewer
                yield Invalid(*place, ADDRESS_FIELDS, f"{text} is not an IPv6 address")
            continue
        if not isinstance(ip, IPv6Address):
            continue
        if zone := match["zone1"] or match["zone2"]:
            reason = f"{ip}{zone} is an address of one machine's own network, not a global one"
            yield Invalid(*place, ADDRESS_FIELDS, reason)
        else:
            yield _checked(turn, place, ip, match["prefix"], match["port"])


def _ipv6_matches(text: str) -> Iterator[re.Match[str]]:
    end = 0
    for begin in _BEGIN.finditer(text):
        at = begin.start()
        if at < end or (text[at - 1 : at] == ":" and not _LABEL.search(text[max(0, at - 64) : at])):
            continue
        if match := _IPV6.match(text, at):
            end = match.end()
            yield match


def like_ipv6(turn: Turn) -> Iterator[Mention]:
    """What begins like an IPv6 address and is none."""
    for match in _LIKE_IPV6.finditer(turn.rest):
        reason = f"{match[0]} is not an IPv6 address"
        yield Invalid(turn.number, *match.span(), ADDRESS_FIELDS, reason)


def ipv4_addresses(turn: Turn) -> Iterator[Mention]:
    """IPv4 addresses and subnets, with a port or a range of ports behind a colon."""
    for match in _RANGE.finditer(turn.rest):
        reason = f"{match[0]} is a range; give one address, or a subnet such as 192.0.2.0/24"
        yield Invalid(turn.number, *match.span(), ADDRESS_FIELDS, reason)
    ranges = [match.span() for match in _RANGE.finditer(turn.rest)]
    for match in _IPV4.finditer(turn.rest):
        if any(start <= match.start() < end for start, end in ranges):
            continue
        yield from _ipv4(turn, match)


def _ipv4(turn: Turn, match: re.Match[str]) -> Iterator[Mention]:
    place = (turn.number, *match.span())
    text = match["ip"]
    try:
        ip = IPv4Address(text)
    except ValueError:
        yield Invalid(*place, ADDRESS_FIELDS, f"{text} is not an IPv4 address")
        return
    if ports := _PORT_RANGE.match(turn.rest, match.end("ip")):
        low, high = int(ports["low"]), int(ports["high"])
        if low <= high <= PORT_MAX:
            yield Address(turn.number, match.start(), match.end("ip"), ip)
            yield Ports(turn.number, *ports.span(), (), ((low, high),))
            return
        place = (turn.number, match.start(), ports.end())
        yield Invalid(*place, ADDRESS_FIELDS, f"{text}{ports[0]} has no valid range of ports")
        return
    yield _checked(turn, place, ip, match["prefix"], match["port"])


def _checked(
    turn: Turn,
    place: tuple[int, int, int],
    ip: IPv4Address | IPv6Address,
    prefix: str | None,
    port: str | None,
) -> Mention:
    text = turn.rest[place[1] : place[2]]
    if not turn.whole(*place[1:]):
        return Invalid(*place, ADDRESS_FIELDS, f"{text} is part of something longer")
    if prefix is not None and int(prefix) > ip.max_prefixlen:
        return Invalid(*place, ("applicationServer",), f"{text} is not a valid subnet")
    if port is not None and int(port) > PORT_MAX:
        return Invalid(*place, ADDRESS_FIELDS, f"{text} has no valid port (0 to {PORT_MAX})")
    return Address(
        *place,
        ip=ip,
        prefix=_of_subnet(ip, prefix),
        port=None if port is None else int(port),
    )


def _of_subnet(ip: IPv4Address | IPv6Address, prefix: str | None) -> int | None:
    """The prefix length, unless the address is one host's, as an interface is written with it."""
    if prefix is None or int(prefix) == ip.max_prefixlen:
        return None
    return None if ip != ip_interface(f"{ip}/{prefix}").network.network_address else int(prefix)
