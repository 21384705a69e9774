"""Where a server is to listen, seen before it starts: what is wrong is said in a sentence."""

import socket
from ipaddress import ip_address

from camara_qod.tools.errors import Unavailable


def check_address(host: str, port: int) -> None:
    """Look whether a server can listen there.

    Raises:
        Unavailable: the address is not this machine's, or the port is taken or not allowed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unavailable(
            f"Nothing can listen on {host}, port {port} ({reason}): give another --host or --port."
        ) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address or name."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
