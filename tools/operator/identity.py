"""Which device is meant: identifiers as keys that two requests for one device share."""

from collections.abc import Collection
from hashlib import sha256
from ipaddress import IPv6Network
from typing import Any

#: The order in which one of several identifiers is taken.
PREFERENCE = ("phoneNumber", "ipv4Address", "ipv6Address", "networkAccessIdentifier")
#: A device is given a whole /64 (`DeviceIpv6Address`): any address in it identifies the device.
_IPV6_PREFIX = 64

Device = dict[str, Any]


def keys(device: Device) -> list[str]:
    """One key for each way in which a `Device` on the wire is identified."""
    found = []
    for name in PREFERENCE:
        if name in device:
            found += _keys(name, device[name])
    return found


def _keys(name: str, value: Any) -> list[str]:
    if name == "ipv6Address":
        return [f"v6 {IPv6Network((value, _IPV6_PREFIX), strict=False).network_address}"]
    if name == "ipv4Address":
        public = value["publicAddress"]
        found = [f"v4 {public} {value['privateAddress']}"] if "privateAddress" in value else []
        return found + ([f"v4 {public}:{value['publicPort']}"] if "publicPort" in value else [])
    if name == "networkAccessIdentifier":
        # It may be longer than what a database takes into an index.
        return [f"{name} {sha256(value.encode()).hexdigest()}"]
    return [f"{name} {value}"]


def used(device: Device, unsupported: Collection[str]) -> Device | None:
    """The one identifier that the operator uses; `None` where it supports none of them."""
    for name in PREFERENCE:
        if name in device and name not in unsupported:
            return {name: device[name]}
    return None
