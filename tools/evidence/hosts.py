"""IP addresses, names of hosts, links and e-mail addresses."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from posixpath import normpath
from urllib.parse import unquote

import httpx2

from camara_qod.tools.evidence.identifiers import Host, Link, Mail
from camara_qod.tools.evidence.text import Page

LOCALHOST = "localhost"
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_LINK = re.compile(r"(?<![\w+.-])(?:[a-z][a-z0-9+.-]{0,30}:)?//[^\s\"'<>`|\\{}]+", re.IGNORECASE)
_CLOSING = ".,;:!?)]}'\"*"
_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_IPV4 = re.compile(r"(?<![0-9.])[0-9]{1,4}(?:\.[0-9]{1,4}){3}(?![0-9]|\.[0-9])")
_IPV6 = re.compile(r"(?<![0-9A-Za-z_])[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*", re.IGNORECASE)
_LOCALHOST = re.compile(r"(?<![\w.-])localhost(?![\w-])", re.IGNORECASE)
_NAME = re.compile(
    r"(?<![\w@.-])(?:\w(?:[\w-]*\w)?\.)+[^\W\d_]{2,}(?::[0-9]{1,5})?(?:/[^\s\"'<>`|]*)?"
)
#: A whole value that can hardly be a file or a member of a program: many labels, or a common end.
_BARE = re.compile(
    r"(?:\w(?:[\w-]*\w)?\.){2,}[^\W\d_]{2,}\.?(?::[0-9]{1,5})?"
    r"|(?:\w(?:[\w-]*\w)?\.)+(?:com|net|org|edu|gov|mil|int|info|biz|example|test|invalid)\.?"
    r"(?::[0-9]{1,5})?",
    re.IGNORECASE,
)


def take_links(page: Page, found: set[Link]) -> None:
    """Everything with a scheme and a host, or with `//` and a host."""

    def read(match: re.Match[str]) -> bool:
        link = link_of(match[0].rstrip(_CLOSING))
        if link is not None:
            found.add(link)
        return link is not None

    page.take(_LINK, read)


def take_mails(page: Page, found: set[Mail]) -> None:
    """Everything of the form `name@host`."""

    def read(match: re.Match[str]) -> bool:
        found.add(Mail(match[0].strip(".").lower()))
        return True

    page.take(_MAIL, read)


def take_addresses(page: Page, found: set[Host]) -> None:
    """IP addresses of both kinds, and the name of this machine itself."""

    def read(match: re.Match[str]) -> bool:
        ip = _ip(match[0])
        if ip is not None:
            found.add(Host(ip))
        return ip is not None

    page.take(_IPV6, read)
    page.take(_IPV4, read)


def named_hosts(text: str) -> Iterator[Link | Host]:
    """What may be a host by name, with its path; generous, for texts that are evidence."""
    if _LOCALHOST.search(text):
        yield Host(LOCALHOST)
    for match in _NAME.finditer(text):
        link = link_of(f"//{match[0].rstrip(_CLOSING)}")
        if link is not None:
            yield link if link.path or link.port else Host(link.host)


def bare_host(value: str) -> Host | None:
    """The host that a whole value is, where it can hardly be anything else."""
    link = link_of(f"//{value.strip()}") if _BARE.fullmatch(value.strip()) else None
    return None if link is None else Host(link.host)


def link_of(text: str) -> Link | None:
    """A link in parts; none where it has no host."""
    try:
        url = httpx2.URL(text)
        host = url.raw_host.decode("ascii").rstrip(".")
        port = url.port
    except (httpx2.InvalidURL, ValueError):
        return None
    if not host:
        return None
    path = normpath("/" + unquote(url.path))
    tail = text.split("//", 1)[1].partition("/")[2] if "/" in text.split("//", 1)[1] else ""
    scheme = url.scheme.lower()
    segments = tuple(part for part in path.split("/") if part)
    userinfo = url.userinfo.decode("ascii", "replace")
    default = _PORTS.get(scheme)
    return Link(
        scheme, _ip(host) or host.lower(), port or default, segments, f"{userinfo} {unquote(tail)}"
    )


def _ip(text: str) -> str | None:
    """An address in normal form; octets with leading zeros count by their value."""
    text = text.strip("[]").rstrip(".")
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+){3}", text):
        text = ".".join(str(int(part)) for part in text.split("."))
    try:
        ip: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return LOCALHOST if text.lower() == LOCALHOST else None
    ip = (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
    return LOCALHOST if ip in _LOOPBACK else str(ip)


_LOOPBACK = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


def as_number(host: str) -> int | None:
    """An IPv4 address as the number it is."""
    try:
        return int(IPv4Address("127.0.0.1" if host == LOCALHOST else host))
    except ValueError:
        return None


def leads_to(named: Link, link: Link) -> bool:
    """Whether a link that was named gives another: the same origin, and one path in the other."""
    if named.host != link.host:
        return False
    if named.scheme:
        upgraded = (named.scheme, link.scheme) in (("http", "https"), ("ws", "wss"))
        same = named.scheme == link.scheme and named.port == link.port
        if not same and not (upgraded and named.port == 80 and link.port == 443):
            return False
    elif named.port is not None and named.port != link.port:
        return False
    shorter = min(len(named.path), len(link.path))
    return named.path[:shorter] == link.path[:shorter]
