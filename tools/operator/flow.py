"""Application flows, and whether two of them share any packet."""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from camara_qod.tools.camara.errors import InvalidArgument

_ALL_PORTS = ((0, 65535),)
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Flow:
    """What a session applies to, beside its device: servers, and the ports of both sides.

    Args:
        request: a `CreateSession` body on the wire.
    """

    request: dict[str, Any]

    @cached_property
    def servers(self) -> list[IPv4Network | IPv6Network]:
        """Addresses and subnets of the application server."""
        server = self.request["applicationServer"]
        texts = [server.get("ipv4Address"), server.get("ipv6Address")]
        texts += server.get("ipAddresses", [])
        return [ip_network(text, strict=False) for text in texts if text]

    def overlaps(self, other: "Flow") -> bool:
        """Whether some packet of one device would belong to both flows."""
        return (
            any(_meet(one, two) for one in self.servers for two in other.servers)
            and _share(self._ports("devicePorts"), other._ports("devicePorts"))
            and _share(
                self._ports("applicationServerPorts"), other._ports("applicationServerPorts")
            )
        )

    def _ports(self, name: str) -> Ranges:
        spec = self.request.get(name)
        if spec is None:
            return _ALL_PORTS
        ranges = [(item["from"], item["to"]) for item in spec.get("ranges", [])]
        return tuple(ranges + [(port, port) for port in spec.get("ports", [])])


def check_flow(request: dict[str, Any]) -> None:
    """Refuse what the schema of 1.1.0 lets through, though the specification's words rule it out.

    Args:
        request: a `CreateSession` body on the wire.

    Raises:
        InvalidArgument: 400 for a netmask in place of a mask width.
    """
    if "." in request["applicationServer"].get("ipv4Address", "").partition("/")[2]:
        text = "applicationServer.ipv4Address: a mask is a width, such as /24."
        raise InvalidArgument(400, "INVALID_ARGUMENT", text)


def _meet(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _share(one: Ranges, other: Ranges) -> bool:
    return any(low <= last and first <= high for low, high in one for first, last in other)
