"""Where notifications may go: not into the operator's own network (server-side request forgery)."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from camara_qod.tools.camara.errors import InvalidArgument

Ip = IPv4Address | IPv6Address


class ForbiddenSink(Exception):
    """A sink leads to an address that notifications may not go to."""


def check_sink(sink: str, *, http: bool, private: bool) -> None:
    """Refuse, before a session is made, a sink that can be told to be forbidden by its text.

    Raises:
        InvalidArgument: 400 INVALID_SINK.
    """
    parts = urlsplit(sink)
    allowed = ("https", "http") if http else ("https",)
    if parts.scheme not in allowed or not parts.hostname or parts.username is not None:
        raise _refused("is not an https URL without user information")
    try:
        address = ip_address(parts.hostname)
    except ValueError:
        if parts.hostname == "localhost" and not private:
            raise _refused("leads to this machine") from None
        return
    if not private and not _public(address):
        raise _refused("leads into a private network")


async def resolve(host: str, port: int, *, private: bool) -> str:
    """An address of a host, checked; connecting to it rules out that the name changes meanwhile.

    Raises:
        ForbiddenSink: one of its addresses is not public.
        OSError: the name is not known.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    if not private and not all(_public(address) for address in addresses):
        raise ForbiddenSink(f"{host} leads into a private network")
    return str(addresses[0])


def _public(address: Ip) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_global and not address.is_multicast


def _refused(reason: str) -> InvalidArgument:
    return InvalidArgument(400, "INVALID_SINK", f"sink: {reason}.")
