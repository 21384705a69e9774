"""Where notifications may go: not into the operator's own network (server-side request forgery)."""

import asyncio
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from camara_qod.tools.camara.errors import InvalidArgument

Ip = IPv4Address | IPv6Address
#: The characters of a URI (RFC 3986, 2), and no more of them than any server reads (RFC 9110, 4.1).
_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,8000}")
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
#: Names are looked up by threads of their own: a look-up that hangs keeps nothing else waiting.
_LOOKUPS = ThreadPoolExecutor(64, "lookup")


class ForbiddenSink(Exception):
    """A sink leads to an address that notifications may not go to."""


def check_sink(sink: str, *, http: bool, private: bool) -> None:
    """Refuse, before a session is made, a sink that can be told to be forbidden by its text.

    Raises:
        InvalidArgument: 400 INVALID_SINK.
    """
    parts = _parts(sink)
    allowed = ("https", "http") if http else ("https",)
    if parts.scheme not in allowed or not parts.hostname or parts.username is not None:
        raise _refused("is not an https URL without user information")
    host = parts.hostname.removesuffix(".")
    address = _address(host)
    # A zone (RFC 6874) means something on one host only, and no other host has a % in its name.
    if "%" in host or (address is None and not _NAME.fullmatch(host)):
        raise _refused("names no host")
    if private:
        return
    if host == "localhost" or host.endswith(".localhost"):
        raise _refused("leads to this machine")
    if address is not None and not _public(address):
        raise _refused("leads into a private network")


def _parts(sink: str) -> SplitResult:
    try:
        parts = urlsplit(sink)
        holds = _URI.fullmatch(sink) and parts.port != 0
    except ValueError:
        holds = False
    if not holds:
        raise _refused("is not a valid URL")
    return parts


def _address(host: str) -> Ip | None:
    """The address that a host is; also in forms, such as `127.1`, that only look like names."""
    try:
        return ip_address(host) if ":" in host else ip_address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


async def resolve(host: str, port: int, *, private: bool) -> str:
    """An address of a host, checked; connecting to it rules out that the name changes meanwhile.

    Raises:
        ForbiddenSink: one of its addresses is not public.
        OSError: the name is not known.
    """
    lookup = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, lookup)
    addresses = [ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    if not private and not all(_public(address) for address in addresses):
        raise ForbiddenSink(f"{host} leads into a private network")
    return str(addresses[0])


def _public(address: Ip) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_global and not address.is_multicast


def _refused(reason: str) -> InvalidArgument:
    return InvalidArgument(400, "INVALID_SINK", f"sink: {reason}.")
